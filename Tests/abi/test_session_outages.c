/* A session whose connection ends under its turns, and servers that refuse turns or go silent: what was sent is sent
   once, what was not is sent over the next connection, and what is stored is asked for. */
#include "test.h"
#include "wire.h"

#include <limits.h>

#define NTS RESPONSES_NTS
#define TURN(lane, does)                                                                           \
    "{\"model\":\"m\",\"stream_id\":\"" lane "\",\"input\":\"hi\",\"metadata\":{\"does\":\"" does  \
    "\"}}"

static struct wire_server *server;
static responses_client *client;
static responses_session *session;
static responses_error *error;
static struct sse sse, stored;

/* What the server was told by the test, and did. */
static struct {
    int refusals;     /* so many turns that ask for it are refused */
    int gets;         /* requests for a response so far */
    int gets_to_go;   /* the response has ended with that one */
    int get_status;   /* of those before; 0: it is there and has not ended */
    int has_no_pongs; /* pings are not answered */
} does;

static char *text_of(const char *json, const char *name)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *place = strstr(json, wanted);
    if (place == NULL)
        return strdup("");
    place += strlen(wanted);
    return strndup(place, strcspn(place, "\""));
}

static void play_get(struct wire *wire)
{
    char *json;
    if (strncmp(wire->head, "GET /v1/responses/resp_1 ", 25) != 0)
        wire_problem(wire, "an unexpected request: %s", wire->head);
    does.gets++;
    if (does.get_status != 0 && does.gets < does.gets_to_go) {
        wire_answer(wire, does.get_status, "", "{\"error\":{\"message\":\"gone\"}}");
        return;
    }
    json = event_json(&stored, does.gets >= does.gets_to_go ? stored.count - 1 : 0, NULL);
    char *response = strstr(json, "\"response\":") + strlen("\"response\":");
    response[strlen(response) - 1] = 0;
    wire_answer(wire, 200, "Content-Type: application/json\r\n", response);
    free(json);
}

static void refuse(struct wire *wire, const char *lane, const char *how)
{
    struct text text = {0};
    text_add(&text, "{\"type\":\"error\",");
    if (lane[0] != 0)
        text_addf(&text, "\"stream_id\":\"%s\",", lane);
    text_addf(&text, "\"status\":%d,\"error\":{\"code\":\"%s\",\"message\":\"no\"}}", atoi(how),
              how + 4);
    wire_say(wire, text.data);
    text_free(&text);
}

/* So many bytes of a last event that has twice as many. */
static void say_half(struct wire *wire, const char *lane, size_t size)
{
    struct text text = {0}, frame = {0};
    text_addf(&text,
              "{\"type\":\"response.completed\",\"stream_id\":\"%s\",\"sequence_number\":5,"
              "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[{\"type\":"
              "\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"content\":[{\"type\":"
              "\"output_text\",\"annotations\":[],\"text\":\"",
              lane);
    text_add_times(&text, 'y', size * 2);
    frame_add(&frame, 0x81, text.data, text.len);
    wire_send(wire, frame.data, size);
    text_free(&text);
    text_free(&frame);
}

/* 0 when the connection is over. */
static int play_turn_of(struct wire *wire, const char *turn)
{
    char *lane = text_of(turn, "stream_id"), *what = text_of(turn, "does");
    int goes_on = 1;
    if (strcmp(what, "begin") == 0) {
        wire_say_events(wire, &sse, 0, 5, lane);
    } else if (strcmp(what, "reset") == 0 || strcmp(what, "end") == 0) {
        wire_say_events(wire, &sse, 0, 5, lane);
        if (what[0] == 'r') {
            wire_pause(wire, 20); /* or what was said is lost with it */
            wire_reset(wire);
        }
        goes_on = 0;
    } else if (strncmp(what, "store", 5) == 0) {
        wire_say_events(wire, &stored, 0, 5, lane);
        if (what[5] != 0)
            say_half(wire, lane, (size_t)atol(what + 6));
        goes_on = 0;
    } else if (strncmp(what, "finish-", 7) == 0) {
        wire_say_events(wire, &sse, 5, sse.count, what + 7);
        wire_say_events(wire, &sse, 0, sse.count, lane);
    } else if (strcmp(what, "fail-twice") == 0) {
        wire_say_events(wire, &sse, 0, 5, lane);
        refuse(wire, lane, "500 server_error");
        wire_pause(wire, 100); /* the next turn is here by then */
        wire_say(
            wire,
            "{\"type\":\"response.failed\",\"stream_id\":\"a\",\"response\":{\"id\":\"resp_1\","
            "\"status\":\"failed\",\"error\":{\"code\":\"server_error\"}}}");
    } else if (what[0] >= '4' && what[0] <= '5' && does.refusals > 0) {
        does.refusals--;
        refuse(wire, strstr(what, "limit_reached") ? "" : lane, what);
    } else if (strcmp(what, "silence") != 0) {
        wire_say_events(wire, &sse, 0, sse.count, lane);
    }
    free(lane), free(what);
    return goes_on;
}

