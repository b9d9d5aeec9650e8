/*
 * request.h - the body of a request, out of options, words and standard input
 */
#ifndef COMMAND_REQUEST_H
#define COMMAND_REQUEST_H

#include "outcome.h"
#include "settings.h"
#include "text.h"

#include <stdbool.h>

/* For create, tokens and compact. `*background` says whether the request asks for that. */
enum outcome request_build(const struct settings *settings, struct text *json, bool *background);

/* For api: --body and -p, or nothing: `*given` says which. */
enum outcome request_plain(const struct settings *settings, struct text *json, bool *given);

/* -p as the parameters of get and items; "{}" for none. */
enum outcome request_parameters(const struct settings *settings, struct text *json);

/* --dry-run: prints the request instead. */
enum outcome request_show(const struct settings *settings, const char *method, const char *path,
                          const struct text *json);

#endif
