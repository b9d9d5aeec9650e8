/*
 * Streams by several threads at once.
 *
 *   threads THREADS CLIENTS PORT MODEL COUNT    COUNT streams by each thread, one after the other, each with a
 *                                               callback; thread i uses client i modulo CLIENTS
 *
 * Prints one line of JSON: streams and events of all threads, and the seconds from the first to the last.
 */
#include "../measure.h"

#include <pthread.h>
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>

struct worker {
    pthread_t thread;
    responses_client *client;
    long count, events;
};

static char *request;
static size_t request_count;
static pthread_barrier_t begin;

static void die(const responses_error *error)
{
    fprintf(stderr, "threads: %s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    exit(1);
}

static int on_event(const responses_event *event, void *user_data)
{
    struct worker *worker = user_data;
    size_t count;
    if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
        worker->events += responses_event_text(event, &count) != NULL;
    return 0;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    responses_error *error;
    pthread_barrier_wait(&begin);
    for (long i = 0; i < worker->count; i++)
        if (responses_create_stream(worker->client, request, request_count, on_event, worker, NULL,
                                    &error) < 0)
            die(error);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    const long threads = atol(argv[1]), clients = atol(argv[2]), count = atol(argv[5]);
    if (threads < 1 || threads > 64 || clients < 1 || clients > threads || count < 1)
        return 2;
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%s/v1", argv[3]);
    request = make_request(argv[4], 1, 0, &request_count);
    pthread_barrier_init(&begin, NULL, (unsigned)threads + 1);
    struct worker workers[64] = {0};
    responses_client *made[64];
    responses_error *error;
    for (long i = 0; i < clients; i++)
        if (responses_client_new(&made[i], &error) < 0 ||
            responses_client_set(made[i], "api_key", "sk-bench", &error) < 0 ||
            responses_client_set(made[i], "base_url", url, &error) < 0)
            die(error);
    for (long i = 0; i < threads; i++) {
        workers[i].client = made[i % clients];
        workers[i].count = count;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            return 1;
    }
    pthread_barrier_wait(&begin);
    const long long begun = now_ns();
    long events = 0;
    for (long i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        events += workers[i].events;
    }
    printf("{\"streams\":%ld,\"events\":%ld,\"seconds\":%.6f}\n", threads * count, events,
           (double)(now_ns() - begun) / 1e9);
    for (long i = 0; i < clients; i++)
        responses_client_free(made[i]);
    free(request);
    return 0;
}
