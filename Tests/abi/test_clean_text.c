/*
 * What people read is harmless to a terminal, whatever a server wrote: messages, log lines, the history,
 * the short fields of an error and the dump of headers. One line each; what comes of it is checked by a
 * reader of UTF-8 of its own.
 */
#include "test.h"

#define NTS RESPONSES_NTS

/* Everything at once: C0 and DEL, C1 in UTF-8 and as a bare byte, separators, marks of direction, a byte
   order mark, tags, an overlong form, half a surrogate pair. As bytes, and in JSON. */
#define RAW                                                                                        \
    "a\x1b[31mb\x07\x7f\xc2\x9b"                                                                   \
    "31mc\x9b"                                                                                     \
    "31md\xe2\x80\xa8\xe2\x80\xa9\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\xaa\xe2\x80\xae"         \
    "\xe2\x81\xa6\xe2\x81\xa9\xef\xbb\xbf\xf3\xa0\x81\x81\xc0\x9b\xed\xa0\x80z"
#define ESCAPED                                                                                    \
    "a\\u001b[31mb\\u0007\\u007f\\u009b31mc\\r\\nd\\u0085\\u2028\\u2029\\u061c\\u200e\\u200f"      \
    "\\u202a\\u202e\\u2066\\u2069\\ufeff\\udb40\\udc41\\ud800z"

static struct server *server;
static responses_client *client;
static responses_error *error;
static struct text lines;

/* ---- the check ---- */

static int is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || (c >= 0x200E && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF ||
           (c >= 0xE0000 && c <= 0xE007F);
}

/* The next character of UTF-8; 0xFFFFFFFF where there is none. */
static uint32_t character(const unsigned char *p, size_t left, size_t *size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *size = *p < 0x80 ? 1 : *p >= 0xF0 && *p < 0xF8 ? 4 : *p >= 0xE0 ? 3 : *p >= 0xC0 ? 2 : 0;
    if (*size == 0 || *p >= 0xF8 || *size > left)
        return 0xFFFFFFFF;
    uint32_t c = *size == 1 ? *p : *p & (0x7Fu >> *size);
    for (size_t i = 1; i < *size; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0xFFFFFFFF;
        c = c << 6 | (p[i] & 0x3F);
    }
    return c < least[*size] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ? 0xFFFFFFFF : c;
}

static void check_harmless(const char *what, const char *text, size_t len, int may_have_lines)
{
    size_t size = 1;
    assert_int_equal(strlen(text), len);
    assert_true(len <= 4000 || may_have_lines);
    for (size_t i = 0; i < len; i += size) {
        uint32_t c = character((const unsigned char *)text + i, len - i, &size);
        if (c == 0xFFFFFFFF || (is_harmful(c) && !(c == '\n' && may_have_lines)))
            fail_msg("%s: U+%04X at %zu of %zu", what, c, i, len);
    }
}

static void check_error(void)
{
    static const struct {
        const char *name;
        int field;
    } fields[] = {
        {"message", RESPONSES_ERROR_MESSAGE}, {"type", RESPONSES_ERROR_TYPE},
        {"code", RESPONSES_ERROR_CODE},       {"param", RESPONSES_ERROR_PARAM},
        {"id", RESPONSES_ERROR_REQUEST_ID},   {"response", RESPONSES_ERROR_RESPONSE_ID},
        {"history", RESPONSES_ERROR_HISTORY}, {"headers", RESPONSES_ERROR_HEADERS},
    };
    assert_non_null(error);
    for (size_t i = 0; i < COUNT(fields); i++) {
        size_t len = 0;
        const char *text = responses_error_field(error, fields[i].field, &len);
        check_harmless(fields[i].name, text, len, fields[i].field == RESPONSES_ERROR_HEADERS);
    }
    assert_true(message_of(error)[0] != 0);
    responses_error_free(error);
    error = NULL;
}

static void log_line(int level, const char *line, size_t len, void *user_data)
{
    (void)level, (void)user_data;
    check_harmless("log", line, len, 0);
    text_add(&lines, line);
}

/* With no connection that the server is about to close. */
static void new_client(void)
{
    responses_client_free(client);
    client = client_for(server);
    responses_client_set_log(client, RESPONSES_LOG_DEBUG, log_line, NULL);
}

