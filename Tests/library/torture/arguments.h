/* What arguments.py writes, and the test that uses it. */
#ifndef TORTURE_ARGUMENTS_H
#define TORTURE_ARGUMENTS_H

#include "test.h"

/* A function, the kinds of handle that it takes ("" or "client" or "call|error"), and what calls it in
   several ways with something in place of its handles. */
struct function {
    const char *name, *takes;
    void (*call)(const void *handle);
};

extern const struct function functions[];
extern const size_t function_count;

/* Ends the test unless the status is one of an error. */
void refused(const char *name, int status);
/* Frees what was written to the places for results. */
void forget(void **scratch);

#endif
