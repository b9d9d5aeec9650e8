/* JSON text, read where it lies: is it valid, where is a value, what does a string say. */
#include "responses_request_internal.h"

void responses_scan_space_(struct responses_scan_ *scan)
{
    while (scan->p < scan->end &&
           (*scan->p == ' ' || *scan->p == '\t' || *scan->p == '\n' || *scan->p == '\r'))
        scan->p++;
}

/* Goes past a character. */
int responses_scan_take_(struct responses_scan_ *scan, char c)
{
    if (scan->p == scan->end || *scan->p != c)
        return 0;
    scan->p++;
    return 1;
}

size_t responses_utf8_(const char *p, const char *end)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t left = (size_t)(end - p), len, i;
    unsigned low = 0x80, high = 0xBF;

    if (left == 0)
        return 0;
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    len = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (left < len)
        return 0;
    if (s[0] == 0xE0)
        low = 0xA0; /* else too long a form */
    else if (s[0] == 0xED)
        high = 0x9F; /* surrogates */
    else if (s[0] == 0xF0)
        low = 0x90;
    else if (s[0] == 0xF4)
        high = 0x8F; /* beyond U+10FFFF */
    if (s[1] < low || s[1] > high)
        return 0;
    for (i = 2; i < len; i++)
        if (s[i] < 0x80 || s[i] > 0xBF)
            return 0;
    return len;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Four hexadecimal digits, -1 without them. */
