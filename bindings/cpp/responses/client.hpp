/* A client. Part of responses.hpp. */
#ifndef RESPONSES_CLIENT_HPP
#define RESPONSES_CLIENT_HPP

#include "attempt.hpp"
#include "files.hpp"
#include "keys.hpp"
#include "session.hpp"

RESPONSES_NAMESPACE_BEGIN

/*
 * Options, connections and the descriptor for an event loop. Make one and keep it. Any number of
 * threads may use it at once. Defaults come from the environment: OPENAI_API_KEY, OPENAI_BASE_URL, ...
 */
class client : public starts
{
  public:
    /* Does no I/O. */
    static result<client> try_new()
    {
        responses_client *out = nullptr;
        responses_error *details = nullptr;
        int status = responses_client_new(&out, &details);
        if (status != RESPONSES_OK)
            return responses::error(status, details);
        return client(out);
    }
    /* A second client with options of its own, which begin as a copy, and with these connections. */
    result<client> try_derive() const
    {
        responses_client *out = nullptr;
        responses_error *details = nullptr;
        int status = responses_client_derive(handle_, &out, &details);
        if (status != RESPONSES_OK)
            return responses::error(status, details);
        return client(out);
    }
#if RESPONSES_EXCEPTIONS
    client() : client(try_new().value()) {}
    client derive() const
    {
        return try_derive().value();
    }
#endif

    /* Takes over one that was made with responses.h; nullptr makes an empty one. */
    explicit client(responses_client *adopted) noexcept : starts(adopted) {}
    client(client &&other) noexcept : starts(other.release()) {}
    client &operator=(client &&other) noexcept
    {
        if (this != &other) {
            responses_client_free(handle_);
            handle_ = other.release();
        }
        return *this;
    }
    /* Calls that still run live on until they go. */
    ~client()
    {
        responses_client_free(handle_);
    }
    explicit operator bool() const noexcept
    {
        return handle_ != nullptr;
    }
    RESPONSES_NODISCARD responses_client *release() noexcept
    {
        responses_client *handle = handle_;
        handle_ = nullptr;
        return handle;
    }

