/* What the server does, drawn from the seed of the case and the number of the request. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "answer.h"

const char tick_event[] = "{\"type\":\"keepalive\",\"tick\":true}";

/* What may go wrong, and how often with each kind of request: fresh, resume, poll. A case whose client
   is patient has no silence. */
enum trouble {
    CUT_BY_CLOSE,
    CUT_BY_RESET,
    CUT_IN_CHUNK,
    CUT_LAST_CHUNK,
    SILENCE,
    TICKS,
    ERROR_NESTED,
    ERROR_FLAT,
    ERROR_WITHOUT_TYPE,
    ERROR_OBJECT,
    FAILED,
    STATUS_429,
    STATUS_5XX,
    STATUS_4XX,
    GARBAGE,
    NO_HEAD,
    BAD_HEAD,
    REDIRECT,
    PAGE,
    DOCUMENT,
    UNDER_WAY,
    EMPTY,
    DONE_ALONE,
    LIE_GAP,
    LIE_OTHER,
    LIE_OLD,
    LIE_REPEAT,
    LIE_RENUMBERED,
    LIE_UNNUMBERED,
    ONLY_KEEPALIVES,
    TROUBLES
};

static const struct {
    unsigned often[3];
    int needs_impatience;
    unsigned kind; /* WITHOUT_... leaves it out */
} troubles[TROUBLES] = {
    [CUT_BY_CLOSE] = {{16, 16, 4}, 0, 0},
    [CUT_BY_RESET] = {{12, 12, 4}, 0, 0},
    [CUT_IN_CHUNK] = {{6, 6, 0}, 0, 0},
    [CUT_LAST_CHUNK] = {{6, 6, 0}, 0, 0},
    [SILENCE] = {{30, 30, 5}, 1, 0},
    [TICKS] = {{15, 15, 0}, 1, WITHOUT_KEEPALIVES},
    [ERROR_NESTED] = {{3, 1, 0}, 0, WITHOUT_FAILURES},
    [ERROR_FLAT] = {{3, 1, 0}, 0, WITHOUT_FAILURES},
    [ERROR_WITHOUT_TYPE] = {{2, 1, 0}, 0, WITHOUT_FAILURES},
    [ERROR_OBJECT] = {{1, 0, 0}, 0, WITHOUT_FAILURES},
    [FAILED] = {{4, 1, 0}, 0, WITHOUT_FAILURES},
    [STATUS_429] = {{6, 4, 4}, 0, 0},
    [STATUS_5XX] = {{8, 6, 8}, 0, 0},
    [STATUS_4XX] = {{2, 6, 1}, 0, 0},
    [GARBAGE] = {{2, 1, 0}, 0, 0},
    [NO_HEAD] = {{8, 6, 6}, 0, 0},
    [BAD_HEAD] = {{1, 1, 0}, 0, 0},
    [REDIRECT] = {{1, 0, 0}, 0, 0},
    [PAGE] = {{1, 0, 0}, 0, 0},
    [DOCUMENT] = {{2, 4, 8}, 0, 0},
    [UNDER_WAY] = {{1, 4, 20}, 0, WITHOUT_UNDER_WAY},
    [EMPTY] = {{3, 5, 0}, 0, WITHOUT_EMPTY},
    [DONE_ALONE] = {{3, 3, 0}, 0, 0},
    [LIE_GAP] = {{0, 8, 0}, 0, WITHOUT_LIES},
    [LIE_OTHER] = {{0, 6, 4}, 0, WITHOUT_LIES},
    [LIE_OLD] = {{0, 6, 0}, 0, WITHOUT_LIES},
    [LIE_REPEAT] = {{0, 6, 0}, 0, WITHOUT_LIES},
    [LIE_RENUMBERED] = {{0, 5, 0}, 0, WITHOUT_LIES},
    [LIE_UNNUMBERED] = {{0, 5, 0}, 0, WITHOUT_LIES},
    [ONLY_KEEPALIVES] = {{0, 6, 0}, 0, WITHOUT_LIES},
};

struct writer {
    struct answer *answer;
    const struct scenario *scenario;
    struct draw draw;
    int number;
    int64_t after;
};

