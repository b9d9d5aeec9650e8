/*
 * What single calls into the library cost, in nanoseconds, apart from any network.
 *
 *   calls PORT               one line of JSON
 *   calls PORT NAME COUNT    makes one of them so often, to have its instructions counted
 */
#include "../measure.h"

#include <responses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 9, TIMES = 200000 };

static responses_client *client;
static responses_call *call;
static const responses_event *event;
static responses_response *answer; /* of 2.2 MB */
static volatile size_t sink;

/* Another value each time. */
static void set_number(void)
{
    sink += 1;
    responses_client_set(client, "timeout_ms", sink & 1 ? "60000" : "0", NULL);
}
static void set_text(void)
{
    sink += 1;
    responses_client_set(client, "organization", sink & 1 ? "org-bench" : "org-other", NULL);
}
static void new_client(void)
{
    responses_client *made;
    sink += (size_t)responses_client_new(&made, NULL);
    responses_client_free(made);
}
static void get(const char *pointer)
{
    const char *value;
    size_t count;
    sink += (size_t)responses_response_get(answer, pointer, NULL, &value, &count);
}
static void get_member(void)
{
    get("/usage/total_tokens");
}
/* Behind the text, which is nearly all of the answer. */
static void get_inside(void)
{
    get("/output/0/role");
}
static void event_kind(void)
{
    sink += (size_t)responses_event_kind(event);
}
static void event_type(void)
{
    sink += (size_t)responses_event_type(event)[0];
}
static void event_text(void)
{
    size_t count;
    responses_event_text(event, &count);
    sink += count;
}
static void event_json(void)
{
    size_t count;
    responses_event_json(event, &count);
    sink += count;
}
static void event_sequence(void)
{
    sink += (size_t)responses_event_sequence(event);
}
static void event_item_id(void)
{
    sink += (size_t)responses_event_item_id(event)[0];
}
static void next_empty(void)
{
    const responses_event *none;
    sink += (size_t)responses_call_next(call, &none, NULL);
}
static void user_data(void)
{
    sink += (size_t)responses_call_user_data(call);
}

enum needs { NOTHING, ANSWER, STREAM };

static const struct {
    const char *name;
    void (*body)(void);
    enum needs needs;
} calls[] = {
    {"client_set_number", set_number, NOTHING}, {"client_set_text", set_text, NOTHING},
    {"event_kind", event_kind, STREAM},         {"event_type", event_type, STREAM},
    {"event_text", event_text, STREAM},         {"event_json", event_json, STREAM},
    {"event_sequence", event_sequence, STREAM}, {"event_item_id", event_item_id, STREAM},
    {"call_user_data", user_data, STREAM},      {"call_next_empty", next_empty, STREAM},
    {"response_get", get_member, ANSWER},       {"response_get_inside", get_inside, ANSWER},
};

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(void (*body)(void))
{
    double rounds[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        const long long begun = now_ns();
        for (int time = 0; time < TIMES; time++)
            body();
        rounds[round] = (double)(now_ns() - begun) / TIMES;
    }
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    return rounds[ROUNDS / 2];
}

static responses_error *error;

static void check(int status)
{
    if (status < 0) {
        fprintf(stderr, "%s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
        exit(1);
    }
}

static void have_answer(void)
{
    size_t count;
    char *request = make_request("answer-2200000", 0, 0, &count);
    check(responses_create(client, request, count, &answer, &error));
    free(request);
}

/* A stream of which the first events come at once and the next in four seconds. */
static void have_stream(void)
{
    size_t count;
    int status;
    char *request = make_request("paced-2-4000", 1, 0, &count);
    check(responses_create_stream_start(client, request, count, &call, &error));
    /* The last of the events that come at once, so that all that can be read has been. */
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_AGAIN)
        responses_call_wait(call, -1);
    check(status);
    free(request);
}

static void count_one(const char *name, long times)
{
    void (*body)(void) = strcmp(name, "client_new") == 0 ? new_client : NULL;
    for (size_t index = 0; index < sizeof calls / sizeof *calls; index++) {
        if (strcmp(calls[index].name, name) != 0)
            continue;
        body = calls[index].body;
        if (calls[index].needs == ANSWER)
            have_answer();
        else if (calls[index].needs == STREAM)
            have_stream();
    }
    if (!body)
        exit(1);
    while (times-- > 0)
        body();
}

int main(int argc, char **argv)
{
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%s/v1", argc > 1 ? argv[1] : "");
    if (argc > 3 && strcmp(argv[2], "client_new") == 0) {
        count_one(argv[2], atol(argv[3]));
        return 0;
    }
    check(responses_client_new(&client, &error));
    check(responses_client_set(client, "base_url", url, &error));
    check(responses_client_set(client, "api_key", "sk-bench", &error));
    if (argc > 3) {
        count_one(argv[2], atol(argv[3]));
        return 0;
    }
    have_answer();
    have_stream();
    printf("{");
    for (size_t index = 0; index < sizeof calls / sizeof *calls; index++) {
        if (calls[index].body == next_empty)
            while (responses_call_next(call, &event, NULL) == RESPONSES_OK)
                continue;
        printf("%s\"%s\":%.1f", index ? "," : "", calls[index].name, median(calls[index].body));
    }
    printf("}\n");
    responses_response_free(answer);
    responses_call_free(call);
    responses_client_free(client);
    return 0;
}
