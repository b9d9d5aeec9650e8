/*
 * libuv.c - a stream in libuv
 *
 * The clock, a timer of the same loop, is the other work of this program.
 *
 *     cc libuv.c -o libuv $(pkg-config --cflags --libs responses libuv)
 *     OPENAI_API_KEY=... ./libuv
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses_libuv.h>

#include <stdio.h>
#include <stdlib.h>

static int status = RESPONSES_AGAIN;
static responses_error *error;
static int ticks;
static uv_loop_t *loop;

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
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
        uv_stop(loop);
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];
    responses_client *client = NULL;
    responses_call *call = NULL;
    responses_libuv *adapter = NULL;
    uv_timer_t timer;

    loop = uv_default_loop();
    uv_timer_init(loop, &timer);
    uv_timer_start(&timer, on_tick, 10, 10);

    sprintf(request, "{\"model\": \"%.100s\", \"input\": \"What is an event loop?\"}",
            model != NULL ? model : "gpt-5");
    if (responses_client_new(&client, &error) != RESPONSES_OK ||
        responses_create_stream_start(client, request, RESPONSES_NTS, &call, &error) !=
            RESPONSES_OK)
        status = responses_error_status(error);

    if (status == RESPONSES_AGAIN)
        status = responses_libuv_attach(client, loop, on_ready, NULL, &adapter);
    if (status == RESPONSES_OK) {
        status = RESPONSES_AGAIN;
        uv_run(loop, UV_RUN_DEFAULT);
    }

    if (status == RESPONSES_DONE)
        printf("\n[%s, and the clock ticked %d times meanwhile]\n",
               responses_response_status(responses_call_response(call)), ticks);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    responses_error_free(error);
    responses_call_free(call);
    responses_libuv_detach(adapter);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(loop, UV_RUN_DEFAULT); /* closes both */
    uv_loop_close(loop);
    responses_client_free(client);
    return status == RESPONSES_DONE ? 0 : 1;
}
