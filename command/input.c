/*
 * input.c - files and standard input
 */
#include "input.h"

#include "failure.h"
#include "signals.h"
#include "status_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_before;

static const char *name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Waits until there is something to read, or the end. False when a signal came. Somebody at a
   terminal may wonder what is waited for. */
static bool wait_for_input(int fd)
{
    struct pollfd ready = {fd, POLLIN, 0};
    int waited;

    for (waited = 0; !signals_stop(); waited++) {
        if (poll(&ready, 1, 250) > 0)
            break;
        if (waited == 3)
            status_line_show("reading standard input");
    }
    if (waited >= 3)
        status_line_erase();
    return !signals_stop();
}

enum outcome input_file(const char *path, struct text *text)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = STDIN_FILENO;
    enum outcome outcome = OUTCOME_COMPLETE;

    if (standard && read_before)
        return usage_failure("standard input can be read once, and is asked for twice");
    if (standard)
        read_before = true;
    else
        fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return usage_failure("%s: %s", path, strerror(errno));
    text_reserve(text, 65536);
    for (;;) {
        ssize_t count;

        text_reserve(text, 65536);
        if (standard && !wait_for_input(fd)) {
            outcome = signals_outcome();
            break;
        }
        count = read(fd, text->bytes + text->length, text->room - text->length - 1);
        if (count > 0) {
            text->length += (size_t)count;
        } else if (count == 0) {
            break;
        } else if (errno != EINTR && errno != EAGAIN) {
            outcome = usage_failure("%s: %s", name_of(path), strerror(errno));
            break;
        }
        if (signals_stop()) {
            outcome = signals_outcome();
            break;
        }
    }
    text->bytes[text->length] = '\0';
    if (!standard)
        close(fd);
    return outcome;
}

enum outcome input_text(const char *path, struct text *text)
{
    size_t begun = text->length, valid;
    enum outcome outcome = input_file(path, text);

    if (outcome != OUTCOME_COMPLETE)
        return outcome;
    valid = utf8_valid_length(text->bytes + begun, text->length - begun);
    if (valid < text->length - begun)
        return usage_failure(
            "%s is not text in UTF-8: see byte %zu. A file of another kind is given "
            "with -f",
            name_of(path), valid + 1);
    if (text->length - begun >= 3 && memcmp(text->bytes + begun, "\xef\xbb\xbf", 3) == 0) {
        memmove(text->bytes + begun, text->bytes + begun + 3, text->length - begun - 3 + 1);
        text->length -= 3;
    }
    return OUTCOME_COMPLETE;
}

bool input_is_given(void)
{
    struct stat found;

    return fstat(STDIN_FILENO, &found) == 0 &&
           (S_ISFIFO(found.st_mode) || S_ISREG(found.st_mode) || S_ISSOCK(found.st_mode));
}
