/* What goes out: method, path, query, headers, body. */
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
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* The request that the expression, which uses &error, makes; its answer is RESPONSE. */
#define requested(expression) (expect_one(), check_sent((expression), __LINE__))

static void expect_one(void)
{
    answer(server_expect(server), 200, RESPONSE);
}

static const struct request *check_sent(int status, int line)
{
    check_status(status, RESPONSES_OK, error, __FILE__, line);
    return server_request(server, server_requests(server) - 1);
}

static void each_operation_has_its_method_and_path(void **state)
{
    (void)state;
    static const char *expected[][2] = {
        {"POST", "/v1/responses"},
        {"GET", "/v1/responses/resp_1"},
        {"POST", "/v1/responses/resp_1/cancel"},
        {"DELETE", "/v1/responses/resp_1"},
        {"GET", "/v1/responses/resp_1/input_items"},
        {"POST", "/v1/responses/input_tokens"},
        {"POST", "/v1/responses/compact"},
        {"GET", "/v1/responses/resp_1"},
        {"GET", "/v1/models?limit=5"},
        {"PATCH", "/v1/things/1"},
        {"PUT", "/v1/things/1"},
        {"DELETE", "/v1/things/1"},
    };
    requested(responses_create(client, REQUEST, NTS, NULL, &error));
    requested(responses_get(client, "resp_1", NULL, 0, NULL, &error));
    requested(responses_cancel(client, "resp_1", NULL, &error));
    requested(responses_delete(client, "resp_1", NULL, &error));
    requested(responses_list_input_items(client, "resp_1", NULL, 0, NULL, &error));
    requested(responses_count_input_tokens(client, REQUEST, NTS, NULL, &error));
    requested(responses_compact(client, REQUEST, NTS, NULL, &error));
    requested(responses_wait(client, "resp_1", at_most(5000), NULL, &error));
    requested(responses_send(client, "GET", "/models?limit=5", NULL, 0, NULL, &error));
    requested(responses_send(client, "PATCH", "/things/1", "{\"a\":1}", NTS, NULL, &error));
    requested(responses_send(client, "PUT", "/things/1", "{\"a\":1}", NTS, NULL, &error));
    requested(responses_send(client, "DELETE", "/things/1", NULL, 0, NULL, &error));
    assert_int_equal(server_requests(server), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_string_equal(server_request(server, (int)i)->method, expected[i][0]);
        assert_string_equal(server_request(server, (int)i)->target, expected[i][1]);
    }
    /* All of it over one connection. */
    assert_int_equal(server_connections(server), 1);
}

static void a_get_has_no_body_and_a_post_has_json(void **state)
{
    (void)state;
    const struct request *r = requested(responses_get(client, "resp_1", NULL, 0, NULL, &error));
    assert_int_equal(r->body_len, 0);
    assert_null(request_header(r, "content-type"));
    r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_string_equal(request_header(r, "content-type"), "application/json");
    assert_int_equal(strtol(request_header(r, "content-length"), NULL, 10), (long)r->body_len);
    assert_null(request_header(r, "transfer-encoding"));
    assert_null(request_header(r, "expect"));
    r = requested(responses_cancel(client, "resp_1", NULL, &error));
    assert_true(r->body_len == 0 || strcmp(r->body, "{}") == 0);
    r = requested(responses_send(client, "POST", "/x", "{\"a\": [1]}", NTS, NULL, &error));
    assert_string_equal(r->body, "{\"a\": [1]}");
}

static void ids_are_percent_encoded(void **state)
{
    (void)state;
    static const char *ids[][2] = {
        {"a/b", "a%2Fb"},
        {"a?b=c", "a%3Fb%3Dc"},
        {"a#b", "a%23b"},
        {"a b", "a%20b"},
        {"100%", "100%25"},
        {"caf\xc3\xa9", "caf%C3%A9"},
        {"../secrets", "..%2Fsecrets"},
        {"aZ09-._~", "aZ09-._~"},
        {"a\r\nX-Evil: 1", "a%0D%0AX-Evil%3A%201"},
        {"...", "..."},
    };
    for (size_t i = 0; i < COUNT(ids); i++) {
        char target[64];
        snprintf(target, sizeof target, "/v1/responses/%s", ids[i][1]);
        const struct request *r =
            requested(responses_get(client, ids[i][0], NULL, 0, NULL, &error));
        if (strcasecmp(r->target, target) != 0)
            assert_string_equal(r->target, target);
        snprintf(target, sizeof target, "/v1/responses/%s/cancel", ids[i][1]);
        r = requested(responses_cancel(client, ids[i][0], NULL, &error));
        if (strcasecmp(r->target, target) != 0)
            assert_string_equal(r->target, target);
    }
}

