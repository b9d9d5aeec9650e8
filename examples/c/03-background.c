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
#include <string.h>

static responses_client *client;
static responses_response *response;
static responses_error *error;
static char *id; /* of any length: there are servers whose ids have hundreds of characters */

/* Ends the program when an operation failed. */
static void check(const char *what, int status)
{
    if (status == RESPONSES_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, responses_status_name(status),
            responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    exit(1);
}

static void forget_response(void)
{
    responses_response_free(response);
    response = NULL;
}

/* Prints one value of the answer; what stands at the second place will do as well. */
static void show(const char *what, const char *place, const char *or_place)
{
    const char *value;
    int status = responses_response_get(response, place, NULL, &value, NULL);

    if (status != RESPONSES_OK && or_place != NULL)
        status = responses_response_get(response, or_place, NULL, &value, NULL);
    printf("%-12s %s\n", what, status == RESPONSES_OK ? value : responses_status_name(status));
}

/* Starts a response in the background and keeps its id. */
static void start(const char *input)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];

    sprintf(request, "{\"model\": \"%.100s\", \"background\": true, \"input\": \"%.60s\"}",
            model != NULL ? model : "gpt-5", input);
    check("create", responses_create(client, request, RESPONSES_NTS, &response, &error));
    free(id);
    id = malloc(strlen(responses_response_id(response)) + 1);
    if (id == NULL)
        check("id", RESPONSES_E_NOMEM);
    strcpy(id, responses_response_id(response));
    show("created", "/status", NULL);
}

/* Whether it goes on at the server: there are servers that ignore "background" and answer at once. */
static int is_under_way(void)
{
    const char *status = responses_response_status(response);

    return strcmp(status, "queued") == 0 || strcmp(status, "in_progress") == 0;
}

/* Deletes the response that was started last. */
static void delete (void)
{
    check("delete", responses_delete(client, id, &response, &error));
    show("deleted", "/deleted", NULL);
    forget_response();
}

int main(void)
{
    check("client", responses_client_new(&client, &error));

    start("Count to ten.");
    if (is_under_way()) {
        forget_response();
        check("wait", responses_wait(client, id, 120000, &response, &error));
    }
    printf("%-12s %s\n", "answer", responses_response_text(response, NULL));
    show("ended", "/status", NULL);
    forget_response();
    delete ();

    start("Count to a million.");
    if (is_under_way()) {
        forget_response();
        check("cancel", responses_cancel(client, id, &response, &error));
        show("cancelled", "/status", NULL);
    }
    forget_response();
    check("list", responses_list_input_items(client, id, NULL, 0, &response, &error));
    /* The content of an item is a list of parts, or at some servers text. */
    show("its input", "/data/0/content/0/text", "/data/0/content");
    forget_response();
    delete ();

    free(id);
    responses_client_free(client);
    return 0;
}
