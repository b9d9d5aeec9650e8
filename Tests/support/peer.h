/*
 * A scripted server in a process of its own, so that nothing of it counts: neither its memory, nor its
 * descriptors, nor its threads.
 */
#ifndef TEST_PEER_H
#define TEST_PEER_H

#include <sys/types.h>

#include "scripted_server.h"

struct peer {
    pid_t process;
    char url[64];
};

/* One that answers by what the request's body has in it:

       "silent"         never
       "refused"        500 and an error
       "busy"           503, and to try again in a millisecond
       "stream":true    the eleven events of sse_hello()
       anything else    a response

   A GET of a stream gets the first five of these events, and with starting_after=4 the others. */
struct peer peer_start(void);
/* One whose answers are made by this, in that process. */
struct peer peer_start_with(server_handler handler, void *user_data);
/* Whatever server this begins, in that process; it returns the URL. */
typedef const char *(*peer_fn)(void *user_data);
struct peer peer_start_by(peer_fn begin, void *user_data);
void peer_stop(struct peer *peer);

#endif