static void add_line(struct writer *writer, const char *start, size_t len)
{
    text_add(&writer->answer->body, draw_chance(&writer->draw, 90) ? "data: " : "data:");
    text_add_bytes(&writer->answer->body, start, len);
    text_add(&writer->answer->body, writer->scenario->line_end);
}

/* Writes an event down. */
static struct frame *add_frame(struct writer *writer, const char *json, size_t len,
                               const char *type)
{
    const struct scenario *scenario = writer->scenario;
    struct text *body = &writer->answer->body;
    const char *line_end = scenario->line_end;
    if (scenario->has_comments && draw_chance(&writer->draw, 30))
        text_addf(body, ": comment %d%s%s", writer->answer->count, line_end,
                  draw_chance(&writer->draw, 50) ? line_end : "");
    if (scenario->has_event_line && type != NULL)
        text_addf(body, "event: %s%s", type, line_end);
    const char *start = json, *stop = json + len;
    for (const char *at; (at = memchr(start, '\n', (size_t)(stop - start))) != NULL; start = at + 1)
        add_line(writer, start, (size_t)(at - start));
    add_line(writer, start, (size_t)(stop - start));
    if (scenario->has_comments && draw_chance(&writer->draw, 10))
        text_addf(body, "id: 7%sretry: 10%s", line_end, line_end);
    text_add(body, line_end);
    if (writer->answer->count == MAX_FRAMES)
        abort();
    struct frame *frame = &writer->answer->frames[writer->answer->count++];
    *frame = (struct frame){.hash = hash_bytes(json, len), .sequence = -1, .event = -1};
    frame->end = body->len;
    /* Of CR LF the CR alone ends the line. */
    frame->enough = body->len - (strlen(line_end) == 2);
    return frame;
}

/* The `type` member is what the event line says. */
static void type_of(const char *json, char *type, size_t size)
{
    *type = 0;
    const char *place = strstr(json, "\"type\":\"");
    /* The event's own is the first or the last. */
    if (place != json + 1)
        for (const char *more = place; more != NULL; more = strstr(more + 1, ",\"type\":\""))
            place = more + (*more == ',');
    if (place != NULL)
        snprintf(type, size, "%.*s", (int)strcspn(place + 8, "\""), place + 8);
}

static void add_event(struct writer *writer, int place, enum duty duty)
{
    const struct event *event = &writer->scenario->events[place];
    char type[64];
    struct frame *frame;
    type_of(event->json, type, sizeof type);
    if (event->is_keepalive) {
        /* One that comes with another answer is another one, also for the oracle. */
        struct text json = {0};
        text_addf(&json, "%.*s,\"answer\":%d}", (int)event->len - 1, event->json, writer->number);
        frame = add_frame(writer, json.data, json.len, type);
        text_free(&json);
    } else {
        frame = add_frame(writer, event->json, event->len, type);
    }
    frame->event = place;
    frame->is_keepalive = event->is_keepalive;
    frame->sequence = event->is_keepalive ? -1 : event->sequence;
    frame->duty = duty;
}

static void add_loose(struct writer *writer, const char *json, const char *type, enum duty duty)
{
    add_frame(writer, json, strlen(json), type)->duty = duty;
}

static void begin_stream(struct writer *writer)
{
    if (writer->scenario->has_byte_order_mark)
        text_add(&writer->answer->body, "\xEF\xBB\xBF");
}

/* The first event that is wanted. */
static int first_wanted(const struct scenario *scenario, int64_t after)
{
    if (after < 0)
        return 0;
    for (int i = 0; i < scenario->count; i++)
        if (scenario->events[i].sequence > after)
            return i;
    return scenario->count;
}

/* Events as they should be, from one up to, not with, another. */
static void add_events(struct writer *writer, int from, int to)
{
    for (int i = from; i < to; i++) {
        /* A keepalive that was heard before the break may be heard once more, or not. */
        int is_repeated = writer->after >= 0 && writer->scenario->events[i].is_keepalive;
        add_event(writer, i, is_repeated ? DUTY_MAY : DUTY_MUST);
    }
}

