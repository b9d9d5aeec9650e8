/* responses_client_new, _set, _set_header, _derive: what they take and what they refuse. */
#include "test.h"

static responses_client *fresh(void)
{
    responses_client *client = NULL;
    responses_error *error = (responses_error *)&client; /* must become NULL */
    assert_int_equal(responses_client_new(&client, &error), RESPONSES_OK);
    assert_non_null(client);
    assert_null(error);
    return client;
}

static void good_values_are_taken(void **state)
{
    (void)state;
    static const char *good[][2] = {
        {"api_key", "sk-proj-abc_DEF.123"},
        {"base_url", "https://api.openai.com/v1"},
        {"base_url", "http://localhost:8080"},
        {"base_url", "http://[::1]:8080/v1/"},
        {"base_url", "https://x.example/openai/v1?api-version=2025-04-01-preview"},
        {"organization", "org-123"},
        {"project", "proj_123"},
        {"user_agent", "my program/1.0 (test)"},
        {"auth_header", "api-key"},
        {"auth_header", "Authorization"},
        {"default_query", "a=1&b=2"},
        {"default_query", "api-version=2025-04-01-preview"},
        {"default_query", ""},
        {"tls_verify", "0"},
        {"tls_verify", "1"},
        {"proxy", "http://127.0.0.1:3128"},
        {"proxy", ""},
        {"no_proxy", "localhost,.example.com"},
        {"no_proxy", ""},
        {"proxy_auth", "digest"},
        {"proxy_auth", "negotiate"},
        {"unix_socket", "/run/model.sock"},
        {"unix_socket", ""},
        {"fallback_base_urls", "https://a.example/v1 https://b.example/v1"},
        {"fallback_base_urls", ""},
        {"retry_min_ms", "0"},
        {"retry_max_ms", "600000"},
        {"count_comments", "1"},
        {"record_file", ""},
        {"replay_file", ""},
        {"replay_pace", "original"},
        {"replay_pace", "fast"},
        {"ping_interval_ms", "0"},
        {"session_turns", "1000"},
        {"max_steps", "1000"},
        {"http_version", "1.1"},
        {"http_version", "2"},
        {"tcp_keepalive_ms", "0"},
        {"tcp_keepalive_ms", "60000"},
        {"connect_timeout_ms", "1"},
        {"connect_timeout_ms", "0"},
        {"first_event_timeout_ms", "600000"},
        {"idle_timeout_ms", "0"},
        {"completion_grace_ms", "30000"},
        {"timeout_ms", "0"},
        {"timeout_ms", "86400000"},
        {"max_retries", "0"},
        {"max_retries", "100"},
        {"resume_attempts", "0"},
        {"resume_attempts", "20"},
        {"poll_interval_ms", "1"},
        {"max_event_bytes", "1024"},
        {"max_event_bytes", "1073741824"},
        {"max_response_bytes", "268435456"},
        {"max_queue_bytes", "262144"},
    };
    responses_client *client = fresh();
    for (size_t i = 0; i < COUNT(good); i++) {
        responses_error *error = NULL;
        int status = responses_client_set(client, good[i][0], good[i][1], &error);
        if (status != RESPONSES_OK)
            print_error("%s = \"%s\"\n", good[i][0], good[i][1]);
        assert_ok(status, error);
        assert_null(error);
    }
    responses_client_free(client);
}

