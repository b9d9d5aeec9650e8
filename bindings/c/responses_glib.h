/*
 * responses_glib.h - for GLib's main loop, and with it GTK, GStreamer, ...
 *
 *     cc program.c $(pkg-config --cflags --libs responses glib-2.0)
 *
 * See responses_loop.h for attach, detach and on_ready.
 */
#ifndef RESPONSES_GLIB_H
#define RESPONSES_GLIB_H

#include "responses_loop.h"

#include <glib-unix.h>

typedef struct responses_glib {
    struct responses_loop loop;
    GSource *source;
} responses_glib;

RESPONSES_LOOP_API gboolean responses_glib_run(gint fd, GIOCondition condition, gpointer user_data)
{
    (void)fd, (void)condition;
    return responses_loop_run((struct responses_loop *)user_data) == RESPONSES_OK
               ? G_SOURCE_CONTINUE
               : G_SOURCE_REMOVE;
}

/* The context whose loop runs it; NULL for the default one. */
RESPONSES_LOOP_API int responses_glib_attach(responses_client *client, GMainContext *context,
                                             responses_ready_fn on_ready, void *user_data,
                                             responses_glib **out)
{
    int status;

    *out = (responses_glib *)responses_loop_new(sizeof **out, client, on_ready, user_data, &status);
    if (*out == NULL)
        return status;
    (*out)->source = g_unix_fd_source_new(responses_client_fd(client), G_IO_IN);
    g_source_set_callback((*out)->source, (GSourceFunc)(void (*)(void))responses_glib_run, *out,
                          NULL);
    g_source_attach((*out)->source, context);
    return RESPONSES_OK;
}

RESPONSES_LOOP_API void responses_glib_detach(responses_glib *adapter)
{
    if (adapter == NULL)
        return;
    g_source_destroy(adapter->source);
    g_source_unref(adapter->source);
    responses_loop_free(&adapter->loop);
}

#endif
