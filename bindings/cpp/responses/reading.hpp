/* What the server said: responses, events, and the values in them. Part of responses.hpp. */
#ifndef RESPONSES_READING_HPP
#define RESPONSES_READING_HPP

#include "result.hpp"

#include <cerrno>
#include <cstdint>
#include <locale>
#include <sstream>

RESPONSES_NAMESPACE_BEGIN

/* One value of a response's or an event's JSON. Borrowed until the next get() on the same one. */
class json_value
{
  public:
    json_value() noexcept : status_(RESPONSES_E_RANGE), type_(RESPONSES_JSON_NULL), text_("", 0) {}
    json_value(int status, int type, string_view text) noexcept
        : status_(status), type_(type), text_(text)
    {
    }

    /* Whether there is something at that place; null is something. */
    bool exists() const noexcept
    {
        return status_ == RESPONSES_OK;
    }
    explicit operator bool() const noexcept
    {
        return exists();
    }
    /* RESPONSES_OK, RESPONSES_E_RANGE (nothing there) or RESPONSES_E_INVALID (no JSON pointer). */
    int status() const noexcept
    {
        return status_;
    }
    /* RESPONSES_JSON_..., of what exists. */
    int type() const noexcept
    {
        return type_;
    }
    bool is_null() const noexcept
    {
        return exists() && type_ == RESPONSES_JSON_NULL;
    }
    bool is_string() const noexcept
    {
        return exists() && type_ == RESPONSES_JSON_STRING;
    }

    /* The text of a string, the JSON of anything else, "" of nothing. */
    string_view text() const noexcept
    {
        return text_;
    }
    /* True for true; false for all else. */
    bool as_bool() const noexcept
    {
        return exists() && type_ == RESPONSES_JSON_TRUE;
    }
    /* A whole number that fits; `otherwise` for all else. */
    std::int64_t as_int(std::int64_t otherwise = 0) const
    {
        char *end = nullptr;
        if (!exists() || type_ != RESPONSES_JSON_NUMBER)
            return otherwise;
        int before = errno;
        errno = 0;
        long long number = std::strtoll(text_.data(), &end, 10);
        bool good = errno == 0 && end == text_.data() + text_.size();
        errno = before;
        return good ? number : otherwise;
    }
    /* A number, in any locale; `otherwise` for all else. */
    double as_double(double otherwise = 0) const
    {
        if (!exists() || type_ != RESPONSES_JSON_NUMBER)
            return otherwise;
        std::istringstream in(std::string(text_.data(), text_.size()));
        in.imbue(std::locale::classic());
        double number;
        return in >> number ? number : otherwise;
    }

  private:
    int status_;
    int type_;
    string_view text_;
};

namespace detail
{
/* The text that a function with a length gives. */
template <class T, class F> string_view text_of(F function, const T *handle) noexcept
{
    std::size_t size = 0;
    const char *text = function(handle, &size);
    return text != nullptr ? string_view(text, size) : string_view("", 0);
}

inline string_view text_or_nothing(const char *text) noexcept
{
    return text != nullptr ? string_view(text) : string_view("", 0);
}

template <class T, class F>
json_value get(F function, const T *handle, const name_text &pointer) noexcept
{
    int type = RESPONSES_JSON_NULL;
    const char *text = "";
    std::size_t size = 0;
    int status = function(handle, pointer.c_str(), &type, &text, &size);
    return status == RESPONSES_OK ? json_value(status, type, string_view(text, size))
                                  : json_value(status, type, string_view("", 0));
}

template <class T> result<T> parse(string_view json)
{
    static_assert(json_traits<T>::exists,
                  "responses::json_traits<T> is missing: include responses/nlohmann.hpp or "
                  "responses/jansson.hpp, or write them for your type");
    T value;
    if (!json_traits<T>::parse(json, value))
        return error(RESPONSES_E_PROTOCOL);
    return result<T>(std::move(value));
}

/* A tree of the value at a JSON pointer, made by the library. */
template <class T, class H> result<T> tree_at(const H *handle, const name_text &pointer)
{
    static_assert(json_trees<T>::exists, "a place in the JSON can be had as responses::jansson; "
                                         "include responses/jansson.hpp, or use get()");
    T made;
    responses_error *details = nullptr;
    int status = json_trees<T>::make(handle, pointer.c_str(), made, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    return result<T>(std::move(made));
}

/* All that a view looks at. */
template <class T, class V>
typename std::enable_if<json_trees<T>::exists, result<T>>::type as(const V &view)
{
    return tree_at<T>(view.handle(), "");
}
template <class T, class V>
typename std::enable_if<!json_trees<T>::exists, result<T>>::type as(const V &view)
{
    return parse<T>(view.json());
}
} // namespace detail

/* What the server answered: a response, a page of input items, a count, anything. Looks only. */
class response_view
{
  public:
    response_view() noexcept : handle_(nullptr) {}
    explicit response_view(const responses_response *handle) noexcept : handle_(handle) {}
    /* Whether there is one. */
    explicit operator bool() const noexcept
    {
        return handle_ != nullptr;
    }
    const responses_response *handle() const noexcept
    {
        return handle_;
    }

