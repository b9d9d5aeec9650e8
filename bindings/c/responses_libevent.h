/*
 * responses_libevent.h - for libevent 2
 *
 *     cc program.c $(pkg-config --cflags --libs responses libevent_core)
 *
 * See responses_loop.h for attach, detach and on_ready.
 */
#ifndef RESPONSES_LIBEVENT_H
#define RESPONSES_LIBEVENT_H

#include "responses_loop.h"

#include <event2/event.h>

typedef struct responses_libevent {
    struct responses_loop loop;
    struct event *event;
} responses_libevent;

RESPONSES_LOOP_API void responses_libevent_run(evutil_socket_t fd, short what, void *user_data)
{
    responses_libevent *adapter = (responses_libevent *)user_data;

    (void)fd, (void)what;
    if (responses_loop_run(&adapter->loop) < 0)
        event_del(adapter->event);
}

/* The base must outlive the adapter. While attached, the base has an event and does not end by itself. */
RESPONSES_LOOP_API int responses_libevent_attach(responses_client *client, struct event_base *base,
                                                 responses_ready_fn on_ready, void *user_data,
                                                 responses_libevent **out)
{
    int status;

    *out = (responses_libevent *)responses_loop_new(sizeof **out, client, on_ready, user_data,
                                                    &status);
    if (*out == NULL)
        return status;
    (*out)->event = event_new(base, responses_client_fd(client), EV_READ | EV_PERSIST,
                              responses_libevent_run, *out);
    if ((*out)->event != NULL && event_add((*out)->event, NULL) == 0)
        return RESPONSES_OK;
    if ((*out)->event != NULL)
        event_free((*out)->event);
    free(*out);
    *out = NULL;
    return RESPONSES_E_NOMEM;
}

RESPONSES_LOOP_API void responses_libevent_detach(responses_libevent *adapter)
{
    if (adapter == NULL)
        return;
    event_free(adapter->event);
    responses_loop_free(&adapter->loop);
}

#endif
