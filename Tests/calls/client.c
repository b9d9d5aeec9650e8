/* Cases become calls, and what comes of them is judged. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "client.h"

struct run run;

static _Atomic(struct job *) pages[JOURNAL_PAGES]; /* the job that uses a page of the journal */

/* A call that takes longer than this hangs. Builds beside it can hold a run up for a minute. */
enum { LONGEST_CALL_MS = 360000 };

uint64_t now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void must(int status, responses_error *error)
{
    if (status == RESPONSES_OK)
        return;
    fprintf(stderr, "%s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    exit(2);
}

static void set(responses_client *client, const char *name, const char *value)
{
    responses_error *error = NULL;
    must(responses_client_set(client, name, value, &error), error);
}

static void set_number(responses_client *client, const char *name, int value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    set(client, name, text);
}

responses_client *client_make(void)
{
    responses_client *client;
    responses_error *error = NULL;
    char url[64];
    must(responses_client_new(&client, &error), error);
    snprintf(url, sizeof url, "http%s://127.0.0.1:%d/v1", run.is_http2 ? "s" : "",
             run.serving.port);
    set(client, "base_url", url);
    set(client, "api_key", "sk-test");
    set(client, "proxy", "");
    set(client, "poll_interval_ms", "20");
    /* Patience: on a busy machine no limit of time may be reached but those that are meant to. */
    set(client, "connect_timeout_ms", "60000");
    set(client, "first_event_timeout_ms", "300000");
    set(client, "idle_timeout_ms", "300000");
    set(client, "completion_grace_ms", "300000");
    if (run.is_http2) {
        set(client, "http_version", "2");
        set(client, "ca_file", run.serving.certificate);
    }
    return client;
}

/* ---- jobs ------------------------------------------------------------------------------------- */

struct job *job_take(int wait)
{
    unsigned number = run.next;
    do {
        if (number >= run.last)
            return NULL;
        while (pages[number % JOURNAL_PAGES] != NULL) {
            if (!wait)
                return NULL;
            usleep(2000);
            number = run.next;
            if (number >= run.last)
                return NULL;
        }
    } while (!atomic_compare_exchange_weak(&run.next, &number, number + 1));
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL)
        abort();
    struct page *page = &run.serving.journal->pages[number % JOURNAL_PAGES];
    scenario_make(&job->scenario, run.serving.seed, number, run.serving.without);
    job->heard.number = number;
    job->heard.is_http2 = run.is_http2;
    job->draw = draw_from(draw_mix(job->scenario.seed, 7));
    job->stop_after = -1;
    job->started = now_ms();
    page->count = 0;
    page->was_mutated = 0;
    page->number = number;
    pages[number % JOURNAL_PAGES] = job;
    return job;
}

static void job_free(struct job *job)
{
    unsigned slot = job->heard.number % JOURNAL_PAGES;
    run.serving.journal->pages[slot].number = -1;
    responses_call_free(job->call);
    scenario_free(&job->scenario);
    heard_free(&job->heard);
    pages[slot] = NULL;
    free(job);
}

responses_client *job_client(struct job *job, responses_client *client)
{
    responses_client *derived;
    responses_error *error = NULL;
    must(responses_client_derive(client, &derived, &error), error);
    set_number(derived, "max_retries", job->scenario.max_retries);
    set_number(derived, "resume_attempts", job->scenario.resume_attempts);
    if (job->scenario.is_impatient) {
        set(derived, "first_event_timeout_ms", "2000");
        set(derived, "idle_timeout_ms", "1500");
        set_number(derived, "completion_grace_ms", LEAST_LIMIT_MS);
    }
    if (job->is_lazy)
        set(derived, "max_queue_bytes", "1024");
    return derived;
}

static void write_request(const struct scenario *scenario, char *json, size_t size)
{
    if (scenario->operation != OPERATION_GET)
        snprintf(json, size, "{\"model\":\"%s\",\"background\":%s,\"input\":\"x\"}", scenario->id,
                 scenario->operation == OPERATION_BACKGROUND ? "true" : "false");
    else if (scenario->starting_after >= 0)
        snprintf(json, size, "{\"starting_after\":%" PRId64 "}", scenario->starting_after);
    else
        snprintf(json, size, "{}");
}

void job_start(struct job *job, responses_client *client)
{
    const struct scenario *scenario = &job->scenario;
    responses_client *derived = job_client(job, client);
    responses_error *error = NULL;
    char json[128];
    write_request(scenario, json, sizeof json);
    if (scenario->operation == OPERATION_GET)
        must(responses_get_stream_start(derived, scenario->id, json, RESPONSES_NTS, &job->call,
                                        &error),
             error);
    else
        must(responses_create_stream_start(derived, json, RESPONSES_NTS, &job->call, &error),
             error);
    responses_call_set_user_data(job->call, job);
    /* A call outlives its client. */
    responses_client_free(derived);
}

static int on_event(const responses_event *event, void *user_data)
{
    struct job *job = user_data;
    job_heard(job, event);
    if (job->stop_after >= 0 && job->heard.count > job->stop_after) {
        job->heard.was_stopped = 1;
        return 1;
    }
    return 0;
}

static void keep(struct text *to, const char *bytes, size_t len)
{
    text_add_bytes(to, bytes, len);
}

static void keep_response(struct heard *heard, const responses_response *response)
{
    size_t len;
    if (response == NULL)
        return;
    heard->has_response = 1;
    const char *bytes = responses_response_json(response, &len);
    keep(&heard->json, bytes, len);
    bytes = responses_response_text(response, &len);
    keep(&heard->text, bytes, len);
    snprintf(heard->response_status, sizeof heard->response_status, "%s",
             responses_response_status(response));
}

