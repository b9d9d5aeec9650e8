/* Tool loops of the library: what a C program may do in between, and how they end. */
#include "tools.h"

#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>

#define NTS RESPONSES_NTS
#define ASK "{\"model\":\"m\",\"input\":\"How is the weather?\"}"

static struct server *server;
static responses_client *client;
static responses_tools *tools;
static responses_call *call;
static responses_response *response;
static responses_error *error;
static struct events events;
static struct called called;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    memset(&called, 0, sizeof called);
    memset(&events, 0, sizeof events);
    assert_ok(responses_tools_new(&tools, &error), error);
    return 0;
}

static void let_go(void)
{
    responses_error_free(error);
    responses_response_free(response);
    responses_call_free(call);
    responses_tools_free(tools);
    events_free(&events);
    error = NULL;
    response = NULL;
    call = NULL;
    tools = NULL;
}

static int teardown(void **state)
{
    (void)state;
    let_go();
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void next(int number, const char *output)
{
    answer_output(server_expect(server), number, output);
}

static int run_it(void)
{
    return responses_run(client, ASK, NTS, tools, collect, &events, &response, &error);
}

static void start(void)
{
    assert_ok(responses_run_start(client, ASK, NTS, tools, &call, &error), error);
}

/* Reads the run in an event loop to its end. */
static int read_in_a_loop(void)
{
    const responses_event *event;
    responses_call *ready;
    int status;
    while (1) {
        struct pollfd fd = {responses_client_fd(client), POLLIN, 0};
        assert_true(poll(&fd, 1, at_most(10000)) > 0);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK) {
            responses_error_free(error);
            while ((status = responses_call_next(ready, &event, &error)) == RESPONSES_OK)
                hear(&events, event);
            if (status != RESPONSES_AGAIN)
                return status;
        }
    }
}

/* ---- events ---- */

static int key_of(int request, char key[100])
{
    const char *sent = request_header(server_request(server, request), "idempotency-key");
    return sent && snprintf(key, 100, "%s", sent) > 0;
}

static void all_events_are_handed_over(void **state)
{
    (void)state;
    char first[100], second[100];
    add_tool(tools, "get_weather", &called);
    next(1, "[" WEATHER(1, "Oslo") "," WEATHER(2, "Rome") "]");
    next(2, "[" TAKE_A_COAT "]");
    assert_ok(run_it(), error);
    const int kinds[] = {RESPONSES_EVENT_CREATED,          RESPONSES_EVENT_OUTPUT_ITEM_DONE,
                         RESPONSES_EVENT_OUTPUT_ITEM_DONE, RESPONSES_EVENT_COMPLETED,
                         RESPONSES_EVENT_CREATED,          RESPONSES_EVENT_OUTPUT_ITEM_DONE,
                         RESPONSES_EVENT_COMPLETED};
    assert_int_equal(events.count, COUNT(kinds));
    for (size_t i = 0; i < COUNT(kinds); i++) {
        assert_int_equal(events.list[i].kind, kinds[i]);
        assert_string_equal(events.list[i].response_id, i < 4 ? "resp_1" : "resp_2");
        assert_int_equal(events.list[i].sequence, i < 4 ? i : i - 4);
    }
    assert_string_equal(responses_response_text(response, NULL), "Take a coat.");
    assert_int_equal(responses_response_attempts(response), 1);
    /* One connection, and each request its own key. */
    assert_int_equal(server_request(server, 1)->connection, 0);
    assert_true(key_of(0, first) && key_of(1, second));
    assert_string_not_equal(first, second);
}

static void a_document_in_place_of_a_stream_will_do(void **state)
{
    (void)state;
    add_tool(tools, "get_weather", &called);
    answer(
        server_expect(server), 200,
        "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"output\":[" WEATHER(
            1, "Oslo") "]}");
    next(2, "[" TAKE_A_COAT "]");
    assert_ok(run_it(), error);
    assert_int_equal(called.count, 1);
}

static void a_callback_ends_it(void **state)
{
    (void)state;
    add_tool(tools, "get_weather", &called);
    next(1, "[" WEATHER(1, "Oslo") "]");
    events.stop_after = 2;
    assert_status(run_it(), RESPONSES_E_USER, error);
    assert_int_equal(called.count, 0);
}

/* ---- outputs that come later ---- */

static struct {
    int count;
    responses_tool_call *calls[8];
} kept;

