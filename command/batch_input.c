/*
 * batch_input.c - the requests of a batch
 *
 * Lines are those of the provider's Batch API, or bare bodies. The library looks up in them what is
 * needed, and no tree is made: a body is sent byte for byte.
 */
#include "batch_input.h"

#include "failure.h"
#include "sha256.h"
#include "signals.h"

#include <responses.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN 20 /* lines that are wrong, before the rest is only counted */

static bool is_blank(const char *line, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

bool custom_id_hash(const char *json, size_t length, unsigned char id[ID_BYTES])
{
    struct sha256 hash;
    unsigned char digest[32];
    char small[512];
    struct text large = {0};
    char *bytes = small;
    size_t needed;
    int status = responses_json_text(json, length, small, sizeof small, &needed);

    if (status == RESPONSES_E_RANGE) {
        text_reserve(&large, needed);
        bytes = large.bytes;
        status = responses_json_text(json, length, bytes, large.room, &needed);
    }
    if (status == RESPONSES_OK) {
        sha256_begin(&hash);
        sha256_add(&hash, bytes, needed - 1);
        sha256_end(&hash, digest);
        memcpy(id, digest, ID_BYTES);
    }
    text_free(&large);
    return status == RESPONSES_OK;
}

static void make_key(struct request *request)
{
    struct sha256 hash;
    unsigned char digest[32];

    sha256_begin(&hash);
    sha256_add(&hash, request->id, ID_BYTES);
    sha256_add(&hash, request->body, request->body_length);
    sha256_end(&hash, digest);
    memcpy(request->key, digest, ID_BYTES);
}

static bool is_text(const char *value, size_t length, const char *wanted)
{
    return length == strlen(wanted) + 2 && memcmp(value + 1, wanted, length - 2) == 0;
}

/* The values "stream" and "background" of a body, which only make sense to whoever reads along. */
static const char *wrong_in_body(const char *body, size_t length)
{
    int type;

    if (responses_json_get(body, length, "/stream", &type, NULL, NULL) == RESPONSES_OK &&
        type != RESPONSES_JSON_FALSE && type != RESPONSES_JSON_NULL)
        return "invalid_request: \"stream\" cannot be used in a batch";
    if (responses_json_get(body, length, "/background", &type, NULL, NULL) == RESPONSES_OK &&
        type != RESPONSES_JSON_FALSE && type != RESPONSES_JSON_NULL)
        return "invalid_request: \"background\" cannot be used in a batch";
    return NULL;
}

static const char *read_envelope(const char *line, size_t length, struct request *request)
{
    const char *value;
    size_t n;
    int type;

    if (responses_json_get(line, length, "/custom_id", &type, &value, &n) != RESPONSES_OK)
        return "missing_required_parameter: there is no \"custom_id\"";
    if (type != RESPONSES_JSON_STRING || n == 2)
        return "invalid_type: \"custom_id\" has to be a text that is not empty";
    request->custom_id = value;
    request->custom_id_length = n;
    if (responses_json_get(line, length, "/method", &type, &value, &n) == RESPONSES_OK &&
        !is_text(value, n, "POST"))
        return "invalid_method: \"method\" has to be \"POST\"";
    if (responses_json_get(line, length, "/url", &type, &value, &n) != RESPONSES_OK ||
        (!is_text(value, n, "/v1/responses") && !is_text(value, n, "/responses")))
        return "url_mismatch: \"url\" has to be \"/v1/responses\"";
    if (responses_json_get(line, length, "/body", &type, &value, &n) != RESPONSES_OK ||
        type != RESPONSES_JSON_OBJECT)
        return "missing_required_parameter: \"body\" has to be an object";
    request->body = value;
    request->body_length = n;
    return NULL;
}

static bool has(const char *line, size_t length, const char *pointer)
{
    return responses_json_get(line, length, pointer, NULL, NULL, NULL) == RESPONSES_OK;
}

/* Returns what is wrong, or NULL. */
static const char *read_request(const char *line, size_t length, long long number,
                                struct request *request)
{
    const char *problem = NULL, *value;
    size_t n;
    int type;

    if (responses_json_check(line, length, 1024, &type, &value, &n) != RESPONSES_OK)
        return "invalid_json_line: it is not JSON";
    if (type != RESPONSES_JSON_OBJECT)
        return "invalid_json_line: it is no object, {...}";
    text_clear(&request->made);
    if (has(line, length, "/custom_id") || has(line, length, "/body") ||
        has(line, length, "/url")) {
        problem = read_envelope(line, length, request);
    } else {
        text_format(&request->made, "\"line-%lld\"", number);
        request->custom_id = request->made.bytes;
        request->custom_id_length = request->made.length;
        request->body = value;
        request->body_length = n;
    }
    if (problem == NULL)
        problem = wrong_in_body(request->body, request->body_length);
    if (problem == NULL &&
        !custom_id_hash(request->custom_id, request->custom_id_length, request->id))
        problem = "invalid_type: \"custom_id\" has to be text";
    if (problem == NULL)
        make_key(request);
    return problem;
}

/* What can be read once only is copied, into a file that nobody else sees. */
static enum outcome copy(struct input *input)
{
    const char *folder = getenv("TMPDIR");
    struct text name = {0};
    char bytes[65536];
    int fd, problem = 0;

    text_format(&name, "%s/responses-XXXXXX", folder != NULL && *folder != '\0' ? folder : "/tmp");
    fd = mkstemp(name.bytes);
    if (fd < 0) {
        problem = errno;
        complain_of(OUTCOME_OUTPUT, "", -1, "%s: %s", name.bytes, strerror(problem));
        text_free(&name);
        return OUTCOME_OUTPUT;
    }
    unlink(name.bytes);
    while (problem == 0) {
        ssize_t count = read(input->fd, bytes, sizeof bytes), at = 0;

        if (count < 0 && errno != EINTR)
            problem = errno;
        if (signals_stop())
            return signals_outcome();
        if (count == 0)
            break;
        while (at < count && problem == 0) {
            ssize_t written = write(fd, bytes + at, (size_t)(count - at));

            if (written < 0)
                problem = errno;
            else
                at += written;
        }
    }
    if (input->fd != STDIN_FILENO)
        close(input->fd);
    input->fd = fd;
    input->copied = true;
    if (problem != 0)
        complain_of(OUTCOME_OUTPUT, "", -1, "a copy of %s in %s: %s", input->path, name.bytes,
                    strerror(problem));
    text_free(&name);
    return problem != 0 ? OUTCOME_OUTPUT : OUTCOME_COMPLETE;
}

enum outcome input_open(struct input *input, const char *path)
{
    enum outcome outcome = OUTCOME_COMPLETE;

    input->path = path;
    input->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0 || fstat(input->fd, &input->stat) != 0)
        return usage_failure("%s: %s", path, strerror(errno));
    if (S_ISDIR(input->stat.st_mode))
        return usage_failure("%s: %s", path, strerror(EISDIR));
    if (!S_ISREG(input->stat.st_mode)) {
        outcome = copy(input);
        if (outcome == OUTCOME_COMPLETE)
            fstat(input->fd, &input->stat);
    }
    return outcome;
}

