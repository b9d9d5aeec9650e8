/*
 * watch.c - a call, from its start to its end
 */
#include "watch.h"

#include "answer.h"
#include "failure.h"
#include "output.h"
#include "signals.h"
#include "status_line.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* How often the status line counts, and when it is first worth a look. */
#define TICK_MS  200
#define QUIET_MS 400

static const char *doing_now(int kind, const char *before)
{
    switch (kind) {
    case RESPONSES_EVENT_QUEUED:
        return "queued";
    case RESPONSES_EVENT_REASONING_SUMMARY_PART_ADDED:
    case RESPONSES_EVENT_REASONING_SUMMARY_TEXT_DELTA:
    case RESPONSES_EVENT_REASONING_TEXT_DELTA:
        return "thinking";
    case RESPONSES_EVENT_WEB_SEARCH_CALL_IN_PROGRESS:
    case RESPONSES_EVENT_WEB_SEARCH_CALL_SEARCHING:
        return "searching the web";
    case RESPONSES_EVENT_FILE_SEARCH_CALL_IN_PROGRESS:
    case RESPONSES_EVENT_FILE_SEARCH_CALL_SEARCHING:
        return "searching files";
    case RESPONSES_EVENT_CODE_INTERPRETER_CODE_DELTA:
    case RESPONSES_EVENT_CODE_INTERPRETER_INTERPRETING:
        return "running code";
    case RESPONSES_EVENT_IMAGE_GENERATION_IN_PROGRESS:
    case RESPONSES_EVENT_IMAGE_GENERATION_GENERATING:
    case RESPONSES_EVENT_IMAGE_GENERATION_PARTIAL_IMAGE:
        return "making an image";
    case RESPONSES_EVENT_MCP_LIST_TOOLS_IN_PROGRESS:
    case RESPONSES_EVENT_MCP_CALL_IN_PROGRESS:
        return "calling a tool";
    case RESPONSES_EVENT_FUNCTION_CALL_ARGUMENTS_DELTA:
    case RESPONSES_EVENT_CUSTOM_TOOL_CALL_INPUT_DELTA:
        return "calling a function";
    case RESPONSES_EVENT_COMPACTION_COMPACTING:
        return "shortening the conversation";
    case RESPONSES_EVENT_OUTPUT_TEXT_DELTA:
        return "writing";
    case RESPONSES_EVENT_CREATED:
    case RESPONSES_EVENT_IN_PROGRESS:
        return "waiting for the model";
    default:
        return before;
    }
}

static bool begins_thinking(const responses_event *event)
{
    const char *type = NULL;

    return responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_ITEM_ADDED &&
           responses_event_get(event, "/item/type", NULL, &type, NULL) == RESPONSES_OK &&
           strcmp(type, "reasoning") == 0;
}

static void take_event(const responses_event *event, bool text, bool events, const char **doing,
                       struct watched *watched)
{
    const char *id = responses_event_response_id(event), *bytes;
    size_t length;

    if (*id != '\0' && strlen(id) < sizeof watched->id)
        strcpy(watched->id, id);
    watched->made_up = responses_event_sequence(event) < 0;
    if (!watched->made_up)
        watched->cursor = responses_event_sequence(event);
    *doing = begins_thinking(event) ? "thinking" : doing_now(responses_event_kind(event), *doing);
    if (events) {
        bytes = responses_event_json(event, &length);
        output_json(bytes, length);
    } else if (text && responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA) {
        bytes = responses_event_text(event, &length);
        watched->printed += length;
        watched->digest = answer_digest(watched->digest, bytes, length);
        output_text(bytes, length);
    }
}

static void show(const struct watched *watched, const char *doing)
{
    long long passed = now_ms() - watched->began_ms;
    char line[128];

    if (!status_line_is_on() || passed < QUIET_MS)
        return;
    snprintf(line, sizeof line, "%s, %lld s", doing, passed / 1000);
    status_line_show(line);
}