static void a_path_stays_below_the_base_url(void **state)
{
    (void)state;
    static const char *refused[] = {
        "/..",
        "/../x",
        "/a/../../b",
        "/./a",
        "/%2e%2e/x",
        "/%2E%2E/x",
        "/.%2e/x",
        "/%2e./x",
        "/%2e",
        "/a%2f..%2fb",
        "/a/..%2F..",
        "/%252e%252e/",
        "/%25252e%25252e/x",
        "/..;/x",
        "/..;a=b/x",
        "/..%3b/x",
        "/a\\..\\b",
        "/a%5c..%5cb",
        "/..%00/x",
        "/..%20/x",
        "/%c0%ae./x",
        "/..%c0%afx",
        "//../x",
        "/x/..?a=b",
        "x",
        "",
        "http://h/x",
        "/a b",
        "/a\r\nX: y",
        "/a#b",
    };
    static const char *taken[][2] = {
        {"/...", "/v1/..."},
        {"//x", "/v1//x"},
        {"/a..b/.c", "/v1/a..b/.c"},
        {"/models/org%2Fmodel-1.5", "/v1/models/org%2Fmodel-1.5"},
        {"/x?next=/../y", "/v1/x?next=/../y"},
        {"/@h", "/v1/@h"},
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        int status = responses_send(client, "GET", refused[i], NULL, 0, NULL, &error);
        if (status != RESPONSES_E_INVALID)
            print_error("%s was taken\n", refused[i]);
        assert_status(status, RESPONSES_E_INVALID, error);
        assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "path");
        responses_error_free(error);
        error = NULL;
    }
    for (size_t i = 0; i < COUNT(taken); i++)
        assert_string_equal(
            requested(responses_send(client, "GET", taken[i][0], NULL, 0, NULL, &error))->target,
            taken[i][1]);
}

static void parameters_become_a_query(void **state)
{
    (void)state;
    const struct request *r =
        requested(responses_get(client, "resp_1",
                                "{\"include\":[\"a.b\",\"c d\"],\"new_one\":true,\"n\":3,"
                                "\"text\":\"\\u00e4&=?\"}",
                                NTS, NULL, &error));
    assert_non_null(strchr(r->target, '?'));
    /* Brackets go out encoded, as by the official clients. */
    assert_contains(r->target, "include%5B%5D=a.b&include%5B%5D=c%20d");
    assert_contains(r->target, "new_one=true");
    assert_contains(r->target, "n=3");
    assert_contains(r->target, "text=%C3%A4%26%3D%3F");
    assert_lacks(r->target, "stream");

    r = requested(responses_list_input_items(
        client, "resp_1", "{\"limit\":100,\"order\":\"asc\",\"after\":\"msg_1\"}", NTS, NULL,
        &error));
    assert_contains(r->target, "/v1/responses/resp_1/input_items?");
    assert_contains(r->target, "limit=100");
    assert_contains(r->target, "order=asc");
    assert_contains(r->target, "after=msg_1");

    r = requested(responses_get(client, "resp_1", "{}", NTS, NULL, &error));
    assert_string_equal(r->target, "/v1/responses/resp_1");
    r = requested(responses_get(client, "resp_1", "{\"include\":[]}", NTS, NULL, &error));
    assert_lacks(r->target, "include");
    r = requested(responses_get(client, "resp_1", "{\"include\":null}", NTS, NULL, &error));
    assert_lacks(r->target, "include");
}

static void a_get_stream_asks_for_one(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_get_stream(client, "resp_1",
                                   "{\"starting_after\":7,\"include_obfuscation\":false}", NTS,
                                   ignore, NULL, NULL, &error),
              error);
    const struct request *r = server_request(server, 0);
    assert_string_equal(r->method, "GET");
    assert_contains(r->target, "/v1/responses/resp_1?");
    assert_contains(r->target, "stream=true");
    assert_contains(r->target, "starting_after=7");
    assert_contains(r->target, "include_obfuscation=false");
    sse_free(&sse);
}

