/*
 * signals.c - Ctrl-C and its like
 */
#include "signals.h"

#include <stddef.h>

static volatile sig_atomic_t count;
static volatile sig_atomic_t last;
static responses_client *volatile interrupted;

static const int taken[] = {SIGINT, SIGTERM, SIGHUP};

static void on_signal(int number)
{
    count = count + 1;
    last = number;
    if (interrupted != NULL)
        responses_client_interrupt(interrupted);
}

void signals_take(void)
{
    struct sigaction action = {0};
    size_t i;

    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
    /* Without SA_RESTART: reads and writes that wait are to end. */
    action.sa_handler = on_signal;
    for (i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        struct sigaction before;

        if (sigaction(taken[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(taken[i], &action, NULL);
    }
}

void signals_interrupt(responses_client *client)
{
    interrupted = client;
}

int signals_count(void)
{
    return count;
}

bool signals_stop(void)
{
    return count > 0;
}

enum outcome signals_outcome(void)
{
    return last == SIGINT ? OUTCOME_INTERRUPTED : OUTCOME_TERMINATED;
}

void signals_hold(sigset_t *open)
{
    sigset_t held;
    size_t i;

    sigemptyset(&held);
    for (i = 0; i < sizeof taken / sizeof taken[0]; i++)
        sigaddset(&held, taken[i]);
    sigprocmask(SIG_BLOCK, &held, open);
    for (i = 0; i < sizeof taken / sizeof taken[0]; i++)
        sigdelset(open, taken[i]);
}
