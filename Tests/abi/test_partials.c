/* What the less usual deltas leave in what is put together: patches, commands, log probabilities. */
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

static void patches_are_put_together(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_event(&sse, "response.output_item.added",
              "\"output_index\":0,\"item\":{\"id\":\"apc_1\",\"type\":\"apply_patch_call\","
              "\"status\":\"in_progress\",\"operation\":{\"type\":\"update_file\",\"path\":\"a.c\","
              "\"diff\":\"\"}}");
    sse_event(&sse, "response.apply_patch_call_operation_diff.delta",
              "\"item_id\":\"apc_1\",\"output_index\":0,\"delta\":\"@@\\n-a\"");
    sse_event(&sse, "response.apply_patch_call_operation_diff.delta",
              "\"item_id\":\"apc_1\",\"output_index\":0,\"delta\":\"\\n+b\"");
    start();
    next_kind();
    next_kind();
    next_kind();
    assert_string_equal(now_at("/output/0/operation/diff"), "@@\n-a");
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(now_at("/output/0/operation/diff"), "@@\n-a\n+b");
    assert_string_equal(now_at("/output/0/operation/path"), "a.c");
    assert_string_equal(now_at("/output/0/operation/type"), "update_file");
    assert_string_equal(now_at("/output/0/status"), "in_progress");
}

static void commands_and_what_they_wrote(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_event(&sse, "response.output_item.added",
              "\"output_index\":0,\"item\":{\"id\":\"sh_1\",\"type\":\"shell_call\",\"status\":"
              "\"in_progress\",\"action\":{\"commands\":[],\"timeout_ms\":1000}}");
    sse_event(&sse, "response.shell_call_command.added",
              "\"output_index\":0,\"command_index\":0,\"command\":\"\"");
    sse_event(&sse, "response.shell_call_command.delta",
              "\"output_index\":0,\"command_index\":0,\"delta\":\"ls \"");
    sse_event(&sse, "response.shell_call_command.delta",
              "\"output_index\":0,\"command_index\":0,\"delta\":\"-l\"");
    sse_event(&sse, "response.shell_call_command.added",
              "\"output_index\":0,\"command_index\":1,\"command\":\"p\"");
    sse_event(&sse, "response.shell_call_command.delta",
              "\"output_index\":0,\"command_index\":1,\"delta\":\"wd\"");
    sse_event(&sse, "response.shell_call_output_content.delta",
              "\"item_id\":\"sho_1\",\"output_index\":1,\"command_index\":0,\"delta\":{\"stdout\":"
              "\"a\\n\"}");
    sse_event(&sse, "response.shell_call_output_content.delta",
              "\"item_id\":\"sho_1\",\"output_index\":1,\"command_index\":0,\"delta\":{\"stdout\":"
              "\"b\\n\",\"stderr\":\"no\"}");
    sse_event(&sse, "response.shell_call_output_content.done",
              "\"item_id\":\"sho_1\",\"output_index\":1,\"command_index\":1,\"output\":[{"
              "\"stdout\":\"/\",\"stderr\":\"\",\"outcome\":{\"type\":\"exit\",\"exit_code\":0}}]");
    start();
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(now_at("/output/0/action/commands"), "[\"ls -l\",\"pwd\"]");
    assert_string_equal(now_at("/output/0/action/timeout_ms"), "1000");
    assert_string_equal(now_at("/output/1/type"), "shell_call_output");
    assert_string_equal(now_at("/output/1/output/0/stdout"), "a\nb\n");
    assert_string_equal(now_at("/output/1/output/0/stderr"), "no");
    assert_string_equal(now_at("/output/1/output/1/stdout"), "/");
    assert_string_equal(now_at("/output/1/output/1/outcome/exit_code"), "0");
}

static void log_probabilities_are_collected(void **state)
{
    (void)state;
    static const char place[] = "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,";
    sse_created(&sse);
    sse_message_added(&sse, 0, "msg_1");
    sse_eventf(&sse, "response.content_part.added",
               "%s\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[],"
               "\"logprobs\":[]}",
               place);
    sse_eventf(&sse, "response.output_text.delta",
               "%s\"delta\":\"a\",\"logprobs\":[{\"token\":\"a\",\"logprob\":-0.5}]", place);
    sse_eventf(&sse, "response.output_text.delta", "%s\"delta\":\"b\",\"logprobs\":[]", place);
    sse_eventf(&sse, "response.output_text.delta",
               "%s\"logprobs\":[ {\"token\":\"c\"} , {\"token\":\"d\"} ],\"delta\":\"cd\"", place);
    sse_eventf(&sse, "response.output_text.done", "%s\"text\":\"abcd\",\"logprobs\":[]", place);
    start();
    for (int i = 0; i < 4; i++)
        next_kind();
    assert_string_equal(now_at("/output/0/content/0/logprobs/0/logprob"), "-0.5");
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(text_now(), "abcd");
    assert_string_equal(now_at("/output/0/content/0/logprobs/0/token"), "a");
    assert_string_equal(now_at("/output/0/content/0/logprobs/2/token"), "d");
    assert_string_equal(now_at("/output/0/content/0/logprobs/3"), "<nothing>");
    assert_string_equal(now_at("/output/0/content/0/annotations"), "[]");
}

