/*
 * request.c - the body of a request, out of options, words and standard input
 */
#include "request.h"

#include "attachment.h"
#include "connection.h"
#include "failure.h"
#include "input.h"
#include "output.h"
#include "tree.h"

#include <jansson.h>
#include <responses.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MODEL "gpt-5"

static const char *environment(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0' ? value : NULL;
}

/* A text from the command line: itself, "-" for standard input, or the file behind "@". */
static enum outcome word_text(const char *word, struct text *text)
{
    if (strcmp(word, "-") == 0)
        return input_text("-", text);
    if (*word == '@')
        return input_text(word + 1, text);
    if (utf8_valid_length(word, strlen(word)) < strlen(word))
        return usage_failure("the text is not UTF-8");
    text_append(text, word);
    return OUTCOME_COMPLETE;
}

static json_t *json_of(const struct text *text)
{
    return json_stringn(text_string(text), text->length);
}

/* Whether -f or another option has standard input for itself. */
static bool input_is_taken(const struct settings *settings)
{
    size_t i;

    for (i = 0; i < settings->files.count; i++)
        if (strcmp(settings->files.items[i], "-") == 0 ||
            strcmp(settings->files.items[i], "image:-") == 0 ||
            strcmp(settings->files.items[i], "file:-") == 0)
            return true;
    if (settings->instructions != NULL && strcmp(settings->instructions, "-") == 0)
        return true;
    if (settings->key_file != NULL && strcmp(settings->key_file, "-") == 0)
        return true;
    return false;
}

/* What the model is asked: the word, and what stands in standard input, if anything does. */
static enum outcome question(const struct settings *settings, struct text *text)
{
    enum outcome outcome = OUTCOME_COMPLETE;
    struct text piped = {0};
    const char *word = settings->word_count > 0 ? settings->words[0] : NULL;

    if (word != NULL)
        outcome = word_text(word, text);
    /* A request that is given whole says all by itself. */
    if (outcome == OUTCOME_COMPLETE && settings->body == NULL &&
        (word == NULL || strcmp(word, "-") != 0) && !input_is_taken(settings) && input_is_given())
        outcome = input_text("-", &piped);
    if (outcome == OUTCOME_COMPLETE && piped.length > 0) {
        if (text->length > 0)
            text_append(text, "\n\n");
        text_add(text, piped.bytes, piped.length);
    }
    text_free(&piped);
    return outcome;
}

static enum outcome put_input(const struct settings *settings, json_t *tree)
{
    struct text text = {0};
    enum outcome outcome = question(settings, &text);
    bool there = json_object_get(tree, "input") != NULL;
    json_t *content;
    size_t i;

    if (outcome != OUTCOME_COMPLETE)
        return outcome;
    if (there && (text.length > 0 || settings->files.count > 0))
        return usage_failure(
            "the body has an input already, and a text or a file is given besides");
    if (text.length == 0 && settings->files.count == 0) {
        text_free(&text);
        /* A body may go without: a stored prompt, or more of a response. */
        if (there || settings->body != NULL || settings->previous != NULL)
            return OUTCOME_COMPLETE;
        return usage_failure("nothing to ask: give a text, @FILE, or something on standard input");
    }
    if (settings->files.count == 0) {
        json_object_set_new(tree, "input", json_of(&text));
        text_free(&text);
        return OUTCOME_COMPLETE;
    }
    content = json_array();
    if (text.length > 0)
        json_array_append_new(
            content, json_pack("{s:s, s:o}", "type", "input_text", "text", json_of(&text)));
    for (i = 0; i < settings->files.count && outcome == OUTCOME_COMPLETE; i++) {
        json_t *part = NULL;

        outcome = attachment_part(settings->files.items[i], &part);
        if (part != NULL)
            json_array_append_new(content, part);
    }
    json_object_set_new(tree, "input",
                        json_pack("[{s:s, s:o}]", "role", "user", "content", content));
    text_free(&text);
    return outcome;
}

