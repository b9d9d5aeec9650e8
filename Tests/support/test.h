/* What every test program includes. */
#ifndef TEST_H
#define TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <responses.h>

#include "scripted_server.h"
#include "sse.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The smallest request, and an answer to it. */
#define REQUEST "{\"model\":\"m\",\"input\":\"hi\"}"
#define RESPONSE                                                                                   \
    "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"output\":[{"            \
    "\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{"                  \
    "\"type\":\"output_text\",\"text\":\"Hello, world!\"}]}],"                                     \
    "\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}}"

/* A client for the server, which does not retry and does not wait longer than 30 s. */
responses_client *client_for(const struct server *server);
/* The same for any URL. */
responses_client *client_at(const char *url);
/* responses_client_set, which must succeed. */
void set(responses_client *client, const char *name, const char *value);

/* ---- checks that say what they saw ---- */

/* The status of a call that was to succeed; frees the error. That is read after the call has set it. */
#define assert_ok(status, error) assert_status((status), RESPONSES_OK, (error))
#define assert_status(status, expected, error)                                                     \
    do {                                                                                           \
        int status_of_it = (status);                                                               \
        check_status(status_of_it, (expected), (error), __FILE__, __LINE__);                       \
    } while (0)
void check_status(int status, int expected, const responses_error *error, const char *file,
                  int line);
/* That text contains part. */
#define assert_contains(text, part) check_contains((text), (part), 1, __FILE__, __LINE__)
#define assert_lacks(text, part)    check_contains((text), (part), 0, __FILE__, __LINE__)
void check_contains(const char *text, const char *part, int expected, const char *file, int line);
/* That two JSON texts mean the same. */
#define assert_json(text, expected) check_json((text), (expected), __FILE__, __LINE__)
void check_json(const char *text, const char *expected, const char *file, int line);

/* One field of an error; never NULL. */
const char *field(const responses_error *error, int field);
#define message_of(error) field((error), RESPONSES_ERROR_MESSAGE)

/* A value of a response by JSON pointer; "<nothing>" when there is none. */
const char *value_at(const responses_response *response, const char *pointer);

/* ---- events, collected ---- */

struct heard {
    int kind, output_index, content_index;
    int64_t sequence;
    char *type, *text, *json, *item_id, *response_id;
    size_t text_len, json_len;
};

struct events {
    struct heard *list;
    int count, capacity;
    int stop_after;   /* >0: the callback returns 1 at that event */
    struct text text; /* the output text deltas, joined */
};

void hear(struct events *events, const responses_event *event);
/* A responses_event_fn; user_data is a struct events. */
int collect(const responses_event *event, void *events);
/* One that does nothing. */
int ignore(const responses_event *event, void *user_data);
void events_free(struct events *events);
/* Reads a call to its end: waits and next until something else than events come. Returns that. */
int read_call(responses_call *call, struct events *events, responses_error **error);
/* That exactly the first `count` events of the stream were heard, in order and unchanged. */
void check_heard(const struct events *events, const struct sse *sse, int count);

/* responses_create_stream with REQUEST, and all that came of it. */
struct played {
    int status;
    struct events events;
    responses_response *response;
    responses_error *error;
};

struct played play(responses_client *client);
/* The same, with these bytes as the answer: an event stream that ends with the connection, said in
   pieces where piece is not 0. */
struct played play_bytes(struct server *server, responses_client *client, const char *bytes,
                         size_t len, size_t piece);
/* The same as a turn of a session. */
struct played play_turn(responses_session *session, const char *json);
void played_free(struct played *played);

/* ---- time ---- */

int64_t now_ms(void);
void sleep_ms(int milliseconds);
/* 1 under valgrind, where everything takes twenty times as long, and longer beside other work. */
int is_slow(void);
/* A bound that nothing should come near, in any unit: of waits for what must happen, and of what was measured. */
int at_most(int time);
/* A limit that is to run out, though not before that which comes first. */
int limit_ms(int milliseconds);
/* Sets an option to such a limit. */
void set_limit(responses_client *client, const char *name, int milliseconds);

/* ---- the program ---- */

/* Runs the tests: clean environment, and an end for those that hang. */
#define run(tests) run_program((tests), COUNT(tests), #tests)
int run_program(const struct CMUnitTest *tests, size_t count, const char *name);

#endif
