/* Text in and out: what an argument may be, and what is refused. */
#include "support.hpp"

#include <sstream>

using responses::json_text;
using responses::name_text;
using responses::string_view;

TEST_CASE("JSON is a literal, a string, a view, and none of them is copied")
{
    const char *literal = "{\"a\":1}";
    std::string string(literal);
    string_view view(string.data(), 3);
    CHECK(json_text(literal).data() == literal);
    CHECK(json_text(literal).size() == 7);
    CHECK(json_text(string).data() == string.data());
    CHECK(json_text(view).data() == string.data());
    CHECK(json_text(view).size() == 3);
    CHECK(json_text().data() == nullptr);
    CHECK(json_text(nullptr).data() == nullptr);
    CHECK(json_text(static_cast<const char *>(nullptr)).data() == nullptr);
    CHECK(json_text("").data() != nullptr);
#if defined(__cpp_char8_t)
    CHECK(json_text(u8"{\"ä\":1}").size() == 8);
#endif
}

TEST_CASE("a name with a NUL inside is no name")
{
    std::string cut("a\0b", 3);
    CHECK(name_text(cut).c_str() == nullptr);
    CHECK(name_text(string_view(cut.data(), 3)).c_str() == nullptr);
    CHECK(std::string(name_text(string_view(cut.data(), 1)).c_str()) == "a");
    CHECK(std::string(name_text("literal").c_str()) == "literal");
}

TEST_CASE("a name with a NUL inside is never cut short")
{
    auto client = new_client();
    std::string cut("resp_1\0/cancel", 14);
    CHECK(client.try_get(cut).status() == RESPONSES_E_INVALID);
    CHECK(client.try_set(cut, "1").status() == RESPONSES_E_INVALID);
    CHECK(client.try_set("api_key", std::string("a\0b", 3)).status() == RESPONSES_E_INVALID);
    CHECK(client.try_set("base_url", std::string("http://a\0b", 10)).status() ==
          RESPONSES_E_INVALID);
    CHECK(client.try_set_header("X-A", std::string("a\0b", 3)).status() == RESPONSES_E_INVALID);
    CHECK(client.try_remove_header(std::string("X\0A", 3)).status() == RESPONSES_E_INVALID);
}

TEST_CASE("string_view is one, in every standard")
{
    string_view view("hello", 4);
    std::string string(view);
    CHECK(string == "hell");
    CHECK(view == string_view("hell"));
    CHECK(view != string_view("hello"));
    CHECK(view.find("ll") == 2);
    CHECK(view.find("lo") == string_view::npos);
    CHECK(string_view("", 0).empty());
    CHECK(view < string_view("hello"));
    CHECK(string_view("hallo") < view);
    CHECK(!(view < view));
    CHECK(!(view < string_view("")));
    std::ostringstream out;
    out << view;
    CHECK(out.str() == "hell");
#if RESPONSES_CPLUSPLUS >= 201703L
    CHECK(std::is_same<string_view, std::string_view>::value);
#endif
}

TEST_CASE("durations become milliseconds, and are never cut to nothing")
{
    using responses::detail::milliseconds_of;
    CHECK(milliseconds_of(std::chrono::seconds(2)) == 2000);
    CHECK(milliseconds_of(std::chrono::microseconds(1)) == 1);
    CHECK(milliseconds_of(std::chrono::milliseconds(0)) == 0);
    CHECK(milliseconds_of(responses::no_limit) == -1);
    CHECK(milliseconds_of(std::chrono::hours(24 * 365)) == INT_MAX);
    CHECK(milliseconds_of(std::chrono::duration<double>(0.0015)) == 2);
}
