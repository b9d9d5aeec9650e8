/*
 * batch_output.c - the answers of a batch, in a file that only grows
 */
#include "batch_output.h"

#include "failure.h"
#include "signals.h"

#include <responses.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define OURS "batch_req_x"

static enum outcome failed(const struct output *output, const char *doing)
{
    int problem = errno;

    complain_of(OUTCOME_OUTPUT, "", -1, "%s: %s: %s", output->path, doing, strerror(problem));
    return OUTCOME_OUTPUT;
}

/* Another run may have replaced the file between the two. */
static bool is_still(const struct output *output)
{
    struct stat there, here;

    return stat(output->path, &there) == 0 && fstat(output->fd, &here) == 0 &&
           there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

static enum outcome open_locked(struct output *output)
{
    struct stat found;

    for (;;) {
        output->fd = open(output->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
        if (output->fd < 0)
            return failed(output, "open");
        if (fstat(output->fd, &found) != 0)
            return failed(output, "open");
        if (!S_ISREG(found.st_mode))
            return usage_failure("%s is no file: what is written has to be read again to go on",
                                 output->path);
        if (flock(output->fd, LOCK_EX | LOCK_NB) == 0) {
            if (is_still(output))
                return OUTCOME_COMPLETE;
            close(output->fd);
        } else if (errno == EWOULDBLOCK) {
            complain_of(OUTCOME_OUTPUT, "", -1, "%s is being written by another run", output->path);
            return OUTCOME_OUTPUT;
        } else {
            remark("%s cannot be locked (%s): see that no other run writes to it", output->path,
                   strerror(errno));
            return OUTCOME_COMPLETE;
        }
    }
}

enum outcome output_open(struct output *output, const char *path, const struct input *input)
{
    enum outcome outcome;
    struct stat found;

    output->path = copied(path);
    if (!input->copied && stat(output->path, &found) == 0 && found.st_dev == input->stat.st_dev &&
        found.st_ino == input->stat.st_ino)
        return usage_failure("%s is the input: the answers need a file of their own", path);
    outcome = open_locked(output);
    if (outcome == OUTCOME_COMPLETE) {
        /* Behind all links: it may be replaced. */
        char *real = realpath(path, NULL);

        if (real != NULL) {
            free(output->path);
            output->path = real;
        }
    }
    if (outcome == OUTCOME_COMPLETE && (output->size = lseek(output->fd, 0, SEEK_END)) < 0)
        outcome = failed(output, "seek");
    return outcome;
}

/* What the HTTP status of an answer means for the next run. A key and a quota can change. */
static enum state state_of(int http)
{
    if (http == 200)
        return STATE_DONE;
    if (http == 401 || http == 402 || http == 408 || http == 409 || http == 425 || http == 429 ||
        http >= 500 || http < 400)
        return STATE_PASSED;
    return STATE_REFUSED;
}

struct answer {
    unsigned char id[ID_BYTES];
    unsigned char key[ID_BYTES];
    bool has_key;
    enum state state;
};

static bool hex_key(const char *text, size_t length, unsigned char key[ID_BYTES])
{
    size_t i;

    /* In quotes. */
    if (length != strlen(OURS) + 2 * ID_BYTES + 2 || memcmp(text + 1, OURS, strlen(OURS)) != 0)
        return false;
    text += 1 + strlen(OURS);
    for (i = 0; i < ID_BYTES; i++) {
        char digits[3] = {text[2 * i], text[2 * i + 1], '\0'}, *end;

        key[i] = (unsigned char)strtoul(digits, &end, 16);
        if (end != digits + 2)
            return false;
    }
    return true;
}

/* Reads a line of ours, or of the provider's. False when it is neither. */
static bool read_answer(const char *line, size_t length, struct answer *answer)
{
    const char *value;
    size_t n;
    int type;

    answer->has_key = false;
    if (responses_json_get(line, length, "/custom_id", &type, &value, &n) != RESPONSES_OK ||
        !custom_id_hash(value, n, answer->id))
        return false;
    if (responses_json_get(line, length, "/id", &type, &value, &n) == RESPONSES_OK)
        answer->has_key = hex_key(value, n, answer->key);
    if (responses_json_get(line, length, "/response/status_code", &type, &value, &n) ==
            RESPONSES_OK &&
        type == RESPONSES_JSON_NUMBER)
        answer->state = state_of(atoi(value));
    else if (responses_json_get(line, length, "/error/code", &type, &value, &n) == RESPONSES_OK)
        answer->state =
            n == 17 && memcmp(value, "\"invalid_request\"", 17) == 0 ? STATE_REFUSED : STATE_PASSED;
    else
        return false;
    return true;
}

/* Whether a line that has no end is the beginning of one that this program wrote. */
static bool is_torn(const char *line, size_t length)
{
    static const char begins[] = "{\"id\":\"" OURS;
    size_t n = sizeof begins - 1 < length ? sizeof begins - 1 : length;

    return memcmp(line, begins, n) == 0;
}

/* The last line of an id counts. */
static void take_answer(struct table *table, const struct answer *answer, off_t place)
{
    struct entry *entry = table_find(table, answer->id);

    if (entry == NULL)
        entry = table_add(table, answer->id);
    entry->place = place;
    entry->state = (uint8_t)answer->state;
    if (entry->line > 0 && answer->has_key && memcmp(answer->key, entry->key, ID_BYTES) != 0)
        entry->state = answer->state == STATE_DONE ? STATE_CHANGED : STATE_NEW;
}

static enum outcome changed_lines(const struct output *output, struct table *table, bool resend)
{
    long long changed = 0;
    size_t i;

    for (i = 0; i < table->count; i++) {
        struct entry *entry = table->entries + i;

        if (entry->state != STATE_CHANGED)
            continue;
        entry->state = STATE_NEW;
        if (!resend && ++changed <= 5)
            usage_failure("line %u of the input is not the request that %s has an answer to; "
                          "--resend-changed sends it",
                          (unsigned)entry->line, output->path);
    }
    if (changed > 5)
        usage_failure("%lld more lines of the input have changed", changed - 5);
    return changed > 0 ? OUTCOME_USAGE : OUTCOME_COMPLETE;
}

enum outcome output_recover(struct output *output, struct table *table, bool resend)
{
    struct lines lines = {0};
    const char *line;
    size_t length;
    long long unknown = 0;
    int more;
    enum outcome outcome = OUTCOME_COMPLETE;

    if (!lines_begin(&lines, output->fd))
        return failed(output, "read");
    while ((more = lines_next(&lines, &line, &length)) > 0 && !signals_stop()) {
        struct answer answer;
        bool known = read_answer(line, length, &answer);

        if (known) {
            take_answer(table, &answer, lines.place);
        } else if (lines.number == 1 && (lines.whole || !is_torn(line, length))) {
            /* Whatever this is, it is no file of answers, and not to be added to. */
            outcome =
                usage_failure("%s has something else in it than answers of a batch", output->path);
            break;
        } else if (lines.whole) {
            unknown++;
        }
        if (lines.whole)
            continue;
        /* The last one has no end: it is whole but for that, or was torn. */
        if (known ? write(output->fd, "\n", 1) != 1 : ftruncate(output->fd, lines.place) != 0) {
            outcome = failed(output, "mend its last line");
            break;
        }
        output->size = lseek(output->fd, 0, SEEK_END);
        output->dirty = true;
        break;
    }
    if (more < 0)
        outcome = failed(output, "read");
    lines_free(&lines);
    if (signals_stop())
        return signals_outcome();
    if (outcome == OUTCOME_COMPLETE)
        outcome = changed_lines(output, table, resend);
    if (outcome == OUTCOME_COMPLETE && unknown > 0)
        remark("%s: %lld lines are no answers, and are passed over", output->path, unknown);
    return outcome;
}

enum outcome output_append(struct output *output, const struct text *line)
{
    ssize_t count;

    do
        count = write(output->fd, line->bytes, line->length);
    while (count < 0 && errno == EINTR);
    if (count == (ssize_t)line->length) {
        output->size += count;
        output->dirty = true;
        return output->each_line ? output_sync(output) : OUTCOME_COMPLETE;
    }
    if (count >= 0)
        errno = ENOSPC;
    if (count > 0) {
        /* It did not fit. What there is of it is no line. */
        if (ftruncate(output->fd, output->size) != 0)
            return failed(output, "cut off a torn line");
        errno = ENOSPC;
    }
    return failed(output, "write");
}

enum outcome output_sync(struct output *output)
{
    int status;

    if (!output->dirty)
        return OUTCOME_COMPLETE;
    do
        status = fdatasync(output->fd);
    while (status != 0 && errno == EINTR);
    /* Some file systems have no such thing. */
    if (status != 0 && errno != EINVAL && errno != ENOSYS)
        return failed(output, "write to the disk");
    output->dirty = false;
    return OUTCOME_COMPLETE;
}

void output_close(struct output *output)
{
    if (output->fd > 0)
        close(output->fd);
    free(output->path);
}
