/*
 * What the server heard, for the oracle: in memory that both processes share, a page for each case that
 * is under way. The server writes a request down before it answers it.
 */
#ifndef CALLS_JOURNAL_H
#define CALLS_JOURNAL_H

#include <stdatomic.h>
#include <stdint.h>
#include "answer.h"

enum { JOURNAL_PAGES = 8192, MAX_REQUESTS = 64 };

struct request {
    uint8_t asked;
    uint8_t is_post;
    int64_t after;
    uint64_t key; /* of the Idempotency-Key; 0: none */
    uint32_t at;  /* milliseconds of the monotonic clock */
    /* Its connection was closed for the sake of another stream. */
    _Atomic uint8_t was_cut;
};

struct page {
    _Atomic int64_t number; /* of the case; others are answered 410 */
    _Atomic int count;      /* may be larger than MAX_REQUESTS, of which the list has the first */
    struct request list[MAX_REQUESTS];
    _Atomic int was_mutated;
};

struct journal {
    _Atomic uint64_t requests, connections, mutated;
    struct page pages[JOURNAL_PAGES];
};

/* What the server is told to do wrong, to see the oracle find it. */
enum mutation {
    MUTATION_NONE,
    MUTATION_DROP,
    MUTATION_SWAP,
    MUTATION_REPEAT,
    MUTATION_ALTER,
    MUTATION_END
};

struct serving {
    struct journal *journal;
    uint64_t seed;
    unsigned without;
    enum mutation mutation;
    const char *certificate, *key; /* for HTTP/2; NULL: HTTP/1.1 without TLS */
    int cuts;                      /* HTTP/2: whole connections are closed too */
    int port;
};

/* Listens, and starts the server in a process of its own. Its number; the port is in `serving`. */
int server_begin(struct serving *serving);

struct journal *journal_make(void);

#endif
