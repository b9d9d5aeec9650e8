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

/* 17 digits of a real: what is read back is the same number. */
static inline int jansson_write(const json_t *tree, json_dump_callback_t write, void *context)
{
    return json_dump_callback(tree, write, context, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* There from 2.14 on, as are names of members with a NUL in them. */
#if JANSSON_VERSION_HEX >= 0x020e00
#pragma weak json_object_iter_key_len
#endif

/* 1 when the tree finds its own first member. One that another copy of jansson has made does not: each copy
   hashes names with a number of its own, and versions differ in how members are laid out. */
static inline int jansson_finds_members(const json_t *tree)
{
    /* These take a tree that is not const, and leave it as it is. */
    json_t *object = (json_t *)(uintptr_t)tree;
    void *first = json_object_iter(object);
    const char *name = json_object_iter_key(first);
    if (name == NULL || json_object_iter_at(object, name) != NULL)
        return 1;
#if JANSSON_VERSION_HEX >= 0x020e00
    return json_object_iter_key_len != NULL && json_object_iter_key_len(first) != strlen(name);
#else
    return 0;
#endif
}

static inline void jansson_release(json_t *tree)
{
    json_decref(tree);
}

#endif
