/* Errors that come as answers: with status 200, or as text, lists and pages. */
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

/* ---- every operation ---- */

enum operation {
    CREATE,
    GET,
    CANCEL,
    DELETE,
    LIST,
    INPUT_TOKENS,
    COMPACT,
    WAIT,
    STREAM,
    GET_STREAM,
    SEND,
    OPERATIONS
};

static int operate(enum operation operation)
{
    responses_response *response = NULL;
    responses_response **out = &response;
    int status = RESPONSES_E_INTERNAL;
    responses_error_free(error);
    error = NULL;
    switch (operation) {
    case CREATE:
        status = responses_create(client, REQUEST, NTS, out, &error);
        break;
    case GET:
        status = responses_get(client, "resp_1", NULL, 0, out, &error);
        break;
    case CANCEL:
        status = responses_cancel(client, "resp_1", out, &error);
        break;
    case DELETE:
        status = responses_delete(client, "resp_1", out, &error);
        break;
    case LIST:
        status = responses_list_input_items(client, "resp_1", NULL, 0, out, &error);
        break;
    case INPUT_TOKENS:
        status = responses_count_input_tokens(client, REQUEST, NTS, out, &error);
        break;
    case COMPACT:
        status = responses_compact(client, REQUEST, NTS, out, &error);
        break;
    case WAIT:
        status = responses_wait(client, "resp_1", at_most(5000), out, &error);
        break;
    case STREAM:
        status = responses_create_stream(client, REQUEST, NTS, ignore, NULL, out, &error);
        break;
    case GET_STREAM:
        status = responses_get_stream(client, "resp_1", NULL, 0, ignore, NULL, out, &error);
        break;
    case SEND:
        status = responses_send(client, "POST", "/things", "{}", NTS, out, &error);
        break;
    case OPERATIONS:
        break;
    }
    if (status != RESPONSES_OK)
        assert_null(response);
    responses_response_free(response);
    return status;
}

struct document {
    const char *body, *message, *type, *code;
    int is_clear; /* also for an endpoint of which nothing is known */
};

static void check(const struct document *document, enum operation operation)
{
    answer_with(server_expect(server), 200,
                "Content-Type: application/json\r\nX-Request-Id: req_1\r\n", document->body,
                strlen(document->body));
    int status = operate(operation);
    if (operation == SEND && !document->is_clear) {
        assert_ok(status, error);
        return;
    }
    if (status != RESPONSES_E_API)
        print_error("operation %d, %s\n", operation, document->body);
    assert_status(status, RESPONSES_E_API, error);
    assert_contains(message_of(error), document->message);
    assert_string_equal(field(error, RESPONSES_ERROR_TYPE), document->type);
    assert_string_equal(field(error, RESPONSES_ERROR_CODE), document->code);
    assert_string_equal(field(error, RESPONSES_ERROR_BODY), document->body);
    assert_string_equal(field(error, RESPONSES_ERROR_REQUEST_ID), "req_1");
    assert_int_equal(responses_error_http_status(error), 200);
    assert_contains(field(error, RESPONSES_ERROR_HISTORY), "\"attempt\":1,\"http_status\":200");
    assert_lacks(field(error, RESPONSES_ERROR_HISTORY), "\"reason\":\"\"");
    assert_lacks(field(error, RESPONSES_ERROR_HISTORY), "\"attempt\":2");
}

