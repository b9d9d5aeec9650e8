/* responses_client_interrupt: it ends, for each call that there is, the wait that is going on or else
   the next one, once. */
#include "test.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client, *derived;
static responses_error *error;
static struct sse sse;
static struct exchange *quiet;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    assert_int_equal(responses_client_derive(client, &derived, NULL), RESPONSES_OK);
    sse_hello(&sse, "resp_1");
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    sse_free(&sse);
    responses_client_free(derived);
    responses_client_free(client);
    server_abandon(server);
    return 0;
}

/* A call that gets nothing until server_go(). */
static responses_call *start_quiet(responses_client *of)
{
    responses_call *call = NULL;
    quiet = server_expect(server);
    wait_for_go(quiet);
    answer_stream(quiet, sse.text.data, sse.text.len);
    assert_ok(responses_create_stream_start(of, REQUEST, NTS, &call, &error), error);
    return call;
}

/* How a wait ends that has two seconds, and whether it took them. */
enum ending { TIMED_OUT, INTERRUPTED, READY };

static enum ending wait_in(responses_call *call, int milliseconds)
{
    const int64_t begin = now_ms();
    const int status = responses_call_wait(call, milliseconds);
    if (status == RESPONSES_OK)
        return READY;
    assert_int_equal(status, RESPONSES_AGAIN);
    return now_ms() - begin >= milliseconds ? TIMED_OUT : INTERRUPTED;
}

static void between_next_and_wait_it_is_kept(void **state)
{
    (void)state;
    responses_call *call = start_quiet(client);
    assert_int_equal(responses_call_next(call, NULL, NULL), RESPONSES_AGAIN);
    responses_client_interrupt(client);
    assert_int_equal(responses_call_next(call, NULL, NULL), RESPONSES_AGAIN);
    assert_int_equal(wait_in(call, 30000), INTERRUPTED);
    /* Once. */
    assert_int_equal(wait_in(call, 50), TIMED_OUT);
    /* However many there were. */
    responses_client_interrupt(client);
    responses_client_interrupt(client);
    assert_int_equal(wait_in(call, 30000), INTERRUPTED);
    assert_int_equal(wait_in(call, 50), TIMED_OUT);
    /* A wait without a limit too. */
    responses_client_interrupt(client);
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_AGAIN);
    responses_call_free(call);
}

static void what_is_there_to_read_comes_first(void **state)
{
    (void)state;
    responses_call *call = start_quiet(client);
    server_go(server);
    while (responses_call_wait(call, 1) != RESPONSES_OK)
        continue;
    responses_client_interrupt(client);
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, NULL, NULL), RESPONSES_OK);
    responses_call_free(call);
}

static void a_wait_that_found_something_does_not_use_it_up(void **state)
{
    (void)state;
    const responses_event *event;
    responses_call *call = NULL;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[0]);
    await_close(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    while (responses_call_wait(call, 1) != RESPONSES_OK)
        continue;
    responses_client_interrupt(client);
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, &event, NULL), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, &event, NULL), RESPONSES_AGAIN);
    assert_int_equal(wait_in(call, 30000), INTERRUPTED);
    assert_int_equal(wait_in(call, 50), TIMED_OUT);
    responses_call_free(call);
}

static void each_call_has_its_own(void **state)
{
    (void)state;
    responses_call *first = start_quiet(client), *second = start_quiet(client);
    responses_call *third = start_quiet(derived);
    responses_client_interrupt(client);
    assert_int_equal(wait_in(first, 30000), INTERRUPTED);
    assert_int_equal(wait_in(second, 30000), INTERRUPTED);
    /* A derived client shares the waits, as it shares the descriptor. */
    assert_int_equal(wait_in(third, 30000), INTERRUPTED);
    assert_int_equal(wait_in(first, 30), TIMED_OUT);
    assert_int_equal(wait_in(third, 30), TIMED_OUT);
    responses_client_interrupt(derived);
    assert_int_equal(wait_in(first, 30000), INTERRUPTED);
    assert_int_equal(wait_in(third, 30000), INTERRUPTED);
    responses_call_free(first);
    responses_call_free(second);
    responses_call_free(third);
}

static void a_call_from_after_it_is_let_be(void **state)
{
    (void)state;
    responses_client_interrupt(client);
    responses_call *call = start_quiet(client);
    assert_int_equal(wait_in(call, 50), TIMED_OUT);
    responses_call_free(call);
    responses_client_interrupt(client);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    responses_client_interrupt(client);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &error), error);
}

