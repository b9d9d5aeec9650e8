/* The local Responses server of examples/sandbox as a child process. */
#ifndef TEST_SANDBOX_H
#define TEST_SANDBOX_H

#include <sys/types.h>

struct sandbox {
    pid_t pid;
    char url[128]; /* its base URL */
};

/* Starts it on a free port; the arguments end in NULL and may be left out. 0, or -1 when there is
   no sandbox: its path is in RESPONSES_SANDBOX. */
int sandbox_start(struct sandbox *sandbox, const char *const arguments[]);
void sandbox_stop(struct sandbox *sandbox);

#endif
