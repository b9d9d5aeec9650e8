/* What a server may do with the head of an answer, its framing and its trailers. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_error *error;
static responses_response *response;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    /* None of this is to be tried again. */
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
    server_abandon(server); /* much of what it says is never heard */
    return 0;
}

/* So many bytes of the same few again and again. */
static struct text many(const char *start, const char *piece, size_t bytes)
{
    struct text text = {0};
    text_add(&text, start);
    while (text.len < bytes)
        text_add(&text, piece);
    return text;
}

/* ---- too much of it ---- */

enum { CREATE, STREAM, PULL };

static int act(int how)
{
    struct events events = {0};
    responses_call *call = NULL;
    int status;
    responses_error_free(error);
    error = NULL;
    if (how == CREATE)
        return responses_create(client, REQUEST, NTS, NULL, &error);
    if (how == STREAM)
        return responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &error);
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    status = read_call(call, &events, &error);
    responses_call_free(call);
    events_free(&events);
    return status;
}

static void refuse(const char *bytes, size_t len, const char *words)
{
    for (int how = CREATE; how <= PULL; how++) {
        const int before = server_requests(server);
        struct exchange *x = server_expect(server);
        say_bytes(x, bytes, len);
        await_close(x);
        assert_status(act(how), RESPONSES_E_LIMIT, error);
        assert_contains(message_of(error), words);
        assert_int_equal(responses_error_attempts(error), 1);
        assert_int_equal(responses_error_is_retryable(error), 0);
        assert_int_equal(server_requests(server), before + 1);
    }
}

static void headers_that_are_too_large_end_the_call_at_once(void **state)
{
    (void)state;
    static const char *const starts[] = {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 503 Busy\r\n"};
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct text few = many(starts[i], "X-A: b\r\n", 270000),
                    most = many(starts[i], "X-A: b\r\n", 2000000);
        struct text large = many(starts[i],
                                 "X-Long: 0123456789012345678901234567890123456789"
                                 "0123456789012345678901234567890123456789\r\n",
                                 2000000);
        /* libcurl since 8.8 bounds their number, which these reach first. */
        refuse(few.data, few.len, "the answer");
        assert_true(strstr(message_of(error), "headers are larger than 262144 bytes") ||
                    strstr(message_of(error), "has more than 5000 headers"));
        refuse(most.data, most.len, "the answer");
        refuse(large.data, large.len, "headers are larger than 262144 bytes");
        text_free(&few);
        text_free(&most);
        text_free(&large);
    }
}

static void a_line_that_is_too_long_ends_the_call_at_once(void **state)
{
    (void)state;
    static const char *const starts[] = {"HTTP/1.1 200 OK\r\nX-A: ", "HTTP/1.1 503 Busy\r\nX-A: ",
                                         "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 "};
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct text line = many(starts[i], "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 300000);
        refuse(line.data, line.len, "a line of the answer's headers is longer");
        text_add(&line, "\r\n\r\n{}");
        refuse(line.data, line.len, "a line of the answer's headers is longer");
        text_free(&line);
    }
}

static void interim_answers_without_end_end_the_call_at_once(void **state)
{
    (void)state;
    static const char *const heads[] = {"HTTP/1.1 100 Continue\r\n\r\n",
                                        "HTTP/1.1 103 Early Hints\r\n\r\n"};
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct text text = many("", heads[i], 60000);
        refuse(text.data, text.len, "interim answers (1xx)");
        text_free(&text);
    }
    struct text long_ones = many("",
                                 "HTTP/1.1 102 Processing\r\nX-A: 012345678901234567890123456789"
                                 "012345678901234567890123456789012345678901234567890123456789"
                                 "012345678901234567890123456789012345678901234567890123456789"
                                 "012345678901234567890123456789012345678901234567890123456789"
                                 "012345678901234567890123456789012345678901234567890123456789"
                                 "\r\n\r\n",
                                 300000);
    refuse(long_ones.data, long_ones.len, "headers are larger than 262144 bytes");
    text_free(&long_ones);
}

