/* One descriptor for all calls of a client, in the host's own loop. */
#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

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

static int readable(int milliseconds)
{
    struct pollfd fd = {.fd = responses_client_fd(client), .events = POLLIN};
    int n = poll(&fd, 1, milliseconds);
    assert_true(n >= 0);
    assert_false(fd.revents & (POLLERR | POLLNVAL));
    return n;
}

/* Three ways to wait for the descriptor, 10 s at most. */
static void wait_by_poll(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, at_most(10000)), 1);
}

static void wait_by_select(int fd)
{
    fd_set set;
    struct timeval time = {10, 0};
    FD_ZERO(&set);
    FD_SET(fd, &set);
    assert_int_equal(select(fd + 1, &set, NULL, NULL, &time), 1);
}

static void wait_by_epoll(int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    int outer = epoll_create1(EPOLL_CLOEXEC);
    assert_int_equal(epoll_ctl(outer, EPOLL_CTL_ADD, fd, &event), 0);
    int n = epoll_wait(outer, &event, 1, at_most(10000));
    close(outer);
    assert_int_equal(n, 1);
}

struct slot {
    struct events events;
    int status;
};

/* The loop of the header: wait, dispatch, read what is ready, until so many calls have ended. */
static void drive(void (*wait)(int), int running)
{
    int fd = responses_client_fd(client);
    while (running > 0) {
        responses_call *call = NULL;
        wait(fd);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        while (responses_client_next_ready(client, &call) == RESPONSES_OK) {
            const responses_event *event;
            int status;
            struct slot *slot = responses_call_user_data(call);
            assert_non_null(slot);
            while ((status = responses_call_next(call, &event, NULL)) == RESPONSES_OK)
                hear(&slot->events, event);
            if (status != RESPONSES_AGAIN) {
                slot->status = status;
                responses_call_free(call);
                running--;
            }
        }
        assert_null(call);
    }
}

static void start_slot(struct slot *slot)
{
    responses_call *call = NULL;
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    assert_int_equal(responses_call_set_user_data(call, slot), RESPONSES_OK);
    slot->status = -99;
}

static void check_slot(struct slot *slot)
{
    assert_int_equal(slot->status, RESPONSES_DONE);
    check_heard(&slot->events, &sse, 11);
    events_free(&slot->events);
}

/* Says the stream in pieces, as servers do. */
static void paced(const struct request *request, struct exchange *x, void *user_data)
{
    (void)request, (void)user_data;
    stream_head(x, "");
    for (int i = 0; i < sse.count; i++) {
        size_t begin = i > 0 ? sse.end[i - 1] : 0;
        stream_chunk(x, sse.text.data + begin, sse.end[i] - begin);
        pause_for(x, 2);
    }
    stream_end(x);
}

static void poll_select_and_epoll_will_do(void **state)
{
    (void)state;
    void (*waits[])(int) = {wait_by_poll, wait_by_select, wait_by_epoll};
    server_set_handler(server, paced, NULL);
    for (size_t i = 0; i < COUNT(waits); i++) {
        struct slot slots[3] = {0};
        for (size_t j = 0; j < COUNT(slots); j++)
            start_slot(&slots[j]);
        drive(waits[i], COUNT(slots));
        for (size_t j = 0; j < COUNT(slots); j++)
            check_slot(&slots[j]);
    }
}

static void fifty_calls_share_one_descriptor(void **state)
{
    (void)state;
    static struct slot slots[50];
    int fd = responses_client_fd(client);
    memset(slots, 0, sizeof slots);
    server_set_handler(server, paced, NULL);
    for (size_t i = 0; i < COUNT(slots); i++)
        start_slot(&slots[i]);
    drive(wait_by_poll, COUNT(slots));
    for (size_t i = 0; i < COUNT(slots); i++)
        check_slot(&slots[i]);
    assert_int_equal(responses_client_fd(client), fd);
}

static void the_descriptor_is_good_and_stays(void **state)
{
    (void)state;
    int fd = responses_client_fd(client);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_int_equal(responses_client_fd(client), fd);
}

static void without_calls_there_is_nothing_to_do(void **state)
{
    (void)state;
    responses_call *call = (responses_call *)&client;
    (void)responses_client_fd(client);
    assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
    assert_int_equal(responses_client_next_ready(client, &call), RESPONSES_AGAIN);
    assert_null(call);
    assert_int_equal(readable(50), 0);
}

