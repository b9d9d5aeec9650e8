/*
 * Whole calls against a server that does everything wrong that servers do, and an oracle that knows what
 * must come of it.
 *
 *   calls [option=value ...]
 *     mode=loop        the host: loop slow stop fork pool pull callback
 *     streams=1000     how many calls
 *     seed=1           all else is drawn from it
 *     case=7           this one alone, and everything about it
 *     concurrency=500  how many at a time
 *     without=lies,failures,under_way,empty,keepalives   leaves these out
 *     http=2           HTTP/2 over TLS; certificate=FILE key=FILE are the server's
 *     cuts=1           the server closes whole connections of HTTP/2
 *     mutate=drop      the server does what must be found: drop swap repeat alter end
 *
 * Ends with 0 when every call was as it must be; with mutate, when every answer that was changed was found. Otherwise each that was not is a line with what it takes
 * to see it again, and what differed.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "client.h"

static const struct {
    const char *name;
    void (*host)(void);
    int concurrency;
} modes[] = {{"loop", host_loop, 1000},       {"slow", host_slow, 300}, {"stop", host_stop, 500},
             {"fork", host_fork, 300},        {"pool", host_pool, 300}, {"pull", host_pull, 100},
             {"callback", host_callback, 100}};

enum { MODES = sizeof modes / sizeof *modes };

static int fail(const char *argument)
{
    fprintf(stderr, "calls: %s is not understood\n", argument);
    return 2;
}

static const char *const mutation_names[] = {"none", "drop", "swap", "repeat", "alter", "end"};

static int read_mutation(const char *name)
{
    for (int i = 0; i < 6; i++)
        if (strcmp(name, mutation_names[i]) == 0)
            return i;
    exit(fail(name));
}

static unsigned read_without(const char *names)
{
    return (strstr(names, "lies") != NULL ? WITHOUT_LIES : 0) |
           (strstr(names, "failures") != NULL ? WITHOUT_FAILURES : 0) |
           (strstr(names, "under_way") != NULL ? WITHOUT_UNDER_WAY : 0) |
           (strstr(names, "empty") != NULL ? WITHOUT_EMPTY : 0) |
           (strstr(names, "keepalives") != NULL ? WITHOUT_KEEPALIVES : 0);
}

static void summarize(uint64_t started)
{
    struct journal *journal = run.serving.journal;
    report_kinds();
    printf("%s%s: %u calls, %u done, %u with an error that they must have, %u freed in mid-stream, "
           "%" PRIu64 " requests on %" PRIu64 " connections, %.1f s, seed %" PRIu64 ": %u bad\n",
           run.mode, run.is_http2 ? " over HTTP/2" : "", run.ended, run.statuses[0],
           run.ended - run.statuses[0] - run.stopped, run.stopped, journal->requests,
           journal->connections, (double)(now_ms() - started) / 1000, run.serving.seed, run.bad);
    if (run.verbose)
        for (int i = 0; i < 20; i++)
            if (run.statuses[i] > 0)
                printf("  %s %u\n", i == 0 ? "done" : responses_status_name(-i), run.statuses[i]);
}

int main(int argc, char **argv)
{
    unsigned streams = 1000, only = UINT32_MAX, mode = 0;
    run.serving.seed = 1;
    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (value == NULL)
            return fail(argv[i]);
        size_t len = (size_t)(value++ - argv[i]);
#define NAMED(name) (len == strlen(name) && memcmp(argv[i], name, len) == 0)
        if (NAMED("streams"))
            streams = (unsigned)strtoul(value, NULL, 10);
        else if (NAMED("seed"))
            run.serving.seed = strtoull(value, NULL, 10);
        else if (NAMED("case"))
            only = (unsigned)strtoul(value, NULL, 10);
        else if (NAMED("concurrency"))
            run.concurrency = atoi(value);
        else if (NAMED("http"))
            run.is_http2 = strcmp(value, "2") == 0;
        else if (NAMED("cuts"))
            run.serving.cuts = atoi(value);
        else if (NAMED("certificate"))
            run.serving.certificate = value;
        else if (NAMED("key"))
            run.serving.key = value;
        else if (NAMED("without"))
            run.serving.without = read_without(value);
        else if (NAMED("mutate"))
            run.serving.mutation = read_mutation(value);
        else if (NAMED("mode")) {
            for (mode = 0; mode < MODES && strcmp(modes[mode].name, value) != 0; mode++)
                ;
            if (mode == MODES)
                return fail(argv[i]);
        } else
            return fail(argv[i]);
    }
    run.mode = modes[mode].name;
    if (run.concurrency == 0)
        run.concurrency = modes[mode].concurrency;
    if (!run.is_http2)
        run.serving.certificate = NULL;
    if (run.concurrency > JOURNAL_PAGES / 2)
        run.concurrency = JOURNAL_PAGES / 2;
    run.last = streams;
    if (only != UINT32_MAX) {
        run.next = only;
        run.last = only + 1;
        run.verbose = 1;
    }
    uint64_t started = now_ms();
    run.serving.journal = journal_make();
    int server = server_begin(&run.serving);
    run.client = client_make();
    watch_jobs();
    modes[mode].host();
    responses_client_free(run.client);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    summarize(started);
    if (run.serving.mutation == MUTATION_NONE)
        return run.bad != 0;
    uint64_t mutated = run.serving.journal->mutated;
    printf("%s: %" PRIu64 " calls had a changed answer, %u were found\n",
           mutation_names[run.serving.mutation], mutated, run.bad);
    return mutated == 0 || run.bad != mutated;
}
