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

/* Whether JSON is a tree. One that is none is refused as such where JSON must be; elsewhere it would mean that
   there are no parameters, and is refused as the text that it is not. */
inline bool is_tree(const json_text &json, operation in) noexcept
{
    switch (in) {
    case operation::create:
    case operation::create_stream:
    case operation::count_input_tokens:
    case operation::compact:
        return json.tree().run != nullptr;
    default:
        return json.tree().value != nullptr;
    }
}

/* Calls the function of responses.h for JSON that is text, or the one that takes the tree. */
inline int run(const arguments &to, const json_text &json, responses_response **out,
               responses_error **err)
{
    if (is_tree(json, to.which))
        return json.tree().run(to, json.tree().value, out, err);
    switch (to.which) {
    case operation::create:
        return responses_create(to.client, json.data(), json.size(), out, err);
    case operation::create_stream:
        return responses_create_stream(to.client, json.data(), json.size(), to.on_event,
                                       to.user_data, out, err);
    case operation::get:
        return responses_get(to.client, to.name, json.data(), json.size(), out, err);
    case operation::get_stream:
        return responses_get_stream(to.client, to.name, json.data(), json.size(), to.on_event,
                                    to.user_data, out, err);
    case operation::input_items:
        return responses_list_input_items(to.client, to.name, json.data(), json.size(), out, err);
    case operation::count_input_tokens:
        return responses_count_input_tokens(to.client, json.data(), json.size(), out, err);
    case operation::compact:
        return responses_compact(to.client, json.data(), json.size(), out, err);
    case operation::send:
        return responses_send(to.client, to.name, to.path, json.data(), json.size(), out, err);
    }
    return RESPONSES_E_INVALID;
}
inline result<response> blocking(const arguments &to, const json_text &json)
{
    responses_response *out = nullptr;
    responses_error *details = nullptr;
    int status = run(to, json, &out, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    return response(out);
}

/* Calls `listener(what)` and tells whether to go on: it returns nothing, or false to stop. */
template <class F, class A>
typename std::enable_if<
    std::is_void<decltype(std::declval<F &>()(std::declval<const A &>()))>::value, bool>::type
goes_on(F &listener, const A &what)
{
    listener(what);
    return true;
}
template <class F, class A>
typename std::enable_if<
    !std::is_void<decltype(std::declval<F &>()(std::declval<const A &>()))>::value, bool>::type
goes_on(F &listener, const A &what)
{
    static_assert(std::is_same<decltype(listener(what)), bool>::value,
                  "a listener returns nothing, or a bool: whether to go on");
    return listener(what);
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
        return static_cast<relay *>(user_data)->pass(event_view(handle));
    }
    template <class A> int pass(const A &what) noexcept
    {
#if RESPONSES_EXCEPTIONS
        try {
            stopped = !goes_on(listener, what);
        } catch (...) {
            thrown = std::current_exception();
            stopped = true;
        }
#else
        stopped = !goes_on(listener, what);
#endif
        return stopped ? 1 : 0;
    }
    /* Whether that status is an end: of all, or where the listener stopped. */
    bool is_end(int status) const noexcept
    {
        return status == RESPONSES_OK || (status == RESPONSES_E_USER && stopped);
    }
    void rethrow() const
    {
#if RESPONSES_EXCEPTIONS
        if (thrown)
            std::rethrow_exception(thrown);
#endif
    }
    /* What a stream has come to: `streaming` calls a function of responses.h with the callback. */
    template <class S> result<response> stream(S streaming)
    {
        responses_response *out = nullptr;
        responses_error *details = nullptr;
        const int status = streaming(on_event, this, &out, &details);
        response arrived(is_end(status) ? out : nullptr);
        error e(status, details, is_end(status) ? nullptr : out);
        rethrow();
        if (is_end(status))
            return result<response>(std::move(arrived));
        return e;
    }
    result<response> stream(arguments to, const json_text &json)
    {
        return stream([&to, &json](responses_event_fn function, void *user_data,
                                   responses_response **out, responses_error **err) {
            to.on_event = function;
            to.user_data = user_data;
            return run(to, json, out, err);
        });
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
        return detail::blocking(to(detail::operation::create), json);
    }
    /* GET /responses/{id}. params: {"include": [...]}. */
    result<response> try_get(const name_text &id, const json_text &params = json_text()) const
    {
        return detail::blocking(to(detail::operation::get, id), params);
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
        return detail::blocking(to(detail::operation::input_items, id), params);
    }
    /* How many tokens an input has. */
    result<response> try_count_input_tokens(const json_text &json) const
    {
        return detail::blocking(to(detail::operation::count_input_tokens), json);
    }
    /* A long conversation made short. */
    result<response> try_compact(const json_text &json) const
    {
        return detail::blocking(to(detail::operation::compact), json);
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
        return detail::blocking(
            detail::arguments(detail::operation::send, handle_, method.c_str(), path.c_str()),
            json);
    }

    /* Streams, and hands every event to `listener` on this thread: a function of `const event_view &`
       that returns nothing, or false to stop. The final response; after a stop what had arrived, which
       may be empty; after a stream that was cut the error has it, as partial(). What the listener throws
       comes out here. */
    template <class F> result<response> try_stream(const json_text &json, F &&listener) const
    {
        return detail::relay<F>(listener).stream(to(detail::operation::create_stream), json);
    }
    /* The same for a background response that streams: from its beginning, or after params
       "starting_after". */
    template <class F>
    result<response> try_get_stream(const name_text &id, const json_text &params,
                                    F &&listener) const
    {
        return detail::relay<F>(listener).stream(to(detail::operation::get_stream, id), params);
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
    detail::arguments to(detail::operation which) const noexcept
    {
        return detail::arguments(which, handle_);
    }
    detail::arguments to(detail::operation which, const name_text &id) const noexcept
    {
        return detail::arguments(which, handle_, id.c_str());
    }
    explicit operations(responses_client *handle) noexcept : handle_(handle) {}
    ~operations() = default;

    responses_client *handle_;
};

RESPONSES_NAMESPACE_END

#endif
