/* A function that is told of attempts, at every moment: calls that are cancelled or freed, and functions that free,
   cancel, start other calls and fork. */
#include "told.h"

#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>

#define NTS        RESPONSES_NTS
#define QUICK      "Retry-After-Ms: 1\r\n"
#define LATER      "Retry-After-Ms: 60000\r\n"
#define BACKGROUND "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}"

enum { END = RESPONSES_NEXT_END, RETRY = RESPONSES_NEXT_RETRY };

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_error *error;
static struct sse sse;
static struct told told;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "max_retries", "2");
    assert_int_equal(responses_client_set_attempt_callback(client, tell, &told), RESPONSES_OK);
    sse_hello(&sse, "resp_1");
    call = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_call_free(call);
    responses_client_free(client);
    server_stop(server);
    sse_free(&sse); /* a request that came late may have been answered with it */
    told_free(&told);
    return 0;
}

static void refuse(const char *headers)
{
    answer_with(server_expect(server), 503, headers, "{}", 2);
}

static void start(void)
{
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
}

static void let_go(void)
{
    responses_call_free(call);
    call = NULL;
}

/* Reads until something was told, or so many events have come. */
static void read_until(int attempts, int events)
{
    const responses_event *event;
    while (told.count < attempts && events > 0) {
        assert_int_equal(responses_call_wait(call, at_most(10000)), RESPONSES_OK);
        int status;
        while (events > 0 && (status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
            events--;
        if (events > 0)
            assert_int_equal(status, RESPONSES_AGAIN);
    }
}

/* Has the server send so much of the stream and wait. */
static void stream_stays_open(int events)
{
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[events - 1]);
    await_close(x);
}

/* ---- calls that are not read to their end ---- */

static void a_call_that_is_freed_at_once(void **state)
{
    (void)state;
    start();
    let_go();
    assert_int_equal(told.count, 1);
    assert_attempt(&told, 0, 1, RESPONSES_E_CANCELLED, 0, END);
    assert_string_equal(told.list[0].reason, "cancelled");
    /* Whether the request was there yet does not matter. */
    server_abandon(server);
    server = server_start();
}

static void a_stream_that_is_freed_in_its_middle(void **state)
{
    (void)state;
    stream_stays_open(3);
    start();
    read_until(9, 3);
    let_go();
    assert_int_equal(told.count, 1);
    assert_attempt(&told, 0, 1, RESPONSES_E_CANCELLED, 200, END);
    assert_int_equal(told.list[0].events, 3);
    assert_true(told.list[0].first_event >= 0);
    assert_true(told.list[0].bytes_received > 0);
}

static void a_call_that_is_freed_in_a_pause(void **state)
{
    (void)state;
    refuse(LATER);
    start();
    while (told.count == 0)
        responses_call_wait(call, 10);
    assert_attempt(&told, 0, 1, RESPONSES_E_API, 503, RETRY);
    assert_int_equal(told.list[0].pause, 60000);
    let_go();
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 1, 0, RESPONSES_E_CANCELLED, 0, END);
}

static void a_call_that_is_cancelled(void **state)
{
    (void)state;
    stream_stays_open(2);
    start();
    read_until(9, 2);
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    assert_int_equal(told.count, 0);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_E_CANCELLED);
    assert_int_equal(told.count, 1);
    assert_attempt(&told, 0, 1, RESPONSES_E_CANCELLED, 200, END);
    let_go();
    assert_int_equal(told.count, 1);
}

static int stops(const responses_event *event, void *user_data)
{
    (void)event;
    (void)user_data;
    return 7;
}

static void a_callback_for_events_that_stops(void **state)
{
    (void)state;
    stream_stays_open(2);
    assert_int_equal(responses_create_stream(client, REQUEST, NTS, stops, NULL, NULL, &error),
                     RESPONSES_E_USER);
    assert_int_equal(told.count, 1);
    assert_attempt(&told, 0, 1, RESPONSES_E_USER, 200, END);
    assert_int_equal(told.list[0].events, 1);
    assert_true(told.list[0].has_response);
}

static void a_limit_of_time(void **state)
{
    (void)state;
    stream_stays_open(2);
    set(client, "timeout_ms", "100");
    struct events events = {0};
    assert_int_equal(responses_create_stream(client, REQUEST, NTS, collect, &events, NULL, &error),
                     RESPONSES_E_TIMEOUT);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.list[0].status, RESPONSES_E_TIMEOUT);
    assert_string_equal(told.list[0].reason, "timeout");
    events_free(&events);
}

static responses_key_request *asked;
static void keeps_the_request(responses_key_request *request, void *user_data)
{
    (void)user_data;
    asked = request;
}

