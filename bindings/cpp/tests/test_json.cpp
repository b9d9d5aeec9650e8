/* JSON libraries by json_traits: nlohmann, and one's own type. */
#include "support.hpp"

#include <responses/nlohmann.hpp>

TEST_CASE("nlohmann::json in and out")
{
    auto client = new_client();
    nlohmann::json request = {{"model", "sandbox"}, {"input", "Hell\u00f6 \"you\""}};
    auto response = client.try_create(request);
    REQUIRE(response);
    auto body = response->try_as<nlohmann::json>();
    REQUIRE(body);
    CHECK((*body)["output"][0]["content"][0]["text"] == "You said: Hell\u00f6 \"you\"");
    auto ordered = response->try_as<nlohmann::ordered_json>();
    REQUIRE(ordered);
    CHECK(ordered->begin().key() == "id");
    auto page = client.try_input_items(response->id(), nlohmann::json{{"limit", 1}});
    REQUIRE(page);
    CHECK((*page->try_as<nlohmann::json>())["data"].size() == 1);

    auto call = client.try_stream(nlohmann::ordered_json(request));
    REQUIRE(call);
    responses::error e;
    for (auto &event : call->events(e)) {
        auto json = event.try_as<nlohmann::json>();
        REQUIRE(json);
        CHECK((*json)["type"].get<std::string>() == str(event.type()));
    }
    CHECK(!e);
}

#if RESPONSES_EXCEPTIONS
TEST_CASE("nlohmann::json that cannot be dumped is refused")
{
    responses::client client;
    nlohmann::json bad = {{"model", "sandbox"}, {"input", "\xff"}};
    CHECK(client.try_create(bad).status() == RESPONSES_E_INVALID);
    CHECK(client.create(nlohmann::json{{"model", "sandbox"}, {"input", "a"}})
              .as<nlohmann::json>()["status"] == "completed");
}
#endif

TEST_CASE("NaN and Infinity are null")
{
    const std::string sent =
        "{\"a\":NaN,\"b\":[-Infinity,Infinity,-1],\"c\":\"NaN \\\\\",\"d\\\"I\":NaN}";
    nlohmann::json json;
    REQUIRE(responses::json_traits<nlohmann::json>::parse(sent, json));
    CHECK(json ==
          nlohmann::json{
              {"a", nullptr}, {"b", {nullptr, nullptr, -1}}, {"c", "NaN \\"}, {"d\"I", nullptr}});
    /* Nothing else becomes JSON by that. */
    for (const char *wrong :
         {"", "N", "-", "NaN NaN", "{\"a\":nan}", "[Infinit]", "[NaN", "\"NaN", "\"\\"})
        CHECK(!responses::json_traits<nlohmann::json>::parse(wrong, json));
}

struct question {
    std::string text;
};

namespace responses
{
template <> struct json_traits<question> {
    static const bool exists = true;
    static bool dump(const question &value, std::string &out)
    {
        out = ::request(value.text);
        return !value.text.empty();
    }
    static bool parse(string_view json, question &out)
    {
        out.text = str(json);
        return json[0] == '{' && out.text.find("cancelled") == std::string::npos;
    }
};
} // namespace responses

TEST_CASE("a type of one's own")
{
    auto client = new_client();
    auto response = client.try_create(question{"Hello"});
    REQUIRE(response);
    auto answer = response->try_as<question>();
    REQUIRE(answer);
    CHECK(answer->text == str(response->json()));
    CHECK(client.try_create(question{""}).status() == RESPONSES_E_INVALID);
    /* What the type cannot hold is an error, not a half. */
    auto other = client.try_create(question{"cancelled"});
    REQUIRE(other);
    CHECK(other->try_as<question>().status() == RESPONSES_E_PROTOCOL);
}
