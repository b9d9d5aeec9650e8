/* The blocking operations of a client. Part of responses.hpp. */
#ifndef RESPONSES_OPERATIONS_HPP
#define RESPONSES_OPERATIONS_HPP

#include "call.hpp"

RESPONSES_NAMESPACE_BEGIN

namespace detail
{
/* Calls a blocking function of responses.h, which writes a response or an error. */
template <class F, class... A> result<response> blocking(F function, A... arguments)
{
    responses_response *out = nullptr;
    responses_error *details = nullptr;
    int status = function(arguments..., &out, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    return response(out);
}

/* Calls `listener(event)` and tells whether to go on: it returns nothing, or false to stop. */
template <class F>
typename std::enable_if<
    std::is_void<decltype(std::declval<F &>()(std::declval<const event_view &>()))>::value,
    bool>::type
goes_on(F &listener, const event_view &event)
{
    listener(event);
    return true;
}
template <class F>
typename std::enable_if<
    !std::is_void<decltype(std::declval<F &>()(std::declval<const event_view &>()))>::value,
    bool>::type
goes_on(F &listener, const event_view &event)
{
    static_assert(std::is_same<decltype(listener(event)), bool>::value,
                  "a listener returns nothing, or a bool: whether to go on");
    return listener(event);
}

/* Between the library's callback and a listener: no exception passes through the library. */
template <class F> struct relay {
    F &listener;
    bool stopped;
#if RESPONSES_EXCEPTIONS
    std::exception_ptr thrown;
#endif

    explicit relay(F &to) : listener(to), stopped(false) {}
    static int on_event(const responses_event *handle, void *user_data) noexcept
    {
        relay *self = static_cast<relay *>(user_data);
#if RESPONSES_EXCEPTIONS
        try {
            self->stopped = !goes_on(self->listener, event_view(handle));
        } catch (...) {
            self->thrown = std::current_exception();
            self->stopped = true;
        }
#else
        self->stopped = !goes_on(self->listener, event_view(handle));
#endif
        return self->stopped ? 1 : 0;
    }
    /* What the call has come to. */
    result<response> outcome(int status, responses_response *out, responses_error *details)
    {
        const bool ended = status == RESPONSES_OK || (status == RESPONSES_E_USER && stopped);
        response arrived(ended ? out : nullptr);
        error e(status, details, ended ? nullptr : out);
#if RESPONSES_EXCEPTIONS
        if (thrown)
            std::rethrow_exception(thrown);
#endif
        if (ended)
            return result<response>(std::move(arrived));
        return e;
    }
};
} // namespace detail

/*
 * The operations that return when the answer is there. Each sends what it is given, with fields this
 * library has never heard of. `create` throws, `try_create` returns a result; so do all.
 */
class operations
{
  public:
    responses_client *handle() const noexcept
    {
        return handle_;
    }

    /* POST /responses. With "background": true it returns at once with status "queued". */
    result<response> try_create(const json_text &json) const
    {
        return detail::blocking(responses_create, handle_, json.data(), json.size());
    }
    /* GET /responses/{id}. params: {"include": [...]}. */
    result<response> try_get(const name_text &id, const json_text &params = json_text()) const
    {
        return detail::blocking(responses_get, handle_, id.c_str(), params.data(), params.size());
    }
    /* Ends a background response. */
    result<response> try_cancel(const name_text &id) const
    {
        return detail::blocking(responses_cancel, handle_, id.c_str());
    }
    /* DELETE /responses/{id}: the answer says so in "/deleted". */
    result<response> try_remove(const name_text &id) const
    {
        return detail::blocking(responses_delete, handle_, id.c_str());
    }
    /* One page of what went into a response. params: "limit", "order", "after", "include". "/last_id", or
       without one the id of the last item, is the next page's "after" as long as "/has_more" is true. */
    result<response> try_input_items(const name_text &id,
                                     const json_text &params = json_text()) const
    {
        return detail::blocking(responses_list_input_items, handle_, id.c_str(), params.data(),
                                params.size());
    }
    /* How many tokens an input has. */
    result<response> try_count_input_tokens(const json_text &json) const
    {
        return detail::blocking(responses_count_input_tokens, handle_, json.data(), json.size());
    }
    /* A long conversation made short. */
    result<response> try_compact(const json_text &json) const
    {
        return detail::blocking(responses_compact, handle_, json.data(), json.size());
    }
    /* Gets a background response until it has ended, at most so long: then RESPONSES_E_TIMEOUT, and it
       goes on at the server. */
    result<response> try_wait(const name_text &id, std::chrono::milliseconds limit = no_limit) const
    {
        return detail::blocking(responses_wait, handle_, id.c_str(),
                                detail::milliseconds_of(limit));
    }
    /* Any other endpoint below base_url: client.send("GET", "/models"). */
    result<response> try_send(const name_text &method, const name_text &path,
                              const json_text &json = json_text()) const
    {
        return detail::blocking(responses_send, handle_, method.c_str(), path.c_str(), json.data(),
                                json.size());
    }

    /* Streams, and hands every event to `listener` on this thread: a function of `const event_view &`
       that returns nothing, or false to stop. The final response; after a stop what had arrived, which
       may be empty; after a stream that was cut the error has it, as partial(). What the listener throws
       comes out here. */
    template <class F> result<response> try_stream(const json_text &json, F &&listener) const
    {
        detail::relay<F> relay(listener);
        responses_response *out = nullptr;
        responses_error *details = nullptr;
        int status = responses_create_stream(handle_, json.data(), json.size(),
                                             detail::relay<F>::on_event, &relay, &out, &details);
        return relay.outcome(status, out, details);
    }
    /* The same for a background response that streams: from its beginning, or after params
       "starting_after". */
    template <class F>
    result<response> try_get_stream(const name_text &id, const json_text &params,
                                    F &&listener) const
    {
        detail::relay<F> relay(listener);
        responses_response *out = nullptr;
        responses_error *details = nullptr;
        int status = responses_get_stream(handle_, id.c_str(), params.data(), params.size(),
                                          detail::relay<F>::on_event, &relay, &out, &details);
        return relay.outcome(status, out, details);
    }

#if RESPONSES_EXCEPTIONS
    response create(const json_text &json) const
    {
        return try_create(json).value();
    }
    response get(const name_text &id, const json_text &params = json_text()) const
    {
        return try_get(id, params).value();
    }
    response cancel(const name_text &id) const
    {
        return try_cancel(id).value();
    }
    response remove(const name_text &id) const
    {
        return try_remove(id).value();
    }
    response input_items(const name_text &id, const json_text &params = json_text()) const
    {
        return try_input_items(id, params).value();
    }
    response count_input_tokens(const json_text &json) const
    {
        return try_count_input_tokens(json).value();
    }
    response compact(const json_text &json) const
    {
        return try_compact(json).value();
    }
    response wait(const name_text &id, std::chrono::milliseconds limit = no_limit) const
    {
        return try_wait(id, limit).value();
    }
    response send(const name_text &method, const name_text &path,
                  const json_text &json = json_text()) const
    {
        return try_send(method, path, json).value();
    }
    template <class F> response stream(const json_text &json, F &&listener) const
    {
        return try_stream(json, std::forward<F>(listener)).value();
    }
    template <class F>
    response get_stream(const name_text &id, const json_text &params, F &&listener) const
    {
        return try_get_stream(id, params, std::forward<F>(listener)).value();
    }
#endif

  protected:
    explicit operations(responses_client *handle) noexcept : handle_(handle) {}
    ~operations() = default;

    responses_client *handle_;
};

RESPONSES_NAMESPACE_END

#endif
