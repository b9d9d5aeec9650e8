/* Webhooks, by the vector of Standard Webhooks. */
#include "support.hpp"

TEST_CASE("a webhook is taken when it is signed, and refused when it is not")
{
    responses::webhook_headers headers;
    headers.id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    headers.timestamp = "1614265330";
    headers.signatures = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const std::string payload = "{\"test\": 2432232314}";

    CHECK_FALSE(responses::try_verify_webhook(headers, payload, secret, -1));
    responses::error late = responses::try_verify_webhook(headers, payload, secret);
    CHECK(late.status() == RESPONSES_E_SIGNATURE);
    CHECK(std::string(late.what()).find("300 s ago") != std::string::npos);
    CHECK(responses::try_verify_webhook(headers, "", secret, -1).status() == RESPONSES_E_SIGNATURE);
    CHECK(responses::try_verify_webhook(headers, responses::string_view(), secret, -1).status() ==
          RESPONSES_E_SIGNATURE);
    CHECK(responses::try_verify_webhook(headers, payload, "whsec_!", -1).status() ==
          RESPONSES_E_INVALID);
#if RESPONSES_EXCEPTIONS
    responses::verify_webhook(headers, payload, secret, -1);
    CHECK_THROWS_AS(responses::verify_webhook(headers, payload, secret), responses::error);
#endif
}
