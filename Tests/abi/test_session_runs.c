/* Tool loops over a session: turns that have the outputs alone, and all of it where the server has lost it. */
#include "tools.h"
#include "turns.h"

#define NTS RESPONSES_NTS
#define ASK "{\"model\":\"m\",\"store\":false,\"input\":\"How is the weather?\"}"

static struct wire_server *server;
static responses_client *client;
static responses_session *session;
static responses_tools *tools;
static responses_response *response;
static responses_error *error;
static struct events events;
static struct called called;

static void open_at(wire_fn play)
{
    server = wire_start(play, NULL);
    client = client_at(wire_url(server));
    int status = responses_session_open(client, &session, &error);
    assert_ok(status, error);
    status = responses_tools_new(&tools, &error);
    assert_ok(status, error);
    memset(&called, 0, sizeof called);
    memset(&events, 0, sizeof events);
    add_tool(tools, "get_weather", &called);
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(response);
    responses_tools_free(tools);
    responses_session_free(session);
    responses_client_free(client);
    wire_stop(server);
    events_free(&events);
    error = NULL;
    response = NULL;
    return 0;
}

static int run_it(const char *json)
{
    return responses_session_run(session, json, NTS, tools, collect, &events, &response, &error);
}

/* The events of a response with that output. */
static void say_response(struct wire *wire, int number, const char *output)
{
    struct text text = {0};
    text_addf(&text,
              "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":"
              "\"resp_%d\",\"status\":\"in_progress\",\"store\":false,\"output\":[]}}",
              number);
    wire_say(wire, text.data);
    text_free(&text);
    text_addf(&text,
              "{\"type\":\"response.completed\",\"sequence_number\":1,\"response\":{\"id\":"
              "\"resp_%d\",\"status\":\"completed\",\"store\":false,\"output\":[%s]}}",
              number, output);
    wire_say(wire, text.data);
    text_free(&text);
}

static void two_turns(struct wire *wire, void *data)
{
    (void)data;
    wire_agree(wire);
    free(wire_take(wire));
    say_response(wire, 1, WEATHER(1, "Oslo"));
    free(wire_take(wire));
    say_response(wire, 2, TAKE_A_COAT);
    wire_drain(wire);
}

static void turns_have_the_outputs_alone(void **state)
{
    (void)state;
    open_at(two_turns);
    int status = run_it(ASK);
    assert_ok(status, error);
    assert_string_equal(responses_response_text(response, NULL), "Take a coat.");
    assert_int_equal(called.count, 1);
    assert_int_equal(events.count, 4);
    json_t *turn = json_loads(wire_message(server, 1), 0, NULL);
    assert_non_null(turn);
    assert_string_equal(json_string_value(json_object_get(turn, "type")), "response.create");
    assert_string_equal(json_string_value(json_object_get(turn, "previous_response_id")), "resp_1");
    json_t *input = json_object_get(turn, "input");
    assert_int_equal(json_array_size(input), 1);
    char *text = json_dumps(input, JSON_COMPACT);
    assert_json(text, "[{\"type\":\"function_call_output\",\"call_id\":\"call_1\",\"output\":"
                      "\"21 degrees in Oslo\"}]");
    free(text);
    json_decref(turn);
}

static void forgetful(struct wire *wire, void *data)
{
    (void)data;
    wire_agree(wire);
    free(wire_take(wire));
    say_response(wire, 1, WEATHER(1, "Oslo"));
    free(wire_take(wire));
    wire_say(wire,
             "{\"type\":\"error\",\"status\":400,\"error\":{\"type\":\"invalid_request_error\","
             "\"code\":\"previous_response_not_found\",\"message\":\"There is no resp_1.\"}}");
    free(wire_take(wire));
    say_response(wire, 2, TAKE_A_COAT);
    wire_drain(wire);
}

static void what_the_server_has_lost_is_sent_again(void **state)
{
    (void)state;
    open_at(forgetful);
    int status = run_it(ASK);
    assert_ok(status, error);
    assert_int_equal(called.count, 1);
    /* The refusal is no event of the run. */
    assert_int_equal(events.count, 4);
    json_t *turn = json_loads(wire_message(server, 2), 0, NULL);
    assert_null(json_object_get(turn, "previous_response_id"));
    assert_int_equal(json_array_size(json_object_get(turn, "input")), 3);
    json_decref(turn);
}

static void what_the_caller_began_with_cannot_be(void **state)
{
    (void)state;
    open_at(forgetful);
    int status = run_it("{\"model\":\"m\",\"input\":\"?\",\"previous_response_id\":\"resp_0\"}");
    assert_status(status, RESPONSES_E_API, error);
    assert_string_equal(field(error, RESPONSES_ERROR_CODE), "previous_response_not_found");
    assert_int_equal(called.count, 1);
}

static void a_run_in_the_background_is_refused(void **state)
{
    (void)state;
    open_at(two_turns);
    int status = run_it("{\"model\":\"m\",\"input\":\"?\",\"background\":true}");
    assert_status(status, RESPONSES_E_INVALID, error);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest session_runs[] = {
        TEST(turns_have_the_outputs_alone),
        TEST(what_the_server_has_lost_is_sent_again),
        TEST(what_the_caller_began_with_cannot_be),
        TEST(a_run_in_the_background_is_refused),
    };
    return run(session_runs);
}
