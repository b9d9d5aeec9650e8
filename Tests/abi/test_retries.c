/* What is tried again, when, and what is not. */
#include "test.h"

#define NTS   RESPONSES_NTS
#define QUICK "Retry-After-Ms: 1\r\n"

static struct server *server;
static responses_client *client;
static responses_error *error;
static responses_response *response;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "max_retries", "2");
    error = NULL;
    response = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(response);
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

static void a_transient_failure_is_tried_again(void **state)
{
    (void)state;
    static const int statuses[] = {408, 409, 429, 500, 502, 503, 504, 529};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        refuse(statuses[i], QUICK, "{}");
        answer(server_expect(server), 200, RESPONSE);
        assert_ok(create(), error);
        assert_int_equal(responses_response_attempts(response), 2);
    }
}

static void the_pauses_are_those_of_the_options(void **state)
{
    (void)state;
    set(client, "max_retries", "4");
    set(client, "retry_min_ms", "20");
    set(client, "retry_max_ms", "60");
    for (int i = 0; i < 5; i++)
        refuse(500, "", "{}");
    assert_status(create(), RESPONSES_E_API, error);
    static const int most[] = {20, 40, 60, 60};
    for (int i = 0; i < 4; i++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/%d/waited_ms", i);
        const char *value;
        size_t len;
        const char *history = responses_error_field(error, RESPONSES_ERROR_HISTORY, NULL);
        assert_int_equal(responses_json_get(history, NTS, pointer, NULL, &value, &len),
                         RESPONSES_OK);
        int waited = atoi(value);
        assert_in_range(waited, most[i] * 3 / 4, most[i]);
    }
    set(client, "retry_min_ms", "0");
    refuse(500, "", "{}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
}

static void the_history_tells_what_happened(void **state)
{
    (void)state;
    refuse(429, "Retry-After-Ms: 20\r\n", "{\"error\":{\"code\":\"rate_limit_exceeded\"}}");
    refuse(503, QUICK, "");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(responses_response_attempts(response), 3);
    const char *history = responses_response_history(response, NULL);
    assert_json(history, history);
    assert_contains(history,
                    "\"attempt\":1,\"http_status\":429,\"reason\":\"rate_limit_exceeded\"");
    assert_contains(history, "\"attempt\":2,\"http_status\":503");
    assert_contains(history,
                    "{\"attempt\":3,\"http_status\":200,\"reason\":\"\",\"waited_ms\":0}]");
    assert_lacks(history, "\"waited_ms\":0},"); /* only the last attempt had no pause after it */
}

static void after_max_retries_it_is_an_error(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        refuse(503, QUICK, "{\"error\":{\"message\":\"busy\"}}");
    assert_status(create(), RESPONSES_E_API, error);
    assert_int_equal(responses_error_attempts(error), 3);
    assert_int_equal(responses_error_http_status(error), 503);
    assert_contains(message_of(error), "busy");
    assert_contains(field(error, RESPONSES_ERROR_HISTORY), "\"attempt\":3");
    assert_int_equal(server_requests(server), 3);
}

static void with_max_retries_0_there_is_one_attempt(void **state)
{
    (void)state;
    set(client, "max_retries", "0");
    refuse(503, QUICK, "");
    assert_status(create(), RESPONSES_E_API, error);
    assert_int_equal(responses_error_attempts(error), 1);
}

static void what_is_wrong_stays_wrong(void **state)
{
    (void)state;
    static const int statuses[] = {400, 401, 403, 404, 405, 413, 422};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        refuse(statuses[i], QUICK, "{}");
        assert_status(create(), RESPONSES_E_API, error);
        assert_int_equal(responses_error_attempts(error), 1);
    }
}

static void a_used_up_quota_is_not_tried_again(void **state)
{
    (void)state;
    static const char *bodies[] = {
        "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}",
        "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"credit_balance_exhausted\"}}",
        "{\"error\":{\"type\":\"x\",\"code\":\"organization_spend_limit_exceeded\"}}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        refuse(429, QUICK, bodies[i]);
        assert_status(create(), RESPONSES_E_API, error);
        assert_int_equal(responses_error_attempts(error), 1);
    }
}