/* Leaves out what comes behind a place. */
static void cut(struct answer *answer, size_t place)
{
    answer->body.len = place;
    if (answer->body.data != NULL)
        answer->body.data[place] = 0;
    while (answer->count > 0 && answer->frames[answer->count - 1].enough > place)
        answer->count--;
    if (answer->count > 0 && answer->frames[answer->count - 1].end > place)
        answer->frames[answer->count - 1].duty = DUTY_MAY;
}

static void cut_somewhere(struct writer *writer, enum ending ending)
{
    struct answer *answer = writer->answer;
    answer->meaning = MEANS_BROKEN;
    answer->ending = ending;
    int terminal = answer->count - 1;
    size_t limit = answer->count == 0 ? 0 : answer->frames[terminal].enough;
    size_t place = draw_below(&writer->draw, (unsigned)limit);
    /* Where an event ends is where most streams break. */
    if (terminal > 0 && draw_chance(&writer->draw, 40))
        place = answer->frames[draw_below(&writer->draw, (unsigned)terminal)].end;
    cut(answer, place);
    if (place == 0 || answer->count == 0)
        answer->meaning = place == 0 ? MEANS_EMPTY : MEANS_BROKEN;
}

static void make_document(struct writer *writer, const char *json, enum meaning meaning)
{
    struct answer *answer = writer->answer;
    answer->meaning = meaning;
    answer->type = "application/json";
    cut(answer, 0);
    text_add(&answer->body, json);
    if (draw_chance(&writer->draw, 30))
        text_add(&answer->body, "\n");
}

static void make_refusal(struct writer *writer, int status, const char *code, const char *message)
{
    struct answer *answer = writer->answer;
    struct text json = {0};
    text_addf(&json, "{\"error\":{\"message\":\"%s\",\"type\":\"x\",\"code\":\"%s\"}}", message,
              code);
    make_document(writer, json.data, MEANS_REFUSAL);
    text_free(&json);
    answer->status = status;
    answer->code = code;
    answer->message = message;
    answer->is_retryable = status == 429 || status >= 500;
    if (answer->is_retryable && draw_chance(&writer->draw, 70)) {
        answer->wait = (int)draw_below(&writer->draw, 40) + 1;
        text_addf(&answer->headers, "Retry-After-Ms: %d\r\n", answer->wait);
    } else if (answer->is_retryable && draw_chance(&writer->draw, 20)) {
        answer->wait = 1000;
        text_add(&answer->headers, "Retry-After: 1\r\n");
    }
}

/* An event that says that something failed, in place of the rest. */
static void make_failure(struct writer *writer, enum trouble trouble)
{
    static const struct {
        const char *code;
        int is_retryable;
    } codes[] = {{"server_error", 1},
                 {"rate_limit_exceeded", 1},
                 {"context_length_exceeded", 0},
                 {"insufficient_quota", 0}};
    struct answer *answer = writer->answer;
    unsigned drawn = draw_below(&writer->draw, 4);
    answer->code = codes[drawn].code;
    answer->is_retryable = codes[drawn].is_retryable;
    answer->message = "the words of the server";
    answer->meaning = MEANS_FAILURE;
    int kept = draw_chance(&writer->draw, 40)
                   ? 0
                   : (int)draw_below(&writer->draw, (unsigned)answer->count);
    cut(answer, kept == 0 ? 0 : answer->frames[kept - 1].end);
    if (kept == 0)
        begin_stream(writer);
    struct text json = {0};
    const char *type = "error";
    /* The number makes it another event than the one of the answer before. */
    int n = writer->number;
    const char *code = answer->code, *words = answer->message;
    switch (trouble) {
    case ERROR_NESTED:
        text_addf(&json,
                  "{\"type\":\"error\",\"n\":%d,\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}", n,
                  code, words);
        break;
    case ERROR_FLAT:
        text_addf(&json,
                  "{\"type\":\"error\",\"n\":%d,\"code\":\"%s\",\"message\":\"%s\",\"param\":null}",
                  n, code, words);
        break;
    case ERROR_WITHOUT_TYPE:
        text_addf(&json, "{\"n\":%d,\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}", n, code,
                  words);
        type = NULL;
        break;
    case ERROR_OBJECT:
        text_addf(&json, "{\"n\":%d,\"object\":\"error\",\"code\":\"%s\",\"message\":\"%s\"}", n,
                  code, words);
        type = NULL;
        break;
    default:
        type = "response.failed";
        text_addf(&json,
                  "{\"type\":\"response.failed\",\"n\":%d,\"response\":{\"id\":\"%s\","
                  "\"status\":\"failed\",\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}}",
                  n, writer->scenario->id, code, words);
    }
    add_loose(writer, json.data, type, DUTY_IF_FINAL);
    text_free(&json);
}

