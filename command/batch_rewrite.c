/*
 * batch_rewrite.c - one line for each request, in a file that takes the place of the other
 */
#include "batch_output.h"

#include "failure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int by_place(const void *one, const void *other)
{
    const struct entry *a = *(const struct entry *const *)one;
    const struct entry *b = *(const struct entry *const *)other;

    return a->place < b->place ? -1 : a->place > b->place;
}

/* The entries that have an answer, in the order that their lines are to have. Those that are not in
   the input were added last, and stay there. */
static const struct entry **in_order(const struct table *table, bool ordered, size_t *count)
{
    const struct entry **list = allocated(table->count * sizeof *list);
    size_t i;

    *count = 0;
    for (i = 0; i < table->count; i++)
        if (table->entries[i].place >= 0)
            list[(*count)++] = table->entries + i;
    if (!ordered)
        qsort(list, *count, sizeof *list, by_place);
    return list;
}

static bool write_whole(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(fd, bytes, length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

/* Copies the line that begins there. */
static bool copy_line(int from, off_t place, int to, struct text *buffer)
{
    size_t taken = 0;
    char *end = NULL;

    text_clear(buffer);
    while (end == NULL) {
        ssize_t count;

        text_reserve(buffer, taken + 65536);
        count = pread(from, buffer->bytes + taken, buffer->room - taken - 1, place + (off_t)taken);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        end = memchr(buffer->bytes + taken, '\n', (size_t)count);
        taken += (size_t)count;
    }
    return write_whole(to, buffer->bytes, (size_t)(end - buffer->bytes) + 1);
}

/* The name of the file is to be on the disk, too. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct text folder = {0};
    int fd;

    if (slash == NULL)
        text_append(&folder, ".");
    else
        text_add(&folder, path, slash == path ? 1 : (size_t)(slash - path));
    fd = open(folder.bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    text_free(&folder);
}

enum outcome output_rewrite(struct output *output, const struct table *table, bool ordered)
{
    struct text other = {0}, buffer = {0};
    const struct entry **list;
    size_t count, i;
    struct stat found;
    bool done;
    int fd, problem = 0;

    text_format(&other, "%s.rewritten", output->path);
    list = in_order(table, ordered, &count);
    fd = open(other.bytes, O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    /* Whoever opens it next finds it locked. */
    done = fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK);
    for (i = 0; i < count && done; i++)
        done = copy_line(output->fd, list[i]->place, fd, &buffer);
    if (done && fstat(output->fd, &found) == 0 && fchmod(fd, found.st_mode & 07777) != 0)
        done = false;
    done = done && fsync(fd) == 0 && rename(other.bytes, output->path) == 0;
    if (!done)
        problem = errno;
    if (done) {
        sync_folder(output->path);
        close(output->fd);
        output->fd = fd;
        output->dirty = false;
    } else {
        if (fd >= 0) {
            unlink(other.bytes);
            close(fd);
        }
        complain_of(OUTCOME_OUTPUT, "", -1, "%s: %s; %s is as it was", other.bytes,
                    strerror(problem), output->path);
    }
    free(list);
    text_free(&other);
    text_free(&buffer);
    return done ? OUTCOME_COMPLETE : OUTCOME_OUTPUT;
}
