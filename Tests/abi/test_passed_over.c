/* A loop that hands calls to other threads: what it cannot name now, because a thread is inside, comes
   up when that thread has left. */
#include "test.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_call *call;
static struct sse sse;

/* Holds the thread that reads an event, inside of that call: the log comes from there. */
static pthread_barrier_t is_inside, may_leave;
static atomic_int is_armed;

static void hold_reader(int level, const char *line, size_t len, void *user_data)
{
    (void)level, (void)len, (void)user_data;
    if (strncmp(line, "event ", 6) == 0 && atomic_exchange(&is_armed, 0)) {
        pthread_barrier_wait(&is_inside);
        pthread_barrier_wait(&may_leave);
    }
}

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    call = NULL;
    sse_hello(&sse, "resp_1");
    pthread_barrier_init(&is_inside, NULL, 2);
    pthread_barrier_init(&may_leave, NULL, 2);
    atomic_store(&is_armed, 0);
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_DEBUG, hold_reader, NULL),
                     RESPONSES_OK);
    assert_true(responses_client_fd(client) >= 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_call_free(call);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    pthread_barrier_destroy(&is_inside);
    pthread_barrier_destroy(&may_leave);
    return 0;
}

/* What the loop is told of within so many milliseconds; NULL for nothing. Less than any time limit of
   the client's, as that would bring a call up too. */
static responses_call *told(int milliseconds)
{
    responses_call *ready = NULL;
    const int64_t end = now_ms() + milliseconds;
    do {
        struct pollfd fd = {.fd = responses_client_fd(client), .events = POLLIN};
        const int64_t left = end - now_ms();
        poll(&fd, 1, left > 0 ? (int)left : 0);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        if (responses_client_next_ready(client, &ready) == RESPONSES_OK)
            return ready;
    } while (now_ms() < end);
    return NULL;
}

static void start(void)
{
    assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &call, NULL),
                     RESPONSES_OK);
}

/* So that no bytes come later and bring the call up for that reason. */
static void let_all_arrive(void)
{
    for (int i = 0; i < 20; i++) {
        sleep_ms(3);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
    }
}

static void read_one(const char *type)
{
    const responses_event *event;
    assert_int_equal(responses_call_next(call, &event, NULL), RESPONSES_OK);
    assert_string_equal(responses_event_type(event), type);
}

static void *next_in_thread(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)responses_call_next(call, NULL, NULL);
}

static void *batch_in_thread(void *unused)
{
    /* Room for one event, not for two. */
    char buffer[100];
    size_t used;
    int count = 0;
    const int status =
        responses_call_next_batch(call, 0, buffer, sizeof buffer, &used, &count, NULL);
    (void)unused;
    return (void *)(intptr_t)(count == 1 ? status : RESPONSES_E_INTERNAL);
}

/* The loop asks while a thread is in the call, which then leaves having read one event. */
static void ask_while_inside(void *(*thread_body)(void *))
{
    pthread_t thread;
    void *result;
    responses_call *ready = NULL;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start();
    assert_ptr_equal(told(at_most(4000)), call);
    let_all_arrive();
    read_one("response.created");
    /* It would come up again now, but the loop finds a thread inside. */
    atomic_store(&is_armed, 1);
    pthread_create(&thread, NULL, thread_body, NULL);
    pthread_barrier_wait(&is_inside);
    assert_int_equal(responses_client_next_ready(client, &ready), RESPONSES_AGAIN);
    assert_null(ready);
    pthread_barrier_wait(&may_leave);
    pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, RESPONSES_OK);
    assert_ptr_equal(told(at_most(4000)), call);
    read_one("response.output_item.added");
}

static void a_call_comes_up_when_its_reader_has_left(void **state)
{
    (void)state;
    ask_while_inside(next_in_thread);
}

static void so_it_does_after_a_batch(void **state)
{
    (void)state;
    ask_while_inside(batch_in_thread);
}

/* A batch that holds all events keeps to itself that they were the last. */
static void the_end_comes_up_after_a_batch(void **state)
{
    (void)state;
    char buffer[16384];
    size_t used;
    int count = 0;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start();
    assert_ptr_equal(told(at_most(4000)), call);
    let_all_arrive();
    assert_int_equal(responses_call_next_batch(call, 0, buffer, sizeof buffer, &used, &count, NULL),
                     RESPONSES_OK);
    assert_int_equal(count, sse.count);
    assert_ptr_equal(told(at_most(4000)), call);
    assert_int_equal(responses_call_next_batch(call, 0, buffer, sizeof buffer, &used, &count, NULL),
                     RESPONSES_DONE);
    assert_null(told(50));
}

/* Bytes come while a thread is inside, which leaves without having seen them. */
static void news_for_a_call_in_use_come_up_later(void **state)
{
    (void)state;
    pthread_t thread;
    void *result;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[1]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[1], sse.text.len - sse.end[1]);
    stream_end(x);
    start();
    assert_ptr_equal(told(at_most(4000)), call);
    read_one("response.created");
    atomic_store(&is_armed, 1);
    pthread_create(&thread, NULL, next_in_thread, NULL);
    pthread_barrier_wait(&is_inside);
    server_go(server);
    assert_null(told(100));
    pthread_barrier_wait(&may_leave);
    pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, RESPONSES_OK);
    assert_ptr_equal(told(at_most(4000)), call);
    read_one("response.output_item.added");
}

