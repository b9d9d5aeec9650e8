/* Raw calls: answers that are no streams, as the server sent them. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "raw", "1");
    return 0;
}

static void forget(void)
{
    responses_error_free(error);
    responses_call_free(call);
    error = NULL;
    call = NULL;
}

static int teardown(void **state)
{
    (void)state;
    forget();
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* Reads the whole call: a head, then `len` bytes in one piece (none: no piece), then the end. */
static void check_answer(int http_status, const char *expected, size_t len)
{
    const char *bytes;
    size_t count;
    int heads = 0, got = 0, status;
    while ((status = responses_call_next_bytes(call, &bytes, &count, &error)) >= RESPONSES_OK &&
           status != RESPONSES_DONE) {
        if (status == RESPONSES_AGAIN) {
            assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
        } else if (count == 0) {
            heads++;
            assert_int_equal(got, 0);
        } else {
            got++;
            assert_int_equal(count, len);
            assert_memory_equal(bytes, expected, len);
        }
    }
    assert_status(status, RESPONSES_DONE, error);
    assert_int_equal(heads, 1);
    assert_int_equal(got, len > 0);
    const responses_response *response = responses_call_response(call);
    assert_int_equal(responses_response_http_status(response), http_status);
    bytes = responses_response_json(response, &count);
    assert_int_equal(count, len);
    assert_memory_equal(bytes, expected, len);
}

static void answer_as(const char *type, const char *body, size_t len)
{
    char headers[80];
    snprintf(headers, sizeof headers, "Content-Type: %s\r\n", type);
    answer_with(server_expect(server), 200, headers, body, len);
}

static void start(void)
{
    forget();
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
}

static void start_stream(void)
{
    forget();
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
}

static void a_document_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        RESPONSE,
        "\xEF\xBB\xBF\r\n " RESPONSE " \n",
        "{\"error\":{\"message\":\"said with 200\",\"code\":\"server_error\"}}",
        "[1, NaN]",
        "{\"cut\":",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        answer_as("application/json", bodies[i], strlen(bodies[i]));
        start();
        check_answer(200, bodies[i], strlen(bodies[i]));
    }
    answer_as("application/json", RESPONSE, strlen(RESPONSE));
    forget();
    assert_ok(responses_send_start(client, "GET", "/models", NULL, 0, &call, &error), error);
    check_answer(200, RESPONSE, strlen(RESPONSE));
    assert_string_equal(responses_response_id(responses_call_response(call)), "resp_1");
}

static void what_is_no_json_is_an_answer(void **state)
{
    (void)state;
    static const struct {
        const char *type, *body;
    } each[] = {
        {"text/html", "<html>sign in</html>"},
        {"text/plain", "hello"},
        {"text/plain", "dataset"},
        {"text/plain", "evil is no event"},
        {"application/octet-stream", "\x01\x02\xFF"},
        {"application/json", RESPONSE},
        {"application/json", "\"word\""},
    };
    for (size_t i = 0; i < COUNT(each); i++) {
        for (int stream = 0; stream < 2; stream++) {
            answer_as(each[i].type, each[i].body, strlen(each[i].body));
            if (stream)
                start_stream();
            else
                start();
            check_answer(200, each[i].body, strlen(each[i].body));
            assert_string_equal(
                responses_response_header(responses_call_response(call), "content-type"),
                each[i].type);
        }
    }
    /* Nothing at all, and NUL. */
    say(server_expect(server), "HTTP/1.1 204 No Content\r\n\r\n");
    start();
    check_answer(204, "", 0);
    answer_as("text/plain", "a\0b", 3);
    start();
    check_answer(200, "a\0b", 3);
    /* The blocking function has it, too. */
    answer_as("text/html", "<p>", 3);
    responses_response *response = NULL;
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_json(response, NULL), "<p>");
    assert_string_equal(responses_response_id(response), "");
    int type = 99;
    assert_int_equal(responses_response_get(response, "", &type, NULL, NULL), RESPONSES_E_RANGE);
    responses_response_free(response);
}

