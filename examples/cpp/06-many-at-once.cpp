/*
 * 06-many-at-once.cpp - 500 streams at the same time, on one thread
 *
 * The same event loop as in 05-event-loop.cpp: next_ready() names the calls that have something to
 * read, so that nobody has to look through all of them.
 *
 *     c++ 06-many-at-once.cpp -o 06-many-at-once $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./06-many-at-once 20
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server; the argument is
 * another number of streams.
 */
#include <responses.hpp>

#include <cstdlib>
#include <iostream>
#include <list>
#include <poll.h>

namespace
{
struct stream {
    responses::call call;
    std::list<stream>::iterator self;
};

std::list<stream> streams;
int completed, events;

/* Reads what a stream has; takes it out when it has come to its end. */
void read_stream(stream *of)
{
    responses::event_view event;
    responses::error error;
    int status;

    while ((status = of->call.next(event, error)) == RESPONSES_OK)
        events++;
    if (status == RESPONSES_AGAIN)
        return;
    if (status == RESPONSES_DONE)
        completed++;
    else
        std::cerr << error.name() << ": " << error.what() << "\n";
    streams.erase(of->self);
}
} // namespace

int main(int argc, char **argv)
{
    const char *model = std::getenv("RESPONSES_MODEL");
    const int wanted = argc > 1 ? std::atoi(argv[1]) : 500;

    try {
        responses::client client;
        for (int i = 0; i < wanted; i++) {
            streams.push_back(
                {client.stream(std::string("{\"model\": \"") + (model ? model : "gpt-5") +
                               "\", \"input\": \"Who is number " + std::to_string(i) + "?\"}"),
                 std::list<stream>::iterator()});
            stream &added = streams.back();
            added.self = std::prev(streams.end());
            added.call.set_user_data(&added);
        }
        std::cout << streams.size() << " streams are under way\n";

        struct pollfd host = {client.fd(), POLLIN, 0};
        while (!streams.empty()) {
            if (poll(&host, 1, -1) < 0)
                continue; /* a signal came */
            int status = client.dispatch();
            responses::call_view ready;
            while (status == RESPONSES_OK && (status = client.next_ready(ready)) == RESPONSES_OK)
                read_stream(static_cast<stream *>(ready.user_data()));
            if (status != RESPONSES_AGAIN)
                throw responses::error(status); /* the client is of no use any more */
        }
    } catch (const responses::error &error) {
        std::cerr << error.name() << ": " << error.what() << "\n";
        return 1;
    }
    std::cout << completed << " of " << wanted << " streams completed, with " << events
              << " events\n";
    return completed == wanted ? 0 : 1;
}
