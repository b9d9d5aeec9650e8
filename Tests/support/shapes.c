#include "shapes.h"
#include "test.h"

static void begin(struct shape *shape, const char *response_id)
{
    memset(shape, 0, sizeof *shape);
    sse_begin(&shape->sse, response_id);
}

void shape_free(struct shape *shape)
{
    sse_free(&shape->sse);
}

/* What holds from the event on that is added next. */
static void next_says(struct shape *shape, const char *pointer, const char *value)
{
    if (shape->mark_count == (int)COUNT(shape->marks))
        abort();
    shape->marks[shape->mark_count++] = (struct mark){shape->sse.count, pointer, value};
}

void shape_check(const struct shape *shape, int count, const responses_response *response)
{
    for (int i = 0; i < shape->mark_count; i++) {
        const char *pointer = shape->marks[i].pointer, *expected = "<nothing>";
        for (int k = 0; k < shape->mark_count; k++)
            if (shape->marks[k].first < count && !strcmp(shape->marks[k].pointer, pointer))
                expected = shape->marks[k].value;
        const char *found = value_at(response, pointer);
        if (strcmp(found, expected) != 0)
            fail_msg("after %d events %s is \"%s\", not \"%s\"", count, pointer, found, expected);
    }
}

/* ---- events as they are on the wire ---- */

/* An event that carries the whole response; the finished items are in it once it is over. */
static void whole(struct shape *shape, const char *type, const char *status, int background)
{
    struct sse *sse = &shape->sse;
    int over = !strcmp(status, "completed");
    next_says(shape, "/status", status);
    sse_eventf(sse, type,
               "\"response\":{\"id\":\"%s\",\"object\":\"response\",\"created_at\":1771881670,"
               "\"status\":\"%s\",\"background\":%s,\"error\":null,\"incomplete_details\":null,"
               "\"model\":\"m-2026-01-01\",\"output\":[%s],\"reasoning\":{\"effort\":null},"
               "\"tools\":[],\"usage\":%s,\"metadata\":{}}",
               sse->response_id, status, background ? "true" : "false",
               over ? sse->output.data : "",
               over ? "{\"input_tokens\":15,\"output_tokens\":9,\"total_tokens\":24}" : "null");
}

static void begins(struct shape *shape, int background)
{
    next_says(shape, "/id", shape->sse.response_id);
    whole(shape, "response.created", background ? "queued" : "in_progress", background);
    if (background)
        whole(shape, "response.queued", "queued", background);
    whole(shape, "response.in_progress", "in_progress", background);
}

static void done(struct shape *shape, int output_index, const char *item)
{
    struct sse *sse = &shape->sse;
    sse_eventf(sse, "response.output_item.done", "\"output_index\":%d,\"item\":%s", output_index,
               item);
    if (sse->output.len > 0)
        text_add(&sse->output, ",");
    text_add(&sse->output, item);
}

/* The events of one part: its type, the member that indexes it, and the texts that grow. */
struct part {
    const char *type, *member, *text_event, *part_event, *index, *pointer, *item_id;
    int output_index, number;
};

/* `deltas` and, for each, what the text has become. Ends in NULL. */
static void grow(struct shape *shape, const struct part *part, const char *const deltas[][2])
{
    struct sse *sse = &shape->sse;
    char type[64], place[128];
    const char *all = "";
    snprintf(place, sizeof place, "\"item_id\":\"%s\",\"output_index\":%d,\"%s\":%d", part->item_id,
             part->output_index, part->index, part->number);
    next_says(shape, part->pointer, "");
    snprintf(type, sizeof type, "response.%s.added", part->part_event);
    sse_eventf(sse, type, "%s,\"part\":{\"type\":\"%s\",\"%s\":\"\"}", place, part->type,
               part->member);
    snprintf(type, sizeof type, "response.%s.delta", part->text_event);
    for (int i = 0; deltas[i][0] != NULL; i++) {
        next_says(shape, part->pointer, all = deltas[i][1]);
        sse_eventf(sse, type, "%s,\"delta\":\"%s\",\"obfuscation\":\"7VLGp4ah\"", place,
                   deltas[i][0]);
    }
    snprintf(type, sizeof type, "response.%s.done", part->text_event);
    sse_eventf(sse, type, "%s,\"%s\":\"%s\"", place, part->member, all);
    snprintf(type, sizeof type, "response.%s.done", part->part_event);
    sse_eventf(sse, type, "%s,\"part\":{\"type\":\"%s\",\"%s\":\"%s\"}", place, part->type,
               part->member, all);
}

/* ---- the shapes ---- */

static void capital(struct shape *shape, int output_index, const char *name, const char *arguments)
{
    struct sse *sse = &shape->sse;
    next_says(shape, name, "get_capital");
    next_says(shape, arguments, "");
    sse_function_added(sse, output_index, "fc_1", "call_kL0", "get_capital");
    next_says(shape, arguments, "{\"");
    sse_arguments_delta(sse, output_index, "fc_1", "{\\\"");
    next_says(shape, arguments, "{\"country");
    sse_arguments_delta(sse, output_index, "fc_1", "country");
    next_says(shape, arguments, "{\"country\":\"C\xC3\xB4te ");
    sse_arguments_delta(sse, output_index, "fc_1", "\\\":\\\"C\\u00f4te ");
    next_says(shape, arguments, "{\"country\":\"C\xC3\xB4te d'Ivoire\"}");
    sse_arguments_delta(sse, output_index, "fc_1", "d'Ivoire\\\"}");
    sse_arguments_done(sse, output_index, "fc_1", "{\\\"country\\\":\\\"C\\u00f4te d'Ivoire\\\"}");
    sse_function_done(sse, output_index, "fc_1", "call_kL0", "get_capital",
                      "{\\\"country\\\":\\\"C\\u00f4te d'Ivoire\\\"}");
}

