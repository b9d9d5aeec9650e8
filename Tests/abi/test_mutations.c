/* Answers that were damaged at random: whatever comes, what the header promises holds. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static uint32_t seed;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "max_event_bytes", "4096");
    set(client, "first_event_timeout_ms", "4000");
    set(client, "idle_timeout_ms", "4000");
    seed = 4711;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_client_free(client);
    /* An answer that was damaged may cost the next request its connection: no counting here. */
    server_abandon(server);
    return 0;
}

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % sides;
}

static int rounds(void)
{
    return is_slow() ? 40 : 1500;
}

/* Changes, removes, doubles and inserts bytes. */
static struct text damaged(const char *data, size_t len)
{
    static const char *spices[] = {
        "\n\n",     "\r",           "\"",  "\\",     "{",    "}",       "data: ",
        "\xff",     "\\ud800",      "\\u", "[",      "null", "1e999",   ": x\n",
        "event: x", "\xef\xbb\xbf", "-",   "[DONE]", "\xc3", "\\u0000", "99999999999999999999"};
    struct text text = {0};
    text_add_bytes(&text, data, len);
    for (uint32_t times = 1 + dice(4); times > 0 && text.len > 0; times--) {
        size_t at = dice((uint32_t)text.len), n = 1 + dice(60);
        struct text next = {0};
        if (at + n > text.len)
            n = text.len - at;
        text_add_bytes(&next, text.data, at);
        switch (dice(5)) {
        case 0: /* another byte */
            text_add_times(&next, (char)dice(256), 1);
            text_add_bytes(&next, text.data + at + 1, text.len - at - 1);
            break;
        case 1: /* some bytes fewer */
            text_add_bytes(&next, text.data + at + n, text.len - at - n);
            break;
        case 2: /* some bytes twice */
            text_add_bytes(&next, text.data + at, n);
            text_add_bytes(&next, text.data + at, text.len - at);
            break;
        case 3: /* something that has a meaning */
            text_add(&next, spices[dice(COUNT(spices))]);
            text_add_bytes(&next, text.data + at, text.len - at);
            break;
        default: /* the end */
            break;
        }
        text_free(&text);
        text = next;
    }
    text_add(&text, "");
    return text;
}

static int is_utf8(const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)text[i];
        size_t more = c < 0x80 ? 0 : c >> 5 == 6 ? 1 : c >> 4 == 14 ? 2 : c >> 3 == 30 ? 3 : 9;
        if (more == 9 || i + more >= len + (more == 0))
            return 0;
        for (size_t j = 1; j <= more; j++)
            if (((unsigned char)text[i + j] & 0xc0) != 0x80)
                return 0;
        i += 1 + more;
    }
    return 1;
}

/* A grammar of JSON (RFC 8259), to be as strict as it and no stricter. */
static const char *json_value(const char *at, int depth);

static const char *json_space(const char *at)
{
    return at ? at + strspn(at, " \t\r\n") : NULL;
}

static const char *json_string(const char *at)
{
    if (*at++ != '"')
        return NULL;
    for (; *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at != '\\')
            continue;
        at++;
        if (*at == 'u' && strspn(at + 1, "0123456789abcdefABCDEF") >= 4)
            at += 4;
        else if (*at == 0 || strchr("\"\\/bfnrt", *at) == NULL)
            return NULL;
    }
    return at + 1;
}

static const char *json_number(const char *at)
{
    size_t digits;
    at += *at == '-';
    digits = strspn(at, "0123456789");
    if (digits == 0 || (*at == '0' && digits > 1))
        return NULL;
    at += digits;
    if (*at == '.') {
        if ((digits = strspn(at + 1, "0123456789")) == 0)
            return NULL;
        at += 1 + digits;
    }
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '+' || at[1] == '-');
        if ((digits = strspn(at, "0123456789")) == 0)
            return NULL;
        at += digits;
    }
    return at;
}

