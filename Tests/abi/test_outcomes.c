/* Every outcome that has an answer has its status, its headers and its attempt, and one line that says what
   happened. */
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

/* The error names the answer, and the history has the attempt. */
static void check(int status, int http_status, const char *reason, const char *words)
{
    char attempt[128];
    size_t len;
    assert_non_null(error);
    assert_int_equal(responses_error_status(error), status);
    assert_int_equal(responses_error_http_status(error), http_status);
    assert_string_equal(field(error, RESPONSES_ERROR_REQUEST_ID), "req_1");
    assert_contains(field(error, RESPONSES_ERROR_HEADERS), "X-Request-Id: req_1\n");
    snprintf(attempt, sizeof attempt, "\"attempt\":1,\"http_status\":%d,\"reason\":\"%s\"",
             http_status, reason);
    assert_contains(field(error, RESPONSES_ERROR_HISTORY), attempt);
    const char *message = responses_error_field(error, RESPONSES_ERROR_MESSAGE, &len);
    print_message("  %s\n", message);
    assert_contains(message, words);
    assert_null(strpbrk(message, "\r\n"));
    assert_in_range(len, 10, 1000);
    responses_error_free(error);
    error = NULL;
}

#define ID "X-Request-Id: req_1\r\n"

static void create(int http_status, const char *headers, const char *body)
{
    responses_response *response = NULL;
    answer_with(server_expect(server), http_status, headers, body, strlen(body));
    responses_create(client, REQUEST, NTS, &response, &error);
    assert_null(response);
}

static void answers_that_are_none(void **state)
{
    (void)state;
    create(200, ID "Content-Type: application/json\r\n", "{\"id\":");
    check(RESPONSES_E_PROTOCOL, 200, "unreadable", "is not a valid JSON object");
    create(200, ID "Content-Type: application/json\r\n", "");
    check(RESPONSES_E_PROTOCOL, 200, "unreadable", "no body");
    create(200, ID "Content-Type: text/html\r\n", "<title>Log in</title>");
    check(RESPONSES_E_HTTP, 200, "unreadable", "text/html (\"Log in\")");
    create(200, ID "Content-Type: text/plain\r\n", "It works!\nReally.");
    check(RESPONSES_E_HTTP, 200, "unreadable", "text/plain (\"It works!\")");
    create(307, ID "Location: http://example.test/\r\n", "");
    check(RESPONSES_E_HTTP, 307, "redirect", "http://example.test/");
    create(304, ID, "");
    check(RESPONSES_E_HTTP, 304, "redirect", "304");
    create(401, ID, "");
    check(RESPONSES_E_API, 401, "http_401", "the server gave no reason");
    create(200, ID, "\"just words\"");
    check(RESPONSES_E_PROTOCOL, 200, "unreadable", "just words");
    create(200, ID, "null");
    check(RESPONSES_E_PROTOCOL, 200, "unreadable", "is not a valid JSON object");
    say(server_expect(server), "HTTP/1.1 204 No Content\r\n" ID "\r\n");
    responses_create(client, REQUEST, NTS, NULL, &error);
    check(RESPONSES_E_PROTOCOL, 204, "unreadable", "204");
}

static void answers_that_are_too_much(void **state)
{
    (void)state;
    struct text body = {0};
    set(client, "max_response_bytes", "65536");
    text_add_times(&body, ' ', 70000);
    create(200, ID "Content-Type: application/json\r\n", body.data);
    check(RESPONSES_E_LIMIT, 200, "limit", "max_response_bytes");
    text_free(&body);
}

static void a_page_that_does_not_move_on(void **state)
{
    (void)state;
    static const char page[] = "{\"data\":[{\"id\":\"a\"}],\"has_more\":true,\"last_id\":\"a\"}";
    answer_with(server_expect(server), 200, ID, page, strlen(page));
    responses_list_input_items(client, "r", "{\"after\":\"a\"}", NTS, NULL, &error);
    assert_contains(field(error, RESPONSES_ERROR_BODY), "\"last_id\"");
    check(RESPONSES_E_PROTOCOL, 200, "protocol", "after");
}

static void an_answer_that_breaks(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\n" ID "Content-Length: 10\r\n\r\n{");
    hang_up(x);
    responses_create(client, REQUEST, NTS, NULL, &error);
    check(RESPONSES_E_NETWORK, 200, "network", "in the middle of its answer");
}

/* ---- streams ---- */

static int stream(const char *bytes, int is_left_open)
{
    struct exchange *x = server_expect(server);
    stream_head(x, ID);
    stream_chunk(x, bytes, strlen(bytes));
    if (is_left_open)
        await_close(x);
    else
        stream_end(x);
    return responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &error);
}

static const char created[] =
    "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n";

static int stop(const responses_event *event, void *user_data)
{
    (void)event;
    (void)user_data;
    return 1;
}

static int cancel(const responses_event *event, void *user_data)
{
    (void)event;
    responses_client_interrupt(user_data);
    return 0;
}

static void streams(void **state)
{
    (void)state;
    stream("data: [1]\n\n", 0);
    check(RESPONSES_E_PROTOCOL, 200, "protocol", "not a JSON object: \"[1]\"");
    stream(created, 0);
    check(RESPONSES_E_TRUNCATED, 200, "truncated", "terminal event");
    set_limit(client, "idle_timeout_ms", 50);
    stream(created, 1);
    check(RESPONSES_E_TIMEOUT, 200, "timeout", "idle_timeout_ms");
    set(client, "idle_timeout_ms", "0");
    set_limit(client, "timeout_ms", 100);
    stream(created, 1);
    check(RESPONSES_E_TIMEOUT, 200, "timeout", "timeout_ms");
    set(client, "timeout_ms", "0");
    set(client, "max_event_bytes", "1024");
    struct text large = {0};
    text_add(&large, "data: \"");
    text_add_times(&large, 'x', 4000);
    text_add(&large, "\"\n\n");
    stream(large.data, 0);
    check(RESPONSES_E_LIMIT, 200, "limit", "max_event_bytes");
    text_free(&large);
}

static void streams_that_the_program_ends(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    stream_head(x, ID);
    stream_chunk(x, created, strlen(created));
    await_close(x);
    responses_create_stream(client, REQUEST, NTS, stop, NULL, NULL, &error);
    check(RESPONSES_E_USER, 200, "stopped", "callback");

    x = server_expect(server);
    stream_head(x, ID);
    stream_chunk(x, created, strlen(created));
    await_close(x);
    responses_create_stream(client, REQUEST, NTS, cancel, client, NULL, &error);
    check(RESPONSES_E_CANCELLED, 200, "cancelled", "");
}

static void an_attempt_without_an_answer_is_there_too(void **state)
{
    (void)state;
    set_limit(client, "timeout_ms", 80);
    await_close(server_expect(server));
    responses_create(client, REQUEST, NTS, NULL, &error);
    assert_int_equal(responses_error_http_status(error), 0);
    assert_json(field(error, RESPONSES_ERROR_HISTORY),
                "[{\"attempt\":1,\"http_status\":0,\"reason\":\"timeout\",\"waited_ms\":0}]");
}

int main(void)
{
    const struct CMUnitTest outcomes[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(answers_that_are_none),
        TEST(answers_that_are_too_much),
        TEST(a_page_that_does_not_move_on),
        TEST(an_answer_that_breaks),
        TEST(streams),
        TEST(streams_that_the_program_ends),
        TEST(an_attempt_without_an_answer_is_there_too),
    };
    return run(outcomes);
}
