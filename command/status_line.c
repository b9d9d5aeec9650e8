/*
 * status_line.c - what is going on, in one line of a terminal
 */
#include "status_line.h"

#include "output.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static bool on;
static bool shown;

int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void status_line_begin(bool wanted)
{
    const char *kind = getenv("TERM");

    on = wanted && isatty(STDERR_FILENO) && kind != NULL && *kind != '\0' &&
         strcmp(kind, "dumb") != 0;
}

bool status_line_is_on(void)
{
    return on;
}

static size_t columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static void put(const struct text *text)
{
    /* A terminal that is gone is no reason to stop. */
    if (write(STDERR_FILENO, text->bytes, text->length) < 0)
        on = false;
}

void status_line_show(const char *shown_text)
{
    struct text line = {0};
    size_t width = columns(), i;

    /* The cursor stands in the middle of an answer: there is no room for another line. */
    if (!on || (output_is_terminal() && output_is_inside_line()))
        return;
    text_append(&line, "\r");
    for (i = 0; shown_text[i] != '\0' && i + 1 < width; i++)
        text_add(&line, shown_text + i, 1);
    text_append(&line, "\x1b[K");
    put(&line);
    shown = true;
    text_free(&line);
}

void status_line_erase(void)
{
    struct text line = {0};

    if (!shown)
        return;
    text_append(&line, "\r\x1b[K");
    put(&line);
    shown = false;
    text_free(&line);
}
