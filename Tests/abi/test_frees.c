/* Freed by one thread while others use it, at whatever instruction those are. */
#include "host.h"
#include "test.h"

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#define NTS RESPONSES_NTS
enum { USERS = 3 };

/* Takes connections and never answers: calls that stay as they are. */
static struct listener silent;
/* For calls whose client lives on. */
static responses_client *client;

/* What the users use, until it is taken away. */
static _Atomic(void *) target;
static atomic_int is_held, may_go_on, is_over, wrong;

/* Uses a handle and returns a status. */
typedef int (*use)(void *handle);

struct user {
    use use;
    pthread_t thread;
    atomic_int turns;
};

static const int fine[] = {RESPONSES_OK, RESPONSES_AGAIN, RESPONSES_E_INVALID, RESPONSES_E_BUSY,
                           RESPONSES_E_CANCELLED};

static void *use_it(void *argument)
{
    struct user *user = argument;
    while (!atomic_load_explicit(&is_over, memory_order_relaxed)) {
        void *handle = atomic_load(&target);
        int status = RESPONSES_E_INVALID, is_fine = 0;
        if (handle != NULL) {
            status = user->use(handle);
            for (size_t i = 0; i < COUNT(fine); i++)
                is_fine |= status == fine[i];
            if (!is_fine)
                atomic_store(&wrong, status);
        }
        atomic_fetch_add_explicit(&user->turns, 1, memory_order_relaxed);
        if (status == RESPONSES_E_INVALID)
            sched_yield();
    }
    return NULL;
}

/* Stops a user where it is while its handle is freed. Not for long: it may have a lock that the one
   who frees needs. */
static void hold(int signal)
{
    const int64_t end = now_ms() + 3;
    (void)signal;
    atomic_store_explicit(&is_held, 1, memory_order_relaxed);
    while (!atomic_load_explicit(&may_go_on, memory_order_relaxed) && now_ms() < end)
        sched_yield();
}

static void await_turns(struct user *users, int count, int turns)
{
    for (int i = 0; i < count; i++) {
        const int begin = atomic_load_explicit(&users[i].turns, memory_order_relaxed);
        while (atomic_load_explicit(&users[i].turns, memory_order_relaxed) - begin < turns)
            sched_yield();
    }
}

/* Makes, gives to the users and frees, again and again; each time another user is held. */
static void free_while_used(void *(*make)(void), void (*release)(void *), const use uses[],
                            int count)
{
    struct user users[USERS];
    const struct sigaction action = {.sa_handler = hold};
    /* More threads than processors take turns, which takes its time. */
    const int rounds = (count > 1 ? 40 : 160) / (is_slow() ? 4 : 1);
    /* A machine with much to do makes fewer, so that the program ends in its time. */
    const int64_t enough = now_ms() + 500;
    memset(users, 0, sizeof users);
    atomic_store(&target, NULL);
    atomic_store(&is_over, 0);
    atomic_store(&wrong, 0);
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < count; i++) {
        users[i].use = uses[i];
        pthread_create(&users[i].thread, NULL, use_it, &users[i]);
    }
    for (int round = 0; round < rounds && (round < rounds / 5 || now_ms() < enough); round++) {
        struct user *held = &users[round % count];
        void *handle = make();
        atomic_store(&is_held, 0);
        atomic_store(&may_go_on, 0);
        atomic_store(&target, handle);
        await_turns(held, 1, 1 + round % 7);
        pthread_kill(held->thread, SIGUSR1);
        /* ThreadSanitizer keeps signals back: then they meet as it falls. */
        const int64_t end = now_ms() + 2;
        while (!atomic_load_explicit(&is_held, memory_order_relaxed) && now_ms() < end)
            sched_yield();
        release(handle);
        atomic_store_explicit(&may_go_on, 1, memory_order_relaxed);
        await_turns(users, count, 1);
        atomic_store(&target, NULL);
        /* Nobody has the handle any more when its cell may be used again. */
        await_turns(users, count, 2);
    }
    atomic_store(&is_over, 1);
    for (int i = 0; i < count; i++)
        pthread_join(users[i].thread, NULL);
    signal(SIGUSR1, SIG_DFL);
    assert_int_equal(atomic_load(&wrong), 0);
}

/* ---- calls ---- */

static void *make_call(void)
{
    responses_call *call = NULL;
    assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &call, NULL),
                     RESPONSES_OK);
    responses_call_set_user_data(call, call);
    return call;
}

static void release_call(void *call)
{
    responses_call_free(call);
}

static int next(void *call)
{
    return responses_call_next(call, NULL, NULL);
}

/* With the error, as hosts do. */
static int next_or_why(void *call)
{
    const responses_event *event;
    responses_error *error = NULL;
    int status = responses_call_next(call, &event, &error);
    if (responses_error_status(error) != (status < 0 ? status : RESPONSES_E_INVALID))
        return RESPONSES_E_INTERNAL;
    responses_error_free(error);
    return status;
}

static int next_batch(void *call)
{
    char buffer[256];
    size_t used;
    int count;
    return responses_call_next_batch(call, 0, buffer, sizeof buffer, &used, &count, NULL);
}

/* Of a call that is not raw: it goes in, and comes out with a refusal. */
static int next_bytes(void *call)
{
    int status = responses_call_next_bytes(call, NULL, NULL, NULL);
    return status == RESPONSES_E_INVALID ? RESPONSES_AGAIN : status;
}

