/*
 * create.c - a new response, and what comes of it
 */
#include "operations.h"

#include "answer.h"
#include "connection.h"
#include "failure.h"
#include "files.h"
#include "output.h"
#include "request.h"
#include "signals.h"
#include "watch.h"

#include <string.h>

enum outcome finish(const struct settings *settings, responses_client *client,
                    struct watched *watched, enum outcome outcome, bool goes_on)
{
    enum outcome judged;

    if (outcome == OUTCOME_INTERRUPTED || outcome == OUTCOME_TERMINATED) {
        output_text_end();
        output_end_line();
        watch_tell(watched, outcome, goes_on);
        return outcome;
    }
    if (outcome == OUTCOME_OUTPUT)
        return outcome;
    /* Also after a failure: what has arrived is worth having. */
    if (watched->response != NULL && *responses_response_json(watched->response, NULL) != '\0') {
        judged = answer_print(settings, watched->response, watched->printed, watched->digest);
        if (outcome == OUTCOME_COMPLETE) {
            outcome = answer_judge(settings, watched->response);
            if (outcome == OUTCOME_COMPLETE)
                outcome = judged;
            judged = files_save(settings, client, watched->response);
            if (outcome == OUTCOME_COMPLETE)
                outcome = judged;
            answer_usage(watched->response, watched->began_ms);
        }
    }
    output_text_end();
    output_end_line();
    output_flush();
    if (watched->error != NULL)
        watch_tell(watched, outcome, goes_on);
    return outcome;
}

/* With --background and --no-stream: the response has begun, and that is all that was wanted. */
static bool has_begun(const struct watched *watched)
{
    const char *status;

    if (watched->response == NULL || watched->error != NULL)
        return false;
    status = responses_response_status(watched->response);
    return strcmp(status, "queued") == 0 || strcmp(status, "in_progress") == 0;
}

enum outcome create_run(const struct settings *settings)
{
    struct text json = {0};
    struct watched watched = {0};
    responses_client *client = NULL;
    bool background = false;
    bool text = !settings->json && !settings->events && settings->pointers.count == 0;
    enum outcome outcome;
    int status;

    if (settings->events && settings->no_stream)
        return usage_failure("--events needs a stream, and --no-stream has none");
    outcome = request_build(settings, &json, &background);
    if (outcome == OUTCOME_COMPLETE && settings->dry_run)
        outcome = request_show(settings, "POST", "/responses", &json);
    else if (outcome == OUTCOME_COMPLETE)
        outcome = connection_open(settings, &client);
    if (outcome == OUTCOME_COMPLETE && client != NULL) {
        if (settings->no_stream)
            status = responses_create_start(client, json.bytes, json.length, &watched.call,
                                            &watched.error);
        else
            status = responses_create_stream_start(client, json.bytes, json.length, &watched.call,
                                                   &watched.error);
        outcome = watch(client, status, text, settings->events, "waiting for the server", &watched);
        if (outcome == OUTCOME_COMPLETE && settings->no_stream && background &&
            has_begun(&watched)) {
            const char *id = responses_response_id(watched.response);

            if (text) {
                output_text(id, strlen(id));
                output_bytes("\n", 1);
                remark("it goes on in the background: responses wait %s", id);
            } else {
                outcome = answer_print(settings, watched.response, 0, 0);
            }
        } else {
            outcome = finish(settings, client, &watched, outcome, background);
        }
        watched_free(&watched);
    }
    responses_client_free(client);
    text_free(&json);
    return outcome;
}
