/*
 * The server of wire.h as a plain server of the API: every turn is answered with the same events, in its lane, and a
 * POST with RESPONSE. The last event of a turn whose text says "hold" waits for wire_go().
 *
 *     static struct turns turns;
 *     sse_hello(&turns.sse, "resp_1");
 *     server = wire_start(play_turns, &turns);
 */
#ifndef TEST_TURNS_H
#define TEST_TURNS_H

#include "wire.h"

struct turns {
    struct sse sse;
    int knows_no_lanes; /* "stream_id" is not repeated */
};

/* A wire_fn; user_data is a struct turns. */
void play_turns(struct wire *wire, void *turns);

#endif
