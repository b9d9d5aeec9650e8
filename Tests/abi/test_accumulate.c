/* What has been put together so far: responses_call_response at any time, and what a cut leaves. */
#include "test.h"

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_error *error;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_begin(&sse, "resp_1");
    call = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_call_free(call);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void start(void)
{
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create_stream_start(client, REQUEST, RESPONSES_NTS, &call, &error), error);
}

/* Reads one more event. */
static int next_kind(void)
{
    const responses_event *event = NULL;
    int status;
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_AGAIN)
        assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    assert_ok(status, error);
    return responses_event_kind(event);
}

/* Reads the rest; the call must end so. */
static void ends(int expected)
{
    assert_status(read_call(call, NULL, &error), expected, error);
}

static const char *text_now(void)
{
    const responses_response *response = responses_call_response(call);
    return response ? responses_response_text(response, NULL) : "<none>";
}

static const char *now_at(const char *pointer)
{
    const responses_response *response = responses_call_response(call);
    return response ? value_at(response, pointer) : "<none>";
}

static void the_text_grows_with_every_event(void **state)
{
    (void)state;
    static const char *texts[] = {"",
                                  "",
                                  "",
                                  "",
                                  "Hello",
                                  "Hello, ",
                                  "Hello, world!",
                                  "Hello, world!",
                                  "Hello, world!",
                                  "Hello, world!",
                                  "Hello, world!"};
    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    start();
    for (size_t i = 0; i < COUNT(texts); i++) {
        next_kind();
        assert_string_equal(text_now(), texts[i]);
        assert_string_equal(responses_response_id(responses_call_response(call)), "resp_1");
        assert_string_equal(responses_response_status(responses_call_response(call)),
                            i < 10 ? "in_progress" : "completed");
    }
    ends(RESPONSES_DONE);
    assert_string_equal(text_now(), "Hello, world!");
    assert_string_equal(now_at("/usage/total_tokens"), "3");
    assert_string_equal(now_at("/output/0/content/0/text"), "Hello, world!");
}

static void before_the_first_event_there_is_nothing(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    wait_for_go(x);
    sse_completed(&sse);
    answer_stream(x, sse.text.data, sse.text.len);
    assert_ok(responses_create_stream_start(client, REQUEST, RESPONSES_NTS, &call, &error), error);
    assert_null(responses_call_response(call));
    assert_int_equal(responses_call_wait(call, 10), RESPONSES_AGAIN);
    assert_null(responses_call_response(call));
    server_go(server);
    ends(RESPONSES_DONE);
    assert_string_equal(responses_response_status(responses_call_response(call)), "completed");
}

static void a_partial_response_has_the_parts_in_place(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_message_added(&sse, 0, "msg_1");
    sse_part_added(&sse, 0, "msg_1");
    sse_delta(&sse, 0, "msg_1", "caf\\u00e9 \\\"x\\\"\\n");
    start();
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(text_now(), "caf\xc3\xa9 \"x\"\n");
    assert_string_equal(now_at("/id"), "resp_1");
    assert_string_equal(now_at("/model"), "m");
    assert_string_equal(now_at("/output/0/type"), "message");
    assert_string_equal(now_at("/output/0/id"), "msg_1");
    assert_string_equal(now_at("/output/0/content/0/type"), "output_text");
    assert_string_equal(now_at("/output/0/content/0/text"), "caf\xc3\xa9 \"x\"\n");
    const char *json = responses_response_json(responses_call_response(call), NULL);
    assert_json(json, json);
}

static void function_arguments_are_put_together(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_function_added(&sse, 0, "fc_1", "call_1", "weather");
    sse_arguments_delta(&sse, 0, "fc_1", "{\\\"city\\\":");
    sse_arguments_delta(&sse, 0, "fc_1", "\\\"Rome\\\"}");
    start();
    for (int i = 0; i < 3; i++)
        next_kind();
    assert_string_equal(now_at("/output/0/arguments"), "{\"city\":");
    assert_string_equal(now_at("/output/0/name"), "weather");
    assert_string_equal(now_at("/output/0/call_id"), "call_1");
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(now_at("/output/0/arguments"), "{\"city\":\"Rome\"}");
    assert_string_equal(text_now(), "");
}

