/* Version, status names and the constants by name. */
#include "test.h"

static void version_is_that_of_the_header(void **state)
{
    (void)state;
    assert_string_equal(responses_version(), RESPONSES_VERSION);
    assert_int_equal(responses_version_number(), RESPONSES_VERSION_NUMBER);
    assert_int_equal(responses_abi_version(), RESPONSES_ABI_VERSION);
}

static void version_number_has_two_digits_each(void **state)
{
    (void)state;
    unsigned n = responses_version_number();
    char text[32];
    snprintf(text, sizeof text, "%x.%x.%x", n >> 16 & 0xff, n >> 8 & 0xff, n & 0xff);
    assert_string_equal(text, responses_version());
}

static void build_info_is_json_with_the_documented_members(void **state)
{
    (void)state;
    static const char *members[] = {"version", "abi", "runtime", "curl", "tls", "features"};
    const char *info = responses_build_info();
    assert_json(info, info);
    assert_int_equal(info[0], '{');
    for (size_t i = 0; i < COUNT(members); i++) {
        char name[32];
        snprintf(name, sizeof name, "\"%s\"", members[i]);
        assert_contains(info, name);
    }
    assert_contains(info, RESPONSES_VERSION);
    assert_true(strstr(info, "\"embedded\"") != NULL || strstr(info, "\"full\"") != NULL);
    assert_ptr_equal(info, responses_build_info());
}

struct constant {
    const char *name;
    int value;
};

static const struct constant statuses[] = {
    {"RESPONSES_OK", RESPONSES_OK},
    {"RESPONSES_AGAIN", RESPONSES_AGAIN},
    {"RESPONSES_DONE", RESPONSES_DONE},
    {"RESPONSES_E_INVALID", RESPONSES_E_INVALID},
    {"RESPONSES_E_NOMEM", RESPONSES_E_NOMEM},
    {"RESPONSES_E_BUSY", RESPONSES_E_BUSY},
    {"RESPONSES_E_FORKED", RESPONSES_E_FORKED},
    {"RESPONSES_E_CANCELLED", RESPONSES_E_CANCELLED},
    {"RESPONSES_E_TIMEOUT", RESPONSES_E_TIMEOUT},
    {"RESPONSES_E_NETWORK", RESPONSES_E_NETWORK},
    {"RESPONSES_E_TLS", RESPONSES_E_TLS},
    {"RESPONSES_E_HTTP", RESPONSES_E_HTTP},
    {"RESPONSES_E_API", RESPONSES_E_API},
    {"RESPONSES_E_PROTOCOL", RESPONSES_E_PROTOCOL},
    {"RESPONSES_E_TRUNCATED", RESPONSES_E_TRUNCATED},
    {"RESPONSES_E_LIMIT", RESPONSES_E_LIMIT},
    {"RESPONSES_E_RANGE", RESPONSES_E_RANGE},
    {"RESPONSES_E_UNSUPPORTED", RESPONSES_E_UNSUPPORTED},
    {"RESPONSES_E_USER", RESPONSES_E_USER},
    {"RESPONSES_E_INTERNAL", RESPONSES_E_INTERNAL},
    {"RESPONSES_E_SIGNATURE", RESPONSES_E_SIGNATURE},
};

static void every_status_has_its_name_and_a_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const char *text = responses_status_text(statuses[i].value);
        assert_string_equal(responses_status_name(statuses[i].value), statuses[i].name);
        assert_true(strlen(text) > 1);
        assert_null(strchr(text, '\n'));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(text, responses_status_text(statuses[j].value));
    }
}

static void an_unknown_status_says_so(void **state)
{
    (void)state;
    static const int unknown[] = {3, 99, -19, -1000, 2147483647, -2147483647 - 1};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_string_equal(responses_status_name(unknown[i]), responses_status_name(99));
        assert_true(strlen(responses_status_name(unknown[i])) > 0);
        assert_true(strlen(responses_status_text(unknown[i])) > 0);
    }
    assert_string_not_equal(responses_status_name(99), "RESPONSES_OK");
    assert_contains(responses_status_name(99), "unknown");
}

