/*
 * Every adapter in its real loop: many streams, one event at a time, adapters that are detached inside
 * a callback, bad arguments. LOOP is which: test_loops is compiled once for each.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/wait.h>
#include <stdio.h>
#include <unistd.h>

/* What a test needs of a loop: open it, attach and detach, let it work once, close it. */
#if defined(LOOP_POLL)
#include <responses_poll.h>
typedef responses_poll adapter;
static void loop_open(void) {}
static int attach(responses_client *client, responses_ready_fn fn, adapter **out)
{
    return responses_poll_attach(client, fn, NULL, out);
}
#define detach responses_poll_detach
static adapter *current;
static void loop_once(void)
{
    if (current != NULL)
        responses_poll_tick(current, 50);
}
static void loop_in_child(void) {}
static void loop_close(void) {}
#elif defined(LOOP_EPOLL)
#include <responses_epoll.h>
typedef responses_epoll adapter;
static int epoll;
static void loop_open(void)
{
    epoll = epoll_create1(EPOLL_CLOEXEC);
}
static int attach(responses_client *client, responses_ready_fn fn, adapter **out)
{
    return responses_epoll_attach(client, epoll, fn, NULL, out);
}
#define detach responses_epoll_detach
static adapter *current;
static void loop_once(void)
{
    struct epoll_event event;
    if (epoll_wait(epoll, &event, 1, 50) == 1)
        assert_int_equal(responses_epoll_check(current, &event), 1);
    event.data.ptr = &event;
    assert_int_equal(responses_epoll_check(current, &event), 0);
}
static void loop_in_child(void) {}
static void loop_close(void)
{
    close(epoll);
}
#elif defined(LOOP_GLIB)
#include <responses_glib.h>
typedef responses_glib adapter;
static GMainContext *context;
static gboolean on_timeout(gpointer user_data)
{
    (void)user_data;
    return G_SOURCE_REMOVE;
}
static void loop_open(void)
{
    context = g_main_context_new();
}
static int attach(responses_client *client, responses_ready_fn fn, adapter **out)
{
    return responses_glib_attach(client, context, fn, NULL, out);
}
#define detach responses_glib_detach
static adapter *current;
static void loop_once(void)
{
    GSource *timeout = g_timeout_source_new(50);
    g_source_set_callback(timeout, on_timeout, NULL, NULL);
    g_source_attach(timeout, context);
    g_main_context_iteration(context, TRUE);
    g_source_destroy(timeout);
    g_source_unref(timeout);
}
static void loop_in_child(void) {}
static void loop_close(void)
{
    g_main_context_unref(context);
}
#elif defined(LOOP_LIBEVENT)
#include <responses_libevent.h>
typedef responses_libevent adapter;
static struct event_base *base;
static void loop_open(void)
{
    base = event_base_new();
}
static int attach(responses_client *client, responses_ready_fn fn, adapter **out)
{
    return responses_libevent_attach(client, base, fn, NULL, out);
}
#define detach responses_libevent_detach
static adapter *current;
static void loop_once(void)
{
    struct timeval after = {0, 50000};
    event_base_loopexit(base, &after);
    event_base_loop(base, EVLOOP_ONCE);
}
static void loop_in_child(void)
{
    event_reinit(base);
}
static void loop_close(void)
{
    event_base_free(base);
}
#elif defined(LOOP_LIBUV)
#include <responses_libuv.h>
typedef responses_libuv adapter;
static uv_loop_t loop;
static uv_timer_t timer;
static void on_timer(uv_timer_t *of)
{
    (void)of;
}
static void loop_open(void)
{
    uv_loop_init(&loop);
    uv_timer_init(&loop, &timer);
}
static int attach(responses_client *client, responses_ready_fn fn, adapter **out)
{
    return responses_libuv_attach(client, &loop, fn, NULL, out);
}
#define detach responses_libuv_detach
static adapter *current;
static void loop_once(void)
{
    uv_timer_start(&timer, on_timer, 50, 0);
    uv_run(&loop, UV_RUN_ONCE);
}
static void loop_in_child(void)
{
    uv_loop_fork(&loop);
}
static void loop_close(void)
{
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}
#endif

#define STREAMS 40
#define REQUEST "{\"model\":\"sandbox\",\"input\":\"Hello\"}"

static responses_client *client;
static int running, completed, events, one_at_a_time, wakeups;

