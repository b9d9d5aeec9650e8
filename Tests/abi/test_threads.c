/* One client, many threads. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>

#define NTS RESPONSES_NTS
enum { THREADS = 32 };

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

/* Streams for those who ask for a stream; for the others an answer that echoes the path. */
static void serve(const struct request *request, struct exchange *x, void *user_data)
{
    (void)user_data;
    if (strstr(request->body ? request->body : "", "\"stream\":true") == NULL) {
        struct text body = {0};
        text_addf(&body, "{\"id\":\"%s\",\"status\":\"completed\"}", request->target);
        answer(x, 200, body.data);
        text_free(&body);
        return;
    }
    stream_head(x, "");
    for (int i = 0; i < sse.count; i += 2) {
        size_t begin = i > 0 ? sse.end[i - 1] : 0;
        int last = i + 1 < sse.count ? i + 1 : i;
        stream_chunk(x, sse.text.data + begin, sse.end[last] - begin);
        pause_for(x, 1);
    }
    stream_end(x);
}

struct worker {
    pthread_t thread;
    int number, rounds;
    int (*work)(struct worker *worker, int round); /* 0 when all was well */
    int failed;                                    /* 1 + the round that was not */
    char why[256];
};

static void *run_worker(void *argument)
{
    struct worker *worker = argument;
    for (int i = 0; i < worker->rounds && !worker->failed; i++)
        if (worker->work(worker, i) != 0)
            worker->failed = i + 1;
    return NULL;
}

static int why(struct worker *worker, const char *what, int status, responses_error *error)
{
    snprintf(worker->why, sizeof worker->why, "%s: %s %s", what, responses_status_name(status),
             error ? message_of(error) : "");
    responses_error_free(error);
    return 1;
}

