/*
 * batch_pace.h - when the next request of a batch may be sent
 *
 * Two things are counted, requests and tokens, against what the user allows (--rpm, --tpm) and what
 * the server says in x-ratelimit-limit-, -remaining- and -reset-. What remains is spread over the
 * time until it is renewed, by the newest answer that there is. Where the server has a window of
 * time, that uses it up evenly. Where it has a bucket that fills all the time, which takes longer to
 * be full the emptier it is, the bucket stays half full, and requests are sent as fast as it fills.
 */
#ifndef COMMAND_BATCH_PACE_H
#define COMMAND_BATCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Requests, or tokens. */
struct meter {
    double own_rate;  /* what the user allows, for each millisecond; 0 for no limit */
    double own_room;  /* how much of it may be saved up */
    double own_level; /* what of it may be spent now */

    bool told; /* the rest is what the server said in the newest answer */
    double limit;
    double remaining;
    double reset_ms;
    double refill;     /* what it makes up for, for each millisecond */
    double level;      /* what may be spent now */
    int64_t told_ms;   /* when it came */
    int64_t sent_ms;   /* when its request was sent */
    double spent_then; /* of `spent`, with that request */
    double spent;
};

struct pace {
    struct meter requests, tokens;
    double factor; /* of the rates; less than 1 after a refusal */
    int64_t now_ms;
    int64_t paused_until; /* the server asked for that */
    double window;        /* how many may be under way; less after a refusal */
    int streak;           /* pauses for refusals, since the last answer */
    bool answered;        /* anything, so that it is known whether there are limits */
    int64_t first_ms;     /* when the first request was sent */
    long long number;     /* of the next request */
    long long newest;     /* of the request whose answer was the newest */
    double input_ratio;   /* tokens for each byte of a body */
    double output_tokens; /* of an answer, on average */
};

/* What was spent on a request, to be told again with its answer. */
struct share {
    long long number; /* in the order of sending */
    int64_t sent_ms;
    double tokens;
    double requests_then, tokens_then;
};

/* The headers of an answer; NULL for those that it does not have. */
struct limits {
    const char *limit_requests, *remaining_requests, *reset_requests;
    const char *limit_tokens, *remaining_tokens, *reset_tokens;
};

void pace_begin(struct pace *pace, double rpm, double tpm, int64_t now);

/* How many milliseconds to wait before a request with a body of so many bytes: 0 for none. `flying`
   are under way. An answer may change that. */
int64_t pace_wait(struct pace *pace, double bytes, int flying, int64_t now);

/* It was sent. */
void pace_sent(struct pace *pace, struct share *share, double bytes, int64_t now);

/* An answer came, or, if not `well`, a refusal. `input` and `output` are the tokens that it took, -1
   where it does not say. */
void pace_answered(struct pace *pace, const struct share *share, const struct limits *limits,
                   bool well, double bytes, double input, double output, int64_t now);

/* It was refused for its pace, with so many under way. `after_ms` is what the server asked for; -1
   for nothing. */
void pace_refused(struct pace *pace, const struct limits *limits, int flying, int64_t after_ms,
                  int64_t now);

/* "1m2.5s", "120ms", or seconds as a number, in milliseconds; -1 when it is none of these. */
double pace_duration(const char *text);

#endif
