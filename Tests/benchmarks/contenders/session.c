/*
 * Sessions of libresponses, and the same turns as requests.
 *
 *   session stream PORT MODEL [COUNT]     streams over one session, one after the other, with a callback
 *   session pull PORT MODEL [COUNT]       the same with responses_call_next
 *   session turns PORT MODEL COUNT        turns, each with the output of the tool that the one before
 *                                         called, over a session
 *   session requests PORT MODEL COUNT     the same as requests, which name the response before
 *   session conversation PORT MODEL COUNT the same as requests, which send all that was said
 *   session paced PORT MODEL SESSIONS     a stream over each of so many sessions at once, in an event loop
 *                                         of this program
 *   session idle PORT MODEL SESSIONS      memory of sessions after one turn each, and what they cost in
 *                                         ten seconds in which nothing happens
 *
 * With two arguments more the connections are of TLS: the version of HTTP, 1.1 or 2, and a file of
 * trusted certificates.
 */
#include "../measure.h"

#include <malloc.h>
#include <poll.h>
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct measure measure;
static responses_client *client;

static void die(const responses_error *error)
{
    fprintf(stderr, "session: %s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    exit(1);
}

static void demand(int is_so, const char *what)
{
    if (is_so)
        return;
    fprintf(stderr, "session: %s\n", what);
    exit(1);
}

static responses_session *open_session(void)
{
    responses_session *session;
    responses_error *error;
    if (responses_session_open(client, &session, &error) < 0)
        die(error);
    return session;
}

/* ---- streams, one after the other ------------------------------------------------------------ */

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
    responses_session *session = open_session();
    responses_error *error;
    measure_begin(&measure);
    while (times-- > 0)
        if (responses_session_create_stream(session, request, count, on_event, NULL, NULL, &error) <
            0)
            die(error);
    measure_end(&measure, 1);
    responses_session_free(session);
    free(request);
}

