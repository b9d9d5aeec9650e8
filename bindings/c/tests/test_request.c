/* The request builder: what JSON comes out, what is refused, and what happens without memory. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comma.h"

#include <responses_request.h>

#define NTS RESPONSES_NTS

/* ---- memory that runs out -------------------------------------------------------------------- */

static int allocations_left = -1; /* -1: as many as one likes */

void *scarce_realloc(void *memory, size_t size)
{
    if (allocations_left == 0)
        return NULL;
    if (allocations_left > 0)
        allocations_left--;
    return realloc(memory, size);
}

void scarce_free(void *memory)
{
    free(memory);
}

/* ---- the tests ------------------------------------------------------------------------------- */

static responses_request *request;

static int setup(void **state)
{
    (void)state;
    allocations_left = -1;
    return responses_request_new(&request);
}

static int teardown(void **state)
{
    (void)state;
    allocations_left = -1;
    responses_request_free(request);
    return 0;
}

static void check_json(const char *expected)
{
    size_t len;
    const char *json = responses_request_json(request, &len);
    json_t *parsed;
    assert_string_equal(json, expected);
    assert_int_equal(len, strlen(expected));
    /* Another library agrees that it is JSON. */
    parsed = json_loads(json, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    assert_non_null(parsed);
    json_decref(parsed);
}

static void check_refused(int status, const char *problem)
{
    assert_int_equal(status, RESPONSES_E_INVALID);
    assert_int_equal(responses_request_status(request), RESPONSES_E_INVALID);
    if (strstr(responses_request_problem(request), problem) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", responses_request_problem(request), problem);
    responses_request_clear(request);
    assert_int_equal(responses_request_status(request), RESPONSES_OK);
}

static void every_type_of_field(void **state)
{
    (void)state;
    check_json("{}");
    assert_int_equal(responses_request_set_string(request, "model", "gpt-5", NTS), 0);
    assert_int_equal(responses_request_set_integer(request, "max_output_tokens", 100), 0);
    assert_int_equal(responses_request_set_number(request, "temperature", 0.1), 0);
    assert_int_equal(responses_request_set_boolean(request, "store", 0), 0);
    assert_int_equal(responses_request_set_null(request, "user"), 0);
    assert_int_equal(responses_request_set_json(request, "include", " [ \"a\" ]\n", NTS), 0);
    assert_int_equal(responses_request_set_string(request, "reasoning/effort", "low", 3), 0);
    assert_int_equal(responses_request_set_string(request, "reasoning/summary", "auto", NTS), 0);
    check_json("{\"model\":\"gpt-5\",\"max_output_tokens\":100,\"temperature\":0.1,"
               "\"store\":false,\"user\":null,\"include\":[ \"a\" ],"
               "\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"}}");
    /* The last one counts, in its place. */
    assert_int_equal(responses_request_set_string(request, "model", "o3", NTS), 0);
    assert_int_equal(responses_request_remove(request, "reasoning/effort"), 0);
    assert_int_equal(responses_request_remove(request, "include"), 0);
    assert_int_equal(responses_request_remove(request, "include"), RESPONSES_E_RANGE);
    assert_int_equal(responses_request_remove(request, "model/x"), RESPONSES_E_RANGE);
    assert_int_equal(responses_request_remove(request, "temperature"), 0);
    check_json("{\"model\":\"o3\",\"max_output_tokens\":100,\"store\":false,\"user\":null,"
               "\"reasoning\":{\"summary\":\"auto\"}}");
    /* An object may become a value. */
    assert_int_equal(responses_request_set_null(request, "reasoning"), 0);
    responses_request_clear(request);
    check_json("{}");
}

static void numbers(void **state)
{
    (void)state;
    assert_int_equal(responses_request_set_integer(request, "a", INT64_MIN), 0);
    assert_int_equal(responses_request_set_integer(request, "b", INT64_MAX), 0);
    assert_int_equal(responses_request_set_integer(request, "c", 0), 0);
    assert_int_equal(responses_request_set_number(request, "d", 1.0 / 3), 0);
    assert_int_equal(responses_request_set_number(request, "e", -1e300), 0);
    check_json("{\"a\":-9223372036854775808,\"b\":9223372036854775807,\"c\":0,"
               "\"d\":0.33333333333333331,\"e\":-1e+300}");
    check_refused(responses_request_set_number(request, "a", INFINITY), "finite");
    check_refused(responses_request_set_number(request, "a", NAN), "finite");
}

static void numbers_in_another_locale(void **state)
{
    (void)state;
    if (!use_decimal_comma())
        skip();
    assert_int_equal(responses_request_set_number(request, "t", 0.5), 0);
    setlocale(LC_ALL, "C");
    check_json("{\"t\":0.5}");
}

static void text_is_escaped(void **state)
{
    char all[33];
    int i;
    (void)state;
    assert_int_equal(responses_request_set_string(request, "a", "\"\\/\b\f\n\r\t\x7f", NTS), 0);
    assert_int_equal(responses_request_set_string(request, "b", "\0x", 2), 0);
    assert_int_equal(responses_request_set_string(request, "c", "\xc3\xa4\xf0\x9f\x98\x80", NTS),
                     0);
    assert_int_equal(responses_request_set_string(request, "q\"\n", "", NTS), 0);
    check_json("{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\x7f\",\"b\":\"\\u0000x\","
               "\"c\":\"\xc3\xa4\xf0\x9f\x98\x80\",\"q\\\"\\n\":\"\"}");
    for (i = 0; i < 32; i++)
        all[i] = (char)i;
    assert_int_equal(responses_request_set_string(request, "a", all, 32), 0);
    assert_non_null(strstr(responses_request_json(request, NULL),
                           "\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b"));
}

static void what_is_no_utf8_is_refused(void **state)
{
    static const char *const bad[] = {"\x80",
                                      "a\xff",
                                      "\xc0\x80",
                                      "\xc3",
                                      "\xe0\x80\x80",
                                      "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf0\x80\x80\x80",
                                      "\xe2\x82",
                                      "\xf8\x88\x80\x80\x80"};
    size_t i;
    (void)state;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        check_refused(responses_request_set_string(request, "model", bad[i], NTS),
                      "set_string \"model\": not UTF-8");
        check_refused(responses_request_add_message(request, "user", bad[i], NTS), "input");
        check_refused(responses_request_set_string(request, bad[i], "a", NTS), "expected a name");
    }
}

