/*
 * What single calls into the library cost, in nanoseconds, apart from any network.
 *
 *   calls PORT     one line of JSON
 */
#include "../measure.h"

#include <responses.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 9, TIMES = 200000 };

static responses_client *client;
static responses_call *call;
static const responses_event *event;
static volatile size_t sink;

static void set_number(void)
{
    sink += (size_t)responses_client_set(client, "timeout_ms", "0", NULL);
}
static void set_text(void)
{
    sink += (size_t)responses_client_set(client, "organization", "org-bench", NULL);
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

static const struct {
    const char *name;
    void (*body)(void);
} calls[] = {
    {"client_set_number", set_number},  {"client_set_text", set_text},
    {"event_kind", event_kind},         {"event_type", event_type},
    {"event_text", event_text},         {"event_json", event_json},
    {"event_sequence", event_sequence}, {"event_item_id", event_item_id},
    {"call_user_data", user_data},      {"call_next_empty", next_empty},
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

int main(int argc, char **argv)
{
    char url[100];
    size_t count;
    int status;
    responses_error *error = NULL;
    snprintf(url, sizeof url, "http://127.0.0.1:%s/v1", argc > 1 ? argv[1] : "");
    /* A stream of which the first events come at once and the next in four seconds. */
    char *request = make_request("paced-2-4000", 1, 0, &count);
    if (responses_client_new(&client, &error) < 0 ||
        responses_client_set(client, "base_url", url, &error) < 0 ||
        responses_client_set(client, "api_key", "sk-bench", &error) < 0 ||
        responses_create_stream_start(client, request, count, &call, &error) < 0) {
        fprintf(stderr, "%s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
        return 1;
    }
    /* The last of the events that come at once, so that all that can be read has been. */
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_AGAIN)
        responses_call_wait(call, -1);
    if (status < 0) {
        fprintf(stderr, "%s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
        return 1;
    }
    printf("{");
    for (size_t index = 0; index < sizeof calls / sizeof *calls; index++) {
        if (calls[index].body == next_empty)
            while (responses_call_next(call, &event, NULL) == RESPONSES_OK)
                continue;
        printf("%s\"%s\":%.1f", index ? "," : "", calls[index].name, median(calls[index].body));
    }
    printf("}\n");
    responses_call_free(call);
    responses_client_free(client);
    free(request);
    return 0;
}
