/*
 * Reading events by hand, as a good C programmer would who writes it for one program: lines by
 * memchr, strings 16 bytes at a time, nothing checked that the server is trusted with.
 */
#include "reader.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { SLACK = 16 };

/* The quote that ends the string, or NULL. Reads up to 15 bytes more than there are. */
static const char *string_end(const char *p, const char *end, int *has_escapes)
{
    while (p < end) {
#if defined(__SSE2__)
        const __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
        const unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(
            _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"')), _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\'))));
        if (mask == 0) {
            p += 16;
            continue;
        }
        p += __builtin_ctz(mask);
#endif
        if (*p == '"')
            return p < end ? p : NULL;
        if (*p == '\\') {
            *has_escapes = 1;
            p += 1;
        }
        p += 1;
    }
    return NULL;
}

/* The end of a value that is no string. */
static const char *other_end(const char *p, const char *end)
{
    int depth = 0, ignored;
    for (; p < end; p++) {
        switch (*p) {
        case '{':
        case '[':
            depth += 1;
            break;
        case '}':
        case ']':
            if (depth == 0)
                return p;
            depth -= 1;
            break;
        case ',':
            if (depth == 0)
                return p;
            break;
        case '"':
            p = string_end(p + 1, end, &ignored);
            if (!p)
                return NULL;
            break;
        default:
            break;
        }
    }
    return p;
}

static char *put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *out++ = (char)(0xE0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(0xF0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3F));
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

static unsigned hexadecimal(const char *p)
{
    char digits[5] = {p[0], p[1], p[2], p[3], 0};
    return (unsigned)strtoul(digits, NULL, 16);
}

static size_t unescape(char *out, const char *p, const char *end)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    char *const begin = out;
    while (p < end) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }
        const char *letter = strchr(from, p[1]);
        if (p[1] == 'u' && end - p >= 6) {
            unsigned code = hexadecimal(p + 2);
            p += 6;
            if (code >= 0xD800 && code < 0xDC00 && end - p >= 6) {
                code = 0x10000 + ((code & 0x3FF) << 10) + (hexadecimal(p + 2) & 0x3FF);
                p += 6;
            }
            out = put_utf8(out, code);
            continue;
        }
        *out++ = letter ? to[letter - from] : p[1];
        p += 2;
    }
    *out = 0;
    return (size_t)(out - begin);
}

static void take_delta(struct reader *reader, const char *start, const char *end, int has_escapes)
{
    const size_t count = (size_t)(end - start);
    if (reader->text_capacity < count + 1) {
        reader->text_capacity = count + 256;
        reader->text = realloc(reader->text, reader->text_capacity);
        if (!reader->text)
            abort();
    }
    size_t length = count;
    if (has_escapes) {
        length = unescape(reader->text, start, end);
    } else {
        memcpy(reader->text, start, count);
        reader->text[count] = 0;
    }
    reader->on_text(reader->context, reader->text, length);
}

static int is(const char *start, const char *end, const char *text)
{
    const size_t count = strlen(text);
    return (size_t)(end - start) == count && memcmp(start, text, count) == 0;
}

static void take_type(struct reader *reader, const char *type, const char *end)
{
    if (is(type, end, "response.completed"))
        reader->has_ended = 1;
}

static void scan(struct reader *reader, const char *p, size_t count)
{
    const char *end = p + count;
    const char *type = NULL, *type_end = NULL, *delta = NULL, *delta_end = NULL;
    int delta_has_escapes = 0;
    if (count == 0 || *p++ != '{')
        return;
    while (p < end && *p == '"') {
        int ignored = 0;
        const char *name = p + 1, *name_end = string_end(name, end, &ignored);
        if (!name_end || name_end[1] != ':')
            return;
        p = name_end + 2;
        if (*p == '"') {
            int has_escapes = 0;
            const char *value = p + 1, *value_end = string_end(value, end, &has_escapes);
            if (!value_end)
                return;
            if (is(name, name_end, "type")) {
                type = value;
                type_end = value_end;
            } else if (is(name, name_end, "delta")) {
                delta = value;
                delta_end = value_end;
                delta_has_escapes = has_escapes;
            }
            p = value_end + 1;
        } else {
            p = other_end(p, end);
            if (!p)
                return;
        }
        if (*p != ',')
            break;
        p += 1;
    }
    if (!type)
        return;
    take_type(reader, type, type_end);
    if (delta && is(type, type_end, "response.output_text.delta"))
        take_delta(reader, delta, delta_end, delta_has_escapes);
}

