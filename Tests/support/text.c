#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct text *text, size_t more)
{
    size_t needed = text->len + more + 1;
    if (needed <= text->capacity)
        return;
    size_t capacity = text->capacity ? text->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    text->data = realloc(text->data, capacity);
    if (text->data == NULL)
        abort();
    text->capacity = capacity;
}

void text_add_bytes(struct text *text, const void *bytes, size_t len)
{
    reserve(text, len);
    memcpy(text->data + text->len, bytes, len);
    text->len += len;
    text->data[text->len] = 0;
}

void text_add(struct text *text, const char *more)
{
    text_add_bytes(text, more, strlen(more));
}

void text_add_times(struct text *text, char byte, size_t times)
{
    reserve(text, times);
    memset(text->data + text->len, byte, times);
    text->len += times;
    text->data[text->len] = 0;
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (len < 0)
        abort();
    reserve(text, (size_t)len);
    vsnprintf(text->data + text->len, (size_t)len + 1, format, again);
    va_end(again);
    text->len += (size_t)len;
}

void text_free(struct text *text)
{
    free(text->data);
    memset(text, 0, sizeof *text);
}