static void what_is_large_and_no_more_is_taken(void **state)
{
    (void)state;
    struct text head = {0};
    const char *value;
    for (int i = 0; i < 100; i++)
        text_add(&head, "HTTP/1.1 102 Processing\r\nX-A: interim\r\n\r\n");
    text_add(&head, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
    for (int i = 0; i < 3000; i++)
        text_addf(&head, "X-Header-%d: 0123456789012345678901234567890123456789\r\n", i);
    text_add(&head, "X-Long: ");
    text_add_times(&head, 'x', 60000);
    text_addf(&head, "\r\nContent-Length: %zu\r\n\r\n", strlen(RESPONSE));
    struct exchange *x = server_expect(server);
    say_bytes(x, head.data, head.len);
    say(x, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    value = responses_response_header(response, "x-long");
    assert_non_null(value);
    assert_int_equal(strlen(value), 60000);
    assert_null(responses_response_header(response, "x-a"));
    assert_non_null(responses_response_header(response, "x-header-2999"));
    text_free(&head);
}

/* ---- trailers ---- */

#define CHUNKED "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"

static void answer_with_trailers(const char *type, const char *body, const struct text *trailers)
{
    char head[200], size[32];
    struct exchange *x = server_expect(server);
    snprintf(head, sizeof head, CHUNKED, type);
    snprintf(size, sizeof size, "%zx\r\n", strlen(body));
    say(x, head);
    if (*body) {
        say(x, size);
        say(x, body);
        say(x, "\r\n");
    }
    say(x, "0\r\n");
    say_bytes(x, trailers->data, trailers->len);
    await_close(x);
}

/* Many, and one without end. */
static const char *const trailers_without_end[][2] = {
    {"", "X-Trailer: 1\r\n"},
    {"X-Trailer: ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
};

static void a_document_is_whole_before_its_trailers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(trailers_without_end); i++) {
        struct text trailers =
            many(trailers_without_end[i][0], trailers_without_end[i][1], 64 << 20);
        answer_with_trailers("application/json", RESPONSE, &trailers);
        assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
        assert_string_equal(responses_response_json(response, NULL), RESPONSE);
        assert_string_equal(responses_response_header(response, "content-type"),
                            "application/json");
        assert_null(responses_response_header(response, "x-trailer"));
        responses_response_free(response);
        response = NULL;
        /* An empty one is whole too. */
        answer_with_trailers("application/json", "", &trailers);
        assert_ok(responses_delete(client, "resp_1", NULL, &error), error);
        /* Not read to their end: what is between the two sides is all that was sent. */
        assert_true(server_saw_close(server, (int)i * 2, at_most(8000)));
        assert_true(server_saw_close(server, (int)i * 2 + 1, at_most(8000)));
        assert_true(server_bytes_sent(server) < (size_t)(i + 1) * (48 << 20));
        text_free(&trailers);
    }
}

static void an_error_is_whole_before_its_trailers(void **state)
{
    (void)state;
    struct text trailers = many("", "X-Trailer: 1\r\n", 1 << 20);
    struct exchange *x = server_expect(server);
    say(x,
        "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1f\r\n{\"error\":{\"message\":\"why not\"}}\r\n0\r\n");
    say_bytes(x, trailers.data, trailers.len);
    await_close(x);
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API, error);
    assert_contains(message_of(error), "why not");
    text_free(&trailers);
}

static void a_stream_ends_before_its_trailers(void **state)
{
    (void)state;
    set(client, "max_retries", "0");
    for (size_t i = 0; i < COUNT(trailers_without_end); i++) {
        struct text trailers =
            many(trailers_without_end[i][0], trailers_without_end[i][1], 64 << 20);
        struct sse sse = {0};
        sse_hello(&sse, "resp_1");
        answer_with_trailers("text/event-stream", sse.text.data, &trailers);
        struct played played = play(client);
        assert_ok(played.status, played.error);
        check_heard(&played.events, &sse, 11);
        played_free(&played);
        sse_free(&sse);

        sse_begin(&sse, "resp_1");
        sse_created(&sse);
        answer_with_trailers("text/event-stream", sse.text.data, &trailers);
        played = play(client);
        assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
        check_heard(&played.events, &sse, 1);
        played_free(&played);
        sse_free(&sse);
        assert_true(server_bytes_sent(server) < (size_t)(i + 1) * (48 << 20));
        text_free(&trailers);
    }
}

static void trailers_within_the_bound_leave_the_connection_in_use(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct exchange *x = server_expect(server);
        say(x, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
               "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
               "HTTP/1.1 503 x: y\r\nContent-Type: text/html\r\n\r\n");
        assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
        assert_int_equal(responses_response_http_status(response), 200);
        assert_string_equal(responses_response_header(response, "content-type"),
                            "application/json");
        responses_response_free(response);
        response = NULL;
    }
    assert_int_equal(server_connections(server), 1);
    /* Also where nothing came before them. */
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
           "HTTP/1.1 503 x: y\r\nX-A: 1\r\n\r\n");
    assert_ok(responses_delete(client, "resp_1", NULL, &error), error);
}

/* ---- framing ---- */

static void chunk_extensions_without_end_end_the_call(void **state)
{
    (void)state;
    struct sse sse = {0};
    struct text flood = many("5;", "0123456789abcdef0123456789abcdef", 96 << 20);
    /* libcurl looks at every byte: under valgrind once will do. */
    const int ways = is_slow() ? 1 : PULL + 1;
    for (int how = CREATE; how < ways; how++) {
        struct exchange *x = server_expect(server);
        say(x, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        say_bytes(x, flood.data, flood.len);
        await_close(x);
        assert_status(act(how), RESPONSES_E_LIMIT, error);
        assert_contains(message_of(error), "not part of an answer");
        assert_int_equal(server_requests(server), how + 1);
    }
    sse_begin(&sse, "resp_1");
    sse_created(&sse);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.text.len);
    say_bytes(x, flood.data, flood.len);
    await_close(x);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_LIMIT, played.error);
    check_heard(&played.events, &sse, 1);
    played_free(&played);
    sse_free(&sse);
    /* Most of it was never taken. */
    assert_true(server_saw_close(server, ways, at_most(8000)));
    assert_true(server_bytes_sent(server) < (size_t)(ways + 1) * (48 << 20));
    text_free(&flood);
}