static void the_base_url_is_joined_with_care(void **state)
{
    (void)state;
    static const char *bases[][2] = {
        {"", "/responses/resp_1?include%5B%5D=a"},
        {"/", "/responses/resp_1?include%5B%5D=a"},
        {"/v1", "/v1/responses/resp_1?include%5B%5D=a"},
        {"/v1/", "/v1/responses/resp_1?include%5B%5D=a"},
        {"/openai/deployments/x/v1", "/openai/deployments/x/v1/responses/resp_1?include%5B%5D=a"},
        {"/v1?api-version=2025-04-01",
         "/v1/responses/resp_1?api-version=2025-04-01&include%5B%5D=a"},
        {"/v1/?api-version=1", "/v1/responses/resp_1?api-version=1&include%5B%5D=a"},
        {"?api-version=1", "/responses/resp_1?api-version=1&include%5B%5D=a"},
    };
    for (size_t i = 0; i < COUNT(bases); i++) {
        char url[128];
        snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server_port(server), bases[i][0]);
        set(client, "base_url", url);
        const struct request *r =
            requested(responses_get(client, "resp_1", "{\"include\":[\"a\"]}", NTS, NULL, &error));
        assert_string_equal(r->target, bases[i][1]);
    }
}

static void the_default_query_is_added_to_every_request(void **state)
{
    (void)state;
    set(client, "default_query", "a=1&b=x%20y");
    const struct request *r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_string_equal(r->target, "/v1/responses?a=1&b=x%20y");
    r = requested(responses_send(client, "GET", "/models?limit=5", NULL, 0, NULL, &error));
    assert_contains(r->target, "/v1/models?");
    assert_contains(r->target, "limit=5");
    assert_contains(r->target, "a=1&b=x%20y");
    set(client, "default_query", NULL);
    r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_string_equal(r->target, "/v1/responses");
}

static void the_usual_headers_are_there_once(void **state)
{
    (void)state;
    set(client, "organization", "org-1");
    set(client, "project", "proj_1");
    set(client, "user_agent", "teapot/2");
    const struct request *r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    static const char *expected[][2] = {{"authorization", "Bearer sk-test"},
                                        {"openai-organization", "org-1"},
                                        {"openai-project", "proj_1"},
                                        {"user-agent", "teapot/2"},
                                        {"content-type", "application/json"}};
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(request_header_count(r, expected[i][0]), 1);
        assert_string_equal(request_header(r, expected[i][0]), expected[i][1]);
    }
    assert_int_equal(request_header_count(r, "host"), 1);
    assert_int_equal(request_header_count(r, "accept"), 1);
}

static void the_key_goes_where_auth_header_says(void **state)
{
    (void)state;
    set(client, "auth_header", "api-key");
    const struct request *r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_string_equal(request_header(r, "api-key"), "sk-test");
    assert_null(request_header(r, "authorization"));
    set(client, "auth_header", "Authorization");
    r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_string_equal(request_header(r, "authorization"), "Bearer sk-test");
    set(client, "auth_header", NULL);
    r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_string_equal(request_header(r, "authorization"), "Bearer sk-test");
}

static void without_a_key_there_is_no_authorization(void **state)
{
    (void)state;
    set(client, "api_key", NULL);
    const struct request *r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_null(request_header(r, "authorization"));
}

