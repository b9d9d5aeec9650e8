/* When there is no answer, or one that is none. */
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

/* A create that must end so. */
static void ends(int expected)
{
    responses_response *response = (responses_response *)&client;
    responses_error_free(error);
    error = NULL;
    int status = responses_create(client, REQUEST, NTS, &response, &error);
    assert_status(status, expected, error);
    assert_null(response);
    assert_int_equal(responses_error_status(error), expected);
    assert_true(strlen(message_of(error)) > 5);
}

static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    static const int statuses[] = {301, 302, 303, 307, 308};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        char headers[128];
        snprintf(headers, sizeof headers, "Location: %s/elsewhere\r\n", server_url(server));
        answer_with(server_expect(server), statuses[i], headers, "", 0);
        ends(RESPONSES_E_HTTP);
        assert_int_equal(responses_error_http_status(error), statuses[i]);
        assert_int_equal(responses_error_is_retryable(error), 0);
        assert_int_equal(server_requests(server), (int)i + 1);
    }
    assert_contains(message_of(error), "redirect");
}

static void html_with_200_is_no_answer(void **state)
{
    (void)state;
    answer_with(server_expect(server), 200, "Content-Type: text/html\r\n", "<html></html>", 13);
    ends(RESPONSES_E_HTTP);
    assert_int_equal(responses_error_http_status(error), 200);
    assert_contains(message_of(error), "text/html");
    assert_string_equal(field(error, RESPONSES_ERROR_BODY), "<html></html>");
}

static void a_server_that_always_streams_is_understood(void **state)
{
    (void)state;
    struct sse sse;
    responses_response *response = NULL;
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_status(response), "completed");
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    responses_response_free(response);
    /* And one that breaks off is not taken for an answer. */
    answer_stream(server_expect(server), sse.text.data, sse.end[5]);
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TRUNCATED,
                  error);
    sse_free(&sse);
}

static void a_server_that_never_streams_is_understood(void **state)
{
    (void)state;
    answer(server_expect(server), 200, RESPONSE);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    assert_string_equal(responses_response_text(played.response, NULL), "Hello, world!");
    /* "RESPONSES_OK is returned only after the terminal event." */
    assert_int_equal(played.events.count, 1);
    assert_int_equal(played.events.list[0].kind, RESPONSES_EVENT_COMPLETED);
    played_free(&played);
}

static void json_that_is_broken_is_a_protocol_error(void **state)
{
    (void)state;
    static const char *bodies[] = {"{",    "{\"id\":\"resp_1\"", "", "nonsense",
                                   "{}{}", "{\"a\":\"\xff\"}"};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        answer(server_expect(server), 200, bodies[i]);
        ends(RESPONSES_E_PROTOCOL);
        assert_int_equal(responses_error_http_status(error), 200);
        assert_string_equal(field(error, RESPONSES_ERROR_BODY), bodies[i]);
    }
}

static void json_without_a_type_is_read(void **state)
{
    (void)state;
    answer_with(server_expect(server), 200, "", RESPONSE, strlen(RESPONSE));
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static void informational_answers_are_skipped(void **state)
{
    (void)state;
    responses_response *response = NULL;
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 103 Early Hints\r\nX-Request-Id: wrong\r\n\r\n");
    answer_with(x, 200, "Content-Type: application/json\r\nX-Request-Id: right\r\n", RESPONSE,
                strlen(RESPONSE));
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_int_equal(responses_response_http_status(response), 200);
    assert_string_equal(responses_response_request_id(response), "right");
    responses_response_free(response);
}

static void a_refused_connection_is_a_network_error(void **state)
{
    (void)state;
    set(client, "base_url", "http://127.0.0.1:1/v1");
    ends(RESPONSES_E_NETWORK);
    assert_int_equal(responses_error_http_status(error), 0);
    assert_int_equal(responses_error_is_retryable(error), 1);
    assert_string_equal(field(error, RESPONSES_ERROR_BODY), "");
    assert_string_equal(field(error, RESPONSES_ERROR_REQUEST_ID), "");
    assert_contains(message_of(error), "127.0.0.1");
}

static void an_unknown_host_is_a_network_error(void **state)
{
    (void)state;
    set(client, "base_url", "http://does-not-exist.invalid/v1");
    ends(RESPONSES_E_NETWORK);
    assert_contains(message_of(error), "does-not-exist.invalid");
}

static void a_server_that_hangs_up_is_a_network_error(void **state)
{
    (void)state;
    hang_up(server_expect(server));
    ends(RESPONSES_E_NETWORK);
    assert_int_equal(responses_error_attempts(error), 1);
    slam_down(server_expect(server));
    ends(RESPONSES_E_NETWORK);
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Ty");
    hang_up(x);
    ends(RESPONSES_E_NETWORK);
    assert_int_equal(responses_error_is_retryable(error), 1);
}

static void a_body_that_is_cut_is_a_network_error(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{}");
    hang_up(x);
    ends(RESPONSES_E_NETWORK);
    x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
           "Transfer-Encoding: chunked\r\n\r\n");
    stream_chunk(x, "{}", 2);
    slam_down(x);
    ends(RESPONSES_E_NETWORK);
}

