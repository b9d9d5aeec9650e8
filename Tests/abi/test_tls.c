/* The same over TLS: who is trusted, and that a cut is a cut. */
#include "test.h"
#include "tls.h"

#include <sys/wait.h>

#define NTS RESPONSES_NTS

static struct server *server;
static struct tls *tls;
static responses_client *client;
static responses_error *error;
static struct sse sse;

static void start(int flags)
{
    server = server_start();
    tls = tls_start(server, flags);
    client = client_at(tls_url(tls));
    set(client, "ca_file", tls_certificate(tls));
    sse_hello(&sse, "resp_1");
    error = NULL;
}

static int setup(void **state)
{
    (void)state;
    start(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    sse_free(&sse);
    responses_client_free(client);
    tls_stop(tls);
    server_stop(server);
    return 0;
}

static void a_trusted_server_is_talked_to(void **state)
{
    (void)state;
    responses_response *response = NULL;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    responses_response_free(response);
    for (int i = 0; i < 3; i++) {
        answer_stream(server_expect(server), sse.text.data, sse.text.len);
        struct played played = play(client);
        assert_ok(played.status, played.error);
        check_heard(&played.events, &sse, 11);
        played_free(&played);
    }
    assert_int_equal(tls_handshakes(tls), 1);
    assert_string_equal(tls_offered(tls), "http/1.1");
}

static void a_directory_of_certificates_will_do(void **state)
{
    (void)state;
    char directory[] = "/tmp/responses-test-XXXXXX", command[512];
    set(client, "ca_file", NULL);
    assert_non_null(mkdtemp(directory));
    snprintf(command, sizeof command, "cp %s %s/a.pem && openssl rehash %s", tls_certificate(tls),
             directory, directory);
    int made = system(command);
    set(client, "ca_path", directory);
    answer(server_expect(server), 200, RESPONSE);
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    snprintf(command, sizeof command, "rm -r %s", directory);
    assert_int_equal(system(command), 0);
    assert_int_equal(made, 0);
    assert_ok(status, error);
}

static void an_untrusted_server_gets_nothing(void **state)
{
    (void)state;
    set(client, "ca_file", NULL);
    set(client, "max_retries", "3");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    assert_int_equal(responses_error_is_retryable(error), 0);
    assert_int_equal(responses_error_attempts(error), 1);
    assert_contains(message_of(error), "certificate");
    assert_int_equal(server_requests(server), 0);
}

static void another_name_is_another_server(void **state)
{
    (void)state;
    answer(server_expect(server), 200, RESPONSE);
    set(client, "base_url", tls_url_by(tls, "localhost"));
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    set(client, "base_url", tls_url_by(tls, "localhost.localdomain"));
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    /* Not every machine knows that name. */
    assert_true(status == RESPONSES_E_TLS || status == RESPONSES_E_NETWORK);
    responses_error_free(error);
    error = NULL;
    set(client, "base_url", tls_url_by(tls, "127.0.0.2"));
    status = responses_create(client, REQUEST, NTS, NULL, &error);
    assert_true(status == RESPONSES_E_TLS || status == RESPONSES_E_NETWORK);
    assert_int_equal(server_requests(server), 1);
}

static void verification_can_be_switched_off(void **state)
{
    (void)state;
    set(client, "ca_file", NULL);
    set(client, "tls_verify", "0");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    /* And on again: a connection that was not verified is not used. */
    set(client, "tls_verify", "1");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    assert_int_equal(server_requests(server), 1);
}

static void a_derived_client_trusts_for_itself(void **state)
{
    (void)state;
    responses_client *other = NULL;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    assert_ok(responses_client_derive(client, &other, &error), error);
    set(other, "ca_file", NULL);
    assert_status(responses_create(other, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    responses_client_free(other);
    assert_int_equal(server_requests(server), 1);
}

static void a_client_shows_its_certificate(void **state)
{
    (void)state;
    start(TLS_ASK_CLIENT);
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    /* With TLS 1.3 the refusal may come as a broken connection. */
    assert_true(status == RESPONSES_E_TLS || status == RESPONSES_E_NETWORK);
    assert_int_equal(server_requests(server), 0);
    responses_error_free(error);
    error = NULL;
    set(client, "client_cert", tls_certificate(tls));
    set(client, "client_key", tls_key(tls));
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static void a_cut_is_a_cut_polite_or_not(void **state)
{
    (void)state;
    static const int flags[] = {0, TLS_RUDE};
    for (size_t i = 0; i < COUNT(flags); i++) {
        start(flags[i]);
        for (int events = 0; events <= 11; events++) {
            struct exchange *x = server_expect(server);
            say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
            if (events > 0)
                say_bytes(x, sse.text.data, sse.end[events - 1]);
            hang_up(x);
            struct played played = play(client);
            assert_status(played.status, events == 11 ? RESPONSES_OK : RESPONSES_E_TRUNCATED,
                          played.error);
            check_heard(&played.events, &sse, events);
            played_free(&played);
        }
        teardown(state);
    }
    start(0); /* for the teardown that follows */
}

static void http_2_is_offered_and_1_1_taken(void **state)
{
    (void)state;
    int status = responses_client_set(client, "http_version", "2", &error);
    if (status == RESPONSES_E_UNSUPPORTED)
        skip();
    assert_ok(status, error);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    assert_contains(tls_offered(tls), "h2");
    played_free(&played);
}

static void a_handshake_that_never_ends_is_limited(void **state)
{
    (void)state;
    char url[64];
    int64_t begin = now_ms();
    /* A server that accepts and says nothing. */
    await_close(server_at_accept(server));
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", server_port(server));
    set(client, "base_url", url);
    set(client, "connect_timeout_ms", "200");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TIMEOUT, error);
    assert_contains(message_of(error), "connect_timeout_ms");
    assert_in_range(now_ms() - begin, 195, at_most(8000));
}

static void a_child_does_not_end_its_parents_connection(void **state)
{
    (void)state;
    responses_call *call = NULL;
    struct events events = {0};
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[4]);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[4], sse.text.len - sse.end[4]);
    stream_end(x);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    assert_int_equal(responses_call_wait(call, at_most(10000)), RESPONSES_OK);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(at_most(20));
        responses_call_free(call);
        responses_client_free(client);
        if (is_slow())
            execl("/bin/true", "true", (char *)NULL);
        _exit(0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    server_go(server);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_heard(&events, &sse, 11);
    responses_call_free(call);
    events_free(&events);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

int main(void)
{
    const struct CMUnitTest over_tls[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define OWN(name)  cmocka_unit_test_teardown(name, teardown)
        TEST(a_trusted_server_is_talked_to),
        TEST(a_directory_of_certificates_will_do),
        TEST(an_untrusted_server_gets_nothing),
        TEST(another_name_is_another_server),
        TEST(verification_can_be_switched_off),
        TEST(a_derived_client_trusts_for_itself),
        OWN(a_client_shows_its_certificate),
        OWN(a_cut_is_a_cut_polite_or_not),
        TEST(http_2_is_offered_and_1_1_taken),
        TEST(a_handshake_that_never_ends_is_limited),
        TEST(a_child_does_not_end_its_parents_connection),
    };
    return run(over_tls);
}
