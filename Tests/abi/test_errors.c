/* When the server says no: error bodies of every shape, statuses, waits. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* The server answers so; the library must say RESPONSES_E_API. */
static void refused(int status, const char *headers, const char *body, size_t len)
{
    responses_response *response = (responses_response *)&client;
    responses_error_free(error);
    error = NULL;
    answer_with(server_expect(server), status, headers, body, len);
    assert_status(responses_create(client, REQUEST, NTS, &response, &error), RESPONSES_E_API,
                  error);
    assert_null(response);
    assert_non_null(error);
    assert_int_equal(responses_error_status(error), RESPONSES_E_API);
    assert_int_equal(responses_error_http_status(error), status);
    assert_int_equal(responses_error_attempts(error), 1);
    assert_true(strlen(message_of(error)) > 3);
    assert_null(strchr(message_of(error), '\n'));
}

static void bodies_of_every_shape_are_read(void **state)
{
    (void)state;
    /* body, then what message contains, type, code, param */
    static const char *shapes[][5] = {
        {"{\"error\":{\"message\":\"Unknown parameter: 'x'.\",\"type\":\"invalid_request_error\","
         "\"param\":\"x\",\"code\":\"unknown_parameter\"}}",
         "Unknown parameter: 'x'.", "invalid_request_error", "unknown_parameter", "x"},
        {"{\"error\":{\"message\":\"caf\\u00e9\",\"type\":\"t\",\"param\":null,\"code\":null}}",
         "caf\xc3\xa9", "t", "", ""},
        {"{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}",
         "Loading model", "unavailable_error", "503", ""},
        {"{\"success\":false,\"error\":\"Unauthorized\"}", "Unauthorized", "", "", ""},
        {"{\"detail\":\"Store must be set to false\"}", "Store must be set to false", "", "", ""},
        {"{\"detail\":[{\"loc\":[\"body\",\"model\"],\"msg\":\"field required\","
         "\"type\":\"value_error.missing\"}]}",
         "field required", NULL, NULL, NULL},
        {"{\"code\":\"InvalidParameter\",\"message\":\"Model not exist.\",\"request_id\":\"x\"}",
         "Model not exist.", "", "InvalidParameter", ""},
        {"{\"error\":{\"code\":\"rate_limit\",\"message\":\"slow\"},\"metadata\":null}", "slow", "",
         "rate_limit", ""},
        {"{\"error\":{\"message\":{\"nested\":1},\"type\":5,\"param\":[],\"code\":1.5}}", "", NULL,
         NULL, NULL},
        {"{\"error\":null}", "", "", "", ""},
        {"{\"error\":{}}", "", "", "", ""},
        {"{\"error\":[]}", "", "", "", ""},
        {"{\"error\":\"\"}", "", "", "", ""},
        {"{}", "", "", "", ""},
        {"[]", "", "", "", ""},
        {"\"just text\"", "", "", "", ""},
        {"null", "", "", "", ""},
        {"", "400", "", "", ""},
        {"{\"error\":{\"message\":\"half", "", "", "", ""},
        {"<html><body><h1>Bad\nGateway</h1></body></html>", "400", "", "", ""},
        {"\xff\xfe\x00", "400", "", "", ""},
    };
    static const char json[] = "Content-Type: application/json\r\n";
    for (size_t i = 0; i < COUNT(shapes); i++) {
        refused(400, json, shapes[i][0], strlen(shapes[i][0]));
        print_message("  %s\n", message_of(error));
        assert_contains(message_of(error), shapes[i][1]);
        if (shapes[i][2] != NULL) {
            assert_string_equal(field(error, RESPONSES_ERROR_TYPE), shapes[i][2]);
            assert_string_equal(field(error, RESPONSES_ERROR_CODE), shapes[i][3]);
            assert_string_equal(field(error, RESPONSES_ERROR_PARAM), shapes[i][4]);
        }
        assert_string_equal(field(error, RESPONSES_ERROR_BODY), shapes[i][0]);
    }
}

