/* Sessions in the hands of a program that uses all there is: four ways of calling in one loop, callbacks that use and
   free the session, threads, forks, and functions for keys. */
#include "test.h"
#include "turns.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>

#define NTS     RESPONSES_NTS
#define TURN    "{\"model\":\"m\",\"input\":\"hi\"}"
#define AT_MOST at_most(8000)

static struct wire_server *server;
static responses_client *client;
static responses_session *session;
static responses_error *error;
static struct turns turns;

static int setup(void **state)
{
    (void)state;
    sse_hello(&turns.sse, "resp_1");
    turns.knows_no_lanes = 0;
    server = wire_start(play_turns, &turns);
    client = client_at(wire_url(server));
    session = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_session_free(session);
    responses_client_free(client);
    wire_stop(server);
    sse_free(&turns.sse);
    return 0;
}

static void open_session(void)
{
    assert_ok(responses_session_open(client, &session, &error), error);
}

static responses_call *start(const char *json)
{
    responses_call *call = NULL;
    assert_ok(responses_session_create_start(session, json, NTS, &call, &error), error);
    assert_non_null(call);
    return call;
}

/* That a call comes to its end, and well. */
static void ends_well(responses_call *call)
{
    struct events events = {0};
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_heard(&events, &turns.sse, turns.sse.count);
    events_free(&events);
}

/* ---- four ways, and requests beside them ---- */

/* A turn by a callback, from another thread, while this one is in its loop. */
static void *by_callback(void *user_data)
{
    struct events *events = user_data;
    return (void *)(intptr_t)responses_session_create_stream(
        session, "{\"model\":\"m\",\"stream_id\":\"callback\"}", NTS, collect, events, NULL, NULL);
}

static void *by_blocking(void *user_data)
{
    return (void *)(intptr_t)responses_session_create(
        session, "{\"model\":\"m\",\"stream_id\":\"blocking\"}", NTS, user_data, NULL);
}

/* What a call in the loop has come to. */
struct seen {
    struct events events;
    int status;
};

/* Reads by the descriptor until all calls have ended; each has a struct seen. */
static void drive(int going)
{
    struct pollfd host = {responses_client_fd(client), POLLIN, 0};
    int64_t end = now_ms() + AT_MOST;
    while (going > 0 && now_ms() < end && poll(&host, 1, AT_MOST) == 1) {
        responses_call *ready;
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK) {
            struct seen *seen = responses_call_user_data(ready);
            const responses_event *event;
            assert_non_null(seen);
            while ((seen->status = responses_call_next(ready, &event, NULL)) == RESPONSES_OK)
                hear(&seen->events, event);
            going -= seen->status != RESPONSES_AGAIN;
        }
    }
    assert_int_equal(going, 0);
}

static void all_ways_at_once(void **state)
{
    (void)state;
    enum { TURNS = 6, REQUESTS = 3, BOTH = TURNS + REQUESTS };
    responses_call *calls[BOTH];
    struct seen seen[BOTH];
    struct events events = {0};
    responses_response *response = NULL;
    pthread_t threads[2];
    void *statuses[2];
    memset(seen, 0, sizeof seen);
    open_session();
    pthread_create(&threads[0], NULL, by_callback, &events);
    pthread_create(&threads[1], NULL, by_blocking, &response);
    for (int i = 0; i < TURNS; i++) {
        char json[100];
        snprintf(json, sizeof json, "{\"model\":\"m\",\"stream_id\":\"lane%d\"}", i % 4);
        calls[i] = start(json);
    }
    for (int i = TURNS; i < BOTH; i++)
        assert_ok(responses_create_start(client, REQUEST, NTS, &calls[i], &error), error);
    for (int i = 0; i < BOTH; i++)
        responses_call_set_user_data(calls[i], &seen[i]);
    drive(BOTH);
    for (int i = 0; i < BOTH; i++) {
        assert_int_equal(seen[i].status, RESPONSES_DONE);
        assert_string_equal(responses_response_text(responses_call_response(calls[i]), NULL),
                            "Hello, world!");
        assert_int_equal(seen[i].events.count, i < TURNS ? turns.sse.count : 0);
        events_free(&seen[i].events);
        responses_call_free(calls[i]);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], &statuses[i]);
        assert_int_equal((intptr_t)statuses[i], RESPONSES_OK);
    }
    assert_int_equal(events.count, turns.sse.count);
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    responses_response_free(response);
    events_free(&events);
    assert_int_equal(responses_session_connections(session), 1);
}

