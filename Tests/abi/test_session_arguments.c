/* The arguments of sessions: handles of other kinds and what was freed, results that nobody wants, and JSON. */
#include "test.h"
#include "turns.h"

#define NTS  RESPONSES_NTS
#define TURN "{\"model\":\"m\",\"input\":\"hi\"}"

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

/* ---- handles ---- */

/* Every function with that in place of a session. */
static void is_no_session(responses_session *wrong)
{
    responses_response *response = (void *)1;
    responses_call *call = (void *)1;
    struct {
        const char *name;
        int status;
    } answers[4];
    answers[0].name = "create";
    answers[0].status = responses_session_create(wrong, TURN, NTS, &response, &error);
    assert_null(response);
    assert_contains(message_of(error), "session");
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "session");
    responses_error_free(error);
    response = (void *)1;
    answers[1].name = "create_stream";
    answers[1].status =
        responses_session_create_stream(wrong, TURN, NTS, ignore, NULL, &response, &error);
    assert_null(response);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "session");
    responses_error_free(error);
    answers[2].name = "create_start";
    answers[2].status = responses_session_create_start(wrong, TURN, NTS, &call, &error);
    assert_null(call);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "session");
    responses_error_free(error);
    call = (void *)1;
    answers[3].name = "send_start";
    answers[3].status = responses_session_send_start(wrong, "{\"type\":\"x\"}", NTS, &call, &error);
    assert_null(call);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "session");
    responses_error_free(error);
    error = NULL;
    for (size_t i = 0; i < COUNT(answers); i++)
        if (answers[i].status != RESPONSES_E_INVALID)
            fail_msg("%s: %s", answers[i].name, responses_status_name(answers[i].status));
    assert_int_equal(responses_session_create(wrong, TURN, NTS, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_session_connections(wrong), -1);
}

static void other_handles_are_no_session(void **state)
{
    (void)state;
    responses_response *response = NULL;
    is_no_session(NULL);
    is_no_session((responses_session *)client);
    open_session();
    responses_call *call = start(TURN);
    is_no_session((responses_session *)call);
    ends_well(call);
    responses_call_free(call);
    assert_ok(responses_session_create(session, TURN, NTS, &response, &error), error);
    is_no_session((responses_session *)response);
    responses_response_free(response);
    /* Nothing happens to what is freed as a session and is none. */
    responses_session_free((responses_session *)client);
    responses_session_free(NULL);
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
    assert_int_equal(responses_session_connections(session), 1);

    responses_session *freed = session;
    session = NULL;
    responses_session_free(freed);
    is_no_session(freed);
    responses_session_free(freed);
}

static void a_session_is_no_other_handle(void **state)
{
    (void)state;
    responses_session *another = (void *)1;
    responses_call *call = (void *)1;
    open_session();
    assert_int_equal(responses_create((responses_client *)session, REQUEST, NTS, NULL, NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_call_wait((responses_call *)session, 0), RESPONSES_E_INVALID);
    responses_client_free((responses_client *)session);
    responses_call_free((responses_call *)session);

    responses_client *wrong[] = {NULL, (responses_client *)session};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_status(responses_session_open(wrong[i], &another, &error), RESPONSES_E_INVALID,
                      error);
        assert_null(another);
        assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "client");
        responses_error_free(error);
        another = (void *)1;
        assert_status(responses_session_open_start(wrong[i], &another, &call, &error),
                      RESPONSES_E_INVALID, error);
        assert_null(another);
        assert_null(call);
        responses_error_free(error);
        error = NULL;
        another = (void *)1;
        call = (void *)1;
    }
    assert_int_equal(responses_session_open(NULL, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_session_open_start(NULL, NULL, NULL, NULL), RESPONSES_E_INVALID);
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
}

