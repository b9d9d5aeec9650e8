#include "answers.h"

#include "websocket.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEM     "msg_00a60507bf41223d0068c9d30b055481a0b0ee28a021919c94"
#define RESPONSE "resp_05ed6c8b322854d8006a024b5204d881968b26a4e643969b0f"

/* Words as they come from a model: most are short, some are not ASCII, some have escapes. */
static const char *const words[] = {
    "The",     " weather", " in",   " San",  " Francisco", " today", " is", " mild",
    ",",       " with",    " a",    " high", " near",      " 64",    "°F",  ".",
    "\\n\\n",  " Winds",   " from", " the",  " west",      " reach", " 12", " mph",
    " \\\"as", " usual",   "\\\"",  " and",  " fog",       " rolls", " in", " again"};
static const char *const paddings[] = {"mCl", "wUreb4lQ",      "eovqhESRBF",
                                       "a",   "Zk9xQ2Lm0PvYt", "Rt5w"};

enum { WORDS = sizeof words / sizeof *words, PADDINGS = sizeof paddings / sizeof *paddings };

struct text {
    char *bytes;
    size_t count, capacity;
};

static void reserve(struct text *text, size_t more)
{
    if (text->count + more <= text->capacity)
        return;
    text->capacity = (text->count + more) * 2;
    text->bytes = realloc(text->bytes, text->capacity);
    if (!text->bytes)
        abort();
}

static void add_bytes(struct text *text, const char *bytes, size_t count)
{
    reserve(text, count);
    memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
}

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    reserve(text, 4096);
    va_start(arguments, format);
    int length = vsnprintf(text->bytes + text->count, 4096, format, arguments);
    va_end(arguments);
    if (length < 0 || length >= 4096)
        abort();
    text->count += (size_t)length;
}

static void add_headers(struct text *out, const char *type, long long length)
{
    add(out, "HTTP/1.1 200 OK\r\nDate: Mon, 11 May 2026 21:34:10 GMT\r\n");
    add(out, "Content-Type: %s\r\n", type);
    if (length >= 0)
        add(out, "Content-Length: %lld\r\n", length);
    else
        add(out, "Transfer-Encoding: chunked\r\n");
    add(out,
        "Connection: keep-alive\r\nCF-RAY: 9fa45e1f2b3c4d5e-AMS\r\nServer: cloudflare\r\n"
        "openai-organization: bench\r\nopenai-processing-ms: 61\r\nopenai-version: 2020-10-01\r\n"
        "x-request-id: req_4f1f2b6a7f0d4cf9a7c0d6f86f5b1f0e\r\nX-Content-Type-Options: nosniff\r\n"
        "alt-svc: h3=\":443\"; ma=86400\r\n\r\n");
}

static void add_response(struct text *out, const char *status, const char *output)
{
    add(out,
        "{\"id\":\"" RESPONSE
        "\",\"object\":\"response\",\"created_at\":1778535250,\"status\":\"%s\","
        "\"background\":false,\"completed_at\":null,\"error\":null,\"frequency_penalty\":0.0,"
        "\"incomplete_details\":null,\"instructions\":\"Answer in one paragraph.\","
        "\"max_output_tokens\":null,\"max_tool_calls\":null,\"model\":\"gpt-5.4-2026-03-05\","
        "\"output\":",
        status);
    add_bytes(out, output, strlen(output));
    add(out,
        ",\"parallel_tool_calls\":true,\"presence_penalty\":0.0,\"previous_response_id\":null,"
        "\"reasoning\":{\"effort\":\"none\",\"summary\":null},\"service_tier\":\"auto\",\"store\":"
        "true,"
        "\"temperature\":1.0,\"text\":{\"format\":{\"type\":\"text\"},\"verbosity\":\"medium\"},"
        "\"tool_choice\":\"auto\",\"tools\":[],\"top_logprobs\":0,\"top_p\":0.98,"
        "\"truncation\":\"disabled\",\"usage\":{\"input_tokens\":36,\"input_tokens_details\":"
        "{\"cached_tokens\":0},\"output_tokens\":87,\"output_tokens_details\":"
        "{\"reasoning_tokens\":0},\"total_tokens\":123},\"user\":null,\"metadata\":{}}");
}

