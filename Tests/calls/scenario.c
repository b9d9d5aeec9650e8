/* Makes the response and its events. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "scenario.h"

/* Pieces of text: as JSON writes them, and as they are meant. */
static const struct {
    const char *json, *meant;
} pieces[] = {
    {"Hello", "Hello"},
    {" world", " world"},
    {"\\n", "\n"},
    {" \\\"quoted\\\" ", " \"quoted\" "},
    {"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F"},
    {"\\u00e9t\\u00E9", "\xC3\xA9t\xC3\xA9"},
    {"\\ud83d\\ude00", "\xF0\x9F\x98\x80"},
    {"\xF0\x9F\x9A\x80", "\xF0\x9F\x9A\x80"},
    {"\\\\ \\/ \\t", "\\ / \t"},
    {"\xE2\x80\xA8", "\xE2\x80\xA8"}, /* U+2028 ends a line in JavaScript and nowhere else */
    {"data: x", "data: x"},
    {"[DONE]", "[DONE]"},
    {": comment?", ": comment?"},
    {"\\r\\n\\r\\n", "\r\n\r\n"},
    {"{\\\"type\\\":\\\"error\\\"}", "{\"type\":\"error\"}"},
    {"", ""},
    {"a rather longer piece of text, as some servers send them a sentence at a time. ",
     "a rather longer piece of text, as some servers send them a sentence at a time. "},
};

enum { PIECES = sizeof pieces / sizeof *pieces };

struct maker {
    struct scenario *scenario;
    struct draw draw;
    struct text output; /* the finished items */
    int64_t sequence;
    int item;
};

void scenario_add_response(const struct scenario *scenario, struct text *out, const char *id,
                           const char *status)
{
    text_addf(out,
              "{\"id\":\"%s\",\"object\":\"response\",\"status\":\"%s\",\"background\":%s,"
              "\"output\":[]}",
              id, status, scenario->operation == OPERATION_CREATE ? "false" : "true");
}

/* `members` begins with a comma or is empty. */
static void add(struct maker *maker, const char *type, const char *members, const char *text)
{
    struct scenario *scenario = maker->scenario;
    if (scenario->count == MAX_EVENTS)
        abort();
    struct event *event = &scenario->events[scenario->count++];
    struct text json = {0};
    int is_keepalive = strcmp(type, "keepalive") == 0;
    /* The members in another order are the same event. */
    int type_last = draw_chance(&maker->draw, 10);
    event->sequence = -1;
    text_add(&json, "{");
    if (!type_last)
        text_addf(&json, "\"type\":\"%s\",", type);
    /* A line break between members: two lines of data. */
    if (scenario->splits_data && draw_chance(&maker->draw, 50))
        text_add(&json, "\n");
    if (scenario->is_numbered && !(is_keepalive && draw_chance(&maker->draw, 50))) {
        event->sequence = maker->sequence++;
        text_addf(&json, "\"sequence_number\":%lld", (long long)event->sequence);
    } else {
        text_addf(&json, "\"n\":%d", scenario->count);
    }
    text_add(&json, members);
    if (type_last)
        text_addf(&json, ",\"type\":\"%s\"", type);
    text_add(&json, "}");
    event->json = json.data;
    event->len = json.len;
    event->hash = hash_bytes(json.data, json.len);
    event->is_keepalive = is_keepalive;
    event->text = text != NULL ? strdup(text) : NULL;
}

