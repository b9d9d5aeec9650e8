/* JSON as trees of jansson: what goes in, what comes out, and what a tree cannot hold. */
#include "test.h"

#include <responses_jansson.h>

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
    responses_error_free(error);
    responses_response_free(response);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void forget(void)
{
    responses_error_free(error);
    responses_response_free(response);
    error = NULL;
    response = NULL;
}

static json_t *request_tree(void)
{
    return json_pack("{s:s, s:{s:b}, s:[i, f]}", "model", "m", "metadata", "a", 1, "input", 7, 1.5);
}

#define REQUEST_TEXT "{\"model\":\"m\",\"metadata\":{\"a\":true},\"input\":[7,1.5]}"

/* What was sent last. */
static const struct request *sent(void)
{
    return server_request(server, server_requests(server) - 1);
}

static void requests_are_written_from_trees(void **state)
{
    (void)state;
    json_t *tree = request_tree();
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_jansson_create(client, tree, &response, &error), error);
    assert_string_equal(responses_response_status(response), "completed");
    assert_json(sent()->body, REQUEST_TEXT);
    forget();
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_jansson_create_stream(client, tree, ignore, NULL, &response, &error),
              error);
    assert_contains(sent()->body, "\"stream\":true");
    forget();
    answer(server_expect(server), 200, "{\"input_tokens\":1}");
    assert_ok(responses_jansson_count_input_tokens(client, tree, &response, &error), error);
    assert_string_equal(sent()->target, "/v1/responses/input_tokens");
    assert_json(sent()->body, REQUEST_TEXT);
    forget();
    answer(server_expect(server), 200, "{}");
    assert_ok(responses_jansson_compact(client, tree, &response, &error), error);
    assert_json(sent()->body, REQUEST_TEXT);
    forget();
    answer(server_expect(server), 200, "{}");
    assert_ok(responses_jansson_send(client, "PUT", "/things/1", tree, &response, &error), error);
    assert_json(sent()->body, REQUEST_TEXT);
    forget();
    answer(server_expect(server), 200, "{}");
    assert_ok(responses_jansson_send(client, "GET", "/models", NULL, &response, &error), error);
    assert_string_equal(sent()->method, "GET");
    /* Borrowed: it is as it was. */
    assert_int_equal(tree->refcount, 1);
    json_decref(tree);
    sse_free(&sse);
}

/* Room for what is added in front is kept however the text grows: a first string of this length made
   the buffer take it for free. */
static void requests_of_every_size_are_written(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    for (size_t length = 380; length < 520; length++) {
        struct text input = {0};
        text_add_times(&input, 'a', length);
        answer_stream(server_expect(server), sse.text.data, sse.text.len);
        json_t *tree = json_pack("{s:s,s:s}", "input", input.data, "model", "m");
        int status = responses_jansson_create_stream(client, tree, ignore, NULL, &response, &error);
        json_decref(tree);
        assert_ok(status, error);
        json_t *sent = json_loads(server_request(server, (int)(length - 380))->body, 0, NULL);
        assert_non_null(sent);
        assert_true(json_is_true(json_object_get(sent, "stream")));
        assert_string_equal(json_string_value(json_object_get(sent, "input")), input.data);
        json_decref(sent);
        text_free(&input);
        forget();
    }
    sse_free(&sse);
}

static void parameters_are_trees_too(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    json_t *tree = json_pack("{s:[s,s]}", "include", "a", "b");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_jansson_get(client, "r", tree, &response, &error), error);
    assert_string_equal(sent()->target, "/v1/responses/r?include%5B%5D=a&include%5B%5D=b");
    forget();
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_jansson_get(client, "r", NULL, &response, &error), error);
    forget();
    answer_stream(server_expect(server), sse.text.data + sse.end[1], sse.text.len - sse.end[1]);
    assert_ok(responses_jansson_get_stream_new(client, "resp_1",
                                               json_pack("{s:i}", "starting_after", 1), ignore,
                                               NULL, &response, &error),
              error);
    assert_contains(sent()->target, "starting_after=1");
    forget();
    answer(server_expect(server), 200, "{\"data\":[]}");
    assert_ok(responses_jansson_list_input_items_new(client, "r", json_pack("{s:i}", "limit", 2),
                                                     &response, &error),
              error);
    assert_contains(sent()->target, "limit=2");
    json_decref(tree);
    sse_free(&sse);
}

