/* Loops that ask what is ready, and a pool of workers that read some of it: every stream comes to its
   end, whatever meets whatever. The rule is proven in Tests/interleavings; this is the library itself. */
#include "test.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#define NTS RESPONSES_NTS

enum { STREAMS = 40, WORKERS = 4, MAX_LOOPS = 2, QUEUE = 1 << 14 };

static struct server *server;
static responses_client *client, *derived;
static struct sse sse;

struct stream {
    responses_call *call;
    atomic_int events, status;
};
static struct stream streams[STREAMS];

/* What the loops have handed over. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static responses_call *queue[QUEUE];
static unsigned taken, put;
static atomic_int is_over, ended, busy, progress;

static void hand_over(responses_call *call)
{
    pthread_mutex_lock(&lock);
    queue[put++ % QUEUE] = call;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static responses_call *take(void)
{
    responses_call *call = NULL;
    pthread_mutex_lock(&lock);
    while (taken == put && !atomic_load(&is_over))
        pthread_cond_wait(&changed, &lock);
    if (taken != put)
        call = queue[taken++ % QUEUE];
    pthread_mutex_unlock(&lock);
    return call;
}

/* ---- ways to read what was handed over; they return what the last function said ---- */

typedef int (*reading)(responses_call *call, struct stream *stream);

static int one_event(responses_call *call, struct stream *stream)
{
    const responses_event *event;
    const int status = responses_call_next(call, &event, NULL);
    if (status == RESPONSES_OK)
        atomic_fetch_add(&stream->events, 1);
    return status;
}

static int all_there_is(responses_call *call, struct stream *stream)
{
    int status;
    while ((status = one_event(call, stream)) == RESPONSES_OK)
        continue;
    return status;
}

/* A batch that has room for one event or two. */
static int a_small_batch(responses_call *call, struct stream *stream)
{
    char buffer[200];
    size_t used;
    int count;
    const int status =
        responses_call_next_batch(call, 0, buffer, sizeof buffer, &used, &count, NULL);
    atomic_fetch_add(&stream->events, count);
    return status;
}

/* A worker that waits first, although it need not. */
static int one_event_after_a_wait(responses_call *call, struct stream *stream)
{
    const int status = responses_call_wait(call, 0);
    return status == RESPONSES_OK || status == RESPONSES_AGAIN ? one_event(call, stream) : status;
}

static reading read_it;

static void *work(void *unused)
{
    responses_call *call;
    (void)unused;
    while ((call = take())) {
        struct stream *stream = responses_call_user_data(call);
        const int status = read_it(call, stream);
        atomic_fetch_add(&progress, 1);
        if (status == RESPONSES_E_BUSY) {
            /* Another worker has it: of two loops, both may have named it. */
            atomic_fetch_add(&busy, 1);
            hand_over(call);
        } else if (status == RESPONSES_DONE || status < 0) {
            int none = -99;
            if (atomic_compare_exchange_strong(&stream->status, &none, status))
                atomic_fetch_add(&ended, 1);
        }
    }
    return NULL;
}

static void *loop(void *of)
{
    struct pollfd fd = {.fd = responses_client_fd(of), .events = POLLIN};
    while (!atomic_load(&is_over)) {
        responses_call *ready;
        poll(&fd, 1, 20);
        responses_client_dispatch(of);
        while (responses_client_next_ready(of, &ready) == RESPONSES_OK)
            hand_over(ready);
    }
    return NULL;
}

static void run_pool(int loops, reading how)
{
    pthread_t workers[WORKERS], loop_threads[MAX_LOOPS];
    read_it = how;
    taken = put = 0;
    atomic_store(&is_over, 0);
    atomic_store(&ended, 0);
    atomic_store(&busy, 0);
    for (int i = 0; i < STREAMS; i++) {
        atomic_store(&streams[i].events, 0);
        atomic_store(&streams[i].status, -99);
        assert_int_equal(
            responses_create_stream_start(client, REQUEST, NTS, &streams[i].call, NULL),
            RESPONSES_OK);
        responses_call_set_user_data(streams[i].call, &streams[i]);
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&workers[i], NULL, work, NULL);
    for (int i = 0; i < loops; i++)
        pthread_create(&loop_threads[i], NULL, loop, i == 0 ? client : derived);
    /* Seven seconds in which nothing happens at all are a stall. */
    int last = -1;
    for (int64_t end = now_ms() + at_most(7000); atomic_load(&ended) < STREAMS && now_ms() < end;) {
        if (atomic_load(&progress) != last)
            end = now_ms() + at_most(7000);
        last = atomic_load(&progress);
        sleep_ms(2);
    }
    const int all = atomic_load(&ended);
    atomic_store(&is_over, 1);
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    for (int i = 0; i < loops; i++)
        pthread_join(loop_threads[i], NULL);
    for (int i = 0; i < STREAMS; i++) {
        responses_call_free(streams[i].call);
        if (atomic_load(&streams[i].status) == RESPONSES_DONE)
            assert_int_equal(atomic_load(&streams[i].events), sse.count);
    }
    assert_int_equal(all, STREAMS);
    for (int i = 0; i < STREAMS; i++)
        assert_int_equal(atomic_load(&streams[i].status), RESPONSES_DONE);
    /* One loop names a call again only when it was read: two workers never have it, unless one of them
       goes on reading. */
    if (loops == 1 && how != all_there_is)
        assert_int_equal(atomic_load(&busy), 0);
}

static void all_at_once(const struct request *request, struct exchange *x, void *unused)
{
    (void)request, (void)unused;
    answer_stream(x, sse.text.data, sse.text.len);
}

static void bit_by_bit(const struct request *request, struct exchange *x, void *unused)
{
    (void)request, (void)unused;
    stream_head(x, "");
    for (size_t at = 0; at < sse.text.len; at += 700) {
        const size_t left = sse.text.len - at;
        stream_chunk(x, sse.text.data + at, left < 700 ? left : 700);
        pause_for(x, 1);
    }
    stream_end(x);
}

static void run_both(int loops, reading how)
{
    server_set_handler(server, all_at_once, NULL);
    for (int i = 0; i < (is_slow() ? 1 : 4); i++)
        run_pool(loops, how);
    server_set_handler(server, bit_by_bit, NULL);
    run_pool(loops, how);
}

static void workers_read_one_event_each(void **state)
{
    (void)state;
    run_both(1, one_event);
}

static void workers_read_all_there_is(void **state)
{
    (void)state;
    run_both(1, all_there_is);
}

static void workers_read_a_small_batch(void **state)
{
    (void)state;
    run_both(1, a_small_batch);
}

static void workers_wait_first(void **state)
{
    (void)state;
    run_both(1, one_event_after_a_wait);
}

static void two_loops_share_the_work(void **state)
{
    (void)state;
    run_both(2, one_event);
    run_both(2, all_there_is);
}

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    /* None of these may bring up what was forgotten. */
    set(client, "first_event_timeout_ms", "50000");
    set(client, "idle_timeout_ms", "50000");
    assert_int_equal(responses_client_derive(client, &derived, NULL), RESPONSES_OK);
    sse_hello(&sse, "resp_1");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sse_free(&sse);
    responses_client_free(derived);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest worker_pool[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(workers_read_one_event_each), TEST(workers_read_all_there_is),
        TEST(workers_read_a_small_batch),  TEST(workers_wait_first),
        TEST(two_loops_share_the_work),
    };
    return run(worker_pool);
}