static const char *json_members(const char *at, char end, int depth)
{
    at = json_space(at + 1);
    if (*at == end)
        return at + 1;
    for (;; at = json_space(at + 1)) {
        if (end == '}') {
            at = json_space(json_string(at));
            if (at == NULL || *at++ != ':')
                return NULL;
        }
        at = json_space(json_value(json_space(at), depth + 1));
        if (at == NULL || (*at != ',' && *at != end))
            return NULL;
        if (*at == end)
            return at + 1;
    }
}

static const char *json_value(const char *at, int depth)
{
    static const char *words[] = {"true", "false", "null"};
    if (at == NULL || depth > 200)
        return NULL;
    if (*at == '{' || *at == '[')
        return json_members(at, *at == '{' ? '}' : ']', depth);
    if (*at == '"')
        return json_string(at);
    for (size_t i = 0; i < COUNT(words); i++)
        if (strncmp(at, words[i], strlen(words[i])) == 0)
            return at + strlen(words[i]);
    return json_number(at);
}

static int is_json(const char *text)
{
    const char *end = json_space(json_value(json_space(text), 0));
    return end != NULL && *end == 0 && is_utf8(text, strlen(text));
}

static void check_events(const struct played *played)
{
    for (int i = 0; i < played->events.count; i++) {
        const struct heard *event = &played->events.list[i];
        assert_true(is_json(event->json));
        assert_true(is_utf8(event->text, event->text_len));
        assert_int_equal(strlen(event->json), event->json_len);
        assert_true(event->json_len <= 4096);
    }
}

/* What must be true of every end of a stream. */
static void check_promises(const struct played *played)
{
    static const int possible[] = {RESPONSES_OK,          RESPONSES_E_API,   RESPONSES_E_PROTOCOL,
                                   RESPONSES_E_TRUNCATED, RESPONSES_E_LIMIT, RESPONSES_E_HTTP};
    int known = 0;
    for (size_t i = 0; i < COUNT(possible); i++)
        known |= played->status == possible[i];
    assert_true(known);
    check_events(played);
    if (played->status == RESPONSES_OK) {
        assert_null(played->error);
        assert_non_null(played->response);
        assert_true(played->events.count > 0);
    } else {
        assert_int_equal(responses_error_status(played->error), played->status);
        assert_true(strlen(message_of(played->error)) > 3);
        assert_true(is_utf8(message_of(played->error), strlen(message_of(played->error))));
    }
    if (played->response != NULL) {
        size_t len;
        const char *json = responses_response_json(played->response, &len);
        assert_true(is_json(json));
        const char *text = responses_response_text(played->response, &len);
        assert_true(is_utf8(text, len));
    }
}

static void build(struct sse *sse)
{
    sse_begin(sse, "resp_1");
    if (dice(2))
        sse->line_end = dice(2) ? "\r\n" : "\r";
    sse->without_event_line = (int)dice(2);
    sse_created(sse);
    sse_message_added(sse, 0, "msg_1");
    sse_delta(sse, 0, "msg_1", "caf\xc3\xa9 \\ud83d\\ude00");
    sse_function_added(sse, 1, "fc_1", "call_1", "f");
    sse_arguments_delta(sse, 1, "fc_1", "{\\\"a\\\":1}");
    sse_keepalive(sse);
    sse_message_done(sse, 0, "msg_1", "done");
    if (dice(4) == 0)
        sse_error_nested(sse, "code", "message");
    if (dice(4) == 0)
        sse_failed(sse, "code", "message");
    else
        sse_completed(sse);
}

