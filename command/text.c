/*
 * text.c - bytes that grow, UTF-8 and base64
 */
#include "text.h"

#include "outcome.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void memory_is_out(void)
{
    fputs("responses: out of memory\n", stderr);
    _Exit(OUTCOME_OTHER);
}

void *allocated(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);

    if (memory == NULL)
        memory_is_out();
    return memory;
}

void *reallocated(void *memory, size_t size)
{
    memory = realloc(memory, size > 0 ? size : 1);
    if (memory == NULL)
        memory_is_out();
    return memory;
}

char *copied(const char *string)
{
    size_t size = strlen(string) + 1;

    return memcpy(allocated(size), string, size);
}

void text_reserve(struct text *text, size_t more)
{
    size_t room = text->room > 0 ? text->room : 256;

    if (more >= SIZE_MAX / 2 - text->length)
        memory_is_out();
    while (room <= text->length + more)
        room *= 2;
    if (room != text->room) {
        text->bytes = reallocated(text->bytes, room);
        text->room = room;
    }
}

void text_add(struct text *text, const char *bytes, size_t length)
{
    text_reserve(text, length);
    if (length > 0)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_append(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_format(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    text_reserve(text, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

const char *text_string(const struct text *text)
{
    return text->bytes != NULL ? text->bytes : "";
}

/* The table of well-formed sequences: The Unicode Standard, 3.9, table 3-7. */
size_t utf8_character_length(const char *bytes, size_t left)
{
    const unsigned char *at = (const unsigned char *)bytes;
    unsigned char low = 0x80, high = 0xbf;
    size_t length, i;

    if (left == 0)
        return 0;
    if (at[0] < 0x80)
        return 1;
    if (at[0] >= 0xc2 && at[0] <= 0xdf)
        length = 2;
    else if (at[0] >= 0xe0 && at[0] <= 0xef)
        length = 3;
    else if (at[0] >= 0xf0 && at[0] <= 0xf4)
        length = 4;
    else
        return 0;
    if (length > left)
        return 0;
    if (at[0] == 0xe0)
        low = 0xa0;
    else if (at[0] == 0xed)
        high = 0x9f;
    else if (at[0] == 0xf0)
        low = 0x90;
    else if (at[0] == 0xf4)
        high = 0x8f;
    if (at[1] < low || at[1] > high)
        return 0;
    for (i = 2; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

size_t utf8_valid_length(const char *bytes, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t step = utf8_character_length(bytes + at, length - at);

        if (step == 0)
            break;
        at += step;
    }
    return at;
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct text *text, const unsigned char *bytes, size_t length)
{
    size_t i;

    text_reserve(text, length / 3 * 4 + 4);
    for (i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t three = (uint32_t)bytes[i] << 16;
        char four[4];

        if (left > 1)
            three |= (uint32_t)bytes[i + 1] << 8;
        if (left > 2)
            three |= bytes[i + 2];
        four[0] = alphabet[three >> 18];
        four[1] = alphabet[three >> 12 & 63];
        four[2] = left > 1 ? alphabet[three >> 6 & 63] : '=';
        four[3] = left > 2 ? alphabet[three & 63] : '=';
        text_add(text, four, sizeof four);
    }
}

bool base64_decode(struct text *text, const char *code, size_t length)
{
    uint32_t bits = 0;
    int held = 0;
    size_t i;

    if (length % 4 != 0)
        return false;
    if (length > 0 && code[length - 1] == '=')
        length--;
    if (length > 0 && code[length - 1] == '=')
        length--;
    text_reserve(text, length / 4 * 3 + 3);
    for (i = 0; i < length; i++) {
        const char *found = code[i] != '\0' ? strchr(alphabet, code[i]) : NULL;

        if (found == NULL)
            return false;
        bits = (bits << 6 | (uint32_t)(found - alphabet)) & 0xffffff;
        held += 6;
        if (held >= 8) {
            char byte;

            held -= 8;
            byte = (char)(bits >> held & 0xff);
            text_add(text, &byte, 1);
        }
    }
    return true;
}
