/*
 * tree.c - trees of jansson
 */
#include "tree.h"

#include "failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_string(const json_t *string, struct text *text)
{
    char *dump = json_dumps(string, JSON_ENCODE_ANY | JSON_COMPACT);

    text_append(text, dump != NULL ? dump : "\"\"");
    free(dump);
}

/* The fewest digits that are read as the same number. */
static void write_real(double number, struct text *text)
{
    char digits[32];
    int precision = 15;

    do
        snprintf(digits, sizeof digits, "%.*g", precision, number);
    while (strtod(digits, NULL) != number && ++precision <= 17);
    text_append(text, digits);
    if (strpbrk(digits, ".e") == NULL)
        text_append(text, ".0");
}

void tree_write(const json_t *tree, struct text *text)
{
    const char *name;
    json_t *value;
    size_t i;
    bool first = true;

    switch (json_typeof(tree)) {
    case JSON_OBJECT:
        text_append(text, "{");
        /* jansson's own loop wants to write to what it walks through. */
        json_object_foreach((json_t *)tree, name, value)
        {
            json_t *string = json_string_nocheck(name);

            if (!first)
                text_append(text, ",");
            first = false;
            write_string(string, text);
            json_decref(string);
            text_append(text, ":");
            tree_write(value, text);
        }
        text_append(text, "}");
        break;
    case JSON_ARRAY:
        text_append(text, "[");
        for (i = 0; i < json_array_size(tree); i++) {
            if (i > 0)
                text_append(text, ",");
            tree_write(json_array_get(tree, i), text);
        }
        text_append(text, "]");
        break;
    case JSON_STRING:
        write_string(tree, text);
        break;
    case JSON_INTEGER:
        text_format(text, "%" JSON_INTEGER_FORMAT, json_integer_value(tree));
        break;
    case JSON_REAL:
        write_real(json_real_value(tree), text);
        break;
    case JSON_TRUE:
        text_append(text, "true");
        break;
    case JSON_FALSE:
        text_append(text, "false");
        break;
    default:
        text_append(text, "null");
    }
}

enum outcome tree_read_object(const struct text *text, const char *name, json_t **tree)
{
    json_error_t error;

    *tree = json_loadb(text_string(text), text->length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES,
                       &error);
    if (*tree == NULL)
        return usage_failure("%s is not JSON: line %d, column %d: %s", name, error.line,
                             error.column, error.text);
    if (!json_is_object(*tree)) {
        json_decref(*tree);
        *tree = NULL;
        return usage_failure("%s is JSON, but not an object, {...}", name);
    }
    return OUTCOME_COMPLETE;
}

/* One name of the way, without its escapes. Returns where the next one begins, NULL behind the last. */
static const char *next_name(const char *way, const char *end, bool pointer, struct text *name)
{
    text_clear(name);
    text_append(name, "");
    for (; way < end && *way != (pointer ? '/' : '.'); way++) {
        char byte = *way;

        if (pointer && byte == '~' && way + 1 < end && (way[1] == '0' || way[1] == '1'))
            byte = *++way == '0' ? '~' : '/';
        text_add(name, &byte, 1);
    }
    return way < end ? way + 1 : NULL;
}

static bool array_place(const json_t *array, const char *name, size_t *place)
{
    char *end;

    *place = json_array_size(array);
    if (strcmp(name, "-") == 0)
        return true;
    if (*name < '0' || *name > '9')
        return false;
    *place = strtoul(name, &end, 10);
    return *end == '\0' && *place <= json_array_size(array);
}

/* Takes over the value. */
static bool put(json_t *parent, const char *name, json_t *value)
{
    size_t place;

    if (json_is_object(parent))
        return json_object_set_new(parent, name, value) == 0;
    if (!json_is_array(parent) || !array_place(parent, name, &place)) {
        json_decref(value);
        return false;
    }
    if (place == json_array_size(parent))
        return json_array_append_new(parent, value) == 0;
    return json_array_set_new(parent, place, value) == 0;
}

static json_t *child(const json_t *parent, const char *name)
{
    size_t place;

    if (json_is_object(parent))
        return json_object_get(parent, name);
    if (json_is_array(parent) && array_place(parent, name, &place))
        return json_array_get(parent, place);
    return NULL;
}

enum outcome tree_set(json_t *tree, const char *field)
{
    const char *equals = strchr(field, '='), *way = field;
    bool pointer = *field == '/', fits = true;
    struct text name = {0};
    json_t *value, *next, *parent = tree;

    if (equals == NULL || equals == field)
        return usage_failure("-p takes FIELD=VALUE, as reasoning.effort=low; not '%s'", field);
    if (utf8_valid_length(field, strlen(field)) < strlen(field))
        return usage_failure("-p takes text in UTF-8");
    value = json_loads(equals + 1, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
    if (value == NULL)
        value = json_string(equals + 1);
    if (pointer)
        way++;
    for (;;) {
        way = next_name(way, equals, pointer, &name);
        if (way == NULL)
            break;
        next = child(parent, name.bytes);
        if (next == NULL) {
            next = json_object();
            fits = put(parent, name.bytes, json_incref(next));
            /* Where it was put holds it from now on. */
            json_decref(next);
        }
        parent = next;
        if (!fits)
            break;
    }
    if (fits)
        fits = put(parent, name.bytes, value);
    else
        json_decref(value);
    text_free(&name);
    if (!fits)
        return usage_failure(
            "-p '%s': what is there already is neither an object nor an array with "
            "that place",
            field);
    return OUTCOME_COMPLETE;
}

enum outcome tree_set_all(json_t *tree, const char *const *fields, size_t count)
{
    enum outcome outcome = OUTCOME_COMPLETE;
    size_t i;

    for (i = 0; i < count && outcome == OUTCOME_COMPLETE; i++)
        outcome = tree_set(tree, fields[i]);
    return outcome;
}
