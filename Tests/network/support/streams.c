#include "network.h"

#include <malloc.h>
#include <poll.h>

void check_numbers(const struct events *events, int first, int last)
{
    assert_int_equal(events->count, last - first);
    for (int i = 0; i < events->count; i++) {
        char text[32];
        assert_int_equal(events->list[i].sequence, first + i);
        snprintf(text, sizeof text, "%d;", first + i);
        if (events->list[i].kind == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            assert_int_equal(strncmp(events->list[i].text, text, strlen(text)), 0);
    }
}

void check_whole_stream(responses_client *client, int events)
{
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_numbers(&played.events, 0, events);
    assert_string_equal(responses_response_status(played.response), "completed");
    played_free(&played);
}

responses_error *check_broken_stream(responses_client *client, int status, int events)
{
    struct played played = play(client);
    assert_status(played.status, status, played.error);
    check_numbers(&played.events, 0, events);
    responses_error *error = played.error;
    played.error = NULL;
    played_free(&played);
    return error;
}

void many_start(struct many *many, responses_client *client, int count)
{
    responses_error *error = NULL;
    many->count = count;
    many->calls = calloc((size_t)count, sizeof *many->calls);
    many->events = calloc((size_t)count, sizeof *many->events);
    many->outcome = calloc((size_t)count, sizeof *many->outcome);
    many->last = calloc((size_t)count, sizeof *many->last);
    for (int i = 0; i < count; i++) {
        many->outcome[i] = RESPONSES_AGAIN;
        many->last[i] = -1;
        assert_ok(
            responses_create_stream_start(client, REQUEST, RESPONSES_NTS, &many->calls[i], &error),
            error);
    }
}

static void read_one(struct many *many, int i)
{
    const responses_event *event = NULL;
    int status;
    while ((status = responses_call_next(many->calls[i], &event, NULL)) == RESPONSES_OK) {
        int64_t number = responses_event_sequence(event);
        /* None is lost, none comes twice. */
        assert_int_equal(number, many->last[i] + 1);
        many->last[i] = number;
        many->events[i]++;
    }
    many->outcome[i] = status;
    if (status < 0 && getenv("TEST_REASONS") != NULL) {
        responses_error *error = NULL;
        responses_call_next(many->calls[i], NULL, &error);
        print_message("stream %d: %s\n", i, message_of(error));
        responses_error_free(error);
    }
}

/* One round: whatever has come is read. 0 when nothing goes on any more. */
static int read_round(struct many *many, int leave_out)
{
    int going = 0, waits_for = -1;
    for (int i = 0; i < many->count; i++) {
        if (i == leave_out || many->outcome[i] != RESPONSES_AGAIN)
            continue;
        read_one(many, i);
        if (many->outcome[i] == RESPONSES_AGAIN) {
            going++;
            waits_for = i;
        }
    }
    if (going > 0)
        responses_call_wait(many->calls[waits_for], 20);
    return going;
}

void many_read(struct many *many, int leave_out, int milliseconds)
{
    int64_t end = now_ms() + milliseconds;
    while (read_round(many, leave_out) > 0 && now_ms() < end)
        continue;
}

void many_read_until(struct many *many, int events)
{
    int64_t end = now_ms() + (is_slow() ? 60000 : 15000);
    for (;;) {
        int least = events;
        read_round(many, -1);
        for (int i = 0; i < many->count; i++)
            if (many->events[i] < least)
                least = many->events[i];
        if (least >= events)
            return;
        if (now_ms() > end)
            fail_msg("a stream has %d events and not %d", least, events);
    }
}

int many_with(const struct many *many, int outcome)
{
    int count = 0;
    for (int i = 0; i < many->count; i++)
        count += many->outcome[i] == outcome;
    return count;
}

void many_free(struct many *many)
{
    for (int i = 0; i < many->count; i++)
        responses_call_free(many->calls[i]);
    free(many->calls);
    free(many->events);
    free(many->outcome);
    free(many->last);
    memset(many, 0, sizeof *many);
}

void keep_log(int level, const char *line, size_t len, void *text)
{
    (void)level;
    text_add_bytes(text, line, len);
    text_add(text, "\n");
}

size_t heap_in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
