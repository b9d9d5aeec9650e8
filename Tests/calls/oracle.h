/*
 * The oracle: knows from the seed and from what the server heard what a client must have been handed
 * over, which requests it had a reason to send, and how the call may have ended.
 */
#ifndef CALLS_ORACLE_H
#define CALLS_ORACLE_H

#include "journal.h"

struct heard_event {
    uint64_t hash;
    int64_t sequence;
    int kind;
};

/* What a client heard of one call. */
struct heard {
    unsigned number;
    struct heard_event *events;
    int count, capacity;
    int status;
    /* Of the error. */
    int64_t last_sequence;
    struct text message, code, response_id;
    int is_retryable;
    /* Of the response, final or not. */
    int has_response;
    struct text json, text;
    char response_status[32];
    /* The client itself stopped the call: cancelled, interrupted, freed, callback. */
    int was_stopped;
    uint64_t took; /* milliseconds */
    /* The data that come with the end of a broken stream of HTTP/2 may be lost. */
    int is_http2;
    /* It read slowly. libcurl keeps what comes meanwhile, and drops it when the chunk behind is broken. */
    int is_slow;
};

void heard_event(struct heard *heard, const char *json, size_t len, int64_t sequence, int kind);
void heard_free(struct heard *heard);

/* 0 when all is well; otherwise `why` says what differs. */
int oracle_judge(const struct heard *heard, const struct page *page, uint64_t seed,
                 unsigned without, struct text *why);

/* Adds a line for each request of a case and its answer. */
void oracle_explain(const struct heard *heard, const struct page *page, uint64_t seed,
                    unsigned without, struct text *out);

#endif
