/* nginx as the TLS and HTTP/2 side of another server. */
#ifndef TEST_NGINX_H
#define TEST_NGINX_H

#include "network.h"

struct nginx {
    struct process *process;
    char directory[64];
};

/* 1 where there is one to be started. */
int nginx_is_there(void);
/* In front of the server at that port of 127.0.0.1; `more` goes into its "server" block. */
void nginx_start(struct nginx *nginx, int backend_port, const char *more);
/* New connections get a new process, those that are open are served to their end. */
void nginx_reload(const struct nginx *nginx);
void nginx_stop(struct nginx *nginx);

#endif