static void the_server_may_decide(void **state)
{
    (void)state;
    refuse(503, QUICK "x-should-retry: false\r\n", "");
    assert_status(create(), RESPONSES_E_API, error);
    assert_int_equal(responses_error_attempts(error), 1);
    refuse(400, QUICK "X-Should-Retry: true\r\n", "");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(responses_response_attempts(response), 2);
}

static void the_wait_that_was_asked_for_is_kept(void **state)
{
    (void)state;
    int64_t start = now_ms();
    refuse(503, "Retry-After-Ms: 150\r\n", "");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_in_range(now_ms() - start, 150, at_most(8000));

    start = now_ms();
    refuse(429, "Retry-After: 1\r\n", "");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_in_range(now_ms() - start, 1000, at_most(9000));
    assert_contains(responses_response_history(response, NULL), "\"waited_ms\":1");

    char header[128];
    time_t then = time(NULL) + 2;
    struct tm tm;
    gmtime_r(&then, &tm);
    strftime(header, sizeof header, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
    start = now_ms();
    refuse(503, header, "");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_in_range(now_ms() - start, 800, at_most(9000));
}

static void without_one_the_pause_is_its_own(void **state)
{
    (void)state;
    int64_t start = now_ms();
    refuse(503, "", "");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_in_range(now_ms() - start, 100, at_most(8000));
}

static void an_absurd_wait_is_not_waited_for(void **state)
{
    (void)state;
    int64_t start = now_ms();
    refuse(429, "Retry-After: 3600\r\n", "{\"error\":{\"message\":\"Come back later.\"}}");
    assert_status(create(), RESPONSES_E_API, error);
    assert_true(now_ms() - start < at_most(5000));
    assert_int_equal(responses_error_attempts(error), 1);
    assert_int_equal(responses_error_retry_after_ms(error), 3600000);
    assert_int_equal(responses_error_is_retryable(error), 1);
    assert_contains(message_of(error), "3600");
}

static void a_refused_connection_is_tried_again(void **state)
{
    (void)state;
    set(client, "base_url", "http://127.0.0.1:1/v1");
    set(client, "max_retries", "1");
    assert_status(create(), RESPONSES_E_NETWORK, error);
    assert_int_equal(responses_error_attempts(error), 2);
    assert_contains(field(error, RESPONSES_ERROR_HISTORY), "\"attempt\":2,\"http_status\":0");
}

static void a_connection_that_breaks_is_tried_again_with_the_same_key(void **state)
{
    (void)state;
    char key[256];
    hang_up(server_expect(server));
    slam_down(server_expect(server));
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(responses_response_attempts(response), 3);
    strcpy(key, request_header(server_request(server, 0), "idempotency-key"));
    assert_string_equal(request_header(server_request(server, 1), "idempotency-key"), key);
    assert_string_equal(request_header(server_request(server, 2), "idempotency-key"), key);
}

static void a_kept_connection_that_went_away_costs_nothing(void **state)
{
    (void)state;
    set(client, "max_retries", "0");
    struct exchange *x = server_expect(server);
    answer(x, 200, RESPONSE);
    hang_up(x);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    server_await_end(server, 0);
    assert_ok(create(), error);
    assert_int_equal(server_connections(server), 2);
}

static void a_kept_connection_that_was_reset_costs_nothing(void **state)
{
    (void)state;
    set(client, "max_retries", "0");
    struct exchange *x = server_expect(server);
    answer(x, 200, RESPONSE);
    slam_down(x);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    server_await_end(server, 0);
    /* Not a byte of the request can leave on the first connection. */
    assert_ok(create(), error);
    assert_int_equal(responses_response_attempts(response), 1);
    assert_int_equal(server_connections(server), 2);
}

static void a_request_is_not_sent_again_behind_ones_back(void **state)
{
    (void)state;
    set(client, "max_retries", "0");
    /* A kept connection, on which the next request is read and not answered. */
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    hang_up(server_expect(server));
    assert_status(create(), RESPONSES_E_NETWORK, error);
    assert_int_equal(responses_error_attempts(error), 1);
    assert_int_equal(server_requests(server), 2);

    /* With retries it is one of them, and counted. */
    set(client, "max_retries", "1");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    slam_down(server_expect(server));
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(), error);
    assert_int_equal(responses_response_attempts(response), 2);
    assert_int_equal(server_requests(server), 5);
}