static void keep(responses_tool_call *tool_call, void *user_data)
{
    (void)user_data;
    assert_true(kept.count < (int)COUNT(kept.calls));
    kept.calls[kept.count++] = tool_call;
}

static void add_kept(void)
{
    memset(&kept, 0, sizeof kept);
    assert_ok(responses_tools_add(tools, "get_weather", NULL, NULL, 0, keep, NULL, &error), error);
}

static void give(int index, const char *output)
{
    responses_error *problem = NULL;
    assert_ok(responses_tool_call_answer(kept.calls[index], output, NTS, &problem), problem);
    responses_tool_call_free(kept.calls[index]);
    kept.calls[index] = NULL;
}

static void read_until_it_waits(void)
{
    const responses_event *event;
    int status = RESPONSES_OK;
    while (kept.count == 0) {
        responses_call_wait(call, 50);
        while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
            hear(&events, event);
        assert_status(status, RESPONSES_AGAIN, error);
    }
}

static void outputs_may_come_later_in_any_order(void **state)
{
    (void)state;
    add_kept();
    next(1, "[" WEATHER(1, "Oslo") "," WEATHER(2, "Rome") "," WEATHER(3, "Bonn") "]");
    next(2, "[" TAKE_A_COAT "]");
    start();
    read_until_it_waits();
    assert_int_equal(kept.count, 3);
    assert_string_equal(responses_tool_call_name(kept.calls[1]), "get_weather");
    assert_string_equal(responses_tool_call_id(kept.calls[1]), "call_2");
    assert_json(responses_tool_call_arguments(kept.calls[1], NULL), "{\"city\":\"Rome\"}");
    assert_string_equal(responses_response_id(responses_call_response(call)), "resp_1");
    give(2, "three");
    give(0, "one");
    assert_int_equal(responses_call_wait(call, 0), RESPONSES_AGAIN);
    assert_int_equal(server_requests(server), 1);
    give(1, "two");
    assert_int_equal(read_call(call, &events, &error), RESPONSES_DONE);
    const char *body = server_request(server, 1)->body;
    const char *one = strstr(body, "\"one\""), *two = strstr(body, "\"two\""),
               *three = strstr(body, "\"three\"");
    assert_true(one && two && three && one < two && two < three);
}

static void *answer_soon(void *unused)
{
    (void)unused;
    sleep_ms(20);
    give(0, "21 degrees");
    return NULL;
}

static pthread_t answering;

static void keep_for_a_thread(responses_tool_call *tool_call, void *user_data)
{
    keep(tool_call, user_data);
    assert_int_equal(pthread_create(&answering, NULL, answer_soon, NULL), 0);
}

static void another_thread_may_answer_a_blocking_run(void **state)
{
    (void)state;
    memset(&kept, 0, sizeof kept);
    assert_ok(
        responses_tools_add(tools, "get_weather", NULL, NULL, 0, keep_for_a_thread, NULL, &error),
        error);
    next(1, "[" WEATHER(1, "Oslo") "]");
    next(2, "[" TAKE_A_COAT "]");
    assert_ok(run_it(), error);
    pthread_join(answering, NULL);
    assert_contains(server_request(server, 1)->body, "\"21 degrees\"");
}

static void an_event_loop_is_woken_by_an_output(void **state)
{
    (void)state;
    memset(&kept, 0, sizeof kept);
    assert_ok(
        responses_tools_add(tools, "get_weather", NULL, NULL, 0, keep_for_a_thread, NULL, &error),
        error);
    next(1, "[" WEATHER(1, "Oslo") "]");
    next(2, "[" TAKE_A_COAT "]");
    start();
    assert_int_equal(read_in_a_loop(), RESPONSES_DONE);
    pthread_join(answering, NULL);
}

static void no_limit_runs_while_functions_do(void **state)
{
    (void)state;
    add_kept();
    set_limit(client, "timeout_ms", 300);
    set_limit(client, "idle_timeout_ms", 300);
    next(1, "[" WEATHER(1, "Oslo") "]");
    next(2, "[" TAKE_A_COAT "]");
    start();
    read_until_it_waits();
    assert_int_equal(responses_call_wait(call, 2 * limit_ms(300)), RESPONSES_AGAIN);
    give(0, "21 degrees");
    assert_int_equal(read_call(call, &events, &error), RESPONSES_DONE);
}