static void play_session(struct wire *wire, void *user_data)
{
    char *turn;
    int goes_on = 1;
    (void)user_data;
    if (!wire_is_upgrade(wire)) {
        play_get(wire);
        return;
    }
    wire_agree(wire);
    while (does.has_no_pongs && wire_take_control(wire) != 0)
        continue;
    while (goes_on && (turn = wire_take(wire)) != NULL) {
        goes_on = play_turn_of(wire, turn);
        free(turn);
    }
}

static void make_stored(void)
{
    sse_begin(&stored, "resp_1");
    sse_event(&stored, "response.created",
              "\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"in_progress\","
              "\"store\":true,\"output\":[]}");
    sse_in_progress(&stored);
    sse_message_added(&stored, 0, "msg_1");
    sse_part_added(&stored, 0, "msg_1");
    sse_delta(&stored, 0, "msg_1", "Hello");
    sse_event(&stored, "response.completed", "\"response\":" RESPONSE);
}

static int setup(void **state)
{
    (void)state;
    memset(&does, 0, sizeof does);
    sse_hello(&sse, "resp_1");
    make_stored();
    server = wire_start(play_session, NULL);
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
    sse_free(&sse);
    sse_free(&stored);
    return 0;
}

static void open_session(void)
{
    assert_ok(responses_session_open(client, &session, &error), error);
}

static int connections(void)
{
    return responses_session_connections(session);
}

static responses_call *start(const char *json)
{
    responses_call *call = NULL;
    assert_ok(responses_session_create_start(session, json, NTS, &call, &error), error);
    return call;
}

