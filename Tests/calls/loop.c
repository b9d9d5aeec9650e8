/*
 * Hosts with an event loop: one thread, one descriptor, thousands of calls.
 *
 *   loop  reads all there is
 *   slow  reads a few events at a time, leaves calls alone for a while, and lets little be stored
 *   stop  cancels, interrupts and frees calls at any moment
 *   fork  forks in mid-stream; the children make calls of their own and free what they inherited
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "client.h"

enum { MAX_JOBS = JOURNAL_PAGES };

static struct job *jobs[MAX_JOBS]; /* under way */
static int count;
static int is_lazy, stops, forks;
static struct draw draw;
static unsigned children;

static void start_more(void)
{
    struct job *job;
    /* Not all in one go: calls at every stage are what a program has. */
    for (int i = 0; i < 64 && count < run.concurrency && (job = job_take(0)) != NULL; i++) {
        job->is_lazy = job->heard.is_slow = is_lazy;
        if (stops && draw_chance(&job->draw, 50))
            job->stop_after = (int)draw_below(&job->draw, 30);
        jobs[count++] = job;
        job_start(job, run.client);
    }
}

static void forget(struct job *job)
{
    for (int i = 0; i < count; i++) {
        if (jobs[i] == job) {
            jobs[i] = jobs[--count];
            return;
        }
    }
}

static void read_job(struct job *job)
{
    responses_error *error = NULL;
    int limit = is_lazy ? 1 + (int)draw_below(&job->draw, 4) : 1000;
    int status = job_read(job, limit, &error);
    if (is_lazy)
        job->pause_until = now_ms() + draw_below(&job->draw, 40);
    if (status == RESPONSES_AGAIN || status == RESPONSES_OK)
        return;
    forget(job);
    job_ended(job, status, error);
}

/* Stops a call in one of three ways. */
static void stop_job(struct job *job)
{
    responses_error *error = NULL;
    job->stop_after = -1;
    job->heard.was_stopped = 1;
    switch (draw_below(&job->draw, 3)) {
    case 0:
        forget(job);
        job_abandon(job); /* frees it */
        break;
    case 1:
        responses_call_cancel(job->call);
        break;
    default:
        responses_call_cancel(job->call);
        int status = job_read(job, 1000000, &error);
        if (status != RESPONSES_E_CANCELLED && status != RESPONSES_DONE && status >= 0) {
            printf("BAD a cancelled call says %s\n", responses_status_name(status));
            run.bad++;
        }
        forget(job);
        job_ended(job, status, error);
    }
}

static void stop_some(void)
{
    for (int i = count - 1; i >= 0; i--) {
        struct job *job = i < count ? jobs[i] : NULL;
        if (job == NULL || job->stop_after < 0)
            continue;
        uint64_t age = now_ms() - job->started;
        if (job->heard.count >= job->stop_after || age > 300 + draw_below(&job->draw, 4000))
            stop_job(job);
    }
    if (draw_chance(&draw, 2))
        responses_client_interrupt(run.client); /* nothing waits: nothing happens */
}

/* ---- forks ------------------------------------------------------------------------------------- */

/* What a child does: a call of its own, with an answer that it knows, and the handles of its parent,
   which all say that they are not its own. */
static void live_as_child(void)
{
    int bad = 0;
    const responses_event *event;
    responses_error *error = NULL;
    for (int i = 0; i < count && i < 8; i++) {
        bad |= responses_call_next(jobs[i]->call, &event, NULL) != RESPONSES_E_FORKED;
        if (i % 2 == 0)
            responses_call_free(jobs[i]->call);
    }
    if (draw_chance(&draw, 50))
        responses_client_free(run.client);
    responses_client *client = client_make();
    responses_response *response = NULL;
    /* A number without a page: the server says that it is gone. */
    int status = responses_create_stream(client, "{\"model\":\"resp_4000000000\"}", RESPONSES_NTS,
                                         NULL, NULL, &response, &error);
    bad |= (status != RESPONSES_E_API || responses_error_http_status(error) != 410) << 1;
    responses_error_free(error);
    responses_response_free(response);
    responses_client_free(client);
    _exit(bad);
}

static void reap(int options)
{
    int status;
    while (children > 0 && waitpid(-1, &status, options) > 0) {
        children--;
        if (status != 0) {
            printf("BAD SEED=%llu MODE=%s: a child ended with status %#x\n",
                   (unsigned long long)run.serving.seed, run.mode, (unsigned)status);
            run.bad++;
        }
    }
}

static void fork_some(void)
{
    reap(WNOHANG);
    if (children >= 4 || count == 0 || !draw_chance(&draw, 20))
        return;
    fflush(stdout);
    draw_next(&draw);
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        live_as_child();
    }
    children += child > 0;
}

/* ---- the loop ----------------------------------------------------------------------------------- */

static void turn(int timeout)
{
    struct pollfd ready = {.fd = responses_client_fd(run.client), .events = POLLIN};
    poll(&ready, 1, timeout);
    responses_client_dispatch(run.client);
    responses_call *call;
    /* One at a time; a call that is left with more comes up again. */
    for (int i = 0; i < 10000 && responses_client_next_ready(run.client, &call) == RESPONSES_OK;
         i++) {
        struct job *job = responses_call_user_data(call);
        if (job->pause_until <= now_ms())
            read_job(job);
    }
}

/* Calls that were named while they were left alone are not named again: they are this host's to read. */
static void read_late(void)
{
    uint64_t now = now_ms();
    for (int i = count - 1; i >= 0; i--)
        if (i < count && jobs[i]->pause_until != 0 && jobs[i]->pause_until <= now)
            read_job(jobs[i]);
}

static void loop(void)
{
    draw = draw_from(draw_mix(run.serving.seed, 99));
    for (start_more(); count > 0 || run.next < run.last; start_more()) {
        turn(is_lazy || stops || forks ? 20 : 200);
        if (is_lazy)
            read_late();
        if (stops)
            stop_some();
        if (forks)
            fork_some();
    }
    reap(0);
}

void host_loop(void)
{
    loop();
}

void host_slow(void)
{
    is_lazy = 1;
    loop();
}

void host_stop(void)
{
    stops = 1;
    loop();
}

void host_fork(void)
{
    forks = 1;
    loop();
}