static int wait_shortly(void *call)
{
    return responses_call_wait(call, 1);
}

static int wait_not_at_all(void *call)
{
    return responses_call_wait(call, 0);
}

static int cancel(void *call)
{
    return responses_call_cancel(call);
}

static int look_at_response(void *call)
{
    return responses_call_response(call) == NULL ? RESPONSES_OK : RESPONSES_E_INTERNAL;
}

static int set_user_data(void *call)
{
    return responses_call_set_user_data(call, call);
}

static int user_data(void *call)
{
    void *found = responses_call_user_data(call);
    return found == call || found == NULL ? RESPONSES_OK : RESPONSES_E_INTERNAL;
}

static int free_too(void *call)
{
    responses_call_free(call);
    return RESPONSES_OK;
}

/* The event loop of another thread, which finds the call by itself: one that is cancelled has
   something to say. */
static int next_ready(void *call)
{
    responses_call *ready = NULL;
    responses_call_cancel(call);
    return responses_client_next_ready(client, &ready);
}

static void a_call_that_one_thread_uses(void **state)
{
    static const use each[] = {next,     next_or_why,      next_batch,    wait_not_at_all,
                               cancel,   look_at_response, set_user_data, user_data,
                               free_too, next_ready,       next_bytes};
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++)
        free_while_used(make_call, release_call, &each[i], 1);
}

static void a_call_that_many_threads_use(void **state)
{
    static const use sets[][USERS] = {{next, cancel, set_user_data},
                                      {next, next_ready, user_data},
                                      {wait_shortly, next_batch, cancel},
                                      {wait_not_at_all, next_bytes, cancel},
                                      {look_at_response, free_too, next_ready}};
    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++)
        free_while_used(make_call, release_call, sets[i], USERS);
}

/* ---- clients ---- */

static void *make_client(void)
{
    return client_at(silent.url);
}

static void release_client(void *made)
{
    responses_client_free(made);
}

static int set_option(void *made)
{
    return responses_client_set(made, "user_agent", "test/1.0", NULL);
}

static int set_header(void *made)
{
    return responses_client_set_header(made, "X-Test", "1", NULL);
}

static void log_nothing(int level, const char *line, size_t len, void *user_data)
{
    (void)level;
    (void)line;
    (void)len;
    (void)user_data;
}

static int set_log(void *made)
{
    return responses_client_set_log(made, RESPONSES_LOG_DEBUG, log_nothing, NULL);
}

static int derive(void *made)
{
    responses_client *derived = NULL;
    int status = responses_client_derive(made, &derived, NULL);
    responses_client_free(derived);
    return status;
}

static int descriptor(void *made)
{
    int fd = responses_client_fd(made);
    return fd < 0 ? fd : RESPONSES_OK;
}

static int dispatch(void *made)
{
    return responses_client_dispatch(made);
}

static int ready(void *made)
{
    responses_call *call = NULL;
    return responses_client_next_ready(made, &call);
}

static int start(void *made)
{
    responses_call *call = NULL;
    int status = responses_create_start(made, REQUEST, NTS, &call, NULL);
    if (status == RESPONSES_OK)
        status = responses_call_next(call, NULL, NULL);
    responses_call_free(call);
    return status;
}

static int interrupt(void *made)
{
    responses_client_interrupt(made);
    return RESPONSES_OK;
}

static int free_client_too(void *made)
{
    responses_client_free(made);
    return RESPONSES_OK;
}

static void a_client_that_one_thread_uses(void **state)
{
    static const use each[] = {set_option, set_header, set_log, derive,    descriptor,
                               dispatch,   ready,      start,   interrupt, free_client_too};
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++)
        free_while_used(make_client, release_client, &each[i], 1);
}

static void a_client_that_many_threads_use(void **state)
{
    static const use sets[][USERS] = {{set_option, dispatch, interrupt},
                                      {start, ready, interrupt},
                                      {derive, set_header, free_client_too}};
    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++)
        free_while_used(make_client, release_client, sets[i], USERS);
}

/* ---- what is left of them ---- */

static void *wait_long(void *call)
{
    return (void *)(intptr_t)responses_call_wait(call, -1);
}

static void the_thread_that_waits_comes_out(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        pthread_t thread;
        void *result;
        responses_call *call = make_call();
        pthread_create(&thread, NULL, wait_long, call);
        for (int i = 0; i < round * 100; i++)
            sched_yield();
        responses_call_free(call);
        pthread_join(thread, &result);
        /* Too late to go in, or in and out again. */
        assert_true((intptr_t)result == RESPONSES_E_INVALID || (intptr_t)result == RESPONSES_OK);
    }
}

int main(void)
{
    const struct CMUnitTest frees[] = {
        cmocka_unit_test(a_call_that_one_thread_uses),
        cmocka_unit_test(a_call_that_many_threads_use),
        cmocka_unit_test(a_client_that_one_thread_uses),
        cmocka_unit_test(a_client_that_many_threads_use),
        cmocka_unit_test(the_thread_that_waits_comes_out),
    };
    /* What is freed is overwritten, so that its use does not pass unnoticed. */
    mallopt(M_PERTURB, 0xA5);
    silent = listener_open(16);
    client = client_at(silent.url);
    int failed = run(frees);
    responses_client_free(client);
    listener_close(&silent);
    return failed;
}
