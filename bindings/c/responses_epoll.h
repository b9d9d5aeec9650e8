/*
 * responses_epoll.h - for a loop of one's own around an epoll set
 *
 *     n = epoll_wait(epoll, events, 64, timeout);
 *     for (i = 0; i < n; i++)
 *         if (!responses_epoll_check(adapter, &events[i]))
 *             ... an event of your own ...
 *
 * The adapter's event has the adapter in data.ptr, so that one's own events should have pointers there
 * too. See responses_loop.h for attach, detach and on_ready.
 */
#ifndef RESPONSES_EPOLL_H
#define RESPONSES_EPOLL_H

#include "responses_loop.h"

#include <sys/epoll.h>

typedef struct responses_epoll {
    struct responses_loop loop;
    int epoll, fd;
} responses_epoll;

/* The set must outlive the adapter; its descriptor stays yours. */
RESPONSES_LOOP_API int responses_epoll_attach(responses_client *client, int epoll,
                                              responses_ready_fn on_ready, void *user_data,
                                              responses_epoll **out)
{
    struct epoll_event event;
    int status;

    *out =
        (responses_epoll *)responses_loop_new(sizeof **out, client, on_ready, user_data, &status);
    if (*out == NULL)
        return status;
    (*out)->epoll = epoll;
    (*out)->fd = responses_client_fd(client);
    event.events = EPOLLIN;
    event.data.ptr = *out;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, (*out)->fd, &event) == 0)
        return RESPONSES_OK;
    free(*out);
    *out = NULL;
    return RESPONSES_E_INVALID;
}

/* In a child after fork the set, which is shared with the parent, is not touched. */
RESPONSES_LOOP_API void responses_epoll_leave(responses_epoll *adapter)
{
    if (responses_client_fd(adapter->loop.client) == adapter->fd)
        epoll_ctl(adapter->epoll, EPOLL_CTL_DEL, adapter->fd, NULL);
}

RESPONSES_LOOP_API void responses_epoll_detach(responses_epoll *adapter)
{
    if (adapter == NULL)
        return;
    responses_epoll_leave(adapter);
    responses_loop_free(&adapter->loop);
}

/* Does what there is to do when the event is the adapter's: 1. Otherwise 0. After on_ready has detached
   the adapter, events of the same epoll_wait() may still name it: compare, do not follow. */
RESPONSES_LOOP_API int responses_epoll_check(responses_epoll *adapter,
                                             const struct epoll_event *event)
{
    if (adapter == NULL || event->data.ptr != adapter)
        return 0;
    /* A client that is of no use any more would be reported for ever. */
    if (responses_loop_run(&adapter->loop) < 0)
        responses_epoll_leave(adapter);
    return 1;
}

#endif
