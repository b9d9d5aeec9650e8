/* The builder and the reader against the sandbox, which with-sandbox.sh started. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "comma.h"

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

int main(void)
{
    const struct CMUnitTest sandbox[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_request_is_sent_in_every_way),
        TEST(numbers_in_another_locale),
        TEST(a_tool_from_beginning_to_end),
    };
    setvbuf(stdout, NULL, _IOLBF, 0); /* the last line names a test that hangs */
    return cmocka_run_group_tests(sandbox, NULL, NULL);
}