/* A name as the API wants it (a-z, A-Z, 0-9, _ and -, 64 at most): the title of the schema, or the name
   of its file. */
static void schema_name(const json_t *schema, const char *path, struct text *name)
{
    const char *title = json_string_value(json_object_get(schema, "title"));
    const char *slash = strrchr(path, '/'), *dot;
    size_t length, i;

    if (title == NULL || *title == '\0')
        title = slash != NULL ? slash + 1 : path;
    dot = strchr(title, '.');
    length = dot != NULL && dot > title ? (size_t)(dot - title) : strlen(title);
    for (i = 0; i < length && i < 64; i++) {
        bool taken = (title[i] >= 'a' && title[i] <= 'z') || (title[i] >= 'A' && title[i] <= 'Z') ||
                     (title[i] >= '0' && title[i] <= '9') || title[i] == '-';

        text_add(name, taken ? title + i : "_", 1);
    }
}

static enum outcome put_schema(const char *path, json_t *tree)
{
    struct text file = {0}, name = {0};
    json_t *schema = NULL, *format, *text;
    enum outcome outcome = input_text(path, &file);

    if (outcome == OUTCOME_COMPLETE)
        outcome = tree_read_object(&file, path, &schema);
    text_free(&file);
    if (outcome != OUTCOME_COMPLETE)
        return outcome;
    schema_name(schema, path, &name);
    /* Not the schema alone, but all of text.format, as it stands in a request. */
    if (json_object_get(schema, "schema") != NULL && json_object_get(schema, "name") != NULL)
        format = schema;
    else
        format = json_pack("{s:s, s:s, s:o, s:b}", "type", "json_schema", "name",
                           text_string(&name), "schema", schema, "strict", 1);
    if (json_object_get(format, "type") == NULL)
        json_object_set_new(format, "type", json_string("json_schema"));
    text = json_object_get(tree, "text");
    if (!json_is_object(text)) {
        text = json_object();
        json_object_set_new(tree, "text", text);
    }
    json_object_set_new(text, "format", format);
    text_free(&name);
    return OUTCOME_COMPLETE;
}

/* What an option of its own says. */
static enum outcome put_options(const struct settings *settings, json_t *tree)
{
    const char *model = settings->model;
    enum outcome outcome = OUTCOME_COMPLETE;

    if (model == NULL && json_object_get(tree, "model") == NULL) {
        model = environment("RESPONSES_MODEL");
        if (model == NULL)
            model = environment("OPENAI_MODEL");
        /* A stored prompt may name its own. */
        if (model == NULL && json_object_get(tree, "prompt") == NULL)
            model = DEFAULT_MODEL;
    }
    if (model != NULL) {
        json_t *string = json_string(model);

        if (string == NULL)
            return usage_failure("the name of the model is not UTF-8");
        json_object_set_new(tree, "model", string);
    }
    if (settings->instructions != NULL) {
        struct text text = {0};

        outcome = word_text(settings->instructions, &text);
        if (outcome != OUTCOME_COMPLETE)
            return outcome;
        json_object_set_new(tree, "instructions", json_of(&text));
        text_free(&text);
    }
    if (settings->previous != NULL)
        json_object_set_new(tree, "previous_response_id", json_string(settings->previous));
    if (settings->background)
        json_object_set_new(tree, "background", json_true());
    if (settings->schema != NULL)
        outcome = put_schema(settings->schema, tree);
    return outcome;
}

static bool changes_body(const struct settings *settings)
{
    return settings->word_count > 0 || settings->files.count > 0 || settings->fields.count > 0 ||
           settings->model != NULL || settings->instructions != NULL ||
           settings->previous != NULL || settings->background || settings->schema != NULL;
}

static bool has(const struct text *json, const char *pointer, int *type)
{
    return responses_json_get(json->bytes, json->length, pointer, type, NULL, NULL) == RESPONSES_OK;
}

