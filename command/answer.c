/*
 * answer.c - what is printed of a response
 */
#include "answer.h"

#include "failure.h"
#include "output.h"
#include "status_line.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

unsigned long long answer_digest(unsigned long long digest, const char *bytes, size_t length)
{
    size_t i;

    /* FNV-1a: it is to tell apart what a server sends by mistake, and no more. */
    for (i = 0; i < length; i++)
        digest = (digest ^ (unsigned char)bytes[i]) * 1099511628211ULL + 1;
    return digest;
}

static enum outcome print_values(const struct settings *settings,
                                 const responses_response *response)
{
    enum outcome outcome = OUTCOME_COMPLETE;
    size_t i;

    for (i = 0; i < settings->pointers.count; i++) {
        const char *value;
        size_t length;
        int type;
        int status =
            responses_response_get(response, settings->pointers.items[i], &type, &value, &length);

        if (status != RESPONSES_OK) {
            complain("nothing is at '%s' in the answer", settings->pointers.items[i]);
            outcome = OUTCOME_OTHER;
        } else if (type == RESPONSES_JSON_STRING) {
            output_text(value, length);
            output_text_end();
            output_bytes("\n", 1);
        } else {
            output_json(value, length);
        }
    }
    return outcome;
}

enum outcome answer_print(const struct settings *settings, const responses_response *response,
                          size_t printed, unsigned long long digest)
{
    size_t length;
    const char *text;

    if (settings->events)
        return OUTCOME_COMPLETE;
    if (settings->json) {
        text = responses_response_json(response, &length);
        output_json(text, length);
        return OUTCOME_COMPLETE;
    }
    if (settings->pointers.count > 0)
        return print_values(settings, response);
    text = responses_response_text(response, &length);
    /* What came in no delta; some servers send none. */
    if (length >= printed && answer_digest(0, text, printed) == digest)
        output_text(text + printed, length - printed);
    output_text_end();
    output_end_line();
    return OUTCOME_COMPLETE;
}

static const char *string_at(const responses_response *response, const char *form, int at,
                             size_t *length)
{
    struct text pointer = {0};
    const char *value = NULL;
    int type = RESPONSES_JSON_NULL;

    *length = 0;
    text_format(&pointer, form, at);
    if (responses_response_get(response, pointer.bytes, &type, &value, length) != RESPONSES_OK ||
        type != RESPONSES_JSON_STRING)
        value = NULL;
    text_free(&pointer);
    return value;
}

/* As much as fits into a line. */
static int shown(size_t length)
{
    return length < 200 ? (int)length : 200;
}

/* Says which functions the model wants to have called, and that it refuses. */
static bool tell_of_items(const responses_response *response)
{
    bool refused = false;
    int at, part;

    for (at = 0;; at++) {
        size_t length;
        const char *type = string_at(response, "/output/%d/type", at, &length), *value;

        if (type == NULL)
            break;
        if (strcmp(type, "function_call") == 0 || strcmp(type, "custom_tool_call") == 0) {
            struct text name = {0};

            value = string_at(response, "/output/%d/name", at, &length);
            text_add(&name, value != NULL ? value : "", value != NULL ? length : 0);
            value = string_at(response, "/output/%d/arguments", at, &length);
            remark("the model calls %s %.*s; --json has the whole call", text_string(&name),
                   value != NULL ? shown(length) : 0, value != NULL ? value : "");
            text_free(&name);
        } else if (strcmp(type, "mcp_approval_request") == 0) {
            remark("a tool needs approval; --json has the request");
        } else if (strcmp(type, "message") == 0) {
            for (part = 0; part < 100; part++) {
                struct text form = {0};

                text_format(&form, "/output/%%d/content/%d/refusal", part);
                value = string_at(response, form.bytes, at, &length);
                text_free(&form);
                if (value == NULL)
                    break;
                complain_of(OUTCOME_REFUSED, responses_response_id(response), -1,
                            "the model refuses: %.*s", shown(length), value);
                refused = true;
            }
        }
    }
    return refused;
}

enum outcome answer_judge(const struct settings *settings, const responses_response *response)
{
    const char *status = responses_response_status(response);
    const char *id = responses_response_id(response), *reason = NULL;
    size_t length = 0;
    int type;

    (void)settings;
    if (*status == '\0' || strcmp(status, "completed") == 0)
        return tell_of_items(response) ? OUTCOME_REFUSED : OUTCOME_COMPLETE;
    if (responses_response_get(response, "/incomplete_details/reason", &type, &reason, &length) !=
            RESPONSES_OK &&
        responses_response_get(response, "/error/message", &type, &reason, &length) != RESPONSES_OK)
        reason = NULL;
    if (strcmp(status, "queued") == 0 || strcmp(status, "in_progress") == 0)
        complain_of(OUTCOME_INCOMPLETE, id, -1, "%s is %s; 'responses wait %s' waits for it", id,
                    strcmp(status, "queued") == 0 ? "queued" : "in progress", id);
    else if (reason != NULL)
        complain_of(OUTCOME_INCOMPLETE, id, -1, "%s is %s: %.*s", id, status, shown(length),
                    reason);
    else
        complain_of(OUTCOME_INCOMPLETE, id, -1, "%s is %s", id, status);
    return OUTCOME_INCOMPLETE;
}

static long long number_at(const responses_response *response, const char *pointer)
{
    const char *value;
    int type;

    if (responses_response_get(response, pointer, &type, &value, NULL) != RESPONSES_OK ||
        type != RESPONSES_JSON_NUMBER)
        return -1;
    return strtoll(value, NULL, 10);
}

void answer_usage(const responses_response *response, long long began_ms)
{
    long long in = number_at(response, "/usage/input_tokens");
    long long out = number_at(response, "/usage/output_tokens");
    long long thought = number_at(response, "/usage/output_tokens_details/reasoning_tokens");
    long long cached = number_at(response, "/usage/input_tokens_details/cached_tokens");
    long long took = now_ms() - began_ms;
    const char *model;
    struct text line = {0};
    size_t length;

    if (in < 0 || out < 0)
        return;
    model = string_at(response, "/model", 0, &length);
    if (model != NULL)
        text_format(&line, "%.*s, ", shown(length), model);
    text_format(&line, "%lld tokens in", in);
    if (cached > 0)
        text_format(&line, " (%lld cached)", cached);
    text_format(&line, ", %lld out", out);
    if (thought > 0)
        text_format(&line, " (%lld reasoning)", thought);
    text_format(&line, ", %lld.%lld s, %s", took / 1000, took % 1000 / 100,
                responses_response_id(response));
    remark("%s", line.bytes);
    text_free(&line);
}