static void an_error_with_status_200_is_an_error(void **state)
{
    (void)state;
    static const struct document documents[] = {
        {"{\"error\":{\"message\":\"m1\",\"type\":\"t1\",\"param\":null,\"code\":\"c1\"}}", "m1",
         "t1", "c1", 1},
        {"{\"error\":{\"message\":\"m1\",\"code\":404},\"user_id\":\"u\"}", "m1", "", "404", 1},
        {"{\"id\":\"gen-1\",\"error\":{\"message\":\"m1\"}}", "m1", "", "", 0},
        {"{\"error\":\"m1\"}", "m1", "", "", 1},
        {"{\"error\":\"m1\",\"success\":false}", "m1", "", "", 1},
        {"{\"error\":\"m1\",\"result\":5}", "m1", "", "", 0},
        {"{\"error\":[{\"message\":\"m1\"}]}", "m1", "", "", 1},
        {"{\"error\":true,\"message\":\"m1\"}", "m1", "", "", 1},
        {"[{\"error\":{\"message\":\"m1\",\"code\":400,\"status\":\"INVALID_ARGUMENT\"}}]", "m1",
         "INVALID_ARGUMENT", "400", 1},
        {"{\"errors\":[{\"message\":\"m1\",\"code\":\"c1\"}]}", "m1", "", "c1", 1},
        {"{\"success\":false,\"errors\":[{\"code\":1000,\"message\":\"m1\"}],\"messages\":[],"
         "\"result\":null}",
         "m1", "", "1000", 1},
        {"{\"object\":\"error\",\"message\":\"m1\",\"type\":\"NotFoundError\",\"code\":404}", "m1",
         "NotFoundError", "404", 1},
        {"{\"type\":\"error\",\"error\":{\"type\":\"t1\",\"message\":\"m1\"}}", "m1", "t1", "", 1},
        {"{\"detail\":\"m1\"}", "m1", "", "", 0},
        {"{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"m1\"}]}", "m1", "", "", 0},
        {"{\"message\":\"m1\",\"code\":\"c1\"}", "m1", "", "c1", 0},
        {"{\"message\":\"m1\"}", "m1", "", "", 0},
        {"{\"status\":\"error\",\"message\":\"m1\"}", "m1", "", "", 0},
        {"{\"status\":401,\"title\":\"t\",\"detail\":\"m1\"}", "m1", "", "", 0},
        {"{\"status\":403,\"title\":\"m1\"}", "m1", "", "", 0},
        {"{\"error\":\"c1\",\"error_description\":\"m1\"}", "c1: m1", "", "c1", 1},
        {"{\"Message\":\"m1\"}", "m1", "", "", 0},
        {"{\"Error\":{\"Message\":\"m1\",\"Code\":\"c1\"}}", "m1", "", "c1", 1},
        {"{\"fault\":{\"faultstring\":\"m1\",\"detail\":{\"errorcode\":\"c1\"}}}", "m1", "", "", 1},
        {"{\"object\":\"list\",\"data\":[],\"error\":{\"message\":\"m1\"}}", "m1", "", "", 0},
        {"{\"data\":null,\"error\":{\"message\":\"m1\"}}", "m1", "", "", 1},
        /* No word of what it was. */
        {"{\"error\":{}}", "gave no reason", "", "", 0},
        {"{\"error\":true}", "gave no reason", "", "", 0},
        {"{\"error\":400}", "400", "", "", 0},
        {"{\"success\":false}", "gave no reason", "", "", 0},
        {"{\"type\":\"error\"}", "error", "", "", 0},
        {"{\"status\":\"error\"}", "error", "", "", 0},
        {"{\"code\":400}", "400", "", "400", 0},
    };
    for (size_t i = 0; i < COUNT(documents); i++) {
        for (int operation = 0; operation < OPERATIONS; operation++)
            check(&documents[i], (enum operation)operation);
    }
}

static void an_answer_is_not_taken_for_an_error(void **state)
{
    (void)state;
    static const struct {
        enum operation operation;
        const char *body;
    } answers[] = {
        {CREATE, "{\"id\":\"r\",\"object\":\"response\",\"status\":\"completed\",\"error\":null}"},
        {GET, "{\"id\":\"r\",\"object\":\"response\",\"status\":\"failed\","
              "\"error\":{\"code\":\"server_error\",\"message\":\"m1\"}}"},
        {GET, "{\"error\":{\"code\":\"server_error\",\"message\":\"m1\"},\"id\":\"r\","
              "\"status\":\"failed\"}"},
        {CREATE, "{\"error\":{\"code\":\"c\",\"message\":\"m1\"},\"id\":\"r\",\"object\":"
                 "\"response\"}"},
        {WAIT, "{\"id\":\"r\",\"object\":\"response\",\"status\":\"failed\","
               "\"error\":{\"code\":\"server_error\",\"message\":\"m1\"}}"},
        {CREATE, "{\"message\":\"m\",\"output\":[]}"},
        {CANCEL, "{\"id\":\"r\",\"status\":\"cancelled\",\"error\":{}}"},
        {DELETE, "{\"deleted\":true,\"message\":\"gone\"}"},
        {DELETE, ""},
        {LIST, "{\"object\":\"list\",\"data\":[],\"error\":null}"},
        {LIST, "{\"object\":\"list\",\"data\":[],\"message\":\"m\"}"},
        {LIST, "{\"data\":[{\"error\":{\"message\":\"m\"}}],\"message\":\"m\"}"},
        {INPUT_TOKENS, "{\"object\":\"response.input_tokens\",\"input_tokens\":3}"},
        {COMPACT, "{\"id\":\"r\",\"object\":\"response.compaction\",\"output\":[]}"},
        {CREATE, "{}"},
        {CREATE, "{\"error\":false,\"what\":1}"},
        {SEND, "{\"id\":\"f\",\"object\":\"job\",\"error\":{\"message\":\"m\",\"code\":\"c\"}}"},
        {SEND, "{\"id\":\"b\",\"errors\":{\"data\":[{\"message\":\"m\"}]}}"},
        {SEND, "{\"ok\":true,\"error\":\"none\"}"},
        {SEND, "[{\"error\":\"a\"},{\"error\":\"b\"}]"},
        {SEND, "{\"data\":[],\"errors\":[{\"message\":\"m\"}]}"},
        {SEND, "{\"message\":\"m\",\"code\":0}"},
        {SEND, "[]"},
        {SEND, ""},
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        answer(server_expect(server), 200, answers[i].body);
        int status = operate(answers[i].operation);
        if (status != RESPONSES_OK)
            print_error("%s\n", answers[i].body);
        assert_ok(status, error);
    }
}

