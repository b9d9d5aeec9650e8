/* What a server says of its limits, in every form that servers say it. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "max_retries", "0");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static int64_t of_attempt[7];

static void tell(const responses_attempt *attempt, void *user_data)
{
    (void)user_data;
    for (int i = 0; i < 7; i++)
        of_attempt[i] = responses_attempt_rate_limit(attempt, i);
}

/* The same of a response, of an error and of an attempt; limit, remaining and reset of requests, then of tokens. */
static void check(const char *headers, const int64_t expected[6])
{
    responses_response *response = NULL;
    responses_error *error = NULL;
    responses_client_set_attempt_callback(client, tell, NULL);
    answer_with(server_expect(server), 200, headers, RESPONSE, strlen(RESPONSE));
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    answer_with(server_expect(server), 429, headers, "{}", 2);
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API);
    for (int i = 0; i < 6; i++) {
        if (responses_response_rate_limit(response, i + 1) != expected[i])
            print_error("%s: the %d. is not %" PRId64 "\n", headers, i, expected[i]);
        assert_int_equal(responses_response_rate_limit(response, i + 1), expected[i]);
        assert_int_equal(responses_error_rate_limit(error, i + 1), expected[i]);
        assert_int_equal(of_attempt[i + 1], expected[i]);
    }
    assert_int_equal(of_attempt[0], -1);
    assert_int_equal(responses_response_rate_limit(response, 0), -1);
    assert_int_equal(responses_response_rate_limit(response, 7), -1);
    assert_int_equal(responses_error_rate_limit(error, 7), -1);
    responses_error_free(error);
    responses_response_free(response);
}

#define CHECK(headers, ...) check((headers), (const int64_t[6]){__VA_ARGS__})

static void limits_of_requests_and_tokens(void **state)
{
    (void)state;
    CHECK("x-ratelimit-limit-requests: 60\r\nx-ratelimit-limit-tokens: 150000\r\n"
          "x-ratelimit-remaining-requests: 59\r\nx-ratelimit-remaining-tokens: 149984\r\n"
          "x-ratelimit-reset-requests: 1s\r\nx-ratelimit-reset-tokens: 6m0s\r\n",
          60, 59, 1000, 150000, 149984, 360000);
    CHECK("X-RateLimit-Remaining-Tokens: 0\r\n", -1, -1, -1, -1, 0, -1);
    CHECK("", -1, -1, -1, -1, -1, -1);
    /* Of two, the first. */
    CHECK("x-ratelimit-limit-requests: 1\r\nx-ratelimit-limit-requests: 2\r\n", 1, -1, -1, -1, -1,
          -1);
}

static void resets(void **state)
{
    (void)state;
    struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"12ms", 12},
        {"1s", 1000},
        {"7.66s", 7660},
        {"2m59.56s", 179560},
        {"1h2m3s", 3723000},
        {"1d", 86400000},
        {"0s", 0},
        {"0", 0},
        {"30", 30000},
        {"0.0005s", 1},
        {"", -1},
        {"soon", -1},
        {"-1s", -1},
        {"1w", -1},
        {"1sm", -1},
        {"s", -1},
        {"1.2.3s", -1},
        {"99999999999999999999d", INT64_MAX / 4},
        {"99999999999999999999d99999999999999999999d99999999999999999999d", INT64_MAX / 4 * 2},
        {"2020-01-01T00:00:00Z", -1},
        /* The past, in seconds and milliseconds since 1970. */
        {"1600000000", 0},
        {"1600000000000", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char headers[200];
        snprintf(headers, sizeof headers, "x-ratelimit-reset-requests: %s\r\n", cases[i].text);
        CHECK(headers, -1, -1, cases[i].ms, -1, -1, -1);
    }
}

static void a_reset_may_be_a_time(void **state)
{
    (void)state;
    for (int scale = 1; scale <= 1000; scale *= 1000) {
        char headers[100];
        snprintf(headers, sizeof headers, "x-ratelimit-reset: %lld\r\n",
                 (long long)(time(NULL) + 3600) * scale);
        responses_response *response = NULL;
        responses_error *error = NULL;
        answer_with(server_expect(server), 200, headers, RESPONSE, strlen(RESPONSE));
        assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
        const int64_t left =
            responses_response_rate_limit(response, RESPONSES_RATE_LIMIT_REQUESTS_RESET_MS);
        assert_true(left > 0 && left <= 3600000);
        responses_response_free(response);
    }
}

static void limits_as_the_ietf_drafts_them(void **state)
{
    (void)state;
    CHECK("RateLimit: \"default\";r=50;t=30\r\nRateLimit-Policy: \"default\";q=100;w=10\r\n", 100,
          50, 30000, -1, -1, -1);
    CHECK("RateLimit: \"req\";r=1, \"Tokens\";r=2;t=3\r\nRateLimit-Policy: \"req\";q=4, "
          "\"tokens\";q=5;qu=\"x\"\r\n",
          4, 1, -1, 5, 2, 3000);
    CHECK("RateLimit: limit=100, remaining=50, reset=5\r\n", 100, 50, 5000, -1, -1, -1);
    CHECK("RateLimit-Limit: 100, 100;w=60\r\nRateLimit-Remaining: 7\r\nRateLimit-Reset: 9\r\n", 100,
          7, 9000, -1, -1, -1);
    CHECK("X-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 4\r\n", 5, 4, -1, -1, -1, -1);
    /* What a server says of requests itself goes first. */
    CHECK("RateLimit-Limit: 1\r\nx-ratelimit-limit-requests: 2\r\n", 2, -1, -1, -1, -1, -1);
}

static void words_that_are_no_numbers(void **state)
{
    (void)state;
    CHECK("RateLimit: ;;,=,r=,r=x;t,\"a;r=1\r\n", -1, 1, -1, -1, -1, -1);
    CHECK("RateLimit: r=99999999999999999999999;t=99999999999999999999999\r\n", -1, INT64_MAX / 4,
          1000000000000000, -1, -1, -1);
    CHECK("x-ratelimit-limit-requests: many\r\nx-ratelimit-limit-tokens: -5\r\n", -1, -1, -1, -1,
          -1, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(limits_of_requests_and_tokens), T(resets),
        T(a_reset_may_be_a_time),         T(limits_as_the_ietf_drafts_them),
        T(words_that_are_no_numbers),
    };
    return run(tests);
}
