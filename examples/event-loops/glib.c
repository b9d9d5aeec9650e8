/*
 * glib.c - a stream in GLib's main loop
 *
 * The clock, a timer of the same loop, is the other work of this program.
 *
 *     cc glib.c -o glib $(pkg-config --cflags --libs responses glib-2.0)
 *     OPENAI_API_KEY=... ./glib
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses_glib.h>

#include <stdio.h>
#include <stdlib.h>

static int status = RESPONSES_AGAIN;
static responses_error *error;
static int ticks;
static GMainLoop *loop;

static gboolean on_tick(gpointer user_data)
{
    (void)user_data;
    ticks++;
    return G_SOURCE_CONTINUE;
}

/* Reads all there is to read now; ends the loop when the call has come to its end. */
static void on_ready(responses_call *call, void *user_data)
{
    const responses_event *event;

    (void)user_data;
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
        if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            printf("%s", responses_event_text(event, NULL));
    fflush(stdout);
    if (status != RESPONSES_AGAIN)
        g_main_loop_quit(loop);
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];
    responses_client *client = NULL;
    responses_call *call = NULL;
    responses_glib *adapter = NULL;

    loop = g_main_loop_new(NULL, FALSE);
    g_timeout_add(10, on_tick, NULL);

    sprintf(request, "{\"model\": \"%.100s\", \"input\": \"What is an event loop?\"}",
            model != NULL ? model : "gpt-5");
    if (responses_client_new(&client, &error) != RESPONSES_OK ||
        responses_create_stream_start(client, request, RESPONSES_NTS, &call, &error) !=
            RESPONSES_OK)
        status = responses_error_status(error);

    if (status == RESPONSES_AGAIN)
        status = responses_glib_attach(client, NULL, on_ready, NULL, &adapter);
    if (status == RESPONSES_OK) {
        status = RESPONSES_AGAIN;
        g_main_loop_run(loop);
    }

    if (status == RESPONSES_DONE)
        printf("\n[%s, and the clock ticked %d times meanwhile]\n",
               responses_response_status(responses_call_response(call)), ticks);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    responses_error_free(error);
    responses_call_free(call);
    responses_glib_detach(adapter);
    g_main_loop_unref(loop);
    responses_client_free(client);
    return status == RESPONSES_DONE ? 0 : 1;
}