static void a_done_without_deltas_is_enough(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_function_added(&sse, 0, "fc_1", "call_1", "weather");
    sse_arguments_done(&sse, 0, "fc_1", "{}");
    sse_text_done(&sse, 1, "msg_1", "all at once");
    start();
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(now_at("/output/0/arguments"), "{}");
    assert_string_equal(text_now(), "all at once");
    assert_string_equal(now_at("/output/1/content/0/text"), "all at once");
}

static void the_later_source_wins(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_message_added(&sse, 0, "msg_1");
    sse_part_added(&sse, 0, "msg_1");
    sse_delta(&sse, 0, "msg_1", "delta");
    sse_text_done(&sse, 0, "msg_1", "text done");
    sse_part_done(&sse, 0, "msg_1", "part done");
    sse_message_done(&sse, 0, "msg_1", "item done");
    sse_event(&sse, "response.completed",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[{\"type\":"
              "\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"final\"}]}]}");
    start();
    static const char *texts[] = {"",          "",          "",          "delta",
                                  "text done", "part done", "item done", "final"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        next_kind();
        assert_string_equal(text_now(), texts[i]);
    }
    ends(RESPONSES_DONE);
    assert_string_equal(text_now(), "final");
}

static void items_may_interleave_and_close_out_of_order(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_message_added(&sse, 0, "msg_a");
    sse_message_added(&sse, 1, "msg_b");
    sse_function_added(&sse, 2, "fc_1", "call_1", "f");
    sse_delta(&sse, 1, "msg_b", "B1");
    sse_delta(&sse, 0, "msg_a", "A1");
    sse_arguments_delta(&sse, 2, "fc_1", "{");
    sse_delta(&sse, 1, "msg_b", "B2");
    sse_arguments_delta(&sse, 2, "fc_1", "}");
    sse_message_done(&sse, 1, "msg_b", "B1B2");
    sse_delta(&sse, 0, "msg_a", "A2");
    start();
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(text_now(), "A1A2B1B2");
    assert_string_equal(now_at("/output/2/arguments"), "{}");
    assert_string_equal(now_at("/output/1/status"), "completed");
    assert_string_equal(now_at("/output/0/status"), "in_progress");
}

static void items_that_were_never_added_are_made(void **state)
{
    (void)state;
    sse_event(&sse, "response.output_text.delta",
              "\"output_index\":0,\"content_index\":0,\"delta\":\"first\"");
    sse_event(&sse, "response.output_text.delta", "\"delta\":\" no index\"");
    sse_event(&sse, "response.output_text.delta",
              "\"output_index\":0,\"content_index\":1,\"item_id\":\"other\",\"delta\":\" part\"");
    start();
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(now_at("/output/0/content/1/text"), " part");
    assert_string_equal(text_now(), "first no index part");
}

static void summaries_and_reasoning_have_their_places(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_event(
        &sse, "response.output_item.added",
        "\"output_index\":0,\"item\":{\"id\":\"rs_1\",\"type\":\"reasoning\",\"summary\":[]}");
    sse_event(&sse, "response.reasoning_summary_part.added",
              "\"item_id\":\"rs_1\",\"output_index\":0,\"summary_index\":0,"
              "\"part\":{\"type\":\"summary_text\",\"text\":\"\"}");
    sse_event(&sse, "response.reasoning_summary_text.delta",
              "\"item_id\":\"rs_1\",\"output_index\":0,\"summary_index\":0,\"delta\":\"I \"");
    sse_event(&sse, "response.reasoning_summary_text.delta",
              "\"item_id\":\"rs_1\",\"output_index\":0,\"summary_index\":0,\"delta\":\"think\"");
    sse_event(&sse, "response.reasoning_summary_text.delta",
              "\"item_id\":\"rs_1\",\"output_index\":0,\"summary_index\":1,\"delta\":\"so\"");
    sse_event(&sse, "response.reasoning_text.delta",
              "\"item_id\":\"rs_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"raw\"");
    start();
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(now_at("/output/0/summary/0/text"), "I think");
    assert_string_equal(now_at("/output/0/summary/1/text"), "so");
    assert_string_equal(now_at("/output/0/content/0/text"), "raw");
    assert_string_equal(text_now(), "");
}

static void refusals_custom_input_and_code_as_well(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_message_added(&sse, 0, "msg_1");
    sse_event(&sse, "response.refusal.delta",
              "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"I can\"");
    sse_event(&sse, "response.refusal.delta",
              "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"not\"");
    sse_event(&sse, "response.output_item.added",
              "\"output_index\":1,\"item\":{\"id\":\"ctc_1\",\"type\":\"custom_tool_call\","
              "\"input\":\"\"}");
    sse_event(&sse, "response.custom_tool_call_input.delta",
              "\"item_id\":\"ctc_1\",\"output_index\":1,\"delta\":\"abc\"");
    sse_event(&sse, "response.output_item.added",
              "\"output_index\":2,\"item\":{\"id\":\"ci_1\",\"type\":\"code_interpreter_call\","
              "\"code\":\"\"}");
    sse_event(&sse, "response.code_interpreter_call_code.delta",
              "\"item_id\":\"ci_1\",\"output_index\":2,\"delta\":\"print(1)\"");
    start();
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(now_at("/output/0/content/0/refusal"), "I cannot");
    assert_string_equal(now_at("/output/1/input"), "abc");
    assert_string_equal(now_at("/output/2/code"), "print(1)");
    assert_string_equal(text_now(), "");
}

static void a_final_response_without_output_keeps_what_was_heard(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_message(&sse, 0, "msg_1", (const char *[]){"heard", NULL});
    sse_event(&sse, "response.completed",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\"}");
    start();
    ends(RESPONSES_DONE);
    assert_string_equal(responses_response_status(responses_call_response(call)), "completed");
    assert_string_equal(text_now(), "heard");
}

static void a_thousand_items_of_absurd_index_do_no_harm(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_event(&sse, "response.output_text.delta",
              "\"output_index\":2147483647,\"content_index\":2147483647,\"delta\":\"far\"");
    sse_event(&sse, "response.output_text.delta",
              "\"output_index\":-5,\"content_index\":-7,\"delta\":\"away\"");
    for (int i = 0; i < 1000; i++)
        sse_eventf(&sse, "response.output_text.delta",
                   "\"output_index\":%d,\"content_index\":0,\"delta\":\"x\"", i);
    sse_completed(&sse);
    start();
    ends(RESPONSES_DONE);
}

static void a_borrowed_response_can_be_cloned(void **state)
{
    (void)state;
    responses_response *clone = NULL;
    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    start();
    for (int i = 0; i < 5; i++)
        next_kind();
    assert_int_equal(responses_response_clone(responses_call_response(call), &clone), RESPONSES_OK);
    ends(RESPONSES_DONE);
    responses_call_free(call);
    call = NULL;
    assert_string_equal(responses_response_text(clone, NULL), "Hello");
    assert_string_equal(value_at(clone, "/output/0/content/0/text"), "Hello");
    assert_string_equal(responses_response_status(clone), "in_progress");
    responses_response_free(clone);
}

int main(void)
{
    const struct CMUnitTest accumulate[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_text_grows_with_every_event),
        TEST(before_the_first_event_there_is_nothing),
        TEST(a_partial_response_has_the_parts_in_place),
        TEST(function_arguments_are_put_together),
        TEST(a_done_without_deltas_is_enough),
        TEST(the_later_source_wins),
        TEST(items_may_interleave_and_close_out_of_order),
        TEST(items_that_were_never_added_are_made),
        TEST(summaries_and_reasoning_have_their_places),
        TEST(refusals_custom_input_and_code_as_well),
        TEST(a_final_response_without_output_keeps_what_was_heard),
        TEST(a_thousand_items_of_absurd_index_do_no_harm),
        TEST(a_borrowed_response_can_be_cloned),
    };
    return run(accumulate);
}