static void what_is_no_json_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "{",
                                      "[1,]",
                                      "{\"a\"}",
                                      "{\"a\":1,}",
                                      "01",
                                      "1.",
                                      "-",
                                      "1e",
                                      "nul",
                                      "'a'",
                                      "\"a",
                                      "\"\\x\"",
                                      "\"\n\"",
                                      "[1 2]",
                                      "1 2",
                                      "NaN",
                                      "[-Infinity]",
                                      "{\"a\":Infinity}",
                                      "\"\xff\"",
                                      "{1:2}",
                                      "\"\\u12\"",
                                      "tru",
                                      "[",
                                      ",",
                                      "\"\\",
                                      "]"};
    char deep[2000];
    size_t i;
    (void)state;
    for (i = 0; i < sizeof bad / sizeof *bad; i++)
        check_refused(responses_request_set_json(request, "a", bad[i], NTS), "not JSON");
    check_refused(responses_request_set_json(request, "a", NULL, 0), "not JSON");
    check_refused(responses_request_add_item(request, "[]", NTS), "not a JSON object");
    check_refused(responses_request_add_tool(request, "1", NTS), "not a JSON object");
    check_refused(responses_request_add_function_tool(request, "f", NULL, "[]", 1), "parameters");
    check_refused(responses_request_set_schema(request, "f", "true", NTS), "schema");
    memset(deep, '[', 1000);
    memset(deep + 1000, ']', 1000);
    check_refused(responses_request_set_json(request, "a", deep, 2000), "not JSON");
    assert_int_equal(responses_request_set_json(request, "a", deep + 500, 1000), RESPONSES_OK);
    assert_int_equal(responses_request_set_json(request, "a", "-0.5e+10 ", NTS), RESPONSES_OK);
}

