/*
 * 04-input-items.cpp - page through what went into a response
 *
 * The server gives at most so many items at a time. "last_id" of one page is "after" of the next, or,
 * where a server leaves it out, the id of the last item, until "has_more" is false.
 *
 *     c++ 04-input-items.cpp -o 04-input-items $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./04-input-items
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.hpp>

#include <cstdlib>
#include <iostream>

/* The text of an item's value; "" when it has none. */
static std::string value_of(const responses::response &page, int item, const std::string &name)
{
    return std::string(page.get("/data/" + std::to_string(item) + name).text());
}

/* Prints the items of a page; how many there were. */
static int print_page(const responses::response &page)
{
    for (int item = 0;; item++) {
        if (!page.get("/data/" + std::to_string(item)))
            return item;
        /* The content of an item is a list of parts, or at some servers text; some kinds have none. */
        std::string text;
        for (const char *name : {"/content/0/text", "/content", "/type"})
            if (text.empty())
                text = value_of(page, item, name);
        std::cout << "  " << text << "\n";
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
            const int on_page = print_page(page);
            items += on_page;
            more = page.get("/has_more").as_bool();
            std::string last(page.get("/last_id").text());
            if (last.empty())
                last = value_of(page, on_page - 1, "/id");
            if (more && last.empty()) {
                std::cerr << "the page says that more follow, but not after what\n";
                return 1;
            }
            params = "{\"limit\": 3, \"order\": \"asc\", \"after\": \"" + last + "\"}";
        }
        std::cout << "[" << items << " items on " << pages << " pages]\n";
        return items == 7 ? 0 : 1;
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
        return 1;
    }
}
