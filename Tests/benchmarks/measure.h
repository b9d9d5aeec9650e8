/* What the benchmark programs in C have in common: measuring themselves and saying so. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>

struct measure {
    long long cpu_begun, wall_begun; /* ns */
    long rss_before, rss_after;      /* KB; of streams that are open */
    long events;
    long long bytes; /* of text, or of an answer */
    long long check; /* a sum over the text: all programs must find the same */
    unsigned *late;  /* us from sending to reading, for paced streams */
    size_t late_count, late_capacity;
};

long long now_ns(void);
/* Memory of the process now, KB. */
long rss_kb(void);
/* The most that was resident since `peak_restart`, KB. */
long peak_kb(void);
void peak_restart(void);

/* Starts the clocks; what a process needs to come up is not counted. */
void measure_begin(struct measure *m);
/* Prints one line of JSON. */
void measure_end(struct measure *m, long streams);

/* CPU time since the beginning. */
long long measure_cpu_us(const struct measure *m);

/* Takes in the text of a delta. */
void measure_text(struct measure *m, const char *text, size_t count);
/* The same for a paced one, which begins with the time when it was sent. */
void measure_paced_text(struct measure *m, const char *text, size_t count);

/* The request that asks the load server for `model`, with `padding` bytes of text. To be freed. */
char *make_request(const char *model, int stream, size_t padding, size_t *count);
/* As many descriptors as may be had. */
void raise_file_limit(void);

#endif
