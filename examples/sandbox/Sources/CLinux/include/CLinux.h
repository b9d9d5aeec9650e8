/* The Linux calls that Swift's Glibc module does not carry: epoll, timerfd, signalfd, and the queue
 * length of a socket, whose request number is a macro Swift cannot read. */
#ifndef SANDBOX_CLINUX_H
#define SANDBOX_CLINUX_H

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

/* A descriptor that becomes readable when SIGTERM or SIGINT arrives, instead of their handlers. */
int sandbox_termination_descriptor(void);

/* A monotonic timer descriptor, not armed. */
int sandbox_timer_descriptor(void);

/* Arms the timer for an absolute monotonic time in nanoseconds. */
int sandbox_timer_arm(int descriptor, long long deadline_ns);

/* accept4 for a descriptor that is non-blocking and closed on exec. */
int sandbox_accept(int listener, struct sockaddr *address, socklen_t *length);

/* Bytes written to a socket that the peer has not acknowledged yet, or -1. */
int sandbox_unsent_bytes(int socket_descriptor);

#endif
