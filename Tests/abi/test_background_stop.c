/* A background response goes on at the server when its stream is given up here; a second step stops it. */
#include "sandbox.h"
#include "test.h"

#define NTS  RESPONSES_NTS
#define LONG "{\"model\":\"sandbox-long\",\"input\":\"hi\",\"background\":true}"

static struct sandbox sandbox;
static responses_client *client;
static responses_error *error;
static responses_response *partial;
static struct events events;

static int setup(void **state)
{
    (void)state;
    if (sandbox.pid == 0 && sandbox_start(&sandbox, NULL) != 0) {
        print_error("no sandbox at \"%s\"\n", getenv("RESPONSES_SANDBOX"));
        return -1;
    }
    client = client_at(sandbox.url);
    /* So slow that it does not end by itself. */
    responses_client_set_header(client, "X-Sandbox-Speed", "20", NULL);
    error = NULL;
    partial = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(partial);
    responses_client_free(client);
    events_free(&events);
    return 0;
}

static void check_status_at_server(const char *id, const char *expected)
{
    responses_response *response = NULL;
    responses_error *problem = NULL;
    assert_ok(responses_get(client, id, NULL, 0, &response, &problem), problem);
    assert_string_equal(responses_response_status(response), expected);
    responses_response_free(response);
}

/* It still runs at the server, and with the id of the error it is stopped there. */
static void stop_at_server(const char *id)
{
    responses_response *response = NULL;
    responses_error *problem = NULL;
    assert_string_equal(field(error, RESPONSES_ERROR_RESPONSE_ID), id);
    check_status_at_server(id, "in_progress");
    assert_ok(responses_cancel(client, id, &response, &problem), problem);
    assert_string_equal(responses_response_id(response), id);
    assert_string_equal(responses_response_status(response), "cancelled");
    responses_response_free(response);
    check_status_at_server(id, "cancelled");
}

static void after_a_cancel(void **state)
{
    (void)state;
    responses_call *call = NULL;
    assert_ok(responses_create_stream_start(client, LONG, NTS, &call, &error), error);
    for (int heard = 0; heard < 5;) {
        const responses_event *event = NULL;
        int status = responses_call_next(call, &event, &error);
        if (status == RESPONSES_AGAIN)
            status = responses_call_wait(call, -1);
        else
            heard++;
        assert_ok(status, error);
    }
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    assert_status(responses_call_next(call, NULL, &error), RESPONSES_E_CANCELLED, error);
    /* The call's own response knows the id too. */
    stop_at_server(responses_response_id(responses_call_response(call)));
    responses_call_free(call);
}

static int interrupt_at_fifth(const responses_event *event, void *user_data)
{
    if (events.count == 4)
        responses_client_interrupt(client);
    return collect(event, user_data);
}

static void after_an_interrupt(void **state)
{
    (void)state;
    assert_status(
        responses_create_stream(client, LONG, NTS, interrupt_at_fifth, &events, &partial, &error),
        RESPONSES_E_CANCELLED, error);
    stop_at_server(responses_response_id(partial));
}

static void after_a_callback_said_so(void **state)
{
    (void)state;
    events.stop_after = 5;
    assert_status(responses_create_stream(client, LONG, NTS, collect, &events, &partial, &error),
                  RESPONSES_E_USER, error);
    stop_at_server(responses_response_id(partial));
}

static void after_a_time_limit(void **state)
{
    (void)state;
    set_limit(client, "timeout_ms", 500);
    assert_status(responses_create_stream(client, LONG, NTS, collect, &events, &partial, &error),
                  RESPONSES_E_TIMEOUT, error);
    set(client, "timeout_ms", NULL);
    stop_at_server(responses_response_id(partial));
}

/* A wait has the id from its caller. */
static void after_a_wait_that_was_too_long(void **state)
{
    (void)state;
    assert_ok(responses_create(client, LONG, NTS, &partial, &error), error);
    const char *id = responses_response_id(partial);
    assert_status(responses_wait(client, id, 300, NULL, &error), RESPONSES_E_TIMEOUT, error);
    stop_at_server(id);
}

int main(void)
{
    const struct CMUnitTest background_stop[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(after_a_cancel),
        TEST(after_an_interrupt),
        TEST(after_a_callback_said_so),
        TEST(after_a_time_limit),
        TEST(after_a_wait_that_was_too_long),
    };
    int failed = run(background_stop);
    sandbox_stop(&sandbox);
    return failed;
}
