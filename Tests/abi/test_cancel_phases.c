/* A call ends in whatever phase it is: cancelled by another thread or by a callback, or interrupted, also
   by a signal handler. At once, and nothing is left behind. */
#include "phases.h"
#include "test.h"

#include <pthread.h>
#include <signal.h>

#define NTS RESPONSES_NTS
/* Every pause and limit here is a minute or none. */
#define AT_MOST at_most(20000)

static int64_t begun;

static void begin(enum phase phase)
{
    print_message("  %s\n", phase_name(phase));
    phase_begin(phase);
    begun = now_ms();
}

static void end(void)
{
    assert_true(now_ms() - begun < AT_MOST);
    assert_true(phase_has_closed());
    phase_end();
}

/* That the call has ended so, and stays that way. */
static void check_cancelled(responses_call *call)
{
    for (int i = 0; i < 2; i++) {
        responses_error *error = NULL;
        assert_status(responses_call_next(call, NULL, &error), RESPONSES_E_CANCELLED, error);
        assert_int_equal(responses_error_is_retryable(error), 0);
        responses_error_free(error);
    }
}

/* ---- by another thread ---- */

static void *cancel(void *call)
{
    phase_await();
    return (void *)(intptr_t)responses_call_cancel(call);
}

/* Reads until the call says something else than events. */
static void read_on(responses_call *call)
{
    while (responses_call_wait(call, -1) == RESPONSES_OK)
        if (responses_call_next(call, NULL, NULL) != RESPONSES_OK)
            return;
}

static void by_another_thread(void **state)
{
    (void)state;
    for (enum phase phase = 0; phase < PHASES; phase++) {
        pthread_t thread;
        void *status;
        begin(phase);
        responses_call *call = phase_start();
        pthread_create(&thread, NULL, cancel, call);
        read_on(call);
        pthread_join(thread, &status);
        assert_int_equal((intptr_t)status, RESPONSES_OK);
        check_cancelled(call);
        responses_call_free(call);
        end();
    }
}

/* ---- by the thread that drives it, in an event loop ---- */

static void by_the_loop_that_drives_it(void **state)
{
    (void)state;
    for (enum phase phase = 0; phase < PHASES; phase++) {
        begin(phase);
        responses_call *call = phase_start(), *ready = NULL;
        while (!phase_is_reached() && now_ms() - begun < AT_MOST) {
            assert_int_equal(responses_client_dispatch(phase_client()), RESPONSES_OK);
            while (responses_client_next_ready(phase_client(), &ready) == RESPONSES_OK)
                responses_call_next(ready, NULL, NULL);
            sleep_ms(1);
        }
        assert_true(phase_is_reached());
        assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
        assert_int_equal(responses_client_next_ready(phase_client(), &ready), RESPONSES_OK);
        assert_ptr_equal(ready, call);
        check_cancelled(call);
        responses_call_free(call);
        end();
    }
}

/* ---- by a callback ---- */

static int cancel_when_reached(const responses_event *event, void *call)
{
    (void)event;
    return phase_is_reached() && responses_call_cancel(call) == RESPONSES_OK;
}

/* A stream of little events for as long as somebody listens. */
static void chatter(const struct request *request, struct exchange *x, void *user_data)
{
    (void)request, (void)user_data;
    stream_head(x, "");
    for (int i = 0; i < 4000; i++) {
        stream_chunk(x, "data: {\"type\":\"keepalive\"}\n\n", 28);
        pause_for(x, 5);
    }
}

static void by_a_callback(void **state)
{
    (void)state;
    struct server *other = server_start();
    server_set_handler(other, chatter, NULL);
    for (enum phase phase = 0; phase < PHASES; phase++) {
        begin(phase);
        responses_call *call = phase_start();
        responses_error *error = NULL;
        set(phase_client(), "base_url", server_url(other));
        while (!phase_is_reached() && now_ms() - begun < AT_MOST)
            if (responses_call_wait(call, 5) == RESPONSES_OK)
                responses_call_next(call, NULL, NULL);
        assert_status(responses_create_stream(phase_client(), REQUEST, NTS, cancel_when_reached,
                                              call, NULL, &error),
                      RESPONSES_E_USER, error);
        responses_error_free(error);
        check_cancelled(call);
        responses_call_free(call);
        end();
    }
    server_abandon(other);
}

/* ---- by an interrupt ---- */

static pthread_t reader;

static void on_signal(int number)
{
    (void)number;
    responses_client_interrupt(phase_client());
}

static void *raise_signal(void *unused)
{
    phase_await();
    pthread_kill(reader, SIGUSR1);
    return unused;
}

static void *interrupt(void *unused)
{
    phase_await();
    responses_client_interrupt(phase_client());
    return unused;
}

static void check_interrupts(void *(*by)(void *))
{
    for (enum phase phase = 0; phase < PHASES; phase++) {
        pthread_t thread;
        responses_error *error = NULL;
        begin(phase);
        pthread_create(&thread, NULL, by, NULL);
        assert_status(phase_run(&error), RESPONSES_E_CANCELLED, error);
        pthread_join(thread, NULL);
        responses_error_free(error);
        end();
    }
}

static void by_a_signal_handler(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_signal}, before;
    reader = pthread_self();
    sigaction(SIGUSR1, &action, &before);
    check_interrupts(raise_signal);
    sigaction(SIGUSR1, &before, NULL);
}

static void by_an_interrupt_of_another_thread(void **state)
{
    (void)state;
    check_interrupts(interrupt);
}

int main(void)
{
    const struct CMUnitTest phases[] = {
        cmocka_unit_test(by_another_thread),
        cmocka_unit_test(by_the_loop_that_drives_it),
        cmocka_unit_test(by_a_callback),
        cmocka_unit_test(by_a_signal_handler),
        cmocka_unit_test(by_an_interrupt_of_another_thread),
    };
    return run(phases);
}
