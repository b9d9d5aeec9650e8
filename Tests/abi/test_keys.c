/* A key for each attempt, from a function of the program. */
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>

#define NTS   RESPONSES_NTS
#define QUICK "Retry-After-Ms: 1\r\n"

enum { MOST = 16 };

/* What the function for keys was asked, and how it answers. */
static struct {
    int count;
    int attempts[MOST], statuses[MOST];
    pthread_t threads[MOST];
    const char *keys[MOST]; /* NULL: none */
    int answers_later;
    responses_key_request *kept;
} asked;

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_response *response;
static responses_error *error;
static struct sse sse;

static void on_key(responses_key_request *request, void *user_data)
{
    assert_ptr_equal(user_data, &asked);
    assert_true(asked.count < MOST);
    const int i = asked.count++;
    asked.attempts[i] = responses_key_request_attempt(request);
    asked.statuses[i] = responses_key_request_http_status(request);
    asked.threads[i] = pthread_self();
    errno = EDOM;
    if (asked.answers_later) {
        assert_null(asked.kept);
        asked.kept = request;
        return;
    }
    if (asked.keys[i])
        assert_int_equal(responses_key_request_answer(request, asked.keys[i], NTS, NULL), 0);
    responses_key_request_free(request);
}

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "max_retries", "2");
    set(client, "api_key", "sk-of-the-option");
    memset(&asked, 0, sizeof asked);
    for (int i = 0; i < MOST; i++)
        asked.keys[i] = (const char *[]){"token-one", "token-two", "token-three"}[i % 3];
    assert_int_equal(responses_client_set_key_callback(client, on_key, &asked), RESPONSES_OK);
    sse_hello(&sse, "resp_1");
    call = NULL;
    response = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_key_request_free(asked.kept);
    responses_error_free(error);
    responses_response_free(response);
    responses_call_free(call);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void refuse(int status, const char *headers, const char *body)
{
    answer_with(server_expect(server), status, headers, body, strlen(body));
}

static int create(void)
{
    responses_error_free(error);
    responses_response_free(response);
    return responses_create(client, REQUEST, NTS, &response, &error);
}

static void start(void)
{
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
}

/* Answers the request that is kept. */
static void give(const char *key)
{
    assert_non_null(asked.kept);
    assert_ok(responses_key_request_answer(asked.kept, key, NTS, &error), error);
}

static void check_key(int request, const char *key)
{
    const char *sent = request_header(server_request(server, request), "authorization");
    if (!key) {
        assert_null(sent);
        return;
    }
    assert_non_null(sent);
    assert_string_equal(sent + strlen("Bearer "), key);
}

static void every_attempt_asks(void **state)
{
    (void)state;
    refuse(503, QUICK, "{}");
    refuse(429, QUICK, "{}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(asked.count, 3);
    const int statuses[] = {0, 503, 429};
    const char *keys[] = {"token-one", "token-two", "token-three"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(asked.attempts[i], i + 1);
        assert_int_equal(asked.statuses[i], statuses[i]);
        assert_true(pthread_equal(asked.threads[i], pthread_self()));
        check_key(i, keys[i]);
    }
}

static void a_call_that_is_read_asks_too(void **state)
{
    (void)state;
    refuse(503, QUICK, "{}");
    answer(server_expect(server), 200, RESPONSE);
    start();
    assert_int_equal(asked.count, 1);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_DONE);
    assert_int_equal(asked.count, 2);
    check_key(1, "token-two");
}

static void a_stream_that_is_resumed_asks(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[1]);
    hang_up(x);
    answer_stream(server_expect(server), sse.text.data + sse.end[1], sse.text.len - sse.end[1]);
    assert_ok(responses_get_stream(client, "resp_1", NULL, 0, NULL, NULL, &response, &error),
              error);
    check_key(0, "token-one");
    check_key(1, "token-two");
}