static void bad_values_are_refused_with_what_is_accepted(void **state)
{
    (void)state;
    /* name, value, what the message must mention beside the name */
    static const char *bad[][3] = {
        {"api_key", "sk\r\nX-Evil: 1", ""},
        {"proxy_auth", "Basic realm", "basic, digest, ntlm, negotiate or any"},
        {"unix_socket", "a\nb", "path"},
        {"fallback_base_urls", "https://a.example/v1 ftp://b", "http or https"},
        {"retry_min_ms", "600001", "600000"},
        {"retry_max_ms", "-1", "600000"},
        {"count_comments", "yes", "1"},
        {"record_file", "/no/such/directory/a.har", "cannot be written"},
        {"replay_file", "/no/such/file.har", "cannot be read"},
        {"replay_pace", "slow", "original"},
        {"session_turns", "0", "1000"},
        {"max_steps", "0", "1000"},
        {"api_key", "sk\n", ""},
        {"base_url", "", "http"},
        {"base_url", "api.openai.com/v1", "http"},
        {"base_url", "ftp://api.openai.com/v1", "http"},
        {"base_url", "file:///etc/passwd", "http"},
        {"base_url", "http://", "http"},
        {"base_url", "http:///v1", "http"},
        {"base_url", "http://host/a b", ""},
        {"base_url", "http://host/\r\nX: y", ""},
        {"organization", "org\r\nX-Evil: 1", ""},
        {"project", "proj\nX-Evil: 1", ""},
        {"user_agent", "a\r\nb", ""},
        {"auth_header", "", ""},
        {"auth_header", "api key", ""},
        {"auth_header", "api-key:", ""},
        {"auth_header", "api\r\nkey", ""},
        {"default_query", "a=1\r\nb", ""},
        {"tls_verify", "2", "0"},
        {"tls_verify", "yes", "1"},
        {"tls_verify", "", "1"},
        {"http_version", "1.0", "1.1"},
        {"http_version", "3", "1.1"},
        {"http_version", "", "1.1"},
        {"connect_timeout_ms", "-1", ""},
        {"connect_timeout_ms", "ten", ""},
        {"connect_timeout_ms", "", ""},
        {"connect_timeout_ms", "1.5", ""},
        {"connect_timeout_ms", "10s", ""},
        {"connect_timeout_ms", " 10", ""},
        {"connect_timeout_ms", "99999999999999999999", ""},
        {"timeout_ms", "0x10", ""},
        {"idle_timeout_ms", "1e3", ""},
        {"max_retries", "101", "100"},
        {"max_retries", "-1", "100"},
        {"max_retries", "two", "100"},
        {"resume_attempts", "-1", ""},
        {"max_event_bytes", "0", "1024"},
        {"max_event_bytes", "1023", "1024"},
        {"max_event_bytes", "1073741825", "1073741824"},
        {"max_event_bytes", "64M", "1024"},
        {"max_queue_bytes", "-5", ""},
    };
    responses_client *client = fresh();
    int wrong = 0;
    for (size_t i = 0; i < COUNT(bad); i++) {
        responses_error *error = NULL;
        int status = responses_client_set(client, bad[i][0], bad[i][1], &error);
        const char *message = error ? message_of(error) : "";
        if (status != RESPONSES_E_INVALID || strstr(message, bad[i][0]) == NULL ||
            strstr(message, bad[i][2]) == NULL) {
            print_error("%s = \"%s\": %s, \"%s\" (must mention \"%s\")\n", bad[i][0], bad[i][1],
                        responses_status_name(status), message, bad[i][2]);
            wrong++;
        } else {
            assert_int_equal(responses_error_status(error), RESPONSES_E_INVALID);
            assert_int_equal(responses_error_attempts(error), 0);
            assert_true(field(error, RESPONSES_ERROR_PARAM)[0] != 0);
            assert_null(strchr(message, '\n'));
        }
        responses_error_free(error);
    }
    assert_int_equal(wrong, 0);
    responses_client_free(client);
}

static void an_unknown_name_is_refused_with_those_that_exist(void **state)
{
    (void)state;
    static const char *unknown[] = {"", "timeout", "API_KEY", "api_key ", "model"};
    responses_client *client = fresh();
    for (size_t i = 0; i < COUNT(unknown); i++) {
        responses_error *error = NULL;
        assert_status(responses_client_set(client, unknown[i], "1", &error), RESPONSES_E_INVALID,
                      error);
        assert_contains(message_of(error), "timeout_ms");
        assert_contains(message_of(error), "base_url");
        responses_error_free(error);
    }
    assert_int_equal(responses_client_set(client, NULL, "1", NULL), RESPONSES_E_INVALID);
    responses_client_free(client);
}

static void null_puts_the_default_back(void **state)
{
    (void)state;
    responses_client *client = fresh();
    responses_error *error = NULL;
    for (size_t i = 0; responses_option_name(i) != NULL; i++)
        assert_ok(responses_client_set(client, responses_option_name(i), NULL, &error), error);
    responses_client_free(client);

    struct server *server = server_start();
    client = client_for(server);
    answer(server_expect(server), 200, RESPONSE);
    set(client, "user_agent", "mine");
    set(client, "user_agent", NULL);
    assert_ok(responses_create(client, REQUEST, RESPONSES_NTS, NULL, &error), error);
    assert_string_equal(request_header(server_request(server, 0), "user-agent"),
                        "libresponses/" RESPONSES_VERSION);
    responses_client_free(client);
    server_stop(server);
}