static void make_garbage(struct writer *writer)
{
    static const char *const garbage[] = {"{\"type\":\"response.x\"", "{\"type\":}", "nonsense",
                                          "[1,2]", "{'type':'x'}"};
    struct answer *answer = writer->answer;
    int kept = (int)draw_below(&writer->draw, (unsigned)answer->count);
    cut(answer, kept == 0 ? 0 : answer->frames[kept - 1].end);
    if (kept == 0)
        begin_stream(writer);
    add_loose(writer, garbage[draw_below(&writer->draw, 5)], NULL, DUTY_NEVER);
    answer->meaning = MEANS_GARBAGE;
}

/* A resume that does not go on where it should. */
static void make_lie(struct writer *writer, enum trouble trouble)
{
    struct answer *answer = writer->answer;
    const struct scenario *scenario = writer->scenario;
    int first = first_wanted(scenario, writer->after), last = scenario->count;
    cut(answer, 0);
    begin_stream(writer);
    answer->meaning = MEANS_LIE;
    struct text json = {0};
    switch (trouble) {
    case LIE_GAP: {
        /* Keepalives may have a number that nobody else has: what is left out must be an event. */
        int left_out = first;
        while (left_out < last && scenario->events[left_out].is_keepalive)
            left_out++;
        for (int i = left_out + 1; i < last; i++)
            add_event(writer, i, scenario->events[i].is_keepalive ? DUTY_MAY : DUTY_NEVER);
        if (left_out + 1 >= last) /* it was the last one */
            answer->meaning = MEANS_BROKEN;
        break;
    }
    case LIE_OTHER:
        text_addf(&json,
                  "{\"type\":\"response.in_progress\",\"sequence_number\":%lld,\"response\":",
                  (long long)writer->after + 1);
        scenario_add_response(scenario, &json, "resp_of_another", "in_progress");
        text_add(&json, "}");
        add_loose(writer, json.data, "response.in_progress", DUTY_NEVER);
        for (int i = first; i < last; i++)
            add_event(writer, i, scenario->events[i].is_keepalive ? DUTY_MAY : DUTY_NEVER);
        break;
    case LIE_OLD: /* what was handed over already, and an end */
        for (int i = 0; i < first; i++)
            add_event(writer, i, scenario->events[i].is_keepalive ? DUTY_MAY : DUTY_NEVER);
        answer->meaning = MEANS_BROKEN;
        break;
    case LIE_REPEAT: /* from the beginning: more than was asked for, and all there */
        for (int i = 0; i < last; i++)
            add_event(writer, i,
                      i < first                          ? DUTY_NEVER
                      : scenario->events[i].is_keepalive ? DUTY_MAY
                                                         : DUTY_MUST);
        for (int i = 0; i < answer->count; i++)
            if (answer->frames[i].is_keepalive)
                answer->frames[i].duty = DUTY_MAY;
        answer->meaning = MEANS_COMPLETE;
        break;
    case LIE_RENUMBERED: /* no further than to the cursor: beyond nobody can tell */
        for (int64_t i = 0; i <= writer->after && i < 20; i++) {
            text_free(&json);
            text_addf(&json,
                      "{\"type\":\"response.output_text.delta\",\"sequence_number\":%lld,"
                      "\"output_index\":0,\"content_index\":0,\"delta\":\"renumbered\"}",
                      (long long)i);
            add_loose(writer, json.data, "response.output_text.delta", DUTY_NEVER);
        }
        answer->meaning = MEANS_BROKEN;
        break;
    case LIE_UNNUMBERED:
        for (int i = 0; i < 3; i++) {
            text_free(&json);
            text_addf(&json,
                      "{\"type\":\"response.output_text.delta\",\"output_index\":0,"
                      "\"content_index\":0,\"delta\":\"unnumbered\",\"n\":\"%d.%d\"}",
                      writer->number, i);
            add_loose(writer, json.data, "response.output_text.delta", DUTY_NEVER);
        }
        break;
    default:
        for (int i = 0; i < 4; i++) {
            text_free(&json);
            if (i % 2 == 0)
                text_addf(&json, "{\"type\":\"keepalive\",\"n\":\"%d.%d\"}", writer->number, i);
            else
                text_addf(&json, "{\"type\":\"keepalive\",\"sequence_number\":%lld}",
                          (long long)writer->after + 1000 + i);
            add_loose(writer, json.data, "keepalive", DUTY_MAY);
            answer->frames[answer->count - 1].is_keepalive = 1;
        }
        answer->meaning = MEANS_BROKEN;
    }
    text_free(&json);
}

