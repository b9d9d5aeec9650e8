/* Text in and out: string_view, ids, and JSON of any kind. Part of responses.hpp. */
#ifndef RESPONSES_TEXT_HPP
#define RESPONSES_TEXT_HPP

#include "config.hpp"

#include <cstring>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#if RESPONSES_CPLUSPLUS >= 201703L
#include <string_view>
#endif

RESPONSES_NAMESPACE_BEGIN

#if RESPONSES_CPLUSPLUS >= 201703L
using std::string_view;
#else
/* The part of std::string_view that is needed most, until C++17. */
class string_view
{
  public:
    typedef const char *const_iterator;
    enum : std::size_t { npos = static_cast<std::size_t>(-1) };

    constexpr string_view() noexcept : data_(""), size_(0) {}
    constexpr string_view(const char *data, std::size_t size) noexcept : data_(data), size_(size) {}
    string_view(const char *text) noexcept : data_(text), size_(std::strlen(text)) {}
    string_view(const std::string &text) noexcept : data_(text.data()), size_(text.size()) {}

    constexpr const char *data() const noexcept
    {
        return data_;
    }
    constexpr std::size_t size() const noexcept
    {
        return size_;
    }
    constexpr std::size_t length() const noexcept
    {
        return size_;
    }
    constexpr bool empty() const noexcept
    {
        return size_ == 0;
    }
    constexpr const char *begin() const noexcept
    {
        return data_;
    }
    constexpr const char *end() const noexcept
    {
        return data_ + size_;
    }
    constexpr char operator[](std::size_t index) const noexcept
    {
        return data_[index];
    }
    std::size_t find(string_view part) const
    {
        return str().find(part.data_, 0, part.size_);
    }
    std::string str() const
    {
        return std::string(data_, size_);
    }
    /* Before C++17 std::string does not know us, so here the conversion needs no asking. */
    operator std::string() const
    {
        return str();
    }

    friend bool operator==(string_view a, string_view b) noexcept
    {
        return a.size_ == b.size_ && (a.size_ == 0 || std::memcmp(a.data_, b.data_, a.size_) == 0);
    }
    friend bool operator!=(string_view a, string_view b) noexcept
    {
        return !(a == b);
    }
    friend bool operator<(string_view a, string_view b) noexcept
    {
        std::size_t both = a.size_ < b.size_ ? a.size_ : b.size_;
        int order = both == 0 ? 0 : std::memcmp(a.data_, b.data_, both);
        return order != 0 ? order < 0 : a.size_ < b.size_;
    }
    friend std::ostream &operator<<(std::ostream &out, string_view text)
    {
        return out.write(text.data_, static_cast<std::streamsize>(text.size_));
    }

  private:
    const char *data_;
    std::size_t size_;
};
#endif

/*
 * How a JSON library's type becomes text and comes from it. Specialise it for a type T with
 *
 *     static const bool exists = true;
 *     static bool dump(const T &value, std::string &out);    to JSON; false when it is none
 *     static bool parse(string_view json, T &out);           from JSON; false when T cannot hold it
 *
 * What is parsed is what the server sent, so it may hold NaN, Infinity and -Infinity, which JSON does not
 * have; those of nlohmann's library read them as null.
 *
 * and leave out `dump` or `parse` where only one direction is wanted.
 */
template <class T, class Enable = void> struct json_traits {
    static const bool exists = false;
};

/* A type of trees that libresponses itself takes and gives, so that no text is made of them: those of
   jansson, by jansson.hpp. */
template <class T> struct json_trees {
    static const bool exists = false;
};

namespace detail
{
/* The operations that JSON goes into. */
enum class operation {
    create,
    create_stream,
    get,
    get_stream,
    input_items,
    count_input_tokens,
    compact,
    send
};

/* What they are called with besides. */
struct arguments {
    operation which;
    responses_client *client;
    const char *name; /* an id, or the method of send */
    const char *path;
    responses_event_fn on_event;
    void *user_data;

    explicit arguments(operation named, responses_client *with, const char *of = nullptr,
                       const char *at = nullptr) noexcept
        : which(named), client(with), name(of), path(at), on_event(nullptr), user_data(nullptr)
    {
    }
};

/* A tree in place of text, and the functions that take it: NULL, all of them, where there is text. */
struct tree {
    void *value; /* NULL too of an empty one */
    int (*run)(const arguments &, void *value, responses_response **out, responses_error **err);
    int (*start)(const arguments &, void *value, responses_call **out, responses_error **err);
    /* Its text, for functions that take no tree; false when there is none. One that is given away is freed. */
    bool (*write)(void *value, std::string &out);
};

/* A copy of JSON in which NaN, Infinity and -Infinity are null: some servers write them, and strict readers
   refuse them. Empty when there are none. */
inline std::string finite(string_view json)
{
    static const char *const names[] = {"NaN", "-Infinity", "Infinity"};
    std::string copy;
    std::size_t copied = 0, at = 0;
    bool in_string = false;
    while (at < json.size()) {
        const char byte = json[at];
        if (in_string && byte == '\\') {
            at += 2;
            continue;
        }
        if (byte == '"')
            in_string = !in_string;
        if (!in_string && (byte == 'N' || byte == 'I' || byte == '-')) {
            std::size_t length = 0;
            for (const char *name : names) {
                const std::size_t size = std::strlen(name);
                if (json.size() - at >= size && std::memcmp(json.data() + at, name, size) == 0)
                    length = size;
            }
            if (length != 0) {
                copy.append(json.data() + copied, at - copied).append("null");
                at += length;
                copied = at;
                continue;
            }
        }
        at++;
    }
    if (copied != 0)
        copy.append(json.data() + copied, json.size() - copied);
    return copy;
}
} // namespace detail

