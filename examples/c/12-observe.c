/*
 * 12-observe.c - what came of every attempt
 *
 * A function of yours is told of each attempt when it has ended: how long its steps took, what the
 * server said of its limits, how many tokens were used, and what follows. This one prints each as a
 * line of JSON, and adds some of them up.
 *
 *     cc 12-observe.c -o 12-observe $(pkg-config --cflags --libs responses)
 *     OPENAI_API_KEY=... ./12-observe
 *
 * RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
 * TRACEPARENT, where it is set, goes with every request as W3C Trace Context has it.
 */
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>

struct sums {
    int attempts, calls;
    double seconds; /* until the first event, or until the end where there was none */
    int64_t tokens;
};

static void on_attempt(const responses_attempt *attempt, void *user_data)
{
    struct sums *sums = user_data;
    int64_t wait = responses_attempt_number(attempt, RESPONSES_ATTEMPT_FIRST_EVENT_US);
    int64_t tokens = responses_attempt_number(attempt, RESPONSES_ATTEMPT_TOTAL_TOKENS);

    puts(responses_attempt_json(attempt, NULL));
    if (wait < 0)
        wait = responses_attempt_number(attempt, RESPONSES_ATTEMPT_TOTAL_US);
    sums->attempts++;
    sums->seconds += wait > 0 ? (double)wait / 1e6 : 0;
    sums->tokens += tokens > 0 ? tokens : 0;
    if (responses_attempt_number(attempt, RESPONSES_ATTEMPT_NEXT) == RESPONSES_NEXT_END)
        sums->calls++;
}

static int on_event(const responses_event *event, void *user_data)
{
    (void)event;
    (void)user_data;
    return 0;
}

int main(void)
{
    const char *model = getenv("RESPONSES_MODEL");
    const char *trace = getenv("TRACEPARENT");
    char request[256];
    responses_client *client = NULL;
    responses_error *error = NULL;
    struct sums sums = {0, 0, 0, 0};
    int status, turn;

    sprintf(request, "{\"model\": \"%.100s\", \"input\": \"Tell me a story in three sentences.\"}",
            model != NULL ? model : "gpt-5");

    status = responses_client_new(&client, &error);
    if (status == RESPONSES_OK)
        status = responses_client_set_attempt_callback(client, on_attempt, &sums);
    if (status == RESPONSES_OK && trace != NULL)
        status = responses_client_set_header(client, "traceparent", trace, &error);
    /* The second goes over the connection of the first. */
    for (turn = 0; status == RESPONSES_OK && turn < 2; turn++)
        status =
            responses_create_stream(client, request, RESPONSES_NTS, on_event, NULL, NULL, &error);
    if (status == RESPONSES_OK)
        printf("[%d calls, %d attempts, %ld tokens, first events after %.1f s]\n", sums.calls,
               sums.attempts, (long)sums.tokens, sums.seconds);
    else
        fprintf(stderr, "%s: %s\n", responses_status_name(status),
                responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));

    responses_error_free(error);
    responses_client_free(client);
    return status == RESPONSES_OK ? 0 : 1;
}