static int setup(void **state)
{
    (void)state;
    server = server_start();
    error = NULL;
    new_client();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_client_free(client);
    client = NULL;
    server_stop(server);
    text_free(&lines);
    return 0;
}

/* ---- what servers answer ---- */

static void said(const char *bytes)
{
    struct exchange *x = server_expect(server);
    say(x, bytes);
    hang_up(x);
}

#define ERROR_JSON(text)                                                                           \
    "{\"error\":{\"message\":\"" text "\",\"code\":\"" text "\",\"type\":\"" text                  \
    "\",\"param\":\"" text "\"}}"

static void bodies_of_errors(void **state)
{
    (void)state;
    static const char *bodies[] = {
        ERROR_JSON(ESCAPED),
        "{\"error\":\"" ESCAPED "\"}",
        "{\"detail\":\"" ESCAPED "\"}",
        "{\"detail\":[{\"msg\":\"" ESCAPED "\"}]}",
        "{\"errors\":[\"" ESCAPED "\"]}",
        "\"" ESCAPED "\"",
        "<html><head><title>" RAW "</title></head></html>",
        RAW,
        "event: error\ndata: " ERROR_JSON(ESCAPED) "\n\n",
    };
    static const int statuses[] = {400, 404, 503};
    for (size_t i = 0; i < COUNT(bodies); i++)
        for (size_t j = 0; j < COUNT(statuses); j++) {
            answer_with(server_expect(server), statuses[j],
                        "X-Request-Id: " RAW "\r\nX-" RAW ": " RAW "\r\nContent-Type: text/" RAW
                        "\r\n",
                        bodies[i], strlen(bodies[i]));
            assert_int_not_equal(responses_create(client, REQUEST, NTS, NULL, &error),
                                 RESPONSES_OK);
            check_error();
        }
    assert_true(lines.len > 0);
}

static void every_operation(void **state)
{
    (void)state;
    static const char body[] = ERROR_JSON(ESCAPED);
    for (int i = 0; i < 11; i++) {
        answer(server_expect(server), 422, body);
        int status = i == 0   ? responses_create(client, REQUEST, NTS, NULL, &error)
                     : i == 1 ? responses_get(client, "r", NULL, 0, NULL, &error)
                     : i == 2 ? responses_cancel(client, "r", NULL, &error)
                     : i == 3 ? responses_delete(client, "r", NULL, &error)
                     : i == 4 ? responses_list_input_items(client, "r", NULL, 0, NULL, &error)
                     : i == 5 ? responses_count_input_tokens(client, "{}", NTS, NULL, &error)
                     : i == 6 ? responses_compact(client, "{}", NTS, NULL, &error)
                     : i == 7 ? responses_wait(client, "r", 1000, NULL, &error)
                     : i == 8 ? responses_send(client, "GET", "/x", NULL, 0, NULL, &error)
                     : i == 9
                         ? responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &error)
                         : responses_get_stream(client, "r", NULL, 0, ignore, NULL, NULL, &error);
        assert_status(status, RESPONSES_E_API, error);
        assert_contains(message_of(error), "z");
        check_error();
    }
}

static void answers_that_are_none(void **state)
{
    (void)state;
    static const char *answers[] = {
        "HTTP/1.1 302 X\r\nLocation: http://evil/" RAW "\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 X\r\nLocation: " RAW "\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 X\r\nContent-Type: text/" RAW "\r\nContent-Length: 2\r\n\r\nxx",
        "HTTP/1.1 200 X\r\nContent-Type: text/plain\r\n\r\n" RAW,
        "HTTP/1.1 200 X\r\nContent-Encoding: " RAW "\r\nContent-Length: 2\r\n\r\nxx",
        "HTTP/1.1 200 X\r\nContent-Length: " RAW "\r\n\r\nxx",
        "HTTP/1.1 200 X\r\nTransfer-Encoding: " RAW "\r\n\r\nxx",
        "HTTP/1.1 " RAW "\r\n\r\n",
        "HTTP/" RAW " 200 OK\r\n\r\n",
        RAW "\r\n\r\n",
        "HTTP/1.1 200 X\r\n" RAW "\r\n\r\n{}",
        "HTTP/1.1 200 X\r\nX-A: a\r\n b: " RAW "\r\n\tc: d\r\nX-C: q\rX: y\r\nContent-Length: "
        "2\r\n\r\nxx",
        "HTTP/1.1 500 " RAW "\r\nContent-Length: 0\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        said(answers[i]);
        if (responses_create(client, REQUEST, NTS, NULL, &error) == RESPONSES_OK)
            fail_msg("answer %zu was taken", i);
        check_error();
        new_client();
    }
}

