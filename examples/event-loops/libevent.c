/*
 * libevent.c - a stream in libevent
 *
 * The clock, a timer of the same loop, is the other work of this program.
 *
 *     cc libevent.c -o libevent $(pkg-config --cflags --libs responses libevent_core)
 *     OPENAI_API_KEY=... ./libevent
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses_libevent.h>

#include <stdio.h>
#include <stdlib.h>

static int status = RESPONSES_AGAIN;
static responses_error *error;
static int ticks;
static struct event_base *base;

static void on_tick(evutil_socket_t fd, short what, void *user_data)
{
    (void)fd, (void)what, (void)user_data;
    ticks++;
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
        event_base_loopbreak(base);
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];
    responses_client *client = NULL;
    responses_call *call = NULL;
    responses_libevent *adapter = NULL;
    struct timeval every_10_ms = {0, 10000};
    struct event *timer;

    base = event_base_new();
    timer = event_new(base, -1, EV_PERSIST, on_tick, NULL);
    event_add(timer, &every_10_ms);

    sprintf(request, "{\"model\": \"%.100s\", \"input\": \"What is an event loop?\"}",
            model != NULL ? model : "gpt-5");
    if (responses_client_new(&client, &error) != RESPONSES_OK ||
        responses_create_stream_start(client, request, RESPONSES_NTS, &call, &error) !=
            RESPONSES_OK)
        status = responses_error_status(error);

    if (status == RESPONSES_AGAIN)
        status = responses_libevent_attach(client, base, on_ready, NULL, &adapter);
    if (status == RESPONSES_OK) {
        status = RESPONSES_AGAIN;
        event_base_dispatch(base);
    }

    if (status == RESPONSES_DONE)
        printf("\n[%s, and the clock ticked %d times meanwhile]\n",
               responses_response_status(responses_call_response(call)), ticks);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    responses_error_free(error);
    responses_call_free(call);
    responses_libevent_detach(adapter);
    event_free(timer);
    event_base_free(base);
    responses_client_free(client);
    return status == RESPONSES_DONE ? 0 : 1;
}
