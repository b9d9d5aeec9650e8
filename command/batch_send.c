/*
 * batch_send.c - the requests of a batch, many at a time, on one thread
 *
 * Each is a call of the library that was started, and the client's one descriptor says when there is
 * something to read. The library's own retries are off: a refusal has to slow down all of them.
 */
#include "batch.h"

#include "failure.h"
#include "signals.h"
#include "status_line.h"
#include "text.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Bodies in memory at a time: a batch of large images stays bounded, too. One is always sent. */
#define BODY_BYTES (64LL << 20)

/* Refused for the pace so often, a request is given up. */
#define REFUSALS 100

#define SYNC_MS 1000

enum doing { IDLE, FLYING, WAITING };

/* A request that is under way, or waits to be sent again. */
struct slot {
    enum doing doing;
    responses_call *call;
    size_t entry;
    struct text custom_id, body;
    int attempts; /* that count */
    int refusals;
    int64_t first_ms; /* when it was first sent */
    int64_t due_ms;   /* when it may be sent again */
    struct share share;
};

struct sending {
    struct batch *batch;
    struct slot *slots;
    int slot_count, used;
    int waiting;
    long long body_bytes;
    struct request next; /* read, and not sent yet */
    size_t next_entry;
    bool has_next, read_all;
    bool draining; /* nothing new is begun */
    enum outcome outcome;
    int64_t answered_ms; /* when the server last said anything */
    int64_t synced_ms;
    struct text line;
};

bool batch_wants(const struct batch *batch, const struct entry *entry)
{
    return entry->state == STATE_NEW || entry->state == STATE_PASSED ||
           (entry->state == STATE_REFUSED && batch->retry_failed);
}

/* Ends it, when what is under way has been answered. The first reason counts. */
static void drain(struct sending *sending, enum outcome outcome)
{
    if (!sending->draining || sending->outcome == OUTCOME_COMPLETE)
        sending->outcome = outcome;
    sending->draining = true;
}

/* Looks for the next request that is to be sent. */
static void look_ahead(struct sending *sending)
{
    struct batch *batch = sending->batch;

    while (!sending->has_next && !sending->read_all) {
        int more = input_next(&batch->input, &batch->table, &sending->next, &sending->next_entry);

        if (more < 0) {
            complain_of(OUTCOME_OTHER, "", -1, "%s is not what it was when it was checked",
                        batch->input.path);
            drain(sending, OUTCOME_OTHER);
        }
        if (more <= 0)
            sending->read_all = true;
        else
            sending->has_next = batch_wants(batch, batch->table.entries + sending->next_entry);
    }
}

static void release(struct sending *sending, struct slot *slot)
{
    responses_call_free(slot->call);
    slot->call = NULL;
    slot->doing = IDLE;
    sending->used--;
    sending->body_bytes -= (long long)slot->body.length;
    /* What was large is not kept for one that is small. */
    if (slot->body.room > 65536)
        text_free(&slot->body);
}

/* The last word on a request: a line of the output. */
static void write_result(struct sending *sending, struct slot *slot,
                         const responses_response *response, const responses_error *error)
{
    struct batch *batch = sending->batch;
    struct entry *entry = batch->table.entries + slot->entry;
    off_t place = batch->output.size;
    enum state state = result_line(&sending->line, entry->key, slot->custom_id.bytes,
                                   slot->custom_id.length, response, error);

    if (output_append(&batch->output, &sending->line) != OUTCOME_COMPLETE) {
        /* What is under way would have nowhere to go. */
        sending->outcome = OUTCOME_OUTPUT;
        sending->draining = true;
        return;
    }
    /* The one that was very large. */
    if (sending->line.room > (1 << 20))
        text_free(&sending->line);
    entry->place = place;
    entry->state = (uint8_t)state;
    if (state == STATE_DONE) {
        batch->numbers.done++;
        return;
    }
    batch->numbers.failed++;
    if (batch->bounds.max_failures > 0 && batch->numbers.failed >= batch->bounds.max_failures &&
        !sending->draining) {
        remark("%lld have failed: no more are sent", batch->numbers.failed);
        drain(sending, OUTCOME_OTHER);
    }
}

