/*
 * 04-input-items.cpp - page through what went into a response
 *
 * The server gives at most so many items at a time. "last_id" of one page is "after" of the next,
 * until "has_more" is false.
 *
 *     c++ 04-input-items.cpp -o 04-input-items $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./04-input-items
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.hpp>

#include <cstdlib>
#include <iostream>

/* Prints the items of a page; how many there were. */
static int print_page(const responses::response &page)
{
    for (int count = 0;; count++) {
        auto text = page.get("/data/" + std::to_string(count) + "/content/0/text");
        if (!text)
            return count;
        std::cout << "  " << text.text() << "\n";
    }
}

int main()
{
    const char *model = std::getenv("RESPONSES_MODEL");
    std::string request = std::string("{\"model\": \"") + (model ? model : "gpt-5") + "\"";
    for (int i = 1; i <= 7; i++)
        request += std::string(i == 1 ? ", \"input\": [" : ", ") +
                   "{\"role\": \"user\", \"content\": \"Number " + std::to_string(i) + ".\"}";
    request += "]}";

    try {
        responses::client client;
        responses::response response = client.create(request);
        std::string params = "{\"limit\": 3, \"order\": \"asc\"}";
        int pages = 0, items = 0;

        for (bool more = true; more;) {
            responses::response page = client.input_items(response.id(), params);
            std::cout << "page " << ++pages << "\n";
            items += print_page(page);
            params = "{\"limit\": 3, \"order\": \"asc\", \"after\": \"" +
                     std::string(page.get("/last_id").text()) + "\"}";
            more = page.get("/has_more").as_bool();
        }
        std::cout << "[" << items << " items on " << pages << " pages]\n";
        return items == 7 ? 0 : 1;
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
        return 1;
    }
}
