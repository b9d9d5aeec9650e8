/* A libcurl that is too old for sessions: said when one is opened, and by nothing else. */
#include "test.h"
#include "sandbox.h"

#include <dlfcn.h>

#define NTS RESPONSES_NTS

/* What curl/curl.h calls curl_version_info_data, as far as it is changed here. */
struct version_info {
    int age;
    const char *version;
    unsigned int version_num;
};

/* In the place of libcurl's own: the program's functions come first. It says 7.75.0. */
const void *curl_version_info(int now);
const void *curl_version_info(int now)
{
    static char copy[512];
    const void *(*real)(int);
    *(void **)&real = dlsym(RTLD_NEXT, "curl_version_info");
    /* The structure ends within a page, and what lies behind it is not looked at. */
    memcpy(copy, real(now), 128);
    ((struct version_info *)copy)->version_num = 0x074B00;
    return copy;
}

static void sessions_are_not_supported(void **state)
{
    (void)state;
    struct sandbox sandbox;
    assert_int_equal(sandbox_start(&sandbox, NULL), 0);
    responses_client *client = client_at(sandbox.url);
    responses_session *session = (responses_session *)&client;
    responses_call *call = (responses_call *)&client;
    responses_error *error = NULL;
    int status = responses_session_open(client, &session, &error);
    assert_status(status, RESPONSES_E_UNSUPPORTED, error);
    assert_null(session);
    assert_contains(message_of(error), "7.76");
    responses_error_free(error);
    status = responses_session_open_start(client, &session, &call, &error);
    assert_status(status, RESPONSES_E_UNSUPPORTED, error);
    assert_null(session);
    assert_null(call);
    responses_error_free(error);

    /* Requests work as they did. */
    responses_response *response = NULL;
    status = responses_create(client, "{\"model\":\"sandbox\",\"input\":\"Hello\"}", NTS, &response,
                              &error);
    assert_ok(status, error);
    assert_string_equal(responses_response_text(response, NULL), "You said: Hello");
    responses_response_free(response);
    responses_client_free(client);
    sandbox_stop(&sandbox);
}

int main(void)
{
    const struct CMUnitTest old_libcurl[] = {cmocka_unit_test(sessions_are_not_supported)};
    return run(old_libcurl);
}