static void the_head_of_a_document_comes_first(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.0 200 Fine\r\nX-A: b\r\n\r\n{");
    wait_for_go(x);
    say(x, "}");
    hang_up(x);
    start();
    const char *bytes;
    size_t len = 1;
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    assert_int_equal(responses_call_next_bytes(call, &bytes, &len, &error), RESPONSES_OK);
    assert_int_equal(len, 0);
    assert_string_equal(bytes, "");
    const responses_response *response = responses_call_response(call);
    assert_string_equal(responses_response_http_version(response), "HTTP/1.0");
    assert_string_equal(responses_response_header(response, "X-A"), "b");
    assert_int_equal(responses_call_next_bytes(call, &bytes, &len, &error), RESPONSES_AGAIN);
    server_go(server);
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    assert_int_equal(responses_call_next_bytes(call, &bytes, &len, &error), RESPONSES_OK);
    assert_string_equal(bytes, "{}");
    assert_int_equal(responses_call_next_bytes(call, &bytes, &len, &error), RESPONSES_DONE);
}

static void events_in_place_of_a_document(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start();
    struct text all = {0};
    const char *bytes;
    size_t len;
    int status;
    while ((status = responses_call_next_bytes(call, &bytes, &len, &error)) >= RESPONSES_OK &&
           status != RESPONSES_DONE) {
        if (status == RESPONSES_AGAIN)
            responses_call_wait(call, -1);
        if (status == RESPONSES_OK)
            text_add_bytes(&all, bytes, len);
    }
    assert_status(status, RESPONSES_DONE, error);
    assert_int_equal(all.len, sse.text.len);
    assert_memory_equal(all.data, sse.text.data, all.len);
    assert_string_equal(responses_response_text(responses_call_response(call), NULL),
                        "Hello, world!");
    text_free(&all);
    sse_free(&sse);
}

static void errors_are_errors(void **state)
{
    (void)state;
    struct text body = {0};
    text_add(&body, "{\"error\":{\"message\":\"no\",\"x\":\"");
    text_add_times(&body, 'x', 5 << 20);
    text_add(&body, "\"}}");
    static const struct {
        const char *limit;
        size_t kept;
    } each[] = {{NULL, 65536}, {"1024", 1024}, {"100000", 100000}, {"1073741824", 0}};
    for (int raw = 0; raw < 2; raw++) {
        set(client, "raw", raw ? "1" : "0");
        for (size_t i = 0; i < COUNT(each); i++) {
            set(client, "max_error_bytes", each[i].limit);
            answer_with(server_expect(server), 400, "X-A: b\r\n", body.data, body.len);
            responses_response *response = NULL;
            assert_int_equal(responses_create(client, REQUEST, NTS, &response, &error),
                             RESPONSES_E_API);
            size_t len, kept = each[i].kept ? each[i].kept : body.len;
            const char *found = responses_error_field(error, RESPONSES_ERROR_BODY, &len);
            assert_int_equal(len, kept);
            assert_memory_equal(found, body.data, len);
            assert_string_equal(field(error, RESPONSES_ERROR_HTTP_VERSION), "HTTP/1.1");
            assert_int_equal(responses_error_phase(error), RESPONSES_PHASE_READING);
            forget();
        }
    }
    text_free(&body);
    assert_int_equal(responses_client_set(client, "max_error_bytes", "1023", &error),
                     RESPONSES_E_INVALID);
    forget();
    assert_int_equal(responses_client_set(client, "raw", "yes", &error), RESPONSES_E_INVALID);
    forget();
    /* A redirect has all that is needed to follow it. */
    set(client, "raw", "1");
    answer_with(server_expect(server), 307, "Location: /elsewhere\r\n", "gone", 4);
    start();
    const char *bytes;
    size_t len;
    while (responses_call_next_bytes(call, &bytes, &len, &error) == RESPONSES_AGAIN)
        responses_call_wait(call, -1);
    assert_int_equal(responses_error_status(error), RESPONSES_E_HTTP);
    assert_int_equal(responses_error_http_status(error), 307);
    assert_string_equal(field(error, RESPONSES_ERROR_BODY), "gone");
    assert_contains(field(error, RESPONSES_ERROR_HEADERS), "Location: /elsewhere\n");
}

static void a_broken_document_is_retried(void **state)
{
    (void)state;
    set(client, "max_retries", "1");
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<htm");
    slam_down(x);
    answer_as("text/html", "<html>", 6);
    start();
    check_answer(200, "<html>", 6);
    assert_int_equal(responses_response_attempts(responses_call_response(call)), 2);
}

static void a_poll_comes_at_its_end(void **state)
{
    (void)state;
    set(client, "poll_interval_ms", "1");
    answer(server_expect(server), 200, "{\"id\":\"resp_1\",\"status\":\"queued\"}");
    answer(server_expect(server), 200, RESPONSE);
    forget();
    assert_ok(responses_wait_start(client, "resp_1", -1, &call, &error), error);
    const char *bytes;
    size_t len;
    int status, heads = 0, bodies = 0;
    while ((status = responses_call_next_bytes(call, &bytes, &len, &error)) != RESPONSES_DONE) {
        assert_true(status >= 0);
        if (status == RESPONSES_AGAIN) {
            responses_call_wait(call, -1);
        } else if (len == 0) {
            heads++;
        } else {
            bodies++;
            assert_int_equal(heads, 1);
            assert_int_equal(len, strlen(RESPONSE));
            assert_memory_equal(bytes, RESPONSE, len);
        }
    }
    assert_int_equal(heads, 1);
    assert_int_equal(bodies, 1);
    assert_json(responses_response_json(responses_call_response(call), NULL), RESPONSE);
}

/* Not about raw calls: after a retry a response has the head of the answer that is read. */
static void the_head_after_a_retry(void **state)
{
    (void)state;
    set(client, "raw", "0");
    set(client, "max_retries", "1");
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer_with(server_expect(server), 503, "Retry-After-Ms: 1\r\nX-Request-Id: one\r\n", "{}", 2);
    struct exchange *x = server_expect(server);
    stream_head(x, "X-Request-Id: two\r\n");
    stream_chunk(x, sse.text.data, sse.end[3]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[3], sse.text.len - sse.end[3]);
    stream_end(x);
    start_stream();
    const responses_event *event;
    while (responses_call_next(call, &event, &error) == RESPONSES_AGAIN)
        responses_call_wait(call, -1);
    const responses_response *response = responses_call_response(call);
    assert_int_equal(responses_response_http_status(response), 200);
    assert_string_equal(responses_response_request_id(response), "two");
    server_go(server);
    struct events events = {0};
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    events_free(&events);
    sse_free(&sse);
}

int main(void)
{
    const struct CMUnitTest raw_answers[] = {
        cmocka_unit_test_setup_teardown(a_document_stays_as_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_json_is_an_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(the_head_of_a_document_comes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(events_in_place_of_a_document, setup, teardown),
        cmocka_unit_test_setup_teardown(errors_are_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(a_broken_document_is_retried, setup, teardown),
        cmocka_unit_test_setup_teardown(a_poll_comes_at_its_end, setup, teardown),
        cmocka_unit_test_setup_teardown(the_head_after_a_retry, setup, teardown),
    };
    return run(raw_answers);
}
