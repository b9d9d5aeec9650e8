#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long cpu_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
}

long rss_kb(void)
{
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

long peak_kb(void)
{
    char line[200];
    long kb = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (file)
        fclose(file);
    return kb;
}

void peak_restart(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (!file || fputs("5", file) < 0 || fclose(file) != 0) {
        perror("/proc/self/clear_refs");
        exit(1);
    }
}

void measure_begin(struct measure *m)
{
    m->rss_before = rss_kb();
    m->wall_begun = now_ns();
    m->cpu_begun = cpu_ns();
}

long long measure_cpu_us(const struct measure *m)
{
    return (cpu_ns() - m->cpu_begun) / 1000;
}

void measure_text(struct measure *m, const char *text, size_t count)
{
    m->events += 1;
    m->bytes += (long long)count;
    if (count > 0)
        m->check += (unsigned char)text[0] + (unsigned char)text[count - 1];
}

void measure_paced_text(struct measure *m, const char *text, size_t count)
{
    const long long late = (now_ns() - strtoll(text, NULL, 10)) / 1000;
    m->events += 1;
    m->bytes += (long long)count;
    if (m->late_count == m->late_capacity) {
        m->late_capacity = m->late_capacity ? m->late_capacity * 2 : 1 << 16;
        m->late = realloc(m->late, m->late_capacity * sizeof *m->late);
        if (!m->late)
            abort();
    }
    m->late[m->late_count++] = (unsigned)(late < 0 ? 0 : late);
}

static int compare(const void *a, const void *b)
{
    const unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return (left > right) - (left < right);
}

void measure_end(struct measure *m, long streams)
{
    const long long cpu = cpu_ns() - m->cpu_begun, wall = now_ns() - m->wall_begun;
    printf("{\"cpu_us\":%lld,\"wall_us\":%lld,\"events\":%ld,\"bytes\":%lld,\"check\":%lld,"
           "\"peak_kb\":%ld,\"before_kb\":%ld",
           cpu / 1000, wall / 1000, m->events, m->bytes, m->check, peak_kb(), m->rss_before);
    if (m->late_count > 0) {
        qsort(m->late, m->late_count, sizeof *m->late, compare);
        printf(",\"p50_us\":%u,\"p99_us\":%u", m->late[m->late_count / 2],
               m->late[m->late_count * 99 / 100]);
    }
    if (m->rss_after > 0)
        printf(",\"stream_kb\":%.1f", (double)(m->rss_after - m->rss_before) / (double)streams);
    printf("}\n");
    fflush(stdout);
}

char *make_request(const char *model, int stream, size_t padding, size_t *count)
{
    const char *format = "{\"model\":\"%s\",\"stream\":%s,\"input\":\"Say hello.";
    const size_t room = strlen(model) + 100;
    char *request = malloc(room + padding);
    if (!request)
        abort();
    size_t length = (size_t)snprintf(request, room, format, model, stream ? "true" : "false");
    memset(request + length, 'x', padding);
    memcpy(request + length + padding, "\"}", 3);
    *count = length + padding + 2;
    return request;
}

void raise_file_limit(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}
