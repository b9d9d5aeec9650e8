/* A call of a function by a model, and the functions themselves. Part of responses.hpp. */
#ifndef RESPONSES_TOOL_FUNCTION_HPP
#define RESPONSES_TOOL_FUNCTION_HPP

#include "operations.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

RESPONSES_NAMESPACE_BEGIN

/*
 * The model calls a function. To be answered in the function that got it, or later and on any thread: it can be
 * moved to where the output comes from. One that goes away without an output ends its run with RESPONSES_E_USER.
 */
class tool_call
{
  public:
    /* Takes over a call of the C interface. */
    explicit tool_call(responses_tool_call *taken) : handle_(taken, responses_tool_call_free) {}
    explicit tool_call(std::shared_ptr<responses_tool_call> shared) noexcept
        : handle_(std::move(shared))
    {
    }
    tool_call(tool_call &&) noexcept = default;
    tool_call &operator=(tool_call &&) noexcept = default;
    tool_call(const tool_call &) = delete;
    tool_call &operator=(const tool_call &) = delete;

    /* False of one that was moved from. */
    explicit operator bool() const noexcept
    {
        return handle_ != nullptr;
    }
    /* Of the function. */
    string_view name() const noexcept
    {
        return responses_tool_call_name(handle_.get());
    }
    /* The "call_id" that the model gave it. */
    string_view id() const noexcept
    {
        return responses_tool_call_id(handle_.get());
    }
    /* A JSON object that fits the schema; of a custom tool its input, which is any text. */
    string_view arguments() const noexcept
    {
        std::size_t len = 0;
        const char *text = responses_tool_call_arguments(handle_.get(), &len);
        return string_view(text, len);
    }
    /* The arguments as a JSON library's type: RESPONSES_E_PROTOCOL when that cannot hold them. */
    template <class T> result<T> try_arguments_as() const
    {
        T value;
        if (!json_traits<T>::parse(arguments(), value))
            return responses::error(RESPONSES_E_PROTOCOL);
        return result<T>(std::move(value));
    }

    /* Gives the output: text. */
    result<void> try_answer(string_view output)
    {
        responses_error *details = nullptr;
        const int status =
            responses_tool_call_answer(handle_.get(), output.data(), output.size(), &details);
        return outcome(status, details);
    }
    /* The parts input_text, input_image and input_file in an array, or any other JSON, which is text for the
       model. */
    result<void> try_answer_json(const json_text &output)
    {
        const detail::plain_json text(output);
        responses_error *details = nullptr;
        const int status =
            responses_tool_call_answer_json(handle_.get(), text.data(), text.size(), &details);
        return outcome(status, details);
    }
    /* Tells the model that the function failed, and why. */
    result<void> try_fail(string_view message)
    {
        responses_error *details = nullptr;
        const int status =
            responses_tool_call_fail(handle_.get(), message.data(), message.size(), &details);
        return outcome(status, details);
    }
#if RESPONSES_EXCEPTIONS
    template <class T> T arguments_as() const
    {
        return try_arguments_as<T>().value();
    }
    void answer(string_view output)
    {
        try_answer(output).value();
    }
    void answer_json(const json_text &output)
    {
        try_answer_json(output).value();
    }
    void fail(string_view message)
    {
        try_fail(message).value();
    }
#endif

  private:
    static result<void> outcome(int status, responses_error *details)
    {
        if (status != RESPONSES_OK)
            return responses::error(status, details);
        return result<void>();
    }

    /* Shared with the code that calls the function, which answers when that throws. */
    std::shared_ptr<responses_tool_call> handle_;
};