static void references_are_taken_over(void **state)
{
    (void)state;
    json_t *tree = request_tree();
    answer(server_expect(server), 200, RESPONSE);
    json_incref(tree);
    assert_ok(responses_jansson_create_new(client, tree, NULL, NULL), NULL);
    assert_int_equal(tree->refcount, 1);
    /* Also when it fails, wherever it fails. */
    json_incref(tree);
    assert_int_equal(responses_jansson_create_new(NULL, tree, &response, &error),
                     RESPONSES_E_INVALID);
    assert_int_equal(tree->refcount, 1);
    forget();
    json_incref(tree);
    assert_int_equal(responses_jansson_get_new(client, NULL, tree, &response, &error),
                     RESPONSES_E_INVALID);
    assert_int_equal(tree->refcount, 1);
    forget();
    json_incref(tree);
    assert_int_equal(responses_jansson_send_start_new(client, "WRONG", "/x", tree, NULL, &error),
                     RESPONSES_E_INVALID);
    assert_int_equal(tree->refcount, 1);
    json_decref(tree);
}

static void requests_that_are_none_are_refused(void **state)
{
    (void)state;
    json_t *array = json_array(), *loop = json_object(), *deep = json_object();
    assert_int_equal(responses_jansson_create_new(client, NULL, &response, &error),
                     RESPONSES_E_INVALID);
    assert_contains(message_of(error), "request: must not be NULL");
    forget();
    assert_int_equal(responses_jansson_create(client, array, &response, &error),
                     RESPONSES_E_INVALID);
    assert_contains(message_of(error), "not an object");
    forget();
    json_object_set(loop, "a", array);
    json_array_append(array, loop);
    assert_int_equal(responses_jansson_create(client, loop, &response, &error),
                     RESPONSES_E_INVALID);
    assert_contains(message_of(error), "contains itself");
    json_array_clear(array);
    forget();
    for (int i = 0; i < 1100; i++) {
        json_t *outer = json_object();
        json_object_set_new(outer, "a", deep);
        deep = outer;
    }
    assert_int_equal(responses_jansson_create(client, deep, &response, &error),
                     RESPONSES_E_INVALID);
    json_decref(deep);
    json_decref(loop);
    json_decref(array);
}

#if JANSSON_VERSION_HEX >= 0x020e00
/* jansson before 2.14 could not make it. Nothing of it is written anywhere. */
static void a_name_with_a_nul_is_refused(void **state)
{
    (void)state;
    json_t *tree = json_object();
    assert_int_equal(json_object_setn_new(tree, "a\0b", 3, json_integer(1)), 0);
    int status = responses_jansson_send(client, "PUT", "/things/1", tree, &response, &error);
    assert_status(status, RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "or its first name has a NUL");
    json_decref(tree);
}
#endif

static void calls_are_started_with_trees(void **state)
{
    (void)state;
    struct events events = {0};
    responses_call *call = NULL;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_jansson_create_stream_start_new(client, request_tree(), &call, &error),
              error);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_heard(&events, &sse, sse.count);
    responses_call_free(call);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_jansson_create_start_new(client, request_tree(), &call, &error), error);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    responses_call_free(call);
    assert_int_equal(responses_jansson_create_start(client, NULL, &call, &error),
                     RESPONSES_E_INVALID);
    assert_null(call);
    events_free(&events);
    sse_free(&sse);
}

static int look_into(const responses_event *event, void *user_data)
{
    json_t *tree = NULL;
    int *deltas = user_data;
    assert_int_equal(responses_event_tree(event, "/type", &tree, NULL), RESPONSES_OK);
    assert_string_equal(json_string_value(tree), responses_event_type(event));
    json_decref(tree);
    *deltas += responses_event_tree(event, "/delta", NULL, NULL) == RESPONSES_OK;
    return 0;
}