static void a_get_is_tried_again_too(void **state)
{
    (void)state;
    refuse(500, QUICK, "");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_get(client, "resp_1", NULL, 0, &response, &error), error);
    refuse(500, QUICK, "");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_delete(client, "resp_1", NULL, &error), error);
}

static void a_stream_is_tried_again_before_its_first_event(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    refuse(503, QUICK, "");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    hang_up(x);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    assert_int_equal(responses_response_attempts(played.response), 3);
    played_free(&played);
    sse_free(&sse);
}

static void an_error_as_the_first_event_is_tried_again(void **state)
{
    (void)state;
    struct sse sse, bad;
    sse_hello(&sse, "resp_1");
    sse_begin(&bad, "resp_0");
    sse_error_nested(&bad, "rate_limit_exceeded", "slow down");
    answer_stream(server_expect(server), bad.text.data, bad.text.len);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    assert_int_equal(responses_response_attempts(played.response), 2);
    assert_contains(responses_response_history(played.response, NULL), "rate_limit_exceeded");
    played_free(&played);
    sse_free(&bad);

    /* But not one that would come again. */
    sse_begin(&bad, "resp_0");
    sse_error_nested(&bad, "context_length_exceeded", "too long");
    answer_stream(server_expect(server), bad.text.data, bad.text.len);
    played = play(client);
    assert_status(played.status, RESPONSES_E_API, played.error);
    check_heard(&played.events, &bad, 1);
    assert_int_equal(responses_error_attempts(played.error), 1);
    played_free(&played);
    sse_free(&bad);
    sse_free(&sse);
}

static void after_the_first_event_nothing_is_tried_again(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    for (int events = 1; events < 4; events++) {
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        stream_chunk(x, sse.text.data, sse.end[events - 1]);
        hang_up(x);
        struct played played = play(client);
        assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
        check_heard(&played.events, &sse, events);
        assert_int_equal(responses_error_attempts(played.error), 1);
        played_free(&played);
    }
    assert_int_equal(server_requests(server), 3);
    sse_free(&sse);
}

int main(void)
{
    const struct CMUnitTest retries[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_transient_failure_is_tried_again),
        TEST(the_pauses_are_those_of_the_options),
        TEST(the_history_tells_what_happened),
        TEST(after_max_retries_it_is_an_error),
        TEST(with_max_retries_0_there_is_one_attempt),
        TEST(what_is_wrong_stays_wrong),
        TEST(a_used_up_quota_is_not_tried_again),
        TEST(the_server_may_decide),
        TEST(the_wait_that_was_asked_for_is_kept),
        TEST(without_one_the_pause_is_its_own),
        TEST(an_absurd_wait_is_not_waited_for),
        TEST(a_refused_connection_is_tried_again),
        TEST(a_connection_that_breaks_is_tried_again_with_the_same_key),
        TEST(a_kept_connection_that_went_away_costs_nothing),
        TEST(a_kept_connection_that_was_reset_costs_nothing),
        TEST(a_request_is_not_sent_again_behind_ones_back),
        TEST(a_get_is_tried_again_too),
        TEST(a_stream_is_tried_again_before_its_first_event),
        TEST(an_error_as_the_first_event_is_tried_again),
        TEST(after_the_first_event_nothing_is_tried_again),
    };
    return run(retries);
}
