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

RESPONSES_HIDDEN void responses_text_add_(struct responses_text_ *text, const char *bytes,
                                          size_t n);
/* A literal. */
RESPONSES_HIDDEN void responses_text_put_(struct responses_text_ *text, const char *literal);
/* A JSON string with its quotes. RESPONSES_E_INVALID when it is not UTF-8, or NULL. */
RESPONSES_HIDDEN void responses_text_put_string_(struct responses_text_ *text, const char *bytes,
                                                 size_t n);
/* JSON as it is. RESPONSES_E_INVALID when it is none, or not of this type (-1 for any). */
RESPONSES_HIDDEN void responses_text_put_json_(struct responses_text_ *text, const char *json,
                                               size_t n, int type);
RESPONSES_HIDDEN void responses_text_free_(struct responses_text_ *text);

/* How deep values may be inside each other, and how many names a path may have: the library takes a
   request of both together, and what recurses here needs some 100 KiB of stack at most. */
#define RESPONSES_DEPTH_ 512

/* ---- JSON that is read ----------------------------------------------------------------------- */

/* A place in a JSON text. */
struct responses_scan_ {
    const char *p, *end;
    int depth;
    int not_finite; /* NaN or an infinity was there */
};

RESPONSES_HIDDEN struct responses_scan_ responses_scan_of_(const char *json, size_t n);
RESPONSES_HIDDEN void responses_scan_space_(struct responses_scan_ *scan);
/* Goes past a character; 0 when another one is there. */
RESPONSES_HIDDEN int responses_scan_take_(struct responses_scan_ *scan, char c);
/* Go past a string, or a value and the space around it: its type, or RESPONSES_E_INVALID. */
RESPONSES_HIDDEN int responses_scan_string_(struct responses_scan_ *scan);
RESPONSES_HIDDEN int responses_scan_value_(struct responses_scan_ *scan);
/* The next character of a string that was checked, as UTF-8 of at most four bytes, or one byte of it. */
RESPONSES_HIDDEN size_t responses_scan_character_(const char **p, const char *end, char *out);
/* Leaves out the space around a value that reaches to `end`. */
RESPONSES_HIDDEN void responses_scan_trim_(const char **json, const char *end, size_t *n);

/* The length of one UTF-8 character at p, 0 when it is none. */
RESPONSES_HIDDEN size_t responses_utf8_(const char *p, const char *end);
/* The one value that a text is: its type, or RESPONSES_E_INVALID. The space around it is left out. With
   `strict`, as a request wants it, NaN and Infinity are no JSON; what is read may have them. */
RESPONSES_HIDDEN int responses_json_check_(const char **json, size_t *n, int strict);
/* How many elements or fields a value that was checked has. */
RESPONSES_HIDDEN size_t responses_json_count_(const char *json, size_t n);

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
