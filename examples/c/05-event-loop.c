/*
 * 05-event-loop.c - a stream beside other work, on one thread and without ever waiting for it
 *
 * The event-loop way: one descriptor stands for everything the library does. A program that has a
 * loop already adds the descriptor to it; here poll() is the loop, and a clock is the other work.
 *
 *     cc 05-event-loop.c -o 05-event-loop $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./05-event-loop
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads all there is to read now. RESPONSES_AGAIN as long as the call goes on. */
static int read_events(responses_call *call, responses_error **error)
{
    const responses_event *event;
    int status;

    while ((status = responses_call_next(call, &event, error)) == RESPONSES_OK) {
        if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            printf("%s", responses_event_text(event, NULL));
        fflush(stdout);
    }
    return status;
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];
    responses_client *client = NULL;
    responses_call *call = NULL, *ready;
    responses_error *error = NULL;
    struct pollfd host;
    int ticks = 0, status;

    sprintf(request, "{\"model\": \"%.100s\", \"input\": \"What is an event loop?\"}",
            model != NULL ? model : "gpt-5");

    status = responses_client_new(&client, &error);
    if (status == RESPONSES_OK)
        status = responses_create_stream_start(client, request, RESPONSES_NTS, &call, &error);
    if (status == RESPONSES_OK)
        status = RESPONSES_AGAIN;

    host.fd = responses_client_fd(client);
    host.events = POLLIN;
    if (status == RESPONSES_AGAIN && host.fd < 0)
        status = host.fd;
    while (status == RESPONSES_AGAIN) {
        if (poll(&host, 1, 10) == 0) {
            ticks++; /* the other work of this program */
            continue;
        }
        /* Only when the client is of no use any more do these two fail. */
        status = responses_client_dispatch(client);
        if (status == RESPONSES_OK)
            status = responses_client_next_ready(client, &ready);
        while (status == RESPONSES_OK) {
            status = read_events(ready, &error);
            if (status == RESPONSES_AGAIN)
                status = responses_client_next_ready(client, &ready);
        }
    }

    if (status == RESPONSES_DONE)
        printf("\n[%s, and the clock ticked %d times meanwhile]\n",
               responses_response_status(responses_call_response(call)), ticks);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    responses_error_free(error);
    responses_call_free(call);
    responses_client_free(client);
    return status == RESPONSES_DONE ? 0 : 1;
}
