/*
 * 04-input-items.c - page through what went into a response
 *
 * The server gives at most so many items at a time. "last_id" of one page is "after" of the next, or,
 * where a server leaves it out, the id of the last item, until "has_more" is false.
 *
 *     cc 04-input-items.c -o 04-input-items $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./04-input-items
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_PAGE "{\"limit\": 3, \"order\": \"asc\""

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

/* Text of any length in memory of its own: ids of some servers have hundreds of characters. */
static char *joined(const char *a, const char *b, const char *c)
{
    char *text = malloc(strlen(a) + strlen(b) + strlen(c) + 1);

    if (text == NULL)
        check("memory", RESPONSES_E_NOMEM);
    sprintf(text, "%s%s%s", a, b, c);
    return text;
}

/* A value of an item of the page, NULL when it has none. Borrowed until the next one is read. */
static const char *value_of(int item, const char *name)
{
    char place[64];
    const char *value;

    sprintf(place, "/data/%d%.40s", item, name);
    if (responses_response_get(response, place, NULL, &value, NULL) != RESPONSES_OK)
        return NULL;
    return value;
}

/* Prints the items of a page; how many there were. */
static int print_page(void)
{
    const char *text;
    int item;

    for (item = 0; value_of(item, "") != NULL; item++) {
        /* The content of an item is a list of parts, or at some servers text; some kinds have none. */
        text = value_of(item, "/content/0/text");
        if (text == NULL)
            text = value_of(item, "/content");
        if (text == NULL)
            text = value_of(item, "/type");
        printf("  %s\n", text != NULL ? text : "?");
    }
    return item;
}

/* The parameters of the page after this one, to be freed; NULL when there is none. */
static char *next_page(int items)
{
    const char *last;
    int more;

    if (responses_response_get(response, "/has_more", &more, NULL, NULL) != RESPONSES_OK ||
        more != RESPONSES_JSON_TRUE)
        return NULL;
    if (responses_response_get(response, "/last_id", NULL, &last, NULL) != RESPONSES_OK)
        last = value_of(items - 1, "/id");
    if (last == NULL) {
        fprintf(stderr, "the page says that more follow, but not after what\n");
        exit(1);
    }
    return joined(FIRST_PAGE ", \"after\": \"", last, "\"}");
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[1024], *id, *params, *next;
    int length, i, on_page, pages = 0, items = 0;

    length = sprintf(request, "{\"model\": \"%.100s\", \"input\": [", model ? model : "gpt-5");
    for (i = 1; i <= 7; i++)
        length += sprintf(request + length, "%s{\"role\": \"user\", \"content\": \"Number %d.\"}",
                          i > 1 ? ", " : "", i);
    sprintf(request + length, "]}");

    check("client", responses_client_new(&client, &error));
    check("create", responses_create(client, request, RESPONSES_NTS, &response, &error));
    id = joined(responses_response_id(response), "", "");
    responses_response_free(response);

    for (params = joined(FIRST_PAGE, "}", ""); params != NULL; params = next) {
        check("list",
              responses_list_input_items(client, id, params, RESPONSES_NTS, &response, &error));
        printf("page %d\n", ++pages);
        on_page = print_page();
        items += on_page;
        next = next_page(on_page);
        responses_response_free(response);
        free(params);
    }

    printf("[%d items on %d pages]\n", items, pages);
    free(id);
    responses_client_free(client);
    return items == 7 ? 0 : 1;
}
