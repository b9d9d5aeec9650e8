/*
 * 10-session.cpp - a function that the model may call, over one connection
 *
 * As 07-tools, but each round is a turn of a session: it sends what is new, with "previous_response_id",
 * over a connection that is there already, and the answer is printed while it is written. Nothing is
 * stored at the server ("store": false); the session's connection remembers the response before.
 *
 *     c++ 10-session.cpp -o 10-session $(pkg-config --cflags --libs responses nlohmann_json)
 *     OPENAI_API_KEY=... ./10-session
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.hpp>
#include <responses/nlohmann.hpp>

#include <cstdlib>
#include <iostream>

using nlohmann::json;

static void print(const responses::event_view &event)
{
    if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
        std::cout << event.text();
    else if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DONE)
        std::cout << "\n";
    std::cout << std::flush;
}

static std::string get_weather(const std::string &city)
{
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
        "store": false,
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
        responses::session session = client.open_session();
        for (int turns = 1; turns <= 5; turns++) {
            responses::response response = session.stream(request, print);
            json outputs = outputs_of(response);
            if (outputs.empty()) {
                std::cout << "[" << response.status() << ", turns: " << turns
                          << ", connections: " << session.connections() << "]\n";
                return 0;
            }
            request["previous_response_id"] = std::string(response.id());
            request["input"] = outputs;
        }
        std::cerr << "after 5 turns the model still calls functions\n";
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
    }
    return 1;
}
