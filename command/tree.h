/*
 * tree.h - trees of jansson: written as short as can be, and changed by the name of a field
 */
#ifndef COMMAND_TREE_H
#define COMMAND_TREE_H

#include "outcome.h"
#include "text.h"

#include <jansson.h>

/* Writes it in one line. A number has as many digits as it needs: 0.7, where jansson says
   0.69999999999999996. */
void tree_write(const json_t *tree, struct text *text);

/* Reads text that has to be one JSON object; `name` is where it is from, for what is said if not. */
enum outcome tree_read_object(const struct text *text, const char *name, json_t **tree);

/* "reasoning.effort=low" or "/reasoning/effort=low": sets a field, and makes the objects on the way.
   In an array a number counts from 0, and its length or "-" adds. The value is JSON where it is, and
   a text where it is not. */
enum outcome tree_set(json_t *tree, const char *field);

/* The same for several. */
enum outcome tree_set_all(json_t *tree, const char *const *fields, size_t count);

#endif
