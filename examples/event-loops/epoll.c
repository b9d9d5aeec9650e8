/*
 * epoll.c - a stream in a loop of one's own around an epoll set
 *
 * The clock, a timer descriptor in the same set, is the other work of this program.
 *
 *     cc epoll.c -o epoll $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./epoll
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 */
#include <responses_epoll.h>

#include <stdio.h>
#include <stdlib.h>

#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>
static int status = RESPONSES_AGAIN;
static responses_error *error;
static int ticks;

/* Reads all there is to read now; ends the loop when the call has come to its end. */
static void on_ready(responses_call *call, void *user_data)
{
    const responses_event *event;

    (void)user_data;
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
        if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            printf("%s", responses_event_text(event, NULL));
    fflush(stdout);
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    char request[256];
    responses_client *client = NULL;
    responses_call *call = NULL;
    responses_epoll *adapter = NULL;
    struct itimerspec every_10_ms = {{0, 10000000}, {0, 10000000}};
    struct epoll_event event, events[16];
    uint64_t expired;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    int i, count;

    timerfd_settime(timer, 0, &every_10_ms, NULL);
    event.events = EPOLLIN;
    event.data.ptr = &timer;
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);

    sprintf(request, "{\"model\": \"%.100s\", \"input\": \"What is an event loop?\"}",
            model != NULL ? model : "gpt-5");
    if (responses_client_new(&client, &error) != RESPONSES_OK ||
        responses_create_stream_start(client, request, RESPONSES_NTS, &call, &error) !=
            RESPONSES_OK)
        status = responses_error_status(error);

    if (status == RESPONSES_AGAIN)
        status = responses_epoll_attach(client, epoll, on_ready, NULL, &adapter);
    if (status == RESPONSES_OK)
        status = RESPONSES_AGAIN;
    while (status == RESPONSES_AGAIN) {
        count = epoll_wait(epoll, events, 16, -1);
        for (i = 0; i < count; i++)
            if (!responses_epoll_check(adapter, &events[i]))
                if (read(timer, &expired, sizeof expired) > 0)
                    ticks++;
    }

    if (status == RESPONSES_DONE)
        printf("\n[%s, and the clock ticked %d times meanwhile]\n",
               responses_response_status(responses_call_response(call)), ticks);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    responses_error_free(error);
    responses_call_free(call);
    responses_epoll_detach(adapter);
    close(timer);
    close(epoll);
    responses_client_free(client);
    return status == RESPONSES_DONE ? 0 : 1;
}
