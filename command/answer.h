/*
 * answer.h - what is printed of a response
 */
#ifndef COMMAND_ANSWER_H
#define COMMAND_ANSWER_H

#include "outcome.h"
#include "settings.h"

#include <responses.h>
#include <stdbool.h>

/* Prints an answer as the options want it: its text, all of it as JSON, or some values. `printed` is
   how much of the text a stream has printed already, `digest` what answer_digest() says of that. */
enum outcome answer_print(const struct settings *settings, const responses_response *response,
                          size_t printed, unsigned long long digest);

/* What the status of the response means: 0 for one that is complete. Says the rest on standard
   error: refusals, calls of functions, what became of it. */
enum outcome answer_judge(const struct settings *settings, const responses_response *response);

/* The tokens and the seconds that it took, as a remark. */
void answer_usage(const responses_response *response, long long began_ms);

/* Of text that was printed in pieces; begin with 0. */
unsigned long long answer_digest(unsigned long long digest, const char *bytes, size_t length);

#endif
