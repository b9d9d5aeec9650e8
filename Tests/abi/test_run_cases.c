/* Tool loops of the library by the cases that all languages share: Tests/runs. */
#include "tools.h"

#include <poll.h>

#define NTS RESPONSES_NTS
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

static int is_as_asked(const json_t *found, const json_t *wanted)
{
    const char *text = json_string_value(wanted), *name;
    if (text && strcmp(text, "<absent>") == 0)
        return found == NULL;
    if (text && text[0] == '~')
        return json_is_string(found) && strstr(json_string_value(found), text + 1);
    if (json_is_array(wanted)) {
        if (!json_is_array(found) || json_array_size(found) != json_array_size(wanted))
            return 0;
        for (size_t i = 0; i < json_array_size(wanted); i++)
            if (!is_as_asked(json_array_get(found, i), json_array_get(wanted, i)))
                return 0;
        return 1;
    }
    if (json_is_object(wanted)) {
        json_t *value;
        if (!json_is_object(found) || json_object_size(found) != json_object_size(wanted))
            return 0;
        json_object_foreach((json_t *)wanted, name,
                            value) if (!is_as_asked(json_object_get(found, name), value)) return 0;
        return 1;
    }
    return json_equal(found, wanted);
}

static void check_sent(const char *name, const json_t *sent)
{
    for (size_t i = 0; i < json_array_size(sent); i++) {
        json_t *body = json_loads(server_request(server, (int)i)->body, 0, NULL), *value;
        const char *member;
        assert_non_null(body);
        assert_true(json_is_true(json_object_get(body, "stream")));
        json_object_foreach(json_array_get(sent, i), member,
                            value) if (!is_as_asked(json_object_get(body, member), value))
            fail_msg("%s: request %zu has another %s: %s", name, i + 1, member,
                     server_request(server, (int)i)->body);
        json_decref(body);
    }
    assert_int_equal(server_requests(server), json_array_size(sent));
}

static void check_end(const json_t *test, int status, int done, const responses_response *last)
{
    const json_t *end = json_object_get(test, "end");
    const char *problem = json_string_value(json_object_get(end, "error"));
    if (problem) {
        assert_int_equal(status, RESPONSES_E_LIMIT);
        assert_contains(message_of(error), problem);
    } else {
        assert_status(status, done, error);
    }
    assert_string_equal(responses_response_id(last), json_string_value(json_object_get(end, "id")));
    if (json_object_get(end, "status"))
        assert_string_equal(responses_response_status(last),
                            json_string_value(json_object_get(end, "status")));
}

static void answer_all(const json_t *test)
{
    const json_t *answers = json_object_get(test, "answers");
    for (size_t i = 0; i < json_array_size(answers); i++) {
        const json_t *one = json_array_get(answers, i);
        struct exchange *x = server_expect(server);
        if (json_object_get(one, "response")) {
            answer_run(x, json_object_get(one, "response"));
        } else {
            char *body = json_dumps(one, JSON_COMPACT);
            answer(x, (int)json_integer_value(json_object_get(one, "status")), body);
            free(body);
        }
    }
}

enum way { BLOCKING, PULLED, LOOPED, WAYS };

static void play_case(const json_t *test, enum way way)
{
    const char *name = json_string_value(json_object_get(test, "name"));
    const json_t *wanted = json_object_get(test, "called");
    char *body = json_dumps(json_object_get(test, "body"), 0), steps[20];
    setup(NULL);
    json_t *tool;
    size_t i;
    json_array_foreach(json_object_get(test, "tools"), i, tool)
        add_tool(tools, json_string_value(tool), &called);
    if (json_object_get(test, "max_steps")) {
        snprintf(steps, sizeof steps, "%d",
                 (int)json_integer_value(json_object_get(test, "max_steps")));
        set(client, "max_steps", steps);
    }
    answer_all(test);
    if (way == BLOCKING) {
        int status = responses_run(client, body, NTS, tools, collect, &events, &response, &error);
        check_end(test, status, RESPONSES_OK, response);
    } else {
        assert_ok(responses_run_start(client, body, NTS, tools, &call, &error), error);
        int status = way == PULLED ? read_call(call, &events, &error) : read_in_a_loop();
        check_end(test, status, RESPONSES_DONE, responses_call_response(call));
    }
    check_sent(name, json_object_get(test, "sent"));
    assert_int_equal(called.count, json_array_size(wanted));
    for (int n = 0; n < called.count; n++)
        assert_string_equal(called.names[n], json_string_value(json_array_get(wanted, (size_t)n)));
    free(body);
    teardown(NULL);
}

static void play_cases(enum way way)
{
    json_error_t problem;
    json_t *cases = json_load_file(CASES, 0, &problem), *test;
    size_t index;
    if (!cases)
        fail_msg("%s: %s", CASES, problem.text);
    assert_true(json_array_size(cases) > 30);
    json_array_foreach(cases, index, test) play_case(test, way);
    json_decref(cases);
}

static void cases_of_a_blocking_run(void **state)
{
    (void)state;
    play_cases(BLOCKING);
}

static void cases_of_a_run_that_is_pulled(void **state)
{
    (void)state;
    play_cases(PULLED);
}

static void cases_of_a_run_in_an_event_loop(void **state)
{
    (void)state;
    play_cases(LOOPED);
}

int main(void)
{
    const struct CMUnitTest cases[] = {
        cmocka_unit_test(cases_of_a_blocking_run),
        cmocka_unit_test(cases_of_a_run_that_is_pulled),
        cmocka_unit_test(cases_of_a_run_in_an_event_loop),
    };
    return run(cases);
}
