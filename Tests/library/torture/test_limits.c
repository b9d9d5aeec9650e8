/* Descriptors and time run out, and there is too much of everything. */
#include "host.h"
#include "peer.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define NTS RESPONSES_NTS

static struct peer peer;

static responses_client *new_client(void)
{
    responses_client *client = client_at(peer.url);
    return client;
}

static void descriptors_run_out(void **state)
{
    (void)state;
    struct rlimit limit, low;
    int before = open_descriptors(), outcomes[64] = {0};
    /* Some of them may be anywhere: all that are free below the limit count. */
    getrlimit(RLIMIT_NOFILE, &limit);
    for (int left = 0; left < 24; left++) {
        responses_client *client = NULL;
        responses_error *error = NULL;
        low = limit;
        low.rlim_cur = (rlim_t)(before + left);
        setrlimit(RLIMIT_NOFILE, &low);
        int status = responses_client_new(&client, &error);
        if (status == RESPONSES_OK) {
            set(client, "base_url", peer.url);
            set(client, "max_retries", "0");
            status = responses_create(client, REQUEST, NTS, NULL, &error);
            if (responses_client_fd(client) < 0 && status == RESPONSES_OK)
                status = RESPONSES_E_NETWORK;
        }
        outcomes[-status]++;
        if (status != RESPONSES_OK && error != NULL)
            assert_string_not_equal(message_of(error), "");
        responses_error_free(error);
        responses_client_free(client);
        setrlimit(RLIMIT_NOFILE, &limit);
        assert_int_equal(open_descriptors(), before);
    }
    for (int i = 0; i < 64; i++)
        if (outcomes[i])
            print_message("  %d %s\n", outcomes[i], responses_status_name(-i));
    assert_true(outcomes[-RESPONSES_OK] > 0);
    assert_true(outcomes[-RESPONSES_E_NETWORK] > 0);
    assert_int_equal(outcomes[0] + outcomes[-RESPONSES_E_NETWORK] + outcomes[-RESPONSES_E_NOMEM],
                     24);
}

/* The client goes on when there are descriptors again. */
static void a_client_survives_without_descriptors(void **state)
{
    (void)state;
    struct rlimit limit, low;
    responses_client *client = new_client();
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    getrlimit(RLIMIT_NOFILE, &limit);
    responses_call *calls[8] = {0};
    low = limit;
    low.rlim_cur = (rlim_t)(open_descriptors() + 3);
    setrlimit(RLIMIT_NOFILE, &low);
    int failed = 0, running = 0;
    for (size_t i = 0; i < COUNT(calls); i++)
        assert_int_equal(
            responses_create_start(client, "{\"input\":\"silent\"}", NTS, &calls[i], NULL),
            RESPONSES_OK);
    for (size_t i = 0; i < COUNT(calls); i++) {
        int status = responses_call_next(calls[i], NULL, NULL);
        failed += status == RESPONSES_E_NETWORK;
        running += status == RESPONSES_AGAIN;
        responses_call_free(calls[i]);
    }
    setrlimit(RLIMIT_NOFILE, &limit);
    print_message("  %d went on, %d had no descriptor\n", running, failed);
    assert_int_equal(failed + running, 8);
    assert_true(failed > 0 && running > 0);
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    responses_client_free(client);
}

static void a_server_that_never_answers(void **state)
{
    (void)state;
    responses_client *client = new_client();
    responses_error *error = NULL;
    set(client, "first_event_timeout_ms", "200");
    int64_t before = now_ms();
    assert_int_equal(responses_create(client, "{\"input\":\"silent\"}", NTS, NULL, &error),
                     RESPONSES_E_TIMEOUT);
    assert_in_range(now_ms() - before, 190, 2000);
    assert_contains(message_of(error), "first_event_timeout_ms");
    responses_error_free(error);
    responses_client_free(client);
}

