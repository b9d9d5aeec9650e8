/* Who is trusted: authorities of one's own, certificates of clients, and what is said when there is no
   trust. The certificates are made by servers/authority.sh. */
#include "network.h"

#include <fcntl.h>

#define NTS RESPONSES_NTS

static struct process *server;
static responses_client *client;
static responses_error *error;

static void start(const char *name, const char *const more[])
{
    const char *options[16] = {"--cert", certificate(name), "--key"};
    int count = 3;
    options[count++] = certificate("server.key");
    for (int i = 0; more != NULL && more[i] != NULL; i++)
        options[count++] = more[i];
    error = NULL;
    server = tls_server(options);
    client = client_of(server, NULL);
}

static void stop(void)
{
    responses_error_free(error);
    error = NULL;
    responses_client_free(client);
    process_stop(server);
    server = NULL;
    client = NULL;
}

static int teardown(void **state)
{
    (void)state;
    stop();
    return 0;
}

static void forget(void)
{
    responses_error_free(error);
    error = NULL;
}

/* One call that is refused for that reason, before anything was sent, and not tried again. */
static void refused(const char *reason)
{
    set(client, "max_retries", "3");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    print_message("%s\n", message_of(error));
    assert_contains(message_of(error), reason);
    assert_int_equal(responses_error_is_retryable(error), 0);
    assert_int_equal(responses_error_attempts(error), 1);
    assert_int_equal(count_at(server, "requests"), 0);
    forget();
}

static void accepted(void)
{
    responses_response *response = NULL;
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
    responses_response_free(response);
}

static void an_authority_of_ones_own_by_file_and_directory(void **state)
{
    (void)state;
    start("server.pem", NULL);
    accepted();
    check_whole_stream(client, 11);
    set(client, "ca_file", NULL);
    set(client, "ca_path", certificate("ca"));
    accepted();
    /* A connection that was made with one trust is not used with another. */
    set(client, "ca_path", certificate("empty"));
    set(client, "ca_file", certificate("stranger.pem"));
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
}

static void the_reason_is_said(void **state)
{
    (void)state;
    start("unknown.pem", NULL);
    refused("ca_file");
    stop();
    start("expired.pem", NULL);
    refused("expired");
    stop();
    start("elsewhere.pem", NULL);
    refused("localhost");
}

static void a_system_without_the_authority_does_not_trust(void **state)
{
    (void)state;
    start("server.pem", NULL);
    set(client, "ca_file", NULL);
    refused("ca_file");
    set(client, "ca_file", certificate("nowhere.pem"));
    refused("nowhere.pem");
    set(client, "ca_file", certificate("server.key"));
    refused("server.key");
}

static void only_tls_verify_0_switches_verification_off(void **state)
{
    (void)state;
    static const char *const others[] = {"", "no", "off", "00", " 0", "0 ", "-0", "none", "FALSE"};
    start("unknown.pem", NULL);
    /* What other programs are told it by. */
    setenv("CURL_INSECURE", "1", 1);
    setenv("GIT_SSL_NO_VERIFY", "1", 1);
    setenv("PYTHONHTTPSVERIFY", "0", 1);
    setenv("NODE_TLS_REJECT_UNAUTHORIZED", "0", 1);
    setenv("OPENAI_TLS_VERIFY", "0", 1);
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_int_equal(responses_client_set(client, "tls_verify", others[i], &error),
                         RESPONSES_E_INVALID);
        forget();
    }
    refused("ca_file");
    /* Nor does anything else: every other option, at whatever value it accepts. */
    for (size_t i = 0; responses_option_name(i) != NULL; i++) {
        static const char *const values[] = {"0", "false", "*"};
        const char *name = responses_option_name(i);
        /* The others say where the server is, or that there is none. */
        if (!strcmp(name, "tls_verify") || !strcmp(name, "base_url") || !strcmp(name, "proxy") ||
            !strcmp(name, "unix_socket") || !strcmp(name, "record_file") ||
            !strcmp(name, "replay_file"))
            continue;
        for (size_t k = 0; k < COUNT(values); k++)
            (void)responses_client_set(client, name, values[k], NULL);
    }
    set(client, "timeout_ms", "20000");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    assert_int_equal(count_at(server, "requests"), 0);
    unsetenv("CURL_INSECURE");
    unsetenv("OPENAI_TLS_VERIFY");
}

