/*
 * The rules by which a call with something to read comes to the host's attention, as a model: the cells
 * are the library's own code (Sources/CPlatform/handles.c), and HostLoop.swift, ReadyCalls.swift and the
 * reading of Call.swift are followed step by step. A step is one access to what another thread may
 * change at that moment; what is done under the engine's lock alone is one step.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

enum { CALLS = 2, THREADS = 5 };

/* Rules that are known to be wrong, each of which has to be found out. */
enum mutation {
    NO_MUTATION,
    PASSED_OVER_IS_FORGOTTEN, /* a call that is in use when the loop comes to it leaves no mark */
    NEWS_FOR_A_USER_IS_LEFT,  /* nor does news for a call that is in use */
    PARKED_WITHOUT_A_LOOK,    /* parked although it was read after the host asked */
    LOOK_KEEPS_ITS_PARKING,   /* parked by a second loop while the first one still looked */
    TAKING_IS_NOT_COUNTED,    /* a look in vain forgets what another loop has named */
    MARK_IS_KEPT,             /* whoever leaves a marked call leaves the mark too */
    MUTATIONS
};

enum role {
    NOBODY,
    ENGINE, /* tells news */
    NOISE,  /* tells news that bring no event, `noise` times: half of one, a keepalive */
    LOOP,   /* asks next_ready while the descriptor is readable, and hands calls to the workers */
    WORKER, /* reads calls that were handed over, `reads` events of each */
    WAITER, /* waits in the first call, once, and does not read it */
    ASKER,  /* is in the first call for a moment, and does not read it */
    READER, /* reads the first call by itself, once */
    FREER   /* frees the first call, at any moment */
};

struct scenario {
    const char *name;
    enum role roles[THREADS];
    int calls;
    int news;       /* for each call; the last one is its end */
    int reads;      /* by a worker that was handed a call; 0: until there is nothing */
    int loop_reads; /* the loop reads for itself what it is told of */
    int host_drops; /* and leaves every call alone that it is told of */
    int noise;
};

struct call {
    uint64_t cell;
    uint8_t news, inbox, decoder; /* events: not sent yet, arrived, in the reader's hands */
    uint8_t has_news, was_read, is_read_to_end, is_parked, is_listed, is_gone, is_over;
    uint8_t has_event_in_hand, has_lent_event, has_nothing_to_read, outcome;
    uint8_t handed; /* how often the call is in the workers' queue */
    uint8_t told;   /* the host was told of it, and it was not read since */
    uint8_t closed;
    uint8_t next; /* in the list; 0 for none, else index + 1 */
};

struct thread {
    uint8_t pc, call, result, left, is_look, takes;
};

struct state {
    struct call calls[CALLS];
    struct thread threads[THREADS];
    uint8_t lock;        /* index + 1 of the thread that has it */
    uint8_t first, last; /* the list; index + 1 */
    uint8_t named;       /* index + 1 */
    uint8_t taker;       /* index + 1 of the thread whose taking was the last */
    uint8_t is_raised;
};

void model_begin(struct state *state, const struct scenario *scenario);

/* Moves a thread one step on. 0: it has nothing to do, or must wait. */
int model_step(struct state *state, const struct scenario *scenario, enum mutation mutation,
               int thread, const char **wrong);

/* Nobody can move: what is wrong with that, or NULL. */
const char *model_rest(const struct state *state, const struct scenario *scenario);

#endif
