/* Text that grows, and JSON that is written into it. */
#include "responses_request_internal.h"

static void reserve(struct responses_text_ *text, size_t more)
{
    size_t capacity = text->capacity ? text->capacity : 64;
    char *data;

    if (more >= (size_t)-1 / 2 - text->len) {
        text->status = RESPONSES_E_NOMEM;
        return;
    }
    if (text->len + more < text->capacity)
        return;
    while (capacity <= text->len + more)
        capacity *= 2;
    data = RESPONSES_REQUEST_REALLOC(text->data, capacity);
    if (data == NULL) {
        text->status = RESPONSES_E_NOMEM;
        return;
    }
    text->data = data;
    text->capacity = capacity;
}

void responses_text_add_(struct responses_text_ *text, const char *bytes, size_t n)
{
    if (text->status == RESPONSES_OK)
        reserve(text, n);
    if (text->status != RESPONSES_OK)
        return;
    memcpy(text->data + text->len, bytes, n);
    text->len += n;
    text->data[text->len] = '\0';
}

void responses_text_put_(struct responses_text_ *text, const char *literal)
{
    responses_text_add_(text, literal, strlen(literal));
}

/* The escape of a control character, a quote or a backslash. */
static void put_escape(struct responses_text_ *text, char c)
{
    static const char characters[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    static const char digits[] = "0123456789abcdef";
    const char *known = c != '\0' ? strchr(characters, c) : NULL;
    char escape[6] = "\\u00";

    if (known != NULL) {
        escape[1] = letters[known - characters];
        responses_text_add_(text, escape, 2);
    } else {
        escape[4] = digits[c >> 4 & 15];
        escape[5] = digits[c & 15];
        responses_text_add_(text, escape, 6);
    }
}

void responses_text_put_string_(struct responses_text_ *text, const char *bytes, size_t n)
{
    const char *p, *end, *plain;
    size_t len;

    if (bytes == NULL) {
        text->status = RESPONSES_E_INVALID;
        return;
    }
    end = bytes + (n == RESPONSES_NTS ? strlen(bytes) : n);
    responses_text_put_(text, "\"");
    for (plain = p = bytes; p < end && text->status == RESPONSES_OK; p += len) {
        len = responses_utf8_(p, end);
        if (len == 0) {
            text->status = RESPONSES_E_INVALID;
            return;
        }
        if ((unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
            continue;
        responses_text_add_(text, plain, (size_t)(p - plain));
        put_escape(text, *p);
        plain = p + 1;
    }
    responses_text_add_(text, plain, (size_t)(end - plain));
    responses_text_put_(text, "\"");
}

void responses_text_put_json_(struct responses_text_ *text, const char *json, size_t n, int type)
{
    int found = responses_json_check_(&json, &n, 1);

    if (found < 0 || (type >= 0 && found != type)) {
        text->status = RESPONSES_E_INVALID;
        return;
    }
    responses_text_add_(text, json, n);
}

void responses_text_free_(struct responses_text_ *text)
{
    RESPONSES_REQUEST_FREE(text->data);
    text->data = NULL;
    text->len = text->capacity = 0;
}
