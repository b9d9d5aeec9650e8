/*
 * 05-event-loop.cpp - a stream beside other work, on one thread and without ever waiting for it
 *
 * One descriptor stands for everything the library does. A program that has a loop already adds it
 * there; here poll() is the loop, and a clock is the other work. Nothing here throws: the same program
 * compiles with -fno-exceptions.
 *
 *     c++ 05-event-loop.cpp -o 05-event-loop $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./05-event-loop
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.hpp>

#include <cstdlib>
#include <iostream>
#include <poll.h>

/* Reads all there is to read now. RESPONSES_AGAIN as long as the call goes on. */
static int read_events(responses::call_view call, responses::error &error)
{
    responses::event_view event;
    int status;

    while ((status = call.next(event, error)) == RESPONSES_OK)
        if (event.kind() == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            std::cout << event.text() << std::flush;
    return status;
}

int main()
{
    const char *model = std::getenv("RESPONSES_MODEL");
    const std::string request = std::string("{\"model\": \"") + (model ? model : "gpt-5") +
                                "\", \"input\": \"What is an event loop?\"}";

    auto client = responses::client::try_new();
    auto call = client ? client->try_stream(request) : client.error();
    responses::error error = call.error();
    int ticks = 0, status = call ? RESPONSES_AGAIN : call.status();

    struct pollfd host = {client ? client->fd() : -1, POLLIN, 0};
    while (status == RESPONSES_AGAIN) {
        if (poll(&host, 1, 10) == 0) {
            ticks++; /* the other work of this program */
            continue;
        }
        /* Only when the client is of no use any more do these two fail. */
        status = client->dispatch();
        responses::call_view ready;
        if (status == RESPONSES_OK)
            status = client->next_ready(ready);
        while (status == RESPONSES_OK) {
            status = read_events(ready, error);
            if (status == RESPONSES_AGAIN)
                status = client->next_ready(ready);
        }
    }

    if (status != RESPONSES_DONE) {
        if (!error)
            error = responses::error(status);
        std::cerr << error.name() << ": " << error.what() << "\n";
        return 1;
    }
    std::cout << "\n[" << call->so_far().status() << ", and the clock ticked " << ticks
              << " times meanwhile]\n";
}
