/*
 * Files that calls are recorded into, one entry a line:
 *
 *     {"log":{"version":"1.2",...,"entries":[
 *     {...}
 *     ,{...}
 *     ]}}
 *
 * Several clients, threads and processes may append to one. An entry goes in front of the closing line by one
 * system call, so that the file is whole before and after. What a process that was killed in the middle of that
 * has left is cut off by the next who appends.
 *
 * errno is left alone.
 */
#ifndef PLATFORM_RECORD_FILE_H
#define PLATFORM_RECORD_FILE_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/* The file has something else in it. */
enum { platform_record_foreign = 1 };

/* Appends an entry of `count` bytes; 0 only makes the file where there is none. `head`: the first line, whose
   first `sign` bytes all such files have. Returns 0, platform_record_foreign, or -errno with the file as it
   was. Waits a few seconds at most for others who append (-EAGAIN). */
int platform_record_append(const char *path, const char *head, size_t head_count, size_t sign,
                           const uint8_t *_Nullable entry, size_t count);

/* How much of the text of such a file is whole: up to behind its last line that is an entry, or its first. 0 when
   there is not even that. */
size_t platform_record_whole(const uint8_t *text, size_t count);

/* Opens a regular file for reading, says how large it is, and keeps those who append waiting for as long as
   they do. Returns the descriptor or -errno; -EISDIR for what is no regular file. */
int platform_record_open(const char *path, int64_t *size);
/* Reads `count` bytes and closes. Returns 0 or -errno; -EIO when there are fewer. */
int platform_record_read(int fd, uint8_t *bytes, size_t count);

/* The path from the root on, to be freed; NULL with the reason in errno. */
char *_Nullable platform_absolute_path(const char *path);

/* Microseconds since 1970. */
int64_t platform_wall_microseconds(void);

#pragma clang assume_nonnull end

#endif
