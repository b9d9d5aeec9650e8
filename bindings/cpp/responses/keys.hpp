/* A call that asks for the key of its next attempt. Part of responses.hpp. */
#ifndef RESPONSES_KEYS_HPP
#define RESPONSES_KEYS_HPP

#include "result.hpp"
#include "text.hpp"

RESPONSES_NAMESPACE_BEGIN

/*
 * To be answered in the function that got it, or later and on any thread: it can be moved to where the key
 * comes from. One that goes away without an answer ends its call with RESPONSES_E_USER.
 */
class key_request
{
  public:
    /* Takes over a request of the C interface. */
    explicit key_request(responses_key_request *taken) noexcept : handle_(taken) {}
    key_request(key_request &&other) noexcept : handle_(other.handle_)
    {
        other.handle_ = nullptr;
    }
    key_request &operator=(key_request &&other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    key_request(const key_request &) = delete;
    key_request &operator=(const key_request &) = delete;
    ~key_request()
    {
        responses_key_request_free(handle_);
    }

    /* 1 for the first attempt of the call. */
    int attempt() const noexcept
    {
        return responses_key_request_attempt(handle_);
    }
    /* With which the server answered the attempt before: 401 when it refused the key; 0 for none. */
    int http_status() const noexcept
    {
        return responses_key_request_http_status(handle_);
    }
    /* Gives the key; "" sends the request without one. */
    result<void> try_answer(string_view key)
    {
        responses_error *details = nullptr;
        int status = responses_key_request_answer(handle_, key.data(), key.size(), &details);
        if (status != RESPONSES_OK)
            return responses::error(status, details);
        return result<void>();
    }
#if RESPONSES_EXCEPTIONS
    void answer(string_view key)
    {
        try_answer(key).value();
    }
#endif

  private:
    responses_key_request *handle_;
};

RESPONSES_NAMESPACE_END

#endif
