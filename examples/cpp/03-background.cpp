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

/* Starts a response in the background. */
static responses::response start(responses::client &client, const std::string &input)
{
    const char *model = std::getenv("RESPONSES_MODEL");
    responses::response response =
        client.create(std::string("{\"model\": \"") + (model ? model : "gpt-5") +
                      "\", \"background\": true, \"input\": \"" + input + "\"}");
    show("created", response.status());
    return response;
}

/* Whether it goes on at the server: there are servers that ignore "background" and answer at once. */
static bool is_under_way(const responses::response &response)
{
    return response.status() == "queued" || response.status() == "in_progress";
}

int main()
{
    try {
        responses::client client;

        responses::response response = start(client, "Count to ten.");
        std::string id(response.id());
        if (is_under_way(response))
            response = client.wait(id, std::chrono::minutes(2));
        show("answer", response.text());
        show("ended", response.status());
        show("deleted", client.remove(id).get("/deleted").text());

        response = start(client, "Count to a million.");
        id = std::string(response.id());
        if (is_under_way(response))
            show("cancelled", client.cancel(id).status());
        responses::response page = client.input_items(id);
        /* The content of an item is a list of parts, or at some servers text. */
        auto text = page.get("/data/0/content/0/text");
        show("its input", text ? text.text() : page.get("/data/0/content").text());
        show("deleted", client.remove(id).get("/deleted").text());
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
        return 1;
    }
}
