#include "shapes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct stream *stream, const char *text, size_t len)
{
    memcpy(stream->bytes + stream->len, text, len);
    stream->len += len;
}

static void add_text(struct stream *stream, const char *text)
{
    add(stream, text, strlen(text));
}

static const char delta[] = "data: {\"type\":\"response.output_text.delta\",\"item_id\":\"msg_1\","
                            "\"output_index\":0,\"content_index\":0,\"delta\":\"";

static void one_event(struct stream *stream, size_t bytes)
{
    add_text(stream, delta);
    memset(stream->bytes + stream->len, 'x', bytes);
    stream->len += bytes;
    stream->text += bytes;
    add_text(stream, "\"}\n\n");
    stream->events++;
}

static void small_events(struct stream *stream, size_t bytes, const char *line_end)
{
    while (stream->len < bytes) {
        add_text(stream, delta);
        add_text(stream, "abc\"}");
        add_text(stream, line_end);
        add_text(stream, line_end);
        stream->text += 3;
        stream->events++;
    }
}

static void many_lines(struct stream *stream, size_t bytes)
{
    add_text(stream, "data: {\"type\":\"response.brand_new\",\"list\":[\n");
    while (stream->len < bytes)
        add_text(stream, "data: 1,\n");
    add_text(stream, "data: 1]}\n\n");
    stream->events++;
}

static void comments(struct stream *stream, size_t bytes)
{
    while (stream->len < bytes)
        add_text(stream, ": wait\n");
}

/* A hundred items are open at once, and each delta is for the last of them. */
static void items(struct stream *stream, size_t bytes)
{
    for (int i = 0; i < 100; i++) {
        char event[256];
        snprintf(event, sizeof event,
                 "data: {\"type\":\"response.output_item.added\",\"output_index\":%d,"
                 "\"item\":{\"id\":\"msg_%d\",\"type\":\"message\",\"content\":[]}}\n\n",
                 i, i);
        add_text(stream, event);
        stream->events++;
    }
    while (stream->len < bytes) {
        add_text(stream, "data: {\"type\":\"response.output_text.delta\",\"item_id\":\"msg_99\","
                         "\"delta\":\"abc\"}\n\n");
        stream->text += 3;
        stream->events++;
    }
}

/* Items one after the other: begun, a delta, done. */
static void answers(struct stream *stream, size_t bytes)
{
    for (int i = 0; stream->len < bytes; i++) {
        char event[512];
        snprintf(event, sizeof event,
                 "data: {\"type\":\"response.output_item.added\",\"output_index\":%d,"
                 "\"item\":{\"id\":\"m%d\"}}\n\n"
                 "data: {\"type\":\"response.output_text.delta\",\"output_index\":%d,"
                 "\"delta\":\"abc\"}\n\n"
                 "data: {\"type\":\"response.output_item.done\",\"output_index\":%d,"
                 "\"item\":{\"id\":\"m%d\"}}\n\n",
                 i, i, i, i, i);
        add_text(stream, event);
        stream->text += 3;
        stream->events += 3;
    }
}

/* A message of many parts. */
static void parts(struct stream *stream, size_t bytes)
{
    for (int i = 0; stream->len < bytes; i++) {
        char event[512];
        snprintf(event, sizeof event,
                 "data: {\"type\":\"response.content_part.added\",\"output_index\":0,"
                 "\"content_index\":%d,\"part\":{\"type\":\"output_text\",\"text\":\"\"}}\n\n"
                 "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,"
                 "\"content_index\":%d,\"delta\":\"abc\"}\n\n",
                 i, i);
        add_text(stream, event);
        stream->text += 3;
        stream->events += 2;
    }
}

struct stream stream_make(const char *shape, size_t bytes)
{
    struct stream stream = {.bytes = malloc(bytes + 65536)};
    if (!strcmp(shape, "event"))
        one_event(&stream, bytes);
    else if (!strcmp(shape, "events"))
        small_events(&stream, bytes, "\n");
    else if (!strcmp(shape, "lines"))
        many_lines(&stream, bytes);
    else if (!strcmp(shape, "carriages"))
        small_events(&stream, bytes, "\r");
    else if (!strcmp(shape, "comments"))
        comments(&stream, bytes);
    else if (!strcmp(shape, "items"))
        items(&stream, bytes);
    else if (!strcmp(shape, "answers"))
        answers(&stream, bytes);
    else if (!strcmp(shape, "parts"))
        parts(&stream, bytes);
    else
        exit(2);
    add_text(&stream, "data: {\"type\":\"response.completed\"}\n\n");
    stream.events++;
    return stream;
}
