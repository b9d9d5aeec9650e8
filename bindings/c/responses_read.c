/* Values of a response, for languages in which a JSON pointer and a buffer are enough. */
#include "responses_request_internal.h"

#include <locale.h>

int responses_read_integer(const responses_response *response, const char *pointer, int64_t *value)
{
    const char *text;
    int64_t number = 0;
    int type, status, negative, digit;

    status = responses_response_get(response, pointer, &type, &text, NULL);
    if (status != RESPONSES_OK)
        return status;
    if (type != RESPONSES_JSON_NUMBER)
        return RESPONSES_E_INVALID;
    negative = *text == '-';
    for (text += negative; *text >= '0' && *text <= '9'; text++) {
        /* Counted downwards, where there is room for one more. */
        digit = *text - '0';
        if (number < (INT64_MIN + digit) / 10)
            return RESPONSES_E_INVALID;
        number = number * 10 - digit;
    }
    if (*text != '\0' || (!negative && number == INT64_MIN))
        return RESPONSES_E_INVALID;
    if (value != NULL)
        *value = negative ? number : -number;
    return RESPONSES_OK;
}

int responses_read_number(const responses_response *response, const char *pointer, double *value)
{
    struct responses_text_ local = RESPONSES_EMPTY_TEXT_;
    const char *text, *point;
    char *end;
    double number;
    size_t len, whole;
    int type, status;

    status = responses_response_get(response, pointer, &type, &text, &len);
    if (status != RESPONSES_OK)
        return status;
    if (type != RESPONSES_JSON_NUMBER)
        return RESPONSES_E_INVALID;
    /* strtod wants the locale's point. */
    point = strchr(text, '.');
    whole = point != NULL ? (size_t)(point - text) : len;
    responses_text_add_(&local, text, whole);
    if (point != NULL) {
        responses_text_put_(&local, localeconv()->decimal_point);
        responses_text_add_(&local, point + 1, len - whole - 1);
    }
    status = local.status;
    if (status == RESPONSES_OK) {
        number = strtod(local.data, &end);
        if (*end != '\0' || number - number != 0)
            status = RESPONSES_E_INVALID;
        else if (value != NULL)
            *value = number;
    }
    responses_text_free_(&local);
    return status;
}

int responses_read_boolean(const responses_response *response, const char *pointer, int *value)
{
    int type, status = responses_response_get(response, pointer, &type, NULL, NULL);

    if (status != RESPONSES_OK)
        return status;
    if (type != RESPONSES_JSON_TRUE && type != RESPONSES_JSON_FALSE)
        return RESPONSES_E_INVALID;
    if (value != NULL)
        *value = type == RESPONSES_JSON_TRUE;
    return RESPONSES_OK;
}

int responses_read_string(const responses_response *response, const char *pointer, char *buffer,
                          size_t capacity, size_t *needed)
{
    const char *text;
    size_t len;
    int status = responses_response_get(response, pointer, NULL, &text, &len);

    if (needed != NULL)
        *needed = 0;
    if (status != RESPONSES_OK)
        return status;
    return responses_copy_text(text, len, buffer, capacity, needed);
}

int responses_read_count(const responses_response *response, const char *pointer, int *count)
{
    const char *text;
    size_t len;
    int type, status = responses_response_get(response, pointer, &type, &text, &len);

    if (status != RESPONSES_OK)
        return status;
    if (type != RESPONSES_JSON_ARRAY && type != RESPONSES_JSON_OBJECT)
        return RESPONSES_E_INVALID;
    return responses_json_count(text, len, "", count);
}
