/* The main path, against the local server: what a program does with the library in earnest. */
#include "test.h"
#include "sandbox.h"

#define NTS RESPONSES_NTS

static struct sandbox sandbox;
static responses_client *client;
static responses_error *error;
static responses_response *response;
static struct events events;

static int setup(void **state)
{
    (void)state;
    if (sandbox.pid == 0 && sandbox_start(&sandbox, NULL) != 0) {
        print_error("no sandbox at \"%s\"\n", getenv("RESPONSES_SANDBOX"));
        return -1;
    }
    client = client_at(sandbox.url);
    error = NULL;
    response = NULL;
    memset(&events, 0, sizeof events);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(response);
    responses_client_free(client);
    events_free(&events);
    return 0;
}

#define ASK(what) "{\"model\":\"sandbox\",\"input\":\"" what "\"}"

static int stream(const char *json)
{
    events_free(&events);
    responses_error_free(error);
    responses_response_free(response);
    return responses_create_stream(client, json, NTS, collect, &events, &response, &error);
}

static void create_get_and_delete(void **state)
{
    (void)state;
    char id[128];
    assert_ok(responses_create(client, ASK("Say hello."), NTS, &response, &error), error);
    assert_string_equal(responses_response_status(response), "completed");
    assert_string_equal(responses_response_text(response, NULL), "You said: Say hello.");
    assert_string_equal(value_at(response, "/object"), "response");
    assert_true(responses_response_request_id(response)[0] != 0);
    snprintf(id, sizeof id, "%s", responses_response_id(response));
    assert_int_equal(strncmp(id, "resp_", 5), 0);
    responses_response_free(response);

    assert_ok(responses_get(client, id, NULL, 0, &response, &error), error);
    assert_string_equal(responses_response_id(response), id);
    assert_string_equal(responses_response_text(response, NULL), "You said: Say hello.");
    responses_response_free(response);

    assert_ok(responses_delete(client, id, &response, &error), error);
    assert_string_equal(value_at(response, "/deleted"), "true");
    responses_response_free(response);

    assert_status(responses_get(client, id, NULL, 0, &response, &error), RESPONSES_E_API, error);
    assert_int_equal(responses_error_http_status(error), 404);
    assert_contains(message_of(error), id);
    assert_string_equal(field(error, RESPONSES_ERROR_TYPE), "invalid_request_error");
}

static void a_mistake_is_explained(void **state)
{
    (void)state;
    assert_status(responses_create(client,
                                   "{\"model\":\"sandbox\",\"input\":\"x\",\"temprature\":1}", NTS,
                                   &response, &error),
                  RESPONSES_E_API, error);
    assert_int_equal(responses_error_http_status(error), 400);
    assert_string_equal(field(error, RESPONSES_ERROR_CODE), "unknown_parameter");
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "temprature");
    assert_contains(message_of(error), "temprature");
    assert_true(field(error, RESPONSES_ERROR_REQUEST_ID)[0] != 0);
}

static void a_stream_tells_its_text(void **state)
{
    (void)state;
    assert_ok(stream(ASK("Say hello.")), error);
    assert_string_equal(events.text.data, "You said: Say hello.");
    assert_string_equal(responses_response_text(response, NULL), "You said: Say hello.");
    assert_int_equal(events.list[0].kind, RESPONSES_EVENT_CREATED);
    assert_int_equal(events.list[events.count - 1].kind, RESPONSES_EVENT_COMPLETED);
    for (int i = 0; i < events.count; i++)
        assert_int_equal(events.list[i].sequence, i);
}

static void every_kind_of_event_is_known(void **state)
{
    (void)state;
    assert_ok(stream("{\"model\":\"sandbox-everything\",\"input\":\"x\",\"tools\":[{\"type\":"
                     "\"function\",\"name\":\"f\",\"parameters\":{\"type\":\"object\","
                     "\"properties\":{}}}]}"),
              error);
    assert_true(events.count > 50);
    for (int i = 0; i < events.count; i++) {
        assert_int_equal(events.list[i].sequence, i);
        if (events.list[i].kind == RESPONSES_EVENT_OTHER)
            print_message("  not known: %s\n", events.list[i].type);
    }
    assert_string_equal(responses_response_status(response), "completed");
    /* What was put together is what the server says at the end. */
    assert_true(responses_response_text(response, NULL)[0] != 0);
}

