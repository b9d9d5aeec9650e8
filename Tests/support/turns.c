#include "turns.h"
#include "test.h"

/* The name of the lane in a turn; an empty one for none. */
static void take_lane(const char *turn, char lane[300])
{
    if (responses_json_read_string(turn, RESPONSES_NTS, "/stream_id", lane, 300, NULL) !=
            RESPONSES_OK ||
        strcmp(lane, "null") == 0)
        *lane = '\0';
}

void play_turns(struct wire *wire, void *user_data)
{
    const struct turns *turns = user_data;
    const struct sse *sse = &turns->sse;
    char *turn, lane[300];
    if (!wire_is_upgrade(wire)) {
        wire_answer(wire, 200, "Content-Type: application/json\r\n", RESPONSE);
        return;
    }
    wire_agree(wire);
    while ((turn = wire_take(wire)) != NULL) {
        take_lane(turn, lane);
        const char *named = *lane == '\0' || turns->knows_no_lanes ? NULL : lane;
        wire_say_events(wire, sse, 0, sse->count - 1, named);
        if (strstr(turn, "hold") != NULL)
            wire_wait(wire);
        wire_say_events(wire, sse, sse->count - 1, sse->count, named);
        free(turn);
    }
}