enum outcome input_check(struct input *input, struct table *table)
{
    struct request request = {0};
    const char *line, *problem;
    long long wrong = 0;
    size_t length;
    int more = -1;

    if (!input_rewind(input))
        return usage_failure("%s: %s", input->path, strerror(errno));
    while ((more = lines_next(&input->lines, &line, &length)) > 0 && !signals_stop()) {
        long long number = input->lines.number;
        struct entry *entry;

        if (is_blank(line, length))
            continue;
        problem = read_request(line, length, number, &request);
        entry = problem == NULL ? table_find(table, request.id) : NULL;
        if (entry != NULL && ++wrong <= SHOWN)
            usage_failure("%s: line %lld: duplicate_custom_id: %.*s is that of line %u, too",
                          input->path, number,
                          request.custom_id_length < 100 ? (int)request.custom_id_length : 100,
                          request.custom_id, (unsigned)entry->line);
        if (problem != NULL && ++wrong <= SHOWN)
            usage_failure("%s: line %lld: %s", input->path, number, problem);
        if (number >= UINT32_MAX)
            return usage_failure("%s has more lines than 4,294,967,294", input->path);
        if (problem != NULL || entry != NULL)
            continue;
        entry = table_add(table, request.id);
        memcpy(entry->key, request.key, ID_BYTES);
        entry->line = (uint32_t)number;
    }
    text_free(&request.made);
    if (signals_stop())
        return signals_outcome();
    if (more < 0)
        return usage_failure("%s: %s", input->path, strerror(errno));
    if (wrong > SHOWN)
        usage_failure("%s: %lld more lines are wrong", input->path, wrong - SHOWN);
    if (wrong > 0)
        return OUTCOME_USAGE;
    if (table->count == 0)
        return usage_failure("%s: empty_file: there is no request", input->path);
    return OUTCOME_COMPLETE;
}

bool input_rewind(struct input *input)
{
    input->next = 0;
    return lines_begin(&input->lines, input->fd);
}

int input_next(struct input *input, const struct table *table, struct request *request,
               size_t *entry)
{
    const char *line;
    size_t length;
    int more;

    while ((more = lines_next(&input->lines, &line, &length)) > 0)
        if (!is_blank(line, length))
            break;
    if (more == 0 && (input->next == table->count || table->entries[input->next].line == 0))
        return 0;
    if (more <= 0 || input->next == table->count ||
        read_request(line, length, input->lines.number, request) != NULL ||
        memcmp(request->key, table->entries[input->next].key, ID_BYTES) != 0)
        return -1;
    *entry = input->next++;
    return 1;
}

void input_close(struct input *input)
{
    lines_free(&input->lines);
    if (input->fd > STDIN_FILENO)
        close(input->fd);
}
