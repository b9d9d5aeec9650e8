/* Freeing a client while others use it: their blocking functions come out, their calls live on. */
#include "test.h"

#include <pthread.h>

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client, *derived;
static responses_error *error;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "first_event_timeout_ms", "50000");
    set(client, "idle_timeout_ms", "50000");
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

/* A blocking function on a thread of its own. */
struct blocked {
    int (*function)(responses_client *of, responses_error **why);
    responses_client *of;
    pthread_t thread;
    int status;
    responses_error *error;
};

static int create(responses_client *of, responses_error **why)
{
    return responses_create(of, REQUEST, NTS, NULL, why);
}

static int create_stream(responses_client *of, responses_error **why)
{
    return responses_create_stream(of, REQUEST, NTS, ignore, NULL, NULL, why);
}

static int get(responses_client *of, responses_error **why)
{
    return responses_get(of, "resp_1", NULL, 0, NULL, why);
}

static int get_stream(responses_client *of, responses_error **why)
{
    return responses_get_stream(of, "resp_1", NULL, 0, ignore, NULL, NULL, why);
}

static int wait_for_response(responses_client *of, responses_error **why)
{
    return responses_wait(of, "resp_1", -1, NULL, why);
}

static int send_it(responses_client *of, responses_error **why)
{
    return responses_send(of, "GET", "/models", NULL, 0, NULL, why);
}

static void *run_blocked(void *argument)
{
    struct blocked *blocked = argument;
    blocked->status = blocked->function(blocked->of, &blocked->error);
    return NULL;
}

static void begin(struct blocked *blocked, responses_client *of,
                  int (*function)(responses_client *, responses_error **))
{
    *blocked = (struct blocked){.function = function, .of = of};
    pthread_create(&blocked->thread, NULL, run_blocked, blocked);
}

static void check_cancelled(struct blocked *blocked)
{
    pthread_join(blocked->thread, NULL);
    assert_status(blocked->status, RESPONSES_E_CANCELLED, blocked->error);
    assert_contains(message_of(blocked->error), "client was freed");
    responses_error_free(blocked->error);
}

static void await_requests(int count)
{
    for (const int64_t end = now_ms() + at_most(8000); server_requests(server) < count;) {
        assert_true(now_ms() < end);
        sleep_ms(1);
    }
}

static void never_answer(const struct request *request, struct exchange *x, void *unused)
{
    (void)request, (void)unused;
    await_close(x);
}

static void every_blocking_function_comes_out(void **state)
{
    (void)state;
    int (*const functions[])(responses_client *, responses_error **) = {
        create, create_stream, get, get_stream, wait_for_response, send_it};
    struct blocked blocked[COUNT(functions)];
    server_set_handler(server, never_answer, NULL);
    for (size_t i = 0; i < COUNT(functions); i++)
        begin(&blocked[i], client, functions[i]);
    await_requests(COUNT(functions));
    responses_client_free(client);
    for (size_t i = 0; i < COUNT(functions); i++)
        check_cancelled(&blocked[i]);
}

static void ask_to_retry(const struct request *request, struct exchange *x, void *unused)
{
    (void)request, (void)unused;
    answer_with(x, 503, "Retry-After-Ms: 40000\r\n", "{}", 2);
}

static void in_the_pause_before_a_retry_too(void **state)
{
    (void)state;
    struct blocked blocked;
    set(client, "max_retries", "3");
    server_set_handler(server, ask_to_retry, NULL);
    begin(&blocked, client, create);
    await_requests(1);
    sleep_ms(20);
    responses_client_free(client);
    check_cancelled(&blocked);
}

static void only_those_of_that_client_do(void **state)
{
    (void)state;
    struct blocked own, other;
    struct exchange *x;
    for (int round = 0; round < 2; round++) {
        x = server_expect(server);
        wait_for_go(x);
        answer(x, 200, RESPONSE);
    }
    /* Whichever drives. */
    begin(&own, client, create);
    await_requests(1);
    begin(&other, derived, create);
    await_requests(2);
    responses_client_free(client);
    check_cancelled(&own);
    server_go(server);
    server_go(server);
    pthread_join(other.thread, NULL);
    assert_ok(other.status, other.error);
}

static void calls_that_were_started_live_on(void **state)
{
    (void)state;
    responses_call *call = NULL;
    struct exchange *x = server_expect(server);
    wait_for_go(x);
    answer_stream(x, sse.text.data, sse.text.len);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    responses_client_free(client);
    server_go(server);
    assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
    responses_call_free(call);
}

static void *wait_in_call(void *call)
{
    return (void *)(intptr_t)responses_call_wait(call, at_most(20000));
}

static void a_thread_that_waits_in_one_stays(void **state)
{
    (void)state;
    responses_call *call = NULL;
    pthread_t thread;
    void *result;
    struct exchange *x = server_expect(server);
    wait_for_go(x);
    answer_stream(x, sse.text.data, sse.text.len);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    pthread_create(&thread, NULL, wait_in_call, call);
    await_requests(1);
    responses_client_free(client);
    sleep_ms(20);
    server_go(server);
    pthread_join(thread, &result);
    assert_int_equal((intptr_t)result, RESPONSES_OK);
    responses_call_free(call);
}

static void who_comes_later_is_refused(void **state)
{
    (void)state;
    responses_client_free(client);
    assert_int_equal(create(client, &error), RESPONSES_E_INVALID);
    assert_int_equal(responses_error_status(error), RESPONSES_E_INVALID);
}

static void as_many_threads_as_you_like(void **state)
{
    (void)state;
    struct blocked blocked[16];
    server_set_handler(server, never_answer, NULL);
    for (size_t i = 0; i < COUNT(blocked); i++)
        begin(&blocked[i], i % 2 ? client : derived, i % 3 ? create : create_stream);
    /* In whatever phase they are. */
    sleep_ms(2);
    responses_client_free(client);
    responses_client_free(derived);
    for (size_t i = 0; i < COUNT(blocked); i++) {
        pthread_join(blocked[i].thread, NULL);
        assert_true(blocked[i].status == RESPONSES_E_CANCELLED ||
                    blocked[i].status == RESPONSES_E_INVALID);
        responses_error_free(blocked[i].error);
    }
}

int main(void)
{
    const struct CMUnitTest client_free[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(every_blocking_function_comes_out), TEST(in_the_pause_before_a_retry_too),
        TEST(only_those_of_that_client_do),      TEST(calls_that_were_started_live_on),
        TEST(a_thread_that_waits_in_one_stays),  TEST(who_comes_later_is_refused),
        TEST(as_many_threads_as_you_like),
    };
    return run(client_free);
}