static void the_log_says_that_verification_is_off(void **state)
{
    (void)state;
    struct text log = {0};
    start("unknown.pem", NULL);
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_WARNING, keep_log, &log),
                     RESPONSES_OK);
    set(client, "tls_verify", "0");
    assert_contains(log.data, "tls_verify");
    accepted();
    text_free(&log);
    /* Also when the log is listened to only later. */
    responses_client_free(client);
    client = client_of(server, NULL);
    set(client, "tls_verify", "0");
    assert_int_equal(responses_client_set_log(client, RESPONSES_LOG_WARNING, keep_log, &log),
                     RESPONSES_OK);
    accepted();
    assert_contains(log.data, "tls_verify");
    text_free(&log);
    /* On again, and connections that were not verified are not used. */
    set(client, "tls_verify", NULL);
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    responses_client_set_log(client, RESPONSES_LOG_NONE, NULL, NULL);
    text_free(&log);
}

static void with_client_certificates(const char *const more[])
{
    const char *options[8] = {"--client-ca", certificate("ca.pem")};
    for (int i = 0; more[i] != NULL; i++)
        options[2 + i] = more[i];
    start("server.pem", options);
    /* None, and one that is not of the server's authority. */
    set(client, "max_retries", "3");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    print_message("%s\n", message_of(error));
    assert_contains(message_of(error), "client_cert");
    assert_int_equal(responses_error_attempts(error), 1);
    forget();
    set(client, "client_cert", certificate("unknown.pem"));
    set(client, "client_key", certificate("server.key"));
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    forget();
    assert_int_equal(count_at(server, "requests"), 0);
    set(client, "client_cert", certificate("client.pem"));
    set(client, "client_key", certificate("client.key"));
    accepted();
    check_whole_stream(client, 11);
}

static void a_client_shows_its_certificate(void **state)
{
    (void)state;
    if (!loses_late_alerts()) {
        with_client_certificates((const char *[]){NULL});
        stop();
    }
    with_client_certificates((const char *[]){"--newest", "1.2", NULL});
}

/* OpenSSL would ask for the password: on the terminal, or where there is none on standard input. */
static void nobody_is_asked_for_the_password_of_a_key(void **state)
{
    (void)state;
    int ends[2], before = dup(0);
    start("server.pem", (const char *[]){"--client-ca", certificate("ca.pem"), NULL});
    set(client, "client_cert", certificate("client.pem"));
    set(client, "client_key", certificate("locked.key"));
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    assert_int_equal(write(ends[1], "secret\n", 7), 7);
    dup2(ends[0], 0);
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    char left[8] = "";
    ssize_t unread = read(0, left, sizeof left);
    dup2(before, 0);
    close(before);
    close(ends[0]);
    close(ends[1]);
    assert_status(status, RESPONSES_E_TLS, error);
    print_message("%s\n", message_of(error));
    assert_contains(message_of(error), "locked.key");
    assert_int_equal(unread, 7);
}

static void a_key_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    start("server.pem", (const char *[]){"--client-ca", certificate("ca.pem"), NULL});
    set(client, "client_cert", certificate("client.pem"));
    set(client, "client_key", certificate("server.key"));
    refused("server.key");
    set(client, "client_key", certificate("nowhere.key"));
    refused("nowhere.key");
}

int main(void)
{
    const struct CMUnitTest trust[] = {
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
        TEST(an_authority_of_ones_own_by_file_and_directory),
        TEST(the_reason_is_said),
        TEST(a_system_without_the_authority_does_not_trust),
        TEST(only_tls_verify_0_switches_verification_off),
        TEST(the_log_says_that_verification_is_off),
        TEST(a_client_shows_its_certificate),
        TEST(nobody_is_asked_for_the_password_of_a_key),
        TEST(a_key_that_does_not_fit_is_an_error),
    };
    return run(trust);
}