static void make_silence(struct writer *writer, enum ending ending)
{
    struct answer *answer = writer->answer;
    cut_somewhere(writer, ending);
    answer->meaning = MEANS_SILENCE;
    if (ending == ENDING_TICKS) /* at an event's end */
        cut(answer, answer->count == 0 ? 0 : answer->frames[answer->count - 1].end);
    answer->is_lossy = 1;
}

static void make_trouble(struct writer *writer, enum trouble trouble, enum asked asked)
{
    struct answer *answer = writer->answer;
    static const int refusals[] = {500, 502, 503, 504, 400, 404, 401, 403};
    switch (trouble) {
    case CUT_BY_CLOSE:
        cut_somewhere(writer, ENDING_CLOSE);
        break;
    case CUT_BY_RESET:
        cut_somewhere(writer, ENDING_RESET);
        break;
    case CUT_IN_CHUNK:
        cut_somewhere(writer, ENDING_BAD_CHUNK);
        break;
    case CUT_LAST_CHUNK: /* all of it is there, only the terminal event is not */
        if (answer->count > 1) {
            cut(answer, answer->frames[answer->count - 2].end);
            answer->meaning = MEANS_BROKEN;
            answer->ending = draw_chance(&writer->draw, 50) ? ENDING_CLOSE : ENDING_WHOLE;
        } else {
            cut_somewhere(writer, ENDING_CLOSE);
        }
        break;
    case SILENCE:
        make_silence(writer, ENDING_SILENCE);
        break;
    case TICKS:
        make_silence(writer, ENDING_TICKS);
        break;
    case ERROR_NESTED:
    case ERROR_FLAT:
    case ERROR_WITHOUT_TYPE:
    case ERROR_OBJECT:
    case FAILED:
        make_failure(writer, trouble);
        break;
    case STATUS_429:
        make_refusal(writer, 429, "rate_limit_exceeded", "slow down");
        break;
    case STATUS_5XX:
        make_refusal(writer, refusals[draw_below(&writer->draw, 4)], "server_error", "a bad day");
        break;
    case STATUS_4XX:
        make_refusal(writer, refusals[4 + draw_below(&writer->draw, 2)], "not_there",
                     "no such thing");
        break;
    case GARBAGE:
        make_garbage(writer);
        break;
    case NO_HEAD:
        cut(answer, 0);
        answer->head = HEAD_CLOSE + draw_below(&writer->draw, 3);
        answer->meaning = MEANS_NO_ANSWER;
        break;
    case BAD_HEAD:
        cut(answer, 0);
        answer->head = HEAD_GARBAGE;
        answer->meaning = MEANS_NO_HTTP;
        break;
    case REDIRECT:
        make_document(writer, "{}", MEANS_NOT_JSON);
        answer->status = 302;
        text_add(&answer->headers, "Location: http://127.0.0.1:1/\r\n");
        break;
    case PAGE:
        make_document(writer, "<html><title>Log in</title></html>", MEANS_NOT_JSON);
        answer->type = "text/html";
        break;
    case DOCUMENT:
        make_document(writer, writer->scenario->document.data, MEANS_DOCUMENT);
        break;
    case UNDER_WAY: {
        struct text json = {0};
        scenario_add_response(writer->scenario, &json, writer->scenario->id, "in_progress");
        make_document(writer, json.data, MEANS_UNDER_WAY);
        text_free(&json);
        break;
    }
    case EMPTY:
        cut(answer, 0);
        answer->meaning = MEANS_EMPTY;
        break;
    case DONE_ALONE: {
        int kept = (int)draw_below(&writer->draw, (unsigned)answer->count);
        cut(answer, kept == 0 ? 0 : answer->frames[kept - 1].end);
        if (kept == 0)
            begin_stream(writer);
        text_addf(&answer->body, "data: [DONE]%s%s", writer->scenario->line_end,
                  writer->scenario->line_end);
        answer->meaning = MEANS_BROKEN;
        break;
    }
    case LIE_OTHER:
        if (asked == ASKED_POLL) {
            struct text json = {0};
            scenario_add_response(writer->scenario, &json, "resp_of_another", "completed");
            make_document(writer, json.data, MEANS_LIE);
            text_free(&json);
            break;
        }
        make_lie(writer, trouble);
        break;
    default:
        make_lie(writer, trouble);
    }
    /* There is no body to cut in a poll. */
    if (asked == ASKED_POLL && (trouble == CUT_BY_CLOSE || trouble == CUT_BY_RESET)) {
        make_document(writer, writer->scenario->document.data, MEANS_NO_ANSWER);
        answer->status = 200;
        answer->body.len = draw_below(&writer->draw, (unsigned)answer->body.len);
        answer->framing = FRAMING_CHUNKED;
    }
}

