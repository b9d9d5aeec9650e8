/* Bytes without pause that are no events: limits of time go by what was decoded. */
#include "test.h"

#define NTS    RESPONSES_NTS
#define STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define CREATED                                                                                    \
    "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"r\"}}\n\n"
#define ITEM_DONE                                                                                  \
    "data: {\"type\":\"response.output_item.done\",\"sequence_number\":1,\"output_index\":0,"      \
    "\"item\":{\"id\":\"i\",\"type\":\"message\",\"content\":[]}}\n\n"
#define FAILED                                                                                     \
    "data: {\"type\":\"response.failed\",\"sequence_number\":1,\"response\":{\"id\":\"r\"}}\n\n"

static struct server *server;
static responses_client *client;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_client_free(client);
    server_abandon(server);
    return 0;
}

/* The flood: the same bytes over and over, as fast as the client takes them, for 10 s at most. */
static const char *first, *flood;

static void serve_flood(const struct request *request, struct exchange *x, void *user_data)
{
    size_t length = strlen(flood), repeat = 65536 / length;
    char *block = malloc(repeat * length);
    (void)request;
    (void)user_data;
    for (size_t i = 0; i < repeat; i++)
        memcpy(block + i * length, flood, length);
    say(x, STREAM);
    say(x, first);
    for (int i = 0; i < 2000; i++)
        say_bytes(x, block, repeat * length);
    free(block);
    await_close(x);
}

static struct played play_flood(const char *begin, const char *over_and_over)
{
    first = begin;
    flood = over_and_over;
    server_set_handler(server, serve_flood, NULL);
    struct played played = {0};
    played.status =
        responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &played.error);
    return played;
}

static const char *const floods[] = {": hi\n\n",
                                     "\n",
                                     "\r",
                                     "event: ping\n\n",
                                     "id: 1\nretry: 5\n\n",
                                     "data: {\"type\":\"keepalive\"}\n\n",
                                     "event: keepalive\ndata: {}\n\n",
                                     "event: ping\ndata: {\"type\":\"ping\"}\n\n"};

static void the_first_event_is_limited(void **state)
{
    (void)state;
    set(client, "first_event_timeout_ms", "150");
    for (size_t i = 0; i < COUNT(floods); i++) {
        struct played played = play_flood("", floods[i]);
        assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
        assert_contains(message_of(played.error), "first_event_timeout_ms");
        played_free(&played);
    }
}

static void the_time_between_events_is_limited(void **state)
{
    (void)state;
    set(client, "idle_timeout_ms", "150");
    for (size_t i = 0; i < COUNT(floods); i++) {
        struct played played = play_flood(CREATED, floods[i]);
        assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
        assert_contains(message_of(played.error), "idle_timeout_ms");
        played_free(&played);
    }
}

static void the_end_that_does_not_come_is_limited(void **state)
{
    (void)state;
    set(client, "completion_grace_ms", "150");
    struct played played = play_flood(CREATED ITEM_DONE, ": hi\n\n");
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_contains(message_of(played.error), "completion_grace_ms");
    played_free(&played);
}

static void details_of_a_failure_are_not_waited_for(void **state)
{
    (void)state;
    struct played played = play_flood(CREATED FAILED, floods[5]);
    assert_status(played.status, RESPONSES_E_API, played.error);
    played_free(&played);
}

/* Events in earnest do not switch the limit of the whole call off either. */
static void all_of_a_call_is_limited(void **state)
{
    (void)state;
    set(client, "timeout_ms", "150");
    struct played played =
        play_flood(CREATED, "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,"
                            "\"content_index\":0,\"delta\":\"x\"}\n\n");
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_contains(message_of(played.error), "timeout_ms");
    played_free(&played);
}

/* The same in a host's own loop. */
static void in_an_event_loop(void **state)
{
    (void)state;
    responses_call *call, *ready;
    responses_error *error = NULL;
    const responses_event *event;
    int status = RESPONSES_AGAIN;
    first = "";
    flood = ": hi\n\n";
    server_set_handler(server, serve_flood, NULL);
    set(client, "first_event_timeout_ms", "150");
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, NULL), NULL);
    for (int64_t start = now_ms(); now_ms() - start < at_most(8000) && status >= 0;) {
        responses_client_dispatch(client);
        while (status >= 0 && responses_client_next_ready(client, &ready) == RESPONSES_OK)
            while ((status = responses_call_next(ready, &event, &error)) == RESPONSES_OK)
                ;
    }
    assert_status(status, RESPONSES_E_TIMEOUT, error);
    responses_error_free(error);
    responses_call_free(call);
}

