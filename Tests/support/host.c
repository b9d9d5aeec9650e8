#include "host.h"
#include "test.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

int open_descriptors(void)
{
    int count = -3; /* ".", "..", and the directory */
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*s %ld", &pages), 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* ---- time ---- */

int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void sleep_ms(int milliseconds)
{
    struct timespec t = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    while (nanosleep(&t, &t) != 0)
        continue;
}

int is_slow(void)
{
    return getenv("TEST_SLOW") != NULL;
}

int at_most(int time)
{
    return is_slow() ? 20 * time : time;
}

int limit_ms(int milliseconds)
{
    return is_slow() ? 10 * milliseconds : milliseconds;
}

/* ---- a server that never answers ---- */

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

struct listener listener_open(int backlog)
{
    struct listener listener = {.fd = -1};
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    memset(listener.fillers, -1, sizeof listener.fillers);
    listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(listener.fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener.fd, backlog), 0);
    assert_int_equal(getsockname(listener.fd, (struct sockaddr *)&address, &len), 0);
    listener.port = ntohs(address.sin_port);
    snprintf(listener.url, sizeof listener.url, "http://127.0.0.1:%d/v1", listener.port);
    return listener;
}

void listener_fill(struct listener *listener)
{
    struct sockaddr_in address = loopback(listener->port);
    for (size_t i = 0; i < COUNT(listener->fillers); i++) {
        listener->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)!connect(listener->fillers[i], (struct sockaddr *)&address, sizeof address);
    }
}

void listener_close(struct listener *listener)
{
    for (size_t i = 0; i < COUNT(listener->fillers); i++)
        if (listener->fillers[i] >= 0)
            close(listener->fillers[i]);
    if (listener->fd >= 0)
        close(listener->fd);
}
