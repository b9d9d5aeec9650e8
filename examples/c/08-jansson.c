/*
 * 08-jansson.c - JSON as trees of jansson: a request, events, structured output, a list
 *
 * For programs that have their JSON in jansson. A tree is made of what is asked for, when it is asked for:
 * of an event where more than its text is wanted, and of one part of an answer.
 *
 *     cc 08-jansson.c -o 08-jansson $(pkg-config --cflags --libs responses-jansson)
 *     OPENAI_API_KEY=... ./08-jansson
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses_jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static responses_client *client;
static responses_response *response;
static responses_error *error;

/* Ends the program when an operation failed. */
static void check(const char *what, int status)
{
    if (status == RESPONSES_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, responses_status_name(status),
            responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    exit(1);
}

/* A member that is text, "" where there is none. Borrowed from the object. */
static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}

/* What the answer is to look like: an entry of a calendar. */
static json_t *schema(void)
{
    return json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s, s:{s:s}}}, s:[s, s, s], s:b}", "type",
                     "object", "properties", "name", "type", "string", "date", "type", "string",
                     "participants", "type", "array", "items", "type", "string", "required", "name",
                     "date", "participants", "additionalProperties", 0);
}

static json_t *request(void)
{
    const char *model = getenv("RESPONSES_MODEL");

    return json_pack("{s:s, s:[{s:s, s:s}, {s:s, s:s}], s:{s:{s:s, s:s, s:b, s:o}}}", "model",
                     model != NULL ? model : "gpt-5", "input", "role", "developer", "content",
                     "Make an entry of a calendar.", "role", "user", "content",
                     "Alice and Bob go to a science fair on Friday.", "text", "format", "type",
                     "json_schema", "name", "entry", "strict", 1, "schema", schema());
}

static int on_event(const responses_event *event, void *user_data)
{
    json_t *item;

    /* Hundreds of these: their text is there without a tree. */
    if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
        *(int *)user_data += 1;
    else if (strcmp(responses_event_type(event), "response.output_item.done") == 0 &&
             responses_event_tree(event, "/item", &item, NULL) == RESPONSES_OK) {
        printf("%s: %s\n", text_of(item, "type"), text_of(item, "status"));
        json_decref(item);
    }
    return 0;
}

/* Structured output is JSON in the text of the answer, so the program reads it by itself. */
static void print_entry(void)
{
    size_t length, i;
    const char *text = responses_response_text(response, &length);
    json_error_t problem;
    json_t *entry = json_loadb(text, length, 0, &problem), *participant;
    json_t *participants = json_object_get(entry, "participants");

    /* A model that refuses, or has no room left, does not hold to the schema. */
    if (!json_is_array(participants)) {
        fprintf(stderr, "no entry, but: ");
        check("output", responses_response_tree(response, "/output", &entry, &error));
        json_dumpf(entry, stderr, JSON_INDENT(2));
        fprintf(stderr, "\n");
        exit(1);
    }
    printf("%s, %s\n", text_of(entry, "name"), text_of(entry, "date"));
    json_array_foreach(participants, i, participant)
        printf("with %s\n", json_string_value(participant));
    json_decref(entry);
}

/* The content of an item is a list of parts, or at some servers text. */
static int on_item(json_t *item, void *user_data)
{
    json_t *content = json_object_get(item, "content");
    const char *text = json_string_value(content);

    if (text == NULL)
        text = text_of(json_array_get(content, 0), "text");
    printf("%s: %s\n", text_of(item, "role"), text);
    *(int *)user_data += 1;
    return 0;
}

int main(void)
{
    json_t *usage;
    int deltas = 0, items = 0;

    check("client", responses_client_new(&client, &error));

    /* The names that end in _new take the reference over, so that json_pack() can stand in the call. */
    check("create", responses_jansson_create_stream_new(client, request(), on_event, &deltas,
                                                        &response, &error));
    print_entry();

    /* All pages, one item at a time. */
    check("list",
          responses_jansson_each_input_item_new(client, responses_response_id(response),
                                                json_pack("{s:i, s:s}", "limit", 1, "order", "asc"),
                                                on_item, &items, &error));

    check("usage", responses_response_tree(response, "/usage", &usage, &error));
    printf("[%s, %d input items, %ld tokens]\n", responses_response_status(response), items,
           (long)json_integer_value(json_object_get(usage, "total_tokens")));
    json_decref(usage);
    responses_response_free(response);
    responses_client_free(client);
    return deltas > 0 && items == 2 ? 0 : 1;
}
