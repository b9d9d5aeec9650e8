/*
 * Thirty-two threads wait, each for a stream of its own. What comes for one of them wakes that thread
 * and the one that drives, and nobody else: counted by the kernel, as the switches that a thread made
 * because it had to wait.
 */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#define NTS RESPONSES_NTS
enum { THREADS = 32, DELTAS = 200 };

static struct server *server;
static responses_client *client;
static struct sse hello, busy;
static atomic_int begun;

static void serve(const struct request *request, struct exchange *x, void *user_data)
{
    const struct sse *sse = strstr(request->body, "busy") ? &busy : &hello;
    (void)user_data;
    stream_head(x, "");
    stream_chunk(x, sse->text.data, sse->end[0]);
    /* Time for all to fall asleep. */
    if (sse == &busy)
        pause_for(x, 1500);
    for (int i = 1; sse == &busy && i < sse->count - 1; i++) {
        stream_chunk(x, sse->text.data + sse->end[i - 1], sse->end[i] - sse->end[i - 1]);
        pause_for(x, 2);
    }
    if (sse == &hello)
        wait_for_go(x);
    size_t rest = sse == &busy ? sse->end[sse->count - 2] : sse->end[0];
    stream_chunk(x, sse->text.data + rest, sse->text.len - rest);
    stream_end(x);
}

struct waiter {
    pthread_t thread;
    int number, status, events;
    long switches; /* from the first event to the end */
};

static long switches_of_this_thread(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

static void *wait_for_stream(void *argument)
{
    struct waiter *waiter = argument;
    responses_call *call = NULL;
    long before = 0;
    responses_create_stream_start(client, waiter->number == 0 ? "{\"x\":\"busy\"}" : "{}", NTS,
                                  &call, NULL);
    for (;;) {
        const responses_event *event = NULL;
        waiter->status = responses_call_next(call, &event, NULL);
        if (waiter->status == RESPONSES_OK && waiter->events++ == 0) {
            before = switches_of_this_thread();
            atomic_fetch_add(&begun, 1);
        } else if (waiter->status == RESPONSES_AGAIN) {
            responses_call_wait(call, -1);
        } else if (waiter->status != RESPONSES_OK) {
            break;
        }
    }
    waiter->switches = switches_of_this_thread() - before;
    responses_call_free(call);
    return NULL;
}

static void news_for_one_wakes_nobody_else(void **state)
{
    static struct waiter waiters[THREADS];
    (void)state;
    server = server_start();
    server_set_handler(server, serve, NULL);
    client = client_for(server);
    set(client, "idle_timeout_ms", "30000");
    sse_hello(&hello, "resp_1");
    sse_begin(&busy, "resp_2");
    sse_created(&busy);
    sse_message_added(&busy, 0, "msg_1");
    for (int i = 0; i < DELTAS; i++)
        sse_delta(&busy, 0, "msg_1", "x");
    sse_completed(&busy);
    for (int i = 0; i < THREADS; i++) {
        waiters[i].number = i;
        pthread_create(&waiters[i].thread, NULL, wait_for_stream, &waiters[i]);
    }
    for (int i = 0; i < 3000 && atomic_load(&begun) < THREADS; i++)
        sleep_ms(10);
    assert_int_equal(atomic_load(&begun), THREADS);
    /* First all of the busy stream; the others, when it is over. */
    pthread_join(waiters[0].thread, NULL);
    for (int i = 1; i < THREADS; i++)
        server_go(server);
    long sum = 0, most = 0;
    int often = 0;
    for (int i = 1; i < THREADS; i++) {
        pthread_join(waiters[i].thread, NULL);
        assert_int_equal(waiters[i].status, RESPONSES_DONE);
        assert_int_equal(waiters[i].events, hello.count);
        sum += waiters[i].switches;
        most = waiters[i].switches > most ? waiters[i].switches : most;
        often += waiters[i].switches > DELTAS / 4;
    }
    assert_int_equal(waiters[0].status, RESPONSES_DONE);
    assert_int_equal(waiters[0].events, busy.count);
    print_message(
        "%d events for one of %d threads: it switched %ld times, the others %ld together, "
        "%ld of that the one that drove\n",
        busy.count, THREADS, waiters[0].switches, sum, most);
    /* A herd would be THREADS * DELTAS, 6,400. One other thread drives; the rest sleeps. */
    assert_true(often <= 1);
    assert_true(sum - most < (THREADS - 2) * 20);
    assert_true(most + waiters[0].switches < DELTAS * 6);
    responses_client_free(client);
    server_abandon(server);
    sse_free(&hello);
    sse_free(&busy);
}

int main(void)
{
    const struct CMUnitTest wakeups[] = {
        cmocka_unit_test(news_for_one_wakes_nobody_else),
    };
    return run(wakeups);
}