static void damaged_streams_keep_the_promises(void **state)
{
    (void)state;
    int outcomes[32] = {0};
    for (int i = 0; i < rounds(); i++) {
        struct sse sse;
        build(&sse);
        struct text text = damaged(sse.text.data, sse.text.len);
        struct exchange *x = server_expect(server);
        say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        say_bytes(x, text.data, text.len);
        hang_up(x);
        struct played played = play(client);
        check_promises(&played);
        outcomes[-played.status]++;
        played_free(&played);
        text_free(&text);
        sse_free(&sse);
    }
    /* The dice fell on both sides. */
    assert_true(outcomes[-RESPONSES_OK] > 0);
    assert_true(outcomes[-RESPONSES_E_PROTOCOL] + outcomes[-RESPONSES_E_TRUNCATED] > 0);
}

static void damaged_documents_are_read_or_refused(void **state)
{
    (void)state;
    static const int statuses[] = {200, 200, 400, 404, 500};
    for (int i = 0; i < rounds(); i++) {
        responses_response *response = NULL;
        responses_error *error = NULL;
        struct text text = damaged(RESPONSE, strlen(RESPONSE));
        int http = statuses[dice(COUNT(statuses))];
        answer_with(server_expect(server), http, "Content-Type: application/json\r\n", text.data,
                    text.len);
        int status = responses_create(client, REQUEST, NTS, &response, &error);
        if (http != 200) {
            assert_status(status, RESPONSES_E_API, error);
        } else if (status == RESPONSES_OK) {
            size_t len;
            assert_string_equal(responses_response_json(response, NULL), text.data);
            assert_true(is_json(text.data));
            const char *read = responses_response_text(response, &len);
            assert_true(is_utf8(read, len));
            value_at(response, "/output/0/content/0/text");
            value_at(response, "/usage");
        } else {
            assert_status(status, RESPONSES_E_PROTOCOL, error);
            assert_false(is_json(text.data) && text.data[0] == '{');
        }
        responses_error_free(error);
        responses_response_free(response);
        text_free(&text);
    }
}

static void damaged_requests_are_sent_or_refused(void **state)
{
    (void)state;
    static const char json[] = "{\"model\":\"m\",\"stream\":false,\"input\":[{\"role\":\"user\","
                               "\"content\":\"caf\xc3\xa9 \\u00e9\"}],\"n\":1.5e3,\"x\":null}";
    set(client, "base_url", "http://127.0.0.1:1/v1");
    for (int i = 0; i < rounds(); i++) {
        struct text text = damaged(json, sizeof json - 1);
        int status = responses_create_stream(client, text.data, text.len, ignore, NULL, NULL, NULL);
        assert_true(status == RESPONSES_E_INVALID || status == RESPONSES_E_NETWORK);
        text_free(&text);
    }
}

static void damaged_http_is_survived(void **state)
{
    (void)state;
    struct text whole = {0};
    text_addf(&whole,
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: req_1\r\n"
              "Retry-After: 1\r\nContent-Length: %zu\r\n\r\n" RESPONSE,
              strlen(RESPONSE));
    for (int i = 0; i < rounds() / 4; i++) {
        responses_error *error = NULL;
        struct text text = damaged(whole.data, whole.len);
        struct exchange *x = server_expect(server);
        say_bytes(x, text.data, text.len);
        hang_up(x);
        int status = responses_create(client, REQUEST, NTS, NULL, &error);
        if (status == RESPONSES_E_INVALID || status == RESPONSES_E_INTERNAL)
            print_error("%s\n", text.data);
        assert_true(status == RESPONSES_OK || status == RESPONSES_E_NETWORK ||
                    status == RESPONSES_E_PROTOCOL || status == RESPONSES_E_HTTP ||
                    status == RESPONSES_E_API || status == RESPONSES_E_LIMIT ||
                    status == RESPONSES_E_TRUNCATED);
        responses_error_free(error);
        text_free(&text);
    }
    text_free(&whole);
}

int main(void)
{
    const struct CMUnitTest mutations[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(damaged_streams_keep_the_promises),
        TEST(damaged_documents_are_read_or_refused),
        TEST(damaged_requests_are_sent_or_refused),
        TEST(damaged_http_is_survived),
    };
    return run(mutations);
}