static const struct constant other_constants[] = {
    {"RESPONSES_VERSION_NUMBER", RESPONSES_VERSION_NUMBER},
    {"RESPONSES_ABI_VERSION", RESPONSES_ABI_VERSION},
    {"RESPONSES_ERROR_MESSAGE", RESPONSES_ERROR_MESSAGE},
    {"RESPONSES_ERROR_TYPE", RESPONSES_ERROR_TYPE},
    {"RESPONSES_ERROR_CODE", RESPONSES_ERROR_CODE},
    {"RESPONSES_ERROR_PARAM", RESPONSES_ERROR_PARAM},
    {"RESPONSES_ERROR_REQUEST_ID", RESPONSES_ERROR_REQUEST_ID},
    {"RESPONSES_ERROR_BODY", RESPONSES_ERROR_BODY},
    {"RESPONSES_ERROR_RESPONSE_ID", RESPONSES_ERROR_RESPONSE_ID},
    {"RESPONSES_ERROR_HISTORY", RESPONSES_ERROR_HISTORY},
    {"RESPONSES_LOG_NONE", RESPONSES_LOG_NONE},
    {"RESPONSES_LOG_ERROR", RESPONSES_LOG_ERROR},
    {"RESPONSES_LOG_WARNING", RESPONSES_LOG_WARNING},
    {"RESPONSES_LOG_INFO", RESPONSES_LOG_INFO},
    {"RESPONSES_LOG_DEBUG", RESPONSES_LOG_DEBUG},
    {"RESPONSES_JSON_NULL", RESPONSES_JSON_NULL},
    {"RESPONSES_JSON_FALSE", RESPONSES_JSON_FALSE},
    {"RESPONSES_JSON_TRUE", RESPONSES_JSON_TRUE},
    {"RESPONSES_JSON_NUMBER", RESPONSES_JSON_NUMBER},
    {"RESPONSES_JSON_STRING", RESPONSES_JSON_STRING},
    {"RESPONSES_JSON_ARRAY", RESPONSES_JSON_ARRAY},
    {"RESPONSES_JSON_OBJECT", RESPONSES_JSON_OBJECT},
    {"RESPONSES_BATCH_JSON", RESPONSES_BATCH_JSON},
    {"RESPONSES_EVENT_OTHER", RESPONSES_EVENT_OTHER},
    {"RESPONSES_EVENT_CREATED", RESPONSES_EVENT_CREATED},
    {"RESPONSES_EVENT_COMPLETED", RESPONSES_EVENT_COMPLETED},
    {"RESPONSES_EVENT_KEEPALIVE", RESPONSES_EVENT_KEEPALIVE},
    {"RESPONSES_EVENT_OUTPUT_TEXT_DELTA", RESPONSES_EVENT_OUTPUT_TEXT_DELTA},
    {"RESPONSES_EVENT_FUNCTION_CALL_ARGUMENTS_DELTA",
     RESPONSES_EVENT_FUNCTION_CALL_ARGUMENTS_DELTA},
    {"RESPONSES_EVENT_REASONING_SUMMARY_TEXT_DELTA", RESPONSES_EVENT_REASONING_SUMMARY_TEXT_DELTA},
    {"RESPONSES_EVENT_MCP_CALL_ARGUMENTS_DONE", RESPONSES_EVENT_MCP_CALL_ARGUMENTS_DONE},
    {"RESPONSES_EVENT_APPLY_PATCH_DIFF_DONE", RESPONSES_EVENT_APPLY_PATCH_DIFF_DONE},
    {"RESPONSES_EVENT_CANCELLED", RESPONSES_EVENT_CANCELLED},
};

static void check_constant(const struct constant *constant)
{
    int value = 4711;
    assert_int_equal(responses_constant(constant->name, &value), RESPONSES_OK);
    assert_int_equal(value, constant->value);
}

static void constants_are_found_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++)
        check_constant(&statuses[i]);
    for (size_t i = 0; i < COUNT(other_constants); i++)
        check_constant(&other_constants[i]);
}

static void there_is_no_constant_of_another_name(void **state)
{
    (void)state;
    static const char *names[] = {"",
                                  "RESPONSES_",
                                  "RESPONSES_E_TIMEOUT ",
                                  "responses_ok",
                                  "RESPONSES_E_NOPE",
                                  "RESPONSES_VERSION"};
    int value = 4711;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(responses_constant(names[i], &value), RESPONSES_E_INVALID);
    assert_int_equal(responses_constant(NULL, &value), RESPONSES_E_INVALID);
}

