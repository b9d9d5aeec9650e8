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

#define STATUSES(X)                                                                                \
    X(RESPONSES_OK)                                                                                \
    X(RESPONSES_AGAIN)                                                                             \
    X(RESPONSES_DONE)                                                                              \
    X(RESPONSES_E_INVALID)                                                                         \
    X(RESPONSES_E_NOMEM)                                                                           \
    X(RESPONSES_E_BUSY)                                                                            \
    X(RESPONSES_E_FORKED)                                                                          \
    X(RESPONSES_E_CANCELLED)                                                                       \
    X(RESPONSES_E_TIMEOUT)                                                                         \
    X(RESPONSES_E_NETWORK)                                                                         \
    X(RESPONSES_E_TLS)                                                                             \
    X(RESPONSES_E_HTTP)                                                                            \
    X(RESPONSES_E_API) X(RESPONSES_E_PROTOCOL) X(RESPONSES_E_TRUNCATED) X(RESPONSES_E_LIMIT)       \
        X(RESPONSES_E_RANGE) X(RESPONSES_E_UNSUPPORTED) X(RESPONSES_E_USER)                        \
            X(RESPONSES_E_INTERNAL)

static void every_status_has_its_name_and_a_text(void **state)
{
    (void)state;
    const char *texts[32];
    size_t count = 0;
#define CHECK(status)                                                                              \
    assert_string_equal(responses_status_name(status), #status);                                   \
    texts[count++] = responses_status_text(status);
    STATUSES(CHECK)
#undef CHECK
    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(texts[i]) > 1);
        assert_null(strchr(texts[i], '\n'));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(texts[i], texts[j]);
    }
}

static void an_unknown_status_says_so(void **state)
{
    (void)state;
    static const int unknown[] = {3, 99, -18, -1000, 2147483647, -2147483647 - 1};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_string_equal(responses_status_name(unknown[i]), responses_status_name(99));
        assert_true(strlen(responses_status_name(unknown[i])) > 0);
        assert_true(strlen(responses_status_text(unknown[i])) > 0);
    }
    assert_string_not_equal(responses_status_name(99), "RESPONSES_OK");
    assert_contains(responses_status_name(99), "unknown");
}

#define OTHER_CONSTANTS(X)                                                                         \
    X(RESPONSES_VERSION_NUMBER)                                                                    \
    X(RESPONSES_ABI_VERSION)                                                                       \
    X(RESPONSES_ERROR_MESSAGE)                                                                     \
    X(RESPONSES_ERROR_TYPE)                                                                        \
    X(RESPONSES_ERROR_CODE)                                                                        \
    X(RESPONSES_ERROR_PARAM)                                                                       \
    X(RESPONSES_ERROR_REQUEST_ID)                                                                  \
    X(RESPONSES_ERROR_BODY)                                                                        \
    X(RESPONSES_ERROR_RESPONSE_ID)                                                                 \
    X(RESPONSES_ERROR_HISTORY)                                                                     \
    X(RESPONSES_LOG_NONE)                                                                          \
    X(RESPONSES_LOG_ERROR)                                                                         \
    X(RESPONSES_LOG_WARNING) X(RESPONSES_LOG_INFO) X(RESPONSES_LOG_DEBUG) X(RESPONSES_JSON_NULL)   \
        X(RESPONSES_JSON_FALSE) X(RESPONSES_JSON_TRUE) X(RESPONSES_JSON_NUMBER)                    \
            X(RESPONSES_JSON_STRING) X(RESPONSES_JSON_ARRAY) X(RESPONSES_JSON_OBJECT)              \
                X(RESPONSES_BATCH_JSON) X(RESPONSES_EVENT_OTHER) X(RESPONSES_EVENT_CREATED)        \
                    X(RESPONSES_EVENT_COMPLETED) X(RESPONSES_EVENT_KEEPALIVE)                      \
                        X(RESPONSES_EVENT_OUTPUT_TEXT_DELTA)                                       \
                            X(RESPONSES_EVENT_FUNCTION_CALL_ARGUMENTS_DELTA)                       \
                                X(RESPONSES_EVENT_REASONING_SUMMARY_TEXT_DELTA)                    \
                                    X(RESPONSES_EVENT_MCP_CALL_ARGUMENTS_DONE)                     \
                                        X(RESPONSES_EVENT_APPLY_PATCH_DIFF_DONE)                   \
                                            X(RESPONSES_EVENT_CANCELLED)

static void constants_are_found_by_name(void **state)
{
    (void)state;
    int value;
#define CHECK(name)                                                                                \
    value = 4711;                                                                                  \
    assert_int_equal(responses_constant(#name, &value), RESPONSES_OK);                             \
    assert_int_equal(value, name);
    STATUSES(CHECK)
    OTHER_CONSTANTS(CHECK)
#undef CHECK
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
                                     "client_cert",
                                     "client_key",
                                     "tls_verify",
                                     "proxy",
                                     "no_proxy",
                                     "http_version",
                                     "tcp_keepalive_ms",
                                     "connect_timeout_ms",
                                     "first_event_timeout_ms",
                                     "idle_timeout_ms",
                                     "completion_grace_ms",
                                     "timeout_ms",
                                     "max_retries",
                                     "resume_attempts",
                                     "poll_interval_ms",
                                     "max_event_bytes",
                                     "max_response_bytes",
                                     "max_queue_bytes"};
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
