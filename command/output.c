/*
 * output.c - what goes to standard output
 */
#include "output.h"

#include "failure.h"
#include "signals.h"
#include "status_line.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define REPLACEMENT "\xef\xbf\xbd"
#define PIECE       65536

static struct text waiting;
static int failed_with; /* errno */
static bool closed;
static bool terminal;
static bool inside_line;

/* What a text has held back: a part of a character, or a carriage return that may be followed by a
   line feed. */
static char held[4];
static size_t held_length;

void output_begin(void)
{
    int fd;

    for (fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            if (fd == 1)
                closed = true;
            /* The lowest that is free is this one. Reading from it fails, or writing to it, as
               with one that is closed. */
            if (open("/dev/null", fd == 0 ? O_WRONLY : fd == 1 ? O_RDONLY : O_RDWR) < 0)
                return;
        }
    terminal = !closed && isatty(STDOUT_FILENO);
}

bool output_exists(void)
{
    return !closed;
}

bool output_is_terminal(void)
{
    return terminal;
}

bool output_is_inside_line(void)
{
    return inside_line;
}

bool output_failed(void)
{
    return failed_with != 0;
}

void output_flush(void)
{
    size_t at = 0;

    if (waiting.length > 0 && terminal)
        status_line_erase();
    while (at < waiting.length && failed_with == 0) {
        ssize_t count = write(STDOUT_FILENO, waiting.bytes + at, waiting.length - at);

        if (count >= 0) {
            at += (size_t)count;
        } else if (errno == EAGAIN) {
            /* Somebody made it so that it does not wait; we do. */
            struct pollfd ready = {STDOUT_FILENO, POLLOUT, 0};

            if (poll(&ready, 1, -1) < 0 && signals_stop())
                failed_with = EINTR;
        } else if (errno != EINTR || signals_stop()) {
            failed_with = errno;
        }
    }
    text_clear(&waiting);
}

void output_bytes(const char *bytes, size_t length)
{
    if (length == 0 || failed_with != 0)
        return;
    inside_line = bytes[length - 1] != '\n';
    text_add(&waiting, bytes, length);
    if (waiting.length >= PIECE)
        output_flush();
}

/* C0 but for tab and line feed, DEL, and C1, which are two bytes in UTF-8. */
static bool is_control(const unsigned char *at, size_t left)
{
    return (at[0] < 0x20 && at[0] != '\t' && at[0] != '\n') || at[0] == 0x7f ||
           (at[0] == 0xc2 && left > 1 && at[1] < 0xa0);
}

/* The length of the character that the text ends in and that is not whole. */
static size_t cut_length(const char *bytes, size_t length)
{
    size_t back;

    for (back = 1; back <= 3 && back <= length; back++) {
        unsigned char byte = (unsigned char)bytes[length - back];

        if ((byte & 0xc0) == 0x80)
            continue;
        if (byte == '\r' && back == 1)
            return 1;
        if ((byte >= 0xc0 && byte < 0xe0 && back < 2) ||
            (byte >= 0xe0 && byte < 0xf0 && back < 3) || (byte >= 0xf0 && byte < 0xf8 && back < 4))
            return back;
        return 0;
    }
    return 0;
}

static void whole_text(const char *bytes, size_t length)
{
    size_t begun = 0, at = 0;

    while (at < length) {
        const unsigned char *here = (const unsigned char *)bytes + at;
        size_t step = utf8_character_length(bytes + at, length - at);
        bool bad = step == 0 || is_control(here, length - at);

        if (*here == '\r' && at + 1 < length && bytes[at + 1] == '\n')
            bad = false;
        if (step == 0)
            step = 1;
        if (bad) {
            output_bytes(bytes + begun, at - begun);
            output_bytes(REPLACEMENT, 3);
            begun = at + step;
        }
        at += step;
    }
    output_bytes(bytes + begun, length - begun);
}

void output_text(const char *bytes, size_t length)
{
    struct text joined = {0};
    size_t cut;

    if (length == 0)
        return;
    if (held_length > 0) {
        text_add(&joined, held, held_length);
        text_add(&joined, bytes, length);
        bytes = joined.bytes;
        length = joined.length;
    }
    cut = cut_length(bytes, length);
    held_length = cut;
    memcpy(held, bytes + length - cut, cut);
    whole_text(bytes, length - cut);
    text_free(&joined);
}

void output_text_end(void)
{
    if (held_length > 0)
        output_bytes(REPLACEMENT, 3);
    held_length = 0;
}

/* Outside of strings JSON has only ASCII, and of control characters only line ends and tabs. */
void output_json(const char *bytes, size_t length)
{
    size_t begun = 0, at;

    for (at = 0; at < length; at++) {
        const unsigned char *here = (const unsigned char *)bytes + at;
        bool line_end = *here == '\n' || *here == '\r';

        if (!line_end && !is_control(here, length - at))
            continue;
        output_bytes(bytes + begun, at - begun);
        if (line_end) {
            output_bytes(" ", 1);
        } else {
            struct text escaped = {0};

            text_format(&escaped, "\\u%04x", *here == 0xc2 ? here[1] : *here);
            output_bytes(escaped.bytes, escaped.length);
            text_free(&escaped);
            if (*here == 0xc2)
                at++;
        }
        begun = at + 1;
    }
    output_bytes(bytes + begun, length - begun);
    output_bytes("\n", 1);
}

void output_end_line(void)
{
    if (terminal && inside_line)
        output_bytes("\n", 1);
}

enum outcome output_outcome(void)
{
    if (failed_with == EINTR)
        return signals_outcome();
    if (failed_with != EPIPE)
        complain_of(OUTCOME_OUTPUT, "", -1, "standard output: %s", strerror(failed_with));
    return OUTCOME_OUTPUT;
}
