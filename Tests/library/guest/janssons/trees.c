#include "parts.h"

#include <responses_jansson.h>
#include <stdio.h>
#include <string.h>

static responses_client *client;
static int deltas;

/* Prints what failed. */
static int is_ok(const char *what, int status, responses_error *error)
{
    if (status != RESPONSES_OK)
        printf("%s: %s: %s\n", what, responses_status_name(status),
               responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    responses_error_free(error);
    return status == RESPONSES_OK;
}

/* A member of an object by its name: what a second copy of jansson could not find. */
static const char *member(json_t *object, const char *name)
{
#ifdef HAS_SHARED_NAMES
    const char *text = json_string_value(json_object_get(object, name));
#else
    const char *text = NULL;
    json_unpack(object, "{s:s}", name, &text);
#endif
    return text != NULL ? text : "(not found)";
}

static int on_event(const responses_event *event, void *user_data)
{
    json_t *tree = NULL;
    (void)user_data;
    if (!is_ok("event", responses_event_tree(event, "", &tree, NULL), NULL))
        return 1;
    if (strcmp(member(tree, "type"), "response.output_text.delta") == 0)
        deltas++;
    json_decref(tree);
    return 0;
}

static int on_item(json_t *item, void *user_data)
{
    *(int *)user_data += strcmp(member(item, "id"), "item_1") == 0;
    return 0;
}

/* Text goes in and comes out whatever jansson there is. */
static int text_works(void)
{
    responses_error *error = NULL;
    responses_response *answer = NULL;
    int status = responses_create(client, "{\"model\":\"m\",\"input\":\"Hi\"}", RESPONSES_NTS,
                                  &answer, &error);
    int is_right = is_ok("text", status, error) && responses_response_status(answer) != NULL &&
                   strcmp(responses_response_status(answer), "completed") == 0;
    if (is_right)
        printf("text works\n");
    responses_response_free(answer);
    return is_right;
}

static int trees_work(void)
{
    responses_error *error = NULL;
    responses_response *answer = NULL;
    json_t *tree = NULL;
    int status, items = 0, is_right;
    status = responses_jansson_create_new(
        client, json_pack("{s:s, s:[{s:s}]}", "model", "m", "input", "content", "Hi"), &answer,
        &error);
    if (!is_ok("request", status, error))
        return 0;
    error = NULL;
    if (!is_ok("tree", responses_response_tree(answer, "", &tree, &error), error))
        return 0;
    is_right = strcmp(member(tree, "status"), "completed") == 0;
    if (!is_right)
        printf("the status was %s\n", member(tree, "status"));
    json_decref(tree);
    responses_response_free(answer);
    error = NULL;
    tree = json_pack("{s:s, s:s}", "model", "m", "input", "Hi");
    status = responses_jansson_create_stream(client, tree, on_event, NULL, NULL, &error);
    json_decref(tree);
    if (!is_ok("stream", status, error))
        return 0;
    error = NULL;
    status = responses_jansson_each_input_item_new(client, "resp_1", json_pack("{s:i}", "limit", 1),
                                                   on_item, &items, &error);
    return is_ok("items", status, error) && is_right && deltas == 3 && items == 1;
}

void use_trees(const char *url)
{
    if (responses_client_new(&client, NULL) == RESPONSES_OK &&
        responses_client_set(client, "base_url", url, NULL) == RESPONSES_OK && text_works() &&
        trees_work())
        printf("trees work\n");
    responses_client_free(client);
    client = NULL;
}