static void options_are_listed_by_index(void **state)
{
    (void)state;
    static const char *expected[] = {"api_key",
                                     "base_url",
                                     "organization",
                                     "project",
                                     "user_agent",
                                     "auth_header",
                                     "default_query",
                                     "ca_file",
                                     "ca_path",
                                     "ca_fallback_file",
                                     "client_cert",
                                     "client_key",
                                     "tls_verify",
                                     "proxy",
                                     "no_proxy",
                                     "http_version",
                                     "proxy_auth",
                                     "unix_socket",
                                     "fallback_base_urls",
                                     "tcp_keepalive_ms",
                                     "connect_timeout_ms",
                                     "first_event_timeout_ms",
                                     "idle_timeout_ms",
                                     "completion_grace_ms",
                                     "timeout_ms",
                                     "max_retries",
                                     "resume_attempts",
                                     "retry_min_ms",
                                     "retry_max_ms",
                                     "poll_interval_ms",
                                     "max_event_bytes",
                                     "max_response_bytes",
                                     "max_queue_bytes",
                                     "max_error_bytes",
                                     "count_comments",
                                     "raw",
                                     "record_file",
                                     "replay_file",
                                     "replay_pace",
                                     "ping_interval_ms",
                                     "session_turns",
                                     "max_steps"};
    size_t count = 0;
    while (responses_option_name(count) != NULL)
        assert_true(++count < 1000);
    assert_int_equal(count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        int found = 0;
        for (size_t j = 0; j < count; j++)
            found += strcmp(responses_option_name(j), expected[i]) == 0;
        if (found != 1)
            print_error("%s is listed %d times\n", expected[i], found);
        assert_int_equal(found, 1);
    }
    assert_null(responses_option_name(count + 1));
    assert_null(responses_option_name((size_t)-1));
}

static void copy_text_copies_what_fits(void **state)
{
    (void)state;
    char buffer[8];
    size_t needed = 0;
    memset(buffer, 'x', sizeof buffer);
    assert_int_equal(responses_copy_text("hello", 5, buffer, sizeof buffer, &needed), RESPONSES_OK);
    assert_string_equal(buffer, "hello");
    assert_int_equal(needed, 6);
    assert_int_equal(buffer[6], 'x');

    assert_int_equal(responses_copy_text("hello", RESPONSES_NTS, buffer, 6, &needed), RESPONSES_OK);
    assert_string_equal(buffer, "hello");

    memset(buffer, 'x', sizeof buffer);
    assert_int_equal(responses_copy_text("hello", 5, buffer, 4, &needed), RESPONSES_E_RANGE);
    assert_string_equal(buffer, "hel");
    assert_int_equal(needed, 6);
    assert_int_equal(buffer[4], 'x');

    memset(buffer, 'x', sizeof buffer);
    assert_int_equal(responses_copy_text("hello", 5, buffer, 0, &needed), RESPONSES_E_RANGE);
    assert_int_equal(buffer[0], 'x');
    assert_int_equal(needed, 6);
    assert_int_equal(responses_copy_text("hello", 5, NULL, 0, &needed), RESPONSES_E_RANGE);
    assert_int_equal(needed, 6);
    assert_int_equal(responses_copy_text("", 0, buffer, 1, NULL), RESPONSES_OK);
    assert_int_equal(buffer[0], 0);
    assert_int_equal(responses_copy_text(NULL, 0, buffer, 8, &needed), RESPONSES_E_INVALID);
}

int main(void)
{
    const struct CMUnitTest version[] = {
        cmocka_unit_test(version_is_that_of_the_header),
        cmocka_unit_test(version_number_has_two_digits_each),
        cmocka_unit_test(build_info_is_json_with_the_documented_members),
        cmocka_unit_test(every_status_has_its_name_and_a_text),
        cmocka_unit_test(an_unknown_status_says_so),
        cmocka_unit_test(constants_are_found_by_name),
        cmocka_unit_test(there_is_no_constant_of_another_name),
        cmocka_unit_test(options_are_listed_by_index),
        cmocka_unit_test(copy_text_copies_what_fits),
    };
    return run(version);
}