    /* The body, byte for byte, or of a stream what has been put together so far. */
    string_view json() const noexcept
    {
        return detail::text_of(responses_response_json, handle_);
    }
    /* All text of the answer, joined. */
    string_view text() const noexcept
    {
        return detail::text_of(responses_response_text, handle_);
    }
    string_view id() const noexcept
    {
        return detail::text_or_nothing(responses_response_id(handle_));
    }
    string_view status() const noexcept
    {
        return detail::text_or_nothing(responses_response_status(handle_));
    }
    string_view request_id() const noexcept
    {
        return detail::text_or_nothing(responses_response_request_id(handle_));
    }
    /* A header of the answer, in any case; "" when it was not sent. */
    string_view header(const name_text &name) const noexcept
    {
        return detail::text_or_nothing(responses_response_header(handle_, name.c_str()));
    }
    /* All headers, a line "name: value" for each. */
    string_view headers() const noexcept
    {
        return detail::text_of(responses_response_headers, handle_);
    }
    int http_status() const noexcept
    {
        return responses_response_http_status(handle_);
    }
    /* "HTTP/1.1", say. */
    string_view http_version() const noexcept
    {
        return detail::text_or_nothing(responses_response_http_version(handle_));
    }
    int attempts() const noexcept
    {
        return responses_response_attempts(handle_);
    }
    /* RESPONSES_RATE_LIMIT_..., from the headers; -1 when the server did not say it. */
    std::int64_t rate_limit(int which) const noexcept
    {
        return responses_response_rate_limit(handle_, which);
    }
    /* Every attempt, as a JSON array. */
    string_view history() const noexcept
    {
        return detail::text_of(responses_response_history, handle_);
    }
    /* One value by JSON pointer: "/usage/total_tokens". */
    json_value get(const name_text &pointer) const noexcept
    {
        return detail::get(responses_response_get, handle_, pointer);
    }
    /* The body as a JSON library's type: RESPONSES_E_PROTOCOL when that cannot hold it. */
    template <class T> result<T> try_as() const
    {
        return detail::as<T>(*this);
    }
    /* The value at a JSON pointer, as a tree of jansson: costs what that value takes. RESPONSES_E_RANGE
       when there is nothing at that place. */
    template <class T> result<T> try_as(const name_text &pointer) const
    {
        return detail::tree_at<T>(handle_, pointer);
    }
#if RESPONSES_EXCEPTIONS
    template <class T> T as() const
    {
        return try_as<T>().value();
    }
    template <class T> T as(const name_text &pointer) const
    {
        return try_as<T>(pointer).value();
    }
#endif