static void the_type_of_the_body_does_not_matter(void **state)
{
    (void)state;
    static const char body[] = "{\"error\":{\"message\":\"m1\",\"type\":\"t1\"}}";
    refused(400, "Content-Type: text/plain\r\n", body, strlen(body));
    assert_contains(message_of(error), "m1");
    refused(400, "", body, strlen(body));
    assert_contains(message_of(error), "m1");
    refused(502, "Content-Type: text/html\r\n", "<html>nope</html>", 17);
    assert_contains(message_of(error), "502");
    assert_string_equal(field(error, RESPONSES_ERROR_BODY), "<html>nope</html>");
}

static void a_stream_that_is_refused_is_read_too(void **state)
{
    (void)state;
    static const char body[] = "{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}";
    answer(server_expect(server), 401, body);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_int_equal(played.events.count, 0);
    assert_null(played.response);
    assert_contains(message_of(played.error), "m1");
    assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "c1");
    assert_int_equal(responses_error_http_status(played.error), 401);
    played_free(&played);

    answer_with(server_expect(server), 429, "Content-Type: text/event-stream\r\n", body,
                strlen(body));
    played = play(client);
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_contains(message_of(played.error), "m1");
    played_free(&played);
}

static void of_a_huge_body_64_kib_are_kept(void **state)
{
    (void)state;
    struct text body = {0};
    size_t len;
    text_add(&body, "{\"error\":{\"code\":\"c\",\"message\":\"");
    text_add_times(&body, 'x', 1 << 20);
    text_add(&body, "\"}}");
    refused(500, "Content-Type: application/json\r\n", body.data, body.len);
    const char *kept = responses_error_field(error, RESPONSES_ERROR_BODY, &len);
    assert_in_range(len, 1024, 65536);
    assert_int_equal(strlen(kept), len);
    assert_memory_equal(kept, body.data, len);
    assert_true(strlen(message_of(error)) <= 65536 + 256);
    text_free(&body);
}

static void every_status_from_400_is_a_no(void **state)
{
    (void)state;
    static const int retryable[] = {408, 409, 429, 500, 502, 503, 504, 529};
    static const int final[] = {400, 401, 402, 403, 404, 405, 410, 413, 415, 422, 431, 451};
    for (size_t i = 0; i < COUNT(retryable); i++) {
        refused(retryable[i], "", "{}", 2);
        if (responses_error_is_retryable(error) != 1)
            print_error("status %d\n", retryable[i]);
        assert_int_equal(responses_error_is_retryable(error), 1);
    }
    for (size_t i = 0; i < COUNT(final); i++) {
        refused(final[i], "", "{}", 2);
        if (responses_error_is_retryable(error) != 0)
            print_error("status %d\n", final[i]);
        assert_int_equal(responses_error_is_retryable(error), 0);
    }
    for (int status = 400; status < 600; status += 7)
        refused(status, "", "", 0);
    refused(599, "", "", 0);
}

static void a_quota_that_is_used_up_is_not_retryable(void **state)
{
    (void)state;
    static const char *bodies[] = {
        "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}",
        "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"m\"}}",
        "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"credit_balance_exhausted\"}}",
        "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"project_spend_limit_exceeded\"}}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        refused(429, "", bodies[i], strlen(bodies[i]));
        assert_int_equal(responses_error_is_retryable(error), 0);
    }
    static const char tokens[] =
        "{\"error\":{\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}";
    refused(429, "", tokens, strlen(tokens));
    assert_int_equal(responses_error_is_retryable(error), 1);
}