/* Reads a call to its end, which has that status, and that many events of the turn that says hello. */
static void check_end(responses_call *call, int status, int count)
{
    struct events events = {0};
    responses_error *why = NULL;
    const int found = read_call(call, &events, &why);
    assert_status(found, status, why);
    assert_int_equal(events.count, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(events.list[i].sequence, i);
    if (status == RESPONSES_E_TRUNCATED) {
        assert_int_equal(responses_error_last_sequence(why), count - 1);
        assert_string_equal(field(why, RESPONSES_ERROR_RESPONSE_ID), "resp_1");
        const responses_response *part = responses_call_response(call);
        assert_non_null(part);
        assert_string_equal(responses_response_text(part, NULL), "Hello");
        assert_string_equal(responses_response_status(part), "in_progress");
    }
    events_free(&events);
    responses_error_free(why);
    responses_call_free(call);
}

static void check_turn(const char *json)
{
    check_end(start(json), RESPONSES_DONE, sse.count);
}

/* ---- sent and not sent ---- */

static void check_lost(const char *last)
{
    open_session();
    responses_call *a = start(TURN("a", "begin")), *b = start(TURN("b", "begin"));
    responses_call *behind = start(TURN("a", "hello"));
    wire_message(server, 1);
    responses_call *c = start(last);
    check_end(a, RESPONSES_E_TRUNCATED, 5);
    check_end(c, RESPONSES_E_TRUNCATED, 5);
    check_end(b, RESPONSES_E_TRUNCATED, 5);
    assert_true(wire_messages(server) <= 4);
    check_end(behind, RESPONSES_DONE, sse.count);
    /* That one waited for the first of its lane, and is the only one that the second connection has seen. */
    assert_int_equal(wire_messages(server), 4);
    assert_int_equal(wire_message_connection(server, 3), 1);
    assert_contains(wire_message(server, 3), "hello");
    assert_int_equal(connections(), 2);
}

static void each_turn_under_way_is_truncated(void **state)
{
    (void)state;
    check_lost(TURN("c", "end"));
}

static void a_reset_is_the_same(void **state)
{
    (void)state;
    check_lost(TURN("c", "reset"));
}

static void turns_beyond_session_turns_are_sent_over_the_next(void **state)
{
    (void)state;
    responses_call *waiting[5];
    set(client, "session_turns", "2");
    open_session();
    responses_call *a = start(TURN("a", "begin")), *b = start(TURN("b", "end"));
    static const char *const turns[] = {TURN("c", "hello"), TURN("d", "hello"), TURN("e", "hello"),
                                        TURN("c", "hello"), TURN("f", "hello")};
    for (size_t i = 0; i < COUNT(turns); i++)
        waiting[i] = start(turns[i]);
    check_end(b, RESPONSES_E_TRUNCATED, 5);
    check_end(a, RESPONSES_E_TRUNCATED, 5);
    for (size_t i = 0; i < COUNT(turns); i++)
        check_end(waiting[i], RESPONSES_DONE, sse.count);
    assert_int_equal(wire_messages(server), 7);
    for (int i = 2; i < 7; i++)
        assert_int_equal(wire_message_connection(server, i), 1);
}

/* ---- stored ---- */

static void check_stored_turn(const char *turn, int gets)
{
    struct events events = {0};
    does.gets_to_go = gets;
    set(client, "poll_interval_ms", "10");
    open_session();
    responses_call *call = start(turn);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    assert_int_equal(events.count, 6);
    assert_int_equal(events.list[5].kind, RESPONSES_EVENT_COMPLETED);
    assert_string_equal(responses_response_text(responses_call_response(call), NULL),
                        "Hello, world!");
    assert_string_equal(responses_response_status(responses_call_response(call)), "completed");
    events_free(&events);
    responses_call_free(call);
    assert_int_equal(does.gets, gets);
    assert_int_equal(wire_messages(server), 1);
    /* The next turn has a connection. */
    check_turn(TURN("a", "hello"));
    assert_int_equal(connections(), 2);
}

static void check_stored(int gets)
{
    check_stored_turn(TURN("a", "store"), gets);
}

/* A large event goes on to its call before it is whole. */
static void what_is_stored_is_asked_for_behind_half_an_event(void **state)
{
    (void)state;
    check_stored_turn(TURN("a", "store-40000"), 1);
}

/* Of a very large one the text is taken out before that. */
static void what_is_stored_is_asked_for_behind_half_a_text(void **state)
{
    (void)state;
    check_stored_turn(TURN("a", "store-700000"), 1);
}

static void what_is_stored_is_asked_for(void **state)
{
    (void)state;
    check_stored(1);
}

static void what_is_stored_is_asked_for_until_it_has_ended(void **state)
{
    (void)state;
    check_stored(4);
}

/* A server that cannot be asked for a while may be there again. */
static void what_is_stored_is_asked_for_again(void **state)
{
    (void)state;
    does.get_status = 500;
    check_stored(3);
}

static void what_cannot_be_had_is_truncated(void **state)
{
    (void)state;
    static const int statuses[] = {404, 401, 403};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        does.get_status = statuses[i];
        does.gets_to_go = INT_MAX;
        open_session();
        check_end(start(TURN("a", "store")), RESPONSES_E_TRUNCATED, 5);
        assert_int_equal(does.gets, i + 1);
        responses_session_free(session);
        session = NULL;
    }
}

/* ---- refused ---- */

static void check_refused(const char *json, int http_status, const char *code)
{
    struct played played = play_turn(session, json);
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_int_equal(responses_error_http_status(played.error), http_status);
    assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), code);
    assert_contains(message_of(played.error), "no");
    assert_contains(field(played.error, RESPONSES_ERROR_BODY), code);
    played_free(&played);
}

static void what_will_not_help_is_told(void **state)
{
    (void)state;
    set(client, "max_retries", "5");
    open_session();
    does.refusals = 4;
    check_refused(TURN("a", "400 bad"), 400, "bad");
    check_refused(TURN("a", "404 previous_response_not_found"), 404, "previous_response_not_found");
    check_refused(TURN("a", "400 previous_response_not_found"), 400, "previous_response_not_found");
    check_refused(TURN("a", "429 insufficient_quota"), 429, "insufficient_quota");
    assert_int_equal(wire_messages(server), 4);
    check_turn(TURN("a", "hello"));
    assert_int_equal(connections(), 1);
}