static void a_turn_can_be_read_in_batches_and_not_raw(void **state)
{
    (void)state;
    char buffer[8000];
    const char *bytes;
    size_t used, len;
    int count, events = 0, status;
    set(client, "raw", "1");
    open_session();
    responses_call *call = start(TURN);
    assert_int_equal(responses_call_next_bytes(call, &bytes, &len, NULL), RESPONSES_E_INVALID);
    for (;;) {
        status = responses_call_next_batch(call, RESPONSES_BATCH_JSON, buffer, sizeof buffer, &used,
                                           &count, &error);
        if (status == RESPONSES_OK)
            events += count;
        else if (status == RESPONSES_AGAIN)
            assert_int_equal(responses_call_wait(call, AT_MOST), RESPONSES_OK);
        else
            break;
    }
    assert_status(status, RESPONSES_DONE, error);
    assert_int_equal(events, turns.sse.count);
    responses_call_free(call);
}

/* ---- callbacks that use the session ---- */

struct nested {
    struct events events;
    int status, connections;
};

static int asks_another(const responses_event *event, void *user_data)
{
    struct nested *nested = user_data;
    hear(&nested->events, event);
    if (nested->events.count == 3) {
        /* In the same lane: it is sent when the events of this one have come, whoever has read them. */
        nested->status = responses_session_create(session, TURN, NTS, NULL, NULL);
        nested->connections = responses_session_connections(session);
    }
    return 0;
}

static void a_callback_may_take_a_turn(void **state)
{
    (void)state;
    struct nested nested = {{0}, -1, -1};
    open_session();
    assert_ok(
        responses_session_create_stream(session, TURN, NTS, asks_another, &nested, NULL, &error),
        error);
    assert_int_equal(nested.status, RESPONSES_OK);
    assert_int_equal(nested.connections, 1);
    check_heard(&nested.events, &turns.sse, turns.sse.count);
    events_free(&nested.events);
}

static int frees_the_session(const responses_event *event, void *user_data)
{
    struct events *events = user_data;
    hear(events, event);
    if (events->count == 3) {
        responses_session *freed = session;
        session = NULL;
        responses_session_free(freed);
        /* What was lent stays until the callback returns. */
        assert_string_equal(responses_event_type(event), events->list[2].type);
        assert_int_equal(responses_session_connections(freed), -1);
    }
    return 0;
}

static void a_callback_may_free_the_session(void **state)
{
    (void)state;
    struct events events = {0};
    responses_response *response = NULL;
    open_session();
    int status = responses_session_create_stream(session, "{\"input\":\"hold\"}", NTS,
                                                 frees_the_session, &events, &response, &error);
    assert_status(status, RESPONSES_E_CANCELLED, error);
    assert_contains(message_of(error), "session");
    wire_go(server);
    events_free(&events);
    responses_response_free(response);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static int frees_the_client(const responses_event *event, void *user_data)
{
    struct events *events = user_data;
    hear(events, event);
    responses_client_free(client);
    client = NULL;
    return 0;
}

static void a_session_outlives_its_client(void **state)
{
    (void)state;
    struct events events = {0};
    open_session();
    assert_ok(responses_session_create_stream(session, TURN, NTS, frees_the_client, &events, NULL,
                                              &error),
              error);
    check_heard(&events, &turns.sse, turns.sse.count);
    events_free(&events);
    responses_call *call = start(TURN);
    ends_well(call);
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    responses_session_free(session);
    session = NULL;
    /* And a call its session. */
    assert_string_equal(responses_response_text(responses_call_response(call), NULL),
                        "Hello, world!");
    responses_call_free(call);
}

static responses_call *victim;

static int cancels_another(const responses_event *event, void *user_data)
{
    struct events *events = user_data;
    hear(events, event);
    if (events->count == 2)
        responses_call_cancel(victim);
    if (events->count == 4)
        responses_call_free(victim);
    return 0;
}

static void a_callback_may_end_another_turn(void **state)
{
    (void)state;
    struct events events = {0};
    open_session();
    victim = start("{\"model\":\"m\",\"stream_id\":\"a\",\"input\":\"hold\"}");
    assert_int_equal(responses_call_wait(victim, AT_MOST), RESPONSES_OK);
    wire_go(server);
    assert_ok(responses_session_create_stream(session, "{\"model\":\"m\",\"stream_id\":\"b\"}", NTS,
                                              cancels_another, &events, NULL, &error),
              error);
    assert_int_equal(events.count, turns.sse.count);
    events_free(&events);
}

/* ---- threads ---- */

static void *blocks(void *user_data)
{
    (void)user_data;
    return (void *)(intptr_t)responses_session_create(session, "{\"input\":\"hold\"}", NTS, NULL,
                                                      NULL);
}

static void another_thread_may_free_it(void **state)
{
    (void)state;
    pthread_t threads[4];
    open_session();
    responses_session *freed = session;
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, blocks, NULL);
    wire_message(server, 0);
    responses_session_free(freed);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *status;
        pthread_join(threads[i], &status);
        /* One that came too late did not find a session any more. */
        if ((intptr_t)status != RESPONSES_E_CANCELLED)
            assert_int_equal((intptr_t)status, RESPONSES_E_INVALID);
    }
    session = NULL;
    wire_go(server);
}

