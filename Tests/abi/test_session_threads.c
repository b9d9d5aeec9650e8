/* Sessions that threads share: every way of calling at once, and sessions that one thread ends under another. */
#include "test.h"
#include "turns.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

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

/* ---- many threads ---- */

static atomic_int good;

/* Some turns in a lane of its own, each in another way. */
static void *takes_turns(void *user_data)
{
    char json[100];
    snprintf(json, sizeof json, "{\"model\":\"m\",\"stream_id\":\"%s\"}", (char *)user_data);
    for (int i = 0; i < 8; i++) {
        responses_call *call = NULL;
        struct events events = {0};
        good += responses_session_create(session, json, NTS, NULL, NULL) == RESPONSES_OK;
        good += responses_session_create_stream(session, json, NTS, collect, &events, NULL, NULL) ==
                RESPONSES_OK;
        good += responses_session_create_start(session, json, NTS, &call, NULL) == RESPONSES_OK &&
                read_call(call, &events, NULL) == RESPONSES_DONE;
        good += events.count == 2 * turns.sse.count;
        events_free(&events);
        responses_call_free(call);
        good += responses_create(client, REQUEST, NTS, NULL, NULL) == RESPONSES_OK;
    }
    return NULL;
}

static void many_threads_take_turns(void **state)
{
    (void)state;
    static char *const lanes[] = {"a", "b", "c", "d", "e", "f"};
    pthread_t threads[COUNT(lanes)];
    good = 0;
    open_session();
    for (size_t i = 0; i < COUNT(lanes); i++)
        pthread_create(&threads[i], NULL, takes_turns, lanes[i]);
    for (size_t i = 0; i < COUNT(lanes); i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(good, 5 * 8 * (int)COUNT(lanes));
    assert_int_equal(responses_session_connections(session), 1);
}

static void *opens_and_frees(void *user_data)
{
    (void)user_data;
    for (int i = 0; i < 10; i++) {
        responses_session *mine = NULL;
        responses_call *call = NULL;
        good +=
            responses_session_open_start(client, &mine, i % 2 ? &call : NULL, NULL) == RESPONSES_OK;
        if (i % 3 == 0)
            good += responses_session_create(mine, TURN, NTS, NULL, NULL) == RESPONSES_OK;
        responses_session_free(mine);
        responses_call_free(call);
    }
    return NULL;
}

static void sessions_come_and_go_in_many_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    good = 0;
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, opens_and_frees, NULL);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(good, 14 * (int)COUNT(threads));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_ways_at_once),
        TEST(another_thread_may_free_it),
        TEST(an_interrupt_ends_a_turn_that_blocks),
        TEST(many_threads_take_turns),
        TEST(sessions_come_and_go_in_many_threads),
    };
    return run(tests);
}
