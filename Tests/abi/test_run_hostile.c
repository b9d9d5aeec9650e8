/* Tool loops with servers and models that do what they should not. */
#include "tools.h"

#define NTS RESPONSES_NTS
#define OK(expression)                                                                             \
    do {                                                                                           \
        int status_ = (expression);                                                                \
        assert_status(status_, RESPONSES_OK, error);                                               \
    } while (0)
#define ASK "{\"model\":\"m\",\"input\":\"How is the weather?\"}"

static struct server *server;
static responses_client *client;
static responses_tools *tools;
static responses_response *response;
static responses_error *error;
static struct events events;

static void answer_it(responses_tool_call *call, void *user_data)
{
    int *count = user_data;
    *count += 1;
    assert_int_equal(responses_tool_call_answer(call, responses_tool_call_id(call), NTS, NULL),
                     RESPONSES_OK);
    responses_tool_call_free(call);
}

static int called;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    called = 0;
    memset(&events, 0, sizeof events);
    OK(responses_tools_new(&tools, &error));
    OK(responses_tools_add(tools, "f", NULL, NULL, 0, answer_it, &called, &error));
    return 0;
}

static void let_go(void)
{
    responses_error_free(error);
    responses_response_free(response);
    events_free(&events);
    error = NULL;
    response = NULL;
}

static int teardown(void **state)
{
    (void)state;
    let_go();
    responses_tools_free(tools);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static int run_it(void)
{
    return responses_run(client, ASK, NTS, tools, collect, &events, &response, &error);
}

/* Answers with that output, as a document. */
static void say_output(int number, const char *output)
{
    struct text text = {0};
    text_addf(
        &text,
        "{\"id\":\"resp_%d\",\"object\":\"response\",\"status\":\"completed\",\"output\":", number);
    text_add(&text, output);
    text_add(&text, "}");
    answer(server_expect(server), 200, text.data);
    text_free(&text);
}

static void add_call(struct text *text, const char *id, const char *arguments)
{
    text_addf(text,
              "%s{\"type\":\"function_call\",\"id\":\"fc\",\"call_id\":%s,\"name\":\"f\","
              "\"arguments\":",
              text->len > 1 ? "," : "", id);
    text_add(text, arguments);
    text_add(text, "}");
}

/* The outputs of the second request: how many, and the one at an index. */
static json_t *sent_outputs(void)
{
    json_t *body = json_loads(server_request(server, 1)->body, JSON_ALLOW_NUL, NULL);
    if (body == NULL)
        fail_msg("no JSON was sent: %s", server_request(server, 1)->body);
    json_t *outputs = json_array(), *item;
    size_t index;
    json_array_foreach(json_object_get(body, "input"), index, item)
    {
        const char *type = json_string_value(json_object_get(item, "type"));
        if (type && strcmp(type, "function_call_output") == 0)
            json_array_append(outputs, item);
    }
    json_decref(body);
    return outputs;
}

static const char *text_at(const json_t *item, const char *name)
{
    const char *text = json_string_value(json_object_get(item, name));
    return text ? text : "(none)";
}

/* ---- shapes ---- */

/* None of these is a call that could be answered, and all end the run well. */
static void outputs_of_odd_shapes_end_it(void **state)
{
    (void)state;
    const char *const shapes[] = {
        "null",
        "7",
        "\"function_call\"",
        "{\"type\":\"function_call\",\"name\":\"f\",\"call_id\":\"c\"}",
        "[null,7,\"x\",[],[[]],{}]",
        "[{\"type\":7},{\"type\":null},{\"type\":[\"function_call\"]}]",
        "[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":7,\"arguments\":\"{}\"}]",
        "[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":null}]",
        "[{\"type\":\"function_call\",\"call_id\":\"c\"}]",
        "[{\"type\":\"_call\",\"call_id\":\"c\"}]",
        "[{\"type\":\"_call\",\"call_id\":{}}]",
        "[{\"type\":\"custom_tool_call\",\"call_id\":\"c\",\"name\":\"f\"}]",
    };
    for (size_t i = 0; i < COUNT(shapes); i++) {
        say_output(1, shapes[i]);
        int status = run_it();
        if (status != RESPONSES_OK && status != RESPONSES_E_PROTOCOL)
            fail_msg("%s: %s", shapes[i], responses_status_name(status));
        assert_int_equal(server_requests(server), i + 1);
        let_go();
    }
    assert_int_equal(called, 0);
}