static void *interrupts(void *user_data)
{
    (void)user_data;
    wire_message(server, 0);
    responses_client_interrupt(client);
    return NULL;
}

static void an_interrupt_ends_a_turn_that_blocks(void **state)
{
    (void)state;
    pthread_t thread;
    open_session();
    pthread_create(&thread, NULL, interrupts, NULL);
    assert_status(responses_session_create(session, "{\"input\":\"hold\"}", NTS, NULL, &error),
                  RESPONSES_E_CANCELLED, error);
    pthread_join(thread, NULL);
    responses_error_free(error);
    error = NULL;
    wire_go(server);
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(responses_session_connections(session), 2);
}

/* ---- fork ---- */

static void a_child_has_no_session(void **state)
{
    (void)state;
    open_session();
    responses_call *call = start("{\"input\":\"hold\"}");
    assert_int_equal(responses_call_wait(call, AT_MOST), RESPONSES_OK);
    pid_t child = fork();
    if (child == 0) {
        responses_session *another = NULL;
        responses_call *none = NULL;
        int wrong = responses_session_create(session, TURN, NTS, NULL, NULL) != RESPONSES_E_FORKED;
        wrong |=
            (responses_session_create_start(session, TURN, NTS, &none, NULL) != RESPONSES_E_FORKED)
            << 1;
        wrong |= (responses_session_send_start(session, "{\"type\":\"x\"}", NTS, &none, NULL) !=
                  RESPONSES_E_FORKED)
                 << 2;
        wrong |= (responses_session_connections(session) != -1) << 3;
        wrong |= (responses_session_open(client, &another, NULL) != RESPONSES_E_FORKED) << 4;
        wrong |= (responses_call_wait(call, 0) != RESPONSES_E_FORKED) << 5;
        responses_call_free(call);
        responses_session_free(session);
        responses_client_free(client);
        _exit(wrong);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    wire_go(server);
    ends_well(call);
    responses_call_free(call);
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(responses_session_connections(session), 1);
}

/* ---- keys ---- */

static int asked;

static void gives_a_key(responses_key_request *request, void *user_data)
{
    asked++;
    responses_key_request_answer(request, user_data, NTS, NULL);
    responses_key_request_free(request);
}

static void the_key_is_asked_for_each_connection(void **state)
{
    (void)state;
    asked = 0;
    assert_int_equal(responses_client_set_key_callback(client, gives_a_key, "secret-1"),
                     RESPONSES_OK);
    open_session();
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(asked, 1);
    assert_contains(wire_head(server, 0), "secret-1");
    responses_session_free(session);
    session = NULL;
    /* Without a call nobody is asked before there is a turn. */
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    responses_client_dispatch(client);
    assert_int_equal(asked, 1);
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(asked, 2);
}

static responses_key_request *pending;

static void keeps_the_request(responses_key_request *request, void *user_data)
{
    (void)user_data;
    asked++;
    pending = request;
}

static void whoever_asked_may_go_away(void **state)
{
    (void)state;
    asked = 0;
    assert_int_equal(responses_client_set_key_callback(client, keeps_the_request, NULL),
                     RESPONSES_OK);
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    responses_call *first = start(TURN);
    assert_int_equal(responses_call_wait(first, 0), RESPONSES_AGAIN);
    responses_call *second = start(TURN);
    assert_int_equal(responses_call_wait(second, 0), RESPONSES_AGAIN);
    assert_int_equal(asked, 1);
    /* The other one asks in its place. */
    responses_key_request *old = pending;
    responses_call_free(first);
    assert_int_equal(responses_call_wait(second, 0), RESPONSES_AGAIN);
    assert_int_equal(asked, 2);
    responses_key_request_answer(old, "old", NTS, NULL);
    responses_key_request_free(old);
    assert_int_equal(responses_key_request_answer(pending, "new-key", NTS, NULL), RESPONSES_OK);
    responses_key_request_free(pending);
    ends_well(second);
    responses_call_free(second);
    assert_contains(wire_head(server, 0), "new-key");
    assert_int_equal(responses_session_connections(session), 1);
}

static void frees_session_and_request(responses_key_request *request, void *user_data)
{
    (void)user_data;
    responses_session_free(session);
    session = NULL;
    responses_key_request_answer(request, "key", NTS, NULL);
    responses_key_request_free(request);
}

static void a_function_for_keys_may_free_the_session(void **state)
{
    (void)state;
    assert_int_equal(responses_client_set_key_callback(client, frees_session_and_request, NULL),
                     RESPONSES_OK);
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    assert_status(responses_session_create(session, TURN, NTS, NULL, &error), RESPONSES_E_CANCELLED,
                  error);
}

static void gives_none(responses_key_request *request, void *user_data)
{
    (void)user_data;
    responses_key_request_free(request);
}

static void without_a_key_there_is_no_session(void **state)
{
    (void)state;
    responses_session *none = (void *)1;
    assert_int_equal(responses_client_set_key_callback(client, gives_none, NULL), RESPONSES_OK);
    assert_status(responses_session_open(client, &none, &error), RESPONSES_E_USER, error);
    assert_null(none);
    responses_error_free(error);
    error = NULL;
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    responses_call *first = start(TURN), *second = start(TURN);
    assert_status(read_call(first, &(struct events){0}, &error), RESPONSES_E_USER, error);
    responses_error_free(error);
    error = NULL;
    assert_status(read_call(second, &(struct events){0}, &error), RESPONSES_E_USER, error);
    responses_call_free(first);
    responses_call_free(second);
}

/* ---- the log ---- */

static void frees_in_the_log(int level, const char *line, size_t len, void *user_data)
{
    (void)level;
    (void)line;
    (void)len;
    (void)user_data;
    responses_session_free(session);
    session = NULL;
}

static void the_log_may_free_the_session(void **state)
{
    (void)state;
    open_session();
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_DEBUG, frees_in_the_log, NULL),
                     RESPONSES_OK);
    responses_session *logged = NULL;
    assert_ok(responses_session_open(client, &logged, &error), error);
    assert_null(session);
    session = logged;
    responses_session_create(session, TURN, NTS, NULL, NULL);
    assert_null(session);
}

