/* Which process this is, without a system call. */
#ifndef PLATFORM_GENERATION_H
#define PLATFORM_GENERATION_H

#include <stdint.h>

#pragma clang assume_nonnull begin

/* A number that differs between a process and its forked child, with no system call after the first:
   it lives in a page that the kernel wipes in the child (MADV_WIPEONFORK, Linux 4.14). */
uint64_t platform_process_generation_slow(void);
extern uint64_t *_Nullable platform_generation_page;
static inline uint64_t platform_process_generation(void)
{
    const uint64_t *page = platform_generation_page;
    const uint64_t generation = page ? __atomic_load_n(page, __ATOMIC_RELAXED) : 0;
    return generation ? generation : platform_process_generation_slow();
}

#pragma clang assume_nonnull end

#endif
