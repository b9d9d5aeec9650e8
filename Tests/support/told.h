/* What a function for attempts was told, kept for the test to look at. */
#ifndef TEST_TOLD_H
#define TEST_TOLD_H

#include <stdint.h>

#include <responses.h>

enum { TOLD_MOST = 64 };

struct attempt {
    int64_t number, status, http_status, next, pause, phase, reused, events, retry_after;
    int64_t lookup, connect, tls, sent, first_byte, first_event, last_event, total;
    int64_t bytes_sent, bytes_received, input, output, tokens;
    int has_response;
    char *operation, *method, *path, *reason, *json;
    void *user_data;
};

struct told {
    int count, ends; /* how many were the last of their call */
    struct attempt list[TOLD_MOST];
};

/* A responses_attempt_fn; user_data is a struct told. Checks what holds for every attempt. */
void tell(const responses_attempt *attempt, void *told);
void told_free(struct told *told);

#define assert_attempt(told, index, number, status, http_status, next)                             \
    check_attempt((told), (index), (number), (status), (http_status), (next), __FILE__, __LINE__)
void check_attempt(const struct told *told, int index, int number, int status, int http_status,
                   int next, const char *file, int line);

#endif
