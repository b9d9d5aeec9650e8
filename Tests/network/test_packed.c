/* Answers that are packed: what they unpack to has limits, and so has what is kept of one that is not
   read, over both versions of HTTP. */
#include "network.h"

#define NTS RESPONSES_NTS

static struct process *server;
static responses_client *client;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    server = tls_server(NULL);
    client = client_of(server, NULL);
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_client_free(client);
    process_stop(server);
    return 0;
}

static void forget(void)
{
    responses_error_free(error);
    error = NULL;
}

/* Kibibytes on the heap, at most and at the end, while one stream is left unread for three seconds. */
struct heap {
    int most, last;
};

static struct heap leave_unread(responses_call **unread, const char *plan)
{
    struct heap heap = {0};
    responses_call *other = NULL;
    struct events events = {0};
    set(client, "max_queue_bytes", "65536");
    set_plan(client, server, "events=300,delay=10");
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &other, &error), error);
    size_t before = heap_in_use();
    set_plan(client, server, plan);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, unread, &error), error);
    int status;
    for (;;) {
        const responses_event *event = NULL;
        status = responses_call_next(other, &event, &error);
        if (status == RESPONSES_OK)
            hear(&events, event);
        else if (status == RESPONSES_AGAIN)
            responses_call_wait(other, 1000);
        else
            break;
        heap.last = ((int)heap_in_use() - (int)before) / 1024;
        if (heap.last > heap.most)
            heap.most = heap.last;
    }
    assert_status(status, RESPONSES_DONE, error);
    check_numbers(&events, 0, 300);
    events_free(&events);
    responses_call_free(other);
    print_message("of the unread stream: at most %d KiB, %d KiB three seconds later\n", heap.most,
                  heap.last);
    return heap;
}

/* 24 MB that do not get smaller when they are packed. */
static void what_libcurl_keeps_packed_is_limited(void **state)
{
    (void)state;
    responses_call *unread = NULL;
    struct events events = {0};
    set(client, "http_version", "2");
    struct heap heap = leave_unread(&unread, "events=400,size=60000,gzip=1,noise=1");
    assert_in_range(heap.most, 256, 68 << 10);
    assert_in_range(heap.last, 0, 1 << 10);
    assert_status(read_call(unread, &events, &error), RESPONSES_E_LIMIT, error);
    assert_contains(message_of(error), "max_queue_bytes");
    assert_true(events.count > 0);
    check_numbers(&events, 0, events.count);
    assert_int_equal(responses_error_last_sequence(error), events.count - 1);
    events_free(&events);
    responses_call_free(unread);
}

static void a_packed_stream_that_can_be_resumed_is(void **state)
{
    (void)state;
    responses_call *unread = NULL;
    struct events events = {0};
    set(client, "http_version", "2");
    struct heap heap = leave_unread(&unread, "events=400,size=60000,gzip=1,noise=1,background=1");
    assert_in_range(heap.last, 0, 1 << 10);
    assert_status(read_call(unread, &events, &error), RESPONSES_DONE, error);
    check_numbers(&events, 0, 400);
    events_free(&events);
    responses_call_free(unread);
}

/* 24 MB that are 30 KB when they are packed. libcurl unpacks what it has received, and keeps it in a block
   of at most 64 MB; what is unread in there comes to nobody's harm, and is not lost. */
static void check_unpacked(const char *version)
{
    responses_call *unread = NULL;
    struct events events = {0};
    set(client, "http_version", version);
    struct heap heap = leave_unread(&unread, "events=400,size=60000,gzip=1");
    assert_in_range(heap.most, 64, 68 << 10);
    assert_status(read_call(unread, &events, &error), RESPONSES_DONE, error);
    check_numbers(&events, 0, 400);
    events_free(&events);
    responses_call_free(unread);
}

static void what_libcurl_has_unpacked_over_http_1_1_is_limited(void **state)
{
    (void)state;
    check_unpacked("1.1");
}

static void what_libcurl_has_unpacked_over_http_2_is_limited(void **state)
{
    (void)state;
    check_unpacked("2");
}

/* 64 MB in 64 KB: as an event, and as a document. */
static void check_bombs(const char *version)
{
    size_t before = heap_in_use();
    set(client, "http_version", version);
    set(client, "max_event_bytes", "100000");
    set(client, "max_response_bytes", "1000000");
    set_plan(client, server, "events=3,size=67108864,gzip=1");
    responses_error_free(check_broken_stream(client, RESPONSES_E_LIMIT, 1));
    set_plan(client, server, "size=67108864,gzip=1");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_LIMIT, error);
    assert_contains(message_of(error), "max_response_bytes");
    forget();
    print_message("kept: %d KiB\n", ((int)heap_in_use() - (int)before) / 1024);
    assert_in_range(((int)heap_in_use() - (int)before) / 1024, 0, 1 << 10);
    /* The client works on. */
    set_plan(client, server, "gzip=1");
    check_whole_stream(client, 11);
}

static void bombs_do_not_go_off_over_http_1_1(void **state)
{
    (void)state;
    check_bombs("1.1");
}

static void bombs_do_not_go_off_over_http_2(void **state)
{
    (void)state;
    check_bombs("2");
    assert_true(count_at(server, "h2") >= 3);
}

int main(void)
{
    const struct CMUnitTest packed[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(what_libcurl_keeps_packed_is_limited),
        TEST(a_packed_stream_that_can_be_resumed_is),
        TEST(what_libcurl_has_unpacked_over_http_1_1_is_limited),
        TEST(what_libcurl_has_unpacked_over_http_2_is_limited),
        TEST(bombs_do_not_go_off_over_http_1_1),
        TEST(bombs_do_not_go_off_over_http_2),
    };
    return run(packed);
}
