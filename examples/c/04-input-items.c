/*
 * 04-input-items.c - page through what went into a response
 *
 * The server gives at most so many items at a time. "last_id" of one page is "after" of the next,
 * until "has_more" is false.
 *
 *     cc 04-input-items.c -o 04-input-items $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./04-input-items
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>

static responses_client *client;
static responses_response *response;
static responses_error *error;

static void check(const char *what, int status)
{
    if (status == RESPONSES_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, responses_status_name(status),
            responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    exit(1);
}

/* Prints the items of a page; how many there were. */
static int print_page(void)
{
    char place[64];
    const char *text;
    int count;

    for (count = 0;; count++) {
        sprintf(place, "/data/%d/content/0/text", count);
        if (responses_response_get(response, place, NULL, &text, NULL) != RESPONSES_OK)
            return count;
        printf("  %s\n", text);
    }
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    const char *last;
    char request[1024], id[256], params[512];
    int length, i, more, pages = 0, items = 0;

    length = sprintf(request, "{\"model\": \"%.100s\", \"input\": [", model ? model : "gpt-5");
    for (i = 1; i <= 7; i++)
        length += sprintf(request + length, "%s{\"role\": \"user\", \"content\": \"Number %d.\"}",
                          i > 1 ? ", " : "", i);
    sprintf(request + length, "]}");

    check("client", responses_client_new(&client, &error));
    check("create", responses_create(client, request, RESPONSES_NTS, &response, &error));
    responses_copy_text(responses_response_id(response), RESPONSES_NTS, id, sizeof id, NULL);
    responses_response_free(response);

    sprintf(params, "{\"limit\": 3, \"order\": \"asc\"}");
    do {
        check("list",
              responses_list_input_items(client, id, params, RESPONSES_NTS, &response, &error));
        printf("page %d\n", ++pages);
        items += print_page();
        if (responses_response_get(response, "/last_id", NULL, &last, NULL) == RESPONSES_OK)
            sprintf(params, "{\"limit\": 3, \"order\": \"asc\", \"after\": \"%.200s\"}", last);
        if (responses_response_get(response, "/has_more", &more, NULL, NULL) != RESPONSES_OK)
            more = RESPONSES_JSON_FALSE;
        responses_response_free(response);
    } while (more == RESPONSES_JSON_TRUE);

    printf("[%d items on %d pages]\n", items, pages);
    responses_client_free(client);
    return items == 7 ? 0 : 1;
}
