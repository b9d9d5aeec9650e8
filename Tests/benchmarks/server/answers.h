/* What the load server answers, made once and sent from memory. */
#ifndef BENCH_ANSWERS_H
#define BENCH_ANSWERS_H

#include <stddef.h>

/* How the events of a stream are cut into chunks and writes. */
enum cut {
    CUT_MANY,   /* a chunk for every event, as api.openai.com does; many in a write */
    CUT_ONE,    /* a chunk and a write for every event */
    CUT_PACKED, /* chunks of 16 KB with many events, as after a proxy */
    CUT_PACED,  /* the beginning and the end alone: the deltas are made while they are sent */
    CUT_WHOLE   /* a document */
};

struct answer {
    struct answer *next;
    char name[64];
    enum cut cut;
    char *bytes;
    size_t count;
    size_t *writes; /* where each write ends, for CUT_ONE and CUT_PACED */
    size_t write_count;
    long events;      /* deltas, for CUT_PACED */
    long interval_ms; /* between two of them */
};

/*
 * The answer that goes with a model's name; NULL when it is none of these. Answers are kept.
 *
 *   stream-N, one-N, packed-N   an event stream with N deltas; see `enum cut`
 *   paced-N-MS                  one with a delta every MS milliseconds, which begins with the time
 *                               at which it was sent
 *   tool-N                      one that calls a tool, with the arguments in N deltas; at most 100
 *   answer-N                    a response of about N bytes; whatever was sent is answered
 *   image-N                     a response with an image of N megabytes in base64
 *   repeated-N                  an event stream with a text of N megabytes, which comes in deltas of
 *                               16 KB and then again in each of the four events that end it
 *   long-N                      the same with N deltas of about 20 bytes, a chunk for each
 */
const struct answer *answer_named(const char *name);

/* One delta, with the time that the caller passes, as a chunk of HTTP or a message of a WebSocket; at
   most 600 bytes. */
size_t answer_paced_delta(char *out, int is_message, long number, long long now_ns);

#endif