static void add_event(struct text *out, const char *type, long sequence, const char *members)
{
    add(out, "event: %s\ndata: {\"type\":\"%s\",\"sequence_number\":%ld,", type, type, sequence);
    add_bytes(out, members, strlen(members));
    add(out, "}\n\n");
}

static void add_response_event(struct text *out, const char *type, long sequence,
                               const char *status, const char *output)
{
    struct text response = {0};
    add(&response, "\"response\":");
    add_response(&response, status, output);
    add_bytes(&response, "", 1);
    add_event(out, type, sequence, response.bytes);
    free(response.bytes);
}

static void add_delta(struct text *out, long number)
{
    char members[512];
    snprintf(members, sizeof members,
             "\"item_id\":\"" ITEM "\",\"output_index\":0,\"content_index\":0,\"delta\":\"%s\","
             "\"logprobs\":[],\"obfuscation\":\"%s\"",
             words[number % WORDS], paddings[number % PADDINGS]);
    add_event(out, "response.output_text.delta", number + 4, members);
}

static void add_chunk(struct text *out, struct text *content)
{
    add(out, "%zx\r\n", content->count);
    add_bytes(out, content->bytes, content->count);
    add(out, "\r\n");
    content->count = 0;
}

static void note_write(struct answer *answer, const struct text *out)
{
    if ((answer->write_count & (answer->write_count - 1)) == 0) {
        size_t capacity = answer->write_count ? answer->write_count * 2 : 1;
        answer->writes = realloc(answer->writes, capacity * sizeof *answer->writes);
        if (!answer->writes)
            abort();
    }
    answer->writes[answer->write_count++] = out->count;
}

/* The events around the deltas are those that every stream of text has. */
static void add_beginning(struct text *out)
{
    add_response_event(out, "response.created", 0, "in_progress", "[]");
    add_response_event(out, "response.in_progress", 1, "in_progress", "[]");
    add_event(out, "response.output_item.added", 2,
              "\"output_index\":0,\"item\":{\"id\":\"" ITEM "\",\"type\":\"message\","
              "\"status\":\"in_progress\",\"content\":[],\"role\":\"assistant\"}");
    add_event(out, "response.content_part.added", 3,
              "\"item_id\":\"" ITEM "\",\"output_index\":0,\"content_index\":0,\"part\":{"
              "\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"\"}");
}

/* A short text, whatever the deltas were: the end is not what is measured. */
static void add_end(struct text *out, long sequence)
{
    add_event(out, "response.output_text.done", sequence,
              "\"item_id\":\"" ITEM "\",\"output_index\":0,\"content_index\":0,\"logprobs\":[],"
              "\"text\":\"The end.\"");
    add_event(out, "response.content_part.done", sequence + 1,
              "\"item_id\":\"" ITEM "\",\"output_index\":0,\"content_index\":0,\"part\":{"
              "\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"The end.\"}");
#define ITEM_JSON                                                                                  \
    "{\"id\":\"" ITEM "\",\"type\":\"message\",\"status\":\"completed\",\"content\":[{"            \
    "\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"The end.\"}],"         \
    "\"role\":\"assistant\"}"
    add_event(out, "response.output_item.done", sequence + 2,
              "\"output_index\":0,\"item\":" ITEM_JSON);
    add_response_event(out, "response.completed", sequence + 3, "completed", "[" ITEM_JSON "]");
}

