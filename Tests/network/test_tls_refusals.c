/*
 * A server that refuses the TLS handshake would refuse it again: that is asked for once. Up to TLS 1.2 the
 * refusal comes within the handshake, since 1.3 behind it. A handshake that breaks is another matter.
 */
#include "network.h"

#define NTS RESPONSES_NTS

static struct process *server;
static responses_client *client;
static responses_error *error;

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    error = NULL;
    responses_client_free(client);
    client = NULL;
    process_stop(server);
    server = NULL;
    return 0;
}

/* What was started last has failed, at its first attempt. */
static void is_refused(int status)
{
    assert_status(status, RESPONSES_E_TLS, error);
    print_message("  %s\n", message_of(error));
    assert_int_equal(responses_error_attempts(error), 1);
    assert_int_equal(responses_error_is_retryable(error), 0);
    responses_error_free(error);
    error = NULL;
}

static int wait_for(responses_call *call)
{
    int status;
    while ((status = responses_call_next(call, NULL, &error)) == RESPONSES_AGAIN)
        responses_call_wait(call, 10000);
    responses_call_free(call);
    return status;
}

static void every_operation_is_refused(const char *version)
{
    responses_call *call = NULL;
    set(client, "http_version", version);
    is_refused(responses_create(client, REQUEST, NTS, NULL, &error));
    is_refused(responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &error));
    is_refused(responses_get(client, "resp_1", NULL, 0, NULL, &error));
    is_refused(responses_wait(client, "resp_1", 10000, NULL, &error));
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    is_refused(wait_for(call));
}

/* `options` of the server, which end in NULL. */
static void refusals(const char *const options[])
{
    server = tls_server(options);
    client = client_of(server, NULL);
    set(client, "max_retries", "3");
    for (int i = 0; i < 2; i++) {
        every_operation_is_refused(i == 0 ? "1.1" : "2");
        /* No more connections than operations. */
        assert_int_equal(count_at(server, "accepted"), 5 * (i + 1));
    }
    assert_int_equal(count_at(server, "requests"), 0);
}

static void a_certificate_that_is_missing(void **state)
{
    if (!loses_late_alerts())
        refusals((const char *[]){"--client-ca", certificate("ca.pem"), NULL});
    teardown(state);
    refusals((const char *[]){"--client-ca", certificate("ca.pem"), "--newest", "1.2", NULL});
}

static void a_certificate_of_another_authority(void **state)
{
    static const char *const newest[] = {"1.3", "1.2"};
    for (size_t i = loses_late_alerts(); i < COUNT(newest); i++) {
        server = tls_server(
            (const char *[]){"--client-ca", certificate("ca.pem"), "--newest", newest[i], NULL});
        client = client_of(server, NULL);
        set(client, "max_retries", "3");
        set(client, "client_cert", certificate("unknown.pem"));
        set(client, "client_key", certificate("server.key"));
        every_operation_is_refused("1.1");
        every_operation_is_refused("2");
        assert_int_equal(count_at(server, "requests"), 0);
        assert_int_equal(count_at(server, "accepted"), 10);
        teardown(state);
    }
}

static void a_version_that_is_too_old(void **state)
{
    (void)state;
    refusals((const char *[]){"--newest", "1.1", NULL});
}

/* It may be another time: a server that is started anew, or a proxy that is full. */
static void a_handshake_that_breaks_is_tried_again(void **state)
{
    (void)state;
    static const char *const ends[] = {"fin", "reset"};
    for (size_t i = 0; i < COUNT(ends); i++) {
        server = tls_server((const char *[]){"--breaks", "2", "--break-by", ends[i], NULL});
        client = client_of(server, NULL);
        set(client, "max_retries", "1");
        int status = responses_create(client, REQUEST, NTS, NULL, &error);
        assert_true(status == RESPONSES_E_TLS || status == RESPONSES_E_NETWORK);
        assert_contains(message_of(error), "the connection in the TLS handshake");
        assert_int_equal(responses_error_attempts(error), 2);
        assert_int_equal(responses_error_is_retryable(error), 1);
        assert_ok(responses_create(client, REQUEST, NTS, NULL, NULL), NULL);
        teardown(state);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
    const struct CMUnitTest tls_refusals[] = {
        TEST(a_certificate_that_is_missing),
        TEST(a_certificate_of_another_authority),
        TEST(a_version_that_is_too_old),
        TEST(a_handshake_that_breaks_is_tried_again),
    };
    return run(tls_refusals);
}
