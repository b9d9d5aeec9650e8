/* A program that never waits, or hardly: it asks, does its own work, and asks again. */
#include "test.h"

#include <pthread.h>

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_error *error;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_hello(&sse, "resp_1");
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* Reads a call to its end by waits of so many milliseconds; it may take 8 s. */
static int poll_call(responses_call *call, int milliseconds, int *events)
{
    const int64_t end = now_ms() + at_most(8000);
    int status;
    *events = 0;
    while ((status = responses_call_next(call, NULL, &error)) >= RESPONSES_OK) {
        if (status == RESPONSES_DONE || now_ms() > end)
            break;
        *events += status == RESPONSES_OK;
        if (status == RESPONSES_AGAIN) {
            const int waited = responses_call_wait(call, milliseconds);
            assert_true(waited == RESPONSES_OK || waited == RESPONSES_AGAIN);
        }
    }
    return status;
}

static const int waits[] = {0, 1, 2};

static void a_stream_moves_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(waits); i++) {
        responses_call *call = NULL;
        int events;
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        for (int j = 0; j < sse.count; j++) {
            const size_t begin = j > 0 ? sse.end[j - 1] : 0;
            stream_chunk(x, sse.text.data + begin, sse.end[j] - begin);
            pause_for(x, 2);
        }
        stream_end(x);
        assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
        assert_status(poll_call(call, waits[i], &events), RESPONSES_DONE, error);
        assert_int_equal(events, sse.count);
        responses_call_free(call);
    }
}

static void so_does_every_kind_of_call(void **state)
{
    (void)state;
    responses_call *call = NULL;
    int events;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    assert_status(poll_call(call, 0, &events), RESPONSES_DONE, error);
    responses_call_free(call);
    /* With the pauses of a poll in between. */
    set(client, "poll_interval_ms", "20");
    answer(server_expect(server), 200, "{\"id\":\"resp_1\",\"status\":\"queued\"}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_wait_start(client, "resp_1", -1, &call, &error), error);
    assert_status(poll_call(call, 0, &events), RESPONSES_DONE, error);
    responses_call_free(call);
    /* And with the pause of a retry. */
    set(client, "max_retries", "1");
    answer_with(server_expect(server), 503, "Retry-After-Ms: 20\r\n", "{}", 2);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    assert_status(poll_call(call, 0, &events), RESPONSES_DONE, error);
    responses_call_free(call);
}

/* Its time limits are reached as well. */
static void limits_are_reached(void **state)
{
    (void)state;
    responses_call *call = NULL;
    int events;
    set_limit(client, "first_event_timeout_ms", 60);
    await_close(server_expect(server));
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    assert_status(poll_call(call, 0, &events), RESPONSES_E_TIMEOUT, error);
    responses_call_free(call);
}

static void many_calls_are_polled_in_turn(void **state)
{
    (void)state;
    responses_call *calls[20];
    int left = COUNT(calls);
    for (size_t i = 0; i < COUNT(calls); i++) {
        answer_stream(server_expect(server), sse.text.data, sse.text.len);
        assert_ok(responses_create_stream_start(client, REQUEST, NTS, &calls[i], &error), error);
    }
    for (const int64_t end = now_ms() + at_most(8000); left > 0 && now_ms() < end;)
        for (size_t i = 0; i < COUNT(calls); i++) {
            int status = RESPONSES_OK;
            if (!calls[i])
                continue;
            responses_call_wait(calls[i], 0);
            while (status == RESPONSES_OK)
                status = responses_call_next(calls[i], NULL, NULL);
            if (status == RESPONSES_AGAIN)
                continue;
            assert_int_equal(status, RESPONSES_DONE);
            responses_call_free(calls[i]);
            calls[i] = NULL;
            left--;
        }
    assert_int_equal(left, 0);
}

static void *wait_long(void *call)
{
    return (void *)(intptr_t)responses_call_wait(call, at_most(20000));
}

/* Another thread drives, in a call that gets nothing; the poller sees its own. */
static void beside_a_thread_that_drives(void **state)
{
    (void)state;
    responses_call *quiet = NULL, *call = NULL;
    pthread_t thread;
    void *result;
    int events;
    await_close(server_expect(server));
    assert_ok(responses_create_start(client, REQUEST, NTS, &quiet, &error), error);
    while (server_requests(server) < 1)
        responses_call_wait(quiet, 1);
    pthread_create(&thread, NULL, wait_long, quiet);
    sleep_ms(20);
    for (size_t i = 0; i < COUNT(waits); i++) {
        answer_stream(server_expect(server), sse.text.data, sse.text.len);
        assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
        assert_status(poll_call(call, waits[i], &events), RESPONSES_DONE, error);
        assert_int_equal(events, sse.count);
        responses_call_free(call);
    }
    responses_call_cancel(quiet);
    pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, RESPONSES_OK);
    responses_call_free(quiet);
}

/* Comments without end bring no event: a wait comes out in its time all the same. */
static void what_is_no_event_does_not_keep_a_wait_in(void **state)
{
    (void)state;
    static char noise[4096];
    responses_call *call = NULL;
    struct exchange *x = server_expect(server);
    for (size_t i = 0; i + 4 <= sizeof noise; i += 4)
        memcpy(noise + i, ": k\n", 4);
    stream_head(x, "");
    for (int i = 0; i < 400; i++) {
        stream_chunk(x, noise, sizeof noise);
        pause_for(x, 1);
    }
    await_close(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    for (int i = 0; i < 3; i++) {
        const int64_t begin = now_ms();
        assert_int_equal(responses_call_wait(call, 10), RESPONSES_AGAIN);
        assert_in_range(now_ms() - begin, 0, at_most(5000));
    }
    responses_call_free(call);
}

int main(void)
{
    const struct CMUnitTest polling[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_stream_moves_on),           TEST(so_does_every_kind_of_call),
        TEST(limits_are_reached),          TEST(many_calls_are_polled_in_turn),
        TEST(beside_a_thread_that_drives), TEST(what_is_no_event_does_not_keep_a_wait_in),
    };
    return run(polling);
}
