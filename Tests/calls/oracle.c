/*
 * The rules are those of responses.h and docs/guarantees.md, held against the trace of one call: its
 * requests in their order, the answers that the seed makes of them, and the events handed over.
 *
 *   - Each answer's events are handed over once, in order, byte for byte, all of those that were whole;
 *     only a reset, a client that gives up waiting, or a program that stops may lose a tail.
 *   - What is at or before the cursor, another response's, behind a gap or garbage: never.
 *   - After each answer there is a set of next steps: the same request, a resume, a poll, or an end with
 *     one of a few statuses. Any other step is an error, and so is ending where a next step was owed.
 *   - Resumes ask for exactly what follows the last event handed over; those without progress are
 *     limited in number, and pauses are between them.
 */
#include <inttypes.h>
#include <responses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "oracle.h"

/* A pause of 0.5 s less a quarter, less what a clock in whole milliseconds and a busy server lose. */
enum { LEAST_PAUSE = 350 };

#define BIT(status) (1u << ((status) > 0 ? 0 : -(status)))
#define ENDS(a)     BIT(RESPONSES_E_##a)

struct judge {
    const struct heard *heard;
    const struct page *page;
    const struct scenario *scenario;
    struct text *why;
    int bad;

    int position; /* in what was heard */
    int64_t cursor;
    int events; /* handed over, keepalives not counted */
    int known;  /* of those, with a type that means something for the response */
    int has_id;
    int retries;
    int resumes;  /* resumes and polls that count, since the cursor moved */
    int doubtful; /* of those, how many libcurl may have sent by itself, or do not count */
    int lies;     /* answers that were not true, since the cursor moved */
    int has_resumed, is_polling;
    int has_ended;  /* the terminal event was handed over */
    int is_looking; /* the last poll is one look; then the stream is asked for again */
    int may_look;
    struct text text; /* of the deltas handed over */

    /* What may come next. */
    int fresh, resume, poll;
    unsigned ends;
};

