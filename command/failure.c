/*
 * failure.c - what went wrong, on standard error, and the exit code for it
 */
#include "failure.h"

#include "output.h"
#include "status_line.h"
#include "text.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *name = "responses";
static bool as_json;
static bool remarks = true;

void failure_begin(const char *command, bool json)
{
    name = command;
    as_json = json;
}

void remarks_begin(bool wanted)
{
    remarks = wanted;
}

/* One write for a line, so that the lines of several programs stay whole. Words of others are in it,
   such as names of files and what a user typed: a terminal obeys none of them. */
static void put_line(const struct text *line)
{
    struct text safe = {0};
    size_t at = 0, step;

    for (; at < line->length; at += step) {
        const unsigned char *here = (const unsigned char *)line->bytes + at;

        step = utf8_character_length(line->bytes + at, line->length - at);
        if (step == 0 || *here < 0x20 || *here == 0x7f || (*here == 0xc2 && here[1] < 0xa0))
            text_append(&safe, "?");
        else
            text_add(&safe, line->bytes + at, step);
        if (step == 0)
            step = 1;
    }
    text_append(&safe, "\n");
    status_line_erase();
    /* A line of its own, also where the answer has not ended its own. */
    if (isatty(STDERR_FILENO))
        output_end_line();
    output_flush();
    if (write(STDERR_FILENO, safe.bytes, safe.length) < 0) {
        /* Nobody is there to be told. */
    }
    text_free(&safe);
}

static void put_json(json_t *tree)
{
    char *dump = json_dumps(tree, JSON_COMPACT | JSON_ENSURE_ASCII);

    json_decref(tree);
    if (dump != NULL) {
        struct text line = {0};

        text_append(&line, dump);
        put_line(&line);
        text_free(&line);
    }
    free(dump);
}

static json_t *text_or_null(const char *string)
{
    return string != NULL && *string != '\0' ? json_string(string) : json_null();
}

static void put_message(const char *message, enum outcome outcome, const char *id, long long cursor)
{
    struct text line = {0};

    if (as_json) {
        /* What is not UTF-8, such as the name of a file, is left out. */
        json_t *text = json_string(message);

        put_json(json_pack("{s:{s:i, s:o, s:n, s:n, s:n, s:b, s:o, s:o}}", "error", "exit",
                           (int)outcome, "message", text != NULL ? text : json_null(), "status",
                           "code", "request_id", "retryable", outcome == OUTCOME_TRANSIENT,
                           "response_id", text_or_null(id), "cursor",
                           cursor >= 0 ? json_integer(cursor) : json_null()));
        return;
    }
    text_format(&line, "%s: %s", name, message);
    put_line(&line);
    text_free(&line);
}

static void format_message(struct text *message, const char *format, va_list arguments)
{
    char buffer[4096];

    vsnprintf(buffer, sizeof buffer, format, arguments);
    text_append(message, buffer);
}

void complain(const char *format, ...)
{
    struct text message = {0};
    va_list arguments;

    va_start(arguments, format);
    format_message(&message, format, arguments);
    va_end(arguments);
    put_message(message.bytes, OUTCOME_OTHER, "", -1);
    text_free(&message);
}

void complain_of(enum outcome outcome, const char *id, long long cursor, const char *format, ...)
{
    struct text message = {0};
    va_list arguments;

    va_start(arguments, format);
    format_message(&message, format, arguments);
    va_end(arguments);
    put_message(message.bytes, outcome, id, cursor);
    text_free(&message);
}

enum outcome usage_failure(const char *format, ...)
{
    struct text message = {0};
    va_list arguments;

    va_start(arguments, format);
    format_message(&message, format, arguments);
    va_end(arguments);
    put_message(message.bytes, OUTCOME_USAGE, "", -1);
    text_free(&message);
    return OUTCOME_USAGE;
}

