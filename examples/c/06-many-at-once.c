/*
 * 06-many-at-once.c - 500 streams at the same time, on one thread
 *
 * The same event loop as 05-event-loop.c: next_ready() names the calls that have something to read,
 * so that nobody has to look through all of them.
 *
 *     cc 06-many-at-once.c -o 06-many-at-once $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./06-many-at-once 20
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server; the argument is
 * another number of streams.
 */
#include <responses.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static int running, completed, events;

/* Reads what a call has; frees it when it has come to its end. */
static void read_call(responses_call *call)
{
    const responses_event *event;
    responses_error *error = NULL;
    int status;

    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
        events++;
    if (status == RESPONSES_AGAIN)
        return;
    if (status == RESPONSES_DONE)
        completed++;
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    running--;
    responses_error_free(error);
    responses_call_free(call);
}

int main(int argc, char **argv)
{
    const char *model = getenv("RESPONSES_MODEL");
    int streams = argc > 1 ? atoi(argv[1]) : 500;
    char request[256];
    responses_client *client;
    responses_call *call;
    struct pollfd host;
    int i;

    if (responses_client_new(&client, NULL) != RESPONSES_OK)
        return 1;
    for (i = 0; i < streams; i++) {
        sprintf(request, "{\"model\": \"%.100s\", \"input\": \"Who is number %d?\"}",
                model != NULL ? model : "gpt-5", i);
        if (responses_create_stream_start(client, request, RESPONSES_NTS, &call, NULL) ==
            RESPONSES_OK)
            running++;
    }
    printf("%d streams are under way\n", running);

    host.fd = responses_client_fd(client);
    host.events = POLLIN;
    while (running > 0) {
        poll(&host, 1, -1);
        responses_client_dispatch(client);
        while (responses_client_next_ready(client, &call) == RESPONSES_OK)
            read_call(call);
    }

    printf("%d of %d streams completed, with %d events\n", completed, streams, events);
    responses_client_free(client);
    return completed == streams ? 0 : 1;
}