static void make_stream(struct answer *answer)
{
    enum { PACK = 16 * 1024 };
    struct text out = {0}, content = {0};
    add_headers(&out, "text/event-stream; charset=utf-8", -1);
    add_beginning(&content);
    add_chunk(&out, &content);
    note_write(answer, &out);
    for (long number = 0; number < answer->events && answer->cut != CUT_PACED; number++) {
        add_delta(&content, number);
        if (answer->cut == CUT_PACKED && content.count < PACK)
            continue;
        add_chunk(&out, &content);
        if (answer->cut == CUT_ONE)
            note_write(answer, &out);
    }
    if (content.count)
        add_chunk(&out, &content);
    add_end(&content, answer->events + 4);
    add_chunk(&out, &content);
    add(&out, "0\r\n\r\n");
    note_write(answer, &out);
    free(content.bytes);
    answer->bytes = out.bytes;
    answer->count = out.count;
}

/* A call of a tool, whose arguments come in deltas; a chunk for each event. */
static void make_tool(struct answer *answer)
{
#define CALL "fc_05ed6c8b322854d8006a024b53e1a481968e5c1f4b9a7d2c30"
#define CALL_MEMBERS                                                                               \
    "\"id\":\"" CALL "\",\"type\":\"function_call\",\"name\":\"read_file\","                       \
    "\"call_id\":\"call_Jq0oBzX4q5D2v7sLk8Tn3mRw\",\"status\":"
    struct text out = {0}, content = {0}, said = {0}, members = {0};
    add_headers(&out, "text/event-stream; charset=utf-8", -1);
    add_response_event(&content, "response.created", 0, "in_progress", "[]");
    add_chunk(&out, &content);
    add_response_event(&content, "response.in_progress", 1, "in_progress", "[]");
    add_chunk(&out, &content);
    add_event(&content, "response.output_item.added", 2,
              "\"output_index\":0,\"item\":{" CALL_MEMBERS "\"in_progress\",\"arguments\":\"\"}");
    add_chunk(&out, &content);
    add(&said, "{\\\"path\\\":\\\"");
    for (long number = 0; number < answer->events; number++) {
        char delta[200];
        const size_t before = number ? said.count : 0;
        if (number)
            add(&said, "part%ld%s", number, number + 1 < answer->events ? "/" : "\\\"}");
        snprintf(delta, sizeof delta,
                 "\"item_id\":\"" CALL "\",\"output_index\":0,\"delta\":\"%.*s\","
                 "\"obfuscation\":\"%s\"",
                 (int)(said.count - before), said.bytes + before, paddings[number % PADDINGS]);
        add_event(&content, "response.function_call_arguments.delta", number + 3, delta);
        add_chunk(&out, &content);
    }
    add_bytes(&said, "", 1);
    add(&members, "\"item_id\":\"" CALL "\",\"output_index\":0,\"arguments\":\"%s\"", said.bytes);
    add_event(&content, "response.function_call_arguments.done", answer->events + 3, members.bytes);
    add_chunk(&out, &content);
    members.count = 0;
    add(&members,
        "\"output_index\":0,\"item\":{" CALL_MEMBERS "\"completed\",\"arguments\":\"%s\"}",
        said.bytes);
    add_event(&content, "response.output_item.done", answer->events + 4, members.bytes);
    add_chunk(&out, &content);
    members.count = 0;
    add(&members, "[{" CALL_MEMBERS "\"completed\",\"arguments\":\"%s\"}]", said.bytes);
    add_response_event(&content, "response.completed", answer->events + 5, "completed",
                       members.bytes);
    add_chunk(&out, &content);
    add(&out, "0\r\n\r\n");
    free(content.bytes);
    free(said.bytes);
    free(members.bytes);
    answer->bytes = out.bytes;
    answer->count = out.count;
}

/* An event whose members are a beginning, a text, and an end. */
static void add_text_event(struct text *out, const char *type, long sequence, const char *begin,
                           const struct text *said, const char *end)
{
    struct text members = {0};
    add_bytes(&members, begin, strlen(begin));
    add_bytes(&members, said->bytes, said->count);
    add_bytes(&members, end, strlen(end) + 1);
    add_event(out, type, sequence, members.bytes);
    free(members.bytes);
}