static void a_poll_asks(void **state)
{
    (void)state;
    set(client, "poll_interval_ms", "1");
    answer(server_expect(server), 200, "{\"id\":\"resp_1\",\"status\":\"queued\"}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_wait(client, "resp_1", -1, &response, &error), error);
    check_key(0, "token-one");
    check_key(1, "token-two");
}

static void a_refused_key_is_replaced_once(void **state)
{
    (void)state;
    set(client, "max_retries", "0");
    refuse(401, "", "{\"error\":{\"message\":\"expired\"}}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(asked.statuses[1], 401);
    assert_int_equal(responses_response_attempts(response), 2);
    assert_contains(responses_response_history(response, NULL), "\"http_status\":401");
    check_key(0, "token-one");
    check_key(1, "token-two");

    refuse(401, "", "{}");
    refuse(401, "", "{\"error\":{\"message\":\"no such token\"}}");
    assert_status(create(), RESPONSES_E_API, error);
    assert_int_equal(responses_error_http_status(error), 401);
    assert_contains(message_of(error), "no such token");
    assert_int_equal(asked.count, 4);
}

static void after_an_answer_a_key_may_be_refused_again(void **state)
{
    (void)state;
    set(client, "poll_interval_ms", "1");
    for (int i = 0; i < 3; i++) {
        refuse(401, "", "{}");
        answer(server_expect(server), 200,
               i < 2 ? "{\"id\":\"resp_1\",\"status\":\"queued\"}" : RESPONSE);
    }
    assert_ok(responses_wait(client, "resp_1", -1, &response, &error), error);
    assert_int_equal(server_requests(server), 6);
}

static void the_same_key_is_not_sent_again(void **state)
{
    (void)state;
    for (int none = 0; none < 2; none++) {
        const int first = asked.count;
        asked.keys[first] = "stale";
        asked.keys[first + 1] = none ? NULL : "stale";
        refuse(401, "x-request-id: req_1\r\n", "{\"error\":{\"message\":\"expired\"}}");
        assert_status(create(), RESPONSES_E_API, error);
        assert_int_equal(asked.count, first + 2);
        assert_int_equal(responses_error_http_status(error), 401);
        assert_int_equal(responses_error_attempts(error), 1);
        assert_string_equal(field(error, RESPONSES_ERROR_REQUEST_ID), "req_1");
        assert_contains(message_of(error), "expired");
        assert_int_equal(server_requests(server), none + 1);
    }
}

static void without_the_callback_401_is_final(void **state)
{
    (void)state;
    assert_int_equal(responses_client_set_key_callback(client, NULL, NULL), RESPONSES_OK);
    refuse(401, "", "{}");
    assert_status(create(), RESPONSES_E_API, error);
    assert_int_equal(asked.count, 0);
    check_key(0, "sk-of-the-option");
}

static void no_answer_ends_the_call(void **state)
{
    (void)state;
    asked.keys[0] = NULL;
    assert_status(create(), RESPONSES_E_USER, error);
    assert_contains(message_of(error), "key");
    assert_int_equal(responses_error_attempts(error), 0);
    assert_int_equal(server_requests(server), 0);
}

static void an_empty_key_is_no_key(void **state)
{
    (void)state;
    asked.keys[0] = "";
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    check_key(0, NULL);
}

static void what_cannot_be_a_key_is_refused(void **state)
{
    (void)state;
    asked.answers_later = 1;
    answer(server_expect(server), 200, RESPONSE);
    start();
    responses_key_request *request = asked.kept;
    assert_status(responses_key_request_answer(request, "a\r\nb: c", NTS, &error),
                  RESPONSES_E_INVALID, error);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "key");
    responses_error_free(error);
    assert_status(responses_key_request_answer(request, NULL, 0, &error), RESPONSES_E_INVALID,
                  error);
    responses_error_free(error);
    assert_ok(responses_key_request_answer(request, "token-and-more", 5, &error), error);
    assert_status(responses_key_request_answer(request, "late", NTS, &error), RESPONSES_E_INVALID,
                  error);
    responses_error_free(error);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_DONE);
    check_key(0, "token");
    assert_int_equal(responses_key_request_answer(NULL, "k", 1, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_key_request_answer((responses_key_request *)client, "k", 1, NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_key_request_attempt(NULL), 0);
    assert_int_equal(responses_key_request_http_status(NULL), 0);
}

static void *answer_soon(void *unused)
{
    sleep_ms(20);
    give("token-of-a-thread");
    return unused;
}

static void another_thread_may_answer(void **state)
{
    (void)state;
    pthread_t thread;
    asked.answers_later = 1;
    answer(server_expect(server), 200, RESPONSE);
    start();
    assert_int_equal(pthread_create(&thread, NULL, answer_soon, NULL), 0);
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_DONE);
    pthread_join(thread, NULL);
    check_key(0, "token-of-a-thread");
}

static void an_event_loop_goes_on_meanwhile(void **state)
{
    (void)state;
    responses_call *other = NULL, *ready = NULL;
    struct pollfd fd = {.fd = responses_client_fd(client), .events = POLLIN};
    asked.answers_later = 1;
    start();
    responses_key_request *request = asked.kept;
    asked.kept = NULL;
    asked.answers_later = 0;

    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_start(client, REQUEST, NTS, &other, &error), error);
    assert_int_equal(read_call(other, NULL, &error), RESPONSES_DONE);
    responses_call_free(other);
    assert_int_equal(responses_call_next(call, NULL, &error), RESPONSES_AGAIN);
    while (responses_client_next_ready(client, &ready) == RESPONSES_OK)
        assert_ptr_not_equal(ready, call);
    assert_int_equal(poll(&fd, 1, 0), 0);

    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_key_request_answer(request, "late-token", NTS, &error), error);
    responses_key_request_free(request);
    while (ready != call) {
        assert_int_equal(poll(&fd, 1, at_most(8000)), 1);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK && ready != call)
            ;
    }
    assert_int_equal(responses_call_next(call, NULL, &error), RESPONSES_DONE);
    check_key(1, "late-token");
}

