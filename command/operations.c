/*
 * operations.c - what is done with a response that exists, and the rest of the API
 */
#include "operations.h"

#include "answer.h"
#include "connection.h"
#include "failure.h"
#include "files.h"
#include "output.h"
#include "request.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An id, in the path that --dry-run shows. */
static enum outcome show(const struct settings *settings, const char *method, const char *behind)
{
    struct text path = {0};
    enum outcome outcome;

    text_format(&path, "/responses/%s%s", settings->words[0], behind);
    outcome = request_show(settings, method, path.bytes, NULL);
    text_free(&path);
    return outcome;
}

static enum outcome stream_parameters(const struct settings *settings, struct text *json)
{
    struct settings changed = *settings;
    char field[64];
    long long after;

    if (settings->after == NULL)
        return request_parameters(settings, json);
    if (!whole_number(settings->after, 9223372036854775807LL, &after))
        return usage_failure("--after takes the number of an event, 0 or more; not '%s'",
                             settings->after);
    if (changed.fields.count == MANY)
        return usage_failure("-p was given too often");
    snprintf(field, sizeof field, "starting_after=%lld", after);
    changed.fields.items[changed.fields.count++] = field;
    return request_parameters(&changed, json);
}

enum outcome get_run(const struct settings *settings)
{
    struct text parameters = {0};
    struct watched watched = {0};
    responses_client *client = NULL;
    bool stream = settings->stream || settings->after != NULL || settings->events;
    bool text = !settings->json && !settings->events && settings->pointers.count == 0;
    enum outcome outcome = stream_parameters(settings, &parameters);
    int status;

    if (outcome == OUTCOME_COMPLETE && settings->dry_run)
        outcome = show(settings, "GET", "");
    else if (outcome == OUTCOME_COMPLETE)
        outcome = connection_open(settings, &client);
    if (outcome == OUTCOME_COMPLETE && client != NULL) {
        if (stream)
            status = responses_get_stream_start(client, settings->words[0], parameters.bytes,
                                                parameters.length, &watched.call, &watched.error);
        else
            status = responses_get_start(client, settings->words[0], parameters.bytes,
                                         parameters.length, &watched.call, &watched.error);
        outcome = watch(client, status, text, settings->events, "waiting for the server", &watched);
        /* Behind a cursor the rest of the text is what the deltas were. */
        if (settings->after != NULL && text && watched.response != NULL) {
            if (watched.made_up && outcome == OUTCOME_COMPLETE)
                remark("the server no longer has the events; 'responses get %s' has the whole "
                       "answer",
                       settings->words[0]);
            watched.printed = (size_t)-1;
        }
        outcome = finish(settings, client, &watched, outcome, stream);
        watched_free(&watched);
    }
    responses_client_free(client);
    text_free(&parameters);
    return outcome;
}

enum outcome wait_run(const struct settings *settings)
{
    struct watched watched = {0};
    responses_client *client = NULL;
    enum outcome outcome;
    long long ms = -1;
    int status;

    if (settings->dry_run)
        return show(settings, "GET", "");
    outcome = connection_open(settings, &client);
    if (outcome != OUTCOME_COMPLETE)
        return outcome;
    if (settings->timeout != NULL)
        duration_ms(settings->timeout, &ms);
    strncpy(watched.id, settings->words[0], sizeof watched.id - 1);
    status =
        responses_wait_start(client, settings->words[0], (int)ms, &watched.call, &watched.error);
    outcome = watch(client, status, false, false, "waiting for the response", &watched);
    outcome = finish(settings, client, &watched, outcome, true);
    watched_free(&watched);
    responses_client_free(client);
    return outcome;
}

/* What `cancel` and `delete` have in common: the answer is no text, but that it was done. */
static enum outcome
done_with(const struct settings *settings, const char *method, const char *behind, const char *done,
          int (*start)(responses_client *, const char *, responses_call **, responses_error **))
{
    struct watched watched = {0};
    responses_client *client = NULL;
    enum outcome outcome;
    int status;

    if (settings->dry_run)
        return show(settings, method, behind);
    outcome = connection_open(settings, &client);
    if (outcome != OUTCOME_COMPLETE)
        return outcome;
    status = start(client, settings->words[0], &watched.call, &watched.error);
    outcome = watch(client, status, false, false, "waiting for the server", &watched);
    if (outcome != OUTCOME_COMPLETE) {
        watch_tell(&watched, outcome, false);
    } else {
        const char *now = responses_response_status(watched.response);

        if (settings->json || settings->pointers.count > 0)
            outcome = answer_print(settings, watched.response, 0, 0);
        remark("%s is %s", settings->words[0], *now != '\0' ? now : done);
    }
    watched_free(&watched);
    responses_client_free(client);
    return outcome;
}

