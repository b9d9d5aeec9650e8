/* Goes through every state that the threads of a scenario can bring about, in whatever order they run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static const struct scenario scenarios[] = {
    {"a loop and two workers that read one event each",
     {LOOP, ENGINE, WORKER, WORKER},
     1,
     .news = 4,
     .reads = 1},
    {"a loop and two workers that read two events each",
     {LOOP, ENGINE, WORKER, WORKER},
     1,
     .news = 4,
     .reads = 2},
    {"a loop and two workers that read all there is",
     {LOOP, ENGINE, NOISE, WORKER, WORKER},
     1,
     .news = 3,
     .noise = 1},
    {"a loop and two workers, two calls", {LOOP, ENGINE, WORKER, WORKER}, 2, .news = 2, .reads = 1},
    {"two loops and a worker",
     {LOOP, LOOP, ENGINE, NOISE, WORKER},
     1,
     .news = 2,
     .noise = 2,
     .reads = 1},
    {"two loops and a worker, two calls", {LOOP, LOOP, ENGINE, WORKER}, 2, .news = 2, .reads = 1},
    {"two loops that read one event each",
     {LOOP, LOOP, ENGINE, NOISE},
     2,
     .news = 2,
     .reads = 1,
     .loop_reads = 1,
     .noise = 1},
    {"two loops that read all there is", {LOOP, LOOP, ENGINE}, 2, .news = 2, .loop_reads = 1},
    {"a thread waits in the call",
     {LOOP, ENGINE, NOISE, WORKER, WAITER},
     1,
     .news = 3,
     .reads = 1,
     .noise = 1},
    {"a thread reads the call by itself", {LOOP, ENGINE, WORKER, READER}, 1, .news = 3, .reads = 1},
    {"a thread asks for the response",
     {LOOP, ENGINE, NOISE, WORKER, ASKER},
     1,
     .news = 3,
     .reads = 1,
     .noise = 1},
    {"a thread asks, another waits, the loop reads",
     {LOOP, ENGINE, ASKER, WAITER},
     1,
     .news = 3,
     .reads = 1,
     .loop_reads = 1},
    {"the host leaves calls alone",
     {LOOP, ENGINE, ASKER, WAITER},
     1,
     .news = 3,
     .reads = 1,
     .host_drops = 1},
    {"the host leaves a call alone, and then reads it",
     {LOOP, ENGINE, NOISE, READER},
     1,
     .news = 4,
     .reads = 1,
     .host_drops = 1,
     .noise = 1},
    {"the call is freed",
     {LOOP, ENGINE, NOISE, WORKER, FREER},
     1,
     .news = 3,
     .reads = 1,
     .noise = 1},
    {"the call is freed, two loops", {LOOP, LOOP, ENGINE, WORKER, FREER}, 1, .news = 2, .reads = 1},
    {"the call is freed while another is read",
     {LOOP, ENGINE, WORKER, FREER},
     2,
     .news = 2,
     .reads = 1},
};

static const char *const names[MUTATIONS] = {"",
                                             "a call that is passed over is forgotten",
                                             "news for a call in use is left",
                                             "parked without a second look",
                                             "a vain look keeps the parking",
                                             "takings are not counted",
                                             "the mark is kept"};

/* All states that were found, in the order in which they were; the hash table has their numbers. */
static struct state *states;
static uint32_t *table;
static size_t count, room, table_size;

static uint64_t hash(const struct state *state)
{
    uint64_t words[sizeof *state / 8 + 1] = {0}, h = 0;
    memcpy(words, state, sizeof *state);
    for (size_t i = 0; i < sizeof words / 8; i++) {
        h = (h ^ words[i]) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return h;
}

static void put(const struct state *state)
{
    size_t place = hash(state) & (table_size - 1);
    while (table[place]) {
        if (memcmp(&states[table[place] - 1], state, sizeof *state) == 0)
            return;
        place = (place + 1) & (table_size - 1);
    }
    if (count == room) {
        states = realloc(states, (room *= 2) * sizeof *states);
        if (!states)
            abort();
    }
    states[count++] = *state;
    table[place] = (uint32_t)count;
    if (count * 2 < table_size)
        return;
    free(table);
    table = calloc(table_size *= 2, sizeof *table);
    if (!table)
        abort();
    for (size_t i = 0; i < count; i++) {
        for (place = hash(&states[i]) & (table_size - 1); table[place];)
            place = (place + 1) & (table_size - 1);
        table[place] = (uint32_t)(i + 1);
    }
}

/* What is wrong with the rules, or NULL when no order of events shows anything. */
static const char *explore(const struct scenario *scenario, enum mutation mutation)
{
    struct state begin;
    memset(table, 0, table_size * sizeof *table);
    count = 0;
    model_begin(&begin, scenario);
    put(&begin);
    for (size_t i = 0; i < count; i++) {
        int can_move = 0;
        for (int thread = 0; thread < THREADS; thread++) {
            struct state next = states[i];
            const char *wrong = NULL;
            if (!model_step(&next, scenario, mutation, thread, &wrong))
                continue;
            can_move = 1;
            if (wrong)
                return wrong;
            put(&next);
        }
        const char *wrong = can_move ? NULL : model_rest(&states[i], scenario);
        if (wrong)
            return wrong;
    }
    return NULL;
}

int main(void)
{
    int failed = 0;
    size_t total = 0;
    setvbuf(stdout, NULL, _IOLBF, 0); /* the last line says where it was */
    states = malloc((room = 1024) * sizeof *states);
    table = calloc(table_size = 4096, sizeof *table);
    if (!states || !table)
        return 2;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        const char *wrong = explore(&scenarios[i], NO_MUTATION);
        printf("%-52s %8zu states: %s\n", scenarios[i].name, count, wrong ? wrong : "fine");
        total += count;
        failed |= wrong != NULL;
    }
    /* Rules that lose calls must be seen to lose them. */
    for (enum mutation mutation = 1; mutation < MUTATIONS; mutation++) {
        const char *wrong = NULL;
        size_t i;
        for (i = 0; !wrong && i < sizeof scenarios / sizeof *scenarios; i++)
            wrong = explore(&scenarios[i], mutation);
        printf("wrong rule, %s: %s\n", names[mutation],
               wrong ? scenarios[i - 1].name : "NOT FOUND OUT");
        failed |= wrong == NULL;
    }
    printf("%zu states in all\n%d passed, %d failed\n", total, !failed, failed);
    return failed;
}
