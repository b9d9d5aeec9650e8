/* Attempts of sessions: turns, and the connection that one of them waits for. */
#include "told.h"

#include "test.h"
#include "turns.h"

#define NTS  RESPONSES_NTS
#define TURN "{\"model\":\"m\",\"input\":\"hi\"}"

enum { END = RESPONSES_NEXT_END, RETRY = RESPONSES_NEXT_RETRY };

static struct wire_server *server;
static responses_client *client;
static responses_session *session;
static responses_error *error;
static struct turns turns;
static struct told told;

/* What comes of the first connections: 1: it is refused, 2: it is ended after the first event. */
static int faults[4];

static void plays(struct wire *wire, void *user_data)
{
    const int fault = wire->index < 4 ? faults[wire->index] : 0;
    char *trace = wire_header(wire, "traceparent");
    if (trace == NULL || strcmp(trace, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        wire_problem(wire, "traceparent is \"%s\"", trace ? trace : "");
    free(trace);
    if (fault == 1) {
        wire_answer(wire, 503, "Retry-After-Ms: 1\r\nContent-Type: application/json\r\n", "{}");
    } else if (fault == 2) {
        wire_agree(wire);
        free(wire_take(wire));
        wire_say_events(wire, &turns.sse, 0, 1, NULL);
        wire_reset(wire);
    } else {
        play_turns(wire, user_data);
    }
}

static int setup(void **state)
{
    (void)state;
    sse_hello(&turns.sse, "resp_1");
    turns.knows_no_lanes = 0;
    memset(faults, 0, sizeof faults);
    server = wire_start(plays, &turns);
    client = client_at(wire_url(server));
    set(client, "max_retries", "2");
    assert_ok(responses_client_set_header(client, "traceparent",
                                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                          &error),
              error);
    responses_client_set_attempt_callback(client, tell, &told);
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
    told_free(&told);
    return 0;
}

static void opening_is_an_attempt(void **state)
{
    (void)state;
    assert_ok(responses_session_open(client, &session, &error), error);
    assert_int_equal(told.count, 1);
    assert_attempt(&told, 0, 1, RESPONSES_OK, 101, END);
    assert_string_equal(told.list[0].operation, "session_open");
    assert_string_equal(told.list[0].method, "");
    assert_int_equal(told.list[0].reused, 0);
    assert_true(told.list[0].lookup >= 0 && told.list[0].connect >= 0);
    struct played played = play_turn(session, TURN);
    assert_ok(played.status, played.error);
    played_free(&played);
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 1, 1, RESPONSES_OK, 101, END);
    assert_int_equal(told.list[1].reused, 1);
}

static void the_first_turn_may_open_the_connection(void **state)
{
    (void)state;
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    for (int i = 0; i < 2; i++) {
        struct played played = play_turn(session, TURN);
        assert_ok(played.status, played.error);
        played_free(&played);
        assert_attempt(&told, i, 1, RESPONSES_OK, 101, END);
        const struct attempt *a = &told.list[i];
        assert_string_equal(a->operation, "create");
        assert_int_equal(a->reused, i);
        assert_int_equal(a->lookup >= 0, !i);
        assert_int_equal(a->connect >= 0, !i);
        assert_true(a->sent >= 0 && a->first_byte >= 0 && a->first_event >= 0);
        assert_int_equal(a->events, turns.sse.count);
        assert_true(a->bytes_sent > (int64_t)strlen(TURN));
        assert_true(a->bytes_received > 0);
        assert_contains(a->json, "\"request_model\":\"m\"");
        assert_contains(a->json, "\"response_id\":\"resp_1\"");
    }
    assert_int_equal(told.count, 2);
}

static void a_handshake_that_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        faults[i] = 1;
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    struct played played = play_turn(session, TURN);
    assert_int_equal(played.status, RESPONSES_E_API);
    played_free(&played);
    assert_int_equal(told.ends, 1);
    assert_int_equal(told.list[told.count - 1].status, RESPONSES_E_API);
    assert_int_equal(told.list[told.count - 1].http_status, 503);
}

static void a_connection_that_breaks(void **state)
{
    (void)state;
    faults[0] = 2;
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    struct played played = play_turn(session, TURN);
    assert_int_equal(told.ends, 1);
    assert_int_equal(told.list[told.count - 1].status, played.status);
    assert_int_equal(told.list[0].events, 1);
    assert_true(played.status != RESPONSES_OK);
    played_free(&played);
}

static void a_turn_that_is_freed(void **state)
{
    (void)state;
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    for (int i = 0; i < 10; i++) {
        responses_call *call = NULL;
        assert_ok(responses_session_create_start(session, TURN, NTS, &call, &error), error);
        for (int read = 0; read < i; read++)
            responses_call_wait(call, 1);
        responses_call_free(call);
        assert_int_equal(told.ends, i + 1);
        assert_int_equal(told.list[told.count - 1].status, RESPONSES_E_CANCELLED);
    }
}

static void a_turn_that_waits_while_its_session_is_freed(void **state)
{
    (void)state;
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    responses_call *call = NULL;
    assert_ok(responses_session_create_start(session, TURN, NTS, &call, &error), error);
    responses_session_free(session);
    session = NULL;
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_E_CANCELLED);
    responses_call_free(call);
    assert_int_equal(told.count, 1);
    assert_attempt(&told, 0, 1, RESPONSES_E_CANCELLED, 0, END);
    assert_int_equal(told.list[0].sent, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(opening_is_an_attempt),       T(the_first_turn_may_open_the_connection),
        T(a_handshake_that_is_refused), T(a_connection_that_breaks),
        T(a_turn_that_is_freed),        T(a_turn_that_waits_while_its_session_is_freed),
    };
    return run(tests);
}
