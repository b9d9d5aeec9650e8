/* Cancelling in every phase, from wherever; interrupting waits. */
#include "test.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#define NTS     RESPONSES_NTS
#define AT_MOST at_most(8000)

static struct server *server;
static responses_client *client;
static responses_error *error;
static responses_call *call;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_hello(&sse, "resp_1");
    error = NULL;
    call = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_call_free(call);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void start(void)
{
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
}

/* Drives the client until the request is at the server. */
static void until_requested(int count)
{
    int64_t end = now_ms() + AT_MOST;
    while (server_requests(server) < count && now_ms() < end)
        responses_call_wait(call, 10);
    assert_int_equal(server_requests(server), count);
}

static void check_cancelled(void)
{
    const responses_event *event = (const responses_event *)&call;
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    assert_int_equal(responses_call_wait(call, AT_MOST), RESPONSES_OK);
    for (int i = 0; i < 3; i++) {
        responses_error_free(error);
        assert_status(responses_call_next(call, &event, &error), RESPONSES_E_CANCELLED, error);
        assert_null(event);
        assert_int_equal(responses_error_status(error), RESPONSES_E_CANCELLED);
        assert_int_equal(responses_error_is_retryable(error), 0);
        assert_int_equal(responses_call_wait(call, 0), RESPONSES_OK);
        assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    }
}

static void before_it_was_sent(void **state)
{
    (void)state;
    set(client, "base_url", "http://127.0.0.1:1/v1");
    start();
    check_cancelled();
}

static void while_it_waits_for_the_answer(void **state)
{
    (void)state;
    await_close(server_expect(server));
    start();
    until_requested(1);
    check_cancelled();
    assert_true(server_saw_close(server, 0, AT_MOST));
}

static void in_mid_stream_what_has_arrived_is_dropped(void **state)
{
    (void)state;
    const responses_event *event;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[6]);
    await_close(x);
    start();
    assert_int_equal(responses_call_wait(call, AT_MOST), RESPONSES_OK);
    assert_ok(responses_call_next(call, &event, &error), error);
    assert_ok(responses_call_next(call, &event, &error), error);
    check_cancelled();
    assert_int_equal(responses_error_last_sequence(error), 1);
    assert_string_equal(field(error, RESPONSES_ERROR_RESPONSE_ID), "resp_1");
    assert_true(server_saw_close(server, 0, AT_MOST));
}

static void in_the_pause_before_a_retry(void **state)
{
    (void)state;
    int64_t begin = now_ms();
    set(client, "max_retries", "5");
    answer_with(server_expect(server), 503, "Retry-After: 60\r\n", "", 0);
    start();
    until_requested(1);
    for (int i = 0; i < 10; i++)
        responses_call_wait(call, 10);
    check_cancelled();
    assert_true(now_ms() - begin < AT_MOST);
}

static void in_the_pause_between_polls(void **state)
{
    (void)state;
    set(client, "poll_interval_ms", "60000");
    answer(server_expect(server), 200, "{\"id\":\"resp_1\",\"status\":\"queued\"}");
    assert_ok(responses_wait_start(client, "resp_1", -1, &call, &error), error);
    until_requested(1);
    for (int i = 0; i < 5; i++)
        responses_call_wait(call, 10);
    check_cancelled();
}

static void after_the_end_it_changes_nothing(void **state)
{
    (void)state;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start();
    assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, NULL, NULL), RESPONSES_DONE);
}

static void a_cancelled_call_leaves_the_others_alone(void **state)
{
    (void)state;
    responses_call *other = NULL;
    struct events events = {0};
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[2]);
    await_close(x);
    start();
    until_requested(1);
    x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[2]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[2], sse.text.len - sse.end[2]);
    stream_end(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &other, &error), error);
    assert_int_equal(responses_call_wait(other, AT_MOST), RESPONSES_OK);
    check_cancelled();
    server_go(server);
    responses_error_free(error);
    error = NULL;
    assert_status(read_call(other, &events, &error), RESPONSES_DONE, error);
    check_heard(&events, &sse, 11);
    events_free(&events);
    responses_call_free(other);
}

/* ---- from elsewhere ---- */

static void *cancel_soon(void *argument)
{
    server_request(server, 0);
    sleep_ms(50);
    return (void *)(intptr_t)responses_call_cancel(argument);
}

static void from_another_thread(void **state)
{
    (void)state;
    pthread_t thread;
    void *result;
    int64_t begin = now_ms();
    await_close(server_expect(server));
    start();
    pthread_create(&thread, NULL, cancel_soon, call);
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, RESPONSES_OK);
    assert_status(responses_call_next(call, NULL, &error), RESPONSES_E_CANCELLED, error);
    assert_true(now_ms() - begin < AT_MOST);
}

static int cancel_other(const responses_event *event, void *user_data)
{
    (void)event;
    return responses_call_cancel(user_data) != RESPONSES_OK;
}