static void it_stays_readable_until_all_is_read(void **state)
{
    (void)state;
    responses_call *call = NULL, *ready = NULL;
    const responses_event *event;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    int64_t deadline = now_ms() + at_most(10000);
    while (responses_client_next_ready(client, &ready) == RESPONSES_AGAIN && now_ms() < deadline) {
        assert_int_equal(readable(at_most(10000)), 1);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
    }
    assert_ptr_equal(ready, call);
    assert_int_equal(readable(0), 1);
    /* Read one event only: the call comes up again. */
    int events = 0, status = RESPONSES_OK;
    while (status == RESPONSES_OK || status == RESPONSES_AGAIN) {
        status = responses_call_next(ready, &event, &error);
        if (status == RESPONSES_OK)
            events++;
        if (status != RESPONSES_OK && status != RESPONSES_AGAIN)
            break;
        assert_true(now_ms() < deadline);
        while (responses_client_next_ready(client, &ready) == RESPONSES_AGAIN) {
            assert_int_equal(readable(at_most(10000)), 1);
            assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        }
        assert_ptr_equal(ready, call);
    }
    assert_status(status, RESPONSES_DONE, error);
    assert_int_equal(events, 11);
    responses_call_free(call);
    /* Whatever is left to do is soon done, and then all is silent. */
    for (int i = 0; i < 100 && readable(20); i++) {
        responses_client_dispatch(client);
        assert_int_equal(responses_client_next_ready(client, &ready), RESPONSES_AGAIN);
    }
    assert_int_equal(readable(0), 0);
}

static void a_call_that_waits_does_not_spin(void **state)
{
    (void)state;
    responses_call *call = NULL, *ready = NULL;
    const responses_event *event;
    int wakeups = 0, status;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[0]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[0], sse.text.len - sse.end[0]);
    stream_end(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    /* Half a second of a loop in which almost nothing happens. */
    for (int64_t end = now_ms() + 500; now_ms() < end;) {
        if (!readable((int)(end - now_ms())))
            continue;
        wakeups++;
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK)
            while ((status = responses_call_next(ready, &event, &error)) == RESPONSES_OK)
                continue;
    }
    print_message("  woke up %d times\n", wakeups);
    assert_in_range(wakeups, 1, 30);
    server_go(server);
    assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
    responses_call_free(call);
}

static void a_plain_call_comes_up_when_it_is_done(void **state)
{
    (void)state;
    responses_call *call = NULL, *ready = NULL;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    for (int64_t end = now_ms() + at_most(10000);
         responses_client_next_ready(client, &ready) == RESPONSES_AGAIN;) {
        assert_true(now_ms() < end);
        assert_int_equal(readable(at_most(10000)), 1);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
    }
    assert_ptr_equal(ready, call);
    assert_status(responses_call_next(call, NULL, &error), RESPONSES_DONE, error);
    assert_int_equal(responses_client_next_ready(client, &ready), RESPONSES_AGAIN);
    responses_call_free(call);
}

static void timers_are_in_the_descriptor(void **state)
{
    (void)state;
    responses_call *call = NULL, *ready = NULL;
    set_limit(client, "first_event_timeout_ms", 60);
    await_close(server_expect(server));
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    for (int64_t end = now_ms() + at_most(10000);
         responses_client_next_ready(client, &ready) == RESPONSES_AGAIN;) {
        assert_true(now_ms() < end);
        assert_int_equal(readable(at_most(10000)), 1);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
    }
    assert_status(responses_call_next(ready, NULL, &error), RESPONSES_E_TIMEOUT, error);
    responses_call_free(call);
}

static void a_cancelled_call_comes_up(void **state)
{
    (void)state;
    responses_call *call = NULL, *ready = NULL;
    await_close(server_expect(server));
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    for (int64_t end = now_ms() + at_most(10000); server_requests(server) == 0 && now_ms() < end;)
        if (readable(50))
            responses_client_dispatch(client);
    assert_int_equal(server_requests(server), 1);
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    assert_int_equal(readable(at_most(1000)), 1);
    assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
    assert_int_equal(responses_client_next_ready(client, &ready), RESPONSES_OK);
    assert_ptr_equal(ready, call);
    assert_status(responses_call_next(call, NULL, &error), RESPONSES_E_CANCELLED, error);
    responses_call_free(call);
}

static void a_blocking_call_and_the_loop_get_on(void **state)
{
    (void)state;
    struct slot slots[4] = {0};
    server_set_handler(server, paced, NULL);
    for (size_t i = 0; i < COUNT(slots); i++)
        start_slot(&slots[i]);
    /* Meanwhile this one drives the connections, and delivers nothing of the others. */
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    played_free(&played);
    drive(wait_by_poll, COUNT(slots));
    for (size_t i = 0; i < COUNT(slots); i++)
        check_slot(&slots[i]);
}

int main(void)
{
    const struct CMUnitTest event_loop[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(poll_select_and_epoll_will_do),
        TEST(fifty_calls_share_one_descriptor),
        TEST(the_descriptor_is_good_and_stays),
        TEST(without_calls_there_is_nothing_to_do),
        TEST(it_stays_readable_until_all_is_read),
        TEST(a_call_that_waits_does_not_spin),
        TEST(a_plain_call_comes_up_when_it_is_done),
        TEST(timers_are_in_the_descriptor),
        TEST(a_cancelled_call_comes_up),
        TEST(a_blocking_call_and_the_loop_get_on),
    };
    return run(event_loop);
}
