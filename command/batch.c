/*
 * batch.c - many requests from a file, and their answers in another
 */
#include "batch.h"

#include "connection.h"
#include "failure.h"
#include "operations.h"
#include "output.h"
#include "signals.h"
#include "status_line.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONCURRENCY 100
#define RETRIES     5

/* Descriptors beside those of connections. */
#define OTHER_FILES 64

static enum outcome number_option(const char *value, const char *name, long long least,
                                  long long most, long long *number)
{
    if (value == NULL)
        return OUTCOME_COMPLETE;
    if (!whole_number(value, most, number) || *number < least)
        return usage_failure("%s takes %lld to %lld, not '%s'", name, least, most, value);
    return OUTCOME_COMPLETE;
}

static enum outcome read_bounds(struct batch *batch, long long *rpm, long long *tpm)
{
    const struct settings *settings = batch->settings;
    struct bounds *bounds = &batch->bounds;
    const struct {
        const char *value, *name;
        long long least, most, *to;
    } all[] = {
        {settings->concurrency, "--concurrency", 1, 100000, &bounds->concurrency},
        {settings->rpm, "--rpm", 1, 1000000000, rpm},
        {settings->tpm, "--tpm", 1, 1000000000000, tpm},
        {settings->limit, "--limit", 1, 4000000000, &bounds->limit},
        {settings->max_failures, "--max-failures", 1, 4000000000, &bounds->max_failures},
        {settings->max_retries, "--max-retries", 0, 100, &bounds->max_retries},
    };
    size_t i;

    bounds->concurrency = CONCURRENCY;
    bounds->max_retries = RETRIES;
    for (i = 0; i < sizeof all / sizeof all[0]; i++)
        if (number_option(all[i].value, all[i].name, all[i].least, all[i].most, all[i].to) !=
            OUTCOME_COMPLETE)
            return OUTCOME_USAGE;
    if (settings->output == NULL && !settings->check && !settings->dry_run)
        return usage_failure("-o OUT.jsonl is missing: where the answers go");
    if (settings->output != NULL && strcmp(settings->output, "-") == 0)
        return usage_failure(
            "-o: the answers cannot go to standard output, because what is there has "
            "to be read again to go on");
    return OUTCOME_COMPLETE;
}

/* Each request under way may have a connection of its own. */
static void fit_files(struct bounds *bounds)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    if (files.rlim_cur < (rlim_t)bounds->concurrency + OTHER_FILES) {
        files.rlim_cur = (rlim_t)bounds->concurrency + OTHER_FILES;
        if (files.rlim_max != RLIM_INFINITY && files.rlim_cur > files.rlim_max)
            files.rlim_cur = files.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &files) != 0)
            getrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur < (rlim_t)bounds->concurrency + OTHER_FILES) {
        bounds->concurrency =
            files.rlim_cur > OTHER_FILES ? (long long)files.rlim_cur - OTHER_FILES : 1;
        remark("only %lld at a time: the limit of open files is %llu", bounds->concurrency,
               (unsigned long long)files.rlim_cur);
    }
}

static bool needs_quotes(const char *word)
{
    return *word == '\0' ||
           word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "@%+=:,./_-")] != '\0';
}

static void add_word(struct text *line, const char *word)
{
    if (line->length > 0)
        text_append(line, " ");
    if (!needs_quotes(word)) {
        text_append(line, word);
        return;
    }
    text_append(line, "'");
    for (; *word != '\0'; word++)
        if (*word == '\'')
            text_append(line, "'\\''");
        else
            text_add(line, word, 1);
    text_append(line, "'");
}

