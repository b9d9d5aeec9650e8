/*
 * batch_pace.c - when the next request of a batch may be sent
 */
#include "batch_pace.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MINUTE 60000.0

/* Of what the server allows: clocks differ, and so do ways of counting. */
#define SHARE 0.985

/* Under way before anything is known of the server; and so many more in each second in which it
   says nothing, since a refusal would come at once, and an answer may take minutes. */
#define FIRST_ONES 8
#define FIRST_MS   1000

/* A pause is looked at again after this. */
#define LOOK_MS 250

void pace_begin(struct pace *pace, double rpm, double tpm, int64_t now)
{
    *pace = (struct pace){.factor = 1,
                          .now_ms = now,
                          .window = 1e9,
                          .newest = -1,
                          .input_ratio = 0.25,
                          .output_tokens = 256};
    pace->requests.own_rate = rpm / MINUTE;
    /* One: so no minute has more than is allowed. */
    pace->requests.own_room = pace->requests.own_level = 1;
    pace->tokens.own_rate = tpm / MINUTE;
    pace->tokens.own_room = pace->tokens.own_level = tpm / 60;
}

/* How much of what the server allows may be spent at once. */
static double room_of(const struct meter *meter)
{
    return meter->limit / 10 > FIRST_ONES ? meter->limit / 10 : FIRST_ONES;
}

/* What remains, as far as is known here, and the time that it has to do for. */
static double left_of(const struct meter *meter, int64_t now, double *ms)
{
    double passed = (double)(now - meter->told_ms);

    *ms = meter->reset_ms - passed;
    if (*ms < 1)
        *ms = 1;
    return meter->remaining - (meter->spent - meter->spent_then);
}

static double rate_of(const struct pace *pace, const struct meter *meter, int64_t now)
{
    double ms, left = left_of(meter, now, &ms);

    return left > 0 ? left / ms * SHARE * pace->factor : 0;
}

static void fill(const struct pace *pace, struct meter *meter, int64_t now)
{
    double passed = (double)(now - pace->now_ms), ms;

    meter->own_level += passed * meter->own_rate;
    if (meter->own_level > meter->own_room)
        meter->own_level = meter->own_room;
    if (!meter->told)
        return;
    if ((double)(now - meter->told_ms) > meter->reset_ms && left_of(meter, now, &ms) < 1) {
        /* It was to be renewed by now, and no answer has said so: the next one will. */
        meter->remaining = FIRST_ONES;
        meter->spent_then = meter->spent;
        meter->told_ms = meter->sent_ms = now;
        meter->reset_ms = FIRST_ONES * MINUTE / meter->limit;
    }
    meter->level += passed * rate_of(pace, meter, now);
    if (meter->level > room_of(meter))
        meter->level = room_of(meter);
}

static double smaller(double one, double other)
{
    return one < other ? one : other;
}

/* Milliseconds until so much may be spent. What is larger than all that can be saved up waits for
   that, and is owed. */
static double wait_of(const struct pace *pace, const struct meter *meter, double cost, int64_t now)
{
    double wait = 0, level = smaller(cost, meter->own_room), rate, ms, left;

    if (meter->own_rate > 0 && meter->own_level < level)
        wait = (level - meter->own_level) / meter->own_rate;
    if (!meter->told)
        return wait;
    rate = rate_of(pace, meter, now);
    level = smaller(cost, room_of(meter));
    if (meter->level < level) {
        double more = rate > 0 ? (level - meter->level) / rate : LOOK_MS;

        wait = more > wait ? more : wait;
    }
    /* Never more than there is: what remained, and what was made up for since; without what was sent
       after that. */
    left = left_of(meter, now, &ms) + (double)(now - meter->sent_ms) * meter->refill;
    cost = smaller(cost, meter->limit * 0.9);
    if (left < cost) {
        double more = meter->refill > 0 ? (cost - left) / meter->refill : LOOK_MS;

        wait = more > wait ? more : wait;
    }
    return wait;
}

static double tokens_of(const struct pace *pace, double bytes)
{
    return bytes * pace->input_ratio + pace->output_tokens;
}

static void advance(struct pace *pace, int64_t now)
{
    fill(pace, &pace->requests, now);
    fill(pace, &pace->tokens, now);
    pace->factor = smaller(1, pace->factor + (double)(now - pace->now_ms) * 0.00002);
    pace->now_ms = now;
}

int64_t pace_wait(struct pace *pace, double bytes, int flying, int64_t now)
{
    double wait, more;

    advance(pace, now);
    if (!pace->answered &&
        flying >= FIRST_ONES * (1 + (pace->number > 0 ? (now - pace->first_ms) / FIRST_MS : 0)))
        return LOOK_MS;
    if (now < pace->paused_until)
        return pace->paused_until - now;
    if (flying >= pace->window)
        return LOOK_MS;
    wait = wait_of(pace, &pace->requests, 1, now);
    more = wait_of(pace, &pace->tokens, tokens_of(pace, bytes), now);
    wait = more > wait ? more : wait;
    return wait <= 0 ? 0 : (int64_t)smaller(wait, LOOK_MS) + 1;
}

