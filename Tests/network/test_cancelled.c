/*
 * A request that is given up is told to the server at once, although nobody drives the client afterwards:
 * over HTTP/2 its stream is reset, over HTTP/1.1 its connection is closed.
 */
#include "network.h"

#define NTS RESPONSES_NTS

static struct process *server;
static responses_client *client;
static struct many many;

static int setup(void **state)
{
    (void)state;
    server = tls_server(NULL);
    client = client_of(server, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    many_free(&many);
    responses_client_free(client);
    process_stop(server);
    return 0;
}

static void start_held(int count)
{
    set_plan(client, server, "events=9,hold=4");
    many_start(&many, client, count);
    many_read_until(&many, 4);
    await_count(server, "holding", count);
}

static void free_call(int i)
{
    responses_call_free(many.calls[i]);
    many.calls[i] = NULL;
    many.outcome[i] = RESPONSES_E_CANCELLED;
}

static void finish(int done)
{
    command(server, "go");
    many_read(&many, -1, 10000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), done);
}

static void await_open(int most)
{
    int64_t end = now_ms() + (is_slow() ? 60000 : 10000);
    while (count_at(server, "open") > most && now_ms() < end)
        sleep_ms(10);
    assert_in_range(count_at(server, "open"), 0, most);
}

static void streams_of_http2(void **state)
{
    (void)state;
    set(client, "http_version", "2");
    start_held(6);
    assert_int_equal(responses_call_cancel(many.calls[0]), RESPONSES_OK);
    await_count(server, "reset_by_client", 1);
    free_call(1);
    await_count(server, "reset_by_client", 2);
    /* One after the other without a pause. */
    assert_int_equal(responses_call_cancel(many.calls[2]), RESPONSES_OK);
    free_call(3);
    await_count(server, "reset_by_client", 4);
    finish(2);
    assert_int_equal(count_at(server, "reset_by_client"), 4);
    assert_int_equal(count_at(server, "connections"), 1);
}

/* Every way in which a program can hold the client, without that it drives. */
static void in_an_event_loop(void **state)
{
    (void)state;
    set(client, "http_version", "2");
    assert_true(responses_client_fd(client) >= 0);
    start_held(3);
    responses_client_dispatch(client);
    assert_int_equal(responses_call_cancel(many.calls[0]), RESPONSES_OK);
    free_call(1);
    await_count(server, "reset_by_client", 2);
    finish(1);
}

static void documents_and_lookups_of_http2(void **state)
{
    (void)state;
    responses_call *calls[2] = {NULL};
    set(client, "http_version", "2");
    start_held(1);
    set_plan(client, server, "hang=1");
    assert_int_equal(responses_create_start(client, REQUEST, NTS, &calls[0], NULL), RESPONSES_OK);
    assert_int_equal(responses_get_start(client, "resp_9", NULL, 0, &calls[1], NULL), RESPONSES_OK);
    while (count_at(server, "requests") < 3)
        responses_call_wait(calls[0], 10);
    for (int i = 0; i < 2; i++)
        responses_call_free(calls[i]);
    await_count(server, "reset_by_client", 2);
    finish(1);
}

/* Those that share the connection are all paused, as nobody reads them. */
static void beside_streams_that_are_not_read(void **state)
{
    (void)state;
    set(client, "http_version", "2");
    set(client, "max_queue_bytes", "65536");
    start_held(1);
    struct many held = many;
    memset(&many, 0, sizeof many);
    set_plan(client, server, "events=20,size=20000");
    many_start(&many, client, 2);
    /* Driven until both are full. */
    for (int64_t end = now_ms() + 500; now_ms() < end;)
        responses_call_wait(held.calls[0], 50);
    assert_int_equal(many.events[0] + many.events[1], 0);
    many_free(&held);
    await_count(server, "reset_by_client", 1);
    /* They lose nothing by it. */
    many_read(&many, -1, 10000);
    assert_int_equal(many_with(&many, RESPONSES_DONE), 2);
    assert_int_equal(many.events[0] + many.events[1], 40);
}

static int stop_at_once(const responses_event *event, void *user_data)
{
    (void)event;
    (void)user_data;
    return 1;
}

static void by_a_callback_and_a_limit(void **state)
{
    (void)state;
    set(client, "http_version", "2");
    start_held(1);
    assert_int_equal(responses_create_stream(client, REQUEST, NTS, stop_at_once, NULL, NULL, NULL),
                     RESPONSES_E_USER);
    await_count(server, "reset_by_client", 1);
    set(client, "timeout_ms", "100");
    assert_int_equal(responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, NULL),
                     RESPONSES_E_TIMEOUT);
    await_count(server, "reset_by_client", 2);
    finish(1);
}

static void connections_of_http_1_1(void **state)
{
    (void)state;
    for (int over_tls = 0; over_tls < 2; over_tls++) {
        teardown(state);
        server = over_tls ? tls_server(NULL) : plain_server();
        client = client_of(server, NULL);
        start_held(4);
        assert_int_equal(count_at(server, "open"), 4);
        assert_int_equal(responses_call_cancel(many.calls[0]), RESPONSES_OK);
        await_open(3);
        free_call(1);
        await_open(2);
        finish(2);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest cancelled[] = {
        TEST(streams_of_http2),
        TEST(in_an_event_loop),
        TEST(documents_and_lookups_of_http2),
        TEST(beside_streams_that_are_not_read),
        TEST(by_a_callback_and_a_limit),
        TEST(connections_of_http_1_1),
    };
    return run(cancelled);
}