static void what_is_not_http_is_a_protocol_error(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    say(x, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
    hang_up(x);
    ends(RESPONSES_E_PROTOCOL);
}

static void plain_text_where_tls_is_expected_is_a_tls_error(void **state)
{
    (void)state;
    char url[64];
    struct exchange *x = server_at_accept(server);
    say(x, "HTTP/1.1 400 Bad Request\r\n\r\n");
    hang_up(x);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", server_port(server));
    set(client, "base_url", url);
    ends(RESPONSES_E_TLS);
}

static void a_missing_certificate_file_is_told(void **state)
{
    (void)state;
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", server_port(server));
    set(client, "base_url", url);
    int status = responses_client_set(client, "ca_file", "/nonexistent/ca.pem", &error);
    if (status == RESPONSES_OK)
        ends(RESPONSES_E_TLS);
    else
        assert_status(status, RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "/nonexistent/ca.pem");
}

static void a_proxy_is_used_and_left_out(void **state)
{
    (void)state;
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", server_port(server));
    set(client, "base_url", "http://api.example/v1");
    set(client, "proxy", proxy);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_string_equal(server_request(server, 0)->target, "http://api.example/v1/responses");

    answer(server_expect(server), 200, RESPONSE);
    set(client, "base_url", server_url(server));
    set(client, "no_proxy", "127.0.0.1");
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_string_equal(server_request(server, 1)->target, "/v1/responses");
    answer(server_expect(server), 200, RESPONSE);
    set(client, "no_proxy", NULL);
    set(client, "proxy", "");
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_string_equal(server_request(server, 2)->target, "/v1/responses");
}

static void the_proxy_of_the_environment_is_used(void **state)
{
    (void)state;
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", server_port(server));
    setenv("http_proxy", proxy, 1);
    responses_client *other = client_at("http://api.example/v1");
    answer(server_expect(server), 200, RESPONSE);
    int status = responses_create(other, REQUEST, NTS, NULL, &error);
    unsetenv("http_proxy");
    assert_ok(status, error);
    assert_string_equal(server_request(server, 0)->target, "http://api.example/v1/responses");
    responses_client_free(other);
}

static void the_environment_is_looked_at_for_each_request(void **state)
{
    (void)state;
    char proxy[64], through[96];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", server_port(server));
    snprintf(through, sizeof through, "%s/responses", server_url(server));
    for (int i = 0; i < 4; i++) {
        if (i % 2)
            setenv("http_proxy", proxy, 1);
        else
            unsetenv("http_proxy");
        answer(server_expect(server), 200, RESPONSE);
        int status = responses_create(client, REQUEST, NTS, NULL, &error);
        unsetenv("http_proxy");
        assert_ok(status, error);
        assert_string_equal(server_request(server, i)->target, i % 2 ? through : "/v1/responses");
    }
}

int main(void)
{
    const struct CMUnitTest network[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_redirect_is_not_followed),
        TEST(html_with_200_is_no_answer),
        TEST(a_server_that_always_streams_is_understood),
        TEST(a_server_that_never_streams_is_understood),
        TEST(json_that_is_broken_is_a_protocol_error),
        TEST(json_without_a_type_is_read),
        TEST(informational_answers_are_skipped),
        TEST(a_refused_connection_is_a_network_error),
        TEST(an_unknown_host_is_a_network_error),
        TEST(a_server_that_hangs_up_is_a_network_error),
        TEST(a_body_that_is_cut_is_a_network_error),
        TEST(what_is_not_http_is_a_protocol_error),
        TEST(plain_text_where_tls_is_expected_is_a_tls_error),
        TEST(a_missing_certificate_file_is_told),
        TEST(a_proxy_is_used_and_left_out),
        TEST(the_proxy_of_the_environment_is_used),
        TEST(the_environment_is_looked_at_for_each_request),
    };
    return run(network);
}