static void names_that_are_none(void **state)
{
    static const char *const bad[] = {"", "/", "/a", "a/", "a//b"};
    size_t i;
    (void)state;
    for (i = 0; i < sizeof bad / sizeof *bad; i++)
        check_refused(responses_request_set_null(request, bad[i]), "expected a name");
    check_refused(responses_request_set_null(request, NULL), "(NULL)");
    responses_request_set_string(request, "a", "b", NTS);
    check_refused(responses_request_set_null(request, "a/b"), "not an object");
    responses_request_add_message(request, "user", "b", NTS);
    check_refused(responses_request_set_string(request, "input", "b", NTS), "added");
    responses_request_set_string(request, "input", "b", NTS);
    check_refused(responses_request_add_message(request, "user", "b", NTS), "set before");
    assert_int_equal(responses_request_set_null(NULL, "a"), RESPONSES_E_INVALID);
    assert_int_equal(responses_request_add_message(NULL, "a", "b", 1), RESPONSES_E_INVALID);
    assert_int_equal(responses_request_new(NULL), RESPONSES_E_INVALID);
    assert_null(responses_request_json(NULL, NULL));
    responses_request_free(NULL);
    responses_request_clear(NULL);
}

/* Everything that recurses has a bound, and what is within it can be sent. */
static void paths_that_are_deep(void **state)
{
    enum { MOST = 512, FAR = 1000000 };
    char *name = malloc(2 * FAR), *deep = malloc(2 * MOST + 1);
    responses_client *client;
    const char *json;
    size_t len;
    int i;
    (void)state;
    assert_non_null(name);
    assert_non_null(deep);
    for (i = 0; i < FAR; i++) {
        name[2 * i] = 'a';
        name[2 * i + 1] = '/';
    }
    name[2 * FAR - 1] = '\0';
    check_refused(responses_request_set_integer(request, name, 1), "512");
    check_refused(responses_request_set_string(request, name, "a", NTS), "512");
    assert_int_equal(responses_request_remove(request, name), RESPONSES_E_INVALID);
    name[2 * MOST + 1] = '\0';
    check_refused(responses_request_set_null(request, name), "512");
    name[2 * MOST - 1] = '\0';
    memset(deep, '[', MOST);
    memset(deep + MOST, ']', MOST);
    deep[2 * MOST] = '\0';
    assert_int_equal(responses_request_set_json(request, name, deep, NTS), RESPONSES_OK);
    json = responses_request_json(request, &len);
    assert_int_equal(len, MOST * strlen("{\"a\":}") + 2 * MOST);
    assert_memory_equal(json, "{\"a\":{\"a\":", 10);
    /* The library takes it: that nobody listens is all that is wrong. */
    assert_int_equal(responses_client_new(&client, NULL), RESPONSES_OK);
    responses_client_set(client, "base_url", "http://127.0.0.1:1", NULL);
    responses_client_set(client, "api_key", "k", NULL);
    responses_client_set(client, "max_retries", "0", NULL);
    assert_int_equal(responses_create(client, json, len, NULL, NULL), RESPONSES_E_NETWORK);
    responses_client_free(client);
    assert_int_equal(responses_request_remove(request, name), RESPONSES_OK);
    free(deep);
    free(name);
}