/* Where the API has a text, a server may have another thing, or nothing. */
static void calls_of_odd_shapes_are_answered(void **state)
{
    (void)state;
    const struct {
        const char *call, *id;
    } shapes[] = {
        {"\"id\":\"fc_1\"", "fc_1"},
        {"\"call_id\":\"c\"", "c"},
        {"\"call_id\":\"\\u0063\\n\"", "c\n"},
        {"\"call_id\":7", "7"},
        {"\"call_id\":null", ""},
        {"\"call_id\":\"\"", ""},
        {"\"call_id\":{\"a\":[1]}", "{\"a\":[1]}"},
        {"\"call_id\":\"c\",\"call_id\":\"d\"", "d"},
        {"\"call_id\":\"c\",\"caller\":7", "c"},
        {"\"call_id\":\"c\",\"caller\":NaN", "c"},
        {"\"call_id\":\"c\",\"arguments\":{\"a\":1}", "c"},
        {"\"call_id\":\"c\",\"arguments\":\"\"", "c"},
        {"\"call_id\":\"c\",\"arguments\":null", "c"},
        {"\"call_id\":\"c\",\"status\":7,\"namespace\":null", "c"},
    };
    for (size_t i = 0; i < COUNT(shapes); i++) {
        teardown(NULL);
        setup(NULL);
        struct text text = {0};
        text_addf(&text, "[{\"type\":\"function_call\",\"name\":\"f\",%s}]", shapes[i].call);
        say_output(1, text.data);
        text_free(&text);
        say_output(2, "[" TAKE_A_COAT "]");
        int status = run_it();
        if (status != RESPONSES_OK)
            fail_msg("%s: %s: %s", shapes[i].call, responses_status_name(status),
                     message_of(error));
        json_t *outputs = sent_outputs();
        assert_int_equal(json_array_size(outputs), 1);
        assert_string_equal(text_at(json_array_get(outputs, 0), "call_id"), shapes[i].id);
        json_decref(outputs);
        assert_int_equal(called, 1);
    }
}

/* Half of a surrogate pair, which no UTF-8 can have, goes back as it came; its output has U+FFFD. */
static void half_a_pair_is_sent_back(void **state)
{
    (void)state;
    say_output(1, "[{\"type\":\"function_call\",\"name\":\"f\",\"call_id\":\"\\ud800\"}]");
    say_output(2, "[" TAKE_A_COAT "]");
    OK(run_it());
    assert_contains(server_request(server, 1)->body, "\"call_id\":\"\\ud800\"");
    assert_contains(server_request(server, 1)->body, "\"call_id\":\"\xef\xbf\xbd\"");
}

static void wrong_arguments_are_told(void **state)
{
    (void)state;
    const char *const wrong[] = {"7",
                                 "[]",
                                 "true",
                                 "\"7\"",
                                 "\"{} {}\"",
                                 "\"{\\\"a\\\":NaN}\"",
                                 "\"{\\\"a\\\":1e999}x\"",
                                 "\"\\u0000\""};
    struct text text = {0};
    text_add(&text, "[");
    for (size_t i = 0; i < COUNT(wrong); i++)
        add_call(&text, "\"c\"", wrong[i]);
    text_add(&text, "]");
    say_output(1, text.data);
    text_free(&text);
    say_output(2, "[" TAKE_A_COAT "]");
    OK(run_it());
    assert_int_equal(called, 0);
    json_t *outputs = sent_outputs();
    assert_int_equal(json_array_size(outputs), COUNT(wrong));
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_contains(text_at(json_array_get(outputs, i), "output"), "are wrong");
    json_decref(outputs);
}

static void calls_with_the_same_id_are_all_answered(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "[");
    for (int i = 0; i < 3; i++)
        add_call(&text, "\"same\"", "\"{}\"");
    text_add(&text, "]");
    say_output(1, text.data);
    text_free(&text);
    say_output(2, "[" TAKE_A_COAT "]");
    OK(run_it());
    assert_int_equal(called, 3);
    json_t *outputs = sent_outputs();
    assert_int_equal(json_array_size(outputs), 3);
    json_decref(outputs);
}