static void waiting_costs_nothing(void **state)
{
    (void)state;
    struct rusage before, after;
    responses_client *client = new_client();
    responses_call *calls[200];
    for (size_t i = 0; i < COUNT(calls); i++)
        assert_int_equal(
            responses_create_start(client, "{\"input\":\"silent\"}", NTS, &calls[i], NULL),
            RESPONSES_OK);
    assert_int_equal(responses_call_wait(calls[0], 100), RESPONSES_AGAIN);
    getrusage(RUSAGE_SELF, &before);
    assert_int_equal(responses_call_wait(calls[0], 1000), RESPONSES_AGAIN);
    getrusage(RUSAGE_SELF, &after);
    long used = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 +
                after.ru_utime.tv_usec - before.ru_utime.tv_usec +
                (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1000000 +
                after.ru_stime.tv_usec - before.ru_stime.tv_usec;
    print_message("  200 calls waited one second: %ld us of processor time\n", used);
    assert_true(used < 100000);
    for (size_t i = 0; i < COUNT(calls); i++)
        responses_call_free(calls[i]);
    responses_client_free(client);
}

static void certificates_that_cannot_be_read(void **state)
{
    (void)state;
    char secret[] = "/tmp/torture-XXXXXX", url[80];
    int fd = mkstemp(secret);
    close(fd);
    snprintf(url, sizeof url, "https%s", peer.url + 4);
    static const char *const files[] = {"/nonexistent/ca.pem", "/", "/dev/null", "/proc/self/mem"};
    for (size_t i = 0; i <= COUNT(files); i++) {
        responses_client *client = client_at(url);
        responses_error *error = NULL;
        set(client, "ca_file", i < COUNT(files) ? files[i] : secret);
        int status = responses_create(client, REQUEST, NTS, NULL, &error);
        if (status != RESPONSES_E_TLS)
            print_message("  %s: %s %s\n", i < COUNT(files) ? files[i] : "empty",
                          responses_status_name(status), message_of(error));
        assert_true(status == RESPONSES_E_TLS || status == RESPONSES_E_NETWORK);
        assert_string_not_equal(message_of(error), "");
        responses_error_free(error);
        responses_client_free(client);
    }
    unlink(secret);
}

static void ten_thousand_calls_one_after_the_other(void **state)
{
    (void)state;
    responses_client *client = new_client();
    long before = 0;
    int64_t begin = now_ms();
    for (int i = 0; i < 10000; i++) {
        responses_call *call = NULL;
        assert_int_equal(
            responses_create_stream_start(client, "{\"input\":\"silent\"}", NTS, &call, NULL),
            RESPONSES_OK);
        responses_call_free(call);
        if (i == 1000)
            before = resident_kib();
    }
    long grown = resident_kib() - before;
    print_message("  %d ms; %ld KiB more than after a tenth\n", (int)(now_ms() - begin), grown);
    assert_true(grown < 4096);
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    responses_client_free(client);
}

static void ten_thousand_calls_at_once(void **state)
{
    (void)state;
    enum { CALLS = 10000 };
    static responses_call *calls[CALLS];
    struct rlimit limit;
    responses_client *client = new_client();
    int descriptors = open_descriptors(), running = 0, failed = 0;
    long before = resident_kib();
    int64_t begin = now_ms();
    getrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < CALLS; i++)
        assert_int_equal(
            responses_create_stream_start(client, "{\"input\":\"silent\"}", NTS, &calls[i], NULL),
            RESPONSES_OK);
    for (int i = 0; i < CALLS; i++) {
        int status = responses_call_next(calls[i], NULL, NULL);
        running += status == RESPONSES_AGAIN;
        failed += status == RESPONSES_E_NETWORK;
    }
    long each = (resident_kib() - before) * 1024 / CALLS;
    int64_t started = now_ms();
    /* Where there are fewer descriptors than calls, the others say so. */
    print_message(
        "  %d ms to start, %d running, %d without a descriptor (limit %ld), %ld bytes each\n",
        (int)(started - begin), running, failed, (long)limit.rlim_cur, each);
    assert_int_equal(running + failed, CALLS);
    assert_true(each < 60000);
    for (int i = 0; i < CALLS; i++)
        responses_call_free(calls[i]);
    print_message("  %d ms to free\n", (int)(now_ms() - started));
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    responses_client_free(client);
    assert_true(open_descriptors() <= descriptors);
}

int main(void)
{
    const struct CMUnitTest limits[] = {
        cmocka_unit_test(descriptors_run_out),
        cmocka_unit_test(a_client_survives_without_descriptors),
        cmocka_unit_test(a_server_that_never_answers),
        cmocka_unit_test(waiting_costs_nothing),
        cmocka_unit_test(certificates_that_cannot_be_read),
        cmocka_unit_test(ten_thousand_calls_one_after_the_other),
        cmocka_unit_test(ten_thousand_calls_at_once),
    };
    peer = peer_start();
    int failed = run(limits);
    peer_stop(&peer);
    return failed;
}