static int setup(void **state)
{
    (void)state;
    running = completed = events = one_at_a_time = wakeups = 0;
    loop_open();
    return responses_client_new(&client, NULL);
}

static int teardown(void **state)
{
    (void)state;
    detach(current);
    current = NULL;
    loop_close();
    responses_client_free(client);
    return 0;
}

static void on_ready(responses_call *call, void *user_data)
{
    const responses_event *event;
    int status;
    assert_null(user_data);
    wakeups++;
    while ((status = responses_call_next(call, &event, NULL)) == RESPONSES_OK) {
        events++;
        if (one_at_a_time)
            return;
    }
    if (status == RESPONSES_AGAIN)
        return;
    completed += status == RESPONSES_DONE;
    running--;
    responses_call_free(call);
}

static responses_call *start(void)
{
    responses_call *call = NULL;
    assert_int_equal(responses_create_stream_start(client, REQUEST, RESPONSES_NTS, &call, NULL),
                     RESPONSES_OK);
    running++;
    return call;
}

static void run_until_done(void)
{
    int turns;
    for (turns = 0; running > 0 && turns < 20000; turns++)
        loop_once();
    assert_int_equal(running, 0);
}

static void many_streams(void **state)
{
    int i;
    (void)state;
    assert_int_equal(attach(client, on_ready, &current), RESPONSES_OK);
    for (i = 0; i < STREAMS; i++)
        start();
    run_until_done();
    assert_int_equal(completed, STREAMS);
    assert_in_range(events, STREAMS * 5, STREAMS * 100);
}

static void one_event_at_a_time(void **state)
{
    int i;
    (void)state;
    one_at_a_time = 1;
    for (i = 0; i < 10; i++)
        start();
    /* Calls that were started before attach come up too. */
    assert_int_equal(attach(client, on_ready, &current), RESPONSES_OK);
    run_until_done();
    assert_int_equal(completed, 10);
}

static void an_idle_client_does_not_wake_the_loop(void **state)
{
    int i;
    (void)state;
    assert_int_equal(attach(client, on_ready, &current), RESPONSES_OK);
    start();
    run_until_done();
    wakeups = 0;
    for (i = 0; i < 3; i++)
        loop_once();
    assert_int_equal(wakeups, 0);
}

static void detach_in_the_middle(responses_call *call, void *user_data)
{
    const responses_event *event;
    (void)user_data;
    responses_call_next(call, &event, NULL);
    events++;
    detach(current);
    current = NULL;
}

static void detached_inside_a_callback(void **state)
{
    responses_call *calls[5];
    int i;
    (void)state;
    assert_int_equal(attach(client, detach_in_the_middle, &current), RESPONSES_OK);
    for (i = 0; i < 5; i++)
        calls[i] = start();
    for (i = 0; current != NULL && i < 1000; i++)
        loop_once();
    assert_null(current);
    loop_once();
    assert_int_equal(events, 1);
    /* Another adapter takes over. */
    assert_int_equal(attach(client, on_ready, &current), RESPONSES_OK);
    run_until_done();
    assert_int_equal(completed, 5);
    (void)calls;
}

static void a_child_detaches(void **state)
{
    int i, status = -1;
    pid_t child;
    (void)state;
    assert_int_equal(attach(client, on_ready, &current), RESPONSES_OK);
    for (i = 0; i < 10; i++)
        start();
    loop_once();
    child = fork();
    if (child == 0) {
        loop_in_child();
        detach(current);
        responses_client_free(client);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    run_until_done();
    assert_int_equal(completed, 10);
}

static void bad_arguments(void **state)
{
    adapter *none = (adapter *)&client;
    (void)state;
    assert_int_equal(attach(NULL, on_ready, &none), RESPONSES_E_INVALID);
    assert_null(none);
    none = (adapter *)&client;
    assert_int_equal(attach(client, NULL, &none), RESPONSES_E_INVALID);
    assert_null(none);
    detach(NULL);
}

int main(void)
{
    const struct CMUnitTest loops[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(many_streams),
        TEST(one_event_at_a_time),
        TEST(an_idle_client_does_not_wake_the_loop),
        TEST(detached_inside_a_callback),
        TEST(a_child_detaches),
        TEST(bad_arguments),
    };
    setvbuf(stdout, NULL, _IOLBF, 0); /* the last line names a test that hangs */
    return cmocka_run_group_tests(loops, NULL, NULL);
}
