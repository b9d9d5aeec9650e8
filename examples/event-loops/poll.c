/*
 * poll.c - a stream in a loop of one's own around poll()
 *
 * responses_poll_tick() does the same for a program that has no loop but is called now and then.
 *
 *     cc poll.c -o poll $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./poll
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses_poll.h>

#include <stdio.h>
#include <stdlib.h>

#include <poll.h>
static int status = RESPONSES_AGAIN;
static responses_error *error;
static int ticks;

/* Reads all there is to read now; ends the loop when the call has come to its end. */
static void on_ready(responses_call *call, void *user_data)
{
    const responses_event *event;

    (void)user_data;
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
        if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            printf("%s", responses_event_text(event, NULL));
    fflush(stdout);
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];
    responses_client *client = NULL;
    responses_call *call = NULL;
    responses_poll *adapter = NULL;
    struct pollfd entries[1]; /* and those of the program */

    sprintf(request, "{\"model\": \"%.100s\", \"input\": \"What is an event loop?\"}",
            model != NULL ? model : "gpt-5");
    if (responses_client_new(&client, &error) != RESPONSES_OK ||
        responses_create_stream_start(client, request, RESPONSES_NTS, &call, &error) !=
            RESPONSES_OK)
        status = responses_error_status(error);

    if (status == RESPONSES_AGAIN)
        status = responses_poll_attach(client, on_ready, NULL, &adapter);
    if (status == RESPONSES_OK)
        status = RESPONSES_AGAIN;
    while (status == RESPONSES_AGAIN) {
        responses_poll_fill(adapter, &entries[0]);
        if (poll(entries, 1, 10) == 0)
            ticks++; /* the other work of this program */
        if (responses_poll_check(adapter, &entries[0]) < 0)
            status = RESPONSES_E_INVALID; /* the client is of no use any more */
    }

    if (status == RESPONSES_DONE)
        printf("\n[%s, and the clock ticked %d times meanwhile]\n",
               responses_response_status(responses_call_response(call)), ticks);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    responses_error_free(error);
    responses_call_free(call);
    responses_poll_detach(adapter);
    responses_client_free(client);
    return status == RESPONSES_DONE ? 0 : 1;
}