static int draw_trouble(struct writer *writer, enum asked asked)
{
    unsigned weights[TROUBLES];
    for (int i = 0; i < TROUBLES; i++) {
        int fits = (!troubles[i].needs_impatience || writer->scenario->is_impatient) &&
                   !(troubles[i].kind & writer->scenario->without);
        weights[i] = fits ? troubles[i].often[asked] : 0;
    }
    return (int)draw_weighted(&writer->draw, weights, TROUBLES);
}

void answer_make(struct answer *answer, const struct scenario *scenario, int number,
                 enum asked asked, int64_t after)
{
    memset(answer, 0, sizeof *answer);
    struct writer writer = {.answer = answer,
                            .scenario = scenario,
                            .draw = draw_from(draw_mix(scenario->seed, 1000 + (uint64_t)number)),
                            .number = number,
                            .after = after};
    answer->status = 200;
    answer->wait = -1;
    answer->style = draw_next(&writer.draw);
    answer->framing = draw_weighted(&writer.draw, (const unsigned[]){70, 15, 15}, 3);
    answer->head = draw_chance(&writer.draw, 3) ? HEAD_EARLY_HINTS : HEAD_FINE;
    answer->type = "text/event-stream";
    if (draw_chance(&writer.draw, 10))
        answer->type = "text/event-stream; charset=utf-8";
    if (asked == ASKED_POLL) {
        make_document(&writer, scenario->document.data, MEANS_DOCUMENT);
    } else {
        begin_stream(&writer);
        int first = first_wanted(scenario, after);
        add_events(&writer, first, scenario->count);
        answer->meaning = first < scenario->count ? MEANS_COMPLETE : MEANS_EMPTY;
        if (draw_chance(&writer.draw, 20))
            text_addf(&answer->body, "data: [DONE]%s%s", scenario->line_end, scenario->line_end);
    }
    /* A response ends some day. */
    if (number < scenario->troubles && !(asked == ASKED_POLL && number >= 10))
        make_trouble(&writer, draw_trouble(&writer, asked), asked);
    if (answer->ending == ENDING_BAD_CHUNK || answer->ending == ENDING_TICKS)
        answer->framing = FRAMING_CHUNKED;
    /* A reset throws away what is on its way. */
    if (answer->ending == ENDING_RESET)
        answer->is_lossy = 1;
}

void answer_free(struct answer *answer)
{
    text_free(&answer->body);
    text_free(&answer->headers);
}

const char *asked_name(enum asked asked)
{
    static const char *const names[] = {"fresh", "resume", "poll"};
    return names[asked];
}

const char *meaning_name(enum meaning meaning)
{
    static const char *const names[] = {"complete",  "broken",    "silence", "failure",  "refusal",
                                        "garbage",   "no answer", "no HTTP", "not JSON", "document",
                                        "under way", "empty",     "lie"};
    return names[meaning];
}
