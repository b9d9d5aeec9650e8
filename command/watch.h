/*
 * watch.h - a call, from its start to its end
 *
 * The library is pulled from, so that between two events there is time to say what is going on, and
 * a signal ends it at once.
 */
#ifndef COMMAND_WATCH_H
#define COMMAND_WATCH_H

#include "outcome.h"
#include "settings.h"

#include <responses.h>
#include <stdbool.h>

/* What came of it. Exactly one of the two is there, or, after a failure, both. */
struct watched {
    responses_call *call;
    const responses_response *response;
    responses_error *error;
    size_t printed;            /* bytes of text that were printed */
    unsigned long long digest; /* of these */
    char id[512];              /* of the response, as soon as it is known */
    long long cursor;          /* of the last event, -1 for none */
    bool made_up;              /* the last event was made by the library, of a whole response */
    long long began_ms;
};

/* Watches a call that was just started; `status` is what starting it returned. Text that streams is
   printed, if `text`, and events are, if `events`. `doing` is what the status line says meanwhile. A
   failure is not told of: see watch_tell(). */
enum outcome watch(responses_client *client, int status, bool text, bool events, const char *doing,
                   struct watched *watched);

/* Sends a request whose answer need not be JSON. */
enum outcome watch_raw(responses_client *client, const char *method, const char *path,
                       const char *body, size_t length, struct watched *watched);

/* Says what failed, or, after a signal, what goes on at the server: with `goes_on` the response does
   so without anybody being connected. */
void watch_tell(const struct watched *watched, enum outcome outcome, bool goes_on);

void watched_free(struct watched *watched);

#endif