void job_run(struct job *job, responses_client *client)
{
    const struct scenario *scenario = &job->scenario;
    responses_client *derived = job_client(job, client);
    responses_error *error = NULL;
    responses_response *response = NULL;
    char json[128];
    int status;
    write_request(scenario, json, sizeof json);
    if (scenario->operation == OPERATION_GET)
        status = responses_get_stream(derived, scenario->id, json, RESPONSES_NTS, on_event, job,
                                      &response, &error);
    else
        status =
            responses_create_stream(derived, json, RESPONSES_NTS, on_event, job, &response, &error);
    keep_response(&job->heard, response);
    responses_response_free(response);
    job_ended(job, status == RESPONSES_OK ? RESPONSES_DONE : status, error);
    responses_client_free(derived);
}

void job_heard(struct job *job, const responses_event *event)
{
    size_t len;
    const char *json = responses_event_json(event, &len);
    heard_event(&job->heard, json, len, responses_event_sequence(event),
                responses_event_kind(event));
}

int job_read(struct job *job, int limit, responses_error **error)
{
    const responses_event *event;
    int status;
    for (int i = 0; i < limit; i++) {
        if ((status = responses_call_next(job->call, &event, error)) != RESPONSES_OK)
            return status;
        job_heard(job, event);
    }
    return RESPONSES_OK;
}

/* ---- the end ---------------------------------------------------------------------------------- */

static pthread_mutex_t report_lock = PTHREAD_MUTEX_INITIALIZER;

/* The reasons without their numbers, and how often each was given. */
static struct {
    char why[160];
    unsigned times;
} kinds[64];

static void count_kind(const char *why)
{
    char kind[160];
    size_t len = 0;
    for (; *why != 0 && len + 1 < sizeof kind; why++)
        if (*why < '0' || *why > '9')
            kind[len++] = *why;
    kind[len] = 0;
    for (int i = 0; i < 64; i++) {
        if (kinds[i].times == 0)
            strcpy(kinds[i].why, kind);
        if (strcmp(kinds[i].why, kind) != 0)
            continue;
        kinds[i].times++;
        return;
    }
}

void report_kinds(void)
{
    if (run.serving.mutation != MUTATION_NONE)
        return;
    for (int i = 0; i < 64 && kinds[i].times > 0; i++)
        printf("%6u times: %s\n", kinds[i].times, kinds[i].why);
}

static void report(const struct heard *heard, const struct page *page, const char *why)
{
    struct text text = {0};
    pthread_mutex_lock(&report_lock);
    count_kind(why);
    unsigned shown = run.serving.mutation == MUTATION_NONE ? 20 : 0;
    if (run.bad++ < shown || run.verbose) {
        text_addf(&text, "BAD SEED=%" PRIu64 " CASE=%u MODE=%s%s: %s\n", run.serving.seed,
                  heard->number, run.mode, run.is_http2 ? " HTTP=2" : "", why);
        if (run.bad <= 5 || run.verbose)
            oracle_explain(heard, page, run.serving.seed, run.serving.without, &text);
        fputs(text.data, stdout);
        fflush(stdout);
    }
    pthread_mutex_unlock(&report_lock);
    text_free(&text);
}

static void keep_field(struct text *to, const responses_error *error, int field)
{
    size_t len;
    const char *bytes = responses_error_field(error, field, &len);
    keep(to, bytes, len);
}

void job_ended(struct job *job, int status, responses_error *error)
{
    struct heard *heard = &job->heard;
    struct page *page = &run.serving.journal->pages[heard->number % JOURNAL_PAGES];
    struct text why = {0};
    heard->status = status;
    heard->took = now_ms() - job->started;
    if (error != NULL) {
        heard->last_sequence = responses_error_last_sequence(error);
        heard->is_retryable = responses_error_is_retryable(error);
        keep_field(&heard->message, error, RESPONSES_ERROR_MESSAGE);
        keep_field(&heard->code, error, RESPONSES_ERROR_CODE);
        keep_field(&heard->response_id, error, RESPONSES_ERROR_RESPONSE_ID);
    }
    if (job->call != NULL)
        keep_response(heard, responses_call_response(job->call));
    if (oracle_judge(heard, page, run.serving.seed, run.serving.without, &why) != 0)
        report(heard, page, why.data);
    else if (run.verbose) {
        oracle_explain(heard, page, run.serving.seed, run.serving.without, &why);
        fputs(why.data, stdout);
    }
    text_free(&why);
    run.statuses[status > 0 ? 0 : -status]++;
    run.ended++;
    responses_error_free(error);
    job_free(job);
}

void job_abandon(struct job *job)
{
    run.stopped++;
    run.ended++;
    job_free(job);
}

static void *watch(void *nothing)
{
    (void)nothing;
    for (;;) {
        sleep(1);
        uint64_t now = now_ms();
        int hanging = 0;
        for (int i = 0; i < JOURNAL_PAGES; i++) {
            struct job *job = pages[i];
            if (job == NULL || now - job->started < LONGEST_CALL_MS)
                continue;
            struct page *page = &run.serving.journal->pages[i];
            if (hanging++ < 5)
                report(&job->heard, page, "it has not ended after six minutes");
        }
        if (hanging > 0) {
            printf("%d calls hang\n", hanging);
            fflush(stdout);
            _exit(3);
        }
    }
    return NULL;
}

void watch_jobs(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, watch, NULL) != 0)
        abort();
    pthread_detach(thread);
}
