/*
 * 07-tools.cpp - a function that the model may call
 *
 * The model answers with calls of the function in place of a text. client.run() makes each, sends back what
 * it came to, and goes on until there is a text, which is printed while it is written.
 *
 * With nlohmann's JSON library, for the request and the arguments.
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

int main()
{
    const char *model = std::getenv("RESPONSES_MODEL");
    int called = 0;

    try {
        /* A call whose arguments do not fit the schema does not come here: the model is told. */
        responses::tools tools;
        tools.add("get_weather", "The weather of a city today.",
                  R"({"type": "object",
                      "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
                      "required": ["city"], "additionalProperties": false})",
                  [&called](const nlohmann::json &arguments) {
                      const std::string city = arguments.at("city");
                      called++;
                      std::cout << "get_weather: " << city << "\n";
                      return "21 degrees in " + city;
                  });

        /* A model may go on calling for ever: max_steps is how many responses it gets. */
        responses::client client;
        client.set("max_steps", 5);
        const nlohmann::json request = {{"model", model ? model : "gpt-5"},
                                        {"input", "How is the weather in Paris and in Rome?"}};
        const auto response = client.run(request, tools, [](const responses::event_view &event) {
            if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
                std::cout << event.text() << std::flush;
        });
        std::cout << "\n[" << response.status() << ", get_weather was called " << called
                  << " times]\n";
        return 0;
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
        return 1;
    }
}