/* ---- ends ---- */

static void a_call_without_output_ends_the_run(void **state)
{
    (void)state;
    add_kept();
    next(1, "[" WEATHER(1, "Oslo") "]");
    start();
    read_until_it_waits();
    responses_tool_call_free(kept.calls[0]);
    int status = read_call(call, &events, &error);
    assert_status(status, RESPONSES_E_USER, error);
    assert_contains(message_of(error), "get_weather");
}

static void it_may_be_cancelled_while_it_waits(void **state)
{
    (void)state;
    add_kept();
    next(1, "[" WEATHER(1, "Oslo") "]");
    start();
    read_until_it_waits();
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    int status = read_call(call, &events, &error);
    assert_status(status, RESPONSES_E_CANCELLED, error);
    give(0, "too late"); /* which is fine */
}

static void it_may_be_freed_while_it_waits(void **state)
{
    (void)state;
    add_kept();
    next(1, "[" WEATHER(1, "Oslo") "," WEATHER(2, "Rome") "]");
    start();
    read_until_it_waits();
    responses_call_free(call);
    call = NULL;
    responses_client_free(client);
    client = NULL;
    assert_string_equal(responses_tool_call_id(kept.calls[1]), "call_2");
    give(0, "too late");
    responses_tool_call_free(kept.calls[1]);
}

static void cancel_it(responses_tool_call *tool_call, void *user_data)
{
    keep(tool_call, user_data);
    if (kept.count == 1)
        responses_call_cancel(call);
}

static void a_function_may_cancel_it(void **state)
{
    (void)state;
    memset(&kept, 0, sizeof kept);
    assert_ok(responses_tools_add(tools, "get_weather", NULL, NULL, 0, cancel_it, NULL, &error),
              error);
    next(1, "[" WEATHER(1, "Oslo") "," WEATHER(2, "Rome") "]");
    start();
    int status = read_call(call, &events, &error);
    assert_status(status, RESPONSES_E_CANCELLED, error);
    assert_int_equal(kept.count, 1);
    give(0, "too late");
}

static void free_it(responses_tool_call *tool_call, void *user_data)
{
    keep(tool_call, user_data);
    if (kept.count == 1)
        responses_call_free(call);
}

static void a_function_may_free_it(void **state)
{
    (void)state;
    memset(&kept, 0, sizeof kept);
    assert_ok(responses_tools_add(tools, "get_weather", NULL, NULL, 0, free_it, NULL, &error),
              error);
    next(1, "[" WEATHER(1, "Oslo") "," WEATHER(2, "Rome") "]");
    start();
    int status = read_call(call, &events, &error);
    assert_status(status, RESPONSES_E_CANCELLED, error);
    call = NULL;
    give(0, "too late");
}

static void interrupt_it(responses_tool_call *tool_call, void *user_data)
{
    (void)user_data;
    responses_client_interrupt(client);
    responses_tool_call_answer(tool_call, "", NTS, NULL);
    responses_tool_call_free(tool_call);
}

static void hang(const struct request *request, struct exchange *x, void *user_data)
{
    (void)request;
    (void)user_data;
    await_close(x);
}

static void an_interrupt_ends_a_blocking_run(void **state)
{
    (void)state;
    assert_ok(responses_tools_add(tools, "get_weather", NULL, NULL, 0, interrupt_it, NULL, &error),
              error);
    next(1, "[" WEATHER(1, "Oslo") "]");
    server_set_handler(server, hang, NULL); /* should the next request still be sent */
    assert_status(run_it(), RESPONSES_E_CANCELLED, error);
}

static void the_second_request_is_retried(void **state)
{
    (void)state;
    add_tool(tools, "get_weather", &called);
    set(client, "max_retries", "2");
    next(1, "[" WEATHER(1, "Oslo") "]");
    answer_with(server_expect(server), 503, "Retry-After-Ms: 1\r\n", "{}", 2);
    next(2, "[" TAKE_A_COAT "]");
    assert_ok(run_it(), error);
    assert_int_equal(called.count, 1);
    assert_int_equal(responses_response_attempts(response), 2);
    assert_string_equal(server_request(server, 1)->body, server_request(server, 2)->body);
    char first[100], again[100];
    assert_true(key_of(1, first) && key_of(2, again));
    assert_string_equal(first, again);
}

