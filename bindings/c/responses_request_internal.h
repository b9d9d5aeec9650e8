/* What the files of libresponses-request share. Not installed; nothing here is promised. */
#ifndef RESPONSES_REQUEST_INTERNAL_H
#define RESPONSES_REQUEST_INTERNAL_H

#include "responses_request.h"

#include <stdlib.h>
#include <string.h>

/* Another allocator, for tests and for programs that have their own. */
#ifndef RESPONSES_REQUEST_REALLOC
#define RESPONSES_REQUEST_REALLOC realloc
#define RESPONSES_REQUEST_FREE    free
#endif

#if defined(__GNUC__) || defined(__clang__)
#define RESPONSES_HIDDEN __attribute__((visibility("hidden")))
#else
#define RESPONSES_HIDDEN
#endif

/* ---- text that grows ------------------------------------------------------------------------- */

/* Bytes, and what went wrong while they were added: that sticks, so that it is asked for once. */
struct responses_text_ {
    char *data; /* ends in NUL unless it is NULL */
    size_t len, capacity;
    int status;
};

/* What a text begins as. */
#define RESPONSES_EMPTY_TEXT_                                                                      \
    {                                                                                              \
        NULL, 0, 0, RESPONSES_OK                                                                   \
    }

RESPONSES_HIDDEN void responses_text_add_(struct responses_text_ *text, const char *bytes,
                                          size_t n);
/* A literal. */
RESPONSES_HIDDEN void responses_text_put_(struct responses_text_ *text, const char *literal);
/* A JSON string with its quotes. RESPONSES_E_INVALID when it is not UTF-8, or NULL. */
RESPONSES_HIDDEN void responses_text_put_string_(struct responses_text_ *text, const char *bytes,
                                                 size_t n);
/* JSON as it is, byte for byte. RESPONSES_E_INVALID when it is none, or not of this type (-1 for any). */
RESPONSES_HIDDEN void responses_text_put_json_(struct responses_text_ *text, const char *json,
                                               size_t n, int type);
RESPONSES_HIDDEN void responses_text_free_(struct responses_text_ *text);

/* How deep values may be inside each other, and how many names a path may have: the library takes a
   request of both together, 1,024 levels. */
#define RESPONSES_DEPTH_ 512

/* ---- the request ----------------------------------------------------------------------------- */

/* Set a field, or add an element to the array `name`. The text is given up in any case; where it, or
   putting it in, failed, that is remembered as 'action "name": why'. */
RESPONSES_HIDDEN int responses_request_set_(responses_request *request, const char *action,
                                            const char *name, struct responses_text_ *value,
                                            const char *why);
RESPONSES_HIDDEN int responses_request_add_(responses_request *request, const char *action,
                                            const char *name, struct responses_text_ *element,
                                            const char *why);

#endif