  protected:
    const responses_response *handle_;
};

inline response_view error::partial() const noexcept
{
    return response_view(details_ ? details_->partial : nullptr);
}

template <class T> result<T> error::try_as(const name_text &pointer) const
{
    if (said() == nullptr)
        return error(RESPONSES_E_RANGE);
    return detail::tree_at<T>(said(), pointer);
}
#if RESPONSES_EXCEPTIONS
template <class T> T error::as(const name_text &pointer) const
{
    return try_as<T>(pointer).value();
}
#endif

/* A response of one's own. */
class response : public response_view
{
  public:
    explicit response(responses_response *adopted = nullptr) noexcept : response_view(adopted) {}
    response(response &&other) noexcept : response_view(other.release()) {}
    response &operator=(response &&other) noexcept
    {
        if (this != &other) {
            responses_response_free(const_cast<responses_response *>(handle_));
            handle_ = other.release();
        }
        return *this;
    }
    ~response()
    {
        responses_response_free(const_cast<responses_response *>(handle_));
    }
    /* Gives the handle away, to be freed by the caller. */
    RESPONSES_NODISCARD responses_response *release() noexcept
    {
        responses_response *handle = const_cast<responses_response *>(handle_);
        handle_ = nullptr;
        return handle;
    }
    /* A copy of one's own of any response. */
    static result<response> try_copy(response_view of)
    {
        responses_response *copy = nullptr;
        int status = responses_response_clone(of.handle(), &copy);
        if (status != RESPONSES_OK)
            return responses::error(status);
        return response(copy);
    }
#if RESPONSES_EXCEPTIONS
    static response copy(response_view of)
    {
        return try_copy(of).value();
    }
#endif
};

/* One event of a stream. Looks only: until the next one is read. */
class event_view
{
  public:
    event_view() noexcept : handle_(nullptr) {}
    explicit event_view(const responses_event *handle) noexcept : handle_(handle) {}
    explicit operator bool() const noexcept
    {
        return handle_ != nullptr;
    }
    const responses_event *handle() const noexcept
    {
        return handle_;
    }

    /* The type by name, "response.output_text.delta", and as RESPONSES_EVENT_... for a switch. */
    string_view type() const noexcept
    {
        return detail::text_or_nothing(responses_event_type(handle_));
    }
    int kind() const noexcept
    {
        return responses_event_kind(handle_);
    }
    /* -1 when it has none. */
    std::int64_t sequence() const noexcept
    {
        return responses_event_sequence(handle_);
    }
    /* The text of a delta; "" of an event without one. */
    string_view text() const noexcept
    {
        return detail::text_of(responses_event_text, handle_);
    }
    string_view json() const noexcept
    {
        return detail::text_of(responses_event_json, handle_);
    }
    string_view response_id() const noexcept
    {
        return detail::text_or_nothing(responses_event_response_id(handle_));
    }
    string_view item_id() const noexcept
    {
        return detail::text_or_nothing(responses_event_item_id(handle_));
    }
    /* -1 when it has none. */
    int output_index() const noexcept
    {
        return responses_event_output_index(handle_);
    }
    int content_index() const noexcept
    {
        return responses_event_content_index(handle_);
    }
    /* One value by JSON pointer: "/item/name". */
    json_value get(const name_text &pointer) const noexcept
    {
        return detail::get(responses_event_get, handle_, pointer);
    }
    /* As of a response. */
    template <class T> result<T> try_as() const
    {
        return detail::as<T>(*this);
    }
    template <class T> result<T> try_as(const name_text &pointer) const
    {
        return detail::tree_at<T>(handle_, pointer);
    }
#if RESPONSES_EXCEPTIONS
    template <class T> T as() const
    {
        return try_as<T>().value();
    }
    template <class T> T as(const name_text &pointer) const
    {
        return try_as<T>(pointer).value();
    }
#endif

  protected:
    const responses_event *handle_;
};

/* An event of one's own, kept beyond the next. */
class event : public event_view
{
  public:
    explicit event(responses_event *adopted = nullptr) noexcept : event_view(adopted) {}
    event(event &&other) noexcept : event_view(other.release()) {}
    event &operator=(event &&other) noexcept
    {
        if (this != &other) {
            responses_event_free(const_cast<responses_event *>(handle_));
            handle_ = other.release();
        }
        return *this;
    }
    ~event()
    {
        responses_event_free(const_cast<responses_event *>(handle_));
    }
    RESPONSES_NODISCARD responses_event *release() noexcept
    {
        responses_event *handle = const_cast<responses_event *>(handle_);
        handle_ = nullptr;
        return handle;
    }
    static result<event> try_copy(event_view of)
    {
        responses_event *copy = nullptr;
        int status = responses_event_clone(of.handle(), &copy);
        if (status != RESPONSES_OK)
            return responses::error(status);
        return event(copy);
    }
#if RESPONSES_EXCEPTIONS
    static event copy(event_view of)
    {
        return try_copy(of).value();
    }
#endif
};

RESPONSES_NAMESPACE_END

#endif
