/*
 * responses/nlohmann.hpp - nlohmann::json for responses.hpp
 *
 *     nlohmann::json request = {{"model", "gpt-5"}, {"input", "Hello"}};
 *     auto answer = client.create(request).as<nlohmann::json>();
 *
 * Any basic_json will do, ordered_json too. NaN and Infinity, which some servers write, are read as null, as
 * this library writes them. A string that is not UTF-8 cannot be dumped and makes the
 * request RESPONSES_E_INVALID.
 */
#ifndef RESPONSES_NLOHMANN_HPP
#define RESPONSES_NLOHMANN_HPP

#include "text.hpp"

#include <nlohmann/json.hpp>

RESPONSES_NAMESPACE_BEGIN

template <class T>
struct json_traits<T, typename std::enable_if<nlohmann::detail::is_basic_json<T>::value>::type> {
    static const bool exists = true;

    static bool dump(const T &value, std::string &out)
    {
#if RESPONSES_EXCEPTIONS
        try {
            out = value.dump();
        } catch (const nlohmann::json::exception &) {
            return false;
        }
#else
        /* Without exceptions it would end the program; so what is no UTF-8 is replaced (U+FFFD). */
        out = value.dump(-1, ' ', false, T::error_handler_t::replace);
#endif
        return true;
    }
    static bool parse(string_view json, T &out)
    {
        out = T::parse(json.data(), json.data() + json.size(), nullptr, false);
        if (out.is_discarded()) {
            const std::string finite = detail::finite(json);
            if (!finite.empty())
                out = T::parse(finite, nullptr, false);
        }
        return !out.is_discarded();
    }
};

RESPONSES_NAMESPACE_END

#endif