static void spend(struct meter *meter, double cost, double *then)
{
    meter->own_level -= cost;
    meter->level -= cost;
    meter->spent += cost;
    *then = meter->spent;
}

void pace_sent(struct pace *pace, struct share *share, double bytes, int64_t now)
{
    advance(pace, now);
    if (pace->number == 0)
        pace->first_ms = now;
    share->number = pace->number++;
    share->sent_ms = now;
    share->tokens = tokens_of(pace, bytes);
    spend(&pace->requests, 1, &share->requests_then);
    spend(&pace->tokens, share->tokens, &share->tokens_then);
}

double pace_duration(const char *text)
{
    double sum = 0;
    char *end;

    if (*text == '\0')
        return -1;
    while (*text != '\0') {
        double number = strtod(text, &end);

        if (end == text || !(number >= 0))
            return -1;
        if (strncmp(end, "ms", 2) == 0) {
            sum += number;
            end += 2;
        } else if (*end == 's' || *end == '\0') {
            /* Some servers name the time of day. */
            if (*end == '\0' && number > 1e9)
                number = number - (double)time(NULL) > 0 ? number - (double)time(NULL) : 0;
            sum += number * 1000;
            end += *end == 's';
        } else if (*end == 'm' || *end == 'h' || *end == 'd') {
            sum += number * (*end == 'm' ? 60000 : *end == 'h' ? 3600000 : 86400000);
            end++;
        } else {
            return -1;
        }
        text = end;
    }
    return sum < 1e12 ? sum : 1e12;
}

static void take_headers(struct meter *meter, const char *limit, const char *remaining,
                         const char *reset, const struct share *share, double then, int64_t now)
{
    double number = limit != NULL ? strtod(limit, NULL) : 0, used;
    bool first = !meter->told;

    if (!(number > 0) || number > 1e15 || remaining == NULL)
        return;
    meter->told = true;
    meter->limit = number;
    meter->remaining = strtod(remaining, NULL);
    if (!(meter->remaining >= 0) || meter->remaining > number)
        meter->remaining = 0;
    used = number - meter->remaining;
    meter->reset_ms = reset != NULL ? pace_duration(reset) : -1;
    if (meter->reset_ms < 0)
        meter->reset_ms = used * MINUTE / number;
    meter->refill = meter->reset_ms > 0 ? used / meter->reset_ms : number / MINUTE;
    /* A window of time looks like a fast bucket shortly before its end. */
    meter->refill = smaller(meter->refill, number / 1000);
    meter->told_ms = now;
    meter->sent_ms = share->sent_ms;
    meter->spent_then = then;
    if (first)
        meter->level = smaller(room_of(meter), meter->remaining);
}

void pace_answered(struct pace *pace, const struct share *share, const struct limits *limits,
                   bool well, double bytes, double input, double output, int64_t now)
{
    advance(pace, now);
    pace->answered = true;
    if (well) {
        pace->streak = 0;
        pace->window += 0.5;
    }
    if (input >= 0 && output >= 0) {
        /* What was reckoned and was not used may be spent, and the next guess is better. */
        double over = share->tokens - (input + output);

        pace->tokens.own_level += over;
        pace->tokens.level += over;
        if (bytes > 0)
            pace->input_ratio += (input / bytes - pace->input_ratio) * 0.1;
        pace->output_tokens += (output - pace->output_tokens) * 0.1;
    }
    if (share->number < pace->newest)
        return;
    pace->newest = share->number;
    take_headers(&pace->requests, limits->limit_requests, limits->remaining_requests,
                 limits->reset_requests, share, share->requests_then, now);
    take_headers(&pace->tokens, limits->limit_tokens, limits->remaining_tokens,
                 limits->reset_tokens, share, share->tokens_then, now);
}

void pace_refused(struct pace *pace, const struct limits *limits, int flying, int64_t after_ms,
                  int64_t now)
{
    double reset;

    /* Where it does not say how long: until what is used up is there again. */
    if (after_ms < 0 && limits->remaining_requests != NULL && limits->reset_requests != NULL &&
        strtod(limits->remaining_requests, NULL) < 1) {
        reset = pace_duration(limits->reset_requests);
        after_ms = reset >= 0 && reset < 3600000 ? (int64_t)reset : -1;
    }
    if (after_ms < 0 && limits->remaining_tokens != NULL && limits->reset_tokens != NULL &&
        strtod(limits->remaining_tokens, NULL) < 1) {
        reset = pace_duration(limits->reset_tokens);
        after_ms = reset >= 0 && reset < 3600000 ? (int64_t)reset : -1;
    }
    /* All that was under way may come back refused; that counts once. */
    if (now >= pace->paused_until) {
        pace->factor = pace->factor * 0.9 > 0.1 ? pace->factor * 0.9 : 0.1;
        pace->window =
            smaller(pace->window, flying) / 2 > 1 ? smaller(pace->window, flying) / 2 : 1;
        pace->streak++;
    }
    /* It doubles as long as nothing else comes, up to a minute. */
    if (after_ms < 0)
        after_ms = pace->streak < 7 ? 500LL << pace->streak : 60000;
    if (now + after_ms > pace->paused_until)
        pace->paused_until = now + after_ms;
}
