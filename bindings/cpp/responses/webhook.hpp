/* Webhooks: requests that the API sends to a server of yours. Part of responses.hpp. */
#ifndef RESPONSES_WEBHOOK_HPP
#define RESPONSES_WEBHOOK_HPP

#include "error.hpp"
#include "text.hpp"

RESPONSES_NAMESPACE_BEGIN

/* The values of the headers webhook-id, webhook-timestamp and webhook-signature; "" for one that is not there. */
struct webhook_headers {
    std::string id, timestamp, signatures;
};

/* An error that is none when the payload, byte for byte as it came, is signed with one of the secrets and was signed
   no more than tolerance_s seconds ago or ahead: as responses_webhook_verify(). secrets "" stands for
   OPENAI_WEBHOOK_SECRET. */
inline error try_verify_webhook(const webhook_headers &headers, string_view payload,
                                const std::string &secrets = std::string(), int tolerance_s = 300)
{
    responses_error *failure = nullptr;
    (void)responses_webhook_verify(
        headers.id.c_str(), headers.timestamp.c_str(), headers.signatures.c_str(),
        payload.empty() ? "" : payload.data(), payload.size(),
        secrets.empty() ? nullptr : secrets.c_str(), tolerance_s, &failure);
    return error(failure);
}

#if RESPONSES_EXCEPTIONS
/* The same; throws that error. */
inline void verify_webhook(const webhook_headers &headers, string_view payload,
                           const std::string &secrets = std::string(), int tolerance_s = 300)
{
    error failure = try_verify_webhook(headers, payload, secrets, tolerance_s);
    if (failure)
        throw failure;
}
#endif

RESPONSES_NAMESPACE_END

#endif
