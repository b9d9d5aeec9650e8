/*
 * 02-stream.c - print an answer while it is written
 *
 * The callback way: every event goes to a function of yours, on this thread, before the call
 * returns. RESPONSES_OK means that the answer came to its end; a stream that breaks off never does.
 *
 *     cc 02-stream.c -o 02-stream $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./02-stream
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>

static int on_event(const responses_event *event, void *user_data)
{
    int *events = user_data;

    *events += 1;
    switch (responses_event_kind(event)) {
    case RESPONSES_EVENT_OUTPUT_TEXT_DELTA:
        fputs(responses_event_text(event, NULL), stdout);
        fflush(stdout);
        break;
    case RESPONSES_EVENT_OUTPUT_TEXT_DONE:
        putchar('\n');
        break;
    }
    return 0; /* anything else would stop the stream */
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];
    responses_client *client = NULL;
    responses_response *response = NULL;
    responses_error *error = NULL;
    int events = 0;
    int status;

    sprintf(request, "{\"model\": \"%.100s\", \"input\": \"Tell me a story in three sentences.\"}",
            model != NULL ? model : "gpt-5");

    status = responses_client_new(&client, &error);
    if (status == RESPONSES_OK)
        status = responses_create_stream(client, request, RESPONSES_NTS, on_event, &events,
                                         &response, &error);
    if (status == RESPONSES_OK)
        printf("[%s is %s after %d events]\n", responses_response_id(response),
               responses_response_status(response), events);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    /* After a failure the response, if there is one, is what had arrived. */
    responses_response_free(response);
    responses_error_free(error);
    responses_client_free(client);
    return status == RESPONSES_OK ? 0 : 1;
}