namespace detail
{
/* ---- which kind of function it is: by its only parameter, where the type says it ---- */

/* It has none. */
struct no_parameter {
};
/* Its type does not say: it is a template, or overloaded. */
struct some_parameter {
};

template <class F> struct parameter_in {
    typedef some_parameter type;
};
template <class F> struct parameter_in<F *> : parameter_in<F> {
};
template <class C, class F> struct parameter_in<F C::*> : parameter_in<F> {
};
template <class A> struct parameter_is {
    typedef typename std::decay<A>::type type;
};
template <> struct parameter_is<void> {
    typedef no_parameter type;
};
template <class R> struct parameter_in<R()> : parameter_is<void> {
};
template <class R> struct parameter_in<R() const> : parameter_is<void> {
};
template <class R, class A> struct parameter_in<R(A)> : parameter_is<A> {
};
template <class R, class A> struct parameter_in<R(A) const> : parameter_is<A> {
};
#if defined(__cpp_noexcept_function_type)
template <class R> struct parameter_in<R() noexcept> : parameter_is<void> {
};
template <class R> struct parameter_in<R() const noexcept> : parameter_is<void> {
};
template <class R, class A> struct parameter_in<R(A) noexcept> : parameter_is<A> {
};
template <class R, class A> struct parameter_in<R(A) const noexcept> : parameter_is<A> {
};
#endif

template <class T> struct made_void {
    typedef void type;
};
template <class F, class Enable = void> struct parameter_of : parameter_in<F> {
};
template <class F>
struct parameter_of<F, typename made_void<decltype(&F::operator())>::type>
    : parameter_in<decltype(&F::operator())> {
};

template <class F, class A, class Enable = void> struct takes : std::false_type {
};
template <class F, class A>
struct takes<F, A, typename made_void<decltype(std::declval<F &>()(std::declval<A>()))>::type>
    : std::true_type {
};

/* ---- their outputs ---- */

template <class T>
typename std::enable_if<json_traits<T>::exists, result<void>>::type give_output(tool_call &call,
                                                                                const T &output)
{
    return call.try_answer_json(output);
}
template <class T>
typename std::enable_if<!json_traits<T>::exists, result<void>>::type give_output(tool_call &call,
                                                                                 const T &output)
{
    static_assert(std::is_convertible<const T &, string_view>::value,
                  "a function returns its output: text, or a type with json_traits");
    return call.try_answer(output);
}
/* What is no text or no JSON is told to the model: it has to get something. */
template <class T> void settle(tool_call &call, const T &output)
{
    const result<void> given = give_output(call, output);
    if (!given)
        (void)call.try_fail(given.error().what());
}

/* ---- calling them ---- */

template <class F, class P> struct call_function {
    /* A type with json_traits. */
    static void with(F &function, tool_call &&call)
    {
        static_assert(json_traits<P>::exists,
                      "a function takes a tool_call, a string_view, a std::string, or a type with "
                      "json_traits");
        const result<P> arguments = call.template try_arguments_as<P>();
        if (arguments)
            settle(call, function(*arguments));
        else
            (void)call.try_fail("the arguments cannot be read");
    }
};
template <class F> struct call_function<F, tool_call> {
    static void with(F &function, tool_call &&call)
    {
        function(std::move(call));
    }
};
template <class F> struct call_function<F, no_parameter> {
    static void with(F &function, tool_call &&call)
    {
        settle(call, function());
    }
};
template <class F> struct call_function<F, string_view> {
    static void with(F &function, tool_call &&call)
    {
        settle(call, function(call.arguments()));
    }
};
template <class F> struct call_function<F, std::string> {
    static void with(F &function, tool_call &&call)
    {
        const string_view arguments = call.arguments();
        settle(call, function(std::string(arguments.data(), arguments.size())));
    }
};
template <class F>
struct call_function<F, some_parameter>
    : call_function<F, typename std::conditional<takes<F, tool_call &&>::value, tool_call,
                                                 string_view>::type> {
};

/* A function of any kind. */
class tool_function
{
  public:
    tool_function() = default;
    tool_function(const tool_function &) = delete;
    tool_function &operator=(const tool_function &) = delete;
    virtual ~tool_function() {}
    virtual void call(tool_call &&call) = 0;
};
template <class F> class tool_function_of : public tool_function
{
  public:
    template <class G>
    explicit tool_function_of(G &&function) : function_(std::forward<G>(function))
    {
    }
    void call(tool_call &&call) override
    {
        call_function<F, typename parameter_of<F>::type>::with(function_, std::move(call));
    }

  private:
    F function_;
};
template <class F> std::shared_ptr<tool_function> make_tool_function(F &&function)
{
    return std::make_shared<tool_function_of<typename std::decay<F>::type>>(
        std::forward<F>(function));
}

/* ---- finding them again ---- */

/*
 * All functions by a number, which is the library's user_data. A thread may be about to call a function while
 * another frees the run and with it the function: a number that is not there any more is harmless, and a pointer
 * would not be.
 */
class tool_functions
{
  public:
    /* Never destroyed: a thread may look here while the program ends. */
    static tool_functions &all()
    {
        static tool_functions *const functions = new tool_functions;
        return *functions;
    }
    void *add(const std::shared_ptr<tool_function> &function)
    {
        const std::lock_guard<std::mutex> guard(lock_);
        functions_[++last_] = function;
        return reinterpret_cast<void *>(last_);
    }
    void remove(void *key)
    {
        const std::lock_guard<std::mutex> guard(lock_);
        functions_.erase(reinterpret_cast<std::uintptr_t>(key));
    }
    std::shared_ptr<tool_function> find(void *key)
    {
        const std::lock_guard<std::mutex> guard(lock_);
        const auto found = functions_.find(reinterpret_cast<std::uintptr_t>(key));
        return found == functions_.end() ? nullptr : found->second.lock();
    }

