/*
 * System calls that fail. The functions of libc below are the test's own here, for the library and for
 * libcurl alike: they count, and one of them fails when its turn comes.
 */
#ifndef FAULTS_H
#define FAULTS_H

struct fault {
    int function; /* an index below fault_count */
    long nth;     /* 1: the first call of it */
    int error;    /* what errno says then */
    int for_good; /* and all calls behind it */
};

extern const int fault_count;
const char *fault_name(int function);
/* The errors that it is tried with: up to four, 0 behind the last. */
const int *fault_errors(int function);

/* From now on calls are counted, and this one fails; NULL: none does. */
void faults_arm(const struct fault *fault);
void faults_disarm(void);
/* Since they were armed. */
long faults_calls(int function);
long faults_all_calls(void);
/* How often the fault has happened. */
long faults_happened(void);
/* Descriptors that were closed and not open. */
long faults_wrong_closes(void);

#endif