static void start(struct sending *sending, struct slot *slot, int64_t now)
{
    struct batch *batch = sending->batch;
    struct entry *entry = batch->table.entries + slot->entry;
    responses_client *client = NULL;
    responses_error *error = NULL;
    char key[sizeof "batch-" + 2 * ID_BYTES] = "batch-";
    static const char digits[] = "0123456789abcdef";
    int i, status;

    for (i = 0; i < ID_BYTES; i++) {
        key[6 + 2 * i] = digits[entry->key[i] >> 4];
        key[7 + 2 * i] = digits[entry->key[i] & 15];
    }
    /* A client of its own for each: a header belongs to a client, and this one to a request. */
    status = responses_client_derive(batch->client, &client, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set_header(client, "Idempotency-Key", key, &error);
    if (status == RESPONSES_OK)
        status = responses_create_start(client, slot->body.bytes, slot->body.length, &slot->call,
                                        &error);
    responses_client_free(client);
    if (status == RESPONSES_OK) {
        responses_call_set_user_data(slot->call, slot);
        pace_sent(&batch->pace, &slot->share, (double)slot->body.length, now);
        slot->doing = FLYING;
        batch->numbers.flying++;
        batch->numbers.attempts++;
        return;
    }
    if (failure_outcome(error, false) == OUTCOME_KEY) {
        failure_tell(error, OUTCOME_KEY, "", -1);
        drain(sending, OUTCOME_KEY);
    } else {
        write_result(sending, slot, NULL, error);
    }
    responses_error_free(error);
    release(sending, slot);
}

/* Sends again what waited long enough; `*wait` is how long the next one has to. */
static void start_waiting(struct sending *sending, int64_t now, int64_t *wait)
{
    struct batch *batch = sending->batch;
    int i;

    for (i = 0; i < sending->slot_count && sending->waiting > 0; i++) {
        struct slot *slot = sending->slots + i;
        int64_t more;

        if (slot->doing != WAITING)
            continue;
        if (slot->due_ms > now) {
            if (slot->due_ms - now < *wait)
                *wait = slot->due_ms - now;
            continue;
        }
        more = pace_wait(&batch->pace, (double)slot->body.length, batch->numbers.flying, now);
        if (more > 0) {
            if (more < *wait)
                *wait = more;
            return;
        }
        sending->waiting--;
        start(sending, slot, now);
    }
}

static struct slot *free_slot(struct sending *sending)
{
    int i;

    for (i = 0; i < sending->slot_count; i++)
        if (sending->slots[i].doing == IDLE)
            return sending->slots + i;
    return NULL;
}

static void start_new(struct sending *sending, int64_t now, int64_t *wait)
{
    struct batch *batch = sending->batch;

    while (!sending->draining && sending->used < sending->slot_count) {
        struct slot *slot;
        int64_t more;

        look_ahead(sending);
        if (!sending->has_next || sending->draining)
            return;
        if (sending->used > 0 &&
            sending->body_bytes + (long long)sending->next.body_length > BODY_BYTES)
            return;
        /* Those that wait to be sent again go first. */
        if (sending->waiting > 0 && now < batch->pace.paused_until)
            return;
        more =
            pace_wait(&batch->pace, (double)sending->next.body_length, batch->numbers.flying, now);
        if (more > 0) {
            if (more < *wait)
                *wait = more;
            return;
        }
        if (batch->bounds.limit > 0 && batch->numbers.sent >= batch->bounds.limit) {
            drain(sending, OUTCOME_COMPLETE);
            return;
        }
        slot = free_slot(sending);
        if (slot == NULL)
            return;
        text_clear(&slot->custom_id);
        text_add(&slot->custom_id, sending->next.custom_id, sending->next.custom_id_length);
        text_clear(&slot->body);
        text_add(&slot->body, sending->next.body, sending->next.body_length);
        slot->entry = sending->next_entry;
        slot->attempts = slot->refusals = 0;
        slot->first_ms = now;
        sending->has_next = false;
        sending->used++;
        sending->body_bytes += (long long)slot->body.length;
        batch->numbers.sent++;
        start(sending, slot, now);
    }
}

/* A header in the lines of an error. The value is put into `buffer`. */
static const char *header_of_error(const responses_error *error, const char *name, char *buffer,
                                   size_t room)
{
    const char *at = responses_error_field(error, RESPONSES_ERROR_HEADERS, NULL);
    size_t length = strlen(name);

    while (at != NULL && *at != '\0') {
        size_t line = strcspn(at, "\n");

        if (line > length + 1 && strncasecmp(at, name, length) == 0 && at[length] == ':') {
            const char *value = at + length + 1;
            size_t n = line - length - 1;

            while (n > 0 && *value == ' ') {
                value++;
                n--;
            }
            while (n > 0 && (value[n - 1] == '\r' || value[n - 1] == ' '))
                n--;
            if (n >= room)
                return NULL;
            memcpy(buffer, value, n);
            buffer[n] = '\0';
            return buffer;
        }
        at += line + (at[line] == '\n');
    }
    return NULL;
}

static void limits_of_error(const responses_error *error, char buffers[6][64],
                            struct limits *limits)
{
    static const char *const names[] = {
        "x-ratelimit-limit-requests",   "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",   "x-ratelimit-limit-tokens",
        "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"};
    const char **to[] = {&limits->limit_requests,   &limits->remaining_requests,
                         &limits->reset_requests,   &limits->limit_tokens,
                         &limits->remaining_tokens, &limits->reset_tokens};
    int i;

    for (i = 0; i < 6; i++)
        *to[i] = header_of_error(error, names[i], buffers[i], sizeof buffers[i]);
}

static long long count_at(const responses_response *response, const char *pointer)
{
    const char *value;
    int type;

    if (responses_response_get(response, pointer, &type, &value, NULL) != RESPONSES_OK ||
        type != RESPONSES_JSON_NUMBER)
        return -1;
    return strtoll(value, NULL, 10);
}

static void take_answer(struct sending *sending, struct slot *slot, int64_t now)
{
    struct batch *batch = sending->batch;
    const responses_response *response = responses_call_response(slot->call);
    long long input = count_at(response, "/usage/input_tokens");
    long long output = count_at(response, "/usage/output_tokens");
    struct limits limits = {responses_response_header(response, "x-ratelimit-limit-requests"),
                            responses_response_header(response, "x-ratelimit-remaining-requests"),
                            responses_response_header(response, "x-ratelimit-reset-requests"),
                            responses_response_header(response, "x-ratelimit-limit-tokens"),
                            responses_response_header(response, "x-ratelimit-remaining-tokens"),
                            responses_response_header(response, "x-ratelimit-reset-tokens")};

    sending->answered_ms = now;
    pace_answered(&batch->pace, &slot->share, &limits, true, (double)slot->body.length,
                  (double)input, (double)output, now);
    if (input > 0)
        batch->numbers.input_tokens += input;
    if (output > 0)
        batch->numbers.output_tokens += output;
    write_result(sending, slot, response, NULL);
    release(sending, slot);
}

/* A pause before it is sent again: what the server asks for, or one that doubles. */
static int64_t pause_before(const struct slot *slot, int64_t asked, int64_t paused, int64_t now)
{
    int64_t pause = 500;
    int i;

    for (i = 1; i < slot->attempts && pause < 30000; i++)
        pause *= 2;
    pause -= pause / 4 * (rand() % 1000) / 1000;
    if (asked > pause)
        pause = asked;
    return now + pause > paused ? now + pause : paused;
}

static void take_failure(struct sending *sending, struct slot *slot, const responses_error *error,
                         int64_t now)
{
    struct batch *batch = sending->batch;
    enum outcome outcome = failure_outcome(error, false);
    int http = responses_error_http_status(error);
    int64_t after = responses_error_retry_after_ms(error);
    char buffers[6][64];
    struct limits limits = {0};
    bool again = responses_error_is_retryable(error) ||
                 responses_error_status(error) == RESPONSES_E_PROTOCOL;

    limits_of_error(error, buffers, &limits);
    if (http > 0) {
        sending->answered_ms = now;
        pace_answered(&batch->pace, &slot->share, &limits, false, (double)slot->body.length, -1, -1,
                      now);
    }
    if (http == 401 || outcome == OUTCOME_QUOTA) {
        /* It is nothing of this request: it is not marked as failed, and all others would be. */
        if (!sending->draining)
            failure_tell(error, outcome, "", -1);
        drain(sending, outcome);
        release(sending, slot);
        return;
    }
    if (http == 429) {
        batch->numbers.refused++;
        pace_refused(&batch->pace, &limits, batch->numbers.flying + 1, after, now);
        again = batch->bounds.max_retries > 0 && ++slot->refusals < REFUSALS;
    } else if (++slot->attempts > batch->bounds.max_retries) {
        again = false;
        if (http == 0 && outcome == OUTCOME_TRANSIENT && sending->answered_ms < slot->first_ms) {
            /* Nobody has had an answer since: that is no failure of this request. */
            if (!sending->draining)
                failure_tell(error, outcome, "", -1);
            drain(sending, outcome);
            release(sending, slot);
            return;
        }
    } else if (after > 0) {
        pace_refused(&batch->pace, &limits, batch->numbers.flying + 1, after, now);
    }
    if (!again) {
        write_result(sending, slot, NULL, error);
        release(sending, slot);
        return;
    }
    if (sending->draining && sending->outcome != OUTCOME_COMPLETE) {
        /* The next run sends it. */
        release(sending, slot);
        return;
    }
    slot->due_ms = pause_before(slot, after, batch->pace.paused_until, now);
    responses_call_free(slot->call);
    slot->call = NULL;
    slot->doing = WAITING;
    sending->waiting++;
}

/* Reads all calls that have ended. */
static void read_ended(struct sending *sending)
{
    struct batch *batch = sending->batch;
    responses_call *call;
    int64_t now = now_ms();

    responses_client_dispatch(batch->client);
    while (responses_client_next_ready(batch->client, &call) == RESPONSES_OK) {
        struct slot *slot = responses_call_user_data(call);
        const responses_event *event = NULL;
        responses_error *error = NULL;
        int status = responses_call_next(call, &event, &error);

        if (status == RESPONSES_OK || status == RESPONSES_AGAIN)
            continue;
        batch->numbers.flying--;
        if (status == RESPONSES_DONE)
            take_answer(sending, slot, now);
        else
            take_failure(sending, slot, error, now);
        responses_error_free(error);
        if (sending->outcome == OUTCOME_OUTPUT)
            return;
    }
}

/* What a signal means: the first ends it gently. Returns false when it is to end at once. */
static bool heed_signals(struct sending *sending)
{
    if (!signals_stop())
        return true;
    if (signals_outcome() == OUTCOME_TERMINATED || signals_count() > 1) {
        sending->outcome = signals_outcome();
        return false;
    }
    if (!sending->draining || sending->outcome == OUTCOME_COMPLETE) {
        remark("%d requests are under way and are waited for; Ctrl-C again ends at once",
               sending->batch->numbers.flying);
        drain(sending, signals_outcome());
    }
    return true;
}

/* What waits to be sent again is left to the next run. */
static void drop_waiting(struct sending *sending)
{
    int i;

    for (i = 0; i < sending->slot_count && sending->waiting > 0; i++)
        if (sending->slots[i].doing == WAITING) {
            sending->waiting--;
            release(sending, sending->slots + i);
        }
}

/* A limit of requests ends with those that were begun: they are sent again as often as needed. */
static bool has_more(struct sending *sending)
{
    if (sending->draining && sending->outcome != OUTCOME_COMPLETE)
        drop_waiting(sending);
    return sending->used > 0 || (!sending->draining && (sending->has_next || !sending->read_all));
}

static void run(struct sending *sending, const sigset_t *open)
{
    struct batch *batch = sending->batch;
    struct pollfd ready = {responses_client_fd(batch->client), POLLIN, 0};

    while (heed_signals(sending) && has_more(sending) && sending->outcome != OUTCOME_OUTPUT) {
        int64_t now = now_ms(), wait = 1000;
        struct timespec time;

        if (!(sending->draining && sending->outcome != OUTCOME_COMPLETE))
            start_waiting(sending, now, &wait);
        start_new(sending, now, &wait);
        if (!has_more(sending) || sending->outcome == OUTCOME_OUTPUT)
            break;
        if (batch->output.dirty && now - sending->synced_ms >= SYNC_MS) {
            if (output_sync(&batch->output) != OUTCOME_COMPLETE) {
                sending->outcome = OUTCOME_OUTPUT;
                return;
            }
            sending->synced_ms = now;
        }
        batch_progress(batch, false);
        if (batch_progress_wait() < wait)
            wait = batch_progress_wait();
        time.tv_sec = wait / 1000;
        time.tv_nsec = wait % 1000 * 1000000;
        if (ppoll(&ready, 1, &time, open) > 0)
            read_ended(sending);
    }
}

enum outcome batch_send(struct batch *batch)
{
    struct sending sending = {.batch = batch, .slot_count = (int)batch->bounds.concurrency};
    sigset_t open;
    int i;

    if (!input_rewind(&batch->input))
        return usage_failure("%s: %s", batch->input.path, strerror(errno));
    sending.slots = allocated((size_t)sending.slot_count * sizeof *sending.slots);
    memset(sending.slots, 0, (size_t)sending.slot_count * sizeof *sending.slots);
    srand((unsigned)now_ms());
    signals_hold(&open);
    run(&sending, &open);
    status_line_erase();
    batch->numbers.flying = 0;
    for (i = 0; i < sending.slot_count; i++) {
        responses_call_free(sending.slots[i].call);
        text_free(&sending.slots[i].custom_id);
        text_free(&sending.slots[i].body);
    }
    free(sending.slots);
    text_free(&sending.line);
    text_free(&sending.next.made);
    if (output_sync(&batch->output) != OUTCOME_COMPLETE)
        sending.outcome = OUTCOME_OUTPUT;
    return sending.outcome;
}