static void items_and_tools(void **state)
{
    (void)state;
    assert_int_equal(responses_request_add_message(request, "user", "Hi \"you\"", NTS), 0);
    assert_int_equal(responses_request_add_function_output(request, "call_1", "{\"t\":21}", NTS),
                     0);
    assert_int_equal(responses_request_add_item(request, "{\"type\":\"x\"}", NTS), 0);
    assert_int_equal(responses_request_add_image(request, "user", "What?", "data:a"), 0);
    assert_int_equal(responses_request_add_image(request, "user", NULL, "data:a"), 0);
    assert_int_equal(responses_request_add_function_tool(request, "f", "Does.", NULL, 1), 0);
    assert_int_equal(
        responses_request_add_function_tool(request, "g", NULL, "{\"type\":\"object\"}", 0), 0);
    assert_int_equal(responses_request_add_tool(request, "{\"type\":\"web_search\"}", NTS), 0);
    assert_int_equal(responses_request_set_schema(request, "s", "{}", NTS), 0);
    check_json(
        "{\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\"},"
        "{\"type\":\"function_call_output\",\"call_id\":\"call_1\",\"output\":\"{\\\"t\\\":21}\"},"
        "{\"type\":\"x\"},"
        "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":"
        "\"What?\"},{\"type\":\"input_image\",\"image_url\":\"data:a\"}]},"
        "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_image\","
        "\"image_url\":\"data:a\"}]}],"
        "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"description\":\"Does.\","
        "\"parameters\":{\"type\":\"object\",\"properties\":{},\"required\":[],"
        "\"additionalProperties\":false},\"strict\":true},"
        "{\"type\":\"function\",\"name\":\"g\",\"parameters\":{\"type\":\"object\"},"
        "\"strict\":false},{\"type\":\"web_search\"}],"
        "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"s\",\"schema\":{},"
        "\"strict\":true}}}");
}

static void the_first_error_sticks(void **state)
{
    responses_response *out = (responses_response *)&state;
    responses_error *err = (responses_error *)&state;
    (void)state;
    responses_request_set_string(request, "model", "\xff", NTS);
    assert_int_equal(responses_request_set_string(request, "input", "a", NTS), RESPONSES_OK);
    responses_request_set_json(request, "later", "{", NTS);
    assert_string_equal(responses_request_problem(request), "set_string \"model\": not UTF-8");
    /* What failed left nothing behind. */
    assert_string_equal(responses_request_json(request, NULL), "{\"input\":\"a\"}");
    assert_int_equal(responses_request_create(request, NULL, &out, &err), RESPONSES_E_INVALID);
    assert_null(out);
    assert_null(err);
}

/* Everything that allocates. RESPONSES_OK, or the first failure. */
static int build(responses_request *of)
{
    const char *json;
    responses_request_set_string(of, "model", "gpt-5", NTS);
    responses_request_set_string(of, "a/b/c", "x", NTS);
    responses_request_set_number(of, "a/b/d", 0.5);
    responses_request_set_string(of, "a/b/c", "y", NTS);
    responses_request_add_message(of, "user", "Hello, how are you today, and how is all else?",
                                  NTS);
    responses_request_add_message(of, "user", "Hello again, how are you today?", NTS);
    responses_request_add_function_tool(of, "f", NULL, NULL, 1);
    json = responses_request_json(of, NULL);
    return json == NULL ? RESPONSES_E_NOMEM : responses_request_status(of);
}

static void without_memory(void **state)
{
    int allowed, status = RESPONSES_E_NOMEM;
    json_t *parsed;
    (void)state;
    for (allowed = 0; status != RESPONSES_OK; allowed++) {
        responses_request *poor = NULL;
        allocations_left = allowed;
        status = responses_request_new(&poor);
        if (status == RESPONSES_OK) {
            status = build(poor);
            allocations_left = -1;
            /* Whatever failed, what is there is whole. */
            parsed = json_loads(responses_request_json(poor, NULL), 0, NULL);
            assert_non_null(parsed);
            json_decref(parsed);
        }
        assert_true(status == RESPONSES_OK || status == RESPONSES_E_NOMEM);
        responses_request_free(poor);
        assert_in_range(allowed, 0, 200);
    }
    assert_in_range(allowed, 10, 200);
    allocations_left = -1;
}

int main(void)
{
    const struct CMUnitTest requests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(every_type_of_field),
        TEST(numbers),
        TEST(numbers_in_another_locale),
        TEST(text_is_escaped),
        TEST(what_is_no_utf8_is_refused),
        TEST(what_is_no_json_is_refused),
        TEST(names_that_are_none),
        TEST(items_and_tools),
        TEST(paths_that_are_deep),
        TEST(the_first_error_sticks),
        TEST(without_memory),
    };
    setvbuf(stdout, NULL, _IOLBF, 0); /* the last line names a test that hangs */
    return cmocka_run_group_tests(requests, NULL, NULL);
}