static void a_stream_that_is_cut_ends_it(void **state)
{
    (void)state;
    add_tool(tools, "get_weather", &called);
    next(1, "[" WEATHER(1, "Oslo") "]");
    struct exchange *x = server_expect(server);
    const char *half = "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":"
                       "{\"id\":\"resp_2\",\"status\":\"in_progress\",\"output\":[]}}\n\n";
    stream_head(x, "");
    stream_chunk(x, half, strlen(half));
    hang_up(x);
    assert_status(run_it(), RESPONSES_E_TRUNCATED, error);
    assert_string_equal(field(error, RESPONSES_ERROR_RESPONSE_ID), "resp_2");
    assert_string_equal(responses_response_id(response), "resp_2");
}

/* ---- a child process ---- */

static void fork_in_it(responses_tool_call *tool_call, void *user_data)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int isRight = responses_tool_call_answer(tool_call, "no", NTS, NULL) == RESPONSES_E_FORKED;
        responses_tool_call_free(tool_call);
        responses_client_free(client);
        _exit(isRight ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    (void)user_data;
    assert_int_equal(responses_tool_call_answer(tool_call, "yes", NTS, NULL), RESPONSES_OK);
    responses_tool_call_free(tool_call);
}

static void a_child_leaves_the_parent_alone(void **state)
{
    (void)state;
    assert_ok(responses_tools_add(tools, "get_weather", NULL, NULL, 0, fork_in_it, NULL, &error),
              error);
    next(1, "[" WEATHER(1, "Oslo") "]");
    next(2, "[" TAKE_A_COAT "]");
    assert_ok(run_it(), error);
    assert_contains(server_request(server, 1)->body, "\"yes\"");
}

/* ---- arguments ---- */

static void check_refusal(int status, const char *words)
{
    assert_status(status, RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), words);
    responses_error_free(error);
    error = NULL;
}

#define REFUSED(expression, words) check_refusal((expression), (words))

static int add_named(const char *name, const char *parameters)
{
    return responses_tools_add(tools, name, NULL, parameters, NTS, keep, NULL, &error);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    REFUSED(add_named(NULL, NULL), "name");
    REFUSED(add_named("", NULL), "1 to 128");
    REFUSED(add_named("get weather", NULL), "A-Z");
    REFUSED(add_named("x", "{"), "parameters_json");
    REFUSED(add_named("x", "[]"), "parameters_json");
    REFUSED(add_named("x", "{\"type\":\"string\"}"), "\"object\"");
    REFUSED(responses_tools_add(tools, "x", "\xff", NULL, 0, keep, NULL, &error), "description");
    REFUSED(responses_tools_add(NULL, "x", NULL, NULL, 0, keep, NULL, &error), "tools");
    assert_ok(add_named("x", "{}"), error);
    REFUSED(add_named("x", NULL), "another tool");
    REFUSED(responses_tools_add_json(tools, NULL, 0, keep, NULL, &error), "json");
    REFUSED(responses_tools_add_json(tools, "{\"type\":\"web_search\"}", NTS, keep, NULL, &error),
            "\"custom\"");
    REFUSED(responses_tools_add_json(tools, "{\"type\":\"function\"}", NTS, keep, NULL, &error),
            "\"name\"");
    const char *twice = "{\"tools\":[{\"type\":\"function\",\"name\":\"x\"}]}";
    REFUSED(responses_run(client, twice, NTS, tools, NULL, NULL, &response, &error), "\"x\"");
    REFUSED(responses_run(client, "{\"tools\":{}}", NTS, tools, NULL, NULL, &response, &error),
            "\"tools\" must be an array");
    REFUSED(responses_run(client, "[]", NTS, tools, NULL, NULL, &response, &error), "json");
    REFUSED(responses_run(client, NULL, 0, tools, NULL, NULL, &response, &error), "json");
    REFUSED(
        responses_run(client, ASK, NTS, (responses_tools *)client, NULL, NULL, &response, &error),
        "tools");
    REFUSED(responses_client_set(client, "max_steps", "0", &error), "max_steps");
}

