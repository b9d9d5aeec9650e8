/*
 * failure.h - what went wrong, on standard error, and the exit code for it
 */
#ifndef COMMAND_FAILURE_H
#define COMMAND_FAILURE_H

#include "outcome.h"

#include <responses.h>
#include <stdbool.h>

/* The name that lines begin with: "responses create". And whether failures are JSON. */
void failure_begin(const char *name, bool json);

/* A line on standard error: what happened. With --json it is {"error": {"message": ...}}. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void complain(const char *format, ...);

/* The same of a response, with what the program will end with. "" and -1 stand for nothing. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void complain_of(enum outcome outcome, const char *id, long long cursor, const char *format, ...);

/* The same, and OUTCOME_USAGE. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
enum outcome
usage_failure(const char *format, ...);

/* A line that is no failure, such as the tokens that were used; none with --quiet or --json. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void remark(const char *format, ...);
void remarks_begin(bool wanted);

/* The exit code for an error of the library. `begun`: a part of a response had arrived. */
enum outcome failure_outcome(const responses_error *error, bool begun);

/* Tells of an error of the library. A line for a person, or for a program one of JSON. `id` and
   `cursor` are what is known besides; "" and -1 for nothing. */
void failure_tell(const responses_error *error, enum outcome outcome, const char *id,
                  long long cursor);

#endif
