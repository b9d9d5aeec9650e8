/*
 * outcome.h - what the program ends with
 *
 * The exit codes are a promise (docs/command.md): scripts branch on them.
 */
#ifndef COMMAND_OUTCOME_H
#define COMMAND_OUTCOME_H

enum outcome {
    OUTCOME_COMPLETE = 0,      /* the answer is complete */
    OUTCOME_OTHER = 1,         /* anything that has no code of its own; a batch with failed lines */
    OUTCOME_USAGE = 2,         /* the command line or what it names is wrong; nothing was sent */
    OUTCOME_REFUSED = 3,       /* the server, or the model, refuses it, and would do so again */
    OUTCOME_KEY = 4,           /* there is no key, or the server does not take it */
    OUTCOME_TRANSIENT = 5,     /* it may work later; the retries are used up */
    OUTCOME_QUOTA = 6,         /* the account has nothing left */
    OUTCOME_INCOMPLETE = 7,    /* incomplete, failed, cancelled, broken off; the part is printed */
    OUTCOME_OUTPUT = 8,        /* a disk is full, or nobody reads the output */
    OUTCOME_TIME = 124,        /* a time limit; the number that timeout(1) has for it */
    OUTCOME_INTERRUPTED = 130, /* SIGINT: 128 and the number of the signal, as shells count */
    OUTCOME_TERMINATED = 143   /* SIGTERM */
};

#endif
