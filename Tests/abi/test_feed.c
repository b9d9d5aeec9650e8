/* Bytes that a program received by itself: events and a response of a call that sends nothing. */
#include "test.h"

#include <dirent.h>
#include <sys/wait.h>

#define NTS RESPONSES_NTS

static responses_call *call;
static responses_error *error;
static struct sse sse;
static struct events events;

static int setup(void **state)
{
    (void)state;
    error = NULL;
    call = NULL;
    memset(&events, 0, sizeof events);
    sse_hello(&sse, "resp_1");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_call_free(call);
    events_free(&events);
    sse_free(&sse);
    return 0;
}

static void start(responses_client *client)
{
    responses_call_free(call);
    responses_error_free(error);
    events_free(&events);
    assert_ok(responses_decode_start(client, &call, &error), error);
}

/* Reads what there is; returns what comes after it. */
static int read_on(void)
{
    const responses_event *event;
    int status;
    responses_error_free(error);
    while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
        hear(&events, event);
    return status;
}

static int feed(const char *bytes, size_t len)
{
    /* A copy of its own size, so that a byte beyond it is noticed. */
    char *copy = malloc(len ? len : 1);
    memcpy(copy, bytes, len);
    responses_error_free(error);
    error = NULL;
    int status = responses_call_feed(call, copy, len, &error);
    free(copy);
    return status;
}

static int feed_end(void)
{
    assert_ok(responses_call_feed_end(call, &error), error);
    return read_on();
}

static void pieces_of_any_size_have_the_same_events(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= sse.text.len; piece += piece < 40 ? 1 : 97) {
        start(NULL);
        int status = RESPONSES_AGAIN;
        for (size_t at = 0; at < sse.text.len; at += piece) {
            size_t rest = sse.text.len - at;
            assert_int_equal(status, RESPONSES_AGAIN);
            assert_ok(feed(sse.text.data + at, rest < piece ? rest : piece), error);
            status = read_on();
        }
        assert_status(status, RESPONSES_DONE, error);
        check_heard(&events, &sse, sse.count);
        const responses_response *response = responses_call_response(call);
        assert_string_equal(responses_response_text(response, NULL), "Hello, world!");
        assert_string_equal(responses_response_status(response), "completed");
        assert_int_equal(responses_response_http_status(response), 0);
    }
}

static void what_is_not_read_is_kept(void **state)
{
    (void)state;
    start(NULL);
    for (size_t i = 0; i < sse.text.len; i++)
        assert_ok(feed(sse.text.data + i, 1), error);
    assert_status(feed_end(), RESPONSES_DONE, error);
    check_heard(&events, &sse, sse.count);
}

static void an_event_that_was_looked_for_stays_whole(void **state)
{
    (void)state;
    for (int i = 0; i < sse.count - 1; i++) {
        start(NULL);
        assert_ok(feed(sse.text.data, sse.end[i]), error);
        /* Looks ahead: the first event is at hand, and not handed over. */
        assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
        assert_ok(feed(sse.text.data + sse.end[i], sse.text.len - sse.end[i]), error);
        assert_status(read_on(), RESPONSES_DONE, error);
        check_heard(&events, &sse, sse.count);
    }
}

static void large_events_are_fed_before_they_are_used_up(void **state)
{
    (void)state;
    enum { SIZE = 200000, PIECE = 5000 };
    struct sse large;
    char *word = malloc(SIZE + 1);
    memset(word, 'w', SIZE);
    word[SIZE] = 0;
    sse_begin(&large, "resp_1");
    sse_created(&large);
    sse_message(&large, 0, "msg_1", (const char *[]){word, word, NULL});
    sse_completed(&large);
    for (int goes_on = 0; goes_on < 2; goes_on++) {
        start(NULL);
        const responses_event *event;
        for (size_t at = 0; at < large.text.len; at += PIECE) {
            size_t rest = large.text.len - at;
            assert_ok(feed(large.text.data + at, rest < PIECE ? rest : PIECE), error);
            /* One event at most, or all of them, between two pieces. */
            if (goes_on)
                (void)read_on();
            else if (responses_call_next(call, &event, NULL) == RESPONSES_OK)
                hear(&events, event);
        }
        assert_status(read_on(), RESPONSES_DONE, error);
        check_heard(&events, &large, large.count);
        size_t len;
        const responses_response *response = responses_call_response(call);
        assert_non_null(responses_response_text(response, &len));
        assert_int_equal(len, 2 * SIZE);
    }
    free(word);
    sse_free(&large);
}

static void a_stream_that_is_cut_is_truncated(void **state)
{
    (void)state;
    size_t last = sse.end[sse.count - 1];
    for (size_t cut = 0; cut + 2 < last; cut += 3) {
        start(NULL);
        assert_ok(feed(sse.text.data, cut), error);
        assert_status(feed_end(), RESPONSES_E_TRUNCATED, error);
        int whole = 0;
        while (whole < sse.count && sse.end[whole] <= cut)
            whole++;
        assert_in_range(events.count, whole, whole + 1);
        assert_int_equal(responses_error_last_sequence(error), events.count - 1);
        /* It says so again, and takes no more. */
        assert_status(read_on(), RESPONSES_E_TRUNCATED, error);
        assert_status(feed("x", 1), RESPONSES_E_INVALID, error);
    }
}

