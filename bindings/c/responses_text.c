/* Text that grows, and JSON that is put into it. */
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

void responses_text_put_string_(struct responses_text_ *text, const char *bytes, size_t n)
{
    size_t needed = 0;
    int status = RESPONSES_E_RANGE;

    if (text->status != RESPONSES_OK)
        return;
    if (bytes == NULL) {
        text->status = RESPONSES_E_INVALID;
        return;
    }
    if (n == RESPONSES_NTS)
        n = strlen(bytes);
    /* Most text has nothing to escape: it needs quotes and a NUL. */
    reserve(text, n + 3);
    while (text->status == RESPONSES_OK && status == RESPONSES_E_RANGE) {
        status = responses_json_quote(bytes, n, text->data + text->len, text->capacity - text->len,
                                      &needed);
        if (status == RESPONSES_OK)
            text->len += needed - 1;
        else if (status == RESPONSES_E_RANGE)
            reserve(text, needed);
        else
            text->status = status;
    }
    if (text->data != NULL)
        text->data[text->len] = '\0';
}

void responses_text_put_json_(struct responses_text_ *text, const char *json, size_t n, int type)
{
    int found, status = responses_json_check(json, n, RESPONSES_DEPTH_, &found, &json, &n);

    if (status == RESPONSES_OK && type >= 0 && found != type)
        status = RESPONSES_E_INVALID;
    if (status == RESPONSES_OK)
        responses_text_add_(text, json, n);
    else if (text->status == RESPONSES_OK)
        text->status = status;
}

void responses_text_free_(struct responses_text_ *text)
{
    RESPONSES_REQUEST_FREE(text->data);
    text->data = NULL;
    text->len = text->capacity = 0;
}
