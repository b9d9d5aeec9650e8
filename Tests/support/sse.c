#include "sse.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sse_begin(struct sse *sse, const char *response_id)
{
    memset(sse, 0, sizeof *sse);
    sse->response_id = response_id;
    sse->line_end = "\n";
}

void sse_free(struct sse *sse)
{
    text_free(&sse->text);
    text_free(&sse->output);
}

void sse_event(struct sse *sse, const char *type, const char *members)
{
    if (!sse->without_event_line)
        text_addf(&sse->text, "event: %s%s", type, sse->line_end);
    text_addf(&sse->text, "data: {\"type\":\"%s\"", type);
    if (sse->next_sequence >= 0)
        text_addf(&sse->text, ",\"sequence_number\":%" PRId64, sse->next_sequence++);
    if (members[0] != 0)
        text_addf(&sse->text, ",%s", members);
    text_addf(&sse->text, "}%s%s", sse->line_end, sse->line_end);
    if (sse->count == SSE_MAX_EVENTS)
        abort();
    sse->end[sse->count++] = sse->text.len;
}

void sse_eventf(struct sse *sse, const char *type, const char *members, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, members);
    if (vasprintf(&text, members, arguments) < 0)
        abort();
    va_end(arguments);
    sse_event(sse, type, text);
    free(text);
}

void sse_raw(struct sse *sse, const char *bytes)
{
    text_add(&sse->text, bytes);
}

static void response_event(struct sse *sse, const char *type, const char *status, const char *more)
{
    int finished = strcmp(status, "completed") == 0 || strcmp(status, "incomplete") == 0;
    sse_eventf(sse, type,
               "\"response\":{\"id\":\"%s\",\"object\":\"response\",\"status\":\"%s\","
               "\"model\":\"m\",\"output\":[%s]%s}",
               sse->response_id, status, sse->output.data ? sse->output.data : "",
               finished && more[0] == 0
                   ? ",\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}"
                   : more);
}

void sse_created(struct sse *sse)
{
    response_event(sse, "response.created", "in_progress", "");
}

void sse_queued(struct sse *sse)
{
    response_event(sse, "response.queued", "queued", "");
}

void sse_in_progress(struct sse *sse)
{
    response_event(sse, "response.in_progress", "in_progress", "");
}

void sse_keepalive(struct sse *sse)
{
    sse_event(sse, "keepalive", "");
}

void sse_completed(struct sse *sse)
{
    response_event(sse, "response.completed", "completed", "");
}

void sse_incomplete(struct sse *sse, const char *reason)
{
    char more[256];
    snprintf(more, sizeof more, ",\"incomplete_details\":{\"reason\":\"%s\"}", reason);
    response_event(sse, "response.incomplete", "incomplete", more);
}

void sse_failed(struct sse *sse, const char *code, const char *message)
{
    char more[1024];
    snprintf(more, sizeof more, ",\"error\":{\"code\":\"%s\",\"message\":\"%s\"}", code, message);
    response_event(sse, "response.failed", "failed", more);
}

void sse_error_nested(struct sse *sse, const char *code, const char *message)
{
    sse_eventf(sse, "error",
               "\"error\":{\"type\":\"invalid_request_error\",\"code\":\"%s\","
               "\"message\":\"%s\",\"param\":\"input\"}",
               code, message);
}

void sse_error_flat(struct sse *sse, const char *code, const char *message)
{
    sse_eventf(sse, "error", "\"code\":\"%s\",\"message\":\"%s\",\"param\":null", code, message);
}

void sse_message_added(struct sse *sse, int output_index, const char *item_id)
{
    sse_eventf(sse, "response.output_item.added",
               "\"output_index\":%d,\"item\":{\"id\":\"%s\",\"type\":\"message\","
               "\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}",
               output_index, item_id);
}

void sse_part_added(struct sse *sse, int output_index, const char *item_id)
{
    sse_eventf(sse, "response.content_part.added",
               "\"item_id\":\"%s\",\"output_index\":%d,\"content_index\":0,"
               "\"part\":{\"type\":\"output_text\",\"annotations\":[],\"text\":\"\"}",
               item_id, output_index);
}

