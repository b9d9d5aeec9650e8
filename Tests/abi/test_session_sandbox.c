/* Sessions with the local server: how it misbehaves when it is asked to, the end of an hour, and steering. */
#include "test.h"
#include "sandbox.h"

#define NTS RESPONSES_NTS

static struct sandbox sandbox;
static responses_client *client;
static responses_session *session;
static responses_error *error;
static struct events events;

static int setup(void **state)
{
    (void)state;
    if (sandbox.pid == 0 && sandbox_start(&sandbox, NULL) != 0) {
        print_error("no sandbox at \"%s\"\n", getenv("RESPONSES_SANDBOX"));
        return -1;
    }
    client = client_at(sandbox.url);
    session = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    events_free(&events);
    responses_error_free(error);
    responses_session_free(session);
    responses_client_free(client);
    return 0;
}

/* A session whose connections misbehave so; NULL: they do not. */
static void open_with(const char *fault)
{
    responses_session_free(session);
    assert_int_equal(responses_client_set_header(client, "X-Sandbox-Fault", fault, NULL),
                     RESPONSES_OK);
    if (responses_session_open(client, &session, &error) != RESPONSES_OK)
        fail_msg("%s: %s", fault ? fault : "no fault", message_of(error));
}

#define ASK(what) "{\"model\":\"sandbox\",\"store\":false,\"input\":\"" what "\"}"
#define HELLO     ASK("Say hello.")
#define SLOW(what, speed)                                                                          \
    "{\"model\":\"sandbox\",\"store\":false,\"input\":\"" what                                     \
    "\",\"metadata\":{\"sandbox_speed\":\"" speed "\"}}"

static void check_hello(const char *fault, int turns)
{
    while (turns-- > 0) {
        struct played played = play_turn(session, HELLO);
        if (played.status != RESPONSES_OK)
            fail_msg("%s: %s", fault, message_of(played.error));
        assert_string_equal(played.events.text.data, "You said: Say hello.");
        assert_string_equal(responses_response_text(played.response, NULL), "You said: Say hello.");
        played_free(&played);
    }
}

/* ---- faults ---- */

static void what_makes_no_difference(void **state)
{
    (void)state;
    static const char *const faults[] = {"fragment=1",
                                         "fragment=7; between=ping",
                                         "fragment=100; between=pong; empty-frames",
                                         "empty-frames",
                                         "ping-flood=200",
                                         "ping-every=1",
                                         "pongs=5",
                                         "byte-per-write",
                                         "write-size=3",
                                         "event-per-write",
                                         "no-sequence",
                                         "keepalive-every=2",
                                         "bad-frame=empty; bad-frame-at=3",
                                         "bad-frame=no-type; bad-frame-at=3",
                                         "with-header=X-More:yes",
                                         "close-code=1000; close-at=end; close-then=fin",
                                         "close-code=none; close-at=end; close-then=now",
                                         "close-code=1012; close-at=end; close-then=rst"};
    for (size_t i = 0; i < COUNT(faults); i++) {
        open_with(faults[i]);
        check_hello(faults[i], 3);
    }
}

static const struct outcome {
    const char *fault;
    int status;
    const char *words;
} outcomes[] = {
    {"cut-after-events=3", RESPONSES_E_TRUNCATED, "without a close frame"},
    {"cut-after-events=3; how=rst", RESPONSES_E_TRUNCATED, ""},
    {"cut-in-event=3", RESPONSES_E_TRUNCATED, ""},
    {"cut-at-byte=900", RESPONSES_E_TRUNCATED, ""},
    {"close-code=1011; close-at=3; close-reason=oops", RESPONSES_E_TRUNCATED, "code 1011: oops"},
    {"close-code=none; close-at=3", RESPONSES_E_TRUNCATED, "closed the WebSocket"},
    {"close-code=1001; close-at=3; close-then=stay", RESPONSES_E_TRUNCATED, "code 1001"},
    {"close-code=1001; close-at=3; close-then=rst", RESPONSES_E_TRUNCATED, ""},
    {"close-code=1001; close-at=3; close-then=now", RESPONSES_E_TRUNCATED, ""},
    {"bad-frame=masked; bad-frame-at=3", RESPONSES_E_PROTOCOL, "masked"},
    {"bad-frame=opcode; bad-frame-at=3", RESPONSES_E_PROTOCOL, "opcode"},
    {"bad-frame=rsv; bad-frame-at=3", RESPONSES_E_PROTOCOL, "reserved"},
    {"bad-frame=binary; bad-frame-at=3", RESPONSES_E_PROTOCOL, "binary"},
    {"bad-frame=continuation; bad-frame-at=3", RESPONSES_E_PROTOCOL, "continuation"},
    {"bad-frame=nested; bad-frame-at=3", RESPONSES_E_PROTOCOL, "inside another"},
    {"bad-frame=control-opcode; bad-frame-at=3", RESPONSES_E_PROTOCOL, "opcode"},
    {"bad-frame=long-length; bad-frame-at=3", RESPONSES_E_PROTOCOL, "more bytes than it needs"},
    {"bad-frame=negative-length; bad-frame-at=3", RESPONSES_E_PROTOCOL, "highest bit"},
    {"bad-frame=huge-length; bad-frame-at=3", RESPONSES_E_LIMIT, "max_event_bytes"},
    {"bad-frame=fragmented-ping; bad-frame-at=3", RESPONSES_E_PROTOCOL, "fragmented"},
    {"bad-frame=long-ping; bad-frame-at=3", RESPONSES_E_PROTOCOL, "125"},
    {"bad-frame=half-close; bad-frame-at=3", RESPONSES_E_PROTOCOL, "half a code"},
    {"bad-frame=bad-close; bad-frame-at=3", RESPONSES_E_PROTOCOL, "must not be sent"},
    {"bad-frame=close-utf8; bad-frame-at=3", RESPONSES_E_PROTOCOL, "UTF-8"},
    {"bad-frame=not-json; bad-frame-at=3", RESPONSES_E_PROTOCOL, "JSON"},
    {"bad-frame=not-object; bad-frame-at=3", RESPONSES_E_PROTOCOL, "JSON"},
    {"bad-utf8=3", RESPONSES_E_PROTOCOL, "UTF-8"},
    {"bad-json=3", RESPONSES_E_PROTOCOL, "JSON"},
};