static void what_is_put_together_is_the_final_response(void **state)
{
    (void)state;
    static const char *bodies[] = {
        ASK("#long"),
        ASK("#reasoning"),
        ASK("#raw-reasoning"),
        ASK("#refusal"),
        ASK("#web-search"),
        ASK("#code-interpreter"),
        ASK("#annotations"),
        ASK("#mcp"),
        "{\"model\":\"sandbox\",\"input\":\"#parallel-calls\",\"tools\":[{\"type\":\"function\","
        "\"name\":\"f\",\"parameters\":{}},{\"type\":\"function\",\"name\":\"g\","
        "\"parameters\":{}}]}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        responses_response *partial = NULL;
        responses_call *call = NULL;
        const responses_event *event;
        int status;
        assert_ok(responses_create_stream_start(client, bodies[i], NTS, &call, &error), error);
        /* A copy of what is there just before the terminal event. */
        while ((status = responses_call_next(call, &event, &error)) >= 0 &&
               status != RESPONSES_DONE) {
            if (status == RESPONSES_AGAIN) {
                responses_call_wait(call, at_most(10000));
            } else if (responses_event_kind(event) != RESPONSES_EVENT_COMPLETED) {
                responses_response_free(partial);
                responses_response_clone(responses_call_response(call), &partial);
            }
        }
        assert_status(status, RESPONSES_DONE, error);
        print_message("  %s\n", bodies[i]);
        assert_json(value_at(partial, "/output"),
                    value_at(responses_call_response(call), "/output"));
        responses_response_free(partial);
        responses_call_free(call);
    }
}

static void functions_are_called(void **state)
{
    (void)state;
    char request[1024];
    assert_ok(responses_create(client,
                               "{\"model\":\"sandbox-function-call\",\"input\":\"weather?\","
                               "\"tools\":[{\"type\":\"function\",\"name\":\"weather\","
                               "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":"
                               "{\"type\":\"string\"}},\"required\":[\"city\"]}}]}",
                               NTS, &response, &error),
              error);
    assert_string_equal(value_at(response, "/output/0/type"), "function_call");
    assert_string_equal(value_at(response, "/output/0/name"), "weather");
    const char *arguments = value_at(response, "/output/0/arguments");
    assert_json(arguments, arguments);
    char call_id[128];
    snprintf(call_id, sizeof call_id, "%s", value_at(response, "/output/0/call_id"));
    snprintf(request, sizeof request,
             "{\"model\":\"sandbox\",\"previous_response_id\":\"%s\",\"input\":[{\"type\":"
             "\"function_call_output\",\"call_id\":\"%s\",\"output\":\"sunny\"}]}",
             responses_response_id(response), call_id);
    responses_response_free(response);
    assert_ok(responses_create(client, request, NTS, &response, &error), error);
    assert_string_equal(responses_response_status(response), "completed");
}

static void outcomes_other_than_completed(void **state)
{
    (void)state;
    assert_ok(stream(ASK("#incomplete")), error);
    assert_string_equal(responses_response_status(response), "incomplete");
    assert_string_equal(value_at(response, "/incomplete_details/reason"), "max_output_tokens");
    assert_status(stream(ASK("#fail")), RESPONSES_E_API, error);
    assert_string_equal(responses_response_status(response), "failed");
    assert_true(events.count > 5);
    assert_int_equal(events.list[events.count - 1].kind, RESPONSES_EVENT_FAILED);
    assert_int_equal(events.list[events.count - 2].kind, RESPONSES_EVENT_ERROR);
    assert_true(message_of(error)[0] != 0);
    responses_error_free(error);
    error = NULL;
    assert_ok(stream(ASK("#huge=3000000")), error);
    assert_true(events.text.len >= 3000000);
}

static void background_is_waited_for(void **state)
{
    (void)state;
    char id[128];
    set(client, "poll_interval_ms", "20");
    assert_ok(responses_create(client,
                               "{\"model\":\"sandbox\",\"input\":\"hi\",\"background\":true}", NTS,
                               &response, &error),
              error);
    assert_string_equal(responses_response_status(response), "queued");
    snprintf(id, sizeof id, "%s", responses_response_id(response));
    responses_response_free(response);
    assert_ok(responses_wait(client, id, at_most(20000), &response, &error), error);
    assert_string_equal(responses_response_status(response), "completed");
    assert_string_equal(responses_response_text(response, NULL), "You said: hi");
}

static void background_is_cancelled(void **state)
{
    (void)state;
    char id[128];
    responses_client_set_header(client, "X-Sandbox-Speed", "5", NULL);
    assert_ok(responses_create(client,
                               "{\"model\":\"sandbox-long\",\"input\":\"hi\",\"background\":true}",
                               NTS, &response, &error),
              error);
    snprintf(id, sizeof id, "%s", responses_response_id(response));
    responses_response_free(response);
    assert_status(responses_wait(client, id, 50, &response, &error), RESPONSES_E_TIMEOUT, error);
    responses_error_free(error);
    error = NULL;
    assert_ok(responses_cancel(client, id, &response, &error), error);
    assert_string_equal(responses_response_status(response), "cancelled");
    responses_response_free(response);
    assert_ok(responses_wait(client, id, at_most(20000), &response, &error), error);
    assert_string_equal(responses_response_status(response), "cancelled");
}

