/*
 * Binds two functions to their oldest symbol versions. glibc 2.34 moved them from libpthread and gave
 * them new versions besides the old; without this a library that was linked on a new system would not
 * load on an old one. The old versions have a name for each kind of machine.
 */
#ifndef PLATFORM_OLDEST_GLIBC_H
#define PLATFORM_OLDEST_GLIBC_H

#if defined(__GLIBC__) && !defined(__SANITIZE_THREAD__)
#if !defined(__has_feature) || !__has_feature(thread_sanitizer)
#if defined(__x86_64__)
__asm__(".symver pthread_condattr_setclock, pthread_condattr_setclock@GLIBC_2.3.3");
__asm__(".symver pthread_sigmask, pthread_sigmask@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver pthread_condattr_setclock, pthread_condattr_setclock@GLIBC_2.17");
__asm__(".symver pthread_sigmask, pthread_sigmask@GLIBC_2.17");
#endif
#endif
#endif

#endif
