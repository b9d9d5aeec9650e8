/* jansson as Swift can call it. Of its functions the library uses json_loadb, json_dump_callback and
   json_delete: json-c, which may be in the same process, has none of these names (docs/adr/0010). */
#ifndef CJANSSON_SHIM_H
#define CJANSSON_SHIM_H

#include <jansson.h>

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

static inline void jansson_release(json_t *tree)
{
    json_decref(tree);
}

#endif