/* The command that goes on, as it would be typed. */
static void tell_how_to_go_on(const struct batch *batch, const char *why, const char *more)
{
    const struct settings *settings = batch->settings;
    struct text line = {0};
    int i;

    for (i = 0; i < settings->argc; i++)
        add_word(&line, settings->argv[i]);
    if (more != NULL)
        add_word(&line, more);
    if (batch->input.copied)
        text_append(&line, " (with the same input once more)");
    if (settings->json) {
        struct text json = {0};
        size_t needed;
        char *quoted;

        responses_json_quote(line.bytes, line.length, NULL, 0, &needed);
        if (needed > 0) {
            quoted = allocated(needed);
            responses_json_quote(line.bytes, line.length, quoted, needed, &needed);
            text_format(&json, "{\"go_on\":%s}\n", quoted);
            free(quoted);
            if (write(STDERR_FILENO, json.bytes, json.length) < 0) {
                /* Nobody is there to be told. */
            }
        }
        text_free(&json);
    } else {
        complain("%s: %s", why, line.bytes);
    }
    text_free(&line);
}

static void count(struct batch *batch)
{
    size_t i;

    for (i = 0; i < batch->table.count; i++) {
        const struct entry *entry = batch->table.entries + i;

        if (entry->line == 0)
            break;
        batch->numbers.total++;
        if (entry->state == STATE_DONE)
            batch->numbers.before++;
        else if (!batch_wants(batch, entry))
            batch->numbers.failed++;
    }
}

static enum outcome show_check(struct batch *batch)
{
    struct text line = {0};

    text_format(&line, "%zu requests\n", batch->table.count);
    if (batch->settings->json) {
        text_clear(&line);
        text_format(&line, "{\"requests\":%zu}\n", batch->table.count);
    }
    output_bytes(line.bytes, line.length);
    text_free(&line);
    return OUTCOME_COMPLETE;
}

static enum outcome finish_batch(struct batch *batch, enum outcome outcome)
{
    const struct settings *settings = batch->settings;
    const struct numbers *numbers = &batch->numbers;
    long long left = numbers->total - numbers->before - numbers->done - numbers->failed;
    enum outcome rewritten = OUTCOME_COMPLETE;

    if ((settings->compact || settings->ordered) && outcome != OUTCOME_OUTPUT &&
        outcome != OUTCOME_TERMINATED) {
        rewritten = output_rewrite(&batch->output, &batch->table, settings->ordered);
        if (outcome == OUTCOME_COMPLETE)
            outcome = rewritten;
    }
    if (outcome == OUTCOME_COMPLETE && numbers->failed > 0)
        outcome = OUTCOME_OTHER;
    batch_progress(batch, true);
    if (left > 0)
        tell_how_to_go_on(batch, "to go on", NULL);
    else if (numbers->failed > 0)
        tell_how_to_go_on(batch, "to send the failed ones again",
                          settings->retry_failed ? NULL : "--retry-failed");
    return outcome;
}

enum outcome batch_run(const struct settings *settings)
{
    static struct batch batch;
    struct settings changed = *settings;
    long long rpm = 0, tpm = 0;
    enum outcome outcome;

    batch.settings = settings;
    batch.retry_failed = settings->retry_failed;
    outcome = read_bounds(&batch, &rpm, &tpm);
    if (outcome == OUTCOME_COMPLETE)
        outcome = input_open(&batch.input, settings->words[0]);
    if (outcome == OUTCOME_COMPLETE)
        outcome = input_check(&batch.input, &batch.table);
    if (outcome == OUTCOME_COMPLETE && (settings->check || settings->dry_run)) {
        outcome = show_check(&batch);
    } else if (outcome == OUTCOME_COMPLETE) {
        /* A refusal has to slow down all of them, so that the retries are the batch's own. */
        changed.max_retries = "0";
        outcome = connection_open(&changed, &batch.client);
        if (outcome == OUTCOME_COMPLETE)
            outcome = output_open(&batch.output, settings->output, &batch.input);
        if (outcome == OUTCOME_COMPLETE)
            outcome = output_recover(&batch.output, &batch.table, settings->resend_changed);
        if (outcome == OUTCOME_COMPLETE) {
            fit_files(&batch.bounds);
            batch.output.each_line = settings->fsync;
            batch.numbers.began_ms = now_ms();
            count(&batch);
            pace_begin(&batch.pace, (double)rpm, (double)tpm, now_ms());
            outcome = finish_batch(&batch, batch_send(&batch));
        }
        output_close(&batch.output);
        responses_client_free(batch.client);
    }
    input_close(&batch.input);
    table_free(&batch.table);
    return outcome;
}