static void nobody_need_want_anything(void **state)
{
    (void)state;
    responses_call *call = (void *)1;
    /* The session goes at once, and with it whatever it was opened for. */
    assert_int_equal(responses_session_open(client, NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_session_open_start(client, NULL, NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_session_open_start(client, NULL, &call, NULL), RESPONSES_OK);
    assert_non_null(call);
    assert_status(read_call(call, &(struct events){0}, &error), RESPONSES_E_CANCELLED, error);
    responses_call_free(call);
    responses_error_free(error);
    error = NULL;

    open_session();
    assert_int_equal(responses_session_create(session, TURN, NTS, NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_session_create_stream(session, TURN, NTS, NULL, NULL, NULL, NULL),
                     RESPONSES_OK);
    /* Freed as it is started: it is not waited for. */
    assert_int_equal(responses_session_create_start(session, TURN, NTS, NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_session_send_start(session, "{\"type\":\"x\"}", NTS, NULL, NULL),
                     RESPONSES_OK);
    assert_ok(responses_session_create(session, TURN, NTS, NULL, &error), error);
}

/* ---- JSON ---- */

static void what_is_no_turn_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        " ",
        "{",
        "}",
        "[]",
        "7",
        "null",
        "\"a\"",
        "{\"model\":\"m\"} x",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":\"\xff\"}",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "{\"type\":\"response.steer\"}",
        "{\"type\":7}",
        "{\"type\":null}",
        "{\"type\":\"\"}",
        "{\"background\":true}",
        "{\"stream_id\":\"\"}",
        "{\"stream_id\":\"a b\"}",
        "{\"stream_id\":\"a/b\"}",
        "{\"stream_id\":7}",
        "{\"stream_id\":[\"a\"]}",
        "{\"stream_id\":\"\\u00e4\"}",
        "{\"stream_id\":\"a\\u0000\"}",
        /* Of members with the same name the last one counts. */
        "{\"stream_id\":\"a\",\"stream_id\":\"a b\"}",
        "{\"background\":false,\"background\":true}",
    };
    responses_call *call;
    open_session();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        call = (void *)1;
        int status = responses_session_create_start(session, wrong[i], NTS, &call, &error);
        if (status != RESPONSES_E_INVALID || call != NULL)
            fail_msg("%s: %s", wrong[i], responses_status_name(status));
        assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "json");
        assert_true(strlen(message_of(error)) > 10);
        responses_error_free(error);
        error = NULL;
        assert_int_equal(responses_session_create(session, wrong[i], NTS, NULL, NULL),
                         RESPONSES_E_INVALID);
        assert_int_equal(
            responses_session_create_stream(session, wrong[i], NTS, ignore, NULL, NULL, NULL),
            RESPONSES_E_INVALID);
    }
    assert_int_equal(responses_session_create(session, NULL, NTS, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_session_create(session, TURN, 0, NULL, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_session_create(session, TURN, sizeof TURN, NULL, NULL),
                     RESPONSES_E_INVALID); /* the NUL is no JSON */
    assert_int_equal(responses_session_create(session, TURN, sizeof TURN - 2, NULL, NULL),
                     RESPONSES_E_INVALID);
    char lane[300] = "{\"stream_id\":\"";
    memset(lane + 14, 'a', 257);
    strcpy(lane + 14 + 257, "\"}");
    assert_int_equal(responses_session_create(session, lane, NTS, NULL, NULL), RESPONSES_E_INVALID);
    strcpy(lane + 14 + 256, "\"}");
    assert_int_equal(responses_session_create(session, lane, NTS, NULL, NULL), RESPONSES_OK);
    assert_int_equal(wire_messages(server), 1);
}

static void what_is_no_event_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "{",
        "[]",
        "7",
        "{}",
        "{\"type\":\"\"}",
        "{\"type\":7}",
        "{\"type\":null}",
        "{\"type\":\"response.create\"}",
        "{\"type\":\"response\\u002ecreate\"}",
        "{\"type\":\"response.steer\"}",
        "{\"type\":\"response.steer\",\"previous_response_id\":\"\"}",
        "{\"type\":\"response.steer\",\"previous_response_id\":7}",
        "{\"type\":\"a\",\"b\":NaN}",
    };
    responses_call *call;
    open_session();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        call = (void *)1;
        int status = responses_session_send_start(session, wrong[i], NTS, &call, &error);
        if (status != RESPONSES_E_INVALID || call != NULL)
            fail_msg("%s: %s", wrong[i], responses_status_name(status));
        assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "json");
        responses_error_free(error);
        error = NULL;
    }
    assert_int_equal(responses_session_send_start(session, NULL, NTS, NULL, NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(wire_messages(server), 0);
}

static void a_turn_is_sent_as_it_was_given(void **state)
{
    (void)state;
    static const struct {
        const char *given, *sent;
    } cases[] = {
        {"{}", "{\"type\":\"response.create\"}"},
        {" \n{ } ", "{\"type\":\"response.create\"}"},
        {"{\"stream\":true}", "{\"type\":\"response.create\"}"},
        {"{\"stream\":true,\"a\":1}", "{\"type\":\"response.create\",\"a\":1}"},
        {"{\"a\":1,\"stream\":false}", "{\"type\":\"response.create\",\"a\":1}"},
        {"{\"a\":1, \"stream\" : {\"b\":[]} , \"c\":2}",
         "{\"type\":\"response.create\",\"a\":1,\"c\":2}"},
        {"{\"stream\":true,\"stream\":true,\"background\":false,\"background\":null}",
         "{\"type\":\"response.create\"}"},
        {"{\"str\\u0065am\":true,\"a\":{\"stream\":true,\"background\":true}}",
         "{\"type\":\"response.create\",\"a\":{\"stream\":true,\"background\":true}}"},
        {"{\"type\":\"response.create\",\"a\":1}", "{\"type\":\"response.create\",\"a\":1}"},
        {"{\"a\":1,\"type\":\"response.create\",\"stream\":true}",
         "{\"type\":\"response.create\",\"a\":1}"},
        {"{\"type\":\"response\\u002ecreate\"}", "{\"type\":\"response.create\"}"},
        {"{\"stream_id\":null,\"a\":1}",
         "{\"type\":\"response.create\",\"stream_id\":null,\"a\":1}"},
        {"{\"stream_id\":\"\\u0061\"}", "{\"type\":\"response.create\",\"stream_id\":\"a\"}"},
        {"{\"a\":[1.50,1e400,123456789012345678901234567890,\"\xc3\xa4\\ud83d\\ude00\"]}", NULL},
    };
    open_session();
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = responses_session_create(session, cases[i].given, NTS, NULL, &error);
        if (status != RESPONSES_OK)
            fail_msg("%s: %s", cases[i].given, message_of(error));
        if (cases[i].sent != NULL)
            assert_json(wire_message(server, (int)i), cases[i].sent);
        else
            assert_contains(wire_message(server, (int)i), cases[i].given + 1);
    }
    /* An event is not changed at all. */
    responses_call *call = NULL;
    assert_ok(responses_session_send_start(session, " {\"type\" : \"x\"}", NTS, &call, &error),
              error);
    assert_status(read_call(call, &(struct events){0}, &error), RESPONSES_DONE, error);
    responses_call_free(call);
    assert_string_equal(wire_message(server, COUNT(cases)), " {\"type\" : \"x\"}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(other_handles_are_no_session), TEST(a_session_is_no_other_handle),
        TEST(nobody_need_want_anything),    TEST(what_is_no_turn_is_refused),
        TEST(what_is_no_event_is_refused),  TEST(a_turn_is_sent_as_it_was_given),
    };
    return run(tests);
}
