/* How curl_multi_wakeup() is found out: shared by the two files that do. */
#ifndef PLATFORM_WAKEUP_H
#define PLATFORM_WAKEUP_H

#include "CPlatform.h"

/* How many descriptors are looked at, and how often libcurl is woken. */
enum { range = 64, wakes = 3 };

/* Runs once for each client: small rather than fast. */
#define OUT_OF_THE_WAY __attribute__((cold, minsize))

/* wakeup_eventfd.c */
void platform_find_eventfd(int lowest, void (*wake)(void *context), void *context,
                           platform_sockets *sockets, int set);
int platform_eventfd_is_in(int set, int fd);

#endif
