/*
 * items.c - what went into a response, one line of JSON for each item
 */
#include "operations.h"

#include "answer.h"
#include "connection.h"
#include "failure.h"
#include "output.h"
#include "request.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* Prints the items of a page. Returns how many there were. */
static int print_items(const responses_response *page)
{
    struct text pointer = {0};
    int count;

    for (count = 0;; count++) {
        const char *item;
        size_t length;

        text_clear(&pointer);
        text_format(&pointer, "/data/%d", count);
        if (responses_response_get(page, pointer.bytes, NULL, &item, &length) != RESPONSES_OK)
            break;
        output_json(item, length);
    }
    text_free(&pointer);
    return count;
}

/* The id that the next page begins behind; false when there is none. */
static bool next_page(const responses_response *page, int count, struct text *after)
{
    const char *value;
    char pointer[64];
    int type;

    text_clear(after);
    if (responses_response_get(page, "/has_more", &type, NULL, NULL) != RESPONSES_OK ||
        type != RESPONSES_JSON_TRUE || count == 0)
        return false;
    snprintf(pointer, sizeof pointer, "/data/%d/id", count - 1);
    if ((responses_response_get(page, "/last_id", &type, &value, NULL) != RESPONSES_OK ||
         type != RESPONSES_JSON_STRING) &&
        (responses_response_get(page, pointer, &type, &value, NULL) != RESPONSES_OK ||
         type != RESPONSES_JSON_STRING))
        return false;
    text_append(after, value);
    return true;
}

static enum outcome print_pages(const struct settings *settings, responses_client *client)
{
    struct settings changed = *settings;
    struct text after = {0}, parameters = {0}, field = {0};
    enum outcome outcome;
    bool more = false;

    if (settings->all && settings->fields.count == 0)
        changed.fields.items[changed.fields.count++] = "limit=100";
    do {
        struct watched watched = {0};
        int status;

        if (more) {
            text_clear(&field);
            /* In quotes, so that it stays a text whatever it looks like. */
            text_format(&field, "after=\"%s\"", after.bytes);
            changed.fields = settings->fields;
            if (changed.fields.count + 2 > MANY)
                return usage_failure("-p was given too often");
            if (settings->fields.count == 0)
                changed.fields.items[changed.fields.count++] = "limit=100";
            changed.fields.items[changed.fields.count++] = field.bytes;
        }
        text_clear(&parameters);
        outcome = request_parameters(&changed, &parameters);
        if (outcome != OUTCOME_COMPLETE)
            break;
        status = responses_list_input_items_start(client, settings->words[0], parameters.bytes,
                                                  parameters.length, &watched.call, &watched.error);
        outcome = watch(client, status, false, false, "waiting for the server", &watched);
        more = false;
        if (outcome != OUTCOME_COMPLETE) {
            watch_tell(&watched, outcome, false);
        } else if (settings->json || settings->pointers.count > 0) {
            outcome = answer_print(settings, watched.response, 0, 0);
            more = next_page(watched.response, 1, &after);
        } else {
            more = next_page(watched.response, print_items(watched.response), &after);
        }
        watched_free(&watched);
        if (more && !settings->all)
            remark("there are more: --all has them, or -p after=%s the next page", after.bytes);
    } while (more && settings->all && outcome == OUTCOME_COMPLETE && !output_failed());
    text_free(&after);
    text_free(&parameters);
    text_free(&field);
    return outcome;
}

enum outcome items_run(const struct settings *settings)
{
    responses_client *client = NULL;
    struct text path = {0};
    enum outcome outcome;

    if (settings->dry_run) {
        text_format(&path, "/responses/%s/input_items", settings->words[0]);
        outcome = request_show(settings, "GET", path.bytes, NULL);
        text_free(&path);
        return outcome;
    }
    outcome = connection_open(settings, &client);
    if (outcome == OUTCOME_COMPLETE)
        outcome = print_pages(settings, client);
    responses_client_free(client);
    return outcome;
}
