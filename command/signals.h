/*
 * signals.h - Ctrl-C and its like
 */
#ifndef COMMAND_SIGNALS_H
#define COMMAND_SIGNALS_H

#include "outcome.h"

#include <responses.h>
#include <signal.h>
#include <stdbool.h>

/* Takes SIGINT, SIGTERM and SIGHUP, unless whoever started the program wants them ignored, and
   ignores SIGPIPE and SIGXFSZ, which are errors of write() then. */
void signals_take(void);

/* From then on a signal also ends the waits of this client; NULL for none. */
void signals_interrupt(responses_client *client);

/* How many signals have come, and what the last one means. */
int signals_count(void);
bool signals_stop(void);
enum outcome signals_outcome(void);

/* Holds the signals back, but for a ppoll() with `open`. */
void signals_hold(sigset_t *open);

#endif
