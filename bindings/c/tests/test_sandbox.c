/* The builder, the reader and the jansson header against the sandbox, which with-sandbox.sh started. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "comma.h"

#include <responses_jansson.h>
#include <responses_request.h>

#define NTS RESPONSES_NTS

static responses_client *client;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    return responses_client_new(&client, NULL);
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    error = NULL;
    responses_client_free(client);
    return 0;
}

/* A request that says something, by the builder. */
static responses_request *say(const char *text)
{
    responses_request *request = NULL;
    assert_int_equal(responses_request_new(&request), RESPONSES_OK);
    responses_request_set_string(request, "model", "sandbox", NTS);
    responses_request_add_message(request, "user", text, NTS);
    return request;
}

static void a_request_is_sent_in_every_way(void **state)
{
    responses_request *request = say("Hello \"you\"\n");
    responses_response *response = NULL;
    responses_call *call = NULL;
    char text[64];
    int64_t tokens = 0;
    size_t needed;
    double number;
    int count, flag;
    (void)state;
    assert_int_equal(responses_request_create(request, client, &response, &error), RESPONSES_OK);
    assert_string_equal(responses_response_text(response, NULL), "You said: Hello \"you\"\n");

    assert_int_equal(responses_read_integer(response, "/usage/total_tokens", &tokens), 0);
    assert_in_range(tokens, 1, 100);
    assert_int_equal(responses_read_number(response, "/usage/total_tokens", &number), 0);
    assert_int_equal((int64_t)number, tokens);
    assert_int_equal(responses_read_boolean(response, "/store", &flag), 0);
    assert_int_equal(flag, 1);
    assert_int_equal(responses_read_count(response, "/output", &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(responses_read_count(response, "/usage", &count), 0);
    assert_in_range(count, 3, 20);
    assert_int_equal(responses_read_count(response, "/tools", &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(responses_read_string(response, "/status", text, sizeof text, &needed), 0);
    assert_string_equal(text, "completed");
    assert_int_equal(needed, 10);
    assert_int_equal(responses_read_string(response, "/status", text, 4, &needed),
                     RESPONSES_E_RANGE);
    assert_string_equal(text, "com");
    assert_int_equal(needed, 10);
    assert_int_equal(responses_read_string(response, "/none", text, 4, &needed), RESPONSES_E_RANGE);
    assert_int_equal(needed, 0);
    assert_int_equal(responses_read_integer(response, "/status", &tokens), RESPONSES_E_INVALID);
    assert_int_equal(responses_read_number(response, "/status", &number), RESPONSES_E_INVALID);
    assert_int_equal(responses_read_boolean(response, "/status", &flag), RESPONSES_E_INVALID);
    assert_int_equal(responses_read_count(response, "/status", &count), RESPONSES_E_INVALID);
    assert_int_equal(responses_read_integer(response, "/none", &tokens), RESPONSES_E_RANGE);
    assert_int_equal(responses_read_integer(NULL, "/none", &tokens), RESPONSES_E_INVALID);
    responses_response_free(response);

    assert_int_equal(
        responses_request_create_stream(request, client, NULL, NULL, &response, &error), 0);
    responses_response_free(response);
    assert_int_equal(responses_request_count_input_tokens(request, client, &response, &error), 0);
    responses_response_free(response);
    assert_int_equal(responses_request_compact(request, client, &response, &error), 0);
    responses_response_free(response);
    assert_int_equal(responses_request_create_start(request, client, &call, &error), 0);
    assert_int_equal(responses_call_wait(call, 20000), RESPONSES_OK);
    responses_call_free(call);
    assert_int_equal(responses_request_create_stream_start(request, client, &call, &error), 0);
    assert_int_equal(responses_call_wait(call, 20000), RESPONSES_OK);
    responses_call_free(call);
    responses_request_free(request);
}

static void numbers_in_another_locale(void **state)
{
    responses_request *request = say("Hello");
    responses_response *response = NULL;
    double number = 0;
    (void)state;
    if (!use_decimal_comma()) {
        responses_request_free(request);
        skip();
    }
    assert_int_equal(responses_request_set_number(request, "temperature", 0.25), RESPONSES_OK);
    assert_int_equal(responses_request_create(request, client, &response, &error), RESPONSES_OK);
    assert_int_equal(responses_read_number(response, "/temperature", &number), RESPONSES_OK);
    setlocale(LC_ALL, "C");
    assert_true(number == 0.25);
    responses_response_free(response);
    responses_request_free(request);
}

/* A tool, as a program without a JSON library uses one: look, compute, answer. */
static void a_tool_from_beginning_to_end(void **state)
{
    responses_request *request = say("What is the weather in Berlin?");
    responses_response *response = NULL;
    char type[32], call_id[128], arguments[512], city[128];
    int status;
    (void)state;
    responses_request_set_boolean(request, "store", 0);
    responses_request_add_function_tool(
        request, "get_weather", "The weather of a city.",
        "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
        "\"required\":[\"city\"],\"additionalProperties\":false}",
        1);
    assert_int_equal(responses_request_create(request, client, &response, &error), 0);
    assert_int_equal(responses_read_string(response, "/output/0/type", type, sizeof type, NULL), 0);
    assert_string_equal(type, "function_call");
    assert_int_equal(
        responses_read_string(response, "/output/0/call_id", call_id, sizeof call_id, NULL), 0);
    assert_int_equal(
        responses_read_string(response, "/output/0/arguments", arguments, sizeof arguments, NULL),
        0);
    /* The arguments are JSON inside a string. */
    assert_int_equal(responses_json_read_string(arguments, NTS, "/city", city, sizeof city, NULL),
                     0);

    assert_int_equal(responses_request_add_output_of(request, response), 0);
    responses_response_free(response);
    responses_request_add_function_output(request, call_id, "21 degrees", NTS);
    assert_string_equal(responses_request_problem(request), "");
    status = responses_request_create(request, client, &response, &error);
    assert_int_equal(status, RESPONSES_OK);
    assert_non_null(strstr(responses_response_text(response, NULL), "21 degrees"));
    responses_response_free(response);
    responses_request_free(request);
}

static void jansson_blocking(void **state)
{
    json_t *answer = NULL, *request = json_pack("{s:s, s:s}", "model", "sandbox", "input", "Hello");
    json_t *page = NULL, *params;
    char id[128];
    (void)state;
    assert_int_equal(responses_jansson_create(client, request, &answer, &error), RESPONSES_OK);
    assert_string_equal(json_string_value(json_object_get(answer, "status")), "completed");
    strcpy(id, json_string_value(json_object_get(answer, "id")));
    json_decref(answer);
    assert_int_equal(request->refcount, 1);

    assert_int_equal(responses_jansson_get(client, id, NULL, &answer, &error), RESPONSES_OK);
    assert_string_equal(json_string_value(json_object_get(answer, "id")), id);
    json_decref(answer);
    params = json_pack("{s:i, s:s}", "limit", 1, "order", "asc");
    json_incref(params);
    assert_int_equal(responses_jansson_list_input_items_new(client, id, params, &page, &error), 0);
    assert_int_equal(params->refcount, 1);
    json_decref(params);
    assert_int_equal(json_array_size(json_object_get(page, "data")), 1);
    json_decref(page);
    assert_int_equal(responses_jansson_wait(client, id, 1000, &answer, &error), RESPONSES_OK);
    json_decref(answer);
    assert_int_equal(responses_jansson_count_input_tokens(client, request, &answer, &error), 0);
    assert_int_equal(json_integer_value(json_object_get(answer, "input_tokens")), 1);
    json_decref(answer);
    assert_int_equal(responses_jansson_compact(client, request, &answer, &error), 0);
    json_decref(answer);
    assert_int_equal(responses_jansson_send(client, "GET", "/models", NULL, &answer, &error), 0);
    json_decref(answer);
    assert_int_equal(responses_jansson_delete(client, id, &answer, &error), 0);
    assert_true(json_is_true(json_object_get(answer, "deleted")));
    json_decref(answer);
    assert_int_equal(responses_jansson_cancel(client, id, &answer, &error), RESPONSES_E_API);
    assert_null(answer);
    assert_int_equal(responses_error_http_status(error), 404);
    responses_error_free(error);
    error = NULL;
    json_decref(request);

    /* Nobody looks at the answer, and nothing is left behind. */
    assert_int_equal(
        responses_jansson_create_new(
            client, json_pack("{s:s, s:s}", "model", "sandbox", "input", "a"), NULL, NULL),
        RESPONSES_OK);
    /* A json_pack that failed. */
    assert_int_equal(responses_jansson_create_new(client, NULL, &answer, &error),
                     RESPONSES_E_INVALID);
    assert_null(answer);
    assert_null(error);
}

struct heard {
    int events, stop_after;
    json_t *kept;
};

static int hear(json_t *event, void *user_data)
{
    struct heard *heard = user_data;
    assert_true(json_is_string(json_object_get(event, "type")));
    if (heard->kept == NULL)
        heard->kept = json_incref(event);
    return ++heard->events == heard->stop_after;
}

static void jansson_streams(void **state)
{
    struct heard heard = {0, 0, NULL};
    json_t *answer = NULL;
    (void)state;
    assert_int_equal(responses_jansson_create_stream_new(
                         client, json_pack("{s:s, s:s}", "model", "sandbox", "input", "Hello"),
                         hear, &heard, &answer, &error),
                     RESPONSES_OK);
    assert_in_range(heard.events, 6, 100);
    assert_string_equal(json_string_value(json_object_get(answer, "status")), "completed");
    assert_string_equal(json_string_value(json_object_get(heard.kept, "type")), "response.created");
    json_decref(heard.kept);
    json_decref(answer);

    heard.kept = NULL;
    heard.events = 0;
    heard.stop_after = 3;
    assert_int_equal(responses_jansson_create_stream_new(
                         client, json_pack("{s:s, s:s}", "model", "sandbox", "input", "Hello"),
                         hear, &heard, &answer, &error),
                     RESPONSES_E_USER);
    assert_int_equal(heard.events, 3);
    assert_string_equal(json_string_value(json_object_get(answer, "status")), "in_progress");
    json_decref(answer);
    json_decref(heard.kept);
}

static void jansson_calls(void **state)
{
    responses_call *call = NULL;
    json_t *event, *answer, *text;
    int status, events = 0;
    (void)state;
    assert_int_equal(
        responses_jansson_create_stream_start_new(
            client, json_pack("{s:s, s:s}", "model", "sandbox", "input", "Hello"), &call, &error),
        RESPONSES_OK);
    for (;;) {
        status = responses_jansson_call_next(call, &event, &error);
        if (status == RESPONSES_AGAIN) {
            assert_null(event);
            assert_int_equal(responses_call_wait(call, 20000), RESPONSES_OK);
            continue;
        }
        if (status != RESPONSES_OK)
            break;
        assert_int_equal(json_integer_value(json_object_get(event, "sequence_number")), events);
        events++;
        json_decref(event);
    }
    assert_int_equal(status, RESPONSES_DONE);
    answer = responses_jansson_call_response(call);
    assert_string_equal(json_string_value(json_object_get(answer, "status")), "completed");
    json_decref(answer);
    text =
        responses_jansson_response_get(responses_call_response(call), "/output/0/content/0/text");
    assert_string_equal(json_string_value(text), "You said: Hello");
    json_decref(text);
    text = responses_jansson_response_get(responses_call_response(call), "/usage");
    assert_true(json_is_object(text));
    json_decref(text);
    assert_null(responses_jansson_response_get(responses_call_response(call), "/none"));
    responses_call_free(call);
    assert_int_equal(responses_jansson_create_start_new(client, NULL, &call, &error),
                     RESPONSES_E_INVALID);
    assert_null(call);
}

int main(void)
{
    const struct CMUnitTest sandbox[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_request_is_sent_in_every_way),
        TEST(numbers_in_another_locale),
        TEST(a_tool_from_beginning_to_end),
        TEST(jansson_blocking),
        TEST(jansson_streams),
        TEST(jansson_calls),
    };
    return cmocka_run_group_tests(sandbox, NULL, NULL);
}