static atomic_int outs;

static void *wait_long(void *call)
{
    const enum ending ending = wait_in(call, 30000);
    atomic_fetch_add(&outs, 1);
    return (void *)(intptr_t)ending;
}

static void all_threads_that_wait_come_out(void **state)
{
    (void)state;
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    responses_call *calls[THREADS];
    void *result;
    atomic_store(&outs, 0);
    for (int i = 0; i < THREADS; i++) {
        calls[i] = start_quiet(i % 2 ? client : derived);
        pthread_create(&threads[i], NULL, wait_long, calls[i]);
    }
    /* Some are in their waits by now, others not yet. */
    sleep_ms(5);
    assert_int_equal(atomic_load(&outs), 0);
    responses_client_interrupt(client);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &result);
        assert_int_equal((intptr_t)result, INTERRUPTED);
        responses_call_free(calls[i]);
    }
}

static void handle_signal(int signal)
{
    (void)signal;
    responses_client_interrupt(client);
}

static void a_signal_handler_may_be_between_them(void **state)
{
    (void)state;
    const struct sigaction action = {.sa_handler = handle_signal};
    responses_call *call = start_quiet(client);
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(responses_call_next(call, NULL, NULL), RESPONSES_AGAIN);
        raise(SIGUSR1);
        assert_int_equal(responses_call_wait(call, at_most(30000)), RESPONSES_AGAIN);
    }
    signal(SIGUSR1, SIG_DFL);
    responses_call_free(call);
}

/* ---- blocking functions ---- */

static int interrupt_at_third(const responses_event *event, void *count)
{
    (void)event;
    if (++*(int *)count == 3)
        responses_client_interrupt(client);
    return 0;
}

static void a_callback_that_interrupts_ends_its_call(void **state)
{
    (void)state;
    int events = 0;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_status(
        responses_create_stream(client, REQUEST, NTS, interrupt_at_third, &events, NULL, &error),
        RESPONSES_E_CANCELLED, error);
    assert_int_equal(events, 3);
}

static int interrupt_at_end(const responses_event *event, void *unused)
{
    (void)unused;
    if (responses_event_kind(event) == RESPONSES_EVENT_COMPLETED)
        responses_client_interrupt(client);
    return 0;
}

static void a_stream_whose_end_was_read_has_ended_well(void **state)
{
    (void)state;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create_stream(client, REQUEST, NTS, interrupt_at_end, NULL, NULL, &error),
              error);
}

static atomic_int events;

static void *interrupt_soon(void *unused)
{
    (void)unused;
    while (atomic_load(&events) < 3)
        sleep_ms(1);
    responses_client_interrupt(client);
    return NULL;
}

static int take_time(const responses_event *event, void *unused)
{
    (void)event;
    (void)unused;
    atomic_fetch_add(&events, 1);
    sleep_ms(10);
    return 0;
}

/* There is always a next event, so that the call never waits. */
static void a_slow_reader_is_interrupted_too(void **state)
{
    (void)state;
    struct sse many;
    pthread_t thread;
    atomic_store(&events, 0);
    sse_begin(&many, "resp_1");
    sse_created(&many);
    for (int i = 0; i < 2000; i++)
        sse_keepalive(&many);
    sse_completed(&many);
    answer_stream(server_expect(server), many.text.data, many.text.len);
    pthread_create(&thread, NULL, interrupt_soon, NULL);
    assert_status(responses_create_stream(client, REQUEST, NTS, take_time, NULL, NULL, &error),
                  RESPONSES_E_CANCELLED, error);
    assert_in_range(atomic_load(&events), 3, 1500);
    pthread_join(thread, NULL);
    sse_free(&many);
}

int main(void)
{
    const struct CMUnitTest interrupts[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(between_next_and_wait_it_is_kept),
        TEST(what_is_there_to_read_comes_first),
        TEST(a_wait_that_found_something_does_not_use_it_up),
        TEST(each_call_has_its_own),
        TEST(a_call_from_after_it_is_let_be),
        TEST(all_threads_that_wait_come_out),
        TEST(a_signal_handler_may_be_between_them),
        TEST(a_callback_that_interrupts_ends_its_call),
        TEST(a_stream_whose_end_was_read_has_ended_well),
        TEST(a_slow_reader_is_interrupted_too),
    };
    return run(interrupts);
}