enum outcome cancel_run(const struct settings *settings)
{
    return done_with(settings, "POST", "/cancel", "cancelled", responses_cancel_start);
}

enum outcome delete_run(const struct settings *settings)
{
    return done_with(settings, "DELETE", "", "deleted", responses_delete_start);
}

/* A request like that of create, whose answer is no response. */
static enum outcome of_request(const struct settings *settings, const char *path,
                               const char *pointer,
                               int (*start)(responses_client *, const char *, size_t,
                                            responses_call **, responses_error **))
{
    struct settings changed = *settings;
    struct text json = {0};
    struct watched watched = {0};
    responses_client *client = NULL;
    bool background;
    enum outcome outcome = request_build(settings, &json, &background);

    if (pointer != NULL && !settings->json && settings->pointers.count == 0)
        changed.pointers.items[changed.pointers.count++] = pointer;
    else if (settings->pointers.count == 0)
        changed.json = true;
    if (outcome == OUTCOME_COMPLETE && settings->dry_run)
        outcome = request_show(settings, "POST", path, &json);
    else if (outcome == OUTCOME_COMPLETE)
        outcome = connection_open(settings, &client);
    if (outcome == OUTCOME_COMPLETE && client != NULL) {
        int status = start(client, json.bytes, json.length, &watched.call, &watched.error);

        outcome = watch(client, status, false, false, "waiting for the server", &watched);
        if (outcome == OUTCOME_COMPLETE)
            outcome = answer_print(&changed, watched.response, 0, 0);
        else
            watch_tell(&watched, outcome, false);
        watched_free(&watched);
    }
    responses_client_free(client);
    text_free(&json);
    return outcome;
}

enum outcome tokens_run(const struct settings *settings)
{
    return of_request(settings, "/responses/input_tokens", "/input_tokens",
                      responses_count_input_tokens_start);
}

enum outcome compact_run(const struct settings *settings)
{
    return of_request(settings, "/responses/compact", NULL, responses_compact_start);
}

/* The methods that the library sends. */
static const char *method_of(const char *word)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    size_t i;

    for (i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcasecmp(word, methods[i]) == 0)
            return methods[i];
    return NULL;
}

static enum outcome print_any(const struct settings *settings, const responses_response *answer)
{
    size_t length;
    const char *bytes = responses_response_json(answer, &length);
    int type;

    if (settings->output != NULL && strcmp(settings->output, "-") != 0)
        return file_write(settings->output, bytes, length);
    if (settings->output != NULL) {
        output_bytes(bytes, length);
        return OUTCOME_COMPLETE;
    }
    if (settings->pointers.count > 0)
        return answer_print(settings, answer, 0, 0);
    if (responses_json_get(bytes, length, "", &type, NULL, NULL) == RESPONSES_OK) {
        output_json(bytes, length);
    } else {
        output_text(bytes, length);
        output_text_end();
        output_end_line();
    }
    return OUTCOME_COMPLETE;
}

enum outcome api_run(const struct settings *settings)
{
    const char *method = method_of(settings->words[0]);
    struct text json = {0}, path = {0};
    struct watched watched = {0};
    responses_client *client = NULL;
    bool given = false;
    enum outcome outcome;

    if (method == NULL)
        return usage_failure("METHOD is GET, POST, PUT, PATCH or DELETE, not '%s'",
                             settings->words[0]);
    text_format(&path, "%s%s", *settings->words[1] == '/' ? "" : "/", settings->words[1]);
    outcome = request_plain(settings, &json, &given);
    if (outcome == OUTCOME_COMPLETE && settings->dry_run)
        outcome = request_show(settings, method, path.bytes, given ? &json : NULL);
    else if (outcome == OUTCOME_COMPLETE)
        outcome = connection_open(settings, &client);
    if (outcome == OUTCOME_COMPLETE && client != NULL) {
        outcome =
            watch_raw(client, method, path.bytes, given ? json.bytes : NULL, json.length, &watched);
        if (outcome == OUTCOME_COMPLETE)
            outcome = print_any(settings, watched.response);
        else
            watch_tell(&watched, outcome, false);
        watched_free(&watched);
    }
    responses_client_free(client);
    text_free(&json);
    text_free(&path);
    return outcome;
}