static void run_pull(const char *model, long times)
{
    size_t count;
    char *request = make_request(model, 1, 0, &count);
    responses_session *session = open_session();
    responses_error *error;
    measure_begin(&measure);
    while (times-- > 0) {
        const responses_event *event;
        responses_call *call;
        int status;
        if (responses_session_create_start(session, request, count, &call, &error) < 0)
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
    responses_session_free(session);
    free(request);
}

/* ---- turns with a tool ----------------------------------------------------------------------- */

struct text {
    char *bytes;
    size_t count, capacity;
};

static void add(struct text *text, const char *bytes, size_t count)
{
    if (text->count + count > text->capacity) {
        text->capacity = (text->count + count) * 2;
        text->bytes = realloc(text->bytes, text->capacity);
        if (!text->bytes)
            abort();
    }
    memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
}

static void add_word(struct text *text, const char *word)
{
    add(text, word, strlen(word));
}

/* What a program sends with each turn of its own: neither is taken over from the response before. */
static const char settings[] =
    "\"instructions\":\"You are a careful programmer. Read the files that you need, one at a time, "
    "before you change anything. Say what you found, and end with a list of the changes.\","
    "\"tools\":[{\"type\":\"function\",\"name\":\"read_file\",\"description\":\"The text of a "
    "file.\",\"strict\":true,\"parameters\":{\"type\":\"object\",\"properties\":{\"path\":{"
    "\"type\":"
    "\"string\",\"description\":\"From the top of the project.\"}},\"required\":[\"path\"],"
    "\"additionalProperties\":false}},{\"type\":\"function\",\"name\":\"write_file\","
    "\"description\":\"Replaces the text of a file.\",\"strict\":true,\"parameters\":{\"type\":"
    "\"object\",\"properties\":{\"path\":{\"type\":\"string\",\"description\":\"From the top of "
    "the "
    "project.\"},\"text\":{\"type\":\"string\"}},\"required\":[\"path\",\"text\"],"
    "\"additionalProperties\":false}}],";

enum { TOOL_OUTPUT = 1024 };

/* The tool has run: what it gave goes with the next turn. */
static void add_tool_output(struct text *input, const responses_response *response)
{
    const char *id;
    size_t count;
    char output[TOOL_OUTPUT];
    demand(responses_response_get(response, "/output/0/call_id", NULL, &id, &count) >= 0,
           "an answer calls no tool");
    memset(output, 'x', sizeof output);
    add_word(input, "{\"type\":\"function_call_output\",\"call_id\":\"");
    add(input, id, count);
    add_word(input, "\",\"output\":\"");
    add(input, output, sizeof output);
    add_word(input, "\"}");
}

enum way { WAY_SESSION, WAY_PREVIOUS, WAY_CONVERSATION };

static void run_turns(const char *model, long turns, enum way way)
{
    struct text input = {0}, request = {0};
    responses_response *response = NULL;
    responses_error *error;
    /* What a process sets up once is not counted, a connection is. */
    responses_session *session = NULL;
    measure_begin(&measure);
    if (way == WAY_SESSION)
        session = open_session();
    add_word(&input, "{\"role\":\"user\",\"content\":\"Find out why the build fails.\"}");
    for (long turn = 0; turn < turns; turn++) {
        request.count = 0;
        add_word(&request, "{\"model\":\"");
        add_word(&request, model);
        add_word(&request, "\",");
        add_word(&request, settings);
        add_word(&request, way == WAY_PREVIOUS ? "\"store\":true," : "\"store\":false,");
        if (response && way != WAY_CONVERSATION) {
            add_word(&request, "\"previous_response_id\":\"");
            add_word(&request, responses_response_id(response));
            add_word(&request, "\",");
        }
        add_word(&request, "\"input\":[");
        add(&request, input.bytes, input.count);
        add_word(&request, session ? "]}" : "],\"stream\":true}");
        responses_response_free(response);
        const int status =
            session ? responses_session_create_stream(session, request.bytes, request.count,
                                                      on_event, NULL, &response, &error)
                    : responses_create_stream(client, request.bytes, request.count, on_event, NULL,
                                              &response, &error);
        if (status < 0)
            die(error);
        demand(strcmp(responses_response_status(response), "completed") == 0,
               "a turn is not complete");
        measure.events += 1;
        if (way == WAY_CONVERSATION) {
            const char *item;
            size_t count;
            responses_response_get(response, "/output/0", NULL, &item, &count);
            add_word(&input, ",");
            add(&input, item, count);
            add_word(&input, ",");
        } else {
            input.count = 0;
        }
        add_tool_output(&input, response);
    }
    measure_end(&measure, 1);
    responses_response_free(response);
    responses_session_free(session);
    free(input.bytes);
    free(request.bytes);
}

/* ---- many sessions --------------------------------------------------------------------------- */

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
        if (events && ++*events == 10)
            streams_begun += 1;
    }
    if (status < 0)
        die(error);
    if (status == RESPONSES_DONE)
        running -= 1;
}

static void act(void)
{
    responses_call *call;
    responses_client_dispatch(client);
    while (responses_client_next_ready(client, &call) == RESPONSES_OK)
        read_call(call);
}

/* Opens sessions at once, in the event loop. */
static responses_session **open_sessions(long count)
{
    struct pollfd descriptor = {.fd = responses_client_fd(client), .events = POLLIN};
    responses_session **sessions = calloc((size_t)count, sizeof *sessions);
    responses_call **calls = calloc((size_t)count, sizeof *calls);
    responses_error *error;
    for (running = 0; running < count; running++)
        if (responses_session_open_start(client, &sessions[running], &calls[running], &error) < 0)
            die(error);
    while (running > 0) {
        poll(&descriptor, 1, -1);
        act();
    }
    for (long index = 0; index < count; index++)
        responses_call_free(calls[index]);
    free(calls);
    return sessions;
}

