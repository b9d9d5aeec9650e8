/*
 * A case: a response, the events that tell of it, how they are written down, which options the client
 * has, and how many answers go wrong before the server is good. All of it comes from a seed.
 *
 * The number of a case goes to the server in the "model" of the request, and comes back in the id of
 * the response, "resp_<number>", so that resumes and polls name it too.
 */
#ifndef CALLS_SCENARIO_H
#define CALLS_SCENARIO_H

#include <stdint.h>
#include "draw.h"
#include "text.h"

enum { MAX_EVENTS = 256 };
/* The shortest limit of those who are impatient. */
enum { LEAST_LIMIT_MS = 1400 };

/* What a run may leave out. */
#define WITHOUT_LIES       1u /* resumes that are answered with what is not true */
#define WITHOUT_FAILURES   2u /* error events */
#define WITHOUT_UNDER_WAY  4u /* a response in progress as the answer to a resume */
#define WITHOUT_EMPTY      8u /* event streams without an event */
#define WITHOUT_KEEPALIVES 16u

enum operation { OPERATION_CREATE, OPERATION_BACKGROUND, OPERATION_GET };

struct event {
    char *json;
    size_t len;
    uint64_t hash;
    int64_t sequence; /* -1: none */
    int is_keepalive;
    /* What it adds to the text of the answer; NULL: nothing. */
    char *text;
};

struct scenario {
    unsigned number;
    uint64_t seed;
    char id[40];
    enum operation operation;
    int64_t starting_after; /* of OPERATION_GET; -1: from the beginning */
    int is_numbered;

    struct event events[MAX_EVENTS];
    int count; /* the last one is terminal */
    struct text document;
    struct text text;
    const char *status;

    /* How the events are written. */
    const char *line_end;
    int has_event_line, has_byte_order_mark, has_comments, splits_data;

    /* The client's options. */
    int max_retries, resume_attempts;
    int is_impatient; /* short limits of time: a server that falls silent is part of it */

    int troubles;     /* this many answers go wrong */
    unsigned without; /* kinds of trouble that are left out, WITHOUT_... */
};

/* Makes the case of a number. */
void scenario_make(struct scenario *scenario, uint64_t run_seed, unsigned number, unsigned without);
void scenario_free(struct scenario *scenario);

/* The case's number from its id or model; -1 when there is none. */
long scenario_number(const char *text);

/* The members of a response object as it stands in mid-stream. */
void scenario_add_response(const struct scenario *scenario, struct text *out, const char *id,
                           const char *status);

#endif