static void what_may_help_is_sent_again(void **state)
{
    (void)state;
    static const char *const turns[] = {TURN("a", "503 overloaded"), TURN("b", "500 server_error"),
                                        TURN("c", "429 rate_limit_exceeded")};
    set(client, "max_retries", "2");
    set(client, "retry_min_ms", "1");
    open_session();
    for (size_t i = 0; i < COUNT(turns); i++) {
        does.refusals = 2;
        struct played played = play_turn(session, turns[i]);
        assert_ok(played.status, played.error);
        assert_int_equal(played.events.count, sse.count);
        assert_int_equal(responses_response_attempts(played.response), 3);
        played_free(&played);
    }
    does.refusals = 9;
    check_refused(turns[0], 503, "overloaded");
    assert_int_equal(does.refusals, 6);
    assert_int_equal(connections(), 1);
}

/* A turn that is sent again waits like any other while its lane is in use: a server that gets two turns of one lane
   answers one after the other, and their events could not be told apart. */
static void what_is_sent_again_waits_for_its_lane(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    set(client, "retry_min_ms", "1");
    open_session();
    does.refusals = 1;
    responses_call *refused = start(TURN("a", "503 overloaded")), *next = start(TURN("a", "begin"));
    for (int i = 0; i < at_most(5000) && wire_messages(server) < 2; i++)
        assert_true(responses_call_wait(refused, 1) >= 0);
    for (int i = 0; i < 50; i++)
        assert_int_equal(responses_call_wait(refused, 1), RESPONSES_AGAIN);
    assert_int_equal(wire_messages(server), 2);
    check_turn(TURN("b", "finish-a"));
    check_end(next, RESPONSES_DONE, sse.count);
    check_end(refused, RESPONSES_DONE, sse.count);
    assert_string_equal(wire_message(server, 3), wire_message(server, 0));
    assert_int_equal(connections(), 1);
}

/* The 60 minutes are over: the turn is sent again, over another connection; those under way go on over the old one. */
static void a_failure_that_is_told_twice_is_not_the_next_turns(void **state)
{
    (void)state;
    open_session();
    responses_call *failing = start(TURN("a", "fail-twice"));
    responses_call *next = start(TURN("a", "hello"));
    struct events events = {0};
    assert_status(read_call(failing, &events, &error), RESPONSES_E_API, error);
    assert_int_equal(events.count, 6);
    events_free(&events);
    responses_call_free(failing);
    check_end(next, RESPONSES_DONE, sse.count);
    assert_int_equal(connections(), 1);
}

static void the_hour_is_over(void **state)
{
    (void)state;
    set(client, "max_retries", "1");
    open_session();
    responses_call *other = start(TURN("other", "begin"));
    wire_message(server, 0);
    does.refusals = 1;
    check_turn(
        "{\"model\":\"m\",\"metadata\":{\"does\":\"400 websocket_connection_limit_reached\"}}");
    assert_int_equal(connections(), 2);
    assert_int_equal(wire_message_connection(server, 1), 0);
    assert_int_equal(wire_message_connection(server, 2), 1);
    assert_string_equal(wire_message(server, 1), wire_message(server, 2));
    check_turn(TURN("b", "hello"));
    assert_int_equal(wire_message_connection(server, 3), 1);
    responses_call_free(other);
    assert_int_equal(wire_ended(server, 0, client), 1000);
}

/* ---- silence ---- */

static void a_server_that_answers_pings_may_be_silent(void **state)
{
    (void)state;
    struct events events = {0};
    set_limit(client, "ping_interval_ms", 60);
    open_session();
    responses_call *call = start(TURN("a", "silence"));
    const int64_t end = now_ms() + limit_ms(600);
    while (now_ms() < end)
        assert_true(responses_call_wait(call, 10) >= 0);
    responses_call_free(call);
    check_turn(TURN("b", "hello"));
    assert_int_equal(connections(), 2); /* the first is given up with its turn */
    events_free(&events);
}