static void the_wait_is_read_from_its_headers(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        int64_t ms;
    } waits[] = {
        {"", -1},
        {"Retry-After: 7\r\n", 7000},
        {"retry-after: 0\r\n", 0},
        {"Retry-After: 1.5\r\n", 1500},
        {"Retry-After-Ms: 1500\r\n", 1500},
        {"retry-after-ms: 12.7\r\nRetry-After: 9\r\n", 12},
        {"Retry-After: soon\r\n", -1},
        {"Retry-After: -5\r\n", -1},
        {"Retry-After: nan\r\n", -1},
        {"Retry-After: inf\r\n", -1},
        {"Retry-After:\r\n", -1},
        {"Retry-After-Ms: x\r\nRetry-After: 2\r\n", 2000},
        {"Retry-After: 3600\r\n", 3600000},
    };
    for (size_t i = 0; i < COUNT(waits); i++) {
        refused(503, waits[i].headers, "", 0);
        int64_t ms = responses_error_retry_after_ms(error);
        /* A fraction of a millisecond may go either way. */
        if (ms != waits[i].ms && !(waits[i].ms == 12 && ms == 13)) {
            print_error("%s gives %" PRId64 "\n", waits[i].headers, ms);
            fail();
        }
    }
}

static void the_wait_may_be_a_date(void **state)
{
    (void)state;
    char header[128];
    time_t then = time(NULL) + 100;
    struct tm tm;
    gmtime_r(&then, &tm);
    strftime(header, sizeof header, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
    refused(503, header, "", 0);
    assert_in_range(responses_error_retry_after_ms(error), 60000, 101000);
    refused(503, "Retry-After: Mon, 99 Foo 2030 99:99:99 GMT\r\n", "", 0);
    assert_int_equal(responses_error_retry_after_ms(error), -1);
}

static void the_error_names_the_request_and_its_attempts(void **state)
{
    (void)state;
    static const char body[] = "{\"error\":{\"code\":\"not_found\"}}";
    refused(404, "X-Request-Id: req_42\r\n", body, strlen(body));
    assert_string_equal(field(error, RESPONSES_ERROR_REQUEST_ID), "req_42");
    assert_json(field(error, RESPONSES_ERROR_HISTORY),
                "[{\"attempt\":1,\"http_status\":404,\"reason\":\"not_found\",\"waited_ms\":0}]");
    assert_int_equal(responses_error_last_sequence(error), -1);
    size_t len;
    const char *message = responses_error_field(error, RESPONSES_ERROR_MESSAGE, &len);
    assert_int_equal(strlen(message), len);
}

static void an_error_is_the_same_for_a_call(void **state)
{
    (void)state;
    responses_call *call = NULL;
    const responses_event *event = NULL;
    answer(server_expect(server), 404, "{\"error\":{\"message\":\"gone\",\"code\":\"c\"}}");
    assert_ok(responses_get_start(client, "resp_1", NULL, 0, &call, &error), error);
    assert_status(read_call(call, NULL, &error), RESPONSES_E_API, error);
    assert_contains(message_of(error), "gone");
    /* And the answer stays the same. */
    for (int i = 0; i < 3; i++) {
        responses_error_free(error);
        error = NULL;
        assert_int_equal(responses_call_next(call, &event, &error), RESPONSES_E_API);
        assert_null(event);
        assert_string_equal(field(error, RESPONSES_ERROR_CODE), "c");
        assert_int_equal(responses_call_next(call, &event, NULL), RESPONSES_E_API);
        assert_int_equal(responses_call_wait(call, 0), RESPONSES_OK);
    }
    responses_call_free(call);
    assert_string_equal(field(error, RESPONSES_ERROR_CODE), "c");
}

int main(void)
{
    const struct CMUnitTest errors[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(bodies_of_every_shape_are_read),
        TEST(the_type_of_the_body_does_not_matter),
        TEST(a_stream_that_is_refused_is_read_too),
        TEST(of_a_huge_body_64_kib_are_kept),
        TEST(every_status_from_400_is_a_no),
        TEST(a_quota_that_is_used_up_is_not_retryable),
        TEST(the_wait_is_read_from_its_headers),
        TEST(the_wait_may_be_a_date),
        TEST(the_error_names_the_request_and_its_attempts),
        TEST(an_error_is_the_same_for_a_call),
    };
    return run(errors);
}
