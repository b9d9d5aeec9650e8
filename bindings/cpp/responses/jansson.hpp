/*
 * responses/jansson.hpp - jansson for responses.hpp, by the functions of responses_jansson.h
 *
 *     responses::jansson question(json_pack("{s:s, s:s}", "model", "gpt-5", "input", "Hello"));
 *     auto answer = client.create(question);
 *     auto usage = answer.as<responses::jansson>("/usage");
 *     json_int_t tokens = json_integer_value(json_object_get(usage.get(), "total_tokens"));
 *
 * IN. Wherever JSON goes in, a tree may: it is written straight into what is sent. A jansson with a name, a
 * json_t * and a const json_t * are borrowed, and as they were when the function returns. A jansson that is
 * given away, create(std::move(question)) or create(responses::jansson(json_pack(...))), is taken over: it is
 * empty afterwards, whatever becomes of the call, and its tree is freed as soon as it is written, before the
 * server has answered. An empty one is RESPONSES_E_INVALID, also in place of parameters, where nullptr or
 * nothing says that there are none.
 *
 * OUT. as<responses::jansson>() of a response or an event is a tree of all of it, with a JSON pointer a tree
 * of the value at that place, which costs what that value takes; an error has the same of its body. What a
 * tree cannot hold is RESPONSES_E_PROTOCOL; the message says what and where, and responses_jansson.h has the
 * table. NaN and Infinity, which some servers write, are null.
 *
 *     c++ program.cpp $(pkg-config --cflags --libs responses-jansson)
 */
#ifndef RESPONSES_JANSSON_HPP
#define RESPONSES_JANSSON_HPP

#include "client.hpp"

#include <memory>
#include <responses_jansson.h>

RESPONSES_NAMESPACE_BEGIN

struct jansson_free {
    void operator()(json_t *value) const noexcept
    {
        json_decref(value);
    }
};

/* A reference to a jansson value, given back when it goes. It takes over the one it is made from; another
   one of the same value is jansson(json_incref(value.get())). */
typedef std::unique_ptr<json_t, jansson_free> jansson;

namespace detail
{
/* The functions for a tree that is borrowed; `value` is a const json_t *. */
struct borrowed_tree {
    static int run(const arguments &to, void *value, responses_response **out,
                   responses_error **err)
    {
        const json_t *json = static_cast<json_t *>(value);
        switch (to.which) {
        case operation::create:
            return responses_jansson_create(to.client, json, out, err);
        case operation::create_stream:
            return responses_jansson_create_stream(to.client, json, to.on_event, to.user_data, out,
                                                   err);
        case operation::get:
            return responses_jansson_get(to.client, to.name, json, out, err);
        case operation::get_stream:
            return responses_jansson_get_stream(to.client, to.name, json, to.on_event, to.user_data,
                                                out, err);
        case operation::input_items:
            return responses_jansson_list_input_items(to.client, to.name, json, out, err);
        case operation::count_input_tokens:
            return responses_jansson_count_input_tokens(to.client, json, out, err);
        case operation::compact:
            return responses_jansson_compact(to.client, json, out, err);
        case operation::send:
            return responses_jansson_send(to.client, to.name, to.path, json, out, err);
        }
        return RESPONSES_E_INVALID;
    }
    static int start(const arguments &to, void *value, responses_call **out, responses_error **err)
    {
        const json_t *json = static_cast<json_t *>(value);
        switch (to.which) {
        case operation::create:
            return responses_jansson_create_start(to.client, json, out, err);
        case operation::create_stream:
            return responses_jansson_create_stream_start(to.client, json, out, err);
        case operation::get:
            return responses_jansson_get_start(to.client, to.name, json, out, err);
        case operation::get_stream:
            return responses_jansson_get_stream_start(to.client, to.name, json, out, err);
        case operation::input_items:
            return responses_jansson_list_input_items_start(to.client, to.name, json, out, err);
        case operation::count_input_tokens:
            return responses_jansson_count_input_tokens_start(to.client, json, out, err);
        case operation::compact:
            return responses_jansson_compact_start(to.client, json, out, err);
        case operation::send:
            return responses_jansson_send_start(to.client, to.name, to.path, json, out, err);
        }
        return RESPONSES_E_INVALID;
    }
    static bool write(void *value, std::string &out)
    {
        return json_dump_callback(static_cast<json_t *>(value), append, &out,
                                  JSON_COMPACT | JSON_ENCODE_ANY) == 0;
    }

