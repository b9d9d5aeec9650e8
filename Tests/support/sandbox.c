#include "sandbox.h"

#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_it(const char *path, int output, const char *const arguments[])
{
    const char *list[32] = {path, "--port", "0"};
    int quiet = open("/dev/null", O_WRONLY);
    for (int i = 0; arguments != NULL && arguments[i] != NULL && i < 28; i++)
        list[3 + i] = arguments[i];
    /* It must not outlive a test that crashes. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(output, 1);
    dup2(quiet, 2);
    execv(path, (char *const *)(uintptr_t)list);
    _exit(127);
}

int sandbox_start(struct sandbox *sandbox, const char *const arguments[])
{
    const char *path = getenv("RESPONSES_SANDBOX");
    int ends[2];
    size_t len = 0;
    memset(sandbox, 0, sizeof *sandbox);
    if (path == NULL || access(path, X_OK) != 0 || pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    sandbox->pid = fork();
    if (sandbox->pid == 0)
        run_it(path, ends[1], arguments);
    close(ends[1]);
    /* Its first line is the URL. */
    while (len < sizeof sandbox->url - 1) {
        struct pollfd readable = {.fd = ends[0], .events = POLLIN};
        if (poll(&readable, 1, at_most(20000)) != 1 || read(ends[0], sandbox->url + len, 1) != 1 ||
            sandbox->url[len] == '\n')
            break;
        len++;
    }
    close(ends[0]);
    sandbox->url[len] = 0;
    if (strncmp(sandbox->url, "http://", 7) == 0)
        return 0;
    sandbox_stop(sandbox);
    return -1;
}

void sandbox_stop(struct sandbox *sandbox)
{
    if (sandbox->pid <= 0)
        return;
    kill(sandbox->pid, SIGTERM);
    waitpid(sandbox->pid, NULL, 0);
    sandbox->pid = 0;
}