    /* A tool loop: creates responses until one calls no function of `with` any more, and is returned. Every
       request is a stream. After max_steps responses RESPONSES_E_LIMIT, with the last as error.partial(). */
    result<response> try_run(const json_text &json, const tools &with) const
    {
        return detail::run_with(responses_run, handle_, json, with);
    }
    /* The events of all its responses are handed to `listener`, as by stream(). */
    template <class F>
    result<response> try_run(const json_text &json, const tools &with, F &&listener) const
    {
        return detail::run_with(responses_run, handle_, json, with, listener);
    }
    /* A call that is read as that of a stream; its functions are called where it is read. */
    result<call> try_start_run(const json_text &json, const tools &with) const
    {
        return detail::start_run_with(responses_run_start, handle_, json, with);
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

    /* Opens a session, many turns over one connection, with the options of now: returns when the server has
       agreed. */
    result<session> try_open_session() const
    {
        return detail::open_session(handle_);
    }
    /* Begins to: turns may be started at once, and wait until then. `opening` becomes a call without events,
       which ends when the server has agreed or refused: opening.finish(). The session does not need it. */
    result<session> try_start_session() const
    {
        return detail::start_session(handle_, nullptr);
    }
    result<session> try_start_session(call &opening) const
    {
        return detail::start_session(handle_, &opening);
    }
#if RESPONSES_EXCEPTIONS
    session open_session() const
    {
        return try_open_session().value();
    }
    session start_session() const
    {
        return try_start_session().value();
    }
    session start_session(call &opening) const
    {
        return try_start_session(opening).value();
    }
#endif

    /* POST of a form with a file and other fields, a JSON object: as responses_upload(). */
    result<response> try_upload(const name_text &path, const source &file,
                                const json_text &fields = json_text()) const
    {
        return detail::upload(handle_, path, file, fields);
    }
    result<call> try_start_upload(const name_text &path, const source &file,
                                  const json_text &fields = json_text()) const
    {
        return detail::starting(responses_upload_start, handle_, path.c_str(), fields.data(),
                                fields.size(), file.handle());
    }
    /* GET of a file, to a stream or a descriptor: as responses_download(). What the stream throws comes out;
       one that fails ends the download with RESPONSES_E_USER. */
    result<response> try_download(const name_text &path, std::ostream &out) const
    {
        return detail::download_to(handle_, path, out);
    }
    result<response> try_download(const name_text &path, int fd) const
    {
        return detail::download_to(handle_, path, fd);
    }
    /* To be read with call.next_bytes(). */
    result<call> try_start_download(const name_text &path) const
    {
        return detail::starting(responses_download_start, handle_, path.c_str());
    }
    /* The string "attachment:NAME" in the JSON of a request stands for these bytes: as responses_client_attach(). */
    result<void> try_attach(const name_text &name, const source &bytes)
    {
        responses_error *details = nullptr;
        int status = responses_client_attach(handle_, name.c_str(), bytes.handle(), &details);
        return outcome(status, details);
    }
    result<void> try_detach(const name_text &name)
    {
        responses_error *details = nullptr;
        int status = responses_client_attach(handle_, name.c_str(), nullptr, &details);
        return outcome(status, details);
    }
#if RESPONSES_EXCEPTIONS
    response upload(const name_text &path, const source &file,
                    const json_text &fields = json_text()) const
    {
        return try_upload(path, file, fields).value();
    }
    call start_upload(const name_text &path, const source &file,
                      const json_text &fields = json_text()) const
    {
        return try_start_upload(path, file, fields).value();
    }
    response download(const name_text &path, std::ostream &out) const
    {
        return try_download(path, out).value();
    }
    response download(const name_text &path, int fd) const
    {
        return try_download(path, fd).value();
    }
    call start_download(const name_text &path) const
    {
        return try_start_download(path).value();
    }
    client &attach(const name_text &name, const source &bytes)
    {
        try_attach(name, bytes).value();
        return *this;
    }
    client &detach(const name_text &name)
    {
        try_detach(name).value();
        return *this;
    }
#endif

    /* Gives the images of answers to `sink`, a function of (const image_piece &) that returns whether to go on:
       see responses_client_set_image_callback(). It has to live as long as the calls that start from now on, hence
       no temporary. When it throws, the call ends with RESPONSES_E_USER. */
    template <class F> int images_to(F &sink) noexcept
    {
        return responses_client_set_image_callback(handle_, image_came<F>, address_of(sink));
    }
    int images_to_nobody() noexcept
    {
        return responses_client_set_image_callback(handle_, nullptr, nullptr);
    }

    /* Sets an option for the calls from now on; responses.h lists them. A value is text, a number, a
       bool or, for the options in milliseconds, a duration. */
    result<void> try_set(const name_text &name, const name_text &value)
    {
        responses_error *details = nullptr;
        /* NULL would put the default back: text that is none must not do that unnoticed. */
        if (value.c_str() == nullptr)
            return responses::error(RESPONSES_E_INVALID);
        int status = responses_client_set(handle_, name.c_str(), value.c_str(), &details);
        return outcome(status, details);
    }
    template <class T>
    typename std::enable_if<std::is_integral<T>::value, result<void>>::type
    try_set(const name_text &name, T value)
    {
        return try_set(name, name_text(std::to_string(value)));
    }
    template <class Rep, class Period>
    result<void> try_set(const name_text &name, const std::chrono::duration<Rep, Period> &value)
    {
        return try_set(name, detail::milliseconds_of(value));
    }
    /* Puts the default back. */
    result<void> try_reset(const name_text &name)
    {
        responses_error *details = nullptr;
        int status = responses_client_set(handle_, name.c_str(), nullptr, &details);
        return outcome(status, details);
    }
    /* Adds a header to every request from now on, or replaces it. */
    result<void> try_set_header(const name_text &name, const name_text &value)
    {
        responses_error *details = nullptr;
        if (value.c_str() == nullptr)
            return responses::error(RESPONSES_E_INVALID);
        int status = responses_client_set_header(handle_, name.c_str(), value.c_str(), &details);
        return outcome(status, details);
    }
    result<void> try_remove_header(const name_text &name)
    {
        responses_error *details = nullptr;
        int status = responses_client_set_header(handle_, name.c_str(), nullptr, &details);
        return outcome(status, details);
    }
#if RESPONSES_EXCEPTIONS
    template <class T> client &set(const name_text &name, const T &value)
    {
        try_set(name, value).value();
        return *this;
    }
    client &reset(const name_text &name)
    {
        try_reset(name).value();
        return *this;
    }
    client &set_header(const name_text &name, const name_text &value)
    {
        try_set_header(name, value).value();
        return *this;
    }
    client &remove_header(const name_text &name)
    {
        try_remove_header(name).value();
        return *this;
    }
#endif

    /* Sends the log, up to RESPONSES_LOG_..., to `sink`, a function of (int level, string_view line). It
       is used as long as this client or a call of it lives, and has to live as long itself: hence no
       temporary. What it throws is dropped: a log line is no reason for a call to fail. */
    template <class F> int log_to(int level, F &sink) noexcept
    {
        return responses_client_set_log(handle_, level, log_line<F>, address_of(sink));
    }
    int log_to_nobody() noexcept
    {
        return responses_client_set_log(handle_, RESPONSES_LOG_NONE, nullptr, nullptr);
    }

    /* Takes the key of every attempt from `source`, a function of (key_request): see
       responses_client_set_key_callback(). It has to live as long as the calls that start from now on, hence no
       temporary. When it throws, the call ends with RESPONSES_E_USER, unless the request was moved away. */
    template <class F> int keys_from(F &source) noexcept
    {
        return responses_client_set_key_callback(handle_, key_asked<F>, address_of(source));
    }
    /* The key is the option's again. */
    int keys_from_nobody() noexcept
    {
        return responses_client_set_key_callback(handle_, nullptr, nullptr);
    }

    /* Tells `sink`, a function of (const attempt_view &), of every attempt: see
       responses_client_set_attempt_callback(). It has to live as long as the calls that start from now on, hence no
       temporary. What it throws is dropped. */
    template <class F> int on_attempt(F &sink) noexcept
    {
        return responses_client_set_attempt_callback(handle_, attempt_ended<F>, address_of(sink));
    }
    /* Nobody is told any more. */
    int on_attempt_nothing() noexcept
    {
        return responses_client_set_attempt_callback(handle_, nullptr, nullptr);
    }

    /* The descriptor for an event loop: when it is readable, dispatch(), then next_ready() until it
       says RESPONSES_AGAIN. A negative status on failure. */
    int fd() const noexcept
    {
        return responses_client_fd(handle_);
    }
    /* Does what can be done now; never blocks. */
    int dispatch() const noexcept
    {
        return responses_client_dispatch(handle_);
    }
    /* RESPONSES_OK and a call that has something to read, which looks only, or RESPONSES_AGAIN. */
    int next_ready(call_view &ready) const noexcept
    {
        responses_call *borrowed = nullptr;
        int status = responses_client_next_ready(handle_, &borrowed);
        ready = call_view(borrowed);
        return status;
    }
    /* Ends the waits that are going on. Any thread, and signal handlers. */
    void interrupt() const noexcept
    {
        responses_client_interrupt(handle_);
    }

  private:
    static result<void> outcome(int status, responses_error *details)
    {
        if (status != RESPONSES_OK)
            return responses::error(status, details);
        return result<void>();
    }
    template <class F>
    static void log_line(int level, const char *line, std::size_t size, void *user_data) noexcept
    {
#if RESPONSES_EXCEPTIONS
        try {
            function_at<F>(user_data)(level, string_view(line, size));
        } catch (...) {
        }
#else
        function_at<F>(user_data)(level, string_view(line, size));
#endif
    }
    template <class F>
    static int image_came(const char *item_id, const char *member, std::int64_t offset,
                          const char *bytes, std::size_t n, int is_last, void *user_data) noexcept
    {
        const image_piece piece = {item_id, member, offset, string_view(bytes, n), is_last != 0};
#if RESPONSES_EXCEPTIONS
        try {
            return function_at<F>(user_data)(piece) ? 0 : 1;
        } catch (...) {
            return 1;
        }
#else
        return function_at<F>(user_data)(piece) ? 0 : 1;
#endif
    }
    template <class F> static void key_asked(responses_key_request *taken, void *user_data) noexcept
    {
#if RESPONSES_EXCEPTIONS
        try {
            function_at<F>(user_data)(key_request(taken));
        } catch (...) {
        }
#else
        function_at<F>(user_data)(key_request(taken));
#endif
    }
    template <class F>
    static void attempt_ended(const responses_attempt *lent, void *user_data) noexcept
    {
#if RESPONSES_EXCEPTIONS
        try {
            function_at<F>(user_data)(attempt_view(lent));
        } catch (...) {
        }
#else
        function_at<F>(user_data)(attempt_view(lent));
#endif
    }
    /* An object by its address, const or not, and a plain function as the pointer that it is. */
    template <class F>
    static typename std::enable_if<!std::is_function<F>::value, void *>::type
    address_of(F &sink) noexcept
    {
        return const_cast<void *>(static_cast<const void *>(std::addressof(sink)));
    }
    template <class F>
    static typename std::enable_if<std::is_function<F>::value, void *>::type
    address_of(F &sink) noexcept
    {
        return reinterpret_cast<void *>(&sink);
    }
    template <class F>
    static typename std::enable_if<!std::is_function<F>::value, F &>::type
    function_at(void *address) noexcept
    {
        return *static_cast<F *>(address);
    }
    template <class F>
    static typename std::enable_if<std::is_function<F>::value, F &>::type
    function_at(void *address) noexcept
    {
        return *reinterpret_cast<F *>(address);
    }
};

/* The version of the library that is loaded; RESPONSES_VERSION is that of the header. */
inline string_view version() noexcept
{
    return responses_version();
}
/* How it was built and what it runs on, as a JSON object. */
inline string_view build_info() noexcept
{
    return responses_build_info();
}
/* Whether the library that is loaded fits the header this program was compiled with. */
inline bool is_compatible() noexcept
{
    return responses_abi_version() == RESPONSES_ABI_VERSION &&
           responses_version_number() >= RESPONSES_VERSION_NUMBER;
}

RESPONSES_NAMESPACE_END

#endif
