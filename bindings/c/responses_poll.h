/*
 * responses_poll.h - for a loop of one's own around poll(), and for programs that tick
 *
 *     struct pollfd fds[8];                            or, without a loop:
 *     responses_poll_fill(adapter, &fds[0]);               responses_poll_tick(adapter, 0);
 *     poll(fds, 8, timeout);                           now and then, which never waits
 *     responses_poll_check(adapter, &fds[0]);
 *
 * See responses_loop.h for attach, detach and on_ready.
 */
#ifndef RESPONSES_POLL_H
#define RESPONSES_POLL_H

#include "responses_loop.h"

#include <poll.h>

typedef struct responses_poll {
    struct responses_loop loop;
    int fd; /* -1 when the client is of no use any more: poll() ignores that */
} responses_poll;

RESPONSES_LOOP_API int responses_poll_attach(responses_client *client, responses_ready_fn on_ready,
                                             void *user_data, responses_poll **out)
{
    int status;

    *out = (responses_poll *)responses_loop_new(sizeof **out, client, on_ready, user_data, &status);
    if (*out != NULL)
        (*out)->fd = responses_client_fd(client);
    return status;
}

/* Fills in an entry for poll(). It stays the same, and may be filled in once for all. */
RESPONSES_LOOP_API void responses_poll_fill(const responses_poll *adapter, struct pollfd *entry)
{
    entry->fd = adapter->fd;
    entry->events = POLLIN;
    entry->revents = 0;
}

/* After poll(): does what there is to do. RESPONSES_DONE when on_ready detached the adapter. */
RESPONSES_LOOP_API int responses_poll_check(responses_poll *adapter, struct pollfd *entry)
{
    int status = entry->revents != 0 ? responses_loop_run(&adapter->loop) : RESPONSES_OK;

    entry->revents = 0;
    if (status < 0)
        entry->fd = adapter->fd = -1;
    return status;
}

/* Both, and a poll() of its own in between: timeout_ms as there, 0 for not at all. */
RESPONSES_LOOP_API int responses_poll_tick(responses_poll *adapter, int timeout_ms)
{
    struct pollfd entry;

    responses_poll_fill(adapter, &entry);
    poll(&entry, 1, timeout_ms);
    return responses_poll_check(adapter, &entry);
}

RESPONSES_LOOP_API void responses_poll_detach(responses_poll *adapter)
{
    if (adapter != NULL)
        responses_loop_free(&adapter->loop);
}

#endif
