/* Turns that are given up, and what becomes of their connection; servers that do not let a session go. */
#include "test.h"
#include "wire.h"

#include <sys/socket.h>

#define NTS              RESPONSES_NTS
#define TURN(lane, does) "{\"stream_id\":\"" lane "\",\"input\":\"" does "\"}"

static struct wire_server *server;
static responses_client *client;
static responses_session *session;
static responses_error *error;
static struct sse sse;
static int never_closes;

/* "hold" brings the first events of a turn, and "finish" its own and the last ones of lane "b". */
static void play_lanes(struct wire *wire, void *user_data)
{
    char *turn;
    (void)user_data;
    wire_agree(wire);
    while ((turn = wire_take(wire)) != NULL) {
        char lane[2] = {strstr(turn, "\"stream_id\":\"")[13], 0};
        if (strstr(turn, "finish"))
            wire_say_events(wire, &sse, 5, sse.count, "b");
        wire_say_events(wire, &sse, 0, strstr(turn, "hold") ? 5 : sse.count, lane);
        free(turn);
    }
    /* The client's close frame has come. The server neither answers nor ends: it waits until the client does. */
    char byte;
    while (never_closes && recv(wire->fd, &byte, 1, 0) > 0)
        continue;
}

static int setup(void **state)
{
    (void)state;
    sse_hello(&sse, "resp_1");
    never_closes = 0;
    server = wire_start(play_lanes, NULL);
    client = client_at(wire_url(server));
    session = NULL;
    error = NULL;
    assert_ok(responses_session_open(client, &session, &error), error);
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
    return 0;
}

static responses_call *start(const char *json)
{
    responses_call *call = NULL;
    assert_ok(responses_session_create_start(session, json, NTS, &call, &error), error);
    return call;
}

static void read_first(responses_call *call)
{
    const responses_event *event = NULL;
    int status;
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_AGAIN)
        assert_int_equal(responses_call_wait(call, at_most(10000)), RESPONSES_OK);
    assert_ok(status, error);
}

/* All events that are left, the last of which has this number. */
static void ends_well(responses_call *call, int left)
{
    struct events events = {0};
    const int status = read_call(call, &events, &error);
    assert_status(status, RESPONSES_DONE, error);
    assert_int_equal(events.count, left);
    assert_int_equal(events.list[left - 1].sequence, sse.count - 1);
    events_free(&events);
    responses_call_free(call);
}

static void give_up(int by_cancelling)
{
    responses_call *a = start(TURN("a", "hold")), *b = start(TURN("b", "hold"));
    read_first(a);
    read_first(b);
    if (by_cancelling) {
        assert_int_equal(responses_call_cancel(a), RESPONSES_OK);
        const int status = read_call(a, NULL, &error);
        assert_status(status, RESPONSES_E_CANCELLED, error);
        assert_int_equal(responses_error_last_sequence(error), 0);
        responses_error_free(error);
        error = NULL;
    }
    responses_call_free(a);
    /* What comes next has another connection; what is under way goes on over the old one. */
    ends_well(start(TURN("a", "hi")), sse.count);
    assert_int_equal(responses_session_connections(session), 2);
    assert_int_equal(wire_message_connection(server, 2), 1);
    read_first(b);
    responses_call_free(b);
    /* Nobody uses it any more. */
    assert_int_equal(wire_ended(server, 0, client), 1000);
    ends_well(start(TURN("b", "hi")), sse.count);
    assert_int_equal(wire_message_connection(server, 3), 1);
    assert_int_equal(responses_session_connections(session), 2);
}

static void a_turn_is_cancelled(void **state)
{
    (void)state;
    give_up(1);
}

static void a_turn_is_freed(void **state)
{
    (void)state;
    give_up(0);
}

/* The server never hears of it, and its connection stays. */
static void a_turn_that_waits_is_given_up(void **state)
{
    (void)state;
    responses_call *first = start(TURN("b", "hold"));
    responses_call *second = start(TURN("b", "second")), *third = start(TURN("b", "third"));
    read_first(first);
    assert_int_equal(responses_call_cancel(second), RESPONSES_OK);
    responses_call_free(second);
    ends_well(start(TURN("c", "finish")), sse.count);
    ends_well(first, sse.count - 1);
    ends_well(third, sse.count);
    assert_int_equal(wire_messages(server), 3);
    assert_contains(wire_message(server, 2), "third");
    assert_int_equal(responses_session_connections(session), 1);
}

/* It has a second to answer the close frame, while the client is used. */
static void a_server_that_does_not_let_go(void **state)
{
    (void)state;
    never_closes = 1;
    ends_well(start(TURN("a", "hi")), sse.count);
    responses_session_free(session);
    session = NULL;
    assert_int_equal(wire_ended(server, 0, client), 1000);
}

/* Nothing waits for a server when the client goes, too. */
static void all_goes_at_once(void **state)
{
    (void)state;
    responses_call *call = start(TURN("a", "hold"));
    read_first(call);
    responses_session_free(session);
    session = NULL;
    const int status = read_call(call, NULL, &error);
    assert_status(status, RESPONSES_E_CANCELLED, error);
    responses_call_free(call);
    responses_client_free(client);
    client = NULL;
    assert_in_range(wire_ended(server, 0, NULL), 0, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        T(a_turn_is_cancelled),           T(a_turn_is_freed),  T(a_turn_that_waits_is_given_up),
        T(a_server_that_does_not_let_go), T(all_goes_at_once),
    };
    return run(tests);
}