/* Each turn but the second is right, over whatever connection it comes. */
static void what_ends_one_turn(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(outcomes); i++) {
        char fault[200];
        snprintf(fault, sizeof fault, "on=turn; skip=1; times=1; tag=ends-%zu; %s", i,
                 outcomes[i].fault);
        open_with(fault);
        check_hello(fault, 1);
        struct played played = play_turn(session, HELLO);
        if (played.status != outcomes[i].status)
            print_error("%s\n", fault);
        assert_status(played.status, outcomes[i].status, played.error);
        assert_contains(message_of(played.error), outcomes[i].words);
        assert_in_range(played.events.count, 0, 4);
        if (played.events.count > 0)
            assert_string_equal(responses_response_id(played.response),
                                played.events.list[0].response_id);
        played_free(&played);
        check_hello(fault, 2);
        /* What is no JSON does not end a connection, unless the rest of the turn is still to come. */
        if (strcmp(outcomes[i].words, "JSON") != 0)
            assert_int_equal(responses_session_connections(session), 2);
    }
}

/* The server cancels what is under way when a connection ends, unless it is told not to. */
static void what_outlives_its_connection_is_asked_for(void **state)
{
    (void)state;
    open_with("cut-after-events=4; outlive; times=1; on=turn; tag=outlive");
    struct played played =
        play_turn(session, "{\"model\":\"sandbox\",\"store\":true,\"input\":\"#long=30\","
                           "\"metadata\":{\"sandbox_speed\":\"400\"}}");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 5);
    assert_int_equal(played.events.list[4].kind, RESPONSES_EVENT_COMPLETED);
    assert_string_equal(responses_response_status(played.response), "completed");
    assert_true(strlen(responses_response_text(played.response, NULL)) > 60);
    played_free(&played);
    check_hello("outlive", 1);
}

/* ---- the hour, and what is at hand ---- */

static void play_on(const char *id, int expected, const char *code)
{
    char json[400];
    snprintf(json, sizeof json,
             "{\"model\":\"sandbox\",\"store\":false,\"input\":\"And?\","
             "\"previous_response_id\":\"%s\"}",
             id);
    struct played played = play_turn(session, json);
    assert_status(played.status, expected, played.error);
    if (code)
        assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), code);
    played_free(&played);
}

static void after_the_hour_turns_go_on(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    open_with("limit-after-turns=2; tag=hour");
    struct played played = {0};
    for (int turn = 0; turn < 7; turn++) {
        played_free(&played);
        played = play_turn(session, HELLO);
        assert_ok(played.status, played.error);
    }
    assert_true(responses_session_connections(session) >= 3);
    char *id = strdup(responses_response_id(played.response));
    const int connections = responses_session_connections(session);
    played_free(&played);
    /* What is not stored is at hand as long as the connection is the same. */
    open_with(NULL);
    play_on(id, RESPONSES_E_API, "previous_response_not_found");
    played = play_turn(session, HELLO);
    play_on(responses_response_id(played.response), RESPONSES_OK, NULL);
    played_free(&played);
    assert_int_equal(responses_session_connections(session), 1);
    assert_true(connections > 1);
    free(id);
}

static void nothing_may_be_generated(void **state)
{
    (void)state;
    open_with(NULL);
    struct played played = play_turn(
        session, "{\"model\":\"sandbox\",\"generate\":false,\"instructions\":\"Be brief.\"}");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 2);
    assert_string_equal(value_at(played.response, "/status"), "completed");
    assert_string_equal(value_at(played.response, "/output"), "[]");
    played_free(&played);
}

