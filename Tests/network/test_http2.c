/* HTTP/2 where it is chosen: many streams on one connection, which do not disturb each other. */
#include "network.h"

#define NTS RESPONSES_NTS

static struct process *server;
static responses_client *client;
static responses_error *error;

static void start(const char *const options[])
{
    error = NULL;
    server = tls_server(options);
    client = client_of(server, NULL);
    set(client, "http_version", "2");
}

static int setup(void **state)
{
    (void)state;
    start(NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_client_free(client);
    process_stop(server);
    return 0;
}

static void every_operation_works(void **state)
{
    (void)state;
    responses_response *response = NULL;
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    assert_int_equal(responses_response_http_status(response), 200);
    assert_string_equal(responses_response_http_version(response), "HTTP/2");
    assert_string_equal(responses_response_request_id(response), "req_1");
    responses_response_free(response);
    assert_ok(responses_get(client, "resp_1", NULL, 0, NULL, &error), error);
    check_whole_stream(client, 11);
    assert_int_equal(count_at(server, "h2"), 3);
    assert_int_equal(count_at(server, "connections"), 1);
}

static void a_hundred_streams_share_one_connection(void **state)
{
    (void)state;
    struct many many;
    check_whole_stream(client, 11);
    command(server, "forget");
    size_t heap = heap_in_use();
    set_plan(client, server, "events=20,delay=20");
    many_start(&many, client, 100);
    many_read_until(&many, 10);
    /* Half of what they would take with libcurl's buffer for uploads. */
    assert_in_range((heap_in_use() - heap) / 100, 0, 72 << 10);
    many_read(&many, -1, 30000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 100);
    many_free(&many);
    assert_in_range(count_at(server, "connections"), 0, 1);
    assert_int_equal(count_at(server, "h2"), 100);
    assert_true(count_at(server, "most_at_once") > 10);
}

static void more_streams_than_the_server_allows_all_end(void **state)
{
    (void)state;
    struct many many;
    teardown(state);
    start((const char *[]){"--max-streams", "10", NULL});
    set_plan(client, server, "events=10,delay=10");
    many_start(&many, client, 25);
    many_read(&many, -1, 30000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 25);
    many_free(&many);
    assert_int_equal(count_at(server, "h2"), 25);
}

static void one_that_is_cancelled_leaves_the_others(void **state)
{
    (void)state;
    struct many many;
    set_plan(client, server, "events=9,hold=4");
    many_start(&many, client, 10);
    many_read_until(&many, 4);
    await_count(server, "holding", 10);
    assert_int_equal(responses_call_cancel(many.calls[3]), RESPONSES_OK);
    responses_call_free(many.calls[5]);
    many.calls[5] = NULL;
    many.outcome[5] = RESPONSES_E_CANCELLED;
    /* The server is told at once: libcurl alone would tell it with the next request. */
    await_count(server, "reset_by_client", 2);
    command(server, "go");
    many_read(&many, -1, 10000);
    assert_int_equal(many_with(&many, RESPONSES_E_CANCELLED), 2);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 8);
    many_free(&many);
    set_plan(client, server, NULL);
    check_whole_stream(client, 11);
    assert_int_equal(count_at(server, "connections"), 1);
}

static void one_that_is_alone_is_told_by_closing(void **state)
{
    (void)state;
    struct many many;
    set_plan(client, server, "events=9,hold=4");
    many_start(&many, client, 1);
    many_read_until(&many, 4);
    many_free(&many);
    for (int i = 0; count_at(server, "open") > 0 && i < 500; i++)
        sleep_ms(10);
    assert_int_equal(count_at(server, "open"), 0);
}

static void one_that_is_reset_leaves_the_others(void **state)
{
    (void)state;
    struct many many;
    responses_call *call = NULL;
    struct events events = {0};
    set_plan(client, server, "events=9,hold=4");
    many_start(&many, client, 10);
    many_read_until(&many, 4);
    set_plan(client, server, "events=9,delay=5,after=3,cut=rst,code=2");
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    int status = read_call(call, &events, &error);
    /* What comes with the reset is lost, the head of the answer too on a busy machine. */
    assert_true(status == RESPONSES_E_TRUNCATED ||
                (status == RESPONSES_E_NETWORK && events.count == 0));
    assert_in_range(events.count, 0, 3);
    check_numbers(&events, 0, events.count);
    events_free(&events);
    responses_call_free(call);
    await_count(server, "holding", 10);
    command(server, "go");
    many_read(&many, -1, 10000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 10);
    many_free(&many);
    assert_int_equal(count_at(server, "connections"), 1);
}

