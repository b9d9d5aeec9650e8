/*
 * Memory that grows. A large block is a mapping of its own: it grows without a copy (mremap(2)), and what is given
 * up goes back to the system at once. malloc does so for the first such block of a process alone: once one was freed,
 * glibc takes the next ones from its heap (mallopt(3), M_MMAP_THRESHOLD), where each step of growing is a copy,
 * and leaves behind what cannot be given back.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mremap */
#endif
#include "CPlatform.h"

#include <stdlib.h>
#include <sys/mman.h>

/* What a mapping takes; 0: it is none. Small ones come and go with each answer, and are had sooner from malloc. */
static size_t mapped(size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return size < platform_large_block ? 0 : (size + page - 1) & ~(page - 1);
}

/* The one size or the other is large. */
void *platform_large_block_resize(void *block, size_t from, size_t to)
{
    const size_t old = mapped(from), new = mapped(to);
    void *made;
    if (old && new) {
        made = old == new ? block : mremap(block, old, new, MREMAP_MAYMOVE);
        return made == MAP_FAILED ? NULL : made;
    }
    made = new ? mmap(NULL, new, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
               : malloc(to);
    if (!made || made == MAP_FAILED)
        return NULL;
    if (block) {
        memcpy(made, block, from < to ? from : to);
        platform_block_free(block, from);
    }
    return made;
}

void platform_large_block_free(void *block, size_t size)
{
    (void)munmap(block, mapped(size));
}