/* ---- steering ---- */

static responses_call *start(const char *json)
{
    responses_call *call = NULL;
    assert_ok(responses_session_create_start(session, json, NTS, &call, &error), error);
    return call;
}

static responses_call *steer(const char *id, const char *input)
{
    char json[400];
    responses_call *call = NULL;
    snprintf(json, sizeof json,
             "{\"type\":\"response.steer\",\"previous_response_id\":\"%s\",\"input\":\"%s\"}", id,
             input);
    assert_ok(responses_session_send_start(session, json, NTS, &call, &error), error);
    return call;
}

/* Reads until the first item of the response has begun; its id. */
static char *id_of(responses_call *call)
{
    const responses_event *event = NULL;
    do {
        while (responses_call_next(call, &event, &error) == RESPONSES_AGAIN)
            assert_int_equal(responses_call_wait(call, at_most(10000)), RESPONSES_OK);
        assert_non_null(event);
    } while (strcmp(responses_event_type(event), "response.output_item.added") != 0);
    return strdup(responses_event_response_id(event));
}

static void ends(responses_call *call, int expected)
{
    responses_error *why = NULL;
    events_free(&events);
    const int status = read_call(call, &events, &why);
    assert_status(status, expected, why);
    responses_error_free(why);
}

static void a_response_is_steered(void **state)
{
    (void)state;
    open_with(NULL);
    responses_call *call = start(SLOW("#everything", "100"));
    char *id = id_of(call);
    responses_call *steering = steer(id, "Be brief"), *more = steer(id, "And polite");
    ends(call, RESPONSES_DONE);
    ends(steering, RESPONSES_DONE);
    assert_string_equal(events.list[0].type, "response.steer.accepted");
    assert_int_equal(events.list[0].kind, RESPONSES_EVENT_STEER_ACCEPTED);
    assert_string_equal(events.list[1].type, "response.created");
    assert_string_equal(events.list[events.count - 1].type, "response.completed");
    assert_contains(responses_response_text(responses_call_response(steering), NULL), "polite");
    assert_string_not_equal(responses_response_id(responses_call_response(steering)), id);
    ends(more, RESPONSES_DONE);
    assert_string_equal(events.list[0].type, "response.steer.accepted");
    assert_string_equal(events.list[events.count - 1].type, "response.created");
    responses_call_free(call);
    responses_call_free(steering);
    responses_call_free(more);
    free(id);
    /* The session goes on. */
    check_hello("steered", 1);
    assert_int_equal(responses_session_connections(session), 1);
}

static void steering_may_have_to_wait(void **state)
{
    (void)state;
    open_with(NULL);
    responses_call *call = start(SLOW("#function-call=1", "60"));
    char *id = id_of(call);
    responses_call *steering = steer(id, "Be brief");
    ends(call, RESPONSES_DONE);
    ends(steering, RESPONSES_DONE);
    assert_string_equal(events.list[events.count - 1].type, "response.steer.pending");
    assert_int_equal(events.list[events.count - 1].kind, RESPONSES_EVENT_STEER_PENDING);
    responses_call_free(call);
    responses_call_free(steering);
    free(id);
    check_hello("pending", 1);
}

static void steering_may_be_refused(void **state)
{
    (void)state;
    open_with(NULL);
    check_hello("before", 1);
    responses_call *steering = steer("resp_none", "Be brief");
    ends(steering, RESPONSES_E_API);
    assert_int_equal(events.list[events.count - 1].kind, RESPONSES_EVENT_STEER_FAILED);
    responses_call_free(steering);
    check_hello("after", 1);
    assert_int_equal(responses_session_connections(session), 1);
}

static void nothing_is_steered_without_a_connection(void **state)
{
    (void)state;
    open_with("close-code=1000; close-at=end; close-then=fin; times=1; on=turn; tag=unsteered");
    check_hello("before", 1);
    for (int tries = 0; tries < 50; tries++) {
        responses_client_dispatch(client);
        sleep_ms(1);
    }
    responses_call *steering = steer("resp_1", "Be brief");
    ends(steering, RESPONSES_E_NETWORK);
    assert_int_equal(events.count, 0);
    responses_call_free(steering);
    assert_int_equal(responses_session_connections(session), 1);
    check_hello("after", 1);
    assert_int_equal(responses_session_connections(session), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        T(what_makes_no_difference),
        T(what_ends_one_turn),
        T(what_outlives_its_connection_is_asked_for),
        T(after_the_hour_turns_go_on),
        T(nothing_may_be_generated),
        T(a_response_is_steered),
        T(steering_may_have_to_wait),
        T(steering_may_be_refused),
        T(nothing_is_steered_without_a_connection),
    };
    int failed = run(tests);
    sandbox_stop(&sandbox);
    return failed;
}
