/*
 * text.h - bytes that grow
 *
 * Where memory is out the program ends, with a line that says so.
 */
#ifndef COMMAND_TEXT_H
#define COMMAND_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Always ends in NUL, which is not counted, once something was added. All zero is an empty one. */
struct text {
    char *bytes;
    size_t length;
    size_t room;
};

/* Makes room for so many more bytes. */
void text_reserve(struct text *text, size_t more);
void text_add(struct text *text, const char *bytes, size_t length);
void text_append(struct text *text, const char *string);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void text_format(struct text *text, const char *format, ...);
void text_clear(struct text *text);
void text_free(struct text *text);

/* The bytes as a string; "" where nothing was added. */
const char *text_string(const struct text *text);

/* Memory that is there: the program ends where there is none. */
void *allocated(size_t size);
void *reallocated(void *memory, size_t size);
char *copied(const char *string);

/* The length of the character of UTF-8 that begins there, 1 to 4; 0 when it is none, or not whole. */
size_t utf8_character_length(const char *bytes, size_t left);

/* How many bytes from the start are whole characters of UTF-8; `length` when all are. */
size_t utf8_valid_length(const char *bytes, size_t length);

/* Base64 (RFC 4648, 4), added to a text. Decoding takes no line ends, and false says that it is not
   base64. */
void base64_encode(struct text *text, const unsigned char *bytes, size_t length);
bool base64_decode(struct text *text, const char *code, size_t length);

#endif
