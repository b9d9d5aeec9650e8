#include "CPlatform.h"
#include "oldest_glibc.h"

#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

/* ---- fork ---- */

uint64_t *platform_generation_page; /* wiped in a child; NULL until the first use */
static uint64_t generation_counter; /* copied to a child, so that its next number is new */
static int generation_ready;

static void generation_set_up(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return;
    if (madvise(page, 4096, MADV_WIPEONFORK) != 0) {
        munmap(page, 4096);
        return;
    }
    platform_generation_page = page;
}

uint64_t platform_process_generation_slow(void)
{
    platform_once(&generation_ready, generation_set_up);
    if (!platform_generation_page)
        return (uint64_t)getpid(); /* an older kernel: a system call each time */
    uint64_t generation = __atomic_load_n(platform_generation_page, __ATOMIC_RELAXED);
    if (generation == 0) {
        const uint64_t next = __atomic_add_fetch(&generation_counter, 1, __ATOMIC_RELAXED);
        if (__atomic_compare_exchange_n(platform_generation_page, &generation, next, 0,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            generation = next;
    }
    return generation;
}

/* ---- memory ---- */

uint8_t *platform_nothing(void)
{
    static uint8_t zeros[64];
    return zeros;
}

void platform_wipe(void *bytes, size_t count)
{
    explicit_bzero(bytes, count);
}

size_t platform_release(void *bytes, size_t count)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t start = (uintptr_t)bytes;
    const uintptr_t first = (start + page - 1) & ~(page - 1);
    const uintptr_t last = (start + count) & ~(page - 1);
    if (last <= first)
        return 0;
    /* Should that fail (memory that is locked), they stay as they are. */
    (void)madvise((void *)first, last - first, MADV_DONTNEED);
    return last - start;
}

void *platform_reserve(size_t bytes)
{
    void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return base == MAP_FAILED ? NULL : base;
}

/* ---- random ---- */

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* Without getrandom (a kernel before 3.17, a filter of system calls): the 16 random bytes that the kernel
   gives every program at its start (getauxval(3)), told apart by process, time and count. Jitter and
   uniqueness are all that is asked of it; nothing here is a secret. */
static uint64_t substitute(void)
{
    static uint64_t drawn;
    uint64_t seed[2] = {0, 0};
    const void *given = (const void *)getauxval(AT_RANDOM);
    if (given)
        memcpy(seed, given, sizeof seed);
    const uint64_t count = __atomic_add_fetch(&drawn, 1, __ATOMIC_RELAXED);
    return mix(seed[0] ^ mix(platform_now() ^ mix(seed[1] ^ (uint64_t)getpid()) ^ mix(count)));
}

void platform_random(void *bytes, size_t count)
{
    unsigned char *p = bytes;
    int tries = 0; /* a signal may interrupt it, but not without end */
    while (count > 0) {
        ssize_t got = tries < 16 ? getrandom(p, count, 0) : -1;
        if (got <= 0) {
            if (errno == EINTR && tries++ < 16)
                continue;
            tries = 16;
            const uint64_t value = substitute();
            got = count < sizeof value ? (ssize_t)count : (ssize_t)sizeof value;
            memcpy(p, &value, (size_t)got);
        }
        p += got;
        count -= (size_t)got;
    }
}

/* Embedded Swift's dictionaries ask for it; glibc has it only since 2.36. */
__attribute__((visibility("hidden"))) void arc4random_buf(void *bytes, size_t count)
{
    platform_random(bytes, count);
}

/* ---- SIGPIPE (the way of libpq: this thread's mask only, and a pending one is taken back) ---- */

void platform_sigpipe_block(platform_sigpipe *state)
{
    sigset_t pipe_only;
    sigset_t pending;
    _Static_assert(sizeof(sigset_t) <= sizeof state->saved, "room for the saved mask");
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    state->was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, (sigset_t *)(void *)state->saved);
}

void platform_sigpipe_restore(platform_sigpipe *state)
{
    if (!state->was_pending) {
        const struct timespec now = {0, 0};
        sigset_t pipe_only;
        sigemptyset(&pipe_only);
        sigaddset(&pipe_only, SIGPIPE);
        sigtimedwait(&pipe_only, NULL, &now);
    }
    pthread_sigmask(SIG_SETMASK, (const sigset_t *)(const void *)state->saved, NULL);
}
