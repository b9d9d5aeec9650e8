/*
 * status_line.h - what is going on, in one line of a terminal that is written over
 *
 * It goes to standard error, if that is a terminal that can erase a line. Otherwise nothing does.
 */
#ifndef COMMAND_STATUS_LINE_H
#define COMMAND_STATUS_LINE_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds of a clock that is never set. */
int64_t now_ms(void);

void status_line_begin(bool wanted);
bool status_line_is_on(void);

/* Puts this into the line, cut to its width. */
void status_line_show(const char *text);

/* Takes the line out, before something else is written to the terminal. */
void status_line_erase(void);

#endif