/* ---- errno ---- */

static void errno_is_left_alone(void **state)
{
    (void)state;
    responses_call *call = NULL;
    errno = 77;
    open_session();
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_ok(responses_session_create_start(session, TURN, NTS, &call, &error), error);
    responses_session_connections(session);
    responses_session_free(session);
    session = NULL;
    responses_call_free(call);
    assert_int_equal(errno, 77);
}

/* ---- servers without lanes ---- */

static void a_server_need_not_repeat_the_lane(void **state)
{
    (void)state;
    struct events events = {0};
    turns.knows_no_lanes = 1;
    set(client, "session_turns", "1");
    set_limit(client, "idle_timeout_ms", 4000);
    open_session();
    static const char *const lanes[] = {"a", "b", "a"};
    responses_call *calls[COUNT(lanes)];
    for (size_t i = 0; i < COUNT(lanes); i++) {
        char json[100];
        snprintf(json, sizeof json, "{\"model\":\"m\",\"stream_id\":\"%s\"}", lanes[i]);
        calls[i] = start(json);
    }
    for (size_t i = 0; i < COUNT(lanes); i++) {
        assert_status(read_call(calls[i], &events, &error), RESPONSES_DONE, error);
        responses_call_free(calls[i]);
    }
    assert_int_equal(events.count, 3 * turns.sse.count);
    events_free(&events);
    assert_int_equal(responses_session_connections(session), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_ways_at_once),
        TEST(a_turn_can_be_read_in_batches_and_not_raw),
        TEST(a_callback_may_take_a_turn),
        TEST(a_callback_may_free_the_session),
        TEST(a_session_outlives_its_client),
        TEST(a_callback_may_end_another_turn),
        TEST(another_thread_may_free_it),
        TEST(an_interrupt_ends_a_turn_that_blocks),
        TEST(a_child_has_no_session),
        TEST(the_key_is_asked_for_each_connection),
        TEST(whoever_asked_may_go_away),
        TEST(a_function_for_keys_may_free_the_session),
        TEST(without_a_key_there_is_no_session),
        TEST(the_log_may_free_the_session),
        TEST(errno_is_left_alone),
        TEST(a_server_need_not_repeat_the_lane),
    };
    return run(tests);
}