  private:
    /* jansson is C: no exception passes through it. */
    static int append(const char *text, std::size_t size, void *out) noexcept
    {
#if RESPONSES_EXCEPTIONS
        try {
            static_cast<std::string *>(out)->append(text, size);
        } catch (...) {
            return -1;
        }
#else
        static_cast<std::string *>(out)->append(text, size);
#endif
        return 0;
    }
};

/* Those for one that is taken over; `value` is the jansson that gives it away. */
struct taken_tree {
    static int run(const arguments &to, void *value, responses_response **out,
                   responses_error **err)
    {
        json_t *json = static_cast<jansson *>(value)->release();
        switch (to.which) {
        case operation::create:
            return responses_jansson_create_new(to.client, json, out, err);
        case operation::create_stream:
            return responses_jansson_create_stream_new(to.client, json, to.on_event, to.user_data,
                                                       out, err);
        case operation::get:
            return responses_jansson_get_new(to.client, to.name, json, out, err);
        case operation::get_stream:
            return responses_jansson_get_stream_new(to.client, to.name, json, to.on_event,
                                                    to.user_data, out, err);
        case operation::input_items:
            return responses_jansson_list_input_items_new(to.client, to.name, json, out, err);
        case operation::count_input_tokens:
            return responses_jansson_count_input_tokens_new(to.client, json, out, err);
        case operation::compact:
            return responses_jansson_compact_new(to.client, json, out, err);
        case operation::send:
            return responses_jansson_send_new(to.client, to.name, to.path, json, out, err);
        }
        return RESPONSES_E_INVALID;
    }
    static int start(const arguments &to, void *value, responses_call **out, responses_error **err)
    {
        json_t *json = static_cast<jansson *>(value)->release();
        switch (to.which) {
        case operation::create:
            return responses_jansson_create_start_new(to.client, json, out, err);
        case operation::create_stream:
            return responses_jansson_create_stream_start_new(to.client, json, out, err);
        case operation::get:
            return responses_jansson_get_start_new(to.client, to.name, json, out, err);
        case operation::get_stream:
            return responses_jansson_get_stream_start_new(to.client, to.name, json, out, err);
        case operation::input_items:
            return responses_jansson_list_input_items_start_new(to.client, to.name, json, out, err);
        case operation::count_input_tokens:
            return responses_jansson_count_input_tokens_start_new(to.client, json, out, err);
        case operation::compact:
            return responses_jansson_compact_start_new(to.client, json, out, err);
        case operation::send:
            return responses_jansson_send_start_new(to.client, to.name, to.path, json, out, err);
        }
        return RESPONSES_E_INVALID;
    }
    static bool write(void *value, std::string &out)
    {
        const jansson json = std::move(*static_cast<jansson *>(value));
        return borrowed_tree::write(json.get(), out);
    }
};
} // namespace detail

template <> struct json_trees<const json_t *> {
    static const bool exists = true;

    static detail::tree borrow(const json_t *json) noexcept
    {
        return {const_cast<json_t *>(json), detail::borrowed_tree::run,
                detail::borrowed_tree::start, detail::borrowed_tree::write};
    }
    static detail::tree take(const json_t *json) noexcept
    {
        return borrow(json);
    }
};

template <> struct json_trees<json_t *> : json_trees<const json_t *> {
};