static enum outcome watch_to_end(bool text, bool events, const char *doing, struct watched *watched)
{
    enum outcome outcome = OUTCOME_COMPLETE;

    for (;;) {
        const responses_event *event = NULL;
        int status = responses_call_next(watched->call, &event, &watched->error);

        if (signals_stop()) {
            outcome = signals_outcome();
            break;
        }
        if (status == RESPONSES_OK) {
            take_event(event, text, events, &doing, watched);
        } else if (status == RESPONSES_AGAIN) {
            output_flush();
            show(watched, doing);
            responses_call_wait(watched->call, status_line_is_on() ? TICK_MS : -1);
        } else {
            break;
        }
        if (output_failed()) {
            outcome = output_outcome();
            break;
        }
    }
    if (outcome != OUTCOME_COMPLETE)
        responses_call_cancel(watched->call);
    watched->response = responses_call_response(watched->call);
    return outcome;
}

enum outcome watch(responses_client *client, int status, bool text, bool events, const char *doing,
                   struct watched *watched)
{
    enum outcome outcome = OUTCOME_COMPLETE;

    watched->cursor = -1;
    watched->began_ms = now_ms();
    if (status == RESPONSES_OK) {
        signals_interrupt(client);
        outcome = watch_to_end(text, events, doing, watched);
        signals_interrupt(NULL);
        status_line_erase();
    }
    if (watched->error != NULL && outcome == OUTCOME_COMPLETE) {
        const char *id = responses_error_field(watched->error, RESPONSES_ERROR_RESPONSE_ID, NULL);

        if (*id != '\0' && strlen(id) < sizeof watched->id)
            strcpy(watched->id, id);
        outcome = failure_outcome(watched->error, watched->id[0] != '\0' && watched->cursor >= 0);
    }
    return outcome;
}

enum outcome watch_raw(responses_client *client, const char *method, const char *path,
                       const char *body, size_t length, struct watched *watched)
{
    responses_client *raw = NULL;
    enum outcome outcome;
    int status = responses_client_derive(client, &raw, &watched->error);

    if (status == RESPONSES_OK)
        status = responses_client_set(raw, "raw", "1", &watched->error);
    if (status == RESPONSES_OK)
        status =
            responses_send_start(raw, method, path, body, length, &watched->call, &watched->error);
    outcome = watch(client, status, false, false, "waiting for the server", watched);
    responses_client_free(raw);
    return outcome;
}

void watch_tell(const struct watched *watched, enum outcome outcome, bool goes_on)
{
    bool stopped = outcome == OUTCOME_INTERRUPTED || outcome == OUTCOME_TERMINATED;

    if (!stopped && watched->error != NULL)
        failure_tell(watched->error, outcome, watched->id, watched->cursor);
    if (!stopped && outcome != OUTCOME_TIME && outcome != OUTCOME_OUTPUT &&
        outcome != OUTCOME_TRANSIENT && outcome != OUTCOME_INCOMPLETE)
        return;
    if (!goes_on || watched->id[0] == '\0') {
        if (stopped)
            complain_of(outcome, watched->id, watched->cursor, "%s",
                        outcome == OUTCOME_INTERRUPTED ? "interrupted" : "terminated");
        return;
    }
    if (stopped && watched->cursor >= 0)
        complain_of(
            outcome, watched->id, watched->cursor,
            "%s goes on at the server. Its rest: responses get --stream --after %lld %s. To end "
            "it: responses cancel %s",
            watched->id, watched->cursor, watched->id, watched->id);
    else if (stopped)
        complain_of(outcome, watched->id, -1,
                    "%s goes on at the server: responses wait %s. To end it: responses cancel %s",
                    watched->id, watched->id, watched->id);
    else if (watched->cursor >= 0)
        remark("%s may go on at the server: responses get --stream --after %lld %s", watched->id,
               watched->cursor, watched->id);
}

void watched_free(struct watched *watched)
{
    responses_call_free(watched->call);
    responses_error_free(watched->error);
    *watched = (struct watched){0};
}
