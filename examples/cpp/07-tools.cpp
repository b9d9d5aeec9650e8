/*
 * 07-tools.cpp - a function that the model may call
 *
 * The model answers with calls of the function in place of a text. Each is made here, what it came to
 * goes back with "previous_response_id", and this again and again until there is a text.
 *
 * With nlohmann's JSON library, for the requests and what comes back.
 *
 *     c++ 07-tools.cpp -o 07-tools $(pkg-config --cflags --libs responses nlohmann_json)
 *     OPENAI_API_KEY=... ./07-tools
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.hpp>
#include <responses/nlohmann.hpp>

#include <cstdlib>
#include <iostream>

using nlohmann::json;

static int called = 0;

static std::string get_weather(const std::string &city)
{
    called++;
    std::cout << "get_weather: " << city << "\n";
    return "21 degrees in " + city;
}

/* What a call comes to. A model writes its arguments, so they need not be what they should. */
static std::string make(const json &call)
{
    if (call.at("name") != "get_weather")
        return "error: no such function";
    try {
        return get_weather(json::parse(call.at("arguments").get<std::string>()).at("city"));
    } catch (const json::exception &) {
        return "error: no JSON with a city";
    }
}

/* Makes the calls of a response: items that say what they came to. */
static json outputs_of(const responses::response &response)
{
    const json body = response.as<json>();
    json outputs = json::array();
    for (const json &item : body.at("output"))
        if (item.at("type") == "function_call")
            outputs.push_back({{"type", "function_call_output"},
                               {"call_id", item.at("call_id")},
                               {"output", make(item)}});
    return outputs;
}

int main()
{
    const char *model = std::getenv("RESPONSES_MODEL");
    json request = json::parse(R"({
        "input": "How is the weather in Paris and in Rome?",
        "tools": [{
            "type": "function", "name": "get_weather", "strict": true,
            "description": "The weather of a city today.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
                "required": ["city"], "additionalProperties": false
            }
        }]
    })");
    request["model"] = model ? model : "gpt-5";

    try {
        responses::client client;
        for (int rounds = 0; rounds < 5; rounds++) {
            responses::response response = client.create(request);
            json outputs = outputs_of(response);
            if (outputs.empty()) {
                std::cout << response.text() << "\n[" << response.status()
                          << ", get_weather was called " << called << " times]\n";
                return 0;
            }
            request["previous_response_id"] = std::string(response.id());
            request["input"] = outputs;
        }
        std::cerr << "after 5 rounds the model still calls functions\n";
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
    }
    return 1;
}
