/*
 * operations.h - what each command does
 */
#ifndef COMMAND_OPERATIONS_H
#define COMMAND_OPERATIONS_H

#include "outcome.h"
#include "settings.h"
#include "watch.h"

enum outcome create_run(const struct settings *settings);
enum outcome get_run(const struct settings *settings);
enum outcome wait_run(const struct settings *settings);
enum outcome cancel_run(const struct settings *settings);
enum outcome delete_run(const struct settings *settings);
enum outcome tokens_run(const struct settings *settings);
enum outcome compact_run(const struct settings *settings);
enum outcome items_run(const struct settings *settings);
enum outcome api_run(const struct settings *settings);
enum outcome batch_run(const struct settings *settings);

/* The end of a call that makes or reads a response: prints it, says what became of it, and writes its
   files. `goes_on`: the response does so at the server when this program has ended. */
enum outcome finish(const struct settings *settings, responses_client *client,
                    struct watched *watched, enum outcome outcome, bool goes_on);

#endif
