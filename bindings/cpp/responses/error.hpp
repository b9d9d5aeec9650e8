/* What went wrong. Part of responses.hpp. */
#ifndef RESPONSES_ERROR_HPP
#define RESPONSES_ERROR_HPP

#include "text.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>

RESPONSES_NAMESPACE_BEGIN

class response_view;
template <class T> class result;

namespace detail
{
/* What all copies of an error share: what the library said, and what had arrived. */
struct error_details {
    responses_error *said;
    responses_response *partial;

    error_details(responses_error *adopted, responses_response *arrived) noexcept
        : said(adopted), partial(arrived)
    {
    }
    error_details(error_details &&other) noexcept : said(other.said), partial(other.partial)
    {
        other.said = nullptr;
        other.partial = nullptr;
    }
    error_details &operator=(error_details &&) = delete;
    ~error_details()
    {
        responses_error_free(said);
        responses_response_free(partial);
    }
};
} // namespace detail

/*
 * An error, or none: `if (error)` tells. It can be copied at no cost and read by any thread, and its
 * text stays as long as a copy of it does. The throwing functions throw it, or one of the kinds below.
 */
class error : public std::exception
{
  public:
    /* None. */
    error() noexcept : status_(RESPONSES_OK) {}
    /* With a status, what the library said about it, and what had arrived, which both become this
       object's. */
    explicit error(int status, responses_error *adopted = nullptr,
                   responses_response *partial = nullptr)
        : status_(status)
    {
        /* Held before anything is allocated, so that it is freed when that fails. */
        detail::error_details held(adopted, partial);
        if (adopted != nullptr || partial != nullptr)
            details_ = std::make_shared<detail::error_details>(std::move(held));
    }
    /* Takes over an error that a function of responses.h has written. */
    explicit error(responses_error *adopted)
        : error(adopted != nullptr ? responses_error_status(adopted) : RESPONSES_OK, adopted)
    {
    }

    explicit operator bool() const noexcept
    {
        return status_ != RESPONSES_OK;
    }

    /* RESPONSES_E_..., and its name. */
    int status() const noexcept
    {
        return status_;
    }
    const char *name() const noexcept
    {
        return responses_status_name(status_);
    }
    /* One line for a person. */
    const char *what() const noexcept override
    {
        return said() != nullptr ? responses_error_field(said(), RESPONSES_ERROR_MESSAGE, nullptr)
                                 : responses_status_text(status_);
    }
    string_view message() const noexcept
    {
        return what();
    }

    /* As in responses.h. Each is "" when the error has none. */
    string_view type() const noexcept
    {
        return field(RESPONSES_ERROR_TYPE);
    }
    string_view code() const noexcept
    {
        return field(RESPONSES_ERROR_CODE);
    }
    string_view param() const noexcept
    {
        return field(RESPONSES_ERROR_PARAM);
    }
    string_view request_id() const noexcept
    {
        return field(RESPONSES_ERROR_REQUEST_ID);
    }
    string_view body() const noexcept
    {
        return field(RESPONSES_ERROR_BODY);
    }
    string_view response_id() const noexcept
    {
        return field(RESPONSES_ERROR_RESPONSE_ID);
    }
    string_view history() const noexcept
    {
        return field(RESPONSES_ERROR_HISTORY);
    }
    /* The answer's headers, a line "name: value" for each. */
    string_view headers() const noexcept
    {
        return field(RESPONSES_ERROR_HEADERS);
    }
    /* "HTTP/1.1", say. */
    string_view http_version() const noexcept
    {
        return field(RESPONSES_ERROR_HTTP_VERSION);
    }

    /* The value at a JSON pointer of the body as a tree of jansson; "" is the whole. RESPONSES_E_RANGE
       when there is no value at that place, or the body is not JSON. */
    template <class T> result<T> try_as(const name_text &pointer = "") const;
#if RESPONSES_EXCEPTIONS
    template <class T> T as(const name_text &pointer = "") const;
#endif

    /* The HTTP status of the answer, 0 when there was none. */
    int http_status() const noexcept
    {
        return responses_error_http_status(said());
    }
    /* Whether the same request may well succeed later. */
    bool is_retryable() const noexcept
    {
        return responses_error_is_retryable(said()) == 1;
    }
    /* The pause that the server asked for; negative if it did not. */
    std::chrono::milliseconds retry_after() const noexcept
    {
        return std::chrono::milliseconds(responses_error_retry_after_ms(said()));
    }
    /* RESPONSES_RATE_LIMIT_..., from the headers of the answer; -1 when the server did not say it. */
    std::int64_t rate_limit(int which) const noexcept
    {
        return responses_error_rate_limit(said(), which);
    }
    /* How far the last attempt came: RESPONSES_PHASE_... */
    int phase() const noexcept
    {
        return responses_error_phase(said());
    }
    /* How many times the request was sent. */
    int attempts() const noexcept
    {
        return responses_error_attempts(said());
    }
    /* The sequence number of the last event that the program got, or -1. With response_id(),
       client.get_stream() resumes the stream after it. */
    std::int64_t last_sequence() const noexcept
    {
        return responses_error_last_sequence(said());
    }

    /* The part of the response that arrived before a stream failed: in stream() with a function, in a
       loop over events, in finish(). Empty if nothing arrived, and for all other errors. It is valid as
       long as a copy of this error exists. As every response, it is for one thread at a time. */
    response_view partial() const noexcept;

#if RESPONSES_EXCEPTIONS
    /* Throws this error, as the kind it is. */
    [[noreturn]] void raise() const;
#endif

  private:
    const responses_error *said() const noexcept
    {
        return details_ ? details_->said : nullptr;
    }
    string_view field(int which) const noexcept
    {
        std::size_t size = 0;
        const char *text = responses_error_field(said(), which, &size);
        return text != nullptr ? string_view(text, size) : string_view("", 0);
    }

    int status_;
    std::shared_ptr<const detail::error_details> details_;
};

/* The errors that most programs treat differently. All others are error itself. */
struct api_error : error { /* the server reported an error */
    explicit api_error(const error &e) : error(e) {}
};
struct connection_error : error { /* RESPONSES_E_NETWORK, RESPONSES_E_TLS */
    explicit connection_error(const error &e) : error(e) {}
};
struct timeout_error : error { /* a time limit was reached */
    explicit timeout_error(const error &e) : error(e) {}
};
struct cancelled_error : error { /* cancelled or interrupted by this program */
    explicit cancelled_error(const error &e) : error(e) {}
};

#if RESPONSES_EXCEPTIONS
inline void error::raise() const
{
    switch (status_) {
    case RESPONSES_E_API:
        throw api_error(*this);
    case RESPONSES_E_NETWORK:
    case RESPONSES_E_TLS:
        throw connection_error(*this);
    case RESPONSES_E_TIMEOUT:
        throw timeout_error(*this);
    case RESPONSES_E_CANCELLED:
        throw cancelled_error(*this);
    default:
        throw error(*this);
    }
}
#endif

RESPONSES_NAMESPACE_END

#endif