static void a_refused_value_changes_nothing(void **state)
{
    (void)state;
    struct server *server = server_start();
    responses_client *client = client_for(server);
    responses_error *error = NULL;
    answer(server_expect(server), 200, RESPONSE);
    assert_int_equal(responses_client_set(client, "base_url", "nonsense", NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_client_set(client, "api_key", "a\r\nb", NULL), RESPONSES_E_INVALID);
    assert_ok(responses_create(client, REQUEST, RESPONSES_NTS, NULL, &error), error);
    assert_string_equal(request_header(server_request(server, 0), "authorization"),
                        "Bearer sk-test");
    responses_client_free(client);
    server_stop(server);
}

static void header_names_and_values_are_checked(void **state)
{
    (void)state;
    static const char *bad[][2] = {
        {"X-A", "1\r\nX-B: 2"}, {"X-A", "1\n"}, {"X-A", "1\r"}, {"X-A\r\nX-B", "1"},
        {"X-A: 1\nX-B", "2"},   {"", "1"},      {"X A", "1"},   {"X-A:", "1"},
    };
    responses_client *client = fresh();
    for (size_t i = 0; i < COUNT(bad); i++) {
        responses_error *error = NULL;
        int status = responses_client_set_header(client, bad[i][0], bad[i][1], &error);
        if (status != RESPONSES_E_INVALID)
            print_error("header %d was taken\n", (int)i);
        assert_status(status, RESPONSES_E_INVALID, error);
        assert_true(message_of(error)[0] != 0);
        responses_error_free(error);
    }
    assert_int_equal(responses_client_set_header(client, NULL, "1", NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_client_set_header(client, "X-A", "caf\xc3\xa9", NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set_header(client, "X-A", "", NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set_header(client, "X-A", NULL, NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set_header(client, "X-Never", NULL, NULL), RESPONSES_OK);
    responses_client_free(client);
}

static void headers_of_the_connection_are_the_librarys(void **state)
{
    (void)state;
    static const char *names[] = {
        "Host",       "content-length", "Transfer-Encoding",
        "CONNECTION", "Keep-Alive",     "Proxy-Connection",
        "TE",         "Trailer",        "Upgrade",
        "Expect",     "HTTP2-Settings",
    };
    responses_client *client = fresh(), *other = NULL;
    char line[64];
    for (size_t i = 0; i < COUNT(names); i++) {
        responses_error *error = NULL;
        assert_status(responses_client_set_header(client, names[i], "1", &error),
                      RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "Content-Length");
        responses_error_free(error);
        assert_int_equal(responses_client_set_header(client, names[i], NULL, NULL),
                         RESPONSES_E_INVALID);
        assert_int_equal(responses_client_set(client, "auth_header", names[i], NULL),
                         RESPONSES_E_INVALID);
        snprintf(line, sizeof line, "X-A: 1\n%s: 1", names[i]);
        setenv("OPENAI_CUSTOM_HEADERS", line, 1);
        int status = responses_client_new(&other, &error);
        unsetenv("OPENAI_CUSTOM_HEADERS");
        assert_status(status, RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "OPENAI_CUSTOM_HEADERS");
        responses_error_free(error);
    }
    responses_client_free(client);
}

static void defaults_come_from_the_environment_at_new(void **state)
{
    (void)state;
    struct server *server = server_start();
    responses_error *error = NULL;
    responses_client *client = NULL;
    setenv("OPENAI_API_KEY", "sk-env", 1);
    setenv("OPENAI_BASE_URL", server_url(server), 1);
    setenv("OPENAI_ORG_ID", "org-env", 1);
    setenv("OPENAI_PROJECT_ID", "proj-env", 1);
    setenv("OPENAI_CUSTOM_HEADERS", "X-One: first\nX-Two:second\n\n", 1);
    int status = responses_client_new(&client, &error);
    unsetenv("OPENAI_BASE_URL");
    setenv("OPENAI_API_KEY", "sk-too-late", 1);
    unsetenv("OPENAI_ORG_ID");
    unsetenv("OPENAI_PROJECT_ID");
    unsetenv("OPENAI_CUSTOM_HEADERS");
    assert_ok(status, error);

    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, RESPONSES_NTS, NULL, &error), error);
    const struct request *request = server_request(server, 0);
    assert_string_equal(request_header(request, "authorization"), "Bearer sk-env");
    assert_string_equal(request_header(request, "openai-organization"), "org-env");
    assert_string_equal(request_header(request, "openai-project"), "proj-env");
    assert_string_equal(request_header(request, "x-one"), "first");
    assert_string_equal(request_header(request, "x-two"), "second");

    /* NULL goes back to what the environment said then. */
    answer(server_expect(server), 200, RESPONSE);
    set(client, "api_key", "sk-mine");
    set(client, "api_key", NULL);
    assert_ok(responses_create(client, REQUEST, RESPONSES_NTS, NULL, &error), error);
    assert_string_equal(request_header(server_request(server, 1), "authorization"),
                        "Bearer sk-env");
    unsetenv("OPENAI_API_KEY");
    responses_client_free(client);
    server_stop(server);
}

static void a_bad_environment_is_an_error_that_names_it(void **state)
{
    (void)state;
    responses_client *client = (responses_client *)&client;
    responses_error *error = NULL;
    setenv("OPENAI_BASE_URL", "not a url", 1);
    int status = responses_client_new(&client, &error);
    unsetenv("OPENAI_BASE_URL");
    assert_status(status, RESPONSES_E_INVALID, error);
    assert_null(client);
    assert_contains(message_of(error), "OPENAI_BASE_URL");
    responses_error_free(error);
}

static void an_empty_environment_variable_is_as_good_as_none(void **state)
{
    (void)state;
    responses_client *client = NULL;
    responses_error *error = NULL;
    setenv("OPENAI_BASE_URL", "", 1);
    setenv("OPENAI_ORG_ID", "", 1);
    setenv("OPENAI_CUSTOM_HEADERS", "", 1);
    int status = responses_client_new(&client, &error);
    unsetenv("OPENAI_BASE_URL");
    unsetenv("OPENAI_ORG_ID");
    unsetenv("OPENAI_CUSTOM_HEADERS");
    assert_ok(status, error);
    responses_client_free(client);
}

static void a_derived_client_begins_with_the_options_of_the_first(void **state)
{
    (void)state;
    struct server *server = server_start();
    responses_client *client = client_for(server), *derived = NULL;
    responses_error *error = NULL;
    assert_int_equal(responses_client_set_header(client, "X-A", "first", NULL), RESPONSES_OK);
    assert_ok(responses_client_derive(client, &derived, &error), error);
    set(derived, "api_key", "sk-derived");
    set(client, "project", "later");
    assert_int_equal(responses_client_set_header(derived, "X-A", "second", NULL), RESPONSES_OK);
    assert_int_equal(responses_client_fd(client), responses_client_fd(derived));

    answer(server_expect(server), 200, RESPONSE);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, RESPONSES_NTS, NULL, &error), error);
    assert_ok(responses_create(derived, REQUEST, RESPONSES_NTS, NULL, &error), error);
    const struct request *first = server_request(server, 0), *second = server_request(server, 1);
    assert_string_equal(request_header(first, "authorization"), "Bearer sk-test");
    assert_string_equal(request_header(first, "x-a"), "first");
    assert_string_equal(request_header(first, "openai-project"), "later");
    assert_string_equal(request_header(second, "authorization"), "Bearer sk-derived");
    assert_string_equal(request_header(second, "x-a"), "second");
    assert_null(request_header(second, "openai-project"));
    assert_int_equal(server_connections(server), 1);

    /* Each lives without the other. */
    responses_client_free(client);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(derived, REQUEST, RESPONSES_NTS, NULL, &error), error);
    responses_client_free(derived);
    server_stop(server);
}

static void many_clients_come_and_go(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++)
        responses_client_free(fresh());
    responses_client_free(NULL);
}

int main(void)
{
    const struct CMUnitTest client_options[] = {
        cmocka_unit_test(good_values_are_taken),
        cmocka_unit_test(bad_values_are_refused_with_what_is_accepted),
        cmocka_unit_test(an_unknown_name_is_refused_with_those_that_exist),
        cmocka_unit_test(null_puts_the_default_back),
        cmocka_unit_test(a_refused_value_changes_nothing),
        cmocka_unit_test(header_names_and_values_are_checked),
        cmocka_unit_test(headers_of_the_connection_are_the_librarys),
        cmocka_unit_test(defaults_come_from_the_environment_at_new),
        cmocka_unit_test(a_bad_environment_is_an_error_that_names_it),
        cmocka_unit_test(an_empty_environment_variable_is_as_good_as_none),
        cmocka_unit_test(a_derived_client_begins_with_the_options_of_the_first),
        cmocka_unit_test(many_clients_come_and_go),
    };
    return run(client_options);
}