  private:
    tool_functions() : last_(0) {}

    std::mutex lock_;
    std::map<std::uintptr_t, std::weak_ptr<tool_function>> functions_;
    std::uintptr_t last_;
};

/* What is behind a set, and kept by its runs. */
struct toolset {
    responses_tools *handle;

    toolset() noexcept : handle(nullptr) {}
    toolset(const toolset &) = delete;
    toolset &operator=(const toolset &) = delete;
    ~toolset()
    {
        responses_tools_free(handle);
        for (const entry &one : functions_)
            tool_functions::all().remove(one.key);
    }
    /* The key of the function from now on. */
    void *take(std::shared_ptr<tool_function> function)
    {
        functions_.push_back(entry{nullptr, std::move(function)});
        return functions_.back().key = tool_functions::all().add(functions_.back().function);
    }
    void drop_last()
    {
        tool_functions::all().remove(functions_.back().key);
        functions_.pop_back();
    }

  private:
    struct entry {
        void *key;
        std::shared_ptr<tool_function> function;
    };
    std::vector<entry> functions_;
};

/* The library's callback: no exception passes through the library. */
inline void tool_called(responses_tool_call *taken, void *key) noexcept
{
#if RESPONSES_EXCEPTIONS
    std::shared_ptr<responses_tool_call> kept;
    /* The message is told unless the call was moved away: then another answers it. */
    const auto fail = [&kept](const char *message) {
        if (kept.use_count() == 1 &&
            responses_tool_call_fail(kept.get(), message, RESPONSES_NTS, nullptr) != RESPONSES_OK)
            responses_tool_call_fail(kept.get(), "the function failed", RESPONSES_NTS, nullptr);
    };
    try {
        kept.reset(taken, responses_tool_call_free);
        const std::shared_ptr<tool_function> function = tool_functions::all().find(key);
        if (function)
            function->call(tool_call(kept));
    } catch (const std::exception &e) {
        fail(e.what());
    } catch (...) {
        fail("the function threw what is no std::exception");
    }
#else
    const std::shared_ptr<tool_function> function = tool_functions::all().find(key);
    tool_call call(taken);
    if (function)
        function->call(std::move(call));
#endif
}
} // namespace detail

RESPONSES_NAMESPACE_END

#endif
