/* Text that grows, for building requests and answers in tests. */
#ifndef TEST_TEXT_H
#define TEST_TEXT_H

#include <stddef.h>

struct text {
    char *data; /* always ends in NUL; NULL while empty */
    size_t len, capacity;
};

void text_add(struct text *text, const char *more);
void text_add_bytes(struct text *text, const void *bytes, size_t len);
void text_add_times(struct text *text, char byte, size_t times);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text *text);

#endif