static void events_of_streams(void **state)
{
    (void)state;
    static const char *events[] = {
        "{\"type\":\"error\",\"sequence_number\":0,\"message\":\"" ESCAPED "\",\"code\":\"" ESCAPED
        "\",\"param\":\"" ESCAPED "\"}",
        "{\"type\":\"response.failed\",\"sequence_number\":0,\"response\":{\"id\":\"" ESCAPED
        "\",\"status\":\"failed\",\"error\":{\"code\":\"" ESCAPED "\",\"message\":\"" ESCAPED
        "\"}}}",
        ERROR_JSON(ESCAPED),
        "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"" ESCAPED
        "\",\"background\":true,\"status\":\"in_progress\"}}",
        "not JSON " RAW,
    };
    for (size_t i = 0; i < COUNT(events); i++) {
        struct text stream = {0};
        text_addf(&stream, "event: " RAW "\ndata: %s\n\n", events[i]);
        new_client();
        set(client, "resume_attempts", "0");
        struct exchange *x = server_expect(server);
        say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        say(x, stream.data);
        hang_up(x);
        if (responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &error) ==
            RESPONSES_OK)
            fail_msg("stream %zu was taken", i);
        check_error();
        text_free(&stream);
    }
}

static void a_dump_of_headers_has_a_line_for_each(void **state)
{
    (void)state;
    responses_response *response = NULL;
    answer_with(server_expect(server), 200,
                "X-A: a\rX-Forged: yes\r\nX-B: caf\xe9\r\nX-" RAW ": " RAW "\r\nX-C: c\r\n",
                RESPONSE, strlen(RESPONSE));
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    size_t len = 0;
    const char *dump = responses_response_headers(response, &len);
    check_harmless("headers", dump, len, 1);
    assert_lacks(dump, "\nX-Forged");
    assert_contains(dump, "\nX-C: c\n");
    /* One by its name is as it came. */
    assert_string_equal(responses_response_header(response, "x-b"), "caf\xe9");
    assert_contains(dump, "X-B: caf\xef\xbf\xbd\n");
    responses_response_free(response);
}

static void long_words_are_cut_at_a_character(void **state)
{
    (void)state;
    struct text body = {0};
    text_add(&body, "{\"error\":{\"message\":\"");
    for (int i = 0; i < 100000; i++)
        text_add(&body, "\xe2\x82\xac");
    text_add(&body, "\",\"code\":\"");
    text_add_times(&body, 'c', 5000);
    text_add(&body, "\"}}");
    answer(server_expect(server), 400, body.data);
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API, error);
    assert_contains(message_of(error), "\xe2\x82\xac\xe2\x80\xa6"); /* an ellipsis */
    assert_true(strlen(field(error, RESPONSES_ERROR_CODE)) <= 256);
    check_error();
    text_free(&body);
}

static void ids_that_mean_another_place_are_the_servers_fault(void **state)
{
    (void)state;
    static const char *ids[] = {"..", ".", "", "%2e%2e", "..;x"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct sse sse;
        new_client();
        sse_begin(&sse, ids[i]);
        sse_eventf(&sse, "response.created",
                   "\"response\":{\"id\":\"%s\",\"background\":true,\"status\":\"in_progress\"}",
                   ids[i]);
        struct exchange *x = server_expect(server);
        say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        say_bytes(x, sse.text.data, sse.text.len);
        hang_up(x);
        assert_status(responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &error),
                      RESPONSES_E_TRUNCATED, error);
        assert_contains(message_of(error), "the server sent no response id");
        assert_string_equal(field(error, RESPONSES_ERROR_RESPONSE_ID), "");
        check_error();
        sse_free(&sse);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest clean_text[] = {
        TEST(bodies_of_errors),
        TEST(every_operation),
        TEST(answers_that_are_none),
        TEST(events_of_streams),
        TEST(a_dump_of_headers_has_a_line_for_each),
        TEST(long_words_are_cut_at_a_character),
        TEST(ids_that_mean_another_place_are_the_servers_fault),
    };
    return run(clean_text);
}
