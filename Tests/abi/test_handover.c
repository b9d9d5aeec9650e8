/* Of the threads that wait, one drives for all: it must not leave the others without a driver. */
#include "test.h"

#include <pthread.h>

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "first_event_timeout_ms", "40000");
    set(client, "idle_timeout_ms", "40000");
    sse_hello(&sse, "resp_1");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void *wait_for_it(void *call)
{
    int status;
    while ((status = responses_call_wait(call, -1)) == RESPONSES_AGAIN)
        continue;
    return (void *)(intptr_t)status;
}

static void the_driver_hands_over_when_it_leaves(void **state)
{
    (void)state;
    pthread_t thread;
    void *result;
    responses_call *first = NULL, *second = NULL;
    struct exchange *x = server_expect(server);
    wait_for_go(x);
    answer_stream(x, sse.text.data, sse.text.len);
    x = server_expect(server);
    wait_for_go(x);
    wait_for_go(x);
    answer_stream(x, sse.text.data, sse.text.len);
    assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &first, NULL),
                     RESPONSES_OK);
    for (int64_t end = now_ms() + at_most(8000); server_requests(server) < 1 && now_ms() < end;)
        responses_call_wait(first, 10);
    assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &second, NULL),
                     RESPONSES_OK);
    for (int64_t end = now_ms() + at_most(8000); server_requests(server) < 2 && now_ms() < end;)
        responses_call_wait(second, 10);
    /* One thread waits for the second call, this one drives and is served first, and leaves. */
    pthread_create(&thread, NULL, wait_for_it, second);
    sleep_ms(50);
    server_go(server);
    server_go(server);
    server_go(server);
    assert_int_equal(responses_call_wait(first, at_most(8000)), RESPONSES_OK);
    pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, RESPONSES_OK);
    responses_call_free(first);
    responses_call_free(second);
}

static responses_call *quiet[2];
static pthread_barrier_t together;

static void *wait_in_vain(void *call)
{
    pthread_barrier_wait(&together);
    return (void *)(intptr_t)responses_call_wait(call, 20);
}

static void *wait_for_an_event(void *call)
{
    sleep_ms(8);
    return (void *)(intptr_t)responses_call_wait(call, at_most(4000));
}

static void nobody_is_left_without_a_driver(void **state)
{
    (void)state;
    responses_call *live = NULL;
    const responses_event *event;
    for (size_t i = 0; i < COUNT(quiet); i++) {
        await_close(server_expect(server));
        assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &quiet[i], NULL),
                         RESPONSES_OK);
        for (int64_t end = now_ms() + at_most(8000);
             server_requests(server) <= (int)i && now_ms() < end;)
            responses_call_wait(quiet[i], 5);
    }
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    for (int i = 0; i < sse.count; i++) {
        size_t begin = i > 0 ? sse.end[i - 1] : 0;
        wait_for_go(x);
        stream_chunk(x, sse.text.data + begin, sse.end[i] - begin);
    }
    stream_end(x);
    assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &live, NULL),
                     RESPONSES_OK);
    for (int64_t end = now_ms() + at_most(8000); server_requests(server) < 3 && now_ms() < end;)
        responses_call_wait(live, 5);
    pthread_barrier_init(&together, NULL, COUNT(quiet));
    for (int round = 0; round < sse.count; round++) {
        /* The one that drives and the one that it hands over to give up at the same moment. */
        pthread_t waiting, giving_up[COUNT(quiet)];
        void *result;
        pthread_create(&waiting, NULL, wait_for_an_event, live);
        for (size_t i = 0; i < COUNT(quiet); i++)
            pthread_create(&giving_up[i], NULL, wait_in_vain, quiet[i]);
        for (size_t i = 0; i < COUNT(quiet); i++) {
            pthread_join(giving_up[i], &result);
            assert_int_equal((intptr_t)result, RESPONSES_AGAIN);
        }
        server_go(server);
        pthread_join(waiting, &result);
        assert_int_equal((intptr_t)result, RESPONSES_OK);
        assert_int_equal(responses_call_next(live, &event, NULL), RESPONSES_OK);
        assert_int_equal(responses_event_sequence(event), round);
    }
    pthread_barrier_destroy(&together);
    responses_call_free(live);
    for (size_t i = 0; i < COUNT(quiet); i++)
        responses_call_free(quiet[i]);
}

int main(void)
{
    const struct CMUnitTest handover[] = {
        cmocka_unit_test_setup_teardown(the_driver_hands_over_when_it_leaves, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_is_left_without_a_driver, setup, teardown),
    };
    return run(handover);
}