static void addf(struct maker *maker, const char *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void addf(struct maker *maker, const char *type, const char *format, ...)
{
    va_list list;
    char *members;
    va_start(list, format);
    if (vasprintf(&members, format, list) < 0)
        abort();
    va_end(list);
    add(maker, type, members, NULL);
    free(members);
}

static void add_state(struct maker *maker, const char *type, const char *status)
{
    struct text members = {0};
    text_add(&members, ",\"response\":");
    scenario_add_response(maker->scenario, &members, maker->scenario->id, status);
    add(maker, type, members.data, NULL);
    text_free(&members);
}

static void add_noise(struct maker *maker)
{
    if (draw_chance(&maker->draw, 6) && !(maker->scenario->without & WITHOUT_KEEPALIVES))
        add(maker, "keepalive", "", NULL);
    if (draw_chance(&maker->draw, 4))
        addf(maker, "response.of_a_later_year",
             ",\"nested\":{\"error\":{\"code\":\"none\"},\"n\":[%d]}", maker->item);
}

/* Deltas of one kind; `json` and `meant` get what they come to. */
static void add_deltas(struct maker *maker, const char *type, const char *place, int is_text,
                       struct text *json)
{
    unsigned deltas = draw_below(&maker->draw, draw_chance(&maker->draw, 10) ? 40 : 8);
    for (unsigned i = 0; i < deltas; i++) {
        unsigned piece = draw_below(&maker->draw, PIECES);
        struct text members = {0};
        text_addf(&members, ",%s,\"delta\":\"%s\"", place, pieces[piece].json);
        add(maker, type, members.data, is_text ? pieces[piece].meant : NULL);
        text_free(&members);
        text_add(json, pieces[piece].json);
        if (is_text)
            text_add(&maker->scenario->text, pieces[piece].meant);
        if (draw_chance(&maker->draw, 30))
            add_noise(maker);
    }
    text_add(json, "");
}

static void finish_item(struct maker *maker, const char *item)
{
    addf(maker, "response.output_item.done", ",\"output_index\":%d,\"item\":%s", maker->item, item);
    if (maker->output.len > 0)
        text_add(&maker->output, ",");
    text_add(&maker->output, item);
    maker->item++;
}

static void add_message(struct maker *maker, int is_refusal)
{
    const char *part = is_refusal ? "refusal" : "output_text";
    const char *member = is_refusal ? "refusal" : "text";
    char place[128], id[32], type[64];
    snprintf(id, sizeof id, "msg_%d", maker->item);
    snprintf(place, sizeof place, "\"item_id\":\"%s\",\"output_index\":%d,\"content_index\":0", id,
             maker->item);
    addf(maker, "response.output_item.added",
         ",\"output_index\":%d,\"item\":{\"id\":\"%s\",\"type\":\"message\",\"role\":\"assistant\","
         "\"status\":\"in_progress\",\"content\":[]}",
         maker->item, id);
    addf(maker, "response.content_part.added", ",%s,\"part\":{\"type\":\"%s\",\"%s\":\"\"}", place,
         part, member);
    struct text json = {0}, item = {0};
    snprintf(type, sizeof type, "response.%s.delta", part);
    add_deltas(maker, type, place, !is_refusal, &json);
    snprintf(type, sizeof type, "response.%s.done", part);
    addf(maker, type, ",%s,\"%s\":\"%s\"", place, member, json.data);
    addf(maker, "response.content_part.done", ",%s,\"part\":{\"type\":\"%s\",\"%s\":\"%s\"}", place,
         part, member, json.data);
    text_addf(&item,
              "{\"id\":\"%s\",\"type\":\"message\",\"role\":\"assistant\",\"status\":\"completed\","
              "\"content\":[{\"type\":\"%s\",\"%s\":\"%s\"}]}",
              id, part, member, json.data);
    finish_item(maker, item.data);
    text_free(&json);
    text_free(&item);
}

static void add_function_call(struct maker *maker)
{
    char place[96];
    snprintf(place, sizeof place, "\"item_id\":\"fc_%d\",\"output_index\":%d", maker->item,
             maker->item);
    addf(maker, "response.output_item.added",
         ",\"output_index\":%d,\"item\":{\"id\":\"fc_%d\",\"type\":\"function_call\",\"call_id\":"
         "\"c%d\",\"name\":\"f\",\"arguments\":\"\"}",
         maker->item, maker->item, maker->item);
    struct text json = {0}, item = {0};
    add_deltas(maker, "response.function_call_arguments.delta", place, 0, &json);
    addf(maker, "response.function_call_arguments.done", ",%s,\"arguments\":\"%s\"", place,
         json.data);
    text_addf(&item,
              "{\"id\":\"fc_%d\",\"type\":\"function_call\",\"call_id\":\"c%d\",\"name\":\"f\","
              "\"arguments\":\"%s\"}",
              maker->item, maker->item, json.data);
    finish_item(maker, item.data);
    text_free(&json);
    text_free(&item);
}

static void add_reasoning(struct maker *maker)
{
    char place[96];
    snprintf(place, sizeof place, "\"item_id\":\"rs_%d\",\"output_index\":%d,\"summary_index\":0",
             maker->item, maker->item);
    addf(maker, "response.output_item.added",
         ",\"output_index\":%d,\"item\":{\"id\":\"rs_%d\",\"type\":\"reasoning\",\"summary\":[]}",
         maker->item, maker->item);
    struct text json = {0}, item = {0};
    addf(maker, "response.reasoning_summary_part.added",
         ",%s,\"part\":{\"type\":\"summary_text\",\"text\":\"\"}", place);
    add_deltas(maker, "response.reasoning_summary_text.delta", place, 0, &json);
    addf(maker, "response.reasoning_summary_text.done", ",%s,\"text\":\"%s\"", place, json.data);
    text_addf(&item,
              "{\"id\":\"rs_%d\",\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\","
              "\"text\":\"%s\"}]}",
              maker->item, json.data);
    finish_item(maker, item.data);
    text_free(&json);
    text_free(&item);
}

static void add_items(struct maker *maker)
{
    unsigned items = draw_below(&maker->draw, 4);
    for (unsigned i = 0; i < items; i++) {
        switch (draw_below(&maker->draw, 6)) {
        case 0:
            add_function_call(maker);
            break;
        case 1:
            add_reasoning(maker);
            break;
        case 2:
            add_message(maker, 1);
            break;
        default:
            add_message(maker, 0);
            break;
        }
        add_noise(maker);
    }
}

static void add_end(struct maker *maker)
{
    struct scenario *scenario = maker->scenario;
    int is_incomplete = draw_chance(&maker->draw, 15);
    scenario->status = is_incomplete ? "incomplete" : "completed";
    text_addf(&scenario->document,
              "{\"id\":\"%s\",\"object\":\"response\",\"status\":\"%s\",\"background\":%s,"
              "\"output\":[%s],\"usage\":{\"total_tokens\":%u}}",
              scenario->id, scenario->status,
              scenario->operation == OPERATION_CREATE ? "false" : "true",
              maker->output.len > 0 ? maker->output.data : "", draw_below(&maker->draw, 1000));
    struct text members = {0};
    text_addf(&members, ",\"response\":%s", scenario->document.data);
    add(maker, is_incomplete ? "response.incomplete" : "response.completed", members.data, NULL);
    text_free(&members);
}

void scenario_make(struct scenario *scenario, uint64_t run_seed, unsigned number, unsigned without)
{
    memset(scenario, 0, sizeof *scenario);
    scenario->number = number;
    scenario->seed = draw_mix(run_seed, number);
    struct maker maker = {.scenario = scenario, .draw = draw_from(scenario->seed)};
    struct draw *draw = &maker.draw;
    snprintf(scenario->id, sizeof scenario->id, "resp_%u", number);
    scenario->operation = draw_weighted(draw, (const unsigned[]){30, 50, 20}, 3);
    scenario->is_numbered = draw_chance(draw, scenario->operation == OPERATION_CREATE ? 70 : 95);
    static const char *const line_ends[] = {"\n", "\r\n", "\r"};
    scenario->line_end = line_ends[draw_weighted(draw, (const unsigned[]){75, 15, 10}, 3)];
    scenario->has_event_line = draw_chance(draw, 70);
    scenario->has_byte_order_mark = draw_chance(draw, 5);
    scenario->has_comments = draw_chance(draw, 20);
    scenario->splits_data = draw_chance(draw, 8);
    scenario->max_retries = (int)draw_below(draw, 4);
    scenario->resume_attempts = (int)draw_weighted(draw, (const unsigned[]){5, 10, 20, 30, 35}, 5);
    scenario->is_impatient = draw_chance(draw, 6);
    static const int troubles[] = {0, 1, 2, 3, 1000};
    scenario->troubles = troubles[draw_weighted(draw, (const unsigned[]){10, 45, 25, 13, 7}, 5)];
    scenario->without = without;

    text_add(&scenario->text, "");
    if (draw_chance(draw, 3) && !(without & WITHOUT_KEEPALIVES))
        add(&maker, "keepalive", "", NULL);
    add_state(&maker, "response.created", "in_progress");
    if (draw_chance(draw, 60))
        add_state(&maker, "response.in_progress", "in_progress");
    add_items(&maker);
    add_end(&maker);
    text_free(&maker.output);

    scenario->starting_after = -1;
    if (scenario->operation == OPERATION_GET && scenario->is_numbered && draw_chance(draw, 50)) {
        int64_t last = scenario->events[scenario->count - 1].sequence;
        scenario->starting_after = draw_below(draw, (unsigned)last);
    }
}

void scenario_free(struct scenario *scenario)
{
    for (int i = 0; i < scenario->count; i++) {
        free(scenario->events[i].json);
        free(scenario->events[i].text);
    }
    text_free(&scenario->document);
    text_free(&scenario->text);
}

long scenario_number(const char *text)
{
    const char *place = strstr(text, "resp_");
    if (place == NULL)
        return -1;
    char *end;
    long number = strtol(place + 5, &end, 10);
    return end == place + 5 ? -1 : number;
}
