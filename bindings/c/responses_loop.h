/*
 * responses_loop.h - what the adapters for event loops have in common
 *
 * There is an adapter for each of: poll (responses_poll.h), epoll (responses_epoll.h), glib
 * (responses_glib.h), libevent (responses_libevent.h), libuv (responses_libuv.h). All work alike:
 *
 *     responses_glib *adapter;
 *     status = responses_glib_attach(client, g_main_context_default(), on_ready, my_data, &adapter);
 *     ... the loop runs, and calls on_ready(call, my_data) for every call with something to read ...
 *     responses_glib_detach(adapter);
 *
 * OWNERSHIP. attach makes the adapter, detach frees it, and detach(NULL) does nothing. The client must
 * outlive the adapter. detach may be called inside on_ready, and then it is not called again.
 *
 * THREADS. attach, detach and the loop belong to one thread. One adapter for each client: a second
 * one would take calls from the first. All clients that were derived from one another are one client.
 *
 * ERRORS. attach answers RESPONSES_OK, RESPONSES_E_INVALID, RESPONSES_E_NOMEM or the status of
 * responses_client_fd(); `*out` is then NULL.
 *
 * FORK. A child may detach what the parent attached, which goes on undisturbed, when it has first done
 * with the loop what the loop's library asks of it: event_reinit() for libevent, uv_loop_fork() for
 * libuv.
 *
 * Each is a header of its own, in C89, with nothing to link but the loop's library. Since 0.1.
 */
#ifndef RESPONSES_LOOP_H
#define RESPONSES_LOOP_H

#include <responses.h>

#include <stdlib.h>

/* Unused functions of a header are no mistake. */
#if defined(__GNUC__) || defined(__clang__)
#define RESPONSES_LOOP_API static __attribute__((unused))
#else
#define RESPONSES_LOOP_API static
#endif

/*
 * Called for a call that has something to read, on the loop's thread: read it with
 * responses_call_next() until it says something else than RESPONSES_OK. A call with more to read comes
 * up again. The call may be freed here, when it has come to its end or before.
 */
typedef void (*responses_ready_fn)(responses_call *call, void *user_data);

/* The part of an adapter that knows of no loop. */
struct responses_loop {
    responses_client *client;
    responses_ready_fn on_ready;
    void *user_data;
    int depth;    /* on_ready is running, so many times inside itself */
    int detached; /* the adapter goes when that is over */
    int kept;     /* no: the loop's library frees it */
};

/* How many calls are handed over before the loop gets its turn; the rest comes up at once. */
#define RESPONSES_LOOP_BUDGET 128

/* Does what there is to do. RESPONSES_OK; RESPONSES_DONE when on_ready has detached the adapter, which is
   then no more; or why the client is of no use any more. */
RESPONSES_LOOP_API int responses_loop_run(struct responses_loop *loop)
{
    int left = RESPONSES_LOOP_BUDGET;
    int status = responses_client_dispatch(loop->client);
    responses_call *call;

    loop->depth++;
    while (status == RESPONSES_OK && left-- > 0 && !loop->detached &&
           responses_client_next_ready(loop->client, &call) == RESPONSES_OK)
        loop->on_ready(call, loop->user_data);
    loop->depth--;
    if (!loop->detached)
        return status;
    if (loop->depth == 0 && !loop->kept)
        free(loop);
    return RESPONSES_DONE;
}

/* An adapter of that size, which begins with a struct responses_loop; `*status` says why not. */
RESPONSES_LOOP_API void *responses_loop_new(size_t size, responses_client *client,
                                            responses_ready_fn on_ready, void *user_data,
                                            int *status)
{
    int fd = responses_client_fd(client);
    struct responses_loop *loop =
        fd < 0 || on_ready == NULL ? NULL : (struct responses_loop *)calloc(1, size);

    *status = fd < 0 ? fd : on_ready == NULL ? RESPONSES_E_INVALID : RESPONSES_E_NOMEM;
    if (loop == NULL)
        return NULL;
    *status = RESPONSES_OK;
    loop->client = client;
    loop->on_ready = on_ready;
    loop->user_data = user_data;
    return loop;
}

/* Frees an adapter, which begins with a struct responses_loop, now or when on_ready has returned. */
RESPONSES_LOOP_API void responses_loop_free(struct responses_loop *loop)
{
    loop->detached = 1;
    if (loop->depth == 0)
        free(loop);
}

#endif
