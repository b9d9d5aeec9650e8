/* Attempts of runs: each of their requests is told, and what follows it. */
#include "told.h"

#include "tools.h"

#define NTS RESPONSES_NTS
#define ASK "{\"model\":\"m\",\"input\":\"How is the weather?\"}"

enum { END = RESPONSES_NEXT_END, RETRY = RESPONSES_NEXT_RETRY, STEP = RESPONSES_NEXT_STEP };

static struct server *server;
static responses_client *client;
static responses_tools *tools;
static responses_call *call;
static responses_error *error;
static struct called called;
static struct told told;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "max_retries", "1");
    memset(&called, 0, sizeof called);
    call = NULL;
    error = NULL;
    int status = responses_tools_new(&tools, &error);
    assert_ok(status, error);
    add_tool(tools, "get_weather", &called);
    responses_client_set_attempt_callback(client, tell, &told);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_call_free(call);
    responses_tools_free(tools);
    responses_client_free(client);
    server_stop(server);
    told_free(&told);
    return 0;
}

static void next(int number, const char *output)
{
    answer_output(server_expect(server), number, output);
}

static int run_it(void)
{
    return responses_run(client, ASK, NTS, tools, ignore, NULL, NULL, &error);
}

static void every_step_is_told(void **state)
{
    (void)state;
    next(1, "[" WEATHER(1, "Paris") "]");
    answer_with(server_expect(server), 503, "Retry-After-Ms: 1\r\n", "{}", 2);
    next(2, "[" TAKE_A_COAT "]");
    int status = run_it();
    assert_ok(status, error);
    assert_int_equal(called.count, 1);
    assert_int_equal(told.count, 3);
    assert_attempt(&told, 0, 1, RESPONSES_OK, 200, STEP);
    assert_attempt(&told, 1, 1, RESPONSES_E_API, 503, RETRY);
    assert_attempt(&told, 2, 2, RESPONSES_OK, 200, END);
    for (int i = 0; i < 3; i++)
        assert_string_equal(told.list[i].operation, "run");
    assert_contains(told.list[0].json, "\"next\":\"step\"");
    assert_contains(told.list[0].json, "\"response_id\":\"resp_1\"");
    assert_contains(told.list[0].json, "\"previous_response_id\":null");
    assert_contains(told.list[2].json, "\"response_id\":\"resp_2\"");
}

static void a_run_that_has_no_end_has_one(void **state)
{
    (void)state;
    set(client, "max_steps", "2");
    next(1, "[" WEATHER(1, "Paris") "]");
    next(2, "[" WEATHER(2, "Rome") "]");
    assert_int_equal(run_it(), RESPONSES_E_LIMIT);
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 0, 1, RESPONSES_OK, 200, STEP);
    assert_attempt(&told, 1, 1, RESPONSES_E_LIMIT, 200, END);
}

static void a_request_that_is_mended(void **state)
{
    (void)state;
    const char *refusal = "{\"error\":{\"message\":\"Encrypted content is not supported\","
                          "\"code\":\"unsupported\"}}";
    answer_with(server_expect(server), 400, "", refusal, strlen(refusal));
    next(1, "[" TAKE_A_COAT "]");
    int status = responses_run(client, "{\"model\":\"m\",\"input\":\"hi\",\"store\":false}", NTS,
                               tools, ignore, NULL, NULL, &error);
    assert_ok(status, error);
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 0, 1, RESPONSES_E_API, 400, RETRY);
    assert_string_equal(told.list[0].reason, "unsupported");
    assert_attempt(&told, 1, 1, RESPONSES_OK, 200, END);
}

static void cancels(const responses_attempt *attempt, void *user_data)
{
    tell(attempt, user_data);
    responses_call_cancel(call);
}

static void a_run_that_is_cancelled_calls_no_function(void **state)
{
    (void)state;
    responses_client_set_attempt_callback(client, cancels, &told);
    next(1, "[" WEATHER(1, "Paris") "]");
    int status = responses_run_start(client, ASK, NTS, tools, &call, &error);
    assert_ok(status, error);
    assert_int_equal(read_call(call, NULL, &error), RESPONSES_E_CANCELLED);
    assert_int_equal(called.count, 0);
    assert_int_equal(told.count, 2);
    assert_attempt(&told, 0, 1, RESPONSES_OK, 200, STEP);
    assert_attempt(&told, 1, 0, RESPONSES_E_CANCELLED, 0, END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(every_step_is_told),
        T(a_run_that_has_no_end_has_one),
        T(a_request_that_is_mended),
        T(a_run_that_is_cancelled_calls_no_function),
    };
    return run(tests);
}