static void run_workers(int (*const works[])(struct worker *, int), size_t count, int rounds)
{
    static struct worker workers[THREADS];
    memset(workers, 0, sizeof workers);
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        workers[i].rounds = rounds;
        workers[i].work = works[(size_t)i % count];
        pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]);
    }
    int failed = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        if (workers[i].failed) {
            print_error("thread %d, round %d: %s\n", i, workers[i].failed - 1, workers[i].why);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

/* ---- what a thread does ---- */

static int get(struct worker *worker, int round)
{
    char id[64], expected[128];
    responses_response *response = NULL;
    responses_error *error = NULL;
    snprintf(id, sizeof id, "resp_%d_%d", worker->number, round);
    snprintf(expected, sizeof expected, "/v1/responses/%s", id);
    int status = responses_get(client, id, NULL, 0, &response, &error);
    if (status != RESPONSES_OK)
        return why(worker, "get", status, error);
    int wrong = strcmp(responses_response_id(response), expected) != 0;
    if (wrong)
        why(worker, "get got another one's answer", 0, NULL);
    responses_response_free(response);
    return wrong;
}

/* Counts events and checks their order; that is what a callback may do on any thread. */
static int in_order(const responses_event *event, void *user_data)
{
    int *next = user_data;
    return responses_event_sequence(event) != (*next)++;
}

static int stream_by_callback(struct worker *worker, int round)
{
    int events = 0;
    responses_error *error = NULL;
    (void)round;
    int status = responses_create_stream(client, REQUEST, NTS, in_order, &events, NULL, &error);
    if (status != RESPONSES_OK || events != 11)
        return why(worker, "stream", status, error);
    return 0;
}

static int stream_by_pulling(struct worker *worker, int round)
{
    responses_call *call = NULL;
    responses_error *error = NULL;
    const responses_event *event;
    int events = 0;
    int status = responses_create_stream_start(client, REQUEST, NTS, &call, &error);
    while (status == RESPONSES_OK || status == RESPONSES_AGAIN) {
        status = responses_call_next(call, &event, &error);
        if (status == RESPONSES_OK && in_order(event, &events) != 0)
            break;
        if (status == RESPONSES_AGAIN)
            status = responses_call_wait(call, round % 2 ? -1 : 5);
    }
    responses_call_free(call);
    if (status != RESPONSES_DONE || events != 11)
        return why(worker, "pull", status, error);
    return 0;
}

static int stream_and_leave(struct worker *worker, int round)
{
    responses_call *call = NULL;
    const responses_event *event;
    int status = responses_create_stream_start(client, REQUEST, NTS, &call, NULL);
    for (int i = 0; i < round % 7 && status == RESPONSES_OK; i++) {
        responses_call_wait(call, 20);
        responses_call_next(call, &event, NULL);
    }
    if (round % 2) {
        responses_call_cancel(call);
        int ended = responses_call_next(call, &event, NULL);
        if (ended != RESPONSES_E_CANCELLED && ended != RESPONSES_DONE && ended != RESPONSES_OK)
            return why(worker, "cancel", ended, NULL);
    }
    responses_call_free(call);
    return status != RESPONSES_OK ? why(worker, "start", status, NULL) : 0;
}

static int clients_of_ones_own(struct worker *worker, int round)
{
    responses_client *own = NULL;
    responses_error *error = NULL;
    (void)round;
    int status = responses_client_derive(client, &own, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set(own, "project", "p", &error);
    if (status == RESPONSES_OK)
        status = responses_create(own, REQUEST, NTS, NULL, &error);
    responses_client_free(own);
    return status != RESPONSES_OK ? why(worker, "derive", status, error) : 0;
}

static int change_options(struct worker *worker, int round)
{
    char value[32];
    responses_error *error = NULL;
    snprintf(value, sizeof value, "project-%d-%d", worker->number, round);
    int status = responses_client_set(client, "project", value, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set_header(client, "X-Number", round % 3 ? value : NULL, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "user_agent", round % 2 ? value : NULL, &error);
    return status != RESPONSES_OK ? why(worker, "set", status, error) : get(worker, round);
}

/* ---- tests ---- */

static int rounds(void)
{
    return is_slow() ? 2 : 12;
}

static void many_threads_do_the_same(void **state)
{
    (void)state;
    server_set_handler(server, serve, NULL);
    run_workers((int (*const[])(struct worker *, int)){get}, 1, rounds());
    run_workers((int (*const[])(struct worker *, int)){stream_by_callback}, 1, rounds());
}

static void many_threads_do_different_things(void **state)
{
    (void)state;
    server_set_handler(server, serve, NULL);
    run_workers((int (*const[])(struct worker *, int)){get, stream_by_callback, stream_by_pulling,
                                                       stream_and_leave, clients_of_ones_own},
                5, rounds());
}

static void options_may_be_set_meanwhile(void **state)
{
    (void)state;
    server_set_handler(server, serve, NULL);
    run_workers((int (*const[])(struct worker *, int)){change_options, stream_by_pulling}, 2,
                rounds());
    /* No request went out with half a value. */
    for (int i = 0; i < server_requests(server); i++) {
        const struct request *request = server_request(server, i);
        const char *project = request_header(request, "openai-project");
        int thread, round;
        char rest;
        if (project != NULL)
            assert_int_equal(sscanf(project, "project-%d-%d%c", &thread, &round, &rest), 2);
    }
}

static atomic_int looping;

static void *loop_along(void *argument)
{
    (void)argument;
    while (looping) {
        responses_call *ready;
        responses_client_dispatch(client);
        responses_client_next_ready(client, &ready);
        responses_client_interrupt(client);
        sleep_ms(3);
    }
    return NULL;
}

static int pull_through_interrupts(struct worker *worker, int round)
{
    return stream_by_pulling(worker, round);
}

static void a_loop_and_interrupts_beside_them_do_no_harm(void **state)
{
    (void)state;
    pthread_t loop;
    server_set_handler(server, serve, NULL);
    looping = 1;
    pthread_create(&loop, NULL, loop_along, NULL);
    run_workers((int (*const[])(struct worker *, int)){pull_through_interrupts}, 1, rounds());
    looping = 0;
    pthread_join(loop, NULL);
}

static void *read_error(void *argument)
{
    const responses_error *error = argument;
    for (int i = 0; i < 1000; i++)
        if (strcmp(field(error, RESPONSES_ERROR_CODE), "c") != 0 ||
            responses_error_http_status(error) != 400)
            return argument;
    return NULL;
}

static void an_error_is_read_by_all(void **state)
{
    (void)state;
    pthread_t threads[8];
    responses_error *error = NULL;
    answer(server_expect(server), 400, "{\"error\":{\"code\":\"c\",\"message\":\"m\"}}");
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, read_error, error);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    responses_error_free(error);
}

static void a_call_started_here_is_read_there(void **state)
{
    (void)state;
    pthread_t thread;
    static struct worker worker;
    responses_call *call = NULL;
    /* The thread that started it never comes back to it. */
    server_set_handler(server, serve, NULL);
    assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &call, NULL),
                     RESPONSES_OK);
    memset(&worker, 0, sizeof worker);
    worker.rounds = 5;
    worker.work = stream_by_pulling;
    pthread_create(&thread, NULL, run_worker, &worker);
    pthread_join(thread, NULL);
    assert_int_equal(worker.failed, 0);
    struct events events = {0};
    assert_int_equal(read_call(call, &events, NULL), RESPONSES_DONE);
    check_heard(&events, &sse, 11);
    events_free(&events);
    responses_call_free(call);
}

int main(void)
{
    const struct CMUnitTest threads[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(many_threads_do_the_same),     TEST(many_threads_do_different_things),
        TEST(options_may_be_set_meanwhile), TEST(a_loop_and_interrupts_beside_them_do_no_harm),
        TEST(an_error_is_read_by_all),      TEST(a_call_started_here_is_read_there),
    };
    return run(threads);
}
