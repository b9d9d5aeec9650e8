/*
 * responses/jansson.hpp - jansson for responses.hpp
 *
 *     responses::jansson request(json_pack("{s:s, s:s}", "model", "gpt-5", "input", "Hello"));
 *     auto answer = client.create(request).as<responses::jansson>();
 *     const char *status = json_string_value(json_object_get(answer.get(), "status"));
 *
 * NaN and Infinity, which some servers write and jansson cannot hold, are read as null.
 *
 *     c++ program.cpp $(pkg-config --cflags --libs responses jansson)
 */
#ifndef RESPONSES_JANSSON_HPP
#define RESPONSES_JANSSON_HPP

#include "text.hpp"

#include <cstdlib>
#include <jansson.h>
#include <memory>

RESPONSES_NAMESPACE_BEGIN

struct jansson_free {
    void operator()(json_t *value) const noexcept
    {
        json_decref(value);
    }
};

/* A reference to a jansson value, given back when it goes. It takes over the one it is made from. */
typedef std::unique_ptr<json_t, jansson_free> jansson;

/* A value that is borrowed will do as well where JSON goes in. */
template <> struct json_traits<json_t *> {
    static const bool exists = true;

    static bool dump(const json_t *value, std::string &out)
    {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        if (text == nullptr)
            return false;
        std::unique_ptr<char, decltype(&std::free)> freed(text, &std::free);
        out = text;
        return true;
    }
};

template <> struct json_traits<const json_t *> : json_traits<json_t *> {
};

template <> struct json_traits<jansson> {
    static const bool exists = true;

    static bool dump(const jansson &value, std::string &out)
    {
        return json_traits<json_t *>::dump(value.get(), out);
    }
    static bool parse(string_view json, jansson &out)
    {
        out.reset(load(json));
        if (out == nullptr) {
            const std::string finite = detail::finite(json);
            if (!finite.empty())
                out.reset(load(finite));
        }
        return out != nullptr;
    }

  private:
    static json_t *load(string_view json)
    {
        return json_loadb(json.data(), json.size(), JSON_DECODE_ANY | JSON_ALLOW_NUL, nullptr);
    }
};

RESPONSES_NAMESPACE_END

#endif