static void a_stream_is_got_again_from_a_cursor(void **state)
{
    (void)state;
    char id[128];
    assert_ok(stream("{\"model\":\"sandbox\",\"input\":\"hi\",\"background\":true}"), error);
    int all = events.count;
    snprintf(id, sizeof id, "%s", responses_response_id(response));
    responses_response_free(response);
    events_free(&events);
    assert_ok(responses_get_stream(client, id, "{\"starting_after\":4}", NTS, collect, &events,
                                   &response, &error),
              error);
    assert_int_equal(events.count, all - 5);
    assert_int_equal(events.list[0].sequence, 5);
    assert_string_equal(responses_response_text(response, NULL), "You said: hi");
}

static void input_items_come_in_pages(void **state)
{
    (void)state;
    char id[128], params[256];
    int seen = 0;
    assert_ok(responses_create(client,
                               "{\"model\":\"sandbox\",\"input\":[{\"role\":\"user\",\"content\":"
                               "\"1\"},{\"role\":\"user\",\"content\":\"2\"},{\"role\":\"user\","
                               "\"content\":\"3\"}]}",
                               NTS, &response, &error),
              error);
    snprintf(id, sizeof id, "%s", responses_response_id(response));
    snprintf(params, sizeof params, "{\"limit\":2,\"order\":\"asc\"}");
    for (int more = 1; more && seen < 10;) {
        responses_response_free(response);
        assert_ok(responses_list_input_items(client, id, params, NTS, &response, &error), error);
        for (int i = 0;; i++) {
            char pointer[64], expected[16];
            snprintf(pointer, sizeof pointer, "/data/%d/content/0/text", i);
            if (responses_response_get(response, pointer, NULL, NULL, NULL) != RESPONSES_OK)
                break;
            snprintf(expected, sizeof expected, "%d", ++seen);
            assert_string_equal(value_at(response, pointer), expected);
        }
        more = strcmp(value_at(response, "/has_more"), "true") == 0;
        snprintf(params, sizeof params, "{\"limit\":2,\"order\":\"asc\",\"after\":\"%s\"}",
                 value_at(response, "/last_id"));
    }
    assert_int_equal(seen, 3);
}

static void tokens_are_counted_and_conversations_compacted(void **state)
{
    (void)state;
    assert_ok(
        responses_count_input_tokens(client, ASK("count these words"), NTS, &response, &error),
        error);
    assert_string_equal(value_at(response, "/object"), "response.input_tokens");
    assert_true(strtol(value_at(response, "/input_tokens"), NULL, 10) > 0);
    responses_response_free(response);
    assert_ok(responses_compact(client, ASK("a long story"), NTS, &response, &error), error);
    assert_string_equal(value_at(response, "/object"), "response.compaction");
}

static void other_endpoints_are_reached_by_send(void **state)
{
    (void)state;
    char path[256];
    assert_ok(responses_send(client, "POST", "/conversations", "{\"metadata\":{\"a\":\"b\"}}", NTS,
                             &response, &error),
              error);
    assert_string_equal(value_at(response, "/object"), "conversation");
    snprintf(path, sizeof path, "/conversations/%s", responses_response_id(response));
    responses_response_free(response);
    assert_ok(responses_send(client, "GET", path, NULL, 0, &response, &error), error);
    assert_string_equal(value_at(response, "/metadata/a"), "b");
    responses_response_free(response);
    assert_ok(responses_send(client, "DELETE", path, NULL, 0, &response, &error), error);
    assert_string_equal(value_at(response, "/deleted"), "true");
    responses_response_free(response);
    assert_status(responses_send(client, "GET", path, NULL, 0, &response, &error), RESPONSES_E_API,
                  error);
    assert_int_equal(responses_error_http_status(error), 404);
}

int main(void)
{
    const struct CMUnitTest with_sandbox[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(create_get_and_delete),
        TEST(a_mistake_is_explained),
        TEST(a_stream_tells_its_text),
        TEST(every_kind_of_event_is_known),
        TEST(what_is_put_together_is_the_final_response),
        TEST(functions_are_called),
        TEST(outcomes_other_than_completed),
        TEST(background_is_waited_for),
        TEST(background_is_cancelled),
        TEST(a_stream_is_got_again_from_a_cursor),
        TEST(input_items_come_in_pages),
        TEST(tokens_are_counted_and_conversations_compacted),
        TEST(other_endpoints_are_reached_by_send),
    };
    int failed = run(with_sandbox);
    sandbox_stop(&sandbox);
    return failed;
}
