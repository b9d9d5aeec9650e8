/* One value of a JSON text by JSON pointer (RFC 6901). */
#include "responses_request_internal.h"

/* The next character of a pointer's token, its escape undone; 0 at its end. */
static char token_character(const char **token)
{
    char c = **token;

    if (c == '\0' || c == '/')
        return '\0';
    *token += c == '~' ? 2 : 1;
    return c != '~' ? c : (*token)[-1] == '0' ? '~' : '/';
}

/* Whether a JSON string, quotes and all, says what a token says. */
static int is_named(const char *json, size_t n, const char *token)
{
    const char *p = json + 1, *end = json + n - 1;
    char piece[4];
    size_t size, i;

    while (p < end) {
        size = responses_scan_character_(&p, end, piece);
        for (i = 0; i < size; i++)
            if (piece[i] == '\0' || token_character(&token) != piece[i])
                return 0;
    }
    return *token == '\0' || *token == '/';
}

/* The index a token is, -1 when it is none. */
static long token_index(const char *token)
{
    long index = 0;
    const char *p;

    for (p = token; *p >= '0' && *p <= '9' && index < 100000000; p++)
        index = index * 10 + (*p - '0');
    if (p == token || (*p != '\0' && *p != '/') || (*token == '0' && p > token + 1))
        return -1;
    return index;
}

/* Goes one token down. Of fields with the same name the last counts. */
static int descend(const char **json, size_t *n, const char *token)
{
    struct responses_scan_ scan = responses_scan_of_(*json, *n);
    int type = **json == '{' ? RESPONSES_JSON_OBJECT : RESPONSES_JSON_ARRAY;
    long wanted = token_index(token), index = 0;
    const char *begin, *found = NULL, *end = NULL;

    if (**json != '{' && **json != '[')
        return RESPONSES_E_RANGE;
    scan.p++;
    responses_scan_space_(&scan);
    if (responses_scan_take_(&scan, ']') || responses_scan_take_(&scan, '}'))
        return RESPONSES_E_RANGE;
    do {
        int here = index++ == wanted;
        if (type == RESPONSES_JSON_OBJECT) {
            responses_scan_space_(&scan);
            begin = scan.p;
            responses_scan_string_(&scan);
            here = is_named(begin, (size_t)(scan.p - begin), token);
            responses_scan_space_(&scan);
            responses_scan_take_(&scan, ':');
        }
        begin = scan.p;
        responses_scan_value_(&scan);
        if (here) {
            found = begin;
            end = scan.p;
            if (type == RESPONSES_JSON_ARRAY)
                break;
        }
    } while (responses_scan_take_(&scan, ','));
    if (found == NULL)
        return RESPONSES_E_RANGE;
    *json = found;
    responses_scan_trim_(json, end, n);
    return RESPONSES_OK;
}

static int is_pointer(const char *pointer)
{
    if (pointer == NULL || (*pointer != '\0' && *pointer != '/'))
        return 0;
    for (; *pointer != '\0'; pointer++)
        if (*pointer == '~' && pointer[1] != '0' && pointer[1] != '1')
            return 0;
    return 1;
}

int responses_json_get(const char *json, size_t n, const char *pointer, int *type,
                       const char **value, size_t *len)
{
    struct responses_scan_ scan;
    int status = responses_json_check_(&json, &n, 0);

    if (status < 0 || !is_pointer(pointer))
        return RESPONSES_E_INVALID;
    for (; *pointer == '/'; pointer += strcspn(pointer, "/")) {
        status = descend(&json, &n, ++pointer);
        if (status != RESPONSES_OK)
            return status;
    }
    scan = responses_scan_of_(json, n);
    status = responses_scan_value_(&scan);
    if (type != NULL)
        *type = status;
    if (value != NULL)
        *value = json;
    if (len != NULL)
        *len = n;
    return RESPONSES_OK;
}

int responses_json_read_string(const char *json, size_t n, const char *pointer, char *buffer,
                               size_t capacity, size_t *needed)
{
    const char *value;
    size_t len;
    int type, status = responses_json_get(json, n, pointer, &type, &value, &len);

    if (needed != NULL)
        *needed = 0;
    if (status != RESPONSES_OK)
        return status;
    if (type == RESPONSES_JSON_STRING)
        return responses_json_text(value, len, buffer, capacity, needed);
    return responses_copy_text(value, len, buffer, capacity, needed);
}
