/*
 * connection.h - a client of the library, as the command line wants it
 */
#ifndef COMMAND_CONNECTION_H
#define COMMAND_CONNECTION_H

#include "outcome.h"
#include "settings.h"

#include <responses.h>

/* Checks what is common to all commands, before anything is read or sent. */
enum outcome connection_check(const struct settings *settings);

enum outcome connection_open(const struct settings *settings, responses_client **client);

/* Where requests go, for --dry-run. */
const char *connection_base_url(const struct settings *settings);

#endif
