/* Turns side by side over one connection: their order, who waits for whom, and readers that are slow. */
#include "test.h"
#include "sandbox.h"

#define NTS     RESPONSES_NTS
#define AT_MOST at_most(8000)
#define MANY    30 /* the API keeps 32 names of lanes for a connection */

static struct sandbox sandbox;
static responses_client *client;
static responses_session *session;
static responses_error *error;

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
    responses_error_free(error);
    responses_session_free(session);
    responses_client_free(client);
    return 0;
}

static void open_session(void)
{
    assert_ok(responses_session_open(client, &session, &error), error);
}

/* Starts a turn; an empty lane is the one without a name. */
static responses_call *start(const char *lane, const char *input)
{
    char json[300];
    snprintf(json, sizeof json,
             *lane ? "{\"model\":\"sandbox\",\"store\":false,\"input\":\"%s\",\"stream_id\":\"%s\"}"
                   : "{\"model\":\"sandbox\",\"store\":false,\"input\":\"%s\"}",
             input, lane);
    responses_call *call = NULL;
    assert_ok(responses_session_create_start(session, json, NTS, &call, &error), error);
    return call;
}

static void ends_with(responses_call *call, const char *text)
{
    struct events events = {0};
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    assert_string_equal(responses_response_text(responses_call_response(call), NULL), text);
    assert_string_equal(events.text.data, text);
    assert_int_equal(events.list[events.count - 1].kind, RESPONSES_EVENT_COMPLETED);
    events_free(&events);
}

/* Reads whatever is ready by the client's descriptor until all have ended; notes in which order they did. */
static void read_all(responses_call **calls, int count, int *order)
{
    int ended = 0;
    int64_t end = now_ms() + AT_MOST;
    while (ended < count && now_ms() < end) {
        responses_call *call;
        responses_client_dispatch(client);
        if (responses_client_next_ready(client, &call) != RESPONSES_OK) {
            sleep_ms(1);
            continue;
        }
        const responses_event *event;
        int status;
        while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
            ;
        if (status == RESPONSES_AGAIN)
            continue;
        assert_status(status, RESPONSES_DONE, error);
        for (int i = 0; i < count; i++)
            if (calls[i] == call)
                order[ended++] = i;
    }
    assert_int_equal(ended, count);
}

static void turns_of_one_lane_are_answered_in_order(void **state)
{
    (void)state;
    open_session();
    responses_call *calls[MANY];
    int order[MANY];
    char input[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(input, sizeof input, "turn %d", i);
        calls[i] = start("one", input);
    }
    read_all(calls, MANY, order);
    for (int i = 0; i < MANY; i++) {
        char text[64];
        snprintf(text, sizeof text, "You said: turn %d", i);
        assert_int_equal(order[i], i);
        assert_string_equal(responses_response_text(responses_call_response(calls[i]), NULL), text);
        responses_call_free(calls[i]);
    }
    assert_int_equal(responses_session_connections(session), 1);
}

static void more_lanes_than_the_server_takes_wait_here(void **state)
{
    (void)state;
    responses_client_set(client, "session_turns", "3", &error);
    open_session();
    responses_call *calls[MANY];
    char lane[32], input[32], text[64];
    for (int i = 0; i < MANY; i++) {
        snprintf(lane, sizeof lane, "lane-%d", i);
        snprintf(input, sizeof input, "turn %d", i);
        calls[i] = start(lane, input);
    }
    /* Read in reverse: the last is sent when those before it have ended, though nobody read them. */
    for (int i = MANY - 1; i >= 0; i--) {
        snprintf(text, sizeof text, "You said: turn %d", i);
        ends_with(calls[i], text);
        responses_call_free(calls[i]);
    }
    assert_int_equal(responses_session_connections(session), 1);
}

static void lanes_run_side_by_side(void **state)
{
    (void)state;
    open_session();
    responses_call *slow = start("slow", "#long=100000");
    responses_call *quick = start("quick", "Hello");
    ends_with(quick, "You said: Hello");
    assert_int_equal(responses_call_wait(slow, AT_MOST), RESPONSES_OK);
    responses_call_free(slow);
    responses_call_free(quick);
}

