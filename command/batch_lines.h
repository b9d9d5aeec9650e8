/*
 * batch_lines.h - a file of lines, read from its start with little memory
 */
#ifndef COMMAND_BATCH_LINES_H
#define COMMAND_BATCH_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct lines {
    int fd;
    char *buffer;
    size_t room, begun, end;
    bool ended;
    long long number; /* of the line that was given last, from 1 on */
    off_t place;      /* where that begins */
    off_t next;       /* where the next one begins */
    bool whole;       /* it ended in a line end */
};

/* Begins, again or for the first time. False when the file cannot be read from its start. */
bool lines_begin(struct lines *lines, int fd);

/* Gives the next line, without its end. Returns 1; 0 at the end; -1 with errno. */
int lines_next(struct lines *lines, const char **line, size_t *length);

void lines_free(struct lines *lines);

#endif
