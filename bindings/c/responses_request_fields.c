/* The fields of a request: every type of value becomes JSON. */
#include "responses_request_internal.h"

#include <locale.h>
#include <stdio.h>

int responses_request_set_string(responses_request *request, const char *name, const char *value,
                                 size_t n)
{
    struct responses_text_ text = RESPONSES_EMPTY_TEXT_;

    responses_text_put_string_(&text, value, n);
    return responses_request_set_(request, "set_string", name, &text, "not UTF-8");
}

int responses_request_set_integer(responses_request *request, const char *name, int64_t value)
{
    struct responses_text_ text = RESPONSES_EMPTY_TEXT_;
    char digits[24], *p = digits + sizeof digits;
    int negative = value < 0;

    *--p = '\0';
    do {
        *--p = (char)('0' + (negative ? -(int)(value % 10) : (int)(value % 10)));
        value /= 10;
    } while (value != 0);
    if (negative)
        *--p = '-';
    responses_text_put_(&text, p);
    return responses_request_set_(request, "set_integer", name, &text, "");
}

int responses_request_set_number(responses_request *request, const char *name, double value)
{
    struct responses_text_ text = RESPONSES_EMPTY_TEXT_;
    const char *point = localeconv()->decimal_point;
    char digits[64], *found;

    if (value - value != 0) { /* an infinity, or no number */
        text.status = RESPONSES_E_INVALID;
    } else {
        sprintf(digits, "%.15g", value);
        if (strtod(digits, NULL) != value)
            sprintf(digits, "%.17g", value);
        found = strstr(digits, point);
        if (found != NULL) {
            responses_text_add_(&text, digits, (size_t)(found - digits));
            responses_text_put_(&text, ".");
            responses_text_put_(&text, found + strlen(point));
        } else {
            responses_text_put_(&text, digits);
        }
    }
    return responses_request_set_(request, "set_number", name, &text, "not a finite number");
}

int responses_request_set_boolean(responses_request *request, const char *name, int value)
{
    struct responses_text_ text = RESPONSES_EMPTY_TEXT_;

    responses_text_put_(&text, value ? "true" : "false");
    return responses_request_set_(request, "set_boolean", name, &text, "");
}

int responses_request_set_null(responses_request *request, const char *name)
{
    struct responses_text_ text = RESPONSES_EMPTY_TEXT_;

    responses_text_put_(&text, "null");
    return responses_request_set_(request, "set_null", name, &text, "");
}

int responses_request_set_json(responses_request *request, const char *name, const char *json,
                               size_t n)
{
    struct responses_text_ text = RESPONSES_EMPTY_TEXT_;

    responses_text_put_json_(&text, json, n, -1);
    return responses_request_set_(request, "set_json", name, &text, "not JSON");
}
