/* Reading an answer. */
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
    error = NULL;
    response = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_response_free(response);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* Gets an answer with that body into `response`. */
static void got(const char *body)
{
    responses_response_free(response);
    answer(server_expect(server), 200, body);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_non_null(response);
}

static void the_json_is_the_servers_bytes(void **state)
{
    (void)state;
    static const char body[] =
        "\n{ \"id\" : \"r\\u00e9\",\"x\":1.50e2,\t\"y\":12345678901234567890,"
        "\"x\":2 }\r\n";
    size_t len = 0;
    got(body);
    assert_string_equal(responses_response_json(response, &len), body);
    assert_int_equal(len, sizeof body - 1);
    assert_string_equal(responses_response_json(response, NULL), body);
    assert_string_equal(responses_response_id(response), "r\xc3\xa9");
}

static void id_status_and_text_have_their_functions(void **state)
{
    (void)state;
    size_t len = 99;
    got(RESPONSE);
    assert_string_equal(responses_response_id(response), "resp_1");
    assert_string_equal(responses_response_status(response), "completed");
    assert_string_equal(responses_response_text(response, &len), "Hello, world!");
    assert_int_equal(len, 13);
    assert_int_equal(responses_response_http_status(response), 200);
    assert_int_equal(responses_response_attempts(response), 1);

    got("{\"object\":\"list\",\"data\":[]}");
    assert_string_equal(responses_response_id(response), "");
    assert_string_equal(responses_response_status(response), "");
    assert_string_equal(responses_response_text(response, &len), "");
    assert_int_equal(len, 0);

    got("{\"id\":7,\"status\":null,\"output\":{\"a\":1}}");
    assert_string_equal(responses_response_id(response), "");
    assert_string_equal(responses_response_status(response), "");
    assert_string_equal(responses_response_text(response, NULL), "");
}

static void text_is_joined_over_messages_and_parts(void **state)
{
    (void)state;
    size_t len;
    got("{\"output\":["
        "{\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"no\"}]},"
        "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"one \"},"
        "{\"type\":\"refusal\",\"refusal\":\"no\",\"text\":\"no\"},"
        "{\"type\":\"output_text\",\"text\":\"two\\n\"}]},"
        "{\"type\":\"function_call\",\"arguments\":\"{}\"},"
        "null,\"strange\",{\"type\":\"message\"},{\"type\":\"message\",\"content\":null},"
        "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\"},"
        "{\"type\":\"output_text\",\"text\":null},"
        "{\"text\":\"thr\\u0065\\u00e9 \\ud83d\\ude00\",\"type\":\"output_text\"}]}]}");
    assert_string_equal(responses_response_text(response, &len),
                        "one two\nthre\xc3\xa9 \xf0\x9f\x98\x80");
    assert_int_equal(len, 8 + 6 + 1 + 4);
}

static void text_may_hold_a_nul(void **state)
{
    (void)state;
    size_t len;
    got("{\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\","
        "\"text\":\"a\\u0000b\"}]}],\"s\":\"\\u0000\"}");
    assert_memory_equal(responses_response_text(response, &len), "a\0b", 4);
    assert_int_equal(len, 3);
    const char *value;
    assert_int_equal(responses_response_get(response, "/s", NULL, &value, &len), RESPONSES_OK);
    assert_int_equal(len, 1);
    assert_memory_equal(value, "\0", 2);
}

