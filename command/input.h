/*
 * input.h - files and standard input
 */
#ifndef COMMAND_INPUT_H
#define COMMAND_INPUT_H

#include "outcome.h"
#include "text.h"

#include <stdbool.h>

/* All of a file; "-" is standard input, which can be read once. Says what is wrong. */
enum outcome input_file(const char *path, struct text *text);

/* The same, and it has to be UTF-8. A byte order mark is left out. */
enum outcome input_text(const char *path, struct text *text);

/* Whether somebody has put something there to be read: a pipe, a file or a socket, and not a
   terminal, or /dev/null. */
bool input_is_given(void);

#endif
