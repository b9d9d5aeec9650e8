/* Sessions in the hands of a program that uses all there is: callbacks that use and free the session, forks, and
   servers that know less than the API. */
#include "test.h"
#include "turns.h"

#include <errno.h>
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

/* ---- other ways to read ---- */

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
    responses_error_free(error);
    error = NULL;
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

/* ---- fork ---- */

/* Under valgrind by becoming another program, or it would look for leaks: see test_fork.c. */
static void leave(int status)
{
    char command[32];
    snprintf(command, sizeof command, "exit %d", status);
    if (is_slow())
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(status);
}

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
        leave(wrong);
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

/* ---- turns behind one that is not read ---- */

/* From now on each turn has so many deltas, of 150 bytes and more. */
static void turns_are_long(int deltas)
{
    sse_free(&turns.sse);
    sse_begin(&turns.sse, "resp_1");
    sse_created(&turns.sse);
    sse_message_added(&turns.sse, 0, "msg_1");
    sse_part_added(&turns.sse, 0, "msg_1");
    for (int i = 0; i < deltas; i++)
        sse_delta(&turns.sse, 0, "msg_1", "word ");
    sse_completed(&turns.sse);
}

static void a_turn_may_be_read_before_the_one_that_it_waits_for(void **state)
{
    (void)state;
    turns_are_long(500);
    set(client, "max_queue_bytes", "8192");
    set(client, "timeout_ms", "8000");
    open_session();
    responses_call *first = start(TURN), *second = start(TURN);
    ends_well(second);
    ends_well(first);
    responses_call_free(first);
    responses_call_free(second);
    assert_int_equal(responses_session_connections(session), 1);
}

static void a_turn_does_not_wait_for_one_that_nobody_reads(void **state)
{
    (void)state;
    struct events events = {0};
    turns_are_long(1000);
    set(client, "max_queue_bytes", "1024");
    set(client, "timeout_ms", "8000");
    open_session();
    responses_call *first = start(TURN);
    /* Alone it is paused, for as long as it likes. */
    assert_int_equal(responses_call_wait(first, AT_MOST), RESPONSES_OK);
    responses_call *second = start(TURN);
    ends_well(second);
    assert_status(read_call(first, &events, &error), RESPONSES_E_LIMIT, error);
    assert_contains(message_of(error), "max_queue_bytes");
    events_free(&events);
    responses_call_free(first);
    responses_call_free(second);
    assert_int_equal(responses_session_connections(session), 2);
}

static void a_turn_that_holds_up_nobody_any_more_is_paused(void **state)
{
    (void)state;
    turns_are_long(1000);
    set(client, "max_queue_bytes", "1024");
    open_session();
    responses_call *first = start(TURN), *second = start(TURN);
    /* It has 32 KiB soon, and then a second. */
    assert_int_equal(responses_call_wait(first, AT_MOST), RESPONSES_OK);
    for (int i = 0; i < 20; i++) {
        responses_client_dispatch(client);
        sleep_ms(5);
    }
    responses_call_free(second);
    for (int i = 0; i < 15; i++) {
        responses_client_dispatch(client);
        sleep_ms(100);
    }
    ends_well(first);
    responses_call_free(first);
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
        TEST(a_turn_can_be_read_in_batches_and_not_raw),
        TEST(a_callback_may_take_a_turn),
        TEST(a_callback_may_free_the_session),
        TEST(a_session_outlives_its_client),
        TEST(a_callback_may_end_another_turn),
        TEST(a_child_has_no_session),
        TEST(the_log_may_free_the_session),
        TEST(errno_is_left_alone),
        TEST(a_turn_may_be_read_before_the_one_that_it_waits_for),
        TEST(a_turn_does_not_wait_for_one_that_nobody_reads),
        TEST(a_turn_that_holds_up_nobody_any_more_is_paused),
        TEST(a_server_need_not_repeat_the_lane),
    };
    return run(tests);
}