static void values_of_every_type_are_read_by_pointer(void **state)
{
    (void)state;
    static const struct {
        const char *pointer, *value;
        int type;
    } expected[] = {
        {"/null", "null", RESPONSES_JSON_NULL},
        {"/false", "false", RESPONSES_JSON_FALSE},
        {"/true", "true", RESPONSES_JSON_TRUE},
        {"/int", "-42", RESPONSES_JSON_NUMBER},
        {"/real", "1.5", RESPONSES_JSON_NUMBER},
        {"/big", "9007199254740993", RESPONSES_JSON_NUMBER},
        {"/string", "text", RESPONSES_JSON_STRING},
        {"/empty", "", RESPONSES_JSON_STRING},
        {"/array/0", "1", RESPONSES_JSON_NUMBER},
        {"/array/2/deep/0", "x", RESPONSES_JSON_STRING},
        {"/a~1b", "slash", RESPONSES_JSON_STRING},
        {"/m~0n", "tilde", RESPONSES_JSON_STRING},
        {"/~01", "tilde one", RESPONSES_JSON_STRING},
        {"/", "empty name", RESPONSES_JSON_STRING},
        {"/ ", "blank", RESPONSES_JSON_STRING},
        {"/c%d", "percent", RESPONSES_JSON_STRING},
        {"/caf\xc3\xa9", "accent", RESPONSES_JSON_STRING},
        {"/object/0", "digit", RESPONSES_JSON_STRING},
        {"/esc", "q\" b\\ s/ n\n t\t u\xc3\xa9 \xf0\x9f\x98\x80", RESPONSES_JSON_STRING},
    };
    got("{\"null\":null,\"false\":false,\"true\":true,\"int\":-42,\"real\":1.5,"
        "\"big\":9007199254740993,\"string\":\"text\",\"empty\":\"\","
        "\"array\":[1,[],{\"deep\":[\"x\"]}],\"a/b\":\"slash\",\"m~n\":\"tilde\","
        "\"~1\":\"tilde one\",\"\":\"empty name\",\" \":\"blank\",\"c%d\":\"percent\","
        "\"caf\\u00e9\":\"accent\",\"object\":{\"0\":\"digit\"},"
        "\"esc\":\"q\\\" b\\\\ s\\/ n\\n t\\t u\\u00e9 \\ud83d\\ude00\"}");
    for (size_t i = 0; i < COUNT(expected); i++) {
        const char *value = NULL;
        size_t len = 999;
        int type = -1;
        int status = responses_response_get(response, expected[i].pointer, &type, &value, &len);
        if (status != RESPONSES_OK)
            print_error("pointer \"%s\"\n", expected[i].pointer);
        assert_status(status, RESPONSES_OK, NULL);
        assert_string_equal(value, expected[i].value);
        assert_int_equal(len, strlen(expected[i].value));
        assert_int_equal(type, expected[i].type);
    }
}

static void arrays_and_objects_come_as_json(void **state)
{
    (void)state;
    int type;
    const char *value;
    got("{\"a\":[1,\"x\",null],\"o\":{\"k\":{}},\"e\":[]}");
    assert_int_equal(responses_response_get(response, "/a", &type, &value, NULL), RESPONSES_OK);
    assert_int_equal(type, RESPONSES_JSON_ARRAY);
    assert_json(value, "[1,\"x\",null]");
    assert_int_equal(responses_response_get(response, "/o", &type, &value, NULL), RESPONSES_OK);
    assert_int_equal(type, RESPONSES_JSON_OBJECT);
    assert_json(value, "{\"k\":{}}");
    assert_int_equal(responses_response_get(response, "/e", &type, &value, NULL), RESPONSES_OK);
    assert_json(value, "[]");
    assert_int_equal(responses_response_get(response, "", &type, &value, NULL), RESPONSES_OK);
    assert_int_equal(type, RESPONSES_JSON_OBJECT);
    assert_json(value, "{\"a\":[1,\"x\",null],\"o\":{\"k\":{}},\"e\":[]}");
    /* Everything that is written may be left out. */
    assert_int_equal(responses_response_get(response, "/a/1", NULL, NULL, NULL), RESPONSES_OK);
}

static void where_there_is_nothing_it_is_out_of_range(void **state)
{
    (void)state;
    static const char *pointers[] = {
        "/x",   "/a/3",   "/a/-", "/a/-1",  "/a/01", "/a/+1",  "/a/x",
        "/s/0", "/a/0/0", "/n/x", "/o/k/k", "/a/ 1", "/a/1e0", "/a/99999999999999999999999"};
    got("{\"a\":[1,2,3],\"s\":\"text\",\"n\":null,\"o\":{\"k\":1}}");
    for (size_t i = 0; i < COUNT(pointers); i++) {
        int status = responses_response_get(response, pointers[i], NULL, NULL, NULL);
        if (status != RESPONSES_E_RANGE)
            print_error("pointer \"%s\"\n", pointers[i]);
        assert_status(status, RESPONSES_E_RANGE, NULL);
    }
}

static void what_is_no_pointer_is_invalid(void **state)
{
    (void)state;
    static const char *pointers[] = {"a", "a/b", "/~", "/~2", "/a~", "#/a"};
    got("{\"a\":{\"b\":1}}");
    for (size_t i = 0; i < COUNT(pointers); i++) {
        int status = responses_response_get(response, pointers[i], NULL, NULL, NULL);
        if (status != RESPONSES_E_INVALID)
            print_error("pointer \"%s\"\n", pointers[i]);
        assert_status(status, RESPONSES_E_INVALID, NULL);
    }
    assert_int_equal(responses_response_get(response, NULL, NULL, NULL, NULL), RESPONSES_E_INVALID);
}

