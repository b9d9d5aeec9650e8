/*
 * 02-stream.cpp - print an answer while it is written
 *
 * A call is a range of events. The loop ends when the answer came to its end; a stream that breaks off
 * throws instead.
 *
 *     c++ 02-stream.cpp -o 02-stream $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./02-stream
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.hpp>

#include <cstdlib>
#include <iostream>

int main()
{
    const char *model = std::getenv("RESPONSES_MODEL");
    const std::string request = std::string("{\"model\": \"") + (model ? model : "gpt-5") +
                                "\", \"input\": \"Tell me a story in three sentences.\"}";
    try {
        responses::client client;
        responses::call call = client.stream(request);
        int events = 0;

        for (auto &event : call) {
            events++;
            switch (event.kind()) {
            case RESPONSES_EVENT_OUTPUT_TEXT_DELTA:
                std::cout << event.text() << std::flush;
                break;
            case RESPONSES_EVENT_OUTPUT_TEXT_DONE:
                std::cout << "\n";
                break;
            }
        }
        responses::response_view response = call.so_far();
        std::cout << "[" << response.id() << " is " << response.status() << " after " << events
                  << " events]\n";
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
        return 1;
    }
}