template <> struct json_trees<jansson> {
    static const bool exists = true;

    static detail::tree borrow(const jansson &json) noexcept
    {
        return json_trees<const json_t *>::borrow(json.get());
    }
    static detail::tree take(jansson &json) noexcept
    {
        if (json == nullptr)
            return borrow(json);
        return {&json, detail::taken_tree::run, detail::taken_tree::start,
                detail::taken_tree::write};
    }
    static int make(const responses_response *from, const char *pointer, jansson &out,
                    responses_error **err)
    {
        return make(responses_response_tree, from, pointer, out, err);
    }
    static int make(const responses_event *from, const char *pointer, jansson &out,
                    responses_error **err)
    {
        return make(responses_event_tree, from, pointer, out, err);
    }
    static int make(const responses_error *from, const char *pointer, jansson &out,
                    responses_error **err)
    {
        return make(responses_error_tree, from, pointer, out, err);
    }

  private:
    template <class F, class H>
    static int make(F function, const H *from, const char *pointer, jansson &out,
                    responses_error **err)
    {
        json_t *tree = nullptr;
        const int status = function(from, pointer, &tree, err);
        out.reset(tree);
        return status;
    }
};

namespace detail
{
/* The items of all pages, one after the other. */
template <class F> int on_item(json_t *item, void *user_data) noexcept
{
    return static_cast<relay<F> *>(user_data)->pass(item);
}
inline int each_item(responses_client *client, const char *id, std::nullptr_t,
                     responses_jansson_item_fn function, void *user_data, responses_error **err)
{
    return responses_jansson_each_input_item(client, id, nullptr, function, user_data, err);
}
inline int each_item(responses_client *client, const char *id, const json_t *params,
                     responses_jansson_item_fn function, void *user_data, responses_error **err)
{
    /* A tree that is none is not "no parameters": as text it is refused, and the error says why. */
    responses_response *none = nullptr;
    if (params == nullptr)
        return responses_list_input_items(client, id, "", 0, &none, err);
    return responses_jansson_each_input_item(client, id, params, function, user_data, err);
}
inline int each_item(responses_client *client, const char *id, const jansson &params,
                     responses_jansson_item_fn function, void *user_data, responses_error **err)
{
    return each_item(client, id, params.get(), function, user_data, err);
}
inline int each_item(responses_client *client, const char *id, jansson &&params,
                     responses_jansson_item_fn function, void *user_data, responses_error **err)
{
    if (params == nullptr)
        return each_item(client, id, params.get(), function, user_data, err);
    return responses_jansson_each_input_item_new(client, id, params.release(), function, user_data,
                                                 err);
}
} // namespace detail

/*
 * All input items of a response, page by page, in their order: calls `on_item(json_t *)` with each. The item
 * is borrowed; json_incref() it to keep it. It returns nothing, or false to stop, which is no error; what it
 * throws comes out here. params are a tree ("limit", "order", "after", "include"), or nullptr.
 *
 *     responses::each_input_item(client, id, nullptr, [](json_t *item) { ... });
 */
template <class P, class F>
result<void> try_each_input_item(const operations &client, const name_text &id, P &&params,
                                 F &&on_item)
{
    typedef typename std::remove_reference<F>::type listener;
    detail::relay<listener> relay(on_item);
    responses_error *details = nullptr;
    const int status = detail::each_item(client.handle(), id.c_str(), std::forward<P>(params),
                                         detail::on_item<listener>, &relay, &details);
    const error e(status, details);
    relay.rethrow();
    if (relay.is_end(status))
        return result<void>();
    return e;
}
#if RESPONSES_EXCEPTIONS
template <class P, class F>
void each_input_item(const operations &client, const name_text &id, P &&params, F &&on_item)
{
    try_each_input_item(client, id, std::forward<P>(params), std::forward<F>(on_item)).value();
}
#endif

RESPONSES_NAMESPACE_END

#endif