/* A turn in each at once. */
static void run_turn_in_each(responses_session **sessions, const char *model, long count)
{
    struct pollfd descriptor = {.fd = responses_client_fd(client), .events = POLLIN};
    responses_call **calls = calloc((size_t)count, sizeof *calls);
    long *events = calloc((size_t)count, sizeof *events);
    responses_error *error;
    size_t request_count;
    char *request = make_request(model, 1, 0, &request_count);
    for (running = 0; running < count; running++) {
        if (responses_session_create_start(sessions[running], request, request_count,
                                           &calls[running], &error) < 0)
            die(error);
        responses_call_set_user_data(calls[running], &events[running]);
    }
    while (running > 0) {
        poll(&descriptor, 1, -1);
        act();
        if (measure.rss_after == 0 && streams_begun == count)
            measure.rss_after = rss_kb() - (long)(measure.late_capacity * 4 / 1024);
    }
    for (long index = 0; index < count; index++) {
        const responses_response *response = responses_call_response(calls[index]);
        demand(response && strcmp(responses_response_status(response), "completed") == 0,
               "a turn is not complete");
        responses_call_free(calls[index]);
    }
    free(calls);
    free(events);
    free(request);
}

static void free_sessions(responses_session **sessions, long count)
{
    for (long index = 0; index < count; index++)
        responses_session_free(sessions[index]);
    free(sessions);
}

/* What the first call of a process sets up is no session's. */
static void set_up(void)
{
    responses_session *session = open_session();
    size_t count;
    char *request = make_request("stream-1", 1, 0, &count);
    responses_error *error;
    if (responses_session_create_stream(session, request, count, NULL, NULL, NULL, &error) < 0)
        die(error);
    responses_session_free(session);
    free(request);
}

static void run_paced(const char *model, long count)
{
    set_up();
    measure_begin(&measure);
    responses_session **sessions = open_sessions(count);
    run_turn_in_each(sessions, model, count);
    measure_end(&measure, count);
    free_sessions(sessions, count);
}

static double heap_bytes(void)
{
    const struct mallinfo2 info = mallinfo2();
    return (double)(info.uordblks + info.hblkhd);
}

static void run_idle(const char *model, long count)
{
    enum { IDLE_MS = 10000 };
    set_up();
    const double heap_before = heap_bytes();
    const long rss_before = rss_kb();
    responses_session **sessions = open_sessions(count);
    run_turn_in_each(sessions, model, count);
    const double heap = heap_bytes() - heap_before;
    malloc_trim(0);
    const long rss = rss_kb() - rss_before - (long)(measure.late_capacity * 4 / 1024);
    struct pollfd descriptor = {.fd = responses_client_fd(client), .events = POLLIN};
    long wakes = 0;
    /* What is still on its way is none of the idle time. */
    while (poll(&descriptor, 1, 1000) > 0)
        act();
    measure = (struct measure){0};
    measure_begin(&measure);
    const long long until = now_ns() + IDLE_MS * 1000000LL;
    for (long long left; (left = (until - now_ns()) / 1000000) > 0;) {
        if (poll(&descriptor, 1, (int)left) > 0) {
            wakes += 1;
            act();
        }
    }
    demand(responses_session_connections(sessions[0]) == 1, "a session had to connect again");
    printf("{\"sessions\":%ld,\"heap_bytes\":%.0f,\"rss_bytes\":%.0f,\"wakes\":%ld,"
           "\"idle_cpu_us\":%lld}\n",
           count, heap / (double)count, (double)rss * 1024 / (double)count, wakes,
           measure_cpu_us(&measure));
    free_sessions(sessions, count);
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
        fprintf(stderr, "session WORKLOAD PORT MODEL [COUNT [VERSION AUTHORITIES]]\n");
        return 2;
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
    else if (strcmp(workload, "turns") == 0)
        run_turns(model, count, WAY_SESSION);
    else if (strcmp(workload, "requests") == 0)
        run_turns(model, count, WAY_PREVIOUS);
    else if (strcmp(workload, "conversation") == 0)
        run_turns(model, count, WAY_CONVERSATION);
    else if (strcmp(workload, "paced") == 0)
        run_paced(model, count);
    else if (strcmp(workload, "idle") == 0)
        run_idle(model, count);
    else
        demand(0, "no such workload");
    responses_client_free(client);
    return 0;
}
