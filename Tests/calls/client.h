/*
 * What all hosts share: the clients and their options, starting the call of a case, taking in what it
 * hands over, and having the end of it judged.
 */
#ifndef CALLS_CLIENT_H
#define CALLS_CLIENT_H

#include <pthread.h>
#include <responses.h>
#include <stdatomic.h>
#include "oracle.h"

struct run {
    struct serving serving;
    unsigned first, last; /* the numbers of the cases: first to last - 1 */
    int concurrency;
    const char *mode;
    int is_http2;
    int verbose;

    responses_client *client;
    _Atomic unsigned next;
    _Atomic unsigned ended, bad, statuses[32], stopped;
};

extern struct run run;

/* One call of a case. */
struct job {
    struct scenario scenario;
    struct heard heard;
    responses_call *call;
    struct draw draw; /* what the host does, which is not the server's to know */
    int stop_after;   /* the event after which the host stops it; -1: never */
    int is_lazy;
    uint64_t started, pause_until;

    /* Of a pool: how often it is in the queue, and its end. */
    pthread_mutex_t lock;
    int queued, has_ended, status;
    responses_error *error;
};

uint64_t now_ms(void);

/* A client for the server of this run. */
responses_client *client_make(void);

/* The next case, ready to be started; NULL when there is none, or, `wait` being 0, none now. */
struct job *job_take(int wait);

/* A derived client with the options of the case. */
responses_client *job_client(struct job *job, responses_client *client);

/* Starts the call, on a client of its own. */
void job_start(struct job *job, responses_client *client);

/* Runs it with a callback, to its end. */
void job_run(struct job *job, responses_client *client);

void job_heard(struct job *job, const responses_event *event);

/* Reads what is there, at most `limit` events. RESPONSES_AGAIN, RESPONSES_OK when the limit was
   reached, or the end. */
int job_read(struct job *job, int limit, responses_error **error);

/* The call has ended: judges it and frees everything. */
void job_ended(struct job *job, int status, responses_error *error);

/* Gives a job up without a judgement: the call was freed in mid-stream. */
void job_abandon(struct job *job);

/* Says that calls hang, and ends the program, when one is under way for too long. */
void watch_jobs(void);

/* What was bad, by its kind. */
void report_kinds(void);

/* The hosts. */
void host_loop(void);
void host_slow(void);
void host_stop(void);
void host_fork(void);
void host_pool(void);
void host_pull(void);
void host_callback(void);

#endif