static void headers_are_found_in_any_case(void **state)
{
    (void)state;
    static const char headers[] = "Content-Type: application/json\r\nX-Request-Id:  req_1 \r\n"
                                  "x-ratelimit-remaining-tokens: 99\r\nX-Empty:\r\n";
    answer_with(server_expect(server), 200, headers, RESPONSE, strlen(RESPONSE));
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_request_id(response), "req_1");
    assert_string_equal(responses_response_header(response, "X-REQUEST-ID"), "req_1");
    assert_string_equal(responses_response_header(response, "X-RateLimit-Remaining-Tokens"), "99");
    assert_string_equal(responses_response_header(response, "content-type"), "application/json");
    assert_string_equal(responses_response_header(response, "x-empty"), "");
    assert_null(responses_response_header(response, "x-request"));
    assert_null(responses_response_header(response, "x-none"));
    assert_null(responses_response_header(response, ""));
    assert_null(responses_response_header(response, NULL));
}

static void the_history_names_every_attempt(void **state)
{
    (void)state;
    size_t len;
    got(RESPONSE);
    assert_json(responses_response_history(response, &len),
                "[{\"attempt\":1,\"http_status\":200,\"reason\":\"\",\"waited_ms\":0}]");
    assert_int_equal(len, strlen(responses_response_history(response, NULL)));
    assert_string_equal(responses_response_request_id(response), "");
}

static void a_clone_lives_on_its_own(void **state)
{
    (void)state;
    responses_response *clone = NULL;
    answer_with(server_expect(server), 200, "Content-Type: application/json\r\nX-A: b\r\n",
                RESPONSE, strlen(RESPONSE));
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_int_equal(responses_response_clone(response, &clone), RESPONSES_OK);
    responses_response_free(response);
    response = NULL;
    assert_string_equal(responses_response_json(clone, NULL), RESPONSE);
    assert_string_equal(responses_response_text(clone, NULL), "Hello, world!");
    assert_string_equal(responses_response_header(clone, "x-a"), "b");
    assert_string_equal(value_at(clone, "/usage/total_tokens"), "3");
    assert_int_equal(responses_response_http_status(clone), 200);
    assert_int_equal(responses_response_attempts(clone), 1);
    responses_response_free(clone);
}

static void an_answer_outlives_its_client(void **state)
{
    (void)state;
    got(RESPONSE);
    responses_client_free(client);
    client = NULL;
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
}

static void no_body_is_a_response_too(void **state)
{
    (void)state;
    say(server_expect(server), "HTTP/1.1 204 No Content\r\nX-Request-Id: req_9\r\n\r\n");
    assert_ok(responses_delete(client, "resp_1", &response, &error), error);
    assert_int_equal(responses_response_http_status(response), 204);
    assert_string_equal(responses_response_request_id(response), "req_9");
    assert_string_equal(responses_response_id(response), "");
    assert_string_equal(responses_response_text(response, NULL), "");
    assert_non_null(responses_response_json(response, NULL));
}

static void bodies_come_in_every_framing(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
           "Transfer-Encoding: chunked\r\n\r\n");
    stream_chunk(x, RESPONSE, 10);
    stream_chunk(x, &RESPONSE[10], strlen(RESPONSE) - 10);
    stream_end(x);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_json(response, NULL), RESPONSE);
    responses_response_free(response);

    x = server_expect(server);
    say(x, "HTTP/1.0 200 OK\r\nContent-Type: application/vnd.x+json\r\n\r\n");
    say(x, RESPONSE);
    hang_up(x);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_json(response, NULL), RESPONSE);
    responses_response_free(response);

    x = server_expect(server);
    struct text text = {0};
    text_addf(&text,
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
              "\r\n" RESPONSE,
              strlen(RESPONSE));
    say_in_pieces(x, text.data, text.len, 1);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_json(response, NULL), RESPONSE);
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest responses[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_json_is_the_servers_bytes),
        TEST(id_status_and_text_have_their_functions),
        TEST(text_is_joined_over_messages_and_parts),
        TEST(text_may_hold_a_nul),
        TEST(values_of_every_type_are_read_by_pointer),
        TEST(arrays_and_objects_come_as_json),
        TEST(where_there_is_nothing_it_is_out_of_range),
        TEST(what_is_no_pointer_is_invalid),
        TEST(headers_are_found_in_any_case),
        TEST(the_history_names_every_attempt),
        TEST(a_clone_lives_on_its_own),
        TEST(an_answer_outlives_its_client),
        TEST(no_body_is_a_response_too),
        TEST(bodies_come_in_every_framing),
    };
    return run(responses);
}