static void a_server_that_does_not_is_given_up(void **state)
{
    (void)state;
    does.has_no_pongs = 1;
    set_limit(client, "ping_interval_ms", 100);
    open_session();
    responses_call *a = start(TURN("a", "hello")), *b = start(TURN("b", "hello"));
    responses_error *why = NULL;
    assert_status(read_call(a, NULL, &why), RESPONSES_E_TRUNCATED, why);
    assert_contains(message_of(why), "ping_interval_ms: the server did not answer a ping within ");
    responses_error_free(why);
    assert_status(read_call(b, NULL, &why), RESPONSES_E_TRUNCATED, why);
    responses_error_free(why);
    responses_call_free(a);
    responses_call_free(b);
    does.has_no_pongs = 0;
    check_turn(TURN("a", "hello"));
    assert_int_equal(connections(), 2);
}

static void without_an_interval_there_are_no_pings(void **state)
{
    (void)state;
    does.has_no_pongs = 1; /* the server looks at nothing but pings */
    set(client, "ping_interval_ms", "0");
    open_session();
    responses_call *call = start(TURN("a", "hello"));
    for (int i = 0; i < 10; i++)
        assert_int_equal(responses_call_wait(call, 20), RESPONSES_AGAIN);
    responses_call_free(call);
}

/* ---- limits of time, for each turn ---- */

static void check_limit(const char *option, const char *does_what, int count)
{
    struct events events = {0};
    responses_error *why = NULL;
    responses_client *own = client_at(wire_url(server));
    set_limit(own, option, 150);
    assert_ok(responses_session_open_start(own, &session, NULL, &error), error);
    responses_call *call = start(does_what);
    const int status = read_call(call, &events, &why);
    assert_status(status, RESPONSES_E_TIMEOUT, why);
    assert_contains(message_of(why), option);
    assert_int_equal(events.count, count);
    events_free(&events);
    responses_error_free(why);
    responses_call_free(call);
    responses_session_free(session);
    session = NULL;
    responses_client_free(own);
}

static void limits_of_time_hold_for_each_turn(void **state)
{
    (void)state;
    check_limit("first_event_timeout_ms", TURN("a", "silence"), 0);
    check_limit("timeout_ms", TURN("a", "silence"), 0);
    check_limit("idle_timeout_ms", TURN("a", "begin"), 5);
    check_limit("timeout_ms", TURN("a", "begin"), 5);
}

/* A turn that waits for its lane has no first event and is not idle, but its whole time runs. */
static void turns_that_wait_have_one_limit_alone(void **state)
{
    (void)state;
    responses_error *why = NULL;
    set_limit(client, "first_event_timeout_ms", 100);
    open_session();
    responses_call *first = start(TURN("a", "begin"));
    responses_call *second = start(TURN("a", "hello"));
    wire_message(server, 0);
    for (int i = 0; i < 25; i++)
        assert_true(responses_call_wait(second, limit_ms(10)) == RESPONSES_AGAIN);
    assert_int_equal(responses_call_next(second, NULL, &why), RESPONSES_AGAIN);
    check_turn(TURN("b", "finish-a"));
    check_end(first, RESPONSES_DONE, sse.count);
    check_end(second, RESPONSES_DONE, sse.count);
    responses_session_free(session);
    set_limit(client, "timeout_ms", 150);
    open_session();
    first = start(TURN("a", "begin"));
    second = start(TURN("a", "hello"));
    assert_status(read_call(second, NULL, &why), RESPONSES_E_TIMEOUT, why);
    assert_contains(message_of(why), "timeout_ms");
    assert_int_equal(wire_messages(server), 4); /* it was not sent */
    responses_error_free(why);
    responses_call_free(first);
    responses_call_free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        T(each_turn_under_way_is_truncated),
        T(a_reset_is_the_same),
        T(turns_beyond_session_turns_are_sent_over_the_next),
        T(what_is_stored_is_asked_for),
        T(what_is_stored_is_asked_for_behind_half_an_event),
        T(what_is_stored_is_asked_for_behind_half_a_text),
        T(what_is_stored_is_asked_for_until_it_has_ended),
        T(what_is_stored_is_asked_for_again),
        T(what_cannot_be_had_is_truncated),
        T(what_will_not_help_is_told),
        T(what_may_help_is_sent_again),
        T(what_is_sent_again_waits_for_its_lane),
        T(a_failure_that_is_told_twice_is_not_the_next_turns),
        T(the_hour_is_over),
        T(a_server_that_answers_pings_may_be_silent),
        T(a_server_that_does_not_is_given_up),
        T(without_an_interval_there_are_no_pings),
        T(limits_of_time_hold_for_each_turn),
        T(turns_that_wait_have_one_limit_alone),
    };
    return run(tests);
}
