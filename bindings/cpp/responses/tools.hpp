/* Functions that a model calls. Part of responses.hpp. */
#ifndef RESPONSES_TOOLS_HPP
#define RESPONSES_TOOLS_HPP

#include "tool_function.hpp"

RESPONSES_NAMESPACE_BEGIN

/*
 * A set of functions that a model may call, for client::run() and session::run().
 *
 *     responses::tools tools;
 *     tools.add("get_weather", "The weather of a city today.",
 *               R"({"type": "object", "properties": {"city": {"type": "string"}},
 *                   "required": ["city"], "additionalProperties": false})",
 *               [](const nlohmann::json &arguments) { return weather_of(arguments["city"]); });
 *     auto response = client.run(R"({"model": "gpt-5", "input": "Do I need a coat in Oslo?"})", tools);
 *
 * A function takes one of these, and returns its output:
 *   - the arguments as text, a string_view or a std::string: a JSON object that fits the schema;
 *   - the arguments as a type with json_traits, such as nlohmann::json;
 *   - nothing, if it has no parameters.
 * The output is text, or of a type with json_traits. An array of input_text, input_image and input_file parts is
 * sent as parts. What it throws is told to the model, with what().
 *
 * Or it takes a tool_call and returns nothing: then the call is answered there, or later and on any thread. What
 * it throws is told to the model too, unless the call was moved away.
 *
 * A function runs on the thread that runs or reads the run. The set keeps a copy of it, and so does each call
 * that run was started as: the set may go before those end, and be used for any number of runs. Add from one
 * thread at a time, and not while a run is started with the set.
 */
class tools
{
  public:
    static result<tools> try_new()
    {
        std::shared_ptr<detail::toolset> set = std::make_shared<detail::toolset>();
        responses_error *details = nullptr;
        const int status = responses_tools_new(&set->handle, &details);
        if (status != RESPONSES_OK)
            return responses::error(status, details);
        return tools(std::move(set));
    }
#if RESPONSES_EXCEPTIONS
    tools() : tools(try_new().value()) {}
#endif
    tools(tools &&) noexcept = default;
    tools &operator=(tools &&) noexcept = default;
    tools(const tools &) = delete;
    tools &operator=(const tools &) = delete;

    /* False of one that was moved from, which no run takes. */
    explicit operator bool() const noexcept
    {
        return set_ != nullptr;
    }
    responses_tools *handle() const noexcept
    {
        return set_ ? set_->handle : nullptr;
    }

    /* Adds a function. `name` is 1 to 128 of A-Z a-z 0-9 _ -. `description` tells the model when to call it; ""
       is none. `parameters` is a JSON schema of type "object", nullptr for no parameters. */
    template <class F>
    result<void> try_add(const name_text &name, const name_text &description,
                         const json_text &parameters, F &&function)
    {
        return add_function(detail::make_tool_function(std::forward<F>(function)),
                            plainly(name, description, parameters));
    }
    /* The same with all that the API documents of a tool, of the type "function" or "custom". */
    template <class F> result<void> try_add_json(const json_text &tool, F &&function)
    {
        return add_function(detail::make_tool_function(std::forward<F>(function)), fully(tool));
    }
    /* A function without code: a response that calls it ends the run, and the call is yours. */
    result<void> try_declare(const name_text &name, const name_text &description,
                             const json_text &parameters)
    {
        return add_function(nullptr, plainly(name, description, parameters));
    }
    result<void> try_declare_json(const json_text &tool)
    {
        return add_function(nullptr, fully(tool));
    }
#if RESPONSES_EXCEPTIONS
    template <class F>
    tools &add(const name_text &name, const name_text &description, const json_text &parameters,
               F &&function)
    {
        try_add(name, description, parameters, std::forward<F>(function)).value();
        return *this;
    }
    template <class F> tools &add_json(const json_text &tool, F &&function)
    {
        try_add_json(tool, std::forward<F>(function)).value();
        return *this;
    }
    tools &declare(const name_text &name, const name_text &description, const json_text &parameters)
    {
        try_declare(name, description, parameters).value();
        return *this;
    }
    tools &declare_json(const json_text &tool)
    {
        try_declare_json(tool).value();
        return *this;
    }
#endif

