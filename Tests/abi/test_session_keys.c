/* Keys of sessions that a function gives: one for each connection, in the handshake. */
#include "test.h"
#include "turns.h"

#define NTS     RESPONSES_NTS
#define TURN    "{\"model\":\"m\",\"input\":\"hi\"}"
#define AT_MOST at_most(8000)

static struct wire_server *server;
static responses_client *client;
static responses_session *session;
static responses_error *error;
static struct turns turns;

/* What the function was asked, and what it answers. */
static int asked, statuses[10], attempts[10];
static const char *keys[10];

static void gives_a_key(responses_key_request *request, void *user_data)
{
    (void)user_data;
    statuses[asked] = responses_key_request_http_status(request);
    attempts[asked] = responses_key_request_attempt(request);
    responses_key_request_answer(request, keys[asked++], NTS, NULL);
    responses_key_request_free(request);
}

/* Which keys the server takes: those that begin so. Other handshakes get a 401. */
#define RIGHT "right-"

static void checks_the_key(struct wire *wire, void *user_data)
{
    char *key = wire_header(wire, "Authorization");
    if (key != NULL && strstr(key, RIGHT) != NULL)
        play_turns(wire, user_data);
    else
        wire_answer(wire, 401, "Content-Type: application/json\r\n",
                    "{\"error\":{\"message\":\"wrong key\",\"code\":\"invalid_api_key\"}}");
    free(key);
}

static int setup(void **state)
{
    (void)state;
    sse_hello(&turns.sse, "resp_1");
    turns.knows_no_lanes = 0;
    server = wire_start(checks_the_key, &turns);
    client = client_at(wire_url(server));
    session = NULL;
    error = NULL;
    asked = 0;
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

static void ask_for_keys(void)
{
    assert_int_equal(responses_client_set_key_callback(client, gives_a_key, NULL), RESPONSES_OK);
}

static void the_key_is_asked_for_each_connection(void **state)
{
    (void)state;
    keys[0] = RIGHT "1";
    keys[1] = RIGHT "2";
    keys[2] = RIGHT "3";
    ask_for_keys();
    open_session();
    for (int i = 0; i < 3; i++)
        assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(asked, 1);
    assert_contains(wire_head(server, 0), keys[0]);
    /* A turn that is given up takes its connection with it. */
    responses_call *call = start("{\"input\":\"hold\"}");
    assert_int_equal(responses_call_wait(call, AT_MOST), RESPONSES_OK);
    responses_call_free(call);
    wire_go(server);
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(responses_session_connections(session), 2);
    assert_int_equal(asked, 2);
    assert_contains(wire_head(server, 1), keys[1]);
    responses_session_free(session);
    session = NULL;
    /* Without a call nobody is asked before there is a turn. */
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    responses_client_dispatch(client);
    assert_int_equal(asked, 2);
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(asked, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(statuses[i], 0);
        assert_int_equal(attempts[i], 1);
    }
}

static void a_key_that_is_refused_is_asked_for_again(void **state)
{
    (void)state;
    keys[0] = "wrong";
    keys[1] = RIGHT "1";
    ask_for_keys();
    open_session();
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(asked, 2);
    assert_int_equal(statuses[0], 0);
    assert_int_equal(statuses[1], 401);
    assert_int_equal(attempts[0], 1);
    assert_int_equal(attempts[1], 2);
    assert_int_equal(responses_session_connections(session), 1);
}

static void not_twice_in_a_row(void **state)
{
    (void)state;
    responses_session *none = NULL;
    set(client, "timeout_ms", "8000");
    keys[0] = "wrong";
    keys[1] = "wrong-too";
    keys[2] = RIGHT "late";
    ask_for_keys();
    assert_status(responses_session_open(client, &none, &error), RESPONSES_E_API, error);
    assert_null(none);
    assert_int_equal(responses_error_http_status(error), 401);
    assert_string_equal(field(error, RESPONSES_ERROR_CODE), "invalid_api_key");
    assert_int_equal(asked, 2);
}

static void the_refusal_is_that_of_every_turn(void **state)
{
    (void)state;
    responses_call *calls[3];
    set(client, "timeout_ms", "8000");
    keys[0] = "wrong";
    keys[1] = "wrong-too";
    keys[2] = RIGHT "late";
    ask_for_keys();
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    for (size_t i = 0; i < COUNT(calls); i++)
        calls[i] = start(TURN);
    for (size_t i = 0; i < COUNT(calls); i++) {
        assert_status(read_call(calls[i], &(struct events){0}, &error), RESPONSES_E_API, error);
        assert_int_equal(responses_error_http_status(error), 401);
        responses_error_free(error);
        error = NULL;
        responses_call_free(calls[i]);
    }
    assert_int_equal(asked, 2);
    /* The session is as good as before: the next turn has another key. */
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(asked, 3);
    assert_int_equal(statuses[2], 401);
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
    assert_int_equal(responses_key_request_answer(pending, RIGHT "new", NTS, NULL), RESPONSES_OK);
    responses_key_request_free(pending);
    ends_well(second);
    responses_call_free(second);
    assert_contains(wire_head(server, 0), RIGHT "new");
    assert_int_equal(responses_session_connections(session), 1);
}

static void frees_session_and_request(responses_key_request *request, void *user_data)
{
    (void)user_data;
    responses_session_free(session);
    session = NULL;
    responses_key_request_answer(request, RIGHT, NTS, NULL);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_key_is_asked_for_each_connection),
        TEST(a_key_that_is_refused_is_asked_for_again),
        TEST(not_twice_in_a_row),
        TEST(the_refusal_is_that_of_every_turn),
        TEST(whoever_asked_may_go_away),
        TEST(a_function_for_keys_may_free_the_session),
        TEST(without_a_key_there_is_no_session),
    };
    return run(tests);
}
