/* What the program has of its system. Not linked to the library, for those that load it. */
#ifndef TEST_HOST_H
#define TEST_HOST_H

int open_descriptors(void);
long resident_kib(void);

/* A server that never answers: it only listens. */
struct listener {
    int fd, port, fillers[8];
    char url[64];
};

struct listener listener_open(int backlog);
/* With a backlog of 0: nobody can connect any more. */
void listener_fill(struct listener *listener);
void listener_close(struct listener *listener);

#endif
