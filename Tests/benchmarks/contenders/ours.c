/*
 * The same work with libresponses.
 *
 *   ours stream PORT MODEL [COUNT]    streams, one after the other, with a callback
 *   ours pull PORT MODEL [COUNT]      the same with responses_call_next
 *   ours paced PORT MODEL STREAMS     streams at once, in an event loop of this program
 *   ours create PORT MODEL [COUNT]    answers, one after the other
 *   ours upload PORT MODEL BYTES      a request of that size
 *   ours first PORT MODEL             ends after the first event
 *
 * With two arguments more the connections are of TLS: the version of HTTP, 1.1 or 2, and a file of
 * trusted certificates.
 */
#include "../measure.h"

#include <poll.h>
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct measure measure;
static responses_client *client;

static void die(const responses_error *error)
{
    fprintf(stderr, "ours: %s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    exit(1);
}

static int on_event(const responses_event *event, void *user_data)
{
    size_t count;
    (void)user_data;
    if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA) {
        const char *text = responses_event_text(event, &count);
        measure_text(&measure, text, count);
    }
    return 0;
}

static void run_streams(const char *model, long times)
{
    size_t count;
    char *request = make_request(model, 1, 0, &count);
    responses_error *error;
    measure_begin(&measure);
    while (times-- > 0)
        if (responses_create_stream(client, request, count, on_event, NULL, NULL, &error) < 0)
            die(error);
    measure_end(&measure, 1);
    free(request);
}

static void run_pull(const char *model, long times)
{
    size_t count;
    char *request = make_request(model, 1, 0, &count);
    responses_error *error;
    measure_begin(&measure);
    while (times-- > 0) {
        const responses_event *event;
        responses_call *call;
        int status;
        if (responses_create_stream_start(client, request, count, &call, &error) < 0)
            die(error);
        while ((status = responses_call_next(call, &event, &error)) != RESPONSES_DONE) {
            if (status < 0)
                die(error);
            if (status == RESPONSES_OK)
                on_event(event, NULL);
            else
                responses_call_wait(call, -1);
        }
        responses_call_free(call);
    }
    measure_end(&measure, 1);
    free(request);
}

/* ---- paced streams at once ------------------------------------------------------------------- */

static long running, streams_begun;

static void read_call(responses_call *call)
{
    const responses_event *event;
    responses_error *error;
    int status;
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK) {
        if (responses_event_kind(event) != RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
            continue;
        size_t count;
        const char *text = responses_event_text(event, &count);
        measure_paced_text(&measure, text, count);
        long *events = responses_call_user_data(call);
        if (++*events == 10)
            streams_begun += 1;
    }
    if (status < 0)
        die(error);
    if (status == RESPONSES_DONE)
        running -= 1;
}

/* What the first call of a process sets up is no stream's. The floor has done that when it begins, too. */
static void set_up(void)
{
    size_t count;
    char *request = make_request("stream-1", 1, 0, &count);
    responses_error *error;
    if (responses_create_stream(client, request, count, NULL, NULL, NULL, &error) < 0)
        die(error);
    free(request);
}

static void run_paced(const char *model, long count)
{
    size_t request_count;
    char *request = make_request(model, 1, 0, &request_count);
    responses_call **calls = calloc((size_t)count, sizeof(responses_call *));
    long *events = calloc((size_t)count, sizeof *events);
    responses_error *error;
    responses_call *call;
    struct pollfd descriptor = {.fd = responses_client_fd(client), .events = POLLIN};
    set_up();
    measure_begin(&measure);
    for (running = 0; running < count; running++) {
        if (responses_create_stream_start(client, request, request_count, &calls[running], &error) <
            0)
            die(error);
        responses_call_set_user_data(calls[running], &events[running]);
    }
    while (running > 0) {
        poll(&descriptor, 1, -1);
        responses_client_dispatch(client);
        while (responses_client_next_ready(client, &call) == RESPONSES_OK)
            read_call(call);
        if (measure.rss_after == 0 && streams_begun == count)
            measure.rss_after = rss_kb() - (long)(measure.late_capacity * 4 / 1024);
    }
    measure_end(&measure, count);
    for (long index = 0; index < count; index++)
        responses_call_free(calls[index]);
    free(calls);
    free(events);
    free(request);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* What programs want to know of an answer. */
static void read_answer(const responses_response *response)
{
    const char *tokens;
    size_t length;
    const char *text = responses_response_text(response, &length);
    measure_text(&measure, text, length);
    if (strcmp(responses_response_status(response), "completed") != 0 ||
        responses_response_get(response, "/usage/total_tokens", NULL, &tokens, NULL) < 0 ||
        atol(tokens) != 123) {
        fprintf(stderr, "an answer is not complete\n");
        exit(1);
    }
}

/* `reads` nothing but its bytes, or all that programs want. */
static void run_creates(const char *model, long times, size_t padding, int reads)
{
    size_t count, length;
    char *request = make_request(model, 0, padding, &count);
    responses_response *response;
    responses_error *error;
    /* The connection and what is set up once are not counted. */
    if (padding == 0 && times > 1) {
        if (responses_create(client, request, count, &response, &error) < 0)
            die(error);
        responses_response_free(response);
    }
    measure_begin(&measure);
    while (times-- > 0) {
        if (responses_create(client, request, count, &response, &error) < 0)
            die(error);
        if (reads) {
            read_answer(response);
        } else {
            responses_response_json(response, &length);
            measure.events += 1;
            measure.bytes += (long long)length;
        }
        if (times == 0)
            measure_end(&measure, 1);
        responses_response_free(response);
    }
    free(request);
}

static int on_first(const responses_event *event, void *user_data)
{
    (void)user_data;
    printf("%d\n", responses_event_kind(event));
    return 1;
}

static void run_first(const char *model)
{
    size_t count;
    char *request = make_request(model, 1, 0, &count);
    responses_create_stream(client, request, count, on_first, NULL, NULL, NULL);
    free(request);
}

static void set(const char *option, const char *value)
{
    responses_error *error;
    if (responses_client_set(client, option, value, &error) < 0)
        die(error);
}

int main(int argc, char **argv)
{
    char url[100];
    responses_error *error;
    if (argc < 4) {
        fprintf(stderr, "ours WORKLOAD PORT MODEL [COUNT]\n");
        return 1;
    }
    const char *workload = argv[1], *model = argv[3];
    const long count = argc > 4 ? atol(argv[4]) : 1;
    const int is_secure = argc > 6;
    snprintf(url, sizeof url, "%s://127.0.0.1:%s/v1", is_secure ? "https" : "http", argv[2]);
    raise_file_limit();
    if (responses_client_new(&client, &error) < 0)
        die(error);
    set("base_url", url);
    set("api_key", "sk-bench");
    if (is_secure) {
        set("http_version", argv[5]);
        set("ca_file", argv[6]);
    }
    if (strcmp(workload, "stream") == 0)
        run_streams(model, count);
    else if (strcmp(workload, "pull") == 0)
        run_pull(model, count);
    else if (strcmp(workload, "paced") == 0)
        run_paced(model, count);
    else if (strcmp(workload, "create") == 0)
        run_creates(model, count, 0, 0);
    else if (strcmp(workload, "answer") == 0)
        run_creates(model, count, 0, 1);
    else if (strcmp(workload, "upload") == 0)
        run_creates(model, 1, (size_t)count, 0);
    else if (strcmp(workload, "first") == 0)
        run_first(model);
    responses_client_free(client);
    return 0;
}
