/*
 * 01-create.c - ask a question, print the answer
 *
 * The blocking way: one call that returns when the answer is there.
 *
 *     cc 01-create.c -o 01-create $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./01-create
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];
    responses_client *client = NULL;
    responses_response *response = NULL;
    responses_error *error = NULL;
    const char *tokens;
    int status;

    sprintf(request, "{\"model\": \"%.100s\", \"input\": \"Why is the sky blue? One sentence.\"}",
            model != NULL ? model : "gpt-5");

    status = responses_client_new(&client, &error);
    if (status == RESPONSES_OK)
        status = responses_create(client, request, RESPONSES_NTS, &response, &error);

    if (status == RESPONSES_OK) {
        printf("%s\n", responses_response_text(response, NULL));
        printf("[%s is %s", responses_response_id(response), responses_response_status(response));
        /* Whatever has no function of its own is read by its place in the JSON. */
        if (responses_response_get(response, "/usage/total_tokens", NULL, &tokens, NULL) ==
            RESPONSES_OK)
            printf(", %s tokens", tokens);
        printf("]\n");
    } else {
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    }

    responses_response_free(response);
    responses_error_free(error);
    responses_client_free(client);
    return status == RESPONSES_OK ? 0 : 1;
}