/* A function's argument that is a name, an id or a value: text that ends in NUL. Takes a literal, a
   std::string or a string_view, of which it makes a copy. Text with a NUL inside is refused by the
   function it is given to (RESPONSES_E_INVALID), never cut short. */
class name_text
{
  public:
    name_text(const char *text) noexcept : text_(text) {}
    name_text(const std::string &text) noexcept
        : text_(std::memchr(text.data(), 0, text.size()) == nullptr ? text.c_str() : nullptr)
    {
    }
    name_text(string_view text) : copy_(text.data(), text.size()), text_(copy_.c_str())
    {
        if (std::memchr(copy_.data(), 0, copy_.size()) != nullptr)
            text_ = nullptr;
    }
    name_text(const name_text &) = delete;
    name_text &operator=(const name_text &) = delete;

    const char *c_str() const noexcept
    {
        return text_;
    }

  private:
    std::string copy_;
    const char *text_;
};

/* A function's argument that is JSON: text of any kind, which is not copied, a value of a type with
   json_traits, or a tree of jansson. Nothing at all is allowed where parameters may be left out. */
class json_text
{
  public:
    json_text() noexcept : data_(nullptr), size_(0), tree_() {}
    json_text(std::nullptr_t) noexcept : json_text() {}
    json_text(const char *json) noexcept : data_(json), size_(json ? std::strlen(json) : 0), tree_()
    {
    }
    json_text(const std::string &json) noexcept : data_(json.data()), size_(json.size()), tree_() {}
#if defined(__cpp_char8_t)
    json_text(const char8_t *json) noexcept : json_text(reinterpret_cast<const char *>(json)) {}
#endif
    /* A string_view, or what becomes one by itself. */
    template <class T,
              typename std::enable_if<!json_traits<T>::exists &&
                                          std::is_convertible<const T &, string_view>::value &&
                                          !std::is_convertible<const T &, const char *>::value,
                                      int>::type = 0>
    json_text(const T &json) : data_(nullptr), size_(0), tree_()
    {
        string_view view = json;
        data_ = view.data() ? view.data() : "";
        size_ = view.size();
    }
    template <class T, typename std::enable_if<json_traits<T>::exists, int>::type = 0>
    json_text(const T &json) : data_(""), size_(0), tree_()
    {
        if (json_traits<T>::dump(json, held_)) {
            data_ = held_.data();
            size_ = held_.size();
        }
    }
    /* A tree is borrowed, and one that comes as an rvalue is taken over. */
    template <class T, typename std::enable_if<json_trees<T>::exists, int>::type = 0>
    json_text(const T &json) noexcept : data_(""), size_(0), tree_(json_trees<T>::borrow(json))
    {
    }
    template <class T, typename std::enable_if<json_trees<T>::exists, int>::type = 0>
    json_text(T &&json) noexcept : data_(""), size_(0), tree_(json_trees<T>::take(json))
    {
    }
    json_text(const json_text &) = delete;
    json_text &operator=(const json_text &) = delete;

    /* NULL when nothing was given. What could not be dumped, and a tree that is none, are empty, which
       no operation takes. */
    const char *data() const noexcept
    {
        return data_;
    }
    std::size_t size() const noexcept
    {
        return size_;
    }
    const detail::tree &tree() const noexcept
    {
        return tree_;
    }

  private:
    std::string held_;
    const char *data_;
    std::size_t size_;
    detail::tree tree_;
};

namespace detail
{
/* JSON as text, whatever it was given as: for functions that take no tree. Empty, which no function takes, when
   a tree is none. */
class plain_json
{
  public:
    explicit plain_json(const json_text &json) : data_(json.data()), size_(json.size())
    {
        if (json.tree().write == nullptr)
            return;
        if (!json.tree().write(json.tree().value, held_))
            held_.clear();
        data_ = held_.data();
        size_ = held_.size();
    }
    plain_json(const plain_json &) = delete;
    plain_json &operator=(const plain_json &) = delete;

    const char *data() const noexcept
    {
        return data_;
    }
    std::size_t size() const noexcept
    {
        return size_;
    }

  private:
    std::string held_;
    const char *data_;
    std::size_t size_;
};
} // namespace detail

RESPONSES_NAMESPACE_END

#endif