void shape_function_call(struct shape *shape)
{
    begin(shape, "resp_fc");
    begins(shape, 0);
    capital(shape, 0, "/output/0/name", "/output/0/arguments");
    next_says(shape, "/output/1/name", "now");
    next_says(shape, "/output/1/arguments", "");
    sse_function_added(&shape->sse, 1, "fc_2", "call_x9", "now");
    next_says(shape, "/output/1/arguments", "{}");
    sse_arguments_delta(&shape->sse, 1, "fc_2", "{}");
    sse_arguments_done(&shape->sse, 1, "fc_2", "{}");
    sse_function_done(&shape->sse, 1, "fc_2", "call_x9", "now", "{}");
    next_says(shape, "/usage/total_tokens", "24");
    whole(shape, "response.completed", "completed", 0);
}

static struct part summary(int number, const char *pointer)
{
    return (struct part){.type = "summary_text",
                         .member = "text",
                         .text_event = "reasoning_summary_text",
                         .part_event = "reasoning_summary_part",
                         .index = "summary_index",
                         .pointer = pointer,
                         .item_id = "rs_1",
                         .number = number};
}

static struct part content(const char *type, const char *member, const char *text_event,
                           const char *item_id, int output_index, const char *pointer)
{
    return (struct part){.type = type,
                         .member = member,
                         .text_event = text_event,
                         .part_event = "content_part",
                         .index = "content_index",
                         .pointer = pointer,
                         .item_id = item_id,
                         .output_index = output_index};
}

void shape_reasoning(struct shape *shape)
{
    struct part first = summary(0, "/output/0/summary/0/text");
    struct part second = summary(1, "/output/0/summary/1/text");
    struct part thought =
        content("reasoning_text", "text", "reasoning_text", "rs_1", 0, "/output/0/content/0/text");
    struct part text =
        content("output_text", "text", "output_text", "msg_1", 1, "/output/1/content/0/text");
    begin(shape, "resp_rs");
    begins(shape, 0);
    next_says(shape, "/output/0/type", "reasoning");
    sse_event(&shape->sse, "response.output_item.added",
              "\"output_index\":0,\"item\":{\"id\":\"rs_1\",\"type\":\"reasoning\","
              "\"encrypted_content\":\"gAAAAABow1Cb\",\"summary\":[]}");
    grow(shape, &first,
         (const char *const[][2]){{"Add", "Add"}, {"ing up", "Adding up"}, {NULL, NULL}});
    grow(shape, &second, (const char *const[][2]){{"Check", "Check"}, {NULL, NULL}});
    grow(shape, &thought,
         (const char *const[][2]){{"2+2", "2+2"}, {" is 4", "2+2 is 4"}, {NULL, NULL}});
    done(shape, 0,
         "{\"id\":\"rs_1\",\"type\":\"reasoning\",\"encrypted_content\":\"gAAAAABow1Cf\","
         "\"summary\":[{\"type\":\"summary_text\",\"text\":\"Adding up\"},"
         "{\"type\":\"summary_text\",\"text\":\"Check\"}],"
         "\"content\":[{\"type\":\"reasoning_text\",\"text\":\"2+2 is 4\"}]}");
    next_says(shape, "/output/1/type", "message");
    sse_message_added(&shape->sse, 1, "msg_1");
    grow(shape, &text, (const char *const[][2]){{"Fo", "Fo"}, {"ur.", "Four."}, {NULL, NULL}});
    done(shape, 1,
         "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
         "\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"text\":\"Four.\"}]}");
    whole(shape, "response.completed", "completed", 0);
}

void shape_refusal(struct shape *shape)
{
    struct part refusal =
        content("refusal", "refusal", "refusal", "msg_1", 0, "/output/0/content/0/refusal");
    begin(shape, "resp_no");
    begins(shape, 0);
    next_says(shape, "/output/0/role", "assistant");
    sse_message_added(&shape->sse, 0, "msg_1");
    next_says(shape, "/output/0/content/0/type", "refusal");
    grow(shape, &refusal,
         (const char *const[][2]){
             {"I can", "I can"}, {"not help.", "I cannot help."}, {NULL, NULL}});
    done(shape, 0,
         "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
         "\"content\":[{\"type\":\"refusal\",\"refusal\":\"I cannot help.\"}]}");
    whole(shape, "response.completed", "completed", 0);
}

void shape_background(struct shape *shape)
{
    struct part text =
        content("output_text", "text", "output_text", "msg_1", 1, "/output/1/content/0/text");
    begin(shape, "resp_bg");
    begins(shape, 1);
    capital(shape, 0, "/output/0/name", "/output/0/arguments");
    sse_message_added(&shape->sse, 1, "msg_1");
    grow(shape, &text, (const char *const[][2]){{"Fo", "Fo"}, {"ur.", "Four."}, {NULL, NULL}});
    done(shape, 1,
         "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
         "\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"text\":\"Four.\"}]}");
    whole(shape, "response.completed", "completed", 1);
}
