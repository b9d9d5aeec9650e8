/* What the servers of both versions of HTTP share. */
#ifndef CALLS_SERVER_H
#define CALLS_SERVER_H

#include "journal.h"

extern struct serving *serving;

uint64_t server_now(void);

/* A request as it was read. */
struct asking {
    int is_post;
    const char *target, *body;
    const char *key; /* the Idempotency-Key */
    size_t key_len;
};

/* Makes the answer, and writes the request down where the result says. NULL: nobody waits for it. */
struct request *server_answer(const struct asking *asking, struct answer *answer);

/* Serves HTTP/2 over TLS. Does not return. */
void serve_http2(int listener);

#endif
