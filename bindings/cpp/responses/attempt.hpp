/* What is known of an attempt that has ended. Part of responses.hpp. */
#ifndef RESPONSES_ATTEMPT_HPP
#define RESPONSES_ATTEMPT_HPP

#include "config.hpp"
#include "text.hpp"

#include <chrono>
#include <cstdint>

RESPONSES_NAMESPACE_BEGIN

/* Lent to the function of client.on_attempt() for the time of its call, as is all text that it hands out. */
class attempt_view
{
  public:
    /* Looks at an attempt of the C interface. */
    explicit attempt_view(const responses_attempt *lent) noexcept : handle_(lent) {}

    /* RESPONSES_ATTEMPT_..., of those that are numbers; -1 when it is not known. */
    std::int64_t number(int field) const noexcept
    {
        return responses_attempt_number(handle_, field);
    }
    /* The same, of those in microseconds; negative for what did not happen. */
    std::chrono::microseconds time(int field) const noexcept
    {
        return std::chrono::microseconds(number(field));
    }
    /* RESPONSES_ATTEMPT_..., of those that are text; "" when it is not known. */
    string_view text(int field) const noexcept
    {
        std::size_t size = 0;
        const char *text = responses_attempt_text(handle_, field, &size);
        return string_view(text ? text : "", size);
    }
    /* RESPONSES_RATE_LIMIT_...; -1 when the server did not say it. */
    std::int64_t rate_limit(int which) const noexcept
    {
        return responses_attempt_rate_limit(handle_, which);
    }
    /* All of it, as one object. */
    string_view json() const noexcept
    {
        std::size_t size = 0;
        const char *text = responses_attempt_json(handle_, &size);
        return string_view(text, size);
    }
    /* What came of it, for the last one of a call and each step of a run; null where there is none. */
    const responses_response *response() const noexcept
    {
        return responses_attempt_response(handle_);
    }
    /* What call.user_data() was set to; null in a blocking function. */
    void *user_data() const noexcept
    {
        return responses_attempt_user_data(handle_);
    }

    /* 1 for the first of its call; 0 for a call that ended while no attempt was under way. */
    int attempt() const noexcept
    {
        return static_cast<int>(number(RESPONSES_ATTEMPT_NUMBER));
    }
    /* RESPONSES_OK or RESPONSES_E_...: that of the call, where it is the last. */
    int status() const noexcept
    {
        return static_cast<int>(number(RESPONSES_ATTEMPT_STATUS));
    }
    int http_status() const noexcept
    {
        return static_cast<int>(number(RESPONSES_ATTEMPT_HTTP_STATUS));
    }
    /* RESPONSES_NEXT_..., and the pause until then. */
    int next() const noexcept
    {
        return static_cast<int>(number(RESPONSES_ATTEMPT_NEXT));
    }
    bool is_last() const noexcept
    {
        return next() == RESPONSES_NEXT_END;
    }
    std::chrono::milliseconds pause() const noexcept
    {
        return std::chrono::milliseconds(number(RESPONSES_ATTEMPT_PAUSE_MS));
    }

  private:
    const responses_attempt *handle_;
};

RESPONSES_NAMESPACE_END

#endif