/* A reader who is slow is not the server's fault: what has arrived is read, however late. */
static void a_slow_reader_is_not_timed_out(void **state)
{
    (void)state;
    struct sse sse;
    responses_call *call;
    responses_error *error = NULL;
    const responses_event *event;
    int status, count = 0;
    set(client, "idle_timeout_ms", "100");
    set(client, "max_queue_bytes", "2048");
    sse_hello(&sse, "r");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    for (int i = 0; i < 200; i++)
        stream_chunk(x, floods[5], strlen(floods[5]));
    stream_chunk(x, sse.text.data, sse.text.len);
    stream_end(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, NULL), NULL);
    for (;;) {
        status = responses_call_wait(call, at_most(5000));
        assert_int_equal(status, RESPONSES_OK);
        sleep_ms(count % 50 == 0 ? 250 : 0);
        status = responses_call_next(call, &event, &error);
        if (status != RESPONSES_OK)
            break;
        count++;
    }
    assert_status(status, RESPONSES_DONE, error);
    assert_int_equal(count, 200 + sse.count);
    responses_call_free(call);
    sse_free(&sse);
}

/* One that was elsewhere while the limit passed finds that the event it had read puts it off, and does not
   look for the same news for ever. */
static void who_was_elsewhere_is_not_kept_in(void **state)
{
    (void)state;
    struct sse sse;
    struct events rest = {0};
    responses_call *call, *ready;
    responses_error *error = NULL;
    const responses_event *event;
    set_limit(client, "idle_timeout_ms", 800);
    sse_hello(&sse, "r");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[0]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[0], sse.end[1] - sse.end[0]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[1], sse.text.len - sse.end[1]);
    stream_end(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, NULL), NULL);
    assert_int_equal(responses_call_wait(call, at_most(5000)), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, &event, &error), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, &event, &error), RESPONSES_AGAIN);
    server_go(server);
    assert_int_equal(responses_call_wait(call, at_most(5000)), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, &event, &error), RESPONSES_OK);
    for (int64_t start = now_ms(); now_ms() - start < limit_ms(850); sleep_ms(20)) {
        responses_client_dispatch(client);
        responses_client_next_ready(client, &ready);
    }
    assert_status(responses_call_next(call, &event, &error), RESPONSES_AGAIN, error);
    server_go(server);
    assert_status(read_call(call, &rest, &error), RESPONSES_DONE, error);
    events_free(&rest);
    responses_call_free(call);
    sse_free(&sse);
}

/* Where events are counted, what is not and what nobody knows is a sign of life as keepalives are. */
static void what_is_not_counted_is_no_progress(void **state)
{
    (void)state;
    set(client, "idle_timeout_ms", "150");
    struct played played = play_flood(CREATED, "data: {\"type\":\"gateway.alive\"}\n\n");
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_contains(message_of(played.error), "idle_timeout_ms");
    played_free(&played);
}

/* The answer has not begun with it: what breaks then is tried again. */
static void a_ping_is_not_the_first_event(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "r");
    set(client, "max_retries", "1");
    answer_stream(server_expect(server), floods[7], strlen(floods[7]));
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 1 + sse.count);
    assert_int_equal(played.events.list[0].kind, RESPONSES_EVENT_OTHER);
    played_free(&played);
    sse_free(&sse);
}

int main(void)
{
    const struct CMUnitTest floods_of_nothing[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_first_event_is_limited),
        TEST(the_time_between_events_is_limited),
        TEST(the_end_that_does_not_come_is_limited),
        TEST(details_of_a_failure_are_not_waited_for),
        TEST(all_of_a_call_is_limited),
        TEST(in_an_event_loop),
        TEST(a_slow_reader_is_not_timed_out),
        TEST(who_was_elsewhere_is_not_kept_in),
        TEST(what_is_not_counted_is_no_progress),
        TEST(a_ping_is_not_the_first_event),
    };
    return run(floods_of_nothing);
}