/* An id may be written in other words. */
static void an_output_is_found_by_what_its_id_means(void **state)
{
    (void)state;
    say_output(1, "[{\"type\":\"shell_call\",\"call_id\":\"s\\u0031\"},"
                  "{\"type\":\"shell_call_output\",\"call_id\":\"\\u00731\",\"output\":[]}]");
    OK(run_it());
    assert_int_equal(server_requests(server), 1);
    let_go();
    teardown(NULL);
    setup(NULL);
    say_output(1, "[{\"type\":\"shell_call\",\"call_id\":\"s\\u0031\"},"
                  "{\"type\":\"shell_call_output\",\"call_id\":\"\\u00731\",\"output\":[]},"
                  "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\"}]");
    say_output(2, "[" TAKE_A_COAT "]");
    OK(run_it());
    assert_int_equal(called, 1);
}

/* ---- sizes ---- */

enum { MANY = 20000 };

/* In a time that grows with their number, and not with its square: the limit of the test says so. */
static void twenty_thousand_calls_are_answered(void **state)
{
    (void)state;
    char id[20];
    struct text text = {0};
    text_add(&text, "[");
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "\"c%d\"", i);
        add_call(&text, id, "\"{}\"");
        text_addf(&text, ",{\"type\":\"shell_call\",\"call_id\":\"s%d\"}", i);
        text_addf(&text, ",{\"type\":\"shell_call_output\",\"call_id\":\"s%d\"}", MANY - 1 - i);
    }
    text_add(&text, "]");
    say_output(1, text.data);
    text_free(&text);
    say_output(2, "[" TAKE_A_COAT "]");
    OK(run_it());
    assert_int_equal(called, MANY);
    json_t *outputs = sent_outputs();
    assert_int_equal(json_array_size(outputs), MANY);
    assert_string_equal(text_at(json_array_get(outputs, MANY - 1), "output"), "c19999");
    json_decref(outputs);
}

static char *repeated(const char *begin, const char *unit, const char *end, size_t size)
{
    struct text text = {0};
    text_add(&text, begin);
    while (text.len < size)
        text_add(&text, unit);
    text_add(&text, end);
    return text.data;
}

/* A schema that looks at every value, and arguments of five megabytes. */
static void long_arguments_are_checked(void **state)
{
    (void)state;
    OK(responses_tools_add(
        tools, "g", NULL,
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":"
        "\"integer\",\"enum\":[1,2,3]}},\"b\":{}},\"required\":[\"a\",\"b\"]}",
        NTS, answer_it, &called, &error));
    char *arguments = repeated("{\\\"b\\\":0,\\\"a\\\":[1", ",1", "]}", 5000000);
    struct text text = {0};
    text_addf(&text,
              "[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"g\",\"arguments\":\"");
    text_add(&text, arguments);
    text_addf(&text, "\"}]");
    say_output(1, text.data);
    free(arguments);
    text_free(&text);
    say_output(2, "[" TAKE_A_COAT "]");
    OK(run_it());
    assert_int_equal(called, 1);
}

static char *nested(const char *open, const char *close, int depth)
{
    struct text text = {0};
    for (int i = 0; i < depth; i++)
        text_add(&text, open);
    text_add(&text, "1");
    for (int i = 0; i < depth; i++)
        text_add(&text, close);
    return text.data;
}

static void deep_values_overflow_no_stack(void **state)
{
    (void)state;
    const int depths[] = {1, 31, 32, 33, 1000, 1023, 1024, 5000};
    /* A schema as deep as one may be, and arguments for it. */
    char *schema = nested("{\"type\":\"object\",\"properties\":{\"a\":", "}}", 500);
    OK(responses_tools_add(tools, "deep", NULL, schema, NTS, answer_it, &called, &error));
    free(schema);
    for (size_t i = 0; i < COUNT(depths); i++) {
        char *arguments = nested("{\\\"a\\\":", "}", depths[i]);
        struct text text = {0};
        for (int is_deep = 0; is_deep < 2; is_deep++) {
            text_addf(&text, "[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"%s\",",
                      is_deep ? "deep" : "f");
            text_addf(&text, "\"arguments\":\"");
            text_add(&text, arguments);
            text_addf(&text, "\"}]");
            say_output(1, text.data);
            text_free(&text);
            say_output(2, "[" TAKE_A_COAT "]");
            OK(run_it());
            let_go();
        }
        free(arguments);
    }
    assert_in_range(called, 12, 16);
}

