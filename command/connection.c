/*
 * connection.c - a client of the library, as the command line wants it
 */
#include "connection.h"

#include "failure.h"
#include "input.h"
#include "output.h"
#include "status_line.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum outcome connection_check(const struct settings *settings)
{
    long long number;
    size_t i;

    if (settings->timeout != NULL && (!duration_ms(settings->timeout, &number) || number == 0))
        return usage_failure(
            "--timeout takes seconds, as 90 or 1.5, or a number with ms, s, m or h, "
            "up to 24 days; not '%s'",
            settings->timeout);
    if (settings->max_retries != NULL && !whole_number(settings->max_retries, 100, &number))
        return usage_failure("--max-retries takes 0 to 100, not '%s'", settings->max_retries);
    for (i = 0; i < settings->headers.count; i++)
        if (strchr(settings->headers.items[i], ':') == NULL)
            return usage_failure("-H takes 'Name: value', and one of them has no colon");
    if (settings->events && (settings->json || settings->pointers.count > 0))
        return usage_failure(
            "--events cannot go with --json or -q: each has the output for itself");
    if (settings->json && settings->pointers.count > 0)
        return usage_failure("-q cannot go with --json: each has the output for itself");
    for (i = 0; i < settings->pointers.count; i++)
        if (*settings->pointers.items[i] != '\0' && *settings->pointers.items[i] != '/')
            return usage_failure("-q takes a JSON pointer, as /usage/total_tokens; not '%s'",
                                 settings->pointers.items[i]);
    return OUTCOME_COMPLETE;
}

const char *connection_base_url(const struct settings *settings)
{
    const char *url = settings->base_url;

    if (url == NULL)
        url = getenv("OPENAI_BASE_URL");
    return url != NULL && *url != '\0' ? url : "https://api.openai.com/v1";
}

static void on_log(int level, const char *line, size_t length, void *user_data)
{
    struct text whole = {0};

    (void)level;
    (void)user_data;
    text_append(&whole, "* ");
    text_add(&whole, line, length);
    text_append(&whole, "\n");
    status_line_erase();
    if (isatty(STDERR_FILENO))
        output_end_line();
    output_flush();
    if (write(STDERR_FILENO, whole.bytes, whole.length) < 0) {
        /* Nobody is there to be told. */
    }
    text_free(&whole);
}

/* White space before and behind is not a part of it, such as the end of the line in its file. */
static char *trimmed(char *text)
{
    size_t length;

    text += strspn(text, " \t\r\n");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
        length--;
    text[length] = '\0';
    return text;
}

static enum outcome set_key(const struct settings *settings, responses_client *client,
                            responses_error **error)
{
    struct text file = {0};
    enum outcome outcome = input_text(settings->key_file, &file);
    const char *key;

    if (outcome != OUTCOME_COMPLETE)
        return outcome;
    key = trimmed(file.bytes);
    if (*key == '\0')
        outcome = usage_failure("%s has no key", settings->key_file);
    else if (responses_client_set(client, "api_key", key, error) != RESPONSES_OK)
        outcome = OUTCOME_USAGE;
    explicit_bzero(file.bytes, file.room);
    text_free(&file);
    return outcome;
}

static enum outcome set_header(responses_client *client, const char *header,
                               responses_error **error)
{
    char *line = copied(header), *colon = strchr(line, ':');
    int status;

    *colon = '\0';
    /* As with curl, a name alone takes the header out. */
    status = responses_client_set_header(
        client, trimmed(line), *trimmed(colon + 1) != '\0' ? trimmed(colon + 1) : NULL, error);
    free(line);
    return status == RESPONSES_OK ? OUTCOME_COMPLETE : OUTCOME_USAGE;
}

static enum outcome set_options(const struct settings *settings, responses_client *client,
                                responses_error **error)
{
    char milliseconds[32];
    long long ms;
    size_t i;

    if (settings->base_url != NULL &&
        responses_client_set(client, "base_url", settings->base_url, error) != RESPONSES_OK)
        return OUTCOME_USAGE;
    if (settings->max_retries != NULL &&
        responses_client_set(client, "max_retries", settings->max_retries, error) != RESPONSES_OK)
        return OUTCOME_USAGE;
    if (settings->timeout != NULL && duration_ms(settings->timeout, &ms)) {
        snprintf(milliseconds, sizeof milliseconds, "%lld", ms);
        if (responses_client_set(client, "timeout_ms", milliseconds, error) != RESPONSES_OK)
            return OUTCOME_USAGE;
    }
    for (i = 0; i < settings->headers.count; i++)
        if (set_header(client, settings->headers.items[i], error) != OUTCOME_COMPLETE)
            return OUTCOME_USAGE;
    return settings->key_file != NULL ? set_key(settings, client, error) : OUTCOME_COMPLETE;
}

enum outcome connection_open(const struct settings *settings, responses_client **client)
{
    responses_error *error = NULL;
    enum outcome outcome = OUTCOME_COMPLETE;

    if (responses_client_new(client, &error) != RESPONSES_OK)
        outcome = failure_outcome(error, false);
    else
        outcome = set_options(settings, *client, &error);
    if (outcome == OUTCOME_COMPLETE) {
        char agent[64];

        snprintf(agent, sizeof agent, "responses/%s libresponses/%s", RESPONSES_VERSION,
                 responses_version());
        responses_client_set(*client, "user_agent", agent, NULL);
        if (settings->verbose > 0)
            responses_client_set_log(
                *client, settings->verbose > 1 ? RESPONSES_LOG_DEBUG : RESPONSES_LOG_INFO, on_log,
                NULL);
        return outcome;
    }
    if (error != NULL)
        failure_tell(error, outcome, "", -1);
    responses_error_free(error);
    responses_client_free(*client);
    *client = NULL;
    return outcome;
}