void remark(const char *format, ...)
{
    struct text message = {0}, line = {0};
    va_list arguments;

    if (!remarks || as_json)
        return;
    va_start(arguments, format);
    format_message(&message, format, arguments);
    va_end(arguments);
    text_format(&line, "%s: %s", name, message.bytes);
    put_line(&line);
    text_free(&line);
    text_free(&message);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

static const char *const quota_codes[] = {"insufficient_quota", "billing_hard_limit_reached",
                                          "billing_not_active", "quota_exceeded", NULL};
static const char *const key_codes[] = {"invalid_api_key", "invalid_authentication",
                                        "incorrect_api_key_provided", NULL};
static const char *const place_codes[] = {"unsupported_country_region_territory", NULL};

static enum outcome refusal_outcome(const responses_error *error, bool begun)
{
    const char *code = responses_error_field(error, RESPONSES_ERROR_CODE, NULL);
    const char *type = responses_error_field(error, RESPONSES_ERROR_TYPE, NULL);
    int http = responses_error_http_status(error);

    if (http == 402 || is_one_of(code, quota_codes) || is_one_of(type, quota_codes))
        return OUTCOME_QUOTA;
    if (http == 401 || is_one_of(code, key_codes) || (http == 403 && !is_one_of(code, place_codes)))
        return OUTCOME_KEY;
    if (begun)
        return OUTCOME_INCOMPLETE;
    if (responses_error_is_retryable(error))
        return OUTCOME_TRANSIENT;
    return OUTCOME_REFUSED;
}

enum outcome failure_outcome(const responses_error *error, bool begun)
{
    switch (responses_error_status(error)) {
    case RESPONSES_E_INVALID:
        return strcmp(responses_error_field(error, RESPONSES_ERROR_PARAM, NULL), "api_key") == 0
                   ? OUTCOME_KEY
                   : OUTCOME_USAGE;
    case RESPONSES_E_API:
        return refusal_outcome(error, begun);
    case RESPONSES_E_TIMEOUT:
        return OUTCOME_TIME;
    case RESPONSES_E_TRUNCATED:
        return OUTCOME_INCOMPLETE;
    case RESPONSES_E_NETWORK:
    case RESPONSES_E_HTTP:
    case RESPONSES_E_PROTOCOL:
        if (begun)
            return OUTCOME_INCOMPLETE;
        if (responses_error_is_retryable(error))
            return OUTCOME_TRANSIENT;
        if (responses_error_http_status(error) >= 400)
            return refusal_outcome(error, begun);
        return OUTCOME_OTHER;
    default:
        return begun ? OUTCOME_INCOMPLETE : OUTCOME_OTHER;
    }
}

void failure_tell(const responses_error *error, enum outcome outcome, const char *id,
                  long long cursor)
{
    const char *request_id = responses_error_field(error, RESPONSES_ERROR_REQUEST_ID, NULL);
    const char *message = responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL);
    const char *known = responses_error_field(error, RESPONSES_ERROR_RESPONSE_ID, NULL);
    int http = responses_error_http_status(error);
    int attempts = responses_error_attempts(error);
    struct text line = {0};

    if (known != NULL && *known != '\0')
        id = known;
    if (responses_error_last_sequence(error) >= 0)
        cursor = responses_error_last_sequence(error);
    if (as_json) {
        long long after = responses_error_retry_after_ms(error);

        put_json(json_pack(
            "{s:{s:i, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:i, s:o, s:o}}", "error",
            "exit", (int)outcome, "status", http > 0 ? json_integer(http) : json_null(), "failure",
            responses_status_name(responses_error_status(error)), "message", text_or_null(message),
            "type", text_or_null(responses_error_field(error, RESPONSES_ERROR_TYPE, NULL)), "code",
            text_or_null(responses_error_field(error, RESPONSES_ERROR_CODE, NULL)), "param",
            text_or_null(responses_error_field(error, RESPONSES_ERROR_PARAM, NULL)), "request_id",
            text_or_null(request_id), "retryable", responses_error_is_retryable(error),
            "retry_after_ms", after >= 0 ? json_integer(after) : json_null(), "attempts", attempts,
            "response_id", text_or_null(id), "cursor",
            cursor >= 0 ? json_integer(cursor) : json_null()));
        return;
    }
    text_format(&line, "%s: %s", name, message);
    if (request_id != NULL && *request_id != '\0')
        text_format(&line, " (request %s)", request_id);
    if (attempts > 1)
        text_format(&line, " (%d attempts)", attempts);
    put_line(&line);
    text_free(&line);
}
