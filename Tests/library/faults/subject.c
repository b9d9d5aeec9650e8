#include "subject.h"
#include "test.h"

#include <poll.h>
#include <sys/wait.h>

#define NTS RESPONSES_NTS

static char *complaint;
static unsigned long room;

static int complain(const char *step, int status, const char *what)
{
    if (*complaint == 0)
        snprintf(complaint, room, "%s: %s, %s", step, responses_status_name(status), what);
    return -1;
}

/* What a system call that failed may come to. A limit of time is none of it: that would hide the
   reason. */
static int is_outcome(int status)
{
    return status == RESPONSES_E_NETWORK || status == RESPONSES_E_NOMEM ||
           status == RESPONSES_E_TRUNCATED || status == RESPONSES_E_INTERNAL;
}

/* Success, or an error that says what happened; frees it. */
static int judge(const char *step, int status, int expected, responses_error *error)
{
    if (status != expected) {
        if (!is_outcome(status))
            complain(step, status, error ? message_of(error) : "no error object");
        else if (error == NULL || *message_of(error) == 0)
            complain(step, status, "without a message");
        else if (responses_error_status(error) != status)
            complain(step, status, "the error has another status");
    }
    responses_error_free(error);
    return status == expected;
}

static responses_client *make_client(const char *step, const char *url)
{
    static const char *const options[][2] = {
        {"api_key", "sk-faults"},           {"max_retries", "0"},
        {"resume_attempts", "1"},           {"idle_timeout_ms", "6000"},
        {"first_event_timeout_ms", "6000"},
    };
    responses_client *client = NULL;
    responses_error *error = NULL;
    int status = responses_client_new(&client, &error);
    if (!judge(step, status, RESPONSES_OK, error))
        return NULL;
    error = NULL;
    status = responses_client_set(client, "base_url", url, &error);
    for (size_t i = 0; status == RESPONSES_OK && i < COUNT(options); i++)
        status = responses_client_set(client, options[i][0], options[i][1], &error);
    judge("set", status, RESPONSES_OK, error);
    return client;
}

static void create(const char *step, responses_client *client)
{
    responses_response *response = NULL;
    responses_error *error = NULL;
    int status = responses_create(client, REQUEST, NTS, &response, &error);
    if (judge(step, status, RESPONSES_OK, error)) {
        const char *text = responses_response_text(response, NULL);
        if (text == NULL || strcmp(text, "Hello, world!") != 0)
            complain(step, status, "another text");
    }
    responses_response_free(response);
}

static void retry(responses_client *client)
{
    responses_error *error = NULL;
    responses_client_set(client, "max_retries", "1", NULL);
    int status = responses_create(client, "{\"input\":\"busy\"}", NTS, NULL, &error);
    judge("retry", status, RESPONSES_E_API, error);
    responses_client_set(client, "max_retries", "0", NULL);
}

static int hear_next(const responses_event *event, void *heard)
{
    return responses_event_sequence(event) != (*(int *)heard)++;
}

static void stream(const char *step, responses_client *client, int resumes)
{
    responses_error *error = NULL;
    int heard = 0;
    int status =
        resumes ? responses_get_stream(client, "resp_1", NULL, 0, hear_next, &heard, NULL, &error)
                : responses_create_stream(client, REQUEST, NTS, hear_next, &heard, NULL, &error);
    if (judge(step, status, RESPONSES_OK, error) && heard != 11)
        complain(step, status, "events are missing");
}

static void finish(responses_call *call, int *heard)
{
    responses_error *error = NULL;
    const responses_event *event = NULL;
    int status;
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
        *heard += 1;
    if (status == RESPONSES_AGAIN)
        return;
    if (judge("event loop", status, RESPONSES_DONE, error) && *heard != 11)
        complain("event loop", status, "events are missing");
    *heard = -1;
}

static void event_loop(responses_client *client)
{
    responses_call *call = NULL, *ready = NULL;
    responses_error *error = NULL;
    int heard = 0;
    struct pollfd loop = {.fd = responses_client_fd(client), .events = POLLIN};
    if (loop.fd < 0) {
        if (!is_outcome(loop.fd))
            complain("client_fd", loop.fd, "as a status");
        return;
    }
    int status = responses_create_stream_start(client, REQUEST, NTS, &call, &error);
    if (!judge("start", status, RESPONSES_OK, error))
        return;
    for (int round = 0; heard >= 0; round++) {
        if (round == 5000) {
            complain("event loop", RESPONSES_AGAIN, "turns in a circle");
            break;
        }
        /* The test's own, which does not fail. */
        if (ppoll(&loop, 1, &(struct timespec){5, 0}, NULL) <= 0) {
            complain("event loop", RESPONSES_AGAIN, "nothing happens");
            break;
        }
        responses_client_dispatch(client);
        while (heard >= 0 && responses_client_next_ready(client, &ready) == RESPONSES_OK)
            finish(ready, &heard);
    }
    responses_call_free(call);
}

static void fork_and_free(responses_client *client)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        responses_client_free(client);
        _exit(0);
    }
    if (child > 0)
        waitpid(child, &status, 0);
    if (status != 0)
        complain("fork", 0, "the child did not end well");
}

int subject_run(const char *url, char *complaint_out, unsigned long room_out)
{
    char named[96];
    complaint = complaint_out;
    room = room_out;
    *complaint = 0;
    responses_client *client = make_client("client_new", url), *derived = NULL;
    if (client != NULL) {
        create("create", client);
        retry(client);
        stream("stream", client, 0);
        stream("resume", client, 1);
        event_loop(client);
        fork_and_free(client);
        responses_error *error = NULL;
        int status = responses_client_derive(client, &derived, &error);
        if (judge("derive", status, RESPONSES_OK, error))
            create("create of a derived client", derived);
    }
    responses_client_free(derived);
    responses_client_free(client);
    snprintf(named, sizeof named, "http://localhost:%s", strrchr(url, ':') + 1);
    client = make_client("client_new again", named);
    if (client != NULL)
        create("create with a name", client);
    responses_client_free(client);
    return *complaint != 0;
}

int subject_works(const char *url, char *complaint_out, unsigned long room_out)
{
    complaint = complaint_out;
    room = room_out;
    *complaint = 0;
    responses_client *client = NULL;
    responses_error *error = NULL;
    int status = responses_client_new(&client, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "base_url", url, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "api_key", "sk-faults", &error);
    if (status == RESPONSES_OK)
        status = responses_create(client, REQUEST, NTS, NULL, &error);
    if (status != RESPONSES_OK)
        complain("afterwards", status, error ? message_of(error) : "no error object");
    responses_error_free(error);
    responses_client_free(client);
    return *complaint != 0;
}