/* Where events were asked for, a response in which an error stands has failed, whatever it calls that. */
static void a_response_with_an_error_ends_a_stream(void **state)
{
    (void)state;
    static const char *bodies[] = {
        "{\"id\":\"r\",\"object\":\"response\",\"output\":[],\"error\":{\"message\":\"m1\"}}",
        "{\"id\":\"r\",\"object\":\"response\",\"status\":\"error\",\"error\":{\"message\":\"m1\"}"
        "}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        for (int operation = STREAM; operation <= GET_STREAM; operation++) {
            responses_response *response = NULL;
            answer(server_expect(server), 200, bodies[i]);
            int status =
                operation == STREAM
                    ? responses_create_stream(client, REQUEST, NTS, ignore, NULL, &response, &error)
                    : responses_get_stream(client, "r", NULL, 0, ignore, NULL, &response, &error);
            assert_status(status, RESPONSES_E_API, error);
            assert_contains(message_of(error), "m1");
            assert_string_equal(responses_response_id(response), "r");
            responses_response_free(response);
            responses_error_free(error);
            error = NULL;
        }
    }
}

static void a_list_is_no_answer(void **state)
{
    (void)state;
    for (int operation = 0; operation < SEND; operation++) {
        answer(server_expect(server), 200, "[{\"id\":\"r\",\"object\":\"response\"}]");
        if (operation == DELETE)
            assert_ok(operate((enum operation)operation), error);
        else
            assert_status(operate((enum operation)operation), RESPONSES_E_PROTOCOL, error);
    }
}

static void one_that_may_pass_is_tried_again(void **state)
{
    (void)state;
    static const char body[] = "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m1\"}}";
    static const char response[] = "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":"
                                   "\"completed\",\"output\":[],\"data\":[]}";
    set(client, "max_retries", "1");
    for (int operation = 0; operation < OPERATIONS; operation++) {
        answer_with(server_expect(server), 200, "Retry-After-Ms: 1\r\n", body, strlen(body));
        answer(server_expect(server), 200, response);
        assert_ok(operate((enum operation)operation), error);
    }
    for (int i = 0; i < 2; i++)
        answer_with(server_expect(server), 200, "Retry-After-Ms: 1\r\n", body, strlen(body));
    assert_status(operate(CREATE), RESPONSES_E_API, error);
    assert_int_equal(responses_error_is_retryable(error), 1);
    assert_int_equal(responses_error_attempts(error), 2);
}

static void a_type_of_streams_does_not_hide_it(void **state)
{
    (void)state;
    static const char body[] = "{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}";
    answer_with(server_expect(server), 200, "Content-Type: text/event-stream\r\n", body,
                strlen(body));
    assert_status(operate(STREAM), RESPONSES_E_API, error);
    assert_contains(message_of(error), "m1");
    answer_with(server_expect(server), 200, "Content-Type: text/event-stream\r\n", body,
                strlen(body));
    assert_status(operate(CREATE), RESPONSES_E_API, error);
    assert_contains(message_of(error), "m1");
}

/* ---- bodies that are no JSON object, with a status that says no ---- */

