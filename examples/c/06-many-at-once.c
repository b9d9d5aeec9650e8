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

static void complain(int status, responses_error *error)
{
    fprintf(stderr, "%s: %s\n", responses_status_name(status),
            responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    responses_error_free(error);
}

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
        complain(status, error);
    running--;
    responses_call_free(call);
}

int main(int argc, char **argv)
{
    const char *model = getenv("RESPONSES_MODEL");
    int streams = argc > 1 ? atoi(argv[1]) : 500;
    char request[256];
    responses_client *client;
    responses_call *call;
    responses_error *error;
    struct pollfd host;
    int i, status;

    status = responses_client_new(&client, &error);
    if (status != RESPONSES_OK)
        complain(status, error);
    for (i = 0; i < streams && status == RESPONSES_OK; i++) {
        sprintf(request, "{\"model\": \"%.100s\", \"input\": \"Who is number %d?\"}",
                model != NULL ? model : "gpt-5", i);
        status = responses_create_stream_start(client, request, RESPONSES_NTS, &call, &error);
        if (status == RESPONSES_OK)
            running++;
        else
            complain(status, error);
    }
    printf("%d streams are under way\n", running);

    host.fd = responses_client_fd(client);
    host.events = POLLIN;
    while (running > 0 && host.fd >= 0) {
        if (poll(&host, 1, -1) < 0)
            continue; /* a signal came */
        status = responses_client_dispatch(client);
        while (status == RESPONSES_OK &&
               (status = responses_client_next_ready(client, &call)) == RESPONSES_OK)
            read_call(call);
        if (status != RESPONSES_AGAIN) {
            complain(status, NULL); /* the client is of no use any more */
            break;
        }
    }

    printf("%d of %d streams completed, with %d events\n", completed, streams, events);
    responses_client_free(client);
    return completed == streams ? 0 : 1;
}
