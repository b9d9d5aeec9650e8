/*
 * 01-create.cpp - ask a question, print the answer
 *
 *     c++ 01-create.cpp -o 01-create $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./01-create
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
                                "\", \"input\": \"Why is the sky blue? One sentence.\"}";
    try {
        responses::client client;
        responses::response response = client.create(request);

        std::cout << response.text() << "\n[" << response.id() << " is " << response.status();
        /* Whatever has no function of its own is read by its place in the JSON. */
        if (auto tokens = response.get("/usage/total_tokens"))
            std::cout << ", " << tokens.as_int() << " tokens";
        std::cout << "]\n";
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
        return 1;
    }
}