static void a_call_that_waits_for_its_key(void **state)
{
    (void)state;
    assert_int_equal(responses_client_set_key_callback(client, keeps_the_request, NULL), 0);
    start();
    responses_call_cancel(call);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_E_CANCELLED);
    assert_attempt(&told, 0, 0, RESPONSES_E_CANCELLED, 0, END);
    responses_key_request_free(asked);
    let_go();
    responses_error_free(error);
    start();
    let_go();
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 1, 0, RESPONSES_E_CANCELLED, 0, END);
    responses_key_request_free(asked);
    start();
    responses_key_request_free(asked);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_E_USER);
    assert_int_equal(told.count, 3);
    assert_attempt(&told, 2, 0, RESPONSES_E_USER, 0, END);
    assert_string_equal(told.list[2].reason, "stopped");
    assert_contains(told.list[2].json,
                    "\"times_us\":{\"lookup\":null,\"connect\":null,\"tls\":null,"
                    "\"sent\":null,\"first_byte\":null,\"first_event\":null,"
                    "\"last_event\":null,\"total\":null}");
}

/* ---- functions that use the library ---- */

static void frees_all(const responses_attempt *attempt, void *user_data)
{
    tell(attempt, user_data);
    responses_client_free(client);
    client = NULL;
    let_go();
    errno = EDOM;
    assert_int_equal(responses_attempt_number(attempt, RESPONSES_ATTEMPT_NUMBER),
                     told.list[told.count - 1].number);
}

static void one_that_frees_the_call_and_the_client(void **state)
{
    (void)state;
    responses_client_set_attempt_callback(client, frees_all, &told);
    refuse(QUICK);
    start();
    responses_call *own = call;
    while (told.count == 0)
        responses_call_wait(own, at_most(10000));
    const responses_event *event;
    responses_error_free(error);
    assert_int_equal(responses_call_next(own, &event, &error), RESPONSES_E_INVALID);
    /* It was freed while its next attempt was to come: that is its end, and told as such. */
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 0, 1, RESPONSES_E_API, 503, RETRY);
    assert_attempt(&told, 1, 0, RESPONSES_E_CANCELLED, 0, END);
}

static void frees_in_the_end(const responses_attempt *attempt, void *user_data)
{
    tell(attempt, user_data);
    if (responses_attempt_number(attempt, RESPONSES_ATTEMPT_NEXT) == END) {
        responses_client_free(client);
        client = NULL;
        let_go();
    }
}

static void one_that_frees_at_the_end(void **state)
{
    (void)state;
    responses_client_set_attempt_callback(client, frees_in_the_end, &told);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start();
    responses_call *own = call;
    const responses_event *event;
    int status = RESPONSES_AGAIN;
    while (status == RESPONSES_AGAIN || status == RESPONSES_OK) {
        if (status == RESPONSES_AGAIN)
            responses_call_wait(own, at_most(10000));
        status = responses_call_next(own, &event, NULL);
    }
    assert_true(status == RESPONSES_DONE || status == RESPONSES_E_INVALID);
    assert_int_equal(told.count, 1);
}

static void one_that_frees_the_client_of_a_blocking_call(void **state)
{
    (void)state;
    responses_client_set_attempt_callback(client, frees_in_the_end, &told);
    answer(server_expect(server), 200, RESPONSE);
    responses_response *response = NULL;
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_null(client);
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    responses_response_free(response);
}

static void cancels(const responses_attempt *attempt, void *user_data)
{
    tell(attempt, user_data);
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    const responses_event *event;
    assert_int_equal(responses_call_next(call, &event, NULL), RESPONSES_E_BUSY);
    assert_int_equal(responses_call_wait(call, 0), RESPONSES_E_BUSY);
}

static void one_that_cancels(void **state)
{
    (void)state;
    responses_client_set_attempt_callback(client, cancels, &told);
    refuse(LATER);
    start();
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_E_CANCELLED);
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 0, 1, RESPONSES_E_API, 503, RETRY);
    assert_attempt(&told, 1, 0, RESPONSES_E_CANCELLED, 0, END);
}

static void calls_back(const responses_attempt *attempt, void *user_data)
{
    (void)user_data;
    tell(attempt, &told);
    if (told.count > 3)
        return;
    responses_response *response = NULL;
    responses_error *failure = NULL;
    assert_ok(responses_create(client, REQUEST, NTS, &response, &failure), failure);
    responses_response_free(response);
    errno = EDOM;
}

static void one_that_makes_another_call(void **state)
{
    (void)state;
    responses_client_set_attempt_callback(client, calls_back, &told);
    refuse(QUICK);
    for (int i = 0; i < 4; i++)
        answer(server_expect(server), 200, RESPONSE);
    errno = ENOTTY;
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_int_equal(errno, ENOTTY);
    /* The retry, then three inside each other, and the one that they were inside of. */
    assert_int_equal(told.count, 5);
    assert_int_equal(told.ends, 4);
    assert_attempt(&told, 4, 2, RESPONSES_OK, 200, END);
}

/* ---- fork ---- */

static pid_t child;
static int fork_at;

static void forks(const responses_attempt *attempt, void *user_data)
{
    tell(attempt, user_data);
    if (told.count == fork_at) {
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
            alarm((unsigned)at_most(20));
    }
}