void sse_delta(struct sse *sse, int output_index, const char *item_id, const char *text)
{
    sse_eventf(sse, "response.output_text.delta",
               "\"item_id\":\"%s\",\"output_index\":%d,\"content_index\":0,\"delta\":\"%s\","
               "\"logprobs\":[],\"obfuscation\":\"xyz\"",
               item_id, output_index, text);
}

void sse_text_done(struct sse *sse, int output_index, const char *item_id, const char *text)
{
    sse_eventf(sse, "response.output_text.done",
               "\"item_id\":\"%s\",\"output_index\":%d,\"content_index\":0,\"text\":\"%s\"",
               item_id, output_index, text);
}

void sse_part_done(struct sse *sse, int output_index, const char *item_id, const char *text)
{
    sse_eventf(sse, "response.content_part.done",
               "\"item_id\":\"%s\",\"output_index\":%d,\"content_index\":0,"
               "\"part\":{\"type\":\"output_text\",\"annotations\":[],\"text\":\"%s\"}",
               item_id, output_index, text);
}

static void item_done(struct sse *sse, int output_index, const char *item)
{
    sse_eventf(sse, "response.output_item.done", "\"output_index\":%d,\"item\":%s", output_index,
               item);
    if (sse->output.len > 0)
        text_add(&sse->output, ",");
    text_add(&sse->output, item);
}

void sse_message_done(struct sse *sse, int output_index, const char *item_id, const char *text)
{
    struct text item = {0};
    text_addf(&item,
              "{\"id\":\"%s\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
              "\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"text\":\"%s\"}]}",
              item_id, text);
    item_done(sse, output_index, item.data);
    text_free(&item);
}

void sse_message(struct sse *sse, int output_index, const char *item_id, const char **deltas)
{
    struct text all = {0};
    text_add(&all, "");
    sse_message_added(sse, output_index, item_id);
    sse_part_added(sse, output_index, item_id);
    for (; *deltas != NULL; deltas++) {
        sse_delta(sse, output_index, item_id, *deltas);
        text_add(&all, *deltas);
    }
    sse_text_done(sse, output_index, item_id, all.data);
    sse_part_done(sse, output_index, item_id, all.data);
    sse_message_done(sse, output_index, item_id, all.data);
    text_free(&all);
}

void sse_function_added(struct sse *sse, int output_index, const char *item_id, const char *call_id,
                        const char *name)
{
    sse_eventf(sse, "response.output_item.added",
               "\"output_index\":%d,\"item\":{\"id\":\"%s\",\"type\":\"function_call\","
               "\"status\":\"in_progress\",\"arguments\":\"\",\"call_id\":\"%s\",\"name\":\"%s\"}",
               output_index, item_id, call_id, name);
}

void sse_arguments_delta(struct sse *sse, int output_index, const char *item_id, const char *text)
{
    sse_eventf(sse, "response.function_call_arguments.delta",
               "\"item_id\":\"%s\",\"output_index\":%d,\"delta\":\"%s\"", item_id, output_index,
               text);
}

void sse_arguments_done(struct sse *sse, int output_index, const char *item_id, const char *text)
{
    sse_eventf(sse, "response.function_call_arguments.done",
               "\"item_id\":\"%s\",\"output_index\":%d,\"arguments\":\"%s\"", item_id, output_index,
               text);
}

void sse_function_done(struct sse *sse, int output_index, const char *item_id, const char *call_id,
                       const char *name, const char *arguments)
{
    struct text item = {0};
    text_addf(&item,
              "{\"id\":\"%s\",\"type\":\"function_call\",\"status\":\"completed\","
              "\"arguments\":\"%s\",\"call_id\":\"%s\",\"name\":\"%s\"}",
              item_id, arguments, call_id, name);
    item_done(sse, output_index, item.data);
    text_free(&item);
}

void sse_hello(struct sse *sse, const char *response_id)
{
    sse_begin(sse, response_id);
    sse_created(sse);
    sse_in_progress(sse);
    sse_message(sse, 0, "msg_1", (const char *[]){"Hello", ", ", "world!", NULL});
    sse_completed(sse);
}