    /* What a run holds on to. */
    std::shared_ptr<const void> keep() const noexcept
    {
        return set_;
    }

  private:
    explicit tools(std::shared_ptr<detail::toolset> set) noexcept : set_(std::move(set)) {}

    /* How the C interface is told of a tool. */
    typedef std::function<int(responses_tools *, responses_tool_fn, void *, responses_error **)>
        telling;

    static telling plainly(const name_text &name, const name_text &description,
                           const json_text &parameters)
    {
        return [&name, &description, &parameters](responses_tools *to, responses_tool_fn fn,
                                                  void *user_data, responses_error **err) {
            /* NULL is none, and so a description that is no text must not be it. */
            if (description.c_str() == nullptr)
                return int(RESPONSES_E_INVALID);
            const detail::plain_json schema(parameters);
            return responses_tools_add(to, name.c_str(),
                                       *description.c_str() ? description.c_str() : nullptr,
                                       schema.data(), schema.size(), fn, user_data, err);
        };
    }
    static telling fully(const json_text &tool)
    {
        return [&tool](responses_tools *to, responses_tool_fn fn, void *user_data,
                       responses_error **err) {
            const detail::plain_json text(tool);
            return responses_tools_add_json(to, text.data(), text.size(), fn, user_data, err);
        };
    }
    /* `function`: nullptr for none. */
    result<void> add_function(std::shared_ptr<detail::tool_function> function, const telling &tell)
    {
        if (!set_)
            return responses::error(RESPONSES_E_INVALID);
        void *key = function ? set_->take(std::move(function)) : nullptr;
        responses_error *details = nullptr;
        const int status =
            tell(set_->handle, key != nullptr ? detail::tool_called : nullptr, key, &details);
        if (status == RESPONSES_OK)
            return result<void>();
        if (key != nullptr)
            set_->drop_last();
        return responses::error(status, details);
    }

    std::shared_ptr<detail::toolset> set_;
};

namespace detail
{
/* Runs to the end: `run` is a function of responses.h, of a client or a session. */
template <class R, class H>
result<response> run_with(R run, H *handle, const json_text &json, const tools &with)
{
    if (!with)
        return error(RESPONSES_E_INVALID);
    const std::shared_ptr<const void> kept = with.keep();
    const plain_json text(json);
    responses_response *out = nullptr;
    responses_error *details = nullptr;
    const int status =
        run(handle, text.data(), text.size(), with.handle(), nullptr, nullptr, &out, &details);
    if (status != RESPONSES_OK)
        return error(status, details, out);
    return response(out);
}
template <class R, class H, class F>
result<response> run_with(R run, H *handle, const json_text &json, const tools &with, F &listener)
{
    if (!with)
        return error(RESPONSES_E_INVALID);
    const std::shared_ptr<const void> kept = with.keep();
    const plain_json text(json);
    responses_tools *const set = with.handle();
    return relay<F>(listener).stream(
        [run, handle, &text, set](responses_event_fn on_event, void *user_data,
                                  responses_response **out, responses_error **err) {
            return run(handle, text.data(), text.size(), set, on_event, user_data, out, err);
        });
}
/* Starts one. */
template <class R, class H>
result<call> start_run_with(R start, H *handle, const json_text &json, const tools &with)
{
    if (!with)
        return error(RESPONSES_E_INVALID);
    const plain_json text(json);
    responses_call *out = nullptr;
    responses_error *details = nullptr;
    const int status = start(handle, text.data(), text.size(), with.handle(), &out, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    return call(out, with.keep());
}
} // namespace detail

RESPONSES_NAMESPACE_END

#endif