static long hex4(const char *p, const char *end)
{
    long value = 0;
    int i, digit;

    if (end - p < 4)
        return -1;
    for (i = 0; i < 4; i++) {
        digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

int responses_scan_string_(struct responses_scan_ *scan)
{
    size_t len;

    if (!responses_scan_take_(scan, '"'))
        return RESPONSES_E_INVALID;
    while (scan->p < scan->end && *scan->p != '"') {
        if ((unsigned char)*scan->p < 0x20)
            return RESPONSES_E_INVALID;
        if (*scan->p != '\\') {
            len = responses_utf8_(scan->p, scan->end);
            if (len == 0)
                return RESPONSES_E_INVALID;
            scan->p += len;
            continue;
        }
        if (++scan->p == scan->end)
            return RESPONSES_E_INVALID;
        if (*scan->p == 'u') {
            if (hex4(scan->p + 1, scan->end) < 0)
                return RESPONSES_E_INVALID;
            scan->p += 5;
        } else if (*scan->p != '\0' && strchr("\"\\/bfnrt", *scan->p) != NULL) {
            scan->p++;
        } else {
            return RESPONSES_E_INVALID;
        }
    }
    return responses_scan_take_(scan, '"') ? RESPONSES_JSON_STRING : RESPONSES_E_INVALID;
}

static int scan_digits(struct responses_scan_ *scan)
{
    const char *begin = scan->p;

    while (scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9')
        scan->p++;
    return scan->p > begin;
}

static int scan_word(struct responses_scan_ *scan, const char *word, int type)
{
    size_t len = strlen(word);

    if ((size_t)(scan->end - scan->p) < len || memcmp(scan->p, word, len) != 0)
        return RESPONSES_E_INVALID;
    scan->p += len;
    return type;
}

/* A number that JSON does not have and servers send. */
static int scan_not_finite(struct responses_scan_ *scan, const char *word)
{
    scan->not_finite = 1;
    return scan_word(scan, word, RESPONSES_JSON_NUMBER);
}

static int scan_number(struct responses_scan_ *scan)
{
    if (responses_scan_take_(scan, '-') && scan->p < scan->end && *scan->p == 'I')
        return scan_not_finite(scan, "Infinity");
    if (!responses_scan_take_(scan, '0') && !scan_digits(scan))
        return RESPONSES_E_INVALID;
    if (responses_scan_take_(scan, '.') && !scan_digits(scan))
        return RESPONSES_E_INVALID;
    if (responses_scan_take_(scan, 'e') || responses_scan_take_(scan, 'E')) {
        if (!responses_scan_take_(scan, '+'))
            responses_scan_take_(scan, '-');
        if (!scan_digits(scan))
            return RESPONSES_E_INVALID;
    }
    return RESPONSES_JSON_NUMBER;
}

/* One element of an array, or one field of an object with its name. */
static int scan_element(struct responses_scan_ *scan, int of)
{
    if (of == RESPONSES_JSON_OBJECT) {
        responses_scan_space_(scan);
        if (responses_scan_string_(scan) < 0)
            return RESPONSES_E_INVALID;
        responses_scan_space_(scan);
        if (!responses_scan_take_(scan, ':'))
            return RESPONSES_E_INVALID;
    }
    return responses_scan_value_(scan);
}

static int scan_elements(struct responses_scan_ *scan, int type)
{
    char close = type == RESPONSES_JSON_OBJECT ? '}' : ']';

    scan->p++;
    responses_scan_space_(scan);
    if (responses_scan_take_(scan, close))
        return type;
    do {
        if (scan_element(scan, type) < 0)
            return RESPONSES_E_INVALID;
    } while (responses_scan_take_(scan, ','));
    return responses_scan_take_(scan, close) ? type : RESPONSES_E_INVALID;
}

/* One value and the space around it. */
int responses_scan_value_(struct responses_scan_ *scan)
{
    int type = RESPONSES_E_INVALID;

    responses_scan_space_(scan);
    if (scan->p == scan->end || scan->depth == RESPONSES_DEPTH_)
        return RESPONSES_E_INVALID;
    scan->depth++;
    switch (*scan->p) {
    case '{':
        type = scan_elements(scan, RESPONSES_JSON_OBJECT);
        break;
    case '[':
        type = scan_elements(scan, RESPONSES_JSON_ARRAY);
        break;
    case '"':
        type = responses_scan_string_(scan);
        break;
    case 't':
        type = scan_word(scan, "true", RESPONSES_JSON_TRUE);
        break;
    case 'f':
        type = scan_word(scan, "false", RESPONSES_JSON_FALSE);
        break;
    case 'n':
        type = scan_word(scan, "null", RESPONSES_JSON_NULL);
        break;
    case 'N':
        type = scan_not_finite(scan, "NaN");
        break;
    case 'I':
        type = scan_not_finite(scan, "Infinity");
        break;
    default:
        type = scan_number(scan);
    }
    scan->depth--;
    responses_scan_space_(scan);
    return type;
}

struct responses_scan_ responses_scan_of_(const char *json, size_t n)
{
    struct responses_scan_ scan;

    scan.p = json;
    scan.end = json + n;
    scan.depth = 0;
    scan.not_finite = 0;
    return scan;
}

/* Leaves out the space around a value. */
void responses_scan_trim_(const char **json, const char *end, size_t *n)
{
    struct responses_scan_ scan = responses_scan_of_(*json, (size_t)(end - *json));

    responses_scan_space_(&scan);
    while (end > scan.p && strchr(" \t\r\n", end[-1]) != NULL)
        end--;
    *json = scan.p;
    *n = (size_t)(end - scan.p);
}

int responses_json_check_(const char **json, size_t *n, int strict)
{
    struct responses_scan_ scan;
    int type;

    if (*json == NULL)
        return RESPONSES_E_INVALID;
    if (*n == RESPONSES_NTS)
        *n = strlen(*json);
    scan = responses_scan_of_(*json, *n);
    type = responses_scan_value_(&scan);
    if (type < 0 || scan.p != scan.end || (strict && scan.not_finite))
        return RESPONSES_E_INVALID;
    responses_scan_trim_(json, scan.end, n);
    return type;
}

size_t responses_json_count_(const char *json, size_t n)
{
    struct responses_scan_ scan = responses_scan_of_(json, n);
    int type = *json == '{' ? RESPONSES_JSON_OBJECT : RESPONSES_JSON_ARRAY;
    size_t count = 0;

    scan.p++;
    responses_scan_space_(&scan);
    if (responses_scan_take_(&scan, ']') || responses_scan_take_(&scan, '}'))
        return 0;
    do {
        if (scan_element(&scan, type) < 0)
            return count;
        count++;
    } while (responses_scan_take_(&scan, ','));
    return count;
}

/* ---- strings --------------------------------------------------------------------------------- */

static size_t encode(long c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* The next byte or character inside a string that was checked, as UTF-8. A surrogate without its other
   half is U+FFFD, as it has no UTF-8 of its own. */
size_t responses_scan_character_(const char **p, const char *end, char *out)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    const char *letter;
    long c, low;

    if (**p != '\\') {
        out[0] = *(*p)++;
        return 1;
    }
    if ((*p)[1] != 'u') {
        letter = strchr(letters, (*p)[1]);
        out[0] = letter != NULL ? meanings[letter - letters] : (*p)[1];
        *p += 2;
        return 1;
    }
    c = hex4(*p + 2, end);
    *p += 6;
    if (c >= 0xD800 && c < 0xDC00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        low = hex4(*p + 2, end);
        if (low >= 0xDC00 && low < 0xE000) {
            *p += 6;
            return encode(0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00), out);
        }
    }
    return encode(c >= 0xD800 && c < 0xE000 ? 0xFFFD : c, out);
}

int responses_json_text(const char *json, size_t n, char *buffer, size_t capacity, size_t *needed)
{
    const char *p, *end;
    char piece[4];
    size_t len = 0, size, i;

    if (needed != NULL)
        *needed = 0;
    if ((buffer == NULL && capacity > 0) ||
        responses_json_check_(&json, &n, 0) != RESPONSES_JSON_STRING)
        return RESPONSES_E_INVALID;
    end = json + n - 1;
    for (p = json + 1; p < end;) {
        size = responses_scan_character_(&p, end, piece);
        for (i = 0; i < size; i++, len++)
            if (len + 1 < capacity)
                buffer[len] = piece[i];
    }
    if (capacity > 0)
        buffer[len < capacity ? len : capacity - 1] = '\0';
    if (needed != NULL)
        *needed = len + 1;
    return len < capacity ? RESPONSES_OK : RESPONSES_E_RANGE;
}
