/* Files: bytes to send, and what is done with those that come. Part of responses.hpp. */
#ifndef RESPONSES_FILES_HPP
#define RESPONSES_FILES_HPP

#include "call.hpp"
#include "text.hpp"

#include <istream>
#include <ostream>

RESPONSES_NAMESPACE_BEGIN

/*
 * Bytes to send: with client.upload(), or as client.attach(). Owns a responses_source.
 *
 *     auto report = responses::source::file("report.pdf");
 *     report.media_type("application/pdf");
 *     client.upload("/files", report, R"({"purpose": "user_data"})");
 */
class source
{
  public:
    /* They are not copied: they stay as they are for as long as a call or a client uses them. */
    static result<source> try_memory(string_view bytes)
    {
        return made(responses_source_memory, bytes.empty() ? "" : bytes.data(), bytes.size());
    }
    static result<source> try_file(const name_text &path)
    {
        return made(responses_source_file, path.c_str());
    }
    /* From where it is to its end. */
    static result<source> try_descriptor(int fd)
    {
        return made(responses_source_descriptor, fd);
    }
    /* What a stream has from its beginning on, which lives as long as calls and clients use it. Where it cannot go
       back (seekg), a request that has begun to read it is not sent again. `size` is -1 where it is not known. */
    static result<source> try_stream(std::istream &in, std::int64_t size = -1)
    {
        return made(responses_source_callback, read_stream, rewind_stream, size,
                    static_cast<void *>(&in));
    }

    /* Takes over one that was made with responses.h. */
    explicit source(responses_source *adopted) noexcept : handle_(adopted) {}
    source(source &&other) noexcept : handle_(other.handle_)
    {
        other.handle_ = nullptr;
    }
    source &operator=(source &&other) noexcept
    {
        if (this != &other) {
            responses_source_free(handle_);
            handle_ = other.handle_;
            other.handle_ = nullptr;
        }
        return *this;
    }
    ~source()
    {
        responses_source_free(handle_);
    }
    responses_source *handle() const noexcept
    {
        return handle_;
    }

    /* What is said of the bytes: "field", "filename", "media_type". */
    result<void> try_set(const name_text &name, const name_text &value)
    {
        responses_error *details = nullptr;
        int status = responses_source_set(handle_, name.c_str(), value.c_str(), &details);
        if (status != RESPONSES_OK)
            return error(status, details);
        return result<void>();
    }
#if RESPONSES_EXCEPTIONS
    static source memory(string_view bytes)
    {
        return try_memory(bytes).value();
    }
    static source file(const name_text &path)
    {
        return try_file(path).value();
    }
    static source descriptor(int fd)
    {
        return try_descriptor(fd).value();
    }
    static source stream(std::istream &in, std::int64_t size = -1)
    {
        return try_stream(in, size).value();
    }
    source &field(const name_text &name)
    {
        try_set("field", name).value();
        return *this;
    }
    source &filename(const name_text &name)
    {
        try_set("filename", name).value();
        return *this;
    }
    source &media_type(const name_text &type)
    {
        try_set("media_type", type).value();
        return *this;
    }
#endif

  private:
    template <class F, class... A> static result<source> made(F function, A... arguments)
    {
        responses_source *out = nullptr;
        responses_error *details = nullptr;
        int status = function(arguments..., &out, &details);
        if (status != RESPONSES_OK)
            return error(status, details);
        return source(out);
    }
    static int read_stream(char *buffer, std::size_t capacity, std::size_t *n,
                           void *user_data) noexcept
    {
        std::istream &in = *static_cast<std::istream *>(user_data);
        *n = 0;
#if RESPONSES_EXCEPTIONS
        try {
#endif
            in.read(buffer, static_cast<std::streamsize>(capacity));
            *n = static_cast<std::size_t>(in.gcount());
            return in.bad() ? 1 : 0;
#if RESPONSES_EXCEPTIONS
        } catch (...) {
            /* A stream that throws at its end has given its bytes by then. */
            *n = static_cast<std::size_t>(in.gcount());
            return in.bad() ? 1 : 0;
        }
#endif
    }
    static int rewind_stream(void *user_data) noexcept
    {
        std::istream &in = *static_cast<std::istream *>(user_data);
#if RESPONSES_EXCEPTIONS
        try {
#endif
            in.clear();
            in.seekg(0);
            return in.fail() ? 1 : 0;
#if RESPONSES_EXCEPTIONS
        } catch (...) {
            return 1;
        }
#endif
    }

    responses_source *handle_;
};

namespace detail
{
/* Where the bytes of a download go; what it throws is kept until the library is left. */
struct writing {
    std::ostream *out;
#if RESPONSES_EXCEPTIONS
    std::exception_ptr thrown;
#endif
    static int write(const char *bytes, std::size_t n, void *user_data) noexcept
    {
        writing &here = *static_cast<writing *>(user_data);
#if RESPONSES_EXCEPTIONS
        try {
            here.out->write(bytes, static_cast<std::streamsize>(n));
        } catch (...) {
            here.thrown = std::current_exception();
            return 1;
        }
#else
        here.out->write(bytes, static_cast<std::streamsize>(n));
#endif
        return here.out->good() ? 0 : 1;
    }
};

inline result<response> download_to(responses_client *client, const name_text &path,
                                    std::ostream &out)
{
    writing to = {};
    to.out = &out;
    responses_response *answer = nullptr;
    responses_error *details = nullptr;
    int status = responses_download(client, path.c_str(), writing::write, &to, &answer, &details);
    if (status == RESPONSES_OK)
        return response(answer);
    error e(status, details);
#if RESPONSES_EXCEPTIONS
    if (to.thrown)
        std::rethrow_exception(to.thrown);
#endif
    return e;
}
inline result<response> download_to(responses_client *client, const name_text &path, int fd)
{
    responses_response *answer = nullptr;
    responses_error *details = nullptr;
    int status = responses_download_to(client, path.c_str(), fd, &answer, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    return response(answer);
}
inline result<response> upload(responses_client *client, const name_text &path, const source &file,
                               const json_text &fields)
{
    responses_response *answer = nullptr;
    responses_error *details = nullptr;
    int status = responses_upload(client, path.c_str(), fields.data(), fields.size(), file.handle(),
                                  &answer, &details);
    if (status != RESPONSES_OK)
        return error(status, details);
    return response(answer);
}
} // namespace detail

/* A piece of an image in an answer: see responses_image_fn. */
struct image_piece {
    string_view item_id, member;
    std::int64_t offset;
    string_view bytes;
    bool is_last;
};

RESPONSES_NAMESPACE_END

#endif
