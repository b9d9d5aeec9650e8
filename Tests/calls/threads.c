/*
 * Hosts with threads, which share one client.
 *
 *   pull      each thread starts calls and waits for them, one after the other
 *   callback  each thread makes blocking calls; some stop theirs from the callback
 *   pool      one thread drives the loop, and the calls that next_ready names go to a pool of others
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "client.h"

enum { MAX_THREADS = 256, WORKERS = 6 };

static void run_threads(int threads, void *(*function)(void *))
{
    pthread_t list[MAX_THREADS];
    if (threads > MAX_THREADS)
        threads = MAX_THREADS;
    for (int i = 0; i < threads; i++)
        if (pthread_create(&list[i], NULL, function, NULL) != 0)
            abort();
    for (int i = 0; i < threads; i++)
        pthread_join(list[i], NULL);
}

static void *pull(void *nothing)
{
    (void)nothing;
    for (struct job *job; (job = job_take(1)) != NULL;) {
        responses_error *error = NULL;
        int status;
        job_start(job, run.client);
        while ((status = job_read(job, 1000000, &error)) == RESPONSES_AGAIN)
            responses_call_wait(
                job->call, draw_chance(&job->draw, 50) ? -1 : 1 + (int)draw_below(&job->draw, 100));
        job_ended(job, status, error);
    }
    return NULL;
}

void host_pull(void)
{
    run_threads(run.concurrency, pull);
}

static void *call_back(void *nothing)
{
    (void)nothing;
    for (struct job *job; (job = job_take(1)) != NULL;) {
        if (draw_chance(&job->draw, 10))
            job->stop_after = (int)draw_below(&job->draw, 20);
        job_run(job, run.client);
    }
    return NULL;
}

void host_callback(void)
{
    run_threads(run.concurrency, call_back);
}

/* ---- the pool ----------------------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct job *list[JOURNAL_PAGES]; /* a ring */
    unsigned head, tail;
    int is_over;
    _Atomic int under_way;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .news = PTHREAD_COND_INITIALIZER};

static void queue_add(struct job *job)
{
    pthread_mutex_lock(&queue.lock);
    if (queue.tail - queue.head == JOURNAL_PAGES)
        abort();
    queue.list[queue.tail++ % JOURNAL_PAGES] = job;
    pthread_cond_signal(&queue.news);
    pthread_mutex_unlock(&queue.lock);
}

static struct job *queue_take(void)
{
    struct job *job = NULL;
    pthread_mutex_lock(&queue.lock);
    while (queue.head == queue.tail && !queue.is_over)
        pthread_cond_wait(&queue.news, &queue.lock);
    if (queue.head != queue.tail)
        job = queue.list[queue.head++ % JOURNAL_PAGES];
    pthread_mutex_unlock(&queue.lock);
    return job;
}

/* A call may be named again while a worker reads it: it is in the queue twice then, and its job stays
   until the last of them has looked. */
static void leave(struct job *job)
{
    int is_last = --job->queued == 0 && job->has_ended;
    pthread_mutex_unlock(&job->lock);
    if (!is_last)
        return;
    pthread_mutex_destroy(&job->lock);
    job_ended(job, job->status, job->error);
    queue.under_way--;
}

static void *work(void *nothing)
{
    (void)nothing;
    for (struct job *job; (job = queue_take()) != NULL;) {
        pthread_mutex_lock(&job->lock);
        if (!job->has_ended) {
            /* Some of it, or all: what is left must be named again. */
            int status = job_read(job, 1 + (int)draw_below(&job->draw, 12), &job->error);
            if (status != RESPONSES_AGAIN && status != RESPONSES_OK) {
                job->status = status;
                job->has_ended = 1;
            }
        }
        leave(job);
    }
    return NULL;
}

static void name_ready(void)
{
    struct pollfd ready = {.fd = responses_client_fd(run.client), .events = POLLIN};
    responses_call *call;
    poll(&ready, 1, 50);
    responses_client_dispatch(run.client);
    while (responses_client_next_ready(run.client, &call) == RESPONSES_OK) {
        struct job *job = responses_call_user_data(call);
        if (job == NULL)
            continue; /* freed since it was named */
        pthread_mutex_lock(&job->lock);
        if (job->has_ended) {
            pthread_mutex_unlock(&job->lock);
            continue;
        }
        job->queued++;
        pthread_mutex_unlock(&job->lock);
        queue_add(job);
    }
}

void host_pool(void)
{
    pthread_t workers[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&workers[i], NULL, work, NULL) != 0)
            abort();
    while (queue.under_way > 0 || run.next < run.last) {
        struct job *job;
        while (queue.under_way < run.concurrency && (job = job_take(0)) != NULL) {
            pthread_mutex_init(&job->lock, NULL);
            queue.under_way++;
            job_start(job, run.client);
        }
        name_ready();
    }
    pthread_mutex_lock(&queue.lock);
    queue.is_over = 1;
    pthread_cond_broadcast(&queue.news);
    pthread_mutex_unlock(&queue.lock);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
}
