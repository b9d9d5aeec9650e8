/*
 * batch_lines.c - a file of lines, read from its start with little memory
 */
#include "batch_lines.h"

#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_ROOM 131072

bool lines_begin(struct lines *lines, int fd)
{
    char *buffer = lines->buffer;
    size_t room = lines->room;

    *lines = (struct lines){.fd = fd, .buffer = buffer, .room = room};
    if (buffer == NULL) {
        lines->room = FIRST_ROOM;
        lines->buffer = allocated(lines->room);
    }
    return lseek(fd, 0, SEEK_SET) == 0;
}

/* Reads on, behind what is there of a line. */
static int read_on(struct lines *lines)
{
    ssize_t count;

    if (lines->begun > 0) {
        memmove(lines->buffer, lines->buffer + lines->begun, lines->end - lines->begun);
        lines->end -= lines->begun;
        lines->begun = 0;
    }
    if (lines->end == lines->room) {
        lines->room *= 2;
        lines->buffer = reallocated(lines->buffer, lines->room);
    }
    do
        count = read(lines->fd, lines->buffer + lines->end, lines->room - lines->end);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return -1;
    lines->end += (size_t)count;
    lines->ended = count == 0;
    return 0;
}

int lines_next(struct lines *lines, const char **line, size_t *length)
{
    size_t searched = 0;
    char *end;

    for (;;) {
        end = memchr(lines->buffer + lines->begun + searched, '\n',
                     lines->end - lines->begun - searched);
        if (end != NULL || lines->ended)
            break;
        searched = lines->end - lines->begun;
        if (read_on(lines) != 0)
            return -1;
    }
    if (end == NULL && lines->begun == lines->end)
        return 0;
    lines->whole = end != NULL;
    *line = lines->buffer + lines->begun;
    *length = lines->whole ? (size_t)(end - *line) : lines->end - lines->begun;
    lines->begun += *length + lines->whole;
    lines->place = lines->next;
    lines->next += (off_t)(*length + lines->whole);
    lines->number++;
    /* A byte order mark is no part of the first one. */
    if (lines->number == 1 && *length >= 3 && memcmp(*line, "\xef\xbb\xbf", 3) == 0) {
        *line += 3;
        *length -= 3;
    }
    return 1;
}

void lines_free(struct lines *lines)
{
    free(lines->buffer);
    *lines = (struct lines){0};
}
