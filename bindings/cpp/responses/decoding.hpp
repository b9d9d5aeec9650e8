/* Events from bytes that a program received by itself. Part of responses.hpp. */
#ifndef RESPONSES_DECODING_HPP
#define RESPONSES_DECODING_HPP

#include "call.hpp"
#include "result.hpp"

RESPONSES_NAMESPACE_BEGIN

/*
 * A call that sends nothing and is fed: the bytes of an event stream go in, in whatever pieces they came, and
 * its events are read with next() until that gives RESPONSES_AGAIN. As responses_decode_start().
 *
 *     responses::decoding decoding = responses::decoding::start();
 *     while (receive(buffer)) {
 *         decoding.feed(buffer);
 *         while (decoding.call().next(event, e) == RESPONSES_OK)
 *             ...
 *     }
 *     decoding.feed_end();
 */
class decoding
{
  public:
    static result<decoding> try_start()
    {
        responses_call *made = nullptr;
        responses_error *details = nullptr;
        int status = responses_decode_start(nullptr, &made, &details);
        if (status != RESPONSES_OK)
            return error(status, details);
        return decoding(responses::call(made));
    }
    result<void> try_feed(string_view bytes)
    {
        responses_error *details = nullptr;
        int status = responses_call_feed(call_.handle(), bytes.empty() ? "" : bytes.data(),
                                         bytes.size(), &details);
        return status == RESPONSES_OK ? result<void>() : result<void>(error(status, details));
    }
    result<void> try_feed_end()
    {
        responses_error *details = nullptr;
        int status = responses_call_feed_end(call_.handle(), &details);
        return status == RESPONSES_OK ? result<void>() : result<void>(error(status, details));
    }
#if RESPONSES_EXCEPTIONS
    static decoding start()
    {
        return try_start().value();
    }
    void feed(string_view bytes)
    {
        try_feed(bytes).value();
    }
    void feed_end()
    {
        try_feed_end().value();
    }
#endif
    /* Its events, and the response so far. */
    responses::call &call() noexcept
    {
        return call_;
    }

  private:
    explicit decoding(responses::call made) : call_(std::move(made)) {}

    responses::call call_;
};

RESPONSES_NAMESPACE_END

#endif
