/*
 * What a stream costs: 100 at once, 50 events each, 20 ms apart, over HTTP/1.1, over TLS, and over HTTP/2.
 * Heap in the middle, and processor time of this process, for each stream.
 */
#include "network.h"

#include <poll.h>
#include <sys/resource.h>

enum { STREAMS = 100, EVENTS = 50 };

static double cpu_ms(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)used.ru_utime.tv_sec * 1e3 + (double)used.ru_utime.tv_usec / 1e3 +
           (double)used.ru_stime.tv_sec * 1e3 + (double)used.ru_stime.tv_usec / 1e3;
}

/* As a host with an event loop reads: whatever is ready, until all have ended. */
static size_t read_all(responses_client *client, int count)
{
    struct pollfd readable = {.fd = responses_client_fd(client), .events = POLLIN};
    int ended = 0, events = 0;
    size_t middle = 0;
    while (ended < count) {
        responses_call *call = NULL;
        assert_true(poll(&readable, 1, 10000) == 1);
        responses_client_dispatch(client);
        while (responses_client_next_ready(client, &call) == RESPONSES_OK) {
            const responses_event *event = NULL;
            int status;
            while ((status = responses_call_next(call, &event, NULL)) == RESPONSES_OK)
                events++;
            ended += status == RESPONSES_DONE;
        }
        if (middle == 0 && events >= count * EVENTS / 2)
            middle = heap_in_use();
    }
    assert_int_equal(events, count * EVENTS);
    return middle;
}

static void measure(const char *name, struct process *server, const char *version)
{
    responses_call *calls[STREAMS];
    char plan[64];
    responses_client *client = client_of(server, NULL);
    set(client, "http_version", version);
    set(client, "connect_timeout_ms", "30000");
    check_whole_stream(client, 11);
    snprintf(plan, sizeof plan, "events=%d,delay=20", EVENTS);
    set_plan(client, server, plan);
    command(server, "forget");
    size_t heap = heap_in_use();
    double cpu = cpu_ms();
    for (int i = 0; i < STREAMS; i++)
        assert_int_equal(
            responses_create_stream_start(client, REQUEST, RESPONSES_NTS, &calls[i], NULL),
            RESPONSES_OK);
    size_t middle = read_all(client, STREAMS);
    cpu = cpu_ms() - cpu;
    printf("%-10s %4d connections %6.1f KiB %6.2f ms a stream, %5.1f us an event\n", name,
           count_at(server, "accepted") + 1, (double)(middle - heap) / 1024 / STREAMS,
           cpu / STREAMS, cpu * 1e3 / STREAMS / EVENTS);
    for (int i = 0; i < STREAMS; i++)
        responses_call_free(calls[i]);
    responses_client_free(client);
}

static void figures(void **state)
{
    (void)state;
    struct process *plain = plain_server();
    struct process *tls = tls_server(NULL);
    measure("http", plain, "1.1");
    measure("https", tls, "1.1");
    measure("https, h2", tls, "2");
    process_stop(plain);
    process_stop(tls);
}

int main(void)
{
    const struct CMUnitTest all[] = {cmocka_unit_test(figures)};
    return run(all);
}
