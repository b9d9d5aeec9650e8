/*
 * output.h - what goes to standard output
 *
 * The same bytes go to a terminal, a pipe and a file. A server's control characters do not: U+FFFD
 * stands for each that a terminal might obey. Line ends and tabs stay.
 */
#ifndef COMMAND_OUTPUT_H
#define COMMAND_OUTPUT_H

#include "outcome.h"

#include <stdbool.h>
#include <stddef.h>

/* To be called first: no descriptor that is opened later takes the place of one that was closed. */
void output_begin(void);

/* False when standard output was closed from the start. */
bool output_exists(void);

/* Text of a server, in pieces that may cut characters. */
void output_text(const char *bytes, size_t length);

/* JSON in one line: control characters in its strings are escaped. */
void output_json(const char *bytes, size_t length);

/* Bytes as they are. */
void output_bytes(const char *bytes, size_t length);

/* The end of a text: a character that was cut is U+FFFD. */
void output_text_end(void);

/* Ends the line on a terminal, if one has begun. */
void output_end_line(void);

/* Gives what was put in to the system. */
void output_flush(void);

bool output_is_terminal(void);

/* True when the last that was put in was not a line end. */
bool output_is_inside_line(void);

/* True when nothing more can be put out: the reader has left, the disk is full, or a signal came
   while it waited. */
bool output_failed(void);

/* What that means, after a line that says so unless the reader has left. */
enum outcome output_outcome(void);

#endif