/* What the server wrote into an item is sent back, also where it is as deep as it may be. */
static void deep_items_are_sent_back(void **state)
{
    (void)state;
    const int depths[] = {1, 900, 1000, 1019, 1020, 1021, 1022, 1023};
    for (size_t i = 0; i < COUNT(depths); i++) {
        teardown(NULL);
        setup(NULL);
        char *inner = nested("[", "]", depths[i]);
        struct text text = {0};
        text_addf(&text,
                  "[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"caller\":");
        text_add(&text, inner);
        text_addf(&text, "}]");
        say_output(1, text.data);
        text_free(&text);
        free(inner);
        server_set_handler(server, NULL, NULL);
        struct exchange *x = server_expect(server);
        answer(x, 200, "{\"id\":\"resp_2\",\"status\":\"completed\",\"output\":[" TAKE_A_COAT "]}");
        int status = run_it();
        if (status == RESPONSES_OK) {
            assert_int_equal(called, 1);
            continue;
        }
        /* Too deep for this library: said of the response, before anything is called. */
        assert_status(status, RESPONSES_E_PROTOCOL, error);
        assert_int_equal(called, 0);
        server_abandon(server);
        server = server_start();
    }
}

/* ---- pieces ---- */

static void stream_of(struct text *stream, int number, const char *output)
{
    text_addf(stream,
              "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"
              "\"response\":{\"id\":\"resp_%d\",\"status\":\"in_progress\",\"output\":[]}}\n\n"
              "event: response.completed\ndata: {\"type\":\"response.completed\","
              "\"sequence_number\":1,\"response\":{\"id\":\"resp_%d\",\"status\":\"completed\","
              "\"output\":[%s]}}\n\n",
              number, number, output);
}

static void it_may_come_byte_by_byte(void **state)
{
    (void)state;
    struct text first = {0}, second = {0};
    stream_of(&first, 1, "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\"}");
    stream_of(&second, 2, TAKE_A_COAT);
    const struct text *const both[] = {&first, &second};
    for (int i = 0; i < 2; i++) {
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        for (size_t at = 0; at < both[i]->len; at++)
            stream_chunk(x, both[i]->data + at, 1);
        stream_end(x);
    }
    OK(run_it());
    assert_int_equal(called, 1);
    assert_int_equal(events.count, 4);
    text_free(&first);
    text_free(&second);
}

/* Wherever the second stream is cut: an end with the part that had arrived, and the function called once. */
static void the_second_stream_may_be_cut_at_every_byte(void **state)
{
    (void)state;
    struct text first = {0}, second = {0};
    stream_of(&first, 1, "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\"}");
    stream_of(&second, 2, TAKE_A_COAT);
    /* Without the last line end the last event is whole all the same. */
    for (size_t cut = 0; cut < second.len - 2; cut++) {
        called = 0;
        answer_stream(server_expect(server), first.data, first.len);
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        if (cut > 0)
            stream_chunk(x, second.data, cut);
        hang_up(x);
        int status = run_it();
        if (status != RESPONSES_E_TRUNCATED && status != RESPONSES_E_NETWORK)
            fail_msg("cut at %zu: %s", cut, responses_status_name(status));
        assert_int_equal(called, 1);
        /* What the run has by then: the first response until the second has begun. */
        const char *begun = strstr(second.data, "\n\n") + 2;
        if (cut >= (size_t)(begun - second.data))
            assert_string_equal(responses_response_id(response), "resp_2");
        let_go();
    }
    text_free(&first);
    text_free(&second);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest hostile[] = {
        TEST(outputs_of_odd_shapes_end_it),
        TEST(calls_of_odd_shapes_are_answered),
        TEST(half_a_pair_is_sent_back),
        TEST(wrong_arguments_are_told),
        TEST(calls_with_the_same_id_are_all_answered),
        TEST(an_output_is_found_by_what_its_id_means),
        TEST(twenty_thousand_calls_are_answered),
        TEST(long_arguments_are_checked),
        TEST(deep_values_overflow_no_stack),
        TEST(deep_items_are_sent_back),
        TEST(it_may_come_byte_by_byte),
        TEST(the_second_stream_may_be_cut_at_every_byte),
    };
    return run(hostile);
}