static void trees_are_made_of_what_is_asked_for(void **state)
{
    (void)state;
    struct sse sse;
    int deltas = 0;
    json_t *tree = NULL, *whole = NULL;
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create_stream(client, REQUEST, NTS, look_into, &deltas, &response, &error),
              error);
    assert_int_equal(deltas, 3);
    assert_ok(responses_response_tree(response, "/output/0/content/0/text", &tree, &error), error);
    assert_string_equal(json_string_value(tree), "Hello, world!");
    json_decref(tree);
    assert_ok(responses_response_tree(response, "", &whole, &error), error);
    tree = json_loads(responses_response_json(response, NULL), 0, NULL);
    assert_true(json_equal(tree, whole));
    json_decref(tree);
    json_decref(whole);
    assert_int_equal(responses_response_tree(response, "/none", &tree, &error), RESPONSES_E_RANGE);
    assert_null(tree);
    responses_error_free(error);
    assert_int_equal(responses_response_tree(response, "none", &tree, &error), RESPONSES_E_INVALID);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "json_pointer");
    responses_error_free(error);
    assert_int_equal(responses_response_tree(NULL, "", &tree, &error), RESPONSES_E_INVALID);
    responses_error_free(error);
    assert_int_equal(responses_event_tree(NULL, "", &tree, &error), RESPONSES_E_INVALID);
    responses_error_free(error);
    assert_int_equal(responses_error_tree(NULL, "", &tree, &error), RESPONSES_E_INVALID);
    sse_free(&sse);
}

static void errors_have_trees(void **state)
{
    (void)state;
    json_t *tree = NULL;
    answer(server_expect(server), 400, "{\"error\":{\"message\":\"m\",\"extra\":[1,2]}}");
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API);
    assert_ok(responses_error_tree(error, "/error/extra/1", &tree, NULL), NULL);
    assert_int_equal(json_integer_value(tree), 2);
    json_decref(tree);
    forget();
    answer_with(server_expect(server), 400, "Content-Type: text/plain\r\n", "no", 2);
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API);
    assert_int_equal(responses_error_tree(error, "", &tree, NULL), RESPONSES_E_RANGE);
}

/* The table of the header: what comes in, and what it is when it is written again. */
static void values_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *json, *again; /* NULL: cannot be held */
    } values[] = {
        {"1.50", "1.5"},
        {"1e2", "100.0"},
        {"0.1", "0.10000000000000001"},
        {"0.1234567890123456789", "0.12345678901234568"},
        {"1e-400", "0.0"},
        {"-0", "0"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"9223372036854775808", NULL},
        {"1e400", NULL},
        {"NaN", "null"},
        {"[1,-Infinity,\"NaN\"]", "[1,null,\"NaN\"]"},
        {"\"a\\u0000b\"", "\"a\\u0000b\""},
        {"{\"a\\u0000b\":1}", NULL},
        {"\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\""},
        {"\"\\ud83d\"", NULL},
        {"{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"},
        {"{\"z\":1,\"a\":2}", "{\"z\":1,\"a\":2}"},
        {"null", "null"},
        {"true", "true"},
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        struct text body = {0};
        json_t *tree = NULL;
        text_addf(&body, "{\"id\":\"r\",\"list\":[0,{\"a/b\":%s}]}", values[i].json);
        answer(server_expect(server), 200, body.data);
        assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
        int status = responses_response_tree(response, "/list/1/a~1b", &tree, &error);
        if (values[i].again) {
            assert_ok(status, error);
            char *again = json_dumps(tree, JSON_COMPACT | JSON_ENCODE_ANY);
            assert_string_equal(again, values[i].again);
            free(again);
        } else {
            assert_status(status, RESPONSES_E_PROTOCOL, error);
            assert_null(tree);
            assert_contains(message_of(error), "/list/1/a~1b");
            assert_contains(message_of(error), "responses_response_json()");
            /* The rest of it can be had all the same, and this as text. */
            assert_ok(responses_response_tree(response, "/list/0", &tree, NULL), NULL);
            assert_string_equal(value_at(response, "/id"), "r");
        }
        json_decref(tree);
        text_free(&body);
        forget();
    }
}

int main(void)
{
    const struct CMUnitTest jansson[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(requests_are_written_from_trees),
        TEST(requests_of_every_size_are_written),
        TEST(parameters_are_trees_too),
        TEST(references_are_taken_over),
        TEST(requests_that_are_none_are_refused),
#if JANSSON_VERSION_HEX >= 0x020e00
        TEST(a_name_with_a_nul_is_refused),
#endif
        TEST(calls_are_started_with_trees),
        TEST(trees_are_made_of_what_is_asked_for),
        TEST(errors_have_trees),
        TEST(values_one_by_one),
    };
    return run(jansson);
}
