/*
 * responses_libuv.h - for libuv
 *
 *     cc program.c $(pkg-config --cflags --libs responses libuv)
 *
 * libuv closes handles in its loop: after detach let the loop run once more before it is closed, as
 * with every handle. See responses_loop.h for attach, detach and on_ready.
 */
#ifndef RESPONSES_LIBUV_H
#define RESPONSES_LIBUV_H

#include "responses_loop.h"

#include <uv.h>

typedef struct responses_libuv {
    struct responses_loop loop;
    uv_poll_t poll;
} responses_libuv;

RESPONSES_LOOP_API void responses_libuv_run(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    if (responses_loop_run(&((responses_libuv *)poll->data)->loop) < 0)
        uv_poll_stop(poll);
}

RESPONSES_LOOP_API void responses_libuv_closed(uv_handle_t *handle)
{
    free(handle->data);
}

/* Stops it now; the memory goes when the loop has closed the handle. */
RESPONSES_LOOP_API void responses_libuv_detach(responses_libuv *adapter)
{
    if (adapter == NULL)
        return;
    adapter->loop.detached = adapter->loop.kept = 1;
    uv_close((uv_handle_t *)&adapter->poll, responses_libuv_closed);
}

/* While attached, the loop has a handle and does not end by itself. */
RESPONSES_LOOP_API int responses_libuv_attach(responses_client *client, uv_loop_t *loop,
                                              responses_ready_fn on_ready, void *user_data,
                                              responses_libuv **out)
{
    responses_libuv *adapter;
    int status;

    *out = NULL;
    adapter = (responses_libuv *)responses_loop_new(sizeof *adapter, client, on_ready, user_data,
                                                    &status);
    if (adapter == NULL)
        return status;
    if (uv_poll_init(loop, &adapter->poll, responses_client_fd(client)) != 0) {
        free(adapter);
        return RESPONSES_E_INVALID;
    }
    adapter->poll.data = adapter;
    if (uv_poll_start(&adapter->poll, UV_READABLE, responses_libuv_run) == 0) {
        *out = adapter;
        return RESPONSES_OK;
    }
    responses_libuv_detach(adapter);
    return RESPONSES_E_INVALID;
}

#endif