/* Written once for a kind of delta, its place, and where it ends up. */
static void halves_of_a_character_are_joined(void **state)
{
    (void)state;
    static const struct {
        const char *type, *more, *pointer;
    } kinds[] = {
        {"response.output_text.delta", "", "/output/0/content/0/text"},
        {"response.refusal.delta", "", "/output/0/content/0/refusal"},
        {"response.reasoning_summary_text.delta", ",\"summary_index\":0",
         "/output/0/summary/0/text"},
        {"response.function_call_arguments.delta", "", "/output/0/arguments"},
        {"response.apply_patch_call_operation_diff.delta", "", "/output/0/operation/diff"},
        {"response.shell_call_command.delta", "", "/output/0/action/commands/0"},
        {"response.audio.transcript.delta", "", NULL},
        {"response.unheard_of.delta", "", NULL},
    };
    static const char *deltas[] = {"a\\ud83d", "\\ude00b", "\\uD83D", "",        "\\uDE00",
                                   "c\\ud83d", "d",        "\\ude00", "e\\ud83d"};
    static const char *texts[] = {"a",
                                  "\xf0\x9f\x98\x80"
                                  "b",
                                  "",
                                  "",
                                  "\xf0\x9f\x98\x80",
                                  "c",
                                  "\xef\xbf\xbd"
                                  "d",
                                  "\xef\xbf\xbd",
                                  "e"};
    for (size_t k = 0; k < COUNT(kinds); k++) {
        struct text all = {0};
        sse_free(&sse);
        sse_begin(&sse, "resp_1");
        sse_created(&sse);
        for (size_t i = 0; i < COUNT(deltas); i++)
            sse_eventf(&sse, kinds[k].type, "\"output_index\":0,\"delta\":\"%s\"%s", deltas[i],
                       kinds[k].more);
        struct played played = play_bytes(server, client, sse.text.data, sse.text.len, 0);
        assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
        assert_int_equal(played.events.count, 1 + (int)COUNT(deltas));
        for (size_t i = 0; i < COUNT(deltas); i++) {
            assert_string_equal(played.events.list[i + 1].text, texts[i]);
            text_add(&all, texts[i]);
        }
        if (kinds[k].pointer)
            assert_string_equal(value_at(played.response, kinds[k].pointer), all.data);
        text_free(&all);
        played_free(&played);
    }
}

static void halves_in_two_parts_do_not_meet(void **state)
{
    (void)state;
    sse_created(&sse);
    sse_delta(&sse, 0, "msg_1", "\\ud83d");
    sse_delta(&sse, 1, "msg_2", "\\ude00");
    sse_delta(&sse, 0, "msg_1", "\\ude00");
    start();
    ends(RESPONSES_E_TRUNCATED);
    assert_string_equal(now_at("/output/0/content/0/text"), "\xf0\x9f\x98\x80");
    assert_string_equal(now_at("/output/1/content/0/text"), "\xef\xbf\xbd");
}

static void the_status_of_items_is_what_was_heard(void **state)
{
    (void)state;
    static const char *ends_as[][2] = {
        {"completed", "completed"}, {"incomplete", "incomplete"}, {"cancelled", "incomplete"}};
    for (size_t i = 0; i < COUNT(ends_as); i++) {
        sse_free(&sse);
        sse_begin(&sse, "resp_1");
        sse_created(&sse);
        sse_message_added(&sse, 0, "msg_1");
        sse_delta(&sse, 0, "msg_1", "a");
        sse_event(&sse, "response.output_item.added",
                  "\"output_index\":1,\"item\":{\"id\":\"ws_1\",\"type\":\"web_search_call\","
                  "\"status\":\"in_progress\"}");
        sse_event(&sse, "response.web_search_call.searching",
                  "\"output_index\":1,\"item_id\":\"ws_1\"");
        sse_event(&sse, "response.output_item.added",
                  "\"output_index\":2,\"item\":{\"id\":\"mc_1\",\"type\":\"mcp_call\",\"status\":"
                  "\"in_progress\"}");
        sse_event(&sse, "response.mcp_call.failed", "\"output_index\":2,\"item_id\":\"mc_1\"");
        char type[40];
        snprintf(type, sizeof type, "response.%s", ends_as[i][0]);
        sse_eventf(&sse, type, "\"response\":{\"id\":\"resp_1\",\"status\":\"%s\"}", ends_as[i][0]);
        start();
        for (int k = 0; k < 7; k++)
            next_kind();
        assert_string_equal(now_at("/output/0/status"), "in_progress");
        assert_string_equal(now_at("/output/1/status"), "searching");
        assert_string_equal(now_at("/output/2/status"), "failed");
        ends(RESPONSES_DONE);
        assert_string_equal(now_at("/status"), ends_as[i][0]);
        assert_string_equal(now_at("/output/0/status"), ends_as[i][1]);
        assert_string_equal(now_at("/output/1/status"), ends_as[i][1]);
        assert_string_equal(now_at("/output/2/status"), "failed");
        responses_call_free(call);
        call = NULL;
    }
}

int main(void)
{
    const struct CMUnitTest partials[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(patches_are_put_together),        TEST(commands_and_what_they_wrote),
        TEST(log_probabilities_are_collected), TEST(halves_of_a_character_are_joined),
        TEST(halves_in_two_parts_do_not_meet), TEST(the_status_of_items_is_what_was_heard),
    };
    return run(partials);
}
