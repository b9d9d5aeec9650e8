/* Whether a request to a program's own server is from the API: Standard Webhooks. */
#include "test.h"

#include <time.h>

#define NTS RESPONSES_NTS

/* The vector that the scheme's own libraries are tested with. */
#define SECRET    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID        "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define TIME      "1614265330"
#define PAYLOAD   "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static responses_error *error;

static int setup(void **state)
{
    (void)state;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    return 0;
}

static int verify(const char *signatures, const char *secrets)
{
    responses_error_free(error);
    return responses_webhook_verify(ID, TIME, signatures, PAYLOAD, NTS, secrets, -1, &error);
}

static void a_signed_one_is_taken(void **state)
{
    (void)state;
    assert_ok(verify(SIGNATURE, SECRET), error);
    assert_null(error);
    /* Without the prefix a secret is taken as it is. */
    assert_ok(verify("v1,tgOMx2V+ymftc5zrV4Kwy5UOWZAx1XMh0yu4Sm/6/r0=", "plain"), error);
    assert_ok(verify(SIGNATURE, " other " SECRET "\n"), error);
    assert_ok(verify("v1,AAAA v1a,BBBB " SIGNATURE " v2,CC", "whsec_AAAA " SECRET), error);
    /* The body is bytes, and its length is what counts. */
    assert_ok(responses_webhook_verify(" " ID, TIME " ", SIGNATURE, PAYLOAD "more",
                                       sizeof PAYLOAD - 1, SECRET, -1, NULL),
              NULL);
}

static void any_other_is_refused(void **state)
{
    (void)state;
    static const char *const others[] = {
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=", /* the last digit */
        "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", /* the first */
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",  /* cut */
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", /* of another scheme */
        "v1,",
        "v1",
        ",",
        " ",
    };
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_status(verify(others[i], SECRET), RESPONSES_E_SIGNATURE, error);
        assert_int_equal(responses_error_status(error), RESPONSES_E_SIGNATURE);
        assert_int_equal(responses_error_is_retryable(error), 0);
    }
    assert_status(verify(SIGNATURE, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"),
                  RESPONSES_E_SIGNATURE, error);
    /* Every byte counts. */
    char payload[] = PAYLOAD;
    for (size_t i = 0; i < sizeof payload - 1; i++) {
        payload[i] ^= 1;
        assert_int_equal(responses_webhook_verify(ID, TIME, SIGNATURE, payload, sizeof payload - 1,
                                                  SECRET, -1, NULL),
                         RESPONSES_E_SIGNATURE);
        payload[i] ^= 1;
    }
    assert_int_equal(
        responses_webhook_verify("msg_x", TIME, SIGNATURE, PAYLOAD, NTS, SECRET, -1, NULL),
        RESPONSES_E_SIGNATURE);
    assert_int_equal(
        responses_webhook_verify(ID, "1614265331", SIGNATURE, PAYLOAD, NTS, SECRET, -1, NULL),
        RESPONSES_E_SIGNATURE);
}

static void a_header_that_is_missing_is_named(void **state)
{
    (void)state;
    static const char *const headers[3] = {"webhook-id", "webhook-timestamp", "webhook-signature"};
    for (int i = 0; i < 6; i++) {
        const char *values[3] = {ID, TIME, SIGNATURE};
        values[i % 3] = i < 3 ? NULL : "";
        responses_error_free(error);
        assert_status(responses_webhook_verify(values[0], values[1], values[2], PAYLOAD, NTS,
                                               SECRET, -1, &error),
                      RESPONSES_E_SIGNATURE, error);
        assert_contains(message_of(error), headers[i % 3]);
    }
    static const char *const times[] = {"x", "-1", "1614265330.5", "99999999999999999", "0x10"};
    for (size_t i = 0; i < COUNT(times); i++)
        assert_int_equal(
            responses_webhook_verify(ID, times[i], SIGNATURE, PAYLOAD, NTS, SECRET, -1, NULL),
            RESPONSES_E_SIGNATURE);
}

static void a_time_that_is_too_far_off_is_refused(void **state)
{
    (void)state;
    responses_error_free(error);
    assert_status(responses_webhook_verify(ID, TIME, SIGNATURE, PAYLOAD, NTS, SECRET, 300, &error),
                  RESPONSES_E_SIGNATURE, error);
    assert_contains(message_of(error), "more than 300 s ago");
    responses_error_free(error);
    assert_status(
        responses_webhook_verify(ID, "99999999999", SIGNATURE, PAYLOAD, NTS, SECRET, 0, &error),
        RESPONSES_E_SIGNATURE, error);
    assert_contains(message_of(error), "in the future");
    /* 2147483647 seconds before now is 1958 at the earliest. */
    assert_ok(responses_webhook_verify(ID, TIME, SIGNATURE, PAYLOAD, NTS, SECRET, INT32_MAX, NULL),
              NULL);
    /* Within the tolerance it is the signature that does not fit. */
    char now[32];
    snprintf(now, sizeof now, "%lld", (long long)time(NULL));
    responses_error_free(error);
    assert_status(responses_webhook_verify(ID, now, SIGNATURE, PAYLOAD, NTS, SECRET, 300, &error),
                  RESPONSES_E_SIGNATURE, error);
    assert_contains(message_of(error), "no signature");
}

static void secrets_that_cannot_be_are_named(void **state)
{
    (void)state;
    static const char *const secrets[] = {"", "  ", "whsec_a", "whsec_AA!A", SECRET " whsec_====="};
    for (size_t i = 0; i < COUNT(secrets); i++) {
        assert_status(verify(SIGNATURE, secrets[i]), RESPONSES_E_INVALID, error);
        assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "secrets");
        assert_lacks(message_of(error), "MfKQ");
    }
    assert_status(verify(SIGNATURE, NULL), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "OPENAI_WEBHOOK_SECRET");
    setenv("OPENAI_WEBHOOK_SECRET", SECRET, 1);
    assert_ok(verify(SIGNATURE, NULL), error);
    unsetenv("OPENAI_WEBHOOK_SECRET");
    assert_status(responses_webhook_verify(ID, TIME, SIGNATURE, NULL, 0, SECRET, -1, &error),
                  RESPONSES_E_INVALID, error);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "payload");
}

int main(void)
{
    const struct CMUnitTest webhooks[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_signed_one_is_taken),
        TEST(any_other_is_refused),
        TEST(a_header_that_is_missing_is_named),
        TEST(a_time_that_is_too_far_off_is_refused),
        TEST(secrets_that_cannot_be_are_named),
    };
    return run(webhooks);
}