#define PLACE "\"item_id\":\"" ITEM "\",\"output_index\":0,\"content_index\":0,"
#define PART  "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\""
#define MESSAGE                                                                                    \
    "{\"id\":\"" ITEM                                                                              \
    "\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[" PART

/* All of the text again, in each of the events that end a stream; a chunk for each. */
static void add_repetitions(struct text *out, long sequence, const struct text *said)
{
    struct text content = {0};
    add_text_event(&content, "response.output_text.done", sequence++, PLACE "\"text\":\"", said,
                   "\"");
    add_chunk(out, &content);
    add_text_event(&content, "response.content_part.done", sequence++, PLACE "\"part\":" PART, said,
                   "\"}");
    add_chunk(out, &content);
    add_text_event(&content, "response.output_item.done", sequence++,
                   "\"output_index\":0,\"item\":" MESSAGE, said, "\"}]}");
    add_chunk(out, &content);
    add_text_event(&content, "response.completed", sequence++,
                   "\"response\":{\"id\":\"" RESPONSE
                   "\",\"status\":\"completed\",\"output\":[" MESSAGE,
                   said, "\"}]}]}");
    add_chunk(out, &content);
    free(content.bytes);
}

static void add_words(struct text *delta, long *number, size_t bytes)
{
    while (delta->count < bytes)
        add(delta, "%s", words[(*number)++ % WORDS]);
}

/* The text comes in large deltas, and again in each of the events at the end. */
static void make_repeated(struct answer *answer, size_t bytes)
{
    enum { DELTA = 16 * 1024 };
    struct text out = {0}, content = {0}, said = {0};
    long sequence = 4, number = 0;
    add_headers(&out, "text/event-stream; charset=utf-8", -1);
    add_beginning(&content);
    add_chunk(&out, &content);
    while (said.count < bytes) {
        struct text delta = {0};
        add_words(&delta, &number, DELTA);
        add_bytes(&said, delta.bytes, delta.count);
        add_text_event(&content, "response.output_text.delta", sequence++, PLACE "\"delta\":\"",
                       &delta, "\"");
        add_chunk(&out, &content);
        free(delta.bytes);
    }
    add_repetitions(&out, sequence, &said);
    add(&out, "0\r\n\r\n");
    free(content.bytes);
    free(said.bytes);
    answer->bytes = out.bytes;
    answer->count = out.count;
}

/* The same with deltas as models make them, of 20 bytes. */
static void make_long(struct answer *answer)
{
    struct text out = {0}, content = {0}, said = {0};
    long number = 0;
    add_headers(&out, "text/event-stream; charset=utf-8", -1);
    add_beginning(&content);
    add_chunk(&out, &content);
    for (long event = 0; event < answer->events; event++) {
        char members[512];
        const size_t before = said.count;
        reserve(&said, 64);
        add_words(&said, &number, before + 18);
        snprintf(members, sizeof members,
                 PLACE "\"delta\":\"%.*s\",\"logprobs\":[],\"obfuscation\":\"%s\"",
                 (int)(said.count - before), said.bytes + before, paddings[event % PADDINGS]);
        add_event(&content, "response.output_text.delta", event + 4, members);
        add_chunk(&out, &content);
    }
    add_repetitions(&out, answer->events + 4, &said);
    add(&out, "0\r\n\r\n");
    free(content.bytes);
    free(said.bytes);
    answer->bytes = out.bytes;
    answer->count = out.count;
}

static void make_document(struct answer *answer, const char *output)
{
    struct text out = {0}, body = {0};
    add_response(&body, "completed", output);
    add_headers(&out, "application/json", (long long)body.count);
    add_bytes(&out, body.bytes, body.count);
    free(body.bytes);
    answer->bytes = out.bytes;
    answer->count = out.count;
}