static void complain(struct judge *judge, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void complain(struct judge *judge, const char *format, ...)
{
    char line[400];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (judge->bad++ == 0)
        text_add(judge->why, line);
}

static const char *data_of(const struct text *text)
{
    return text->data != NULL ? text->data : "";
}

/* ---- events ----------------------------------------------------------------------------------- */

static int is_next(const struct judge *judge, uint64_t hash)
{
    return judge->position < judge->heard->count &&
           judge->heard->events[judge->position].hash == hash;
}

static int can_retry(const struct judge *judge)
{
    return judge->events == 0 && !judge->has_resumed &&
           judge->retries - judge->doubtful < judge->scenario->max_retries;
}

/* On a busy machine a limit may pass before the request has come to the server: so many attempts at most,
   of which it knows nothing, have been made besides. */
static int unseen(const struct judge *judge)
{
    return judge->scenario->is_impatient ? (int)(judge->heard->took / LEAST_LIMIT_MS) : 0;
}

static int has_retried_enough(const struct judge *judge)
{
    return judge->retries + unseen(judge) >= judge->scenario->max_retries;
}

static void take(struct judge *judge, const struct frame *frame)
{
    judge->position++;
    if (frame->sequence >= 0) {
        if (frame->sequence <= judge->cursor)
            complain(judge, "event %" PRId64 " was handed over behind %" PRId64, frame->sequence,
                     judge->cursor);
        judge->cursor = frame->sequence;
        judge->resumes = judge->lies = judge->doubtful = 0;
    }
    /* An event that tells the end comes too late to count. */
    if (!frame->is_keepalive && frame->duty != DUTY_IF_FINAL) {
        judge->events++;
        judge->known += judge->heard->events[judge->position - 1].kind != RESPONSES_EVENT_OTHER;
    }
    judge->has_ended |= frame->event == judge->scenario->count - 1;
    if (frame->event >= 0) {
        const struct event *event = &judge->scenario->events[frame->event];
        if (strstr(event->json, "\"response\":{\"id\"") != NULL)
            judge->has_id = 1;
        if (event->text != NULL)
            text_add(&judge->text, event->text);
    }
}

/* Follows an answer's events through what was heard. How much of an answer came before its connection
   was reset, the next request tells. */
static void follow(struct judge *judge, const struct answer *answer, int place, int is_loose)
{
    int is_last = place + 1 >= judge->page->count || place + 1 == MAX_REQUESTS;
    const struct request *next = is_last ? NULL : &judge->page->list[place + 1];
    /* Behind polls comes the one that tells. */
    for (int i = place + 1; !is_last && i < judge->page->count && i < MAX_REQUESTS; i++)
        if (judge->page->list[i].asked != ASKED_POLL) {
            next = &judge->page->list[i];
            break;
        }
    int has_lost = 0;
    for (int i = 0; i < answer->count; i++) {
        const struct frame *frame = &answer->frames[i];
        enum duty duty = frame->duty;
        if (duty == DUTY_IF_FINAL)
            duty = is_last ? DUTY_MUST : DUTY_NEVER;
        if (is_loose && next != NULL && !frame->is_keepalive &&
            (next->asked == ASKED_FRESH ||
             (next->asked == ASKED_RESUME && frame->sequence > next->after)))
            has_lost = 1;
        int was_heard = !has_lost && is_next(judge, frame->hash);
        /* It may be handed over when it comes again, in its place. */
        if (was_heard && duty == DUTY_NEVER && next != NULL && frame->event >= 0 &&
            (next->asked != ASKED_RESUME || next->after < frame->sequence))
            was_heard = 0;
        if (was_heard && duty == DUTY_NEVER) {
            complain(judge, "event %d of answer %d was handed over, and must not be (%s)", i, place,
                     meaning_name(answer->meaning));
            judge->position++;
        } else if (was_heard) {
            take(judge, frame);
        } else if (duty == DUTY_MUST) {
            if (!is_loose && !has_lost)
                complain(judge, "event %d (number %" PRId64 ") of answer %d was not handed over", i,
                         frame->sequence, place);
            has_lost = 1;
        }
    }
    if (answer->ending == ENDING_TICKS)
        while (is_next(judge, hash_bytes(tick_event, strlen(tick_event))))
            judge->position++;
}

/* ---- steps ------------------------------------------------------------------------------------ */

/* The server keeps the response, and its id is known. */
static int is_stored(const struct judge *judge)
{
    const struct scenario *scenario = judge->scenario;
    return scenario->operation == OPERATION_GET ||
           (scenario->operation == OPERATION_BACKGROUND && judge->has_id);
}

/* Goes on where the stream broke, or has tried that often enough. Without numbers nobody can say where,
   and the response is asked for in its place. */
static void go_on(struct judge *judge, unsigned ends)
{
    int limit = judge->scenario->resume_attempts;
    int is_polling = judge->is_polling || judge->is_looking || judge->cursor < 0;
    if (judge->resumes - judge->doubtful < limit) {
        judge->resume |= !is_polling;
        /* Where nothing was heard yet behind a cursor of the client's, that is the first request. */
        judge->fresh |= !is_polling && judge->events == 0;
        judge->poll |= is_polling;
    }
    if (judge->resumes + unseen(judge) >= limit)
        judge->ends |= ends | ENDS(TRUNCATED);
}

static void broken(struct judge *judge, unsigned ends)
{
    if (judge->events == 0 && !judge->has_resumed) {
        judge->fresh = can_retry(judge);
        if (has_retried_enough(judge))
            judge->ends |= ends;
    } else if (is_stored(judge)) {
        go_on(judge, ends);
    } else {
        judge->ends |= ends;
    }
}

/* The stream ended behind the cursor with nothing new: then the response may have ended too, and is
   looked at once; where it has not, the stream is asked for again. */
static void nothing_new(struct judge *judge, unsigned ends)
{
    int is_behind_cursor =
        judge->has_resumed || (judge->scenario->starting_after >= 0 && judge->events == 0);
    if (is_behind_cursor && !judge->is_polling && is_stored(judge))
        judge->poll = 1;
    else
        broken(judge, ends);
}

static void refused(struct judge *judge, const struct answer *answer)
{
    if (answer->is_retryable) {
        broken(judge, ENDS(API));
    } else if (judge->is_polling || judge->is_looking) {
        judge->ends |= ENDS(TRUNCATED);
    } else if (judge->has_resumed) {
        judge->poll = 1;
    } else {
        judge->ends |= ENDS(API);
    }
}

static void failed(struct judge *judge, const struct answer *answer)
{
    judge->fresh = answer->is_retryable && can_retry(judge);
    if (!judge->fresh || has_retried_enough(judge))
        judge->ends |= ENDS(API);
}

/* Once more, and not twice. */
static void lied(struct judge *judge)
{
    if (++judge->lies < 2)
        broken(judge, ENDS(TRUNCATED));
    else
        judge->ends |= ENDS(TRUNCATED);
}

/* The answer had no event that moved the cursor, and ended as it should. */
static int is_in_order(const struct answer *answer)
{
    return answer->ending == ENDING_WHOLE ||
           (answer->ending == ENDING_CLOSE && answer->framing == FRAMING_CLOSE);
}

/* Sets what may come after an answer. `moved`: it brought an event that moved the cursor. */
static void decide(struct judge *judge, const struct answer *answer, int moved)
{
    judge->fresh = judge->resume = judge->poll = 0;
    judge->ends = 0;
    switch (answer->meaning) {
    case MEANS_COMPLETE:
        judge->ends = BIT(RESPONSES_DONE);
        break;
    case MEANS_BROKEN:
    case MEANS_EMPTY: {
        unsigned ends = ENDS(TRUNCATED);
        if (answer->is_lossy || answer->meaning == MEANS_EMPTY)
            ends |= ENDS(NETWORK);
        if (!moved && is_in_order(answer) && !judge->heard->is_http2)
            nothing_new(judge, ends);
        else
            broken(judge, ends);
        /* Over HTTP/2 a reset may look like an end, and take what came with it. */
        if (judge->heard->is_http2 && (!moved || answer->ending != ENDING_WHOLE))
            nothing_new(judge, ends);
        break;
    }
    case MEANS_SILENCE:
        broken(judge, ENDS(TIMEOUT));
        break;
    case MEANS_FAILURE:
        failed(judge, answer);
        break;
    case MEANS_REFUSAL:
        refused(judge, answer);
        break;
    case MEANS_GARBAGE:
        judge->ends = ENDS(PROTOCOL);
        break;
    case MEANS_NO_ANSWER:
        broken(judge, ENDS(NETWORK) | ENDS(TRUNCATED));
        /* A document that RST_STREAM cuts with NO_ERROR looks to libcurl like a whole one. */
        if (judge->heard->is_http2 && answer->body.len > 0)
            judge->ends |= judge->has_resumed ? ENDS(TRUNCATED) : ENDS(PROTOCOL);
        break;
    case MEANS_NO_HTTP:
        judge->ends = ENDS(PROTOCOL) | ENDS(NETWORK) | ENDS(TRUNCATED);
        broken(judge, 0);
        break;
    case MEANS_NOT_JSON:
        /* The stream that is asked for again behind a look is resumed. */
        if (judge->has_resumed)
            lied(judge);
        else
            judge->ends = ENDS(HTTP);
        break;
    case MEANS_DOCUMENT:
        judge->ends = BIT(RESPONSES_DONE);
        break;
    case MEANS_UNDER_WAY:
        judge->has_id = 1;
        if (judge->is_looking) {
            judge->is_looking = 0;
            go_on(judge, ENDS(TRUNCATED));
        } else if (judge->has_resumed || judge->scenario->operation != OPERATION_CREATE) {
            judge->poll = 1;
        } else {
            judge->ends |= ENDS(TRUNCATED);
        }
        break;
    case MEANS_LIE:
        lied(judge);
        break;
    }
    /* Limits are short enough to be reached on a busy machine, whatever the server does, and before a
       request came to it: how often one was, it cannot tell. */
    if (judge->scenario->is_impatient && !judge->has_ended) {
        broken(judge, 0);
        judge->ends |= ENDS(TIMEOUT) | (is_stored(judge) ? ENDS(TRUNCATED) : 0);
        judge->poll |= judge->has_resumed || is_stored(judge);
        judge->resume |= judge->has_resumed;
    }
    judge->may_look =
        judge->is_looking || (judge->poll && !judge->is_polling && judge->cursor >= 0 &&
                              (answer->meaning == MEANS_BROKEN || answer->meaning == MEANS_EMPTY));
}

/* A request must be one of those that the answer before it left. */
static void step(struct judge *judge, int place, const struct answer *before)
{
    const struct request *request = &judge->page->list[place];
    const struct request *last = place > 0 ? &judge->page->list[place - 1] : NULL;
    static const char *const names[] = {"fresh", "resume", "poll"};
    int allowed[] = {judge->fresh, judge->resume, judge->poll};
    if (last == NULL) {
        if (request->asked != ASKED_FRESH)
            complain(judge, "the first request is a %s", names[request->asked]);
        return;
    }
    uint32_t pause = request->at - last->at;
    int is_again = request->asked == last->asked && request->after == last->after;
    /* libcurl sends a GET once more when a kept connection breaks before an answer. */
    int is_doubtful =
        is_again && !request->is_post && (before->meaning == MEANS_NO_ANSWER || before->is_lossy);
    if (!allowed[request->asked] && !is_doubtful)
        complain(judge,
                 "request %d is a %s after the answer \"%s\" (retries %d, resumes %d, lies %d)",
                 place, names[request->asked], meaning_name(before->meaning), judge->retries,
                 judge->resumes, judge->lies);
    if (request->asked == ASKED_RESUME && request->after != judge->cursor)
        complain(judge, "request %d resumes after %" PRId64 ", and the last event was %" PRId64,
                 place, request->after, judge->cursor);
    if (request->is_post && request->key != judge->page->list[0].key)
        complain(judge, "request %d has another Idempotency-Key", place);
    judge->doubtful += is_doubtful;
    if (before->wait > 0 && pause + 2 < (uint32_t)before->wait)
        complain(judge, "request %d came after %u ms, and the server asked for %d", place, pause,
                 before->wait);
    if (request->asked == ASKED_FRESH && !judge->has_resumed) {
        judge->retries++;
        return;
    }
    int is_first_look = 0;
    judge->has_resumed = 1;
    if (request->asked == ASKED_POLL) {
        is_first_look = judge->may_look && !judge->is_looking;
        judge->is_looking = judge->may_look;
        judge->is_polling |= !judge->is_looking;
    }
    /* A look, the first request after a refusal, and the next one while the response is under way are
       not counted. */
    int counts = !is_first_look && !(request->asked == ASKED_POLL &&
                                     (before->meaning == MEANS_UNDER_WAY ||
                                      (before->meaning == MEANS_REFUSAL && !before->is_retryable)));
    judge->resumes += counts;
    if (judge->resumes - judge->doubtful > 1 && counts && before->wait <= 0 &&
        pause < LEAST_PAUSE && !is_doubtful)
        complain(judge, "request %d: resume %d without progress after %u ms", place, judge->resumes,
                 pause);
}

/* ---- the end ---------------------------------------------------------------------------------- */

static void check_terminal(struct judge *judge, const struct answer *last)
{
    const struct heard *heard = judge->heard;
    const struct scenario *scenario = judge->scenario;
    if (last->meaning == MEANS_DOCUMENT) {
        if (judge->position + 1 != heard->count || heard->events[judge->position].sequence != -1)
            complain(judge, "%d events follow, and there should be one, made of the document",
                     heard->count - judge->position);
        judge->position = heard->count;
    }
    if (!heard->has_response)
        complain(judge, "there is no response");
    else if (strcmp(heard->response_status, scenario->status) != 0)
        complain(judge, "the response is \"%s\"", heard->response_status);
    else if (strcmp(data_of(&heard->json), scenario->document.data) != 0)
        complain(judge, "the response is not the server's: %.200s", data_of(&heard->json));
    else if (strcmp(data_of(&heard->text), scenario->text.data) != 0)
        complain(judge, "the response's text is \"%.100s\"", data_of(&heard->text));
}

static void check_error(struct judge *judge, const struct answer *last)
{
    const struct heard *heard = judge->heard;
    if (heard->message.len == 0)
        complain(judge, "the error has no message");
    if (heard->last_sequence != judge->cursor &&
        !(heard->last_sequence == -1 && judge->cursor == judge->scenario->starting_after))
        complain(judge, "the error's cursor is %" PRId64 ", and the last event was %" PRId64,
                 heard->last_sequence, judge->cursor);
    if (judge->has_id && judge->events > 0 &&
        strcmp(data_of(&heard->response_id), judge->scenario->id) != 0)
        complain(judge, "the error's response is \"%s\"", data_of(&heard->response_id));
    if (heard->status == RESPONSES_E_API && last->code != NULL) {
        if (strcmp(data_of(&heard->code), last->code) != 0)
            complain(judge, "the error's code is \"%s\"", data_of(&heard->code));
        if (strstr(data_of(&heard->message), last->message) == NULL)
            complain(judge, "the server's words are not in \"%s\"", data_of(&heard->message));
        if (heard->is_retryable != last->is_retryable)
            complain(judge, "is_retryable is %d for %s", heard->is_retryable, last->code);
    }
    /* What had arrived is kept. */
    if (judge->has_id && !judge->is_polling && judge->scenario->starting_after < 0 &&
        heard->has_response && last->meaning != MEANS_UNDER_WAY &&
        strcmp(data_of(&heard->text), data_of(&judge->text)) != 0)
        complain(judge, "what had arrived is \"%.100s\", and should be \"%.100s\"",
                 data_of(&heard->text), data_of(&judge->text));
    if (judge->has_id && judge->known > 0 && !heard->has_response)
        complain(judge, "what had arrived is not there");
}

static void judge_end(struct judge *judge, const struct answer *last)
{
    const struct heard *heard = judge->heard;
    if (heard->was_stopped &&
        (heard->status == RESPONSES_E_CANCELLED || heard->status == RESPONSES_E_USER))
        return;
    unsigned bit = BIT(heard->status);
    if (heard->status == RESPONSES_OK || heard->status == RESPONSES_AGAIN || !(judge->ends & bit)) {
        complain(judge,
                 "it ended with %s after the answer \"%s\" (retries %d, resumes %d, lies %d): %s",
                 responses_status_name(heard->status), meaning_name(last->meaning), judge->retries,
                 judge->resumes, judge->lies, data_of(&heard->message));
        return;
    }
    if (heard->status == RESPONSES_DONE)
        check_terminal(judge, last);
    else
        check_error(judge, last);
    if (judge->position < heard->count)
        complain(judge, "event %d of %d handed over is not there, is again, or not in its place",
                 judge->position, heard->count);
}

int oracle_judge(const struct heard *heard, const struct page *page, uint64_t seed,
                 unsigned without, struct text *why)
{
    static _Thread_local struct scenario scenario;
    static _Thread_local struct answer answers[2];
    struct judge judge = {.heard = heard, .page = page, .scenario = &scenario, .why = why};
    scenario_make(&scenario, seed, heard->number, without);
    judge.cursor = scenario.starting_after;
    memset(answers, 0, sizeof answers);
    int count = page->count;
    struct answer *answer = &answers[0];
    if (count > MAX_REQUESTS)
        complain(&judge, "%d requests were sent", count);
    if (count == 0 && !heard->was_stopped &&
        !(scenario.is_impatient && heard->status == RESPONSES_E_TIMEOUT))
        complain(&judge, "no request was sent; the call ended with %s: %s",
                 responses_status_name(heard->status), data_of(&heard->message));
    if (count > MAX_REQUESTS)
        count = MAX_REQUESTS;
    for (int i = 0; i < count && judge.bad == 0; i++) {
        const struct request *request = &page->list[i];
        step(&judge, i, answer);
        answer_free(answer);
        answer_make(answer, &scenario, i, request->asked, request->after);
        int is_last = i + 1 == count;
        int64_t cursor = judge.cursor;
        answer->is_lossy |= request->was_cut || (heard->is_http2 && answer->ending != ENDING_WHOLE);
        follow(&judge, answer, i,
               answer->is_lossy || scenario.is_impatient || (is_last && heard->was_stopped) ||
                   (answer->ending == ENDING_BAD_CHUNK && heard->is_slow));
        if (request->was_cut && !judge.has_ended) {
            answer->meaning = MEANS_BROKEN;
            answer->wait = -1;
        }
        decide(&judge, answer, judge.cursor != cursor);
    }
    if (judge.bad == 0 && count > 0)
        judge_end(&judge, answer);
    answer_free(answer);
    text_free(&judge.text);
    scenario_free(&scenario);
    return judge.bad;
}

void oracle_explain(const struct heard *heard, const struct page *page, uint64_t seed,
                    unsigned without, struct text *out)
{
    static struct scenario scenario;
    static struct answer answer;
    static const char *const operations[] = {"create_stream", "create_stream in the background",
                                             "get_stream"};
    scenario_make(&scenario, seed, heard->number, without);
    text_addf(out,
              "  %s after %" PRId64 ", %d events%s, max_retries %d, resume_attempts %d%s; %d were "
              "handed over, then %s %s\n",
              operations[scenario.operation], scenario.starting_after, scenario.count,
              scenario.is_numbered ? "" : " without numbers", scenario.max_retries,
              scenario.resume_attempts, scenario.is_impatient ? ", impatient" : "", heard->count,
              responses_status_name(heard->status), data_of(&heard->message));
    for (int i = 0; i < page->count && i < MAX_REQUESTS; i++) {
        const struct request *request = &page->list[i];
        answer_make(&answer, &scenario, i, request->asked, request->after);
        text_addf(out,
                  "  %6u ms: %s after %" PRId64
                  " -> %d %s, %d events, %zu bytes, ending %d, head %d\n",
                  request->at - page->list[0].at, asked_name(request->asked), request->after,
                  answer.status, meaning_name(answer.meaning), answer.count, answer.body.len,
                  answer.ending, answer.head);
        answer_free(&answer);
    }
    for (int i = 0; i < heard->count; i++)
        text_addf(out, "%s%" PRId64 "/%d", i == 0 ? "  heard: " : " ", heard->events[i].sequence,
                  heard->events[i].kind);
    text_add(out, "\n");
    scenario_free(&scenario);
}

/* ---- what was heard --------------------------------------------------------------------------- */

void heard_event(struct heard *heard, const char *json, size_t len, int64_t sequence, int kind)
{
    if (heard->count == heard->capacity) {
        heard->capacity = heard->capacity == 0 ? 64 : heard->capacity * 2;
        heard->events = realloc(heard->events, (size_t)heard->capacity * sizeof *heard->events);
        if (heard->events == NULL)
            abort();
    }
    heard->events[heard->count++] =
        (struct heard_event){.hash = hash_bytes(json, len), .sequence = sequence, .kind = kind};
}

void heard_free(struct heard *heard)
{
    free(heard->events);
    text_free(&heard->message);
    text_free(&heard->code);
    text_free(&heard->response_id);
    text_free(&heard->json);
    text_free(&heard->text);
}