/* Reads until so many events were there. */
static void read_some(responses_call *call, int count)
{
    const responses_event *event;
    int64_t end = now_ms() + AT_MOST;
    while (count > 0 && now_ms() < end) {
        int status = responses_call_next(call, &event, &error);
        if (status == RESPONSES_AGAIN) {
            responses_call_wait(call, 100);
            continue;
        }
        assert_ok(status, error);
        count--;
    }
    assert_int_equal(count, 0);
}

/* No event is missing, and none is of another turn. */
static void are_of_one_turn(const struct events *events)
{
    for (int i = 1; i < events->count; i++)
        assert_int_equal(events->list[i].sequence, events->list[i - 1].sequence + 1);
}

static void one_alone_that_is_not_read_is_paused(void **state)
{
    (void)state;
    set(client, "max_queue_bytes", "4096");
    open_session();
    responses_call *call = start("", "#long=30000");
    read_some(call, 3);
    for (int i = 0; i < 50; i++) {
        responses_client_dispatch(client);
        sleep_ms(30);
    }
    struct events events = {0};
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    assert_true(events.count > 30000);
    are_of_one_turn(&events);
    events_free(&events);
    responses_call_free(call);
    assert_int_equal(responses_session_connections(session), 1);
}

static void one_of_several_that_is_not_read_ends(void **state)
{
    (void)state;
    set(client, "max_queue_bytes", "4096");
    open_session();
    responses_call *unread = start("unread", "#long=100000");
    responses_call *read = start("read", "#long=5000");
    struct events events = {0};
    assert_status(read_call(read, &events, &error), RESPONSES_DONE, error);
    /* The server goes on with the other. */
    assert_true(events.count > 5000);
    are_of_one_turn(&events);
    events_free(&events);
    assert_status(read_call(unread, &events, &error), RESPONSES_E_LIMIT, error);
    assert_contains(message_of(error), "max_queue_bytes");
    assert_int_equal(events.list[0].kind, RESPONSES_EVENT_CREATED);
    events_free(&events);
    responses_call_free(unread);
    responses_call_free(read);
}

static void one_that_holds_up_the_others_may_be_freed(void **state)
{
    (void)state;
    set(client, "max_queue_bytes", "4096");
    open_session();
    responses_call *unread = start("unread", "#long=100000");
    read_some(unread, 1);
    responses_call *other = start("other", "#long=3000");
    /* So that the first holds the connection up, and for less than the second in which it would be ended. */
    for (int i = 0; i < 20; i++) {
        responses_client_dispatch(client);
        sleep_ms(10);
    }
    responses_call_free(unread);
    struct events events = {0};
    assert_status(read_call(other, &events, &error), RESPONSES_DONE, error);
    events_free(&events);
    responses_call_free(other);
}

static void after_a_turn_was_freed_the_next_has_a_connection_of_its_own(void **state)
{
    (void)state;
    open_session();
    responses_call *freed = start("", "#long=2000000");
    read_some(freed, 10);
    responses_call_free(freed);
    responses_call *next = start("", "Hello");
    ends_with(next, "You said: Hello");
    responses_call_free(next);
    assert_int_equal(responses_session_connections(session), 2);
}

static void it_opens_without_a_call(void **state)
{
    (void)state;
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    int64_t end = now_ms() + AT_MOST;
    while (responses_session_connections(session) == 0 && now_ms() < end) {
        responses_client_dispatch(client);
        sleep_ms(1);
    }
    assert_int_equal(responses_session_connections(session), 1);
}

int main(void)
{
    const struct CMUnitTest session_lanes[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(turns_of_one_lane_are_answered_in_order),
        TEST(more_lanes_than_the_server_takes_wait_here),
        TEST(lanes_run_side_by_side),
        TEST(one_alone_that_is_not_read_is_paused),
        TEST(one_of_several_that_is_not_read_ends),
        TEST(one_that_holds_up_the_others_may_be_freed),
        TEST(after_a_turn_was_freed_the_next_has_a_connection_of_its_own),
        TEST(it_opens_without_a_call),
    };
    int failed = run(session_lanes);
    sandbox_stop(&sandbox);
    return failed;
}
