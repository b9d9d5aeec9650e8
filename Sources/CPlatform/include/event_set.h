/*
 * What a thread waits by: a set of descriptors, timers, and flags that any thread raises. This is all that
 * the library asks of a system's event notification. event_set_epoll.c has it for Linux; a port to a system
 * with kqueue is another file of that kind.
 *
 * Functions return 0 or more when they have done it, and -errno when they could not. errno is left alone.
 */
#ifndef PLATFORM_EVENT_SET_H
#define PLATFORM_EVENT_SET_H

#include <stdint.h>

#pragma clang assume_nonnull begin

/* ---- a set of descriptors ---- */

static const int platform_readable = 1; /* or ended by the other side */
static const int platform_writable = 2;
static const int platform_broken = 4; /* told without being asked for */

typedef struct {
    int fd;
    int what;
} platform_event;

enum { platform_most_events = 64 }; /* found in one wait */

/* The descriptor of a new set; it is readable itself when one in it is ready. */
int platform_event_set_new(void);
/* Adds a descriptor, or changes one that is known. */
int platform_event_set_watch(int set, int fd, int what, int is_known);
/* Changes what is waited for of a descriptor that is in the set; -ENOENT: what has its number now is not. */
int platform_event_set_change(int set, int fd, int what);
/* 0 also when it was not in the set any more. */
int platform_event_set_remove(int set, int fd);
/* How many are ready, at most platform_most_events; 0 when none is, also after a signal. */
int platform_event_set_wait(int set, platform_event *events, int timeout_ms);

/* ---- timers: a descriptor ---- */

int platform_timer_new(void);
/* Readable from `deadline` on, in ns on the monotonic clock, until it is set anew; 0: never.
   Async-signal-safe. */
int platform_timer_set(int fd, uint64_t deadline);

/* ---- flags: a descriptor that is readable while it is raised ---- */

int platform_flag_new(void);
/* Never cleared. In a set it is a flag that costs a tenth of the others: it is raised and cleared by
   platform_event_set_change(), with platform_readable and with nothing. */
int platform_flag_new_raised(void);
int platform_flag_raise(int fd); /* async-signal-safe */
int platform_flag_clear(int fd);

/* ---- closing: unless the host has closed it behind us, and the number is now that of something else ---- */

void platform_event_set_close(int fd);
void platform_timer_close(int fd);
void platform_flag_close(int fd);

#pragma clang assume_nonnull end

#endif