static void a_call_may_end_before_its_key_comes(void **state)
{
    (void)state;
    asked.answers_later = 1;
    start();
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    assert_int_equal(responses_call_wait(call, at_most(8000)), RESPONSES_OK);
    assert_status(responses_call_next(call, NULL, &error), RESPONSES_E_CANCELLED, error);
    responses_error_free(error);
    give("for-nobody");
    responses_key_request_free(asked.kept);
    asked.kept = NULL;

    responses_call_free(call);
    start();
    responses_call_free(call);
    call = NULL;
    give("for-nobody");
    assert_int_equal(server_requests(server), 0);
}

static void timeout_ms_limits_the_wait_for_a_key(void **state)
{
    (void)state;
    asked.answers_later = 1;
    set(client, "first_event_timeout_ms", "1");
    set(client, "connect_timeout_ms", "1");
    set_limit(client, "timeout_ms", 40);
    const int64_t began = now_ms();
    assert_status(create(), RESPONSES_E_TIMEOUT, error);
    assert_contains(message_of(error), "timeout_ms");
    assert_lacks(message_of(error), "first_event");
    assert_true(now_ms() - began >= 40);
}

static void *interrupt_soon(void *unused)
{
    sleep_ms(20);
    responses_client_interrupt(client);
    return unused;
}

static void an_interrupt_ends_the_wait_for_a_key(void **state)
{
    (void)state;
    pthread_t thread;
    asked.answers_later = 1;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, NULL), 0);
    assert_status(create(), RESPONSES_E_CANCELLED, error);
    pthread_join(thread, NULL);
}

static void a_request_outlives_its_client(void **state)
{
    (void)state;
    asked.answers_later = 1;
    start();
    responses_call_free(call);
    responses_client_free(client);
    call = NULL;
    client = NULL;
    give("for-nobody");
}