static void parse(struct reader *reader, const char *data, size_t count)
{
    json_t *event = json_loadb(data, count, 0, NULL);
    const char *type = json_string_value(json_object_get(event, "type"));
    const json_t *delta = json_object_get(event, "delta");
    if (type) {
        take_type(reader, type, type + strlen(type));
        if (delta && strcmp(type, "response.output_text.delta") == 0)
            reader->on_text(reader->context, json_string_value(delta), json_string_length(delta));
    }
    json_decref(event);
}

static void take_data(struct reader *reader, const char *data, size_t count)
{
    switch (reader->level) {
    case LEVEL_SCAN:
        scan(reader, data, count);
        break;
    case LEVEL_JANSSON:
        parse(reader, data, count);
        break;
    default:
        break;
    }
}

/* Events have one line of data each, which is what all servers of this API send. */
static void take_lines(struct reader *reader)
{
    char *const end = reader->bytes + reader->count;
    char *p = reader->bytes + reader->line, *from = reader->bytes + reader->searched;
    char *event = reader->bytes, *data = reader->data ? event + reader->data : NULL, *line_end;
    size_t data_count = reader->data_count;
    while ((line_end = memchr(from, '\n', (size_t)(end - from))) != NULL) {
        if (line_end == p) {
            if (data)
                take_data(reader, data, data_count);
            data = NULL;
            event = line_end + 1;
        } else if (memcmp(p, "data: ", 6) == 0) {
            data = p + 6;
            data_count = (size_t)(line_end - data);
        }
        p = from = line_end + 1;
    }
    reader->count = (size_t)(end - event);
    reader->line = (size_t)(p - event);
    reader->searched = reader->count;
    reader->data = data ? (size_t)(data - event) : 0;
    reader->data_count = data_count;
    if (event != reader->bytes)
        memmove(reader->bytes, event, reader->count);
}

void reader_take(struct reader *reader, const char *bytes, size_t count)
{
    if (reader->level == LEVEL_BYTES)
        return;
    if (reader->count + count + SLACK > reader->capacity) {
        reader->capacity = (reader->count + count) * 2 + SLACK;
        reader->bytes = realloc(reader->bytes, reader->capacity);
        if (!reader->bytes)
            abort();
    }
    memcpy(reader->bytes + reader->count, bytes, count);
    reader->count += count;
    take_lines(reader);
}

/* ---- answers that are no stream -------------------------------------------------------------- */

/* From one name to the next, however deep: in these answers the three names mean one thing each. */
static long scan_answer(struct reader *reader, const char *p, const char *end)
{
    long tokens = -1;
    int has_completed = 0;
    while (p < end && (p = memchr(p, '"', (size_t)(end - p))) != NULL) {
        int has_escapes = 0;
        const char *name = p + 1, *name_end = string_end(name, end, &has_escapes);
        if (!name_end)
            return -1;
        p = name_end + 1;
        if (*p != ':')
            continue;
        p += 1;
        if (is(name, name_end, "total_tokens")) {
            tokens = strtol(p, NULL, 10);
        } else if (*p == '"') {
            const char *value = p + 1, *value_end;
            has_escapes = 0;
            value_end = string_end(value, end, &has_escapes);
            if (!value_end)
                return -1;
            if (is(name, name_end, "status") && is(value, value_end, "completed"))
                has_completed = 1;
            else if (is(name, name_end, "text"))
                take_delta(reader, value, value_end, has_escapes);
            p = value_end + 1;
        }
    }
    return has_completed ? tokens : -1;
}

static long parse_answer(struct reader *reader, const char *bytes, size_t count)
{
    json_t *answer = json_loadb(bytes, count, 0, NULL), *item, *part;
    const char *status = json_string_value(json_object_get(answer, "status"));
    long tokens = -1;
    size_t i, j;
    json_array_foreach(json_object_get(answer, "output"), i, item)
    {
        json_array_foreach(json_object_get(item, "content"), j, part)
        {
            const json_t *text = json_object_get(part, "text");
            reader->on_text(reader->context, json_string_value(text), json_string_length(text));
        }
    }
    if (status && strcmp(status, "completed") == 0)
        tokens = (long)json_integer_value(
            json_object_get(json_object_get(answer, "usage"), "total_tokens"));
    json_decref(answer);
    return tokens;
}

long reader_take_answer(struct reader *reader, const char *bytes, size_t count)
{
    if (reader->level == LEVEL_JANSSON)
        return parse_answer(reader, bytes, count);
    return scan_answer(reader, bytes, bytes + count);
}

void reader_free(struct reader *reader)
{
    free(reader->bytes);
    free(reader->text);
}
