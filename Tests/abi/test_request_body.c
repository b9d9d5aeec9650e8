/* The body goes out as it was given, but for "stream", which the operation sets. */
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

/* The body that a plain create sends. */
static const char *sent(const char *json, size_t n)
{
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, json, n, NULL, &error), error);
    return server_request(server, server_requests(server) - 1)->body;
}

/* The body that a streaming create sends. */
static const char *streamed(const char *json, size_t n)
{
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    sse_free(&sse);
    assert_ok(responses_create_stream(client, json, n, ignore, NULL, NULL, &error), error);
    return server_request(server, server_requests(server) - 1)->body;
}

static void a_body_without_stream_is_sent_byte_for_byte(void **state)
{
    (void)state;
    static const char *bodies[] = {
        "{}",
        "{\"model\":\"m\",\"input\":\"hi\"}",
        " \n{ \"model\" :\t\"m\" , \"temperature\":1.0e+00, \"big\":12345678901234567890 }\r\n ",
        "{\"never_heard_of\":{\"deep\":[1,2,{\"x\":null}]},\"a\":-0.0}",
        "{\"input\":\"\\u00e9 \xc3\xa9 \\/ \\ud83d\\ude00 \\u0000\"}",
        "{\"a\":1,\"a\":2}",
        "{\"half a pair\":\"\\ud800\"}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++)
        assert_string_equal(sent(bodies[i], NTS), bodies[i]);
    /* Only as long as it was said to be. */
    assert_string_equal(sent("{\"a\":1}trailing", 7), "{\"a\":1}");
}

static void a_plain_create_never_asks_for_a_stream(void **state)
{
    (void)state;
    static const char *bodies[][2] = {
        {"{\"stream\":true,\"model\":\"m\"}", "\"model\":\"m\""},
        {"{\"model\":\"m\",\"stream\" :\n true}", "\"model\":\"m\""},
        {"{\"model\":\"m\",\"stream\":null}", "\"model\":\"m\""},
        {"{\"a\":1,\"stream\":true,\"b\":1.50}", "\"b\":1.50"},
        {"{\"stream\":true}", "{"},
        {"{\"str\\u0065am\":true,\"model\":\"m\"}", "\"model\":\"m\""},
        {"{\"stream\":true,\"x\":1,\"stream\":true}", "\"x\":1"},
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        const char *body = sent(bodies[i][0], NTS);
        assert_contains(body, bodies[i][1]);
        assert_lacks(body, "true");
        assert_json(body, body);
    }
    assert_json(sent("{\"model\":\"m\",\"stream\":false}", NTS),
                "{\"model\":\"m\",\"stream\":false}");
}

static void a_streaming_create_always_does(void **state)
{
    (void)state;
    assert_json(streamed("{}", NTS), "{\"stream\":true}");
    assert_json(streamed(" { } ", NTS), "{\"stream\":true}");
    assert_json(streamed("{\"model\":\"m\"}", NTS), "{\"model\":\"m\",\"stream\":true}");
    assert_json(streamed("{\"stream\":false,\"model\":\"m\"}", NTS),
                "{\"model\":\"m\",\"stream\":true}");
    assert_json(streamed("{\"model\":\"m\" ,\n\"stream\"\t:\r\nfalse }", NTS),
                "{\"model\":\"m\",\"stream\":true}");
    assert_json(streamed("{\"model\":\"m\",\"stream\":null}", NTS),
                "{\"model\":\"m\",\"stream\":true}");
    assert_json(streamed("{\"str\\u0065am\":false}", NTS), "{\"stream\":true}");
    assert_lacks(streamed("{\"stream\":false,\"x\":1,\"stream\":false}", NTS), "false");
}

static void the_rest_of_a_streaming_body_is_untouched(void **state)
{
    (void)state;
    static const char *parts[] = {"\"temperature\": 1.0e+00", "\"big\":12345678901234567890",
                                  "\"\\u00e9\\/\":\"\xc3\xa9\"",
                                  "\"stream_options\": {\"include_obfuscation\" : false}"};
    const char *body = streamed("{\"temperature\": 1.0e+00,\"big\":12345678901234567890,"
                                "\"\\u00e9\\/\":\"\xc3\xa9\","
                                "\"stream_options\": {\"include_obfuscation\" : false}}",
                                NTS);
    for (size_t i = 0; i < COUNT(parts); i++)
        assert_contains(body, parts[i]);
    assert_contains(body, "\"stream\":true");
}

static void a_stream_further_inside_is_something_else(void **state)
{
    (void)state;
    static const char json[] = "{\"metadata\":{\"stream\":\"false\"},\"input\":[{\"stream\":true}],"
                               "\"note\":\"\\\"stream\\\":true\",\"streams\":true}";
    assert_string_equal(sent(json, NTS), json);
    assert_json(streamed(json, NTS),
                "{\"metadata\":{\"stream\":\"false\"},\"input\":[{\"stream\":true}],"
                "\"note\":\"\\\"stream\\\":true\",\"streams\":true,\"stream\":true}");
}

static void a_large_body_arrives_whole(void **state)
{
    (void)state;
    struct text json = {0};
    text_add(&json, "{\"model\":\"m\",\"input\":\"");
    for (int i = 0; i < 400000; i++)
        text_addf(&json, "%07d ", i);
    text_add(&json, "\"}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, json.data, json.len, NULL, &error), error);
    const struct request *r = server_request(server, 0);
    assert_int_equal(r->body_len, json.len);
    assert_memory_equal(r->body, json.data, json.len);
    assert_null(request_header(r, "expect"));
    text_free(&json);
}

static void what_was_passed_in_may_go_at_once(void **state)
{
    (void)state;
    responses_call *call = NULL;
    char json[] = REQUEST, name[] = "X-A", value[] = "one";
    struct exchange *x = server_expect(server);
    wait_for_go(x);
    answer(x, 200, RESPONSE);
    assert_int_equal(responses_client_set_header(client, name, value, NULL), RESPONSES_OK);
    memset(name, 'N', sizeof name - 1);
    memset(value, 'V', sizeof value - 1);
    assert_ok(responses_create_start(client, json, NTS, &call, &error), error);
    memset(json, 'J', sizeof json - 1);
    server_go(server);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_DONE);
    assert_string_equal(server_request(server, 0)->body, REQUEST);
    assert_string_equal(request_header(server_request(server, 0), "x-a"), "one");
    responses_call_free(call);
}

int main(void)
{
    const struct CMUnitTest request_body[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_body_without_stream_is_sent_byte_for_byte),
        TEST(a_plain_create_never_asks_for_a_stream),
        TEST(a_streaming_create_always_does),
        TEST(the_rest_of_a_streaming_body_is_untouched),
        TEST(a_stream_further_inside_is_something_else),
        TEST(a_large_body_arrives_whole),
        TEST(what_was_passed_in_may_go_at_once),
    };
    return run(request_body);
}