/* The loop hands a call over and has asked again before a worker comes to it. */
static void a_call_that_was_left_alone_comes_up_once_it_is_read(void **state)
{
    (void)state;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start();
    assert_ptr_equal(told(at_most(4000)), call);
    assert_null(told(50));
    /* To ask it for something else is not to read it. */
    (void)responses_call_response(call);
    assert_null(told(50));
    read_one("response.created");
    assert_ptr_equal(told(at_most(4000)), call);
    assert_null(told(50));
    read_one("response.in_progress");
    assert_ptr_equal(told(at_most(4000)), call);
}

/* More comes for a call that is left alone; it is still not named again. */
static void news_do_not_bring_up_a_call_that_is_left_alone(void **state)
{
    (void)state;
    responses_call *ready;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[1]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[1], sse.text.len - sse.end[1]);
    stream_end(x);
    start();
    assert_ptr_equal(told(at_most(4000)), call);
    /* They come between its naming and the next question. */
    server_go(server);
    let_all_arrive();
    assert_int_equal(responses_client_next_ready(client, &ready), RESPONSES_AGAIN);
    assert_null(told(50));
    read_one("response.created");
    assert_ptr_equal(told(at_most(4000)), call);
}

static void *wait_in_thread(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)responses_call_wait(call, at_most(20000));
}

static void *drive_in_thread(void *other)
{
    return (void *)(intptr_t)responses_call_wait(other, at_most(20000));
}

/* A thread waits in the call, whether it drives or sleeps, and leaves the reading to the loop. */
static void wait_and_leave_it(int with_driver)
{
    pthread_t thread, driver;
    void *result;
    responses_call *other = NULL;
    struct exchange *x = server_expect(server);
    await_close(x);
    assert_int_equal(responses_create_start(client, REQUEST, NTS, &other, NULL), RESPONSES_OK);
    while (server_requests(server) < 1)
        responses_call_wait(other, 5);
    if (with_driver) {
        pthread_create(&driver, NULL, drive_in_thread, other);
        sleep_ms(50);
    }
    x = server_expect(server);
    wait_for_go(x);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[1]);
    await_close(x);
    start();
    pthread_create(&thread, NULL, wait_in_thread, NULL);
    sleep_ms(50);
    server_go(server);
    /* The loop looks meanwhile, and finds the thread inside. */
    responses_call *found = told(2);
    pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, RESPONSES_OK);
    if (!found)
        found = told(at_most(4000));
    assert_ptr_equal(found, call);
    read_one("response.created");
    responses_call_free(other);
    if (with_driver)
        pthread_join(driver, &result);
}

static void a_thread_that_waits_leaves_the_reading_to_the_loop(void **state)
{
    (void)state;
    wait_and_leave_it(0);
}

static void so_does_one_that_another_drives_for(void **state)
{
    (void)state;
    wait_and_leave_it(1);
}

static responses_call *asked_from_log;
static int asks_of_log;

static void ask_from_log(int level, const char *line, size_t len, void *user_data)
{
    (void)level, (void)len, (void)user_data;
    if (strncmp(line, "event ", 6) == 0) {
        asked_from_log = NULL;
        asks_of_log++;
        (void)responses_client_next_ready(client, &asked_from_log);
    }
}

/* The log of a call asks the loop's question, while the call is its own. */
static void the_log_may_ask_for_what_is_ready(void **state)
{
    (void)state;
    const responses_event *event;
    int events = 0, status = RESPONSES_OK;
    responses_client_set_log(client, RESPONSES_LOG_DEBUG, ask_from_log, NULL);
    asks_of_log = 0;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start();
    while (status == RESPONSES_OK) {
        assert_ptr_equal(told(at_most(4000)), call);
        status = responses_call_next(call, &event, NULL);
        assert_null(asked_from_log);
        events += status == RESPONSES_OK;
        if (status == RESPONSES_AGAIN)
            status = RESPONSES_OK;
    }
    assert_int_equal(status, RESPONSES_DONE);
    assert_int_equal(events, 11);
    assert_true(asks_of_log > 0);
}

int main(void)
{
    const struct CMUnitTest passed_over[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_call_comes_up_when_its_reader_has_left),
        TEST(so_it_does_after_a_batch),
        TEST(the_end_comes_up_after_a_batch),
        TEST(news_for_a_call_in_use_come_up_later),
        TEST(a_call_that_was_left_alone_comes_up_once_it_is_read),
        TEST(news_do_not_bring_up_a_call_that_is_left_alone),
        TEST(a_thread_that_waits_leaves_the_reading_to_the_loop),
        TEST(so_does_one_that_another_drives_for),
        TEST(the_log_may_ask_for_what_is_ready),
    };
    return run(passed_over);
}
