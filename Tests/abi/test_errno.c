/* Every function that succeeds or gives something back leaves errno as it found it. */
#include "test.h"

#include <errno.h>

#define NTS RESPONSES_NTS

/* Evaluates it with an errno that nothing else sets, and looks afterwards. */
#define KEEPS(expression)                                                                          \
    do {                                                                                           \
        errno = 4711;                                                                              \
        (void)(expression);                                                                        \
        if (errno != 4711)                                                                         \
            fail_msg("%s made errno %d", #expression, errno);                                      \
    } while (0)

static struct server *server;

static responses_call *start(responses_client *client)
{
    responses_call *call = NULL;
    KEEPS(assert_int_equal(responses_create_start(client, REQUEST, NTS, &call, NULL), 0));
    return call;
}

static void read_all(responses_call *call)
{
    int status;
    do {
        KEEPS(status = responses_call_next(call, NULL, NULL));
        if (status == RESPONSES_AGAIN)
            KEEPS(responses_call_wait(call, at_most(10000)));
    } while (status == RESPONSES_OK || status == RESPONSES_AGAIN);
    assert_int_equal(status, RESPONSES_DONE);
}

static void documents(responses_client *client)
{
    responses_response *response = NULL;
    answer(server_expect(server), 200, RESPONSE);
    KEEPS(assert_int_equal(responses_create(client, REQUEST, NTS, &response, NULL), 0));
    KEEPS(responses_response_text(response, NULL));
    KEEPS(responses_response_json(response, NULL));
    KEEPS(responses_response_id(response));
    KEEPS(responses_response_status(response));
    KEEPS(responses_response_http_status(response));
    KEEPS(responses_response_header(response, "x-none"));
    KEEPS(responses_response_request_id(response));
    KEEPS(responses_response_attempts(response));
    KEEPS(responses_response_history(response, NULL));
    KEEPS(responses_response_free(response));
    answer(server_expect(server), 200, RESPONSE);
    KEEPS(assert_int_equal(responses_get(client, "resp_1", NULL, 0, NULL, NULL), 0));
    answer(server_expect(server), 200, RESPONSE);
    KEEPS(assert_int_equal(responses_wait(client, "resp_1", at_most(10000), NULL, NULL), 0));
}

static void streams(responses_client *client)
{
    responses_call *call = NULL;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    KEEPS(assert_int_equal(responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, NULL),
                           0));
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    KEEPS(assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &call, NULL), 0));
    read_all(call);
    KEEPS(responses_call_response(call));
    KEEPS(responses_call_free(call));
    sse_free(&sse);
}

static void calls_that_are_given_up(responses_client *client)
{
    const int before = server_requests(server);
    await_close(server_expect(server));
    responses_call *call = start(client);
    while (server_requests(server) == before)
        KEEPS(responses_call_wait(call, 5));
    KEEPS(responses_client_dispatch(client));
    KEEPS(responses_client_interrupt(client));
    KEEPS(responses_call_cancel(call));
    KEEPS(responses_call_free(call));
}

static void errors(responses_client *client)
{
    responses_error *error = NULL;
    assert_int_equal(responses_client_set(client, "no_such", "1", &error), RESPONSES_E_INVALID);
    KEEPS(responses_error_status(error));
    KEEPS(responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    KEEPS(responses_error_http_status(error));
    KEEPS(responses_error_is_retryable(error));
    KEEPS(responses_error_retry_after_ms(error));
    KEEPS(responses_error_attempts(error));
    KEEPS(responses_error_last_sequence(error));
    KEEPS(responses_error_free(error));
    KEEPS(responses_error_free(NULL));
}

static void by_every_function(void **state)
{
    (void)state;
    server = server_start();
    responses_client *client = NULL, *derived = NULL, *unused = NULL;
    KEEPS(assert_int_equal(responses_client_new(&client, NULL), 0));
    KEEPS(assert_int_equal(responses_client_new(&unused, NULL), 0));
    KEEPS(responses_client_set(client, "api_key", "key-of-a-test", NULL));
    KEEPS(responses_client_set(client, "base_url", server_url(server), NULL));
    KEEPS(responses_client_set(client, "max_retries", "0", NULL));
    KEEPS(responses_client_set_header(client, "X-Some", "value", NULL));
    KEEPS(responses_client_set_log(client, RESPONSES_LOG_NONE, NULL, NULL));
    KEEPS(responses_option_name(0));
    KEEPS(responses_build_info());
    KEEPS(responses_client_derive(client, &derived, NULL));
    KEEPS(assert_true(responses_client_fd(client) >= 0));
    documents(client);
    documents(derived);
    streams(client);
    errors(client);
    calls_that_are_given_up(client);
    /* A name is looked up, and the first address may refuse. */
    char url[64];
    snprintf(url, sizeof url, "http://localhost:%d/v1", server_port(server));
    set(derived, "base_url", url);
    documents(derived);
    KEEPS(responses_client_free(unused));
    KEEPS(responses_client_free(client));
    /* The last takes the connections with it. */
    KEEPS(responses_client_free(derived));
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest errno_is_left[] = {cmocka_unit_test(by_every_function)};
    return run(errno_is_left);
}