static void leave(int failed)
{
    if (is_slow()) /* valgrind would look for leaks */
        execl(failed ? "/bin/false" : "/bin/true", "true", (char *)NULL);
    _exit(failed);
}

static void one_that_forks(void **state)
{
    (void)state;
    for (fork_at = 1; fork_at <= 2; fork_at++) {
        told_free(&told);
        child = -1;
        responses_client_set_attempt_callback(client, forks, &told);
        refuse(QUICK);
        answer(server_expect(server), 200, RESPONSE);
        responses_response *response = NULL;
        const int outcome = responses_create(client, REQUEST, NTS, &response, &error);
        if (child == 0)
            leave(outcome != RESPONSES_E_FORKED || response || told.count != fork_at);
        assert_ok(outcome, error);
        responses_response_free(response);
        assert_int_equal(told.count, 2);
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

static void one_that_forks_while_the_call_is_freed(void **state)
{
    (void)state;
    fork_at = 1;
    responses_client_set_attempt_callback(client, forks, &told);
    stream_stays_open(2);
    start();
    read_until(9, 2);
    let_go();
    if (child == 0) {
        responses_client_free(client);
        leave(told.count != 1);
    }
    assert_int_equal(told.count, 1);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_child_is_told_of_nothing(void **state)
{
    (void)state;
    stream_stays_open(2);
    start();
    read_until(9, 2);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm((unsigned)at_most(20));
        let_go();
        responses_client_free(client);
        leave(told.count != 0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    let_go();
    assert_int_equal(told.count, 1);
}

/* ---- threads ---- */

enum { THREADS = 4, CALLS = 25 };

struct counts {
    _Atomic int attempts, ends;
};

static void counts(const responses_attempt *attempt, void *user_data)
{
    struct counts *count = user_data;
    count->attempts++;
    count->ends += responses_attempt_number(attempt, RESPONSES_ATTEMPT_NEXT) == END;
    size_t len;
    responses_attempt_json(attempt, &len);
    if (len == 0)
        abort();
}

static void *makes_calls(void *user_data)
{
    (void)user_data;
    for (int i = 0; i < CALLS; i++) {
        responses_call *own = NULL;
        const responses_event *event;
        if (responses_create_stream_start(client, REQUEST, NTS, &own, NULL) != RESPONSES_OK)
            continue;
        int status = RESPONSES_OK;
        for (int read = 0; read < 3 * (i % 5) && status >= 0 && status != RESPONSES_DONE; read++) {
            responses_call_wait(own, at_most(10000));
            while ((status = responses_call_next(own, &event, NULL)) == RESPONSES_OK) {
            }
        }
        responses_call_free(own);
    }
    return NULL;
}

static void streams_or_fails(const struct request *request, struct exchange *x, void *user_data)
{
    (void)request;
    static int count;
    if (count++ % 3 == 0)
        answer_with(x, 503, QUICK, "{}", 2);
    else
        answer_stream(x, user_data, strlen(user_data));
}

static void threads_that_share_a_client(void **state)
{
    (void)state;
    static struct counts count;
    responses_client_set_attempt_callback(client, counts, &count);
    server_set_handler(server, streams_or_fails, sse.text.data);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, makes_calls, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(count.ends, THREADS * CALLS);
    assert_true(count.attempts >= count.ends);
}

static void *frees_the_call(void *user_data)
{
    (void)user_data;
    sleep_ms(1);
    responses_call_free(call);
    return NULL;
}

static void stays_open(const struct request *request, struct exchange *x, void *user_data)
{
    (void)request;
    (void)user_data;
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[1]);
    await_close(x);
}

static void a_call_that_another_thread_frees(void **state)
{
    (void)state;
    static struct counts count;
    responses_client_set_attempt_callback(client, counts, &count);
    server_set_handler(server, stays_open, NULL);
    for (int i = 0; i < 50; i++) {
        start();
        pthread_t thread;
        responses_call *own = call;
        assert_int_equal(pthread_create(&thread, NULL, frees_the_call, NULL), 0);
        const responses_event *event;
        int status = RESPONSES_OK;
        while (status >= 0) {
            responses_call_wait(own, at_most(10000));
            status = responses_call_next(own, &event, NULL);
        }
        pthread_join(thread, NULL);
        call = NULL;
        assert_int_equal(count.ends, i + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(a_call_that_is_freed_at_once),
        T(a_stream_that_is_freed_in_its_middle),
        T(a_call_that_is_freed_in_a_pause),
        T(a_call_that_is_cancelled),
        T(a_callback_for_events_that_stops),
        T(a_limit_of_time),
        T(a_call_that_waits_for_its_key),
        T(one_that_frees_the_call_and_the_client),
        T(one_that_frees_at_the_end),
        T(one_that_frees_the_client_of_a_blocking_call),
        T(one_that_cancels),
        T(one_that_makes_another_call),
        T(one_that_forks),
        T(one_that_forks_while_the_call_is_freed),
        T(a_child_is_told_of_nothing),
        T(threads_that_share_a_client),
        T(a_call_that_another_thread_frees),
    };
    return run(tests);
}