static void a_server_that_says_goaway_loses_nothing(void **state)
{
    (void)state;
    struct many many;
    set_plan(client, server, "events=9,hold=4");
    many_start(&many, client, 20);
    many_read_until(&many, 4);
    await_count(server, "holding", 20);
    command(server, "goaway");
    many_read(&many, -1, 100);
    /* What is new goes elsewhere, what has begun goes on. */
    set_plan(client, server, NULL);
    check_whole_stream(client, 11);
    command(server, "go");
    many_read(&many, -1, 10000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 20);
    many_free(&many);
    assert_int_equal(count_at(server, "connections"), 2);
}

static void requests_that_a_goaway_leaves_out_are_sent_again(void **state)
{
    (void)state;
    struct many many;
    responses_call *call = NULL;
    struct events events = {0};
    set(client, "max_retries", "2");
    set_plan(client, server, "events=9,hold=4");
    many_start(&many, client, 5);
    many_read_until(&many, 4);
    await_count(server, "holding", 5);
    /* The server says that it has not begun this one. */
    set_plan(client, server, "events=9,cut=goaway,retry=1");
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_numbers(&events, 0, 9);
    events_free(&events);
    responses_call_free(call);
    command(server, "go");
    many_read(&many, -1, 10000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 5);
    many_free(&many);
    assert_int_equal(count_at(server, "requests"), 7);
}

static void a_server_without_it_gets_http_1_1(void **state)
{
    (void)state;
    struct many many;
    teardown(state);
    start((const char *[]){"--alpn", "http/1.1", NULL});
    set_plan(client, server, "events=9,delay=5");
    many_start(&many, client, 10);
    many_read(&many, -1, 10000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 10);
    many_free(&many);
    assert_int_equal(count_at(server, "h1"), 10);
    assert_int_equal(count_at(server, "h2"), 0);
}

static void it_is_spoken_only_where_it_is_chosen(void **state)
{
    (void)state;
    check_whole_stream(client, 11);
    assert_int_equal(count_at(server, "h2"), 1);
    set(client, "http_version", "1.1");
    check_whole_stream(client, 11);
    set(client, "http_version", NULL);
    check_whole_stream(client, 11);
    assert_int_equal(count_at(server, "h2"), 1);
    assert_int_equal(count_at(server, "h1"), 2);
}

/* Without TLS it stays HTTP/1.1, and the server is not asked to change. */
static void over_http_nothing_is_upgraded(void **state)
{
    (void)state;
    struct server *scripted = server_start();
    struct sse sse;
    sse_hello(&sse, "resp_1");
    set(client, "base_url", server_url(scripted));
    answer(server_expect(scripted), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    answer_stream(server_expect(scripted), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    played_free(&played);
    for (int i = 0; i < 2; i++) {
        const struct request *request = server_request(scripted, i);
        assert_string_equal(request->method, "POST");
        assert_null(request_header(request, "Upgrade"));
        assert_null(request_header(request, "HTTP2-Settings"));
        assert_null(request_header(request, "Connection"));
    }
    /* One that changes all the same is not understood, and no event of it is. */
    struct exchange *x = server_expect(scripted);
    say(x, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    hang_up(x);
    played = play(client);
    assert_true(played.status < 0);
    assert_int_equal(played.events.count, 0);
    played_free(&played);
    sse_free(&sse);
    responses_client_free(client);
    client = client_of(server, NULL);
    server_stop(scripted);
}

int main(void)
{
    const struct CMUnitTest http2[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(every_operation_works),
        TEST(a_hundred_streams_share_one_connection),
        TEST(more_streams_than_the_server_allows_all_end),
        TEST(one_that_is_cancelled_leaves_the_others),
        TEST(one_that_is_alone_is_told_by_closing),
        TEST(one_that_is_reset_leaves_the_others),
        TEST(a_server_that_says_goaway_loses_nothing),
        TEST(requests_that_a_goaway_leaves_out_are_sent_again),
        TEST(a_server_without_it_gets_http_1_1),
        TEST(it_is_spoken_only_where_it_is_chosen),
        TEST(over_http_nothing_is_upgraded),
    };
    return run(http2);
}
