/* Many turns over one connection. Part of responses.hpp. */
#ifndef RESPONSES_SESSION_HPP
#define RESPONSES_SESSION_HPP

#include "starts.hpp"
#include "tools.hpp"

RESPONSES_NAMESPACE_BEGIN

/*
 * WebSocket mode of the API: a connection over which turn after turn is sent. client::open_session() makes
 * one; responses.h says what happens when the connection ends.
 *
 *     responses::session session = client.open_session();
 *     for (auto &event : session.stream(R"({"model": "gpt-5", "store": false, "input": "Plan the day."})"))
 *         std::cout << event.text();
 *
 * A turn is a call or a response like any other. Turns with the same "stream_id", and those without any, are
 * answered in their order; others at the same time. As with a client, any thread may use it. `create` throws,
 * `try_create` returns a result; so do all.
 */
class session
{
  public:
    /* Takes over one that was made with responses.h; nullptr makes an empty one. */
    explicit session(responses_session *adopted = nullptr) noexcept : handle_(adopted) {}
    session(session &&other) noexcept : handle_(other.release()) {}
    session &operator=(session &&other) noexcept
    {
        if (this != &other) {
            responses_session_free(handle_);
            handle_ = other.release();
        }
        return *this;
    }
    /* Turns that have not ended end with RESPONSES_E_CANCELLED; their calls live on until they go. */
    ~session()
    {
        responses_session_free(handle_);
    }
    explicit operator bool() const noexcept
    {
        return handle_ != nullptr;
    }
    responses_session *handle() const noexcept
    {
        return handle_;
    }
    RESPONSES_NODISCARD responses_session *release() noexcept
    {
        responses_session *handle = handle_;
        handle_ = nullptr;
        return handle;
    }

    /* A turn, with the body of a create: returns when the answer is there. */
    result<response> try_create(const json_text &json) const
    {
        const detail::plain_json text(json);
        return detail::blocking(responses_session_create, handle_, text.data(), text.size());
    }
    /* A turn that is read later: a call whose events are a range, and whose finish() is the response. */
    result<call> try_stream(const json_text &json) const
    {
        const detail::plain_json text(json);
        return detail::starting(responses_session_create_start, handle_, text.data(), text.size());
    }
    /* A turn whose events are handed to `listener` on this thread, as with client::stream(json, listener). */
    template <class F> result<response> try_stream(const json_text &json, F &&listener) const
    {
        const detail::plain_json text(json);
        responses_session *to = handle_;
        return detail::relay<F>(listener).stream(
            [to, &text](responses_event_fn on_event, void *user_data, responses_response **out,
                        responses_error **err) {
                return responses_session_create_stream(to, text.data(), text.size(), on_event,
                                                       user_data, out, err);
            });
    }
    /* Another event of the client, such as "response.steer": the call has the events that answer it. */
    result<call> try_start_send(const json_text &json) const
    {
        const detail::plain_json text(json);
        return detail::starting(responses_session_send_start, handle_, text.data(), text.size());
    }
#if RESPONSES_EXCEPTIONS
    response create(const json_text &json) const
    {
        return try_create(json).value();
    }
    call stream(const json_text &json) const
    {
        return try_stream(json).value();
    }
    template <class F> response stream(const json_text &json, F &&listener) const
    {
        return try_stream(json, std::forward<F>(listener)).value();
    }
    call start_send(const json_text &json) const
    {
        return try_start_send(json).value();
    }
#endif

    /* A tool loop whose requests are turns: creates responses until one calls no function of `with` any more, and is returned. Every
       request is a stream. After max_steps responses RESPONSES_E_LIMIT, with the last as error.partial(). */
    result<response> try_run(const json_text &json, const tools &with) const
    {
        return detail::run_with(responses_session_run, handle_, json, with);
    }
    /* The events of all its responses are handed to `listener`. */
    template <class F>
    result<response> try_run(const json_text &json, const tools &with, F &&listener) const
    {
        return detail::run_with(responses_session_run, handle_, json, with, listener);
    }
    /* A call that is read as that of a stream; its functions are called where it is read. */
    result<call> try_start_run(const json_text &json, const tools &with) const
    {
        return detail::start_run_with(responses_session_run_start, handle_, json, with);
    }
#if RESPONSES_EXCEPTIONS
    response run(const json_text &json, const tools &with) const
    {
        return try_run(json, with).value();
    }
    template <class F> response run(const json_text &json, const tools &with, F &&listener) const
    {
        return try_run(json, with, std::forward<F>(listener)).value();
    }
    call start_run(const json_text &json, const tools &with) const
    {
        return try_start_run(json, with).value();
    }
#endif

    /* How many connections it has made: it grows when another was needed, which has nothing at hand that the
       server does not store. -1 of an empty one. */
    int connections() const noexcept
    {
        return responses_session_connections(handle_);
    }

  private:
    responses_session *handle_;
};

namespace detail
{
inline result<session> open_session(responses_client *client)
{
    responses_session *out = nullptr;
    responses_error *details = nullptr;
    const int status = responses_session_open(client, &out, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    return session(out);
}
/* With the call that tells how the opening ends, or without one: NULL. */
inline result<session> start_session(responses_client *client, call *opening)
{
    responses_session *out = nullptr;
    responses_call *begun = nullptr;
    responses_error *details = nullptr;
    const int status =
        responses_session_open_start(client, &out, opening != nullptr ? &begun : nullptr, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    if (opening != nullptr)
        *opening = call(begun);
    return session(out);
}
} // namespace detail

RESPONSES_NAMESPACE_END

#endif
