#include "CPlatform.h"
#include "oldest_glibc.h"

#include <stdatomic.h>

pthread_mutex_t *platform_mutex_new(void)
{
    pthread_mutex_t *mutex = calloc(1, sizeof *mutex);
    if (mutex && pthread_mutex_init(mutex, NULL) != 0) {
        free(mutex);
        return NULL;
    }
    return mutex;
}

void platform_mutex_free(pthread_mutex_t *mutex)
{
    if (mutex)
        pthread_mutex_destroy(mutex);
    free(mutex);
}

pthread_cond_t *platform_condition_new(void)
{
    pthread_condattr_t attributes;
    pthread_cond_t *condition = calloc(1, sizeof *condition);
    if (!condition)
        return NULL;
    if (pthread_condattr_init(&attributes) != 0) {
        free(condition);
        return NULL;
    }
    if (pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(condition, &attributes) != 0) {
        free(condition);
        condition = NULL;
    }
    pthread_condattr_destroy(&attributes);
    return condition;
}

void platform_condition_free(pthread_cond_t *condition)
{
    if (condition)
        pthread_cond_destroy(condition);
    free(condition);
}

void platform_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t deadline)
{
    if (deadline == 0) {
        pthread_cond_wait(condition, mutex);
    } else {
        const struct timespec until = {(time_t)(deadline / 1000000000u),
                                       (long)(deadline % 1000000000u)};
        pthread_cond_timedwait(condition, mutex, &until);
    }
}

/* Not pthread_once, whose symbol version would raise the oldest glibc we run on to 2.34. */
void platform_once(int *done, void (*body)(void))
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    if (__atomic_load_n(done, __ATOMIC_ACQUIRE))
        return;
    pthread_mutex_lock(&lock);
    if (!*done) {
        body();
        __atomic_store_n(done, 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&lock);
}

struct platform_interrupt {
    atomic_ullong count;
    int wake_fd;
};

platform_interrupt *platform_interrupt_new(int wake_fd)
{
    platform_interrupt *interrupt = calloc(1, sizeof *interrupt);
    if (interrupt)
        interrupt->wake_fd = wake_fd;
    return interrupt;
}

void platform_interrupt_raise(platform_interrupt *interrupt)
{
    atomic_fetch_add(&interrupt->count, 1);
    platform_flag_raise(interrupt->wake_fd);
}

uint64_t platform_interrupt_count(const platform_interrupt *interrupt)
{
    return atomic_load(&((platform_interrupt *)interrupt)->count);
}

void platform_interrupt_free(platform_interrupt *interrupt)
{
    free(interrupt);
}