static void from_a_callback(void **state)
{
    (void)state;
    await_close(server_expect(server));
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start();
    until_requested(1);
    assert_ok(responses_create_stream(client, REQUEST, NTS, cancel_other, call, NULL, &error),
              error);
    assert_status(responses_call_next(call, NULL, &error), RESPONSES_E_CANCELLED, error);
}

static void *cancel_many(void *argument)
{
    for (int i = 0; i < 1000; i++)
        responses_call_cancel(argument);
    return NULL;
}

static void from_many_threads_at_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    await_close(server_expect(server));
    start();
    until_requested(1);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, cancel_many, call);
    assert_status(read_call(call, NULL, &error), RESPONSES_E_CANCELLED, error);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
}

/* ---- interrupt ---- */

static void on_signal(int number)
{
    (void)number;
    responses_client_interrupt(client);
}

/* Sends the main thread a signal once the server has its request. */
static void *signal_soon(void *argument)
{
    server_request(server, 0);
    sleep_ms(50);
    pthread_kill(*(pthread_t *)argument, SIGUSR1);
    return NULL;
}

static pthread_t signal_me_soon(void)
{
    static pthread_t me;
    pthread_t thread;
    struct sigaction action = {.sa_handler = on_signal};
    me = pthread_self();
    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&thread, NULL, signal_soon, &me);
    return thread;
}

static void a_signal_handler_interrupts_a_blocking_call(void **state)
{
    (void)state;
    int64_t begin = now_ms();
    await_close(server_expect(server));
    pthread_t thread = signal_me_soon();
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_CANCELLED,
                  error);
    pthread_join(thread, NULL);
    assert_true(now_ms() - begin < AT_MOST);
    /* It was that one call; the client works on. */
    answer(server_expect(server), 200, RESPONSE);
    responses_error_free(error);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static void an_interrupt_ends_a_wait_but_not_the_call(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    wait_for_go(x);
    answer_stream(x, sse.text.data, sse.text.len);
    start();
    pthread_t thread = signal_me_soon();
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_AGAIN);
    pthread_join(thread, NULL);
    server_go(server);
    assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
}

static void an_interrupt_ends_a_pause_between_polls(void **state)
{
    (void)state;
    int64_t begin = now_ms();
    set(client, "poll_interval_ms", "60000");
    answer(server_expect(server), 200, "{\"id\":\"resp_1\",\"status\":\"queued\"}");
    pthread_t thread = signal_me_soon();
    assert_status(responses_wait(client, "resp_1", -1, NULL, &error), RESPONSES_E_CANCELLED, error);
    pthread_join(thread, NULL);
    assert_true(now_ms() - begin < AT_MOST);
}

static void *create_until_interrupted(void *argument)
{
    (void)argument;
    return (void *)(intptr_t)responses_create(client, REQUEST, NTS, NULL, NULL);
}

static void an_interrupt_ends_the_waits_of_all_threads(void **state)
{
    (void)state;
    pthread_t threads[8];
    for (size_t i = 0; i < COUNT(threads); i++)
        await_close(server_expect(server));
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, create_until_interrupted, NULL);
    server_request(server, COUNT(threads) - 1);
    sleep_ms(50);
    responses_client_interrupt(client);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *status;
        pthread_join(threads[i], &status);
        assert_int_equal((intptr_t)status, RESPONSES_E_CANCELLED);
    }
}

static void an_interrupt_with_nobody_waiting_is_forgotten(void **state)
{
    (void)state;
    responses_client_interrupt(client);
    responses_client_interrupt(client);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    responses_client_interrupt(client);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start();
    assert_int_equal(responses_call_wait(call, AT_MOST), RESPONSES_OK);
}

static void a_background_response_goes_on_at_the_server(void **state)
{
    (void)state;
    const responses_event *event;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[2]);
    await_close(x);
    assert_ok(
        responses_create_stream_start(
            client, "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}", NTS, &call, &error),
        error);
    assert_int_equal(responses_call_wait(call, AT_MOST), RESPONSES_OK);
    assert_ok(responses_call_next(call, &event, &error), error);
    check_cancelled();
    for (int i = 0; i < 20; i++) {
        responses_client_dispatch(client);
        sleep_ms(5);
    }
    assert_int_equal(server_requests(server), 1);
}

int main(void)
{
    const struct CMUnitTest cancel[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(before_it_was_sent),
        TEST(while_it_waits_for_the_answer),
        TEST(in_mid_stream_what_has_arrived_is_dropped),
        TEST(in_the_pause_before_a_retry),
        TEST(in_the_pause_between_polls),
        TEST(after_the_end_it_changes_nothing),
        TEST(a_cancelled_call_leaves_the_others_alone),
        TEST(from_another_thread),
        TEST(from_a_callback),
        TEST(from_many_threads_at_once),
        TEST(a_signal_handler_interrupts_a_blocking_call),
        TEST(an_interrupt_ends_a_wait_but_not_the_call),
        TEST(an_interrupt_ends_a_pause_between_polls),
        TEST(an_interrupt_ends_the_waits_of_all_threads),
        TEST(an_interrupt_with_nobody_waiting_is_forgotten),
        TEST(a_background_response_goes_on_at_the_server),
    };
    return run(cancel);
}