static void no_key_is_shown(void **state)
{
    (void)state;
    refuse(503, QUICK, "{\"error\":{\"message\":\"token-one\"}}");
    refuse(400, "", "{\"error\":{\"message\":\"token-one and token-two\"}}");
    assert_status(create(), RESPONSES_E_API, error);
    assert_contains(message_of(error), "*** and ***");
}

static void derived_clients_ask_too(void **state)
{
    (void)state;
    responses_client *derived = NULL;
    assert_ok(responses_client_derive(client, &derived, &error), error);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(derived, REQUEST, NTS, &response, &error), error);
    check_key(0, "token-one");
    responses_client_free(derived);
}

static void the_standard_server_needs_no_other_key(void **state)
{
    (void)state;
    responses_client *other = NULL;
    assert_ok(responses_client_new(&other, &error), error);
    asked.keys[0] = NULL;
    assert_int_equal(responses_client_set_key_callback(other, on_key, &asked), RESPONSES_OK);
    assert_status(responses_create(other, REQUEST, NTS, NULL, &error), RESPONSES_E_USER, error);
    responses_client_free(other);
}

static int answer_in_child(void)
{
    if (responses_key_request_answer(asked.kept, "k", 1, NULL) != RESPONSES_E_FORKED)
        return 1;
    responses_key_request_free(asked.kept);
    return 0;
}

static void a_child_leaves_the_request_to_its_parent(void **state)
{
    (void)state;
    int status = -1;
    asked.answers_later = 1;
    answer(server_expect(server), 200, RESPONSE);
    start();
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(at_most(20));
        const int code = answer_in_child();
        if (is_slow()) /* valgrind would look for leaks */
            execl(code ? "/bin/false" : "/bin/true", "true", (char *)NULL);
        _exit(code);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    give("token-one");
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_DONE);
}

static void fork_and_leave(responses_key_request *request, void *user_data)
{
    pid_t *child = user_data;
    *child = fork();
    assert_true(*child >= 0);
    assert_int_equal(responses_key_request_answer(request, "token", NTS, NULL),
                     *child == 0 ? RESPONSES_E_FORKED : RESPONSES_OK);
    responses_key_request_free(request);
}

static void the_callback_may_fork(void **state)
{
    (void)state;
    pid_t child = -1;
    int status = -1;
    assert_int_equal(responses_client_set_key_callback(client, fork_and_leave, &child), 0);
    answer(server_expect(server), 200, RESPONSE);
    const int outcome = create();
    if (child == 0) {
        const int code = outcome != RESPONSES_E_FORKED;
        if (is_slow())
            execl(code ? "/bin/false" : "/bin/true", "true", (char *)NULL);
        _exit(code);
    }
    assert_ok(outcome, error);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(every_attempt_asks),
        T(a_call_that_is_read_asks_too),
        T(a_stream_that_is_resumed_asks),
        T(a_poll_asks),
        T(a_refused_key_is_replaced_once),
        T(after_an_answer_a_key_may_be_refused_again),
        T(the_same_key_is_not_sent_again),
        T(without_the_callback_401_is_final),
        T(no_answer_ends_the_call),
        T(an_empty_key_is_no_key),
        T(what_cannot_be_a_key_is_refused),
        T(another_thread_may_answer),
        T(an_event_loop_goes_on_meanwhile),
        T(a_call_may_end_before_its_key_comes),
        T(timeout_ms_limits_the_wait_for_a_key),
        T(an_interrupt_ends_the_wait_for_a_key),
        T(a_request_outlives_its_client),
        T(no_key_is_shown),
        T(derived_clients_ask_too),
        T(the_standard_server_needs_no_other_key),
        T(a_child_leaves_the_request_to_its_parent),
        T(the_callback_may_fork),
    };
    return run(tests);
}
