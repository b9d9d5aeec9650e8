/* jansson as Swift can call it. json-c, which may be in the same process, has none of the names that are
   used here: json_object_get and json_object_iter_next are not to be among them (docs/adr/0010). */
#ifndef CJANSSON_SHIM_H
#define CJANSSON_SHIM_H

#include <jansson.h>
#include <stdint.h>
#include <string.h>

/* A tree of JSON text; NULL when jansson cannot hold it, and then why and at which byte. */
static inline json_t *jansson_load(const char *text, size_t count, json_error_t *error)
{
    return json_loadb(text, count, JSON_DECODE_ANY | JSON_ALLOW_NUL, error);
}
static inline const char *jansson_reason(const json_error_t *error)
{
    return error->text;
}

/* jansson does not say that memory is out: it stops in the middle. The text has been checked, so that is what a
   fault of its syntax is, but for half of a surrogate pair. */
static inline int jansson_has_no_memory(const json_error_t *error)
{
    const enum json_error_code code = json_error_code(error);
    return error->text[0] == '\0' || code == json_error_out_of_memory ||
           ((code == json_error_invalid_syntax || code == json_error_premature_end_of_input) &&
            strncmp(error->text, "invalid Unicode", 15) != 0);
}

/* 17 digits of a real: what is read back is the same number. */
static inline int jansson_write(const json_t *tree, json_dump_callback_t write, void *context)
{
    return json_dump_callback(tree, write, context, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* 1 when the tree finds its own first member. One that another copy of jansson has made does not: each copy
   hashes names with a number of its own, and versions differ in how members are laid out. Nor is a name with
   a NUL in it found, which could be looked up by functions of 2.14 alone. */
static inline int jansson_finds_members(const json_t *tree)
{
    /* These take a tree that is not const, and leave it as it is. */
    json_t *object = (json_t *)(uintptr_t)tree;
    const char *name = json_object_iter_key(json_object_iter(object));
    return name == NULL || json_object_iter_at(object, name) != NULL;
}

/* How much of the stack lies between two places; jansson calls itself for each level of a tree. */
static inline uintptr_t jansson_frame(void)
{
    return (uintptr_t)__builtin_frame_address(0);
}

static inline void jansson_release(json_t *tree)
{
    json_decref(tree);
}

#endif
