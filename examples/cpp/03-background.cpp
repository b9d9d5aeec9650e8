/*
 * 03-background.cpp - work that goes on at the server: wait for it, cancel it, look at it, delete it
 *
 *     c++ 03-background.cpp -o 03-background $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./03-background
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.hpp>

#include <cstdlib>
#include <iomanip>
#include <iostream>

static void show(const char *what, responses::string_view value)
{
    std::cout << std::left << std::setw(12) << what << " " << value << "\n";
}

/* Starts a response in the background; its id. */
static std::string start(responses::client &client, const std::string &input)
{
    const char *model = std::getenv("RESPONSES_MODEL");
    responses::response response =
        client.create(std::string("{\"model\": \"") + (model ? model : "gpt-5") +
                      "\", \"background\": true, \"input\": \"" + input + "\"}");
    show("created", response.status());
    return std::string(response.id());
}

int main()
{
    try {
        responses::client client;

        std::string id = start(client, "Count to ten.");
        responses::response response = client.wait(id, std::chrono::minutes(2));
        show("answer", response.text());
        show("waited for", response.status());
        show("deleted", client.remove(id).get("/deleted").text());

        id = start(client, "Count to a million.");
        show("cancelled", client.cancel(id).status());
        show("its input", client.input_items(id).get("/data/0/content/0/text").text());
        show("deleted", client.remove(id).get("/deleted").text());
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
        return 1;
    }
}
