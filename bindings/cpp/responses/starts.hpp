/* The operations of a client that start a call and return at once. Part of responses.hpp. */
#ifndef RESPONSES_STARTS_HPP
#define RESPONSES_STARTS_HPP

#include "operations.hpp"

RESPONSES_NAMESPACE_BEGIN

namespace detail
{
/* Calls a function of responses.h that starts a call. */
template <class F, class... A> result<call> starting(F function, A... arguments)
{
    responses_call *out = nullptr;
    responses_error *details = nullptr;
    int status = function(arguments..., &out, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    return call(out);
}

inline int start(const arguments &to, const json_text &json, responses_call **out,
                 responses_error **err)
{
    if (is_tree(json, to.which))
        return json.tree().start(to, json.tree().value, out, err);
    switch (to.which) {
    case operation::create:
        return responses_create_start(to.client, json.data(), json.size(), out, err);
    case operation::create_stream:
        return responses_create_stream_start(to.client, json.data(), json.size(), out, err);
    case operation::get:
        return responses_get_start(to.client, to.name, json.data(), json.size(), out, err);
    case operation::get_stream:
        return responses_get_stream_start(to.client, to.name, json.data(), json.size(), out, err);
    case operation::input_items:
        return responses_list_input_items_start(to.client, to.name, json.data(), json.size(), out,
                                                err);
    case operation::count_input_tokens:
        return responses_count_input_tokens_start(to.client, json.data(), json.size(), out, err);
    case operation::compact:
        return responses_compact_start(to.client, json.data(), json.size(), out, err);
    case operation::send:
        return responses_send_start(to.client, to.name, to.path, json.data(), json.size(), out,
                                    err);
    }
    return RESPONSES_E_INVALID;
}
inline result<call> starting(const arguments &to, const json_text &json)
{
    responses_call *out = nullptr;
    responses_error *details = nullptr;
    int status = start(to, json, &out, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    return call(out);
}
} // namespace detail

/*
 * The streams, and the twins of the blocking operations. They check their arguments and return at
 * once; what becomes of it is the call's: read its events, or call.finish().
 */
class starts : public operations
{
  public:
    using operations::try_get_stream;
    using operations::try_stream;

    /* POST /responses with "stream": true. */
    result<call> try_stream(const json_text &json) const
    {
        return detail::starting(to(detail::operation::create_stream), json);
    }
    /* The events of a background response that streams: from its beginning, or after params
       "starting_after", a sequence number. */
    result<call> try_get_stream(const name_text &id, const json_text &params = json_text()) const
    {
        return detail::starting(to(detail::operation::get_stream, id), params);
    }
    result<call> try_start_create(const json_text &json) const
    {
        return detail::starting(to(detail::operation::create), json);
    }
    result<call> try_start_get(const name_text &id, const json_text &params = json_text()) const
    {
        return detail::starting(to(detail::operation::get, id), params);
    }
    result<call> try_start_cancel(const name_text &id) const
    {
        return detail::starting(responses_cancel_start, handle_, id.c_str());
    }
    result<call> try_start_remove(const name_text &id) const
    {
        return detail::starting(responses_delete_start, handle_, id.c_str());
    }
    result<call> try_start_input_items(const name_text &id,
                                       const json_text &params = json_text()) const
    {
        return detail::starting(to(detail::operation::input_items, id), params);
    }
    result<call> try_start_count_input_tokens(const json_text &json) const
    {
        return detail::starting(to(detail::operation::count_input_tokens), json);
    }
    result<call> try_start_compact(const json_text &json) const
    {
        return detail::starting(to(detail::operation::compact), json);
    }
    result<call> try_start_wait(const name_text &id,
                                std::chrono::milliseconds limit = no_limit) const
    {
        return detail::starting(responses_wait_start, handle_, id.c_str(),
                                detail::milliseconds_of(limit));
    }
    result<call> try_start_send(const name_text &method, const name_text &path,
                                const json_text &json = json_text()) const
    {
        return detail::starting(
            detail::arguments(detail::operation::send, handle_, method.c_str(), path.c_str()),
            json);
    }

#if RESPONSES_EXCEPTIONS
    using operations::get_stream;
    using operations::stream;

    call stream(const json_text &json) const
    {
        return try_stream(json).value();
    }
    call get_stream(const name_text &id, const json_text &params = json_text()) const
    {
        return try_get_stream(id, params).value();
    }
    call start_create(const json_text &json) const
    {
        return try_start_create(json).value();
    }
    call start_get(const name_text &id, const json_text &params = json_text()) const
    {
        return try_start_get(id, params).value();
    }
    call start_cancel(const name_text &id) const
    {
        return try_start_cancel(id).value();
    }
    call start_remove(const name_text &id) const
    {
        return try_start_remove(id).value();
    }
    call start_input_items(const name_text &id, const json_text &params = json_text()) const
    {
        return try_start_input_items(id, params).value();
    }
    call start_count_input_tokens(const json_text &json) const
    {
        return try_start_count_input_tokens(json).value();
    }
    call start_compact(const json_text &json) const
    {
        return try_start_compact(json).value();
    }
    call start_wait(const name_text &id, std::chrono::milliseconds limit = no_limit) const
    {
        return try_start_wait(id, limit).value();
    }
    call start_send(const name_text &method, const name_text &path,
                    const json_text &json = json_text()) const
    {
        return try_start_send(method, path, json).value();
    }
#endif

  protected:
    explicit starts(responses_client *handle) noexcept : operations(handle) {}
    ~starts() = default;
};

RESPONSES_NAMESPACE_END

#endif
