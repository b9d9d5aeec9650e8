/*
 * 03-background.c - work that goes on at the server: wait for it, cancel it, look at it, delete it
 *
 *     cc 03-background.c -o 03-background $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./03-background
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>

static responses_client *client;
static responses_response *response;
static responses_error *error;
static char id[256];

/* Ends the program when an operation failed. */
static void check(const char *what, int status)
{
    if (status == RESPONSES_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, responses_status_name(status),
            responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    exit(1);
}

/* Prints one value of the answer and frees it. */
static void show(const char *what, const char *place)
{
    const char *value;

    if (responses_response_get(response, place, NULL, &value, NULL) == RESPONSES_OK)
        printf("%-12s %s\n", what, value);
    responses_response_free(response);
}

/* Starts a response in the background and keeps its id. */
static void start(const char *input)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];

    sprintf(request, "{\"model\": \"%.100s\", \"background\": true, \"input\": \"%.60s\"}",
            model != NULL ? model : "gpt-5", input);
    check("create", responses_create(client, request, RESPONSES_NTS, &response, &error));
    responses_copy_text(responses_response_id(response), RESPONSES_NTS, id, sizeof id, NULL);
    show("created", "/status");
}

int main(void)
{
    check("client", responses_client_new(&client, &error));

    start("Count to ten.");
    check("wait", responses_wait(client, id, 120000, &response, &error));
    printf("%-12s %s\n", "answer", responses_response_text(response, NULL));
    show("waited for", "/status");
    check("delete", responses_delete(client, id, &response, &error));
    show("deleted", "/deleted");

    start("Count to a million.");
    check("cancel", responses_cancel(client, id, &response, &error));
    show("cancelled", "/status");
    check("list", responses_list_input_items(client, id, NULL, 0, &response, &error));
    show("its input", "/data/0/content/0/text");
    check("delete", responses_delete(client, id, &response, &error));
    show("deleted", "/deleted");

    responses_client_free(client);
    return 0;
}
