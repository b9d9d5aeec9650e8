/*
 * batch_progress.c - how far a batch is
 */
#include "batch.h"

#include "failure.h"
#include "status_line.h"
#include "text.h"

#include <stdio.h>
#include <unistd.h>

#define TERMINAL_MS 250
#define LINE_MS     10000

static int64_t shown_ms = -1;

static void add_count(struct text *line, long long count)
{
    if (count >= 10000000)
        text_format(line, "%.1fM", (double)count / 1e6);
    else if (count >= 10000)
        text_format(line, "%.1fk", (double)count / 1e3);
    else
        text_format(line, "%lld", count);
}

static void add_time(struct text *line, double seconds)
{
    long long whole = (long long)(seconds + 0.5);

    if (whole >= 3600)
        text_format(line, "%lldh%02lldm", whole / 3600, whole / 60 % 60);
    else if (whole >= 60)
        text_format(line, "%lldm%02llds", whole / 60, whole % 60);
    else
        text_format(line, "%llds", whole);
}

static void put(const struct text *line)
{
    if (write(STDERR_FILENO, line->bytes, line->length) < 0) {
        /* Nobody is there to be told. */
    }
}

static void put_json(const struct batch *batch, double rate, double left, bool last)
{
    const struct numbers *numbers = &batch->numbers;
    struct text line = {0};

    text_format(&line,
                "{\"%s\":{\"total\":%lld,\"done\":%lld,\"failed\":%lld,\"in_flight\":%d,"
                "\"attempts\":%lld,\"refused\":%lld,\"per_second\":%.1f,\"input_tokens\":%lld,"
                "\"output_tokens\":%lld,\"seconds\":%.1f,\"seconds_left\":",
                last ? "batch" : "progress", numbers->total, numbers->before + numbers->done,
                numbers->failed, numbers->flying, numbers->attempts, numbers->refused, rate,
                numbers->input_tokens, numbers->output_tokens,
                (double)(now_ms() - numbers->began_ms) / 1000);
    if (left >= 0)
        text_format(&line, "%.0f}}\n", left);
    else
        text_append(&line, "null}}\n");
    put(&line);
    text_free(&line);
}

int64_t batch_progress_wait(void)
{
    int64_t every = status_line_is_on() ? TERMINAL_MS : LINE_MS, passed = now_ms() - shown_ms;

    return passed < every ? every - passed : 0;
}

void batch_progress(const struct batch *batch, bool last)
{
    const struct numbers *numbers = &batch->numbers;
    long long here = numbers->done + numbers->failed;
    long long rest = numbers->total - numbers->before - here;
    double seconds = (double)(now_ms() - numbers->began_ms) / 1000;
    double rate = seconds > 0.01 ? (double)numbers->done / seconds : 0;
    double left = rate > 0 && rest >= 0 ? (double)rest / rate : -1;
    struct text line = {0};

    if (!last && (shown_ms < 0 || batch_progress_wait() > 0)) {
        if (shown_ms < 0)
            shown_ms = now_ms();
        return;
    }
    shown_ms = now_ms();
    if (batch->settings->quiet)
        return;
    if (batch->settings->json) {
        put_json(batch, rate, left, last);
        return;
    }
    text_format(&line, "%lld of %lld done", numbers->before + numbers->done, numbers->total);
    if (numbers->failed > 0)
        text_format(&line, ", %lld failed", numbers->failed);
    if (!last)
        text_format(&line, ", %d in flight", numbers->flying);
    text_format(&line, ", %.*f/s", rate < 10 ? 1 : 0, rate);
    if (numbers->refused > 0)
        text_format(&line, ", %lld times 429", numbers->refused);
    text_append(&line, ", ");
    add_count(&line, numbers->input_tokens + numbers->output_tokens);
    text_append(&line, " tokens");
    if (!last && batch->pace.paused_until > now_ms()) {
        text_append(&line, ", paused ");
        add_time(&line, (double)(batch->pace.paused_until - now_ms()) / 1000);
    }
    if (!last && left >= 0) {
        text_append(&line, ", ");
        add_time(&line, left);
        text_append(&line, " left");
    } else if (last) {
        text_append(&line, ", ");
        add_time(&line, seconds);
    }
    if (!last && status_line_is_on())
        status_line_show(line.bytes);
    else
        remark("%s", line.bytes);
    text_free(&line);
}
