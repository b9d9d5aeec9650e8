/* Writing down what the scripted server is to say, and reading what it was told. */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text.h"

static struct step *step(struct exchange *x, enum step_kind kind)
{
    if (x->count == x->capacity) {
        x->capacity = x->capacity ? 2 * x->capacity : 8;
        x->steps = realloc(x->steps, (size_t)x->capacity * sizeof *x->steps);
    }
    struct step *new = &x->steps[x->count++];
    memset(new, 0, sizeof *new);
    new->kind = kind;
    return new;
}

void say_in_pieces(struct exchange *x, const void *bytes, size_t len, size_t piece)
{
    struct step *new = step(x, SAY);
    new->bytes = malloc(len + 1);
    if (len > 0)
        memcpy(new->bytes, bytes, len);
    new->len = len;
    new->piece = piece;
}

void say_bytes(struct exchange *x, const void *bytes, size_t len)
{
    say_in_pieces(x, bytes, len, 0);
}

void say(struct exchange *x, const char *text)
{
    say_bytes(x, text, strlen(text));
}

void pause_for(struct exchange *x, int milliseconds)
{
    step(x, PAUSE)->milliseconds = milliseconds;
}

void wait_for_go(struct exchange *x)
{
    step(x, GO);
}

void await_close(struct exchange *x)
{
    step(x, AWAIT_CLOSE);
}

void hang_up(struct exchange *x)
{
    step(x, HANG_UP);
}

void slam_down(struct exchange *x)
{
    step(x, SLAM_DOWN);
}

void exchange_free(struct exchange *x)
{
    for (int i = 0; i < x->count; i++)
        free(x->steps[i].bytes);
    free(x->steps);
    free(x);
}

void answer_with(struct exchange *x, int status, const char *headers, const char *body, size_t len)
{
    struct text text = {0};
    text_addf(&text, "HTTP/1.1 %d Status %d\r\n%sContent-Length: %zu\r\n\r\n", status, status,
              headers, len);
    text_add_bytes(&text, body, len);
    say_bytes(x, text.data, text.len);
    text_free(&text);
}

void answer(struct exchange *x, int status, const char *body)
{
    answer_with(x, status, "Content-Type: application/json\r\n", body, strlen(body));
}

void stream_head(struct exchange *x, const char *more_headers)
{
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
           "Transfer-Encoding: chunked\r\n");
    say(x, more_headers);
    say(x, "\r\n");
}

void stream_chunk(struct exchange *x, const char *data, size_t len)
{
    struct text text = {0};
    text_addf(&text, "%zx\r\n", len);
    text_add_bytes(&text, data, len);
    text_add(&text, "\r\n");
    say_bytes(x, text.data, text.len);
    text_free(&text);
}

void stream_end(struct exchange *x)
{
    say(x, "0\r\n\r\n");
}

void answer_stream(struct exchange *x, const char *data, size_t len)
{
    struct text text = {0};
    stream_head(x, "");
    if (len > 0)
        text_addf(&text, "%zx\r\n", len);
    text_add_bytes(&text, data, len);
    text_add(&text, len > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n");
    say_bytes(x, text.data, text.len);
    text_free(&text);
}

/* ---- headers of a request ---- */

static const char *find_header(const char *head, const char *name, size_t *len)
{
    size_t name_len = strlen(name);
    for (const char *line = head; *line != 0;) {
        const char *end = strstr(line, "\r\n");
        if (end == NULL)
            return NULL;
        if (strncasecmp(line, name, name_len) == 0 && line[name_len] == ':') {
            const char *value = line + name_len + 1;
            while (*value == ' ' || *value == '\t')
                value++;
            *len = (size_t)(end - value);
            return value;
        }
        line = end + 2;
    }
    return NULL;
}

const char *request_header(const struct request *request, const char *name)
{
    static __thread char copy[8192];
    size_t len;
    const char *value = find_header(request->head, name, &len);
    if (value == NULL)
        return NULL;
    if (len >= sizeof copy)
        len = sizeof copy - 1;
    memcpy(copy, value, len);
    copy[len] = 0;
    return copy;
}

int request_header_count(const struct request *request, const char *name)
{
    int count = 0;
    size_t len;
    for (const char *at = request->head; (at = find_header(at, name, &len)) != NULL; at += len + 2)
        count++;
    return count;
}
