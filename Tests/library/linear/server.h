/* A server in a process of its own that answers one request with so many bytes. */
#ifndef LINEAR_SERVER_H
#define LINEAR_SERVER_H

#include <stddef.h>

/* Starts this program anew as "serve SHAPE BYTES" and returns its port. */
int server_start(const char *program, const char *shape, const char *bytes);
/* What it does: prints its port, answers one request, ends. */
int server_main(const char *shape, const char *bytes);

#endif