static void chunk_extensions_within_reason_are_skipped(void **state)
{
    (void)state;
    struct text extension = many("2;", "0123456789abcdef0123456789abcdef", 4 << 20);
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    say_bytes(x, extension.data, extension.len);
    say(x, "\r\n{}\r\n0\r\n\r\n");
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_json(response, NULL), "{}");
    text_free(&extension);
}

/* ---- what lines mean ---- */

static void only_the_first_line_is_a_status_line(void **state)
{
    (void)state;
    static const char *const lines[] = {"HTTP/1.1 599 foo: bar\r\n", "HTTP/2 503 foo:\r\n",
                                        "HTTP/1.1 404: Not Found\r\n", "HTTP/1.1 100 a: b\r\n"};
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct exchange *x = server_expect(server);
        say(x, "HTTP/1.1 200 OK\r\nX-Request-Id: req_1\r\nContent-Type: application/json\r\n");
        say(x, lines[i]);
        say(x, "Content-Length: 2\r\n\r\n{}");
        assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
        assert_int_equal(responses_response_http_status(response), 200);
        assert_string_equal(responses_response_header(response, "x-request-id"), "req_1");
        responses_response_free(response);
        response = NULL;
    }
    /* Behind an interim answer there is another one. */
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 100 Continue\r\nX-Request-Id: interim\r\nHTTP/1.1 599 a: b\r\n\r\n"
           "HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"
           "HTTP/1.1 200 OK\r\nX-Request-Id: req_2\r\nContent-Length: 2\r\n\r\n{}");
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_int_equal(responses_response_http_status(response), 200);
    assert_string_equal(responses_response_header(response, "x-request-id"), "req_2");
    assert_null(responses_response_header(response, "link"));
}

static void a_folded_line_goes_on_with_the_value(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nX-A: one\r\n two: three\r\n\t\r\n\tfour\r\nX-B : q\rX-C: r\r\n"
           "Content-Length: 2\r\n\r\n{}");
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_contains(responses_response_header(response, "x-a"), "one two: three");
    assert_contains(responses_response_header(response, "x-a"), "four");
    assert_string_equal(responses_response_header(response, "x-b"), "q X-C: r");
    assert_null(responses_response_header(response, "x-c"));
    assert_null(responses_response_header(response, "two"));
    assert_null(strchr(responses_response_headers(response, NULL), '\r'));
}

static void a_head_that_is_none_is_told_in_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } heads[] = {
#define HEAD(text) {text, sizeof text - 1}
        HEAD("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\n{}"),
        HEAD("HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\n{}"),
        HEAD("HTTP/1.1 \x1b[31mxxx\r\n\r\n{}"),
        HEAD("\x1b[31mno HTTP at all\r\n\r\n{}"),
        HEAD("HTTP/1.1 200 OK\r\nContent-Length: \x1b[31m\r\n\r\n{}"),
        HEAD("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x1b[31m\r\n{}"),
    };
    set(client, "max_retries", "0");
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct exchange *x = server_expect(server);
        say_bytes(x, heads[i].bytes, heads[i].len);
        hang_up(x);
        int status = responses_create(client, REQUEST, NTS, NULL, &error);
        assert_true(status == RESPONSES_E_PROTOCOL || status == RESPONSES_E_NETWORK);
        for (const char *p = message_of(error); *p; p++)
            assert_true((unsigned char)*p >= 0x20 && *p != 0x7F);
        assert_string_not_equal(message_of(error), "");
        responses_error_free(error);
        error = NULL;
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest head[] = {
        TEST(headers_that_are_too_large_end_the_call_at_once),
        TEST(a_line_that_is_too_long_ends_the_call_at_once),
        TEST(interim_answers_without_end_end_the_call_at_once),
        TEST(what_is_large_and_no_more_is_taken),
        TEST(a_document_is_whole_before_its_trailers),
        TEST(an_error_is_whole_before_its_trailers),
        TEST(a_stream_ends_before_its_trailers),
        TEST(trailers_within_the_bound_leave_the_connection_in_use),
        TEST(chunk_extensions_without_end_end_the_call),
        TEST(chunk_extensions_within_reason_are_skipped),
        TEST(only_the_first_line_is_a_status_line),
        TEST(a_folded_line_goes_on_with_the_value),
        TEST(a_head_that_is_none_is_told_in_one_line),
    };
    return run(head);
}