static void own_headers_are_added_replaced_and_taken_out(void **state)
{
    (void)state;
    assert_int_equal(responses_client_set_header(client, "X-A", "1", NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set_header(client, "x-a", "2", NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set_header(client, "X-Empty", "", NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set_header(client, "user-agent", "own", NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set_header(client, "Authorization", "Basic x", NULL),
                     RESPONSES_OK);
    const struct request *r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_int_equal(request_header_count(r, "x-a"), 1);
    assert_string_equal(request_header(r, "x-a"), "2");
    assert_int_equal(request_header_count(r, "x-empty"), 1);
    assert_string_equal(request_header(r, "x-empty"), "");
    assert_int_equal(request_header_count(r, "user-agent"), 1);
    assert_string_equal(request_header(r, "user-agent"), "own");
    assert_int_equal(request_header_count(r, "authorization"), 1);
    assert_string_equal(request_header(r, "authorization"), "Basic x");

    assert_int_equal(responses_client_set_header(client, "X-A", NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set_header(client, "User-Agent", NULL, NULL), RESPONSES_OK);
    r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_null(request_header(r, "x-a"));
}

static void a_post_has_an_idempotency_key_of_its_own(void **state)
{
    (void)state;
    char first[256];
    const struct request *r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    const char *key = request_header(r, "idempotency-key");
    assert_non_null(key);
    assert_true(strlen(key) >= 16 && strlen(key) < sizeof first);
    strcpy(first, key);
    r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_non_null(request_header(r, "idempotency-key"));
    assert_string_not_equal(request_header(r, "idempotency-key"), first);
    r = requested(responses_get(client, "resp_1", NULL, 0, NULL, &error));
    assert_null(request_header(r, "idempotency-key"));
    /* One's own replaces it. */
    responses_client_set_header(client, "Idempotency-Key", "mine", NULL);
    r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
    assert_int_equal(request_header_count(r, "idempotency-key"), 1);
    assert_string_equal(request_header(r, "idempotency-key"), "mine");
}

static void the_key_is_the_same_over_retries(void **state)
{
    (void)state;
    char key[256];
    set(client, "max_retries", "2");
    answer_with(server_expect(server), 503, "Retry-After-Ms: 1\r\n", "", 0);
    answer_with(server_expect(server), 503, "Retry-After-Ms: 1\r\n", "", 0);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_int_equal(server_requests(server), 3);
    strcpy(key, request_header(server_request(server, 0), "idempotency-key"));
    for (int i = 1; i < 3; i++) {
        assert_string_equal(request_header(server_request(server, i), "idempotency-key"), key);
        assert_string_equal(server_request(server, i)->body, server_request(server, 0)->body);
    }
}

static void clients_that_share_connections_keep_their_own_headers(void **state)
{
    (void)state;
    responses_client *other = NULL;
    assert_ok(responses_client_derive(client, &other, &error), error);
    set(other, "api_key", "sk-other");
    set(other, "user_agent", "other/1");
    for (int i = 0; i < 3; i++) {
        const struct request *r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
        assert_string_equal(request_header(r, "authorization"), "Bearer sk-test");
        r = requested(responses_get(other, "resp_1", NULL, 0, NULL, &error));
        assert_string_equal(r->method, "GET");
        assert_int_equal(r->body_len, 0);
        assert_string_equal(request_header(r, "authorization"), "Bearer sk-other");
        assert_string_equal(request_header(r, "user-agent"), "other/1");
        assert_null(request_header(r, "idempotency-key"));
    }
    responses_client_free(other);
    assert_int_equal(server_connections(server), 1);
}

static void a_large_body_is_sent_without_asking_first(void **state)
{
    (void)state;
    const size_t size = 3 << 20;
    char *body = malloc(size + 64);
    assert_non_null(body);
    int at = sprintf(body, "{\"model\":\"m\",\"input\":\"");
    memset(body + at, 'a', size);
    strcpy(body + at + size, "\"}");
    for (int i = 0; i < 2; i++) {
        const struct request *r = requested(responses_create(client, body, NTS, NULL, &error));
        assert_null(request_header(r, "expect"));
        assert_true(r->body_len > size);
        r = requested(responses_create(client, REQUEST, NTS, NULL, &error));
        assert_true(r->body_len < 200);
    }
    free(body);
}

int main(void)
{
    const struct CMUnitTest requests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(each_operation_has_its_method_and_path),
        TEST(a_get_has_no_body_and_a_post_has_json),
        TEST(ids_are_percent_encoded),
        TEST(a_path_stays_below_the_base_url),
        TEST(parameters_become_a_query),
        TEST(a_get_stream_asks_for_one),
        TEST(the_base_url_is_joined_with_care),
        TEST(the_default_query_is_added_to_every_request),
        TEST(the_usual_headers_are_there_once),
        TEST(the_key_goes_where_auth_header_says),
        TEST(without_a_key_there_is_no_authorization),
        TEST(own_headers_are_added_replaced_and_taken_out),
        TEST(a_post_has_an_idempotency_key_of_its_own),
        TEST(the_key_is_the_same_over_retries),
        TEST(clients_that_share_connections_keep_their_own_headers),
        TEST(a_large_body_is_sent_without_asking_first),
    };
    return run(requests);
}