static void failures_are_those_of_any_stream(void **state)
{
    (void)state;
    start(NULL);
    static const char failed[] =
        "data: "
        "{\"type\":\"response.created\",\"response\":{\"id\":\"resp_9\",\"background\":true}}\n\n"
        "data: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"}\n\n";
    assert_ok(feed(failed, sizeof failed - 1), error);
    assert_status(read_on(), RESPONSES_AGAIN, error);
    assert_status(feed_end(), RESPONSES_E_API, error);
    assert_string_equal(field(error, RESPONSES_ERROR_CODE), "rate_limit_exceeded");
    assert_int_equal(responses_error_is_retryable(error), 1);
    assert_int_equal(events.count, 2);

    /* A background response that breaks off would be resumed; here the program knows where to go on. */
    start(NULL);
    assert_ok(feed(failed, (size_t)(strstr(failed, "\n\n") + 2 - failed)), error);
    assert_status(feed_end(), RESPONSES_E_TRUNCATED, error);
    assert_string_equal(field(error, RESPONSES_ERROR_RESPONSE_ID), "resp_9");

    start(NULL);
    assert_ok(feed("data: [1]\n\n", 11), error);
    assert_status(read_on(), RESPONSES_E_PROTOCOL, error);

    start(NULL);
    assert_status(feed_end(), RESPONSES_E_TRUNCATED, error);
    assert_null(responses_call_response(call));
}

static void the_limits_are_those_of_a_client(void **state)
{
    (void)state;
    responses_client *client = client_at("http://127.0.0.1:1/v1");
    set(client, "max_event_bytes", "1024");
    set(client, "raw", "1");
    set(client, "max_retries", "9");
    start(client);
    responses_client_free(client);
    char *large = malloc(3000);
    memset(large, 'x', 3000);
    memcpy(large, "data: {\"a\":\"", 12);
    assert_ok(feed(large, 3000), error);
    free(large);
    assert_status(read_on(), RESPONSES_E_LIMIT, error);
    assert_contains(message_of(error), "max_event_bytes");
}

static int descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void it_reaches_nobody(void **state)
{
    (void)state;
    int before = descriptors();
    start(NULL);
    assert_int_equal(descriptors(), before);
    int64_t begin = now_ms();
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_AGAIN);
    assert_int_equal(responses_call_wait(call, 100000), RESPONSES_AGAIN);
    assert_true(now_ms() - begin < at_most(50000));
    assert_ok(feed(sse.text.data, sse.text.len), error);
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    assert_int_equal(descriptors(), before);
    assert_status(read_on(), RESPONSES_DONE, error);

    start(NULL);
    assert_ok(feed(sse.text.data, sse.end[2]), error);
    assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
    assert_status(read_on(), RESPONSES_E_CANCELLED, error);
}

static void batches_are_read_from_it(void **state)
{
    (void)state;
    start(NULL);
    assert_ok(feed(sse.text.data, sse.text.len), error);
    char buffer[65536];
    size_t len = 0;
    int count = 0;
    assert_ok(responses_call_next_batch(call, 0, buffer, sizeof buffer, &len, &count, &error),
              error);
    assert_int_equal(count, sse.count);
    assert_status(read_on(), RESPONSES_DONE, error);
}

static void any_other_call_takes_none(void **state)
{
    (void)state;
    responses_client *client = client_at("http://127.0.0.1:1/v1");
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    assert_status(feed("x", 1), RESPONSES_E_INVALID, error);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "call");
    assert_int_equal(responses_call_feed_end(call, NULL), RESPONSES_E_INVALID);
    responses_client_free(client);
    start(NULL);
    assert_int_equal(responses_call_feed(call, NULL, 3, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_call_feed(NULL, "x", 1, NULL), RESPONSES_E_INVALID);
    assert_int_equal(responses_call_feed(call, "", 0, NULL), RESPONSES_OK);
    assert_int_equal(responses_decode_start(NULL, NULL, NULL), RESPONSES_OK);
}

static void a_child_process_has_none_of_it(void **state)
{
    (void)state;
    start(NULL);
    pid_t child = fork();
    if (child == 0) {
        int status = responses_call_feed(call, "x", 1, NULL);
        responses_call_free(call);
        _exit(status == RESPONSES_E_FORKED ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_ok(feed(sse.text.data, sse.text.len), error);
    assert_status(read_on(), RESPONSES_DONE, error);
}

int main(void)
{
    const struct CMUnitTest feeding[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(pieces_of_any_size_have_the_same_events),
        TEST(what_is_not_read_is_kept),
        TEST(an_event_that_was_looked_for_stays_whole),
        TEST(large_events_are_fed_before_they_are_used_up),
        TEST(a_stream_that_is_cut_is_truncated),
        TEST(failures_are_those_of_any_stream),
        TEST(the_limits_are_those_of_a_client),
        TEST(it_reaches_nobody),
        TEST(batches_are_read_from_it),
        TEST(any_other_call_takes_none),
        TEST(a_child_process_has_none_of_it),
    };
    return run(feeding);
}