static void wrong_outputs_can_be_mended(void **state)
{
    (void)state;
    add_kept();
    next(1, "[" WEATHER(1, "Oslo") "]");
    next(2, "[" TAKE_A_COAT "]");
    start();
    read_until_it_waits();
    responses_tool_call *one = kept.calls[0];
    REFUSED(responses_tool_call_answer(one, NULL, 0, &error), "output");
    REFUSED(responses_tool_call_answer(one, "\xff", NTS, &error), "UTF-8");
    REFUSED(responses_tool_call_answer_json(one, "{", NTS, &error), "JSON");
    REFUSED(responses_tool_call_answer_json(one, "NaN", NTS, &error), "NaN");
    REFUSED(responses_tool_call_fail(one, NULL, 0, &error), "message");
    assert_ok(responses_tool_call_answer(one, "\"a\"\n", NTS, &error), error);
    REFUSED(responses_tool_call_answer(one, "b", NTS, &error), "already");
    responses_tool_call_free(one);
    assert_int_equal(read_call(call, &events, &error), RESPONSES_DONE);
    assert_contains(server_request(server, 1)->body, "\"output\":\"\\\"a\\\"\\n\"");
    assert_string_equal(responses_tool_call_name(NULL), "");
    assert_string_equal(responses_tool_call_id(NULL), "");
    assert_string_equal(responses_tool_call_arguments(NULL, NULL), "");
    responses_tool_call_free(NULL);
    responses_tools_free(NULL);
}

static void without_tools_it_is_a_create(void **state)
{
    (void)state;
    next(1, "[" WEATHER(1, "Oslo") "]");
    next(2, "[" TAKE_A_COAT "]");
    /* The model made the function up, as there are none: it is told. */
    assert_ok(responses_run(client, ASK, NTS, NULL, NULL, NULL, &response, &error), error);
    assert_contains(server_request(server, 1)->body, "the tools are: none");
    assert_lacks(server_request(server, 0)->body, "\"tools\"");
}

static void a_custom_tool_takes_text(void **state)
{
    (void)state;
    memset(&kept, 0, sizeof kept);
    assert_ok(responses_tools_add_json(tools, "{\"type\":\"custom\",\"name\":\"shout\"}", NTS, keep,
                                       NULL, &error),
              error);
    next(1, "[{\"type\":\"custom_tool_call\",\"id\":\"ctc_1\",\"call_id\":\"call_1\",\"name\":"
            "\"shout\",\"input\":\"not {JSON\",\"status\":\"completed\"}]");
    next(2, "[" TAKE_A_COAT "]");
    start();
    read_until_it_waits();
    size_t len;
    assert_string_equal(responses_tool_call_arguments(kept.calls[0], &len), "not {JSON");
    assert_int_equal(len, strlen("not {JSON"));
    give(0, "NOT {JSON");
    assert_int_equal(read_call(call, &events, &error), RESPONSES_DONE);
    assert_contains(server_request(server, 1)->body,
                    "{\"type\":\"custom_tool_call_output\",\"call_id\":\"call_1\",\"output\":"
                    "\"NOT {JSON\"}");
}

static void the_set_may_be_freed_when_it_has_begun(void **state)
{
    (void)state;
    add_tool(tools, "get_weather", &called);
    next(1, "[" WEATHER(1, "Oslo") "]");
    next(2, "[" TAKE_A_COAT "]");
    start();
    responses_tools_free(tools);
    tools = NULL;
    assert_int_equal(read_call(call, &events, &error), RESPONSES_DONE);
    assert_int_equal(called.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_events_are_handed_over),
        TEST(a_document_in_place_of_a_stream_will_do),
        TEST(a_callback_ends_it),
        TEST(outputs_may_come_later_in_any_order),
        TEST(another_thread_may_answer_a_blocking_run),
        TEST(an_event_loop_is_woken_by_an_output),
        TEST(no_limit_runs_while_functions_do),
        TEST(a_call_without_output_ends_the_run),
        TEST(it_may_be_cancelled_while_it_waits),
        TEST(it_may_be_freed_while_it_waits),
        TEST(a_function_may_cancel_it),
        TEST(a_function_may_free_it),
        TEST(an_interrupt_ends_a_blocking_run),
        TEST(the_second_request_is_retried),
        TEST(a_stream_that_is_cut_ends_it),
        TEST(a_child_leaves_the_parent_alone),
        TEST(wrong_arguments_are_named),
        TEST(wrong_outputs_can_be_mended),
        TEST(without_tools_it_is_a_create),
        TEST(a_custom_tool_takes_text),
        TEST(the_set_may_be_freed_when_it_has_begun),
    };
    return run(tests);
}
