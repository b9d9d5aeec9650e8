/*
 * 11-replay.c - record a stream, and play it again without a server
 *
 * The first client writes what it sends and gets to a file, which a browser's developer tools
 * open: drop it on their network panel. The second one is answered from there, in the same pieces;
 * it needs no key, and would not notice if there were no network. Set replay_pace to "original" to
 * see the pieces come when they came.
 *
 *     cc 11-replay.c -o 11-replay $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./11-replay [story.har]
 *
 * Given the name of a file that is there, it only plays that. RESPONSES_MODEL names another model
 * than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>

static int on_event(const responses_event *event, void *user_data)
{
    int *events = user_data;

    *events += 1;
    if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
        fputs(responses_event_text(event, NULL), stdout);
    return 0;
}

/* Asks with a client that has this option; 0 when the answer came to its end. */
static int ask(const char *option, const char *path)
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
        status = responses_client_set(client, option, path, &error);
    if (status == RESPONSES_OK)
        status = responses_create_stream(client, request, RESPONSES_NTS, on_event, &events,
                                         &response, &error);
    if (status == RESPONSES_OK)
        printf("\n[%s: %s after %d events]\n", option, responses_response_status(response), events);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    responses_response_free(response);
    responses_error_free(error);
    responses_client_free(client);
    return status == RESPONSES_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "11-replay.har";
    FILE *known = fopen(path, "r");
    int failed = 0;

    if (known != NULL)
        fclose(known);
    else
        failed = ask("record_file", path);
    if (!failed)
        failed = ask("replay_file", path);
    if (argc == 1)
        remove(path);
    return failed;
}