/* A body that nothing is to be changed in is sent byte for byte. */
static enum outcome body_as_it_is(const struct settings *settings, struct text *json, bool *sent)
{
    enum outcome outcome = input_text(settings->body, json);
    const char *name = strcmp(settings->body, "-") == 0 ? "standard input" : settings->body;
    int type = RESPONSES_JSON_NULL;

    *sent = false;
    if (outcome != OUTCOME_COMPLETE)
        return outcome;
    if (responses_json_check(json->bytes, json->length, 1024, &type, NULL, NULL) != RESPONSES_OK) {
        json_t *tree = NULL;

        /* For where it is wrong. */
        outcome = tree_read_object(json, name, &tree);
        json_decref(tree);
        return outcome != OUTCOME_COMPLETE ? outcome
                                           : usage_failure("%s is not JSON that can be sent", name);
    }
    if (type != RESPONSES_JSON_OBJECT)
        return usage_failure("%s is JSON, but not an object, {...}", name);
    if (strcmp(settings->command, "api") == 0)
        *sent = settings->fields.count == 0;
    else
        *sent =
            !changes_body(settings) && (has(json, "/model", NULL) || has(json, "/prompt", NULL));
    return OUTCOME_COMPLETE;
}

enum outcome request_build(const struct settings *settings, struct text *json, bool *background)
{
    json_t *tree = NULL;
    enum outcome outcome = OUTCOME_COMPLETE;
    bool done = false;
    int type = RESPONSES_JSON_NULL;

    if (settings->body != NULL)
        outcome = body_as_it_is(settings, json, &done);
    if (outcome == OUTCOME_COMPLETE && !done) {
        if (settings->body != NULL)
            outcome = tree_read_object(json, "the body", &tree);
        else
            tree = json_object();
        if (outcome == OUTCOME_COMPLETE)
            outcome = put_options(settings, tree);
        if (outcome == OUTCOME_COMPLETE)
            outcome = put_input(settings, tree);
        if (outcome == OUTCOME_COMPLETE)
            outcome = tree_set_all(tree, settings->fields.items, settings->fields.count);
        text_clear(json);
        if (outcome == OUTCOME_COMPLETE)
            tree_write(tree, json);
        json_decref(tree);
    }
    if (outcome == OUTCOME_COMPLETE)
        *background = has(json, "/background", &type) && type == RESPONSES_JSON_TRUE;
    return outcome;
}

enum outcome request_plain(const struct settings *settings, struct text *json, bool *given)
{
    enum outcome outcome = OUTCOME_COMPLETE;
    json_t *tree = NULL;
    bool done = false;

    *given = settings->body != NULL || settings->fields.count > 0;
    if (settings->body != NULL)
        outcome = body_as_it_is(settings, json, &done);
    if (outcome != OUTCOME_COMPLETE || done || !*given)
        return outcome;
    if (settings->body != NULL)
        outcome = tree_read_object(json, "the body", &tree);
    else
        tree = json_object();
    if (outcome == OUTCOME_COMPLETE)
        outcome = tree_set_all(tree, settings->fields.items, settings->fields.count);
    text_clear(json);
    if (outcome == OUTCOME_COMPLETE)
        tree_write(tree, json);
    json_decref(tree);
    return outcome;
}

enum outcome request_parameters(const struct settings *settings, struct text *json)
{
    json_t *tree = json_object();
    enum outcome outcome = tree_set_all(tree, settings->fields.items, settings->fields.count);

    if (outcome == OUTCOME_COMPLETE)
        tree_write(tree, json);
    json_decref(tree);
    return outcome;
}

enum outcome request_show(const struct settings *settings, const char *method, const char *path,
                          const struct text *json)
{
    remark("%s %s%s, not sent", method, connection_base_url(settings), path);
    if (json != NULL)
        output_json(text_string(json), json->length);
    return OUTCOME_COMPLETE;
}