static void make_text(struct answer *answer, size_t bytes)
{
    struct text output = {0};
    add(&output,
        "[{\"id\":\"" ITEM "\",\"type\":\"message\",\"status\":\"completed\",\"content\":[{"
        "\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"");
    for (long number = 0; output.count + 900 < bytes; number++)
        add(&output, "%s", words[number % WORDS]);
    add(&output, "\"}],\"role\":\"assistant\"}]");
    make_document(answer, output.bytes);
    free(output.bytes);
}

static void make_image(struct answer *answer, size_t bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct text output = {0};
    unsigned state = 1;
    add(&output, "[{\"id\":\"ig_1\",\"type\":\"image_generation_call\",\"status\":\"completed\","
                 "\"result\":\"");
    reserve(&output, bytes + 64);
    for (size_t index = 0; index < bytes; index++) {
        state = state * 1664525 + 1013904223;
        output.bytes[output.count++] = digits[state >> 26];
    }
    add(&output, "\"}]");
    make_document(answer, output.bytes);
    free(output.bytes);
}

static int make(struct answer *answer)
{
    long first = 0, second = 0;
    if (sscanf(answer->name, "paced-%ld-%ld", &first, &second) == 2)
        answer->cut = CUT_PACED;
    else if (sscanf(answer->name, "stream-%ld", &first) == 1)
        answer->cut = CUT_MANY;
    else if (sscanf(answer->name, "one-%ld", &first) == 1)
        answer->cut = CUT_ONE;
    else if (sscanf(answer->name, "packed-%ld", &first) == 1)
        answer->cut = CUT_PACKED;
    else if (sscanf(answer->name, "long-%ld", &first) == 1 ||
             sscanf(answer->name, "tool-%ld", &first) == 1 ||
             sscanf(answer->name, "answer-%ld", &first) == 1 ||
             sscanf(answer->name, "image-%ld", &first) == 1 ||
             sscanf(answer->name, "repeated-%ld", &first) == 1)
        answer->cut = CUT_WHOLE;
    else
        return 0;
    if (first < 1 || (answer->name[0] == 't' && first > 100) ||
        (answer->cut == CUT_PACED && (second < 1 || second > 4000)))
        return 0;
    answer->events = first;
    answer->interval_ms = second;
    if (answer->cut != CUT_WHOLE)
        make_stream(answer);
    else if (answer->name[0] == 't')
        make_tool(answer);
    else if (answer->name[0] == 'l')
        make_long(answer);
    else if (answer->name[0] == 'r')
        make_repeated(answer, (size_t)first << 20);
    else if (answer->name[0] == 'a')
        make_text(answer, (size_t)first);
    else
        make_image(answer, (size_t)first << 20);
    return 1;
}

const struct answer *answer_named(const char *name)
{
    static struct answer *answers;
    struct answer *answer;
    for (answer = answers; answer; answer = answer->next)
        if (strcmp(answer->name, name) == 0)
            return answer;
    answer = calloc(1, sizeof *answer);
    if (!answer)
        abort();
    snprintf(answer->name, sizeof answer->name, "%s", name);
    if (!make(answer)) {
        free(answer);
        return NULL;
    }
    answer->next = answers;
    answers = answer;
    return answer;
}

size_t answer_paced_delta(char *out, int is_message, long number, long long now_ns)
{
    char data[512];
    int length = snprintf(data, sizeof data,
                          "{\"type\":\"response.output_text.delta\",\"sequence_number\":%ld,"
                          "\"item_id\":\"" ITEM "\",\"output_index\":0,\"content_index\":0,"
                          "\"delta\":\"%lld\",\"logprobs\":[],\"obfuscation\":\"%s\"}",
                          number + 4, now_ns, paddings[number % PADDINGS]);
    if (is_message) {
        const size_t header = websocket_header(out, WEBSOCKET_TEXT, (size_t)length);
        memcpy(out + header, data, (size_t)length);
        return header + (size_t)length;
    }
    static const char event[] = "event: response.output_text.delta\ndata: ";
    length += (int)sizeof event - 1 + 2;
    return (size_t)snprintf(out, 600, "%x\r\n%s%s\n\n\r\n", (unsigned)length, event, data);
}