static void words_of_every_kind_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *content_type, *body, *message, *code;
    } bodies[] = {
        {"text/plain", "no healthy upstream", "HTTP 503: no healthy upstream", ""},
        {"text/plain", "\r\n  upstream timed out\r\nsecond line\r\n", ": upstream timed out", ""},
        {"text/plain; charset=utf-8", "gr\xc3\xbc\xc3\x9f dich", "gr\xc3\xbc\xc3\x9f dich", ""},
        {"", "nothing says what this is", "nothing says what this is", ""},
        {"text/plain; charset=iso-8859-1", "gr\xfc\xdf dich, Gott",
         "gr\xef\xbf\xbd\xef\xbf\xbd dich, Gott", ""},
        {"application/json", "[{\"error\":{\"message\":\"m1\",\"code\":\"c1\"}}]", "c1: m1", "c1"},
        {"application/json", "{\"errors\":[{\"message\":\"m1\",\"code\":\"c1\"}]}", "m1", "c1"},
        {"application/json", "{\"errors\":[\"m1\"]}", "m1", ""},
        {"application/json", "[\"m1\"]", "m1", ""},
        {"application/json", "\xef\xbb\xbf{\"error\":{\"message\":\"m1\"}}", ": m1", ""},
        {"application/json", "{\"code\":503,\"message\":\"m1\"}", "HTTP 503: m1", "503"},
        {"application/json", "{\"error\":{\"code\":\"503\",\"message\":\"m1\"}}", "HTTP 503: m1",
         "503"},
        {"application/json", "{\"strange\":{\"shape\":\"m1\"}}", "{\"strange\"", ""},
        {"application/json", "{\"error\":{\"type\":\"t1\",\"message\":\"\"}}", "HTTP 503: t1", ""},
        {"application/problem+json", "{\"title\":\"t\",\"status\":503,\"detail\":\"m1\"}", "m1",
         ""},
        {"application/xml",
         "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>m1 &amp; m2"
         "</Message></Error>",
         "HTTP 503 AccessDenied: m1 & m2", "AccessDenied"},
        {"text/html",
         "<!DOCTYPE html>\n<html><head><script>x</script>\n<TITLE >\n 503 Service\n"
         " Temporarily &ndash; Unavailable&#33;\n</TITLE></head><body><h1>no</h1></body></html>",
         "503 Service Temporarily \xe2\x80\x93 Unavailable!", ""},
        {"text/html", "<html><body><h1>Bad\nGateway</h1></body></html>", "HTTP 503: Bad Gateway",
         ""},
        {"text/html",
         "<html><title></title><body><p>Down for <b>maintenance</b>.</p></body></html>",
         "Down for maintenance", ""},
        {"text/plain", "<html><title>m1</title></html>", "HTTP 503: m1", ""},
        {"text/html", "<html><title>m1", "HTTP 503: m1", ""},
        {"text/html", "<", "HTTP 503: <", ""},
        {"text/html", "<html>", "the server gave no reason", ""},
        {"application/octet-stream", "\x01\x02\x03", "the server gave no reason", ""},
        {"text/event-stream", "event: error\ndata: {\"error\":{\"message\":\"m1\"}}\n\n", "m1", ""},
        {"text/event-stream", "data: upstream is down\n\n", "upstream is down", ""},
    };
    set(client, "resume_attempts", "0"); /* responses_wait waits an outage out */
    for (size_t i = 0; i < COUNT(bodies); i++) {
        char headers[128] = "";
        if (bodies[i].content_type[0] != 0)
            snprintf(headers, sizeof headers, "Content-Type: %s\r\n", bodies[i].content_type);
        enum operation operation = (enum operation)(i % OPERATIONS);
        answer_with(server_expect(server), 503, headers, bodies[i].body, strlen(bodies[i].body));
        assert_status(operate(operation), RESPONSES_E_API, error);
        print_message("  %s\n", message_of(error));
        assert_contains(message_of(error), bodies[i].message);
        assert_string_equal(field(error, RESPONSES_ERROR_CODE), bodies[i].code);
        assert_contains(bodies[i].body, field(error, RESPONSES_ERROR_BODY));
        assert_null(strpbrk(message_of(error), "\r\n\t"));
        assert_lacks(message_of(error), "503 503:");
        assert_in_range(strlen(message_of(error)), 5, 700);
    }
}

static void a_page_of_any_size_gives_one_line(void **state)
{
    (void)state;
    static const char *parts[] = {"<h1 >", "<title>", "x", "</", "<!--", "&amp;", "<a", "\xc3\xa4"};
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct text body = {0};
        text_add(&body, "<html><title>");
        while (body.len < 200000)
            text_add(&body, parts[i]);
        int64_t begin = now_ms();
        answer_with(server_expect(server), 502, "Content-Type: text/html\r\n", body.data, body.len);
        assert_status(operate(CREATE), RESPONSES_E_API, error);
        assert_in_range(strlen(message_of(error)), 5, 400);
        assert_true(now_ms() - begin < at_most(8000));
        text_free(&body);
    }
}

int main(void)
{
    const struct CMUnitTest error_documents[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_error_with_status_200_is_an_error),   TEST(an_answer_is_not_taken_for_an_error),
        TEST(a_response_with_an_error_ends_a_stream), TEST(a_list_is_no_answer),
        TEST(one_that_may_pass_is_tried_again),       TEST(a_type_of_streams_does_not_hide_it),
        TEST(words_of_every_kind_are_told),           TEST(a_page_of_any_size_gives_one_line),
    };
    return run(error_documents);
}
