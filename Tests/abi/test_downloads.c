/* Downloads: any bytes of any size, whole and once each, whatever happens on the way. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "test.h"

#define PATH "/files/file_1/content"
#define TAG  "ETag: \"v1\"\r\n"

/* Of all byte values, and with nothing that repeats soon. */
static char file[300];

static struct server *server;
static responses_client *client;
static responses_response *response;
static responses_error *error;
static struct text got;
static int calls, stop_after;

static int take(const char *bytes, size_t n, void *user_data)
{
    (void)user_data;
    assert_true(n > 0);
    text_add_bytes(&got, bytes, n);
    return ++calls == stop_after ? 7 : 0;
}

static void forget(void)
{
    responses_error_free(error);
    responses_response_free(response);
    error = NULL;
    response = NULL;
    text_free(&got);
    memset(&got, 0, sizeof got);
    calls = stop_after = 0;
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof file; i++)
        file[i] = (char)(i * 7 + i / 256);
    server = server_start();
    client = client_for(server);
    forget();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    forget();
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static int download(void)
{
    forget();
    return responses_download(client, PATH, take, NULL, &response, &error);
}

static void check_file(size_t len)
{
    assert_int_equal(got.len, len);
    assert_memory_equal(got.data, file, len);
}

static void whole(int status)
{
    assert_ok(status, error);
    check_file(sizeof file);
    assert_int_equal(responses_response_http_status(response), 200);
    size_t len;
    responses_response_json(response, &len);
    assert_int_equal(len, 0);
}

/* A head that announces all of it, and what `more` says; then the first `len` bytes. */
static struct exchange *begin(const char *more, size_t len)
{
    char head[400];
    struct exchange *x = server_expect(server);
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %zu\r\n%s\r\n",
             sizeof file, more);
    say(x, head);
    say_bytes(x, file, len);
    return x;
}

/* The rest, as it is asked for. */
static void send_rest(size_t from, const char *more)
{
    char headers[300];
    snprintf(headers, sizeof headers,
             "Content-Type: image/png\r\nContent-Range: bytes %zu-%zu/%zu\r\n%s", from,
             sizeof file - 1, sizeof file, more);
    answer_with(server_expect(server), 206, headers, file + from, sizeof file - from);
}

static void a_file_comes_as_it_is(void **state)
{
    (void)state;
    begin("Content-Disposition: attachment; filename=\"a.png\"\r\n", sizeof file);
    whole(download());
    assert_string_equal(responses_response_header(response, "content-type"), "image/png");
    const struct request *request = server_request(server, 0);
    assert_string_equal(request->method, "GET");
    assert_string_equal(request->target, "/v1" PATH);
    assert_string_equal(request_header(request, "Accept"), "*/*");
    assert_string_equal(request_header(request, "Accept-Encoding"), "identity");
    assert_int_equal(request_header_count(request, "Accept-Encoding"), 1);
    assert_non_null(request_header(request, "Authorization"));
    assert_null(request_header(request, "Range"));
    assert_null(request_header(request, "Idempotency-Key"));
}

static void a_header_of_the_program_stays(void **state)
{
    (void)state;
    assert_ok(responses_client_set_header(client, "Accept", "image/webp", &error), error);
    begin("", sizeof file);
    whole(download());
    assert_string_equal(request_header(server_request(server, 0), "Accept"), "image/webp");
    assert_int_equal(request_header_count(server_request(server, 0), "Accept"), 1);
}

static void it_comes_byte_for_byte_and_in_chunks(void **state)
{
    (void)state;
    struct exchange *x = begin("", 0);
    say_in_pieces(x, file, 40, 1);
    say_bytes(x, file + 40, sizeof file - 40);
    whole(download());
    x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (size_t i = 0; i < sizeof file; i += 100)
        stream_chunk(x, file + i, 100);
    stream_end(x);
    whole(download());
}

static void what_looks_like_events_or_an_error_is_a_file_too(void **state)
{
    static const char *const bodies[] = {"data: {}\n\n", "{\"error\":{\"message\":\"no\"}}", "{",
                                         "\xEF\xBB\xBFx", "<html>"};
    (void)state;
    set(client, "raw", "1"); /* does not matter */
    for (size_t i = 0; i < COUNT(bodies); i++) {
        answer_with(server_expect(server), 200, "Content-Type: text/event-stream\r\n", bodies[i],
                    strlen(bodies[i]));
        assert_ok(download(), error);
        assert_string_equal(got.data, bodies[i]);
    }
}

static void an_empty_file_is_one(void **state)
{
    (void)state;
    answer_with(server_expect(server), 200, "", "", 0);
    assert_ok(download(), error);
    assert_int_equal(got.len, 0);
    say(server_expect(server), "HTTP/1.1 204 No Content\r\n\r\n");
    assert_ok(download(), error);
    assert_int_equal(responses_response_http_status(response), 204);
}

static void a_refusal_is_an_error_and_no_file(void **state)
{
    (void)state;
    answer(server_expect(server), 404, "{\"error\":{\"message\":\"no such file\"}}");
    assert_status(download(), RESPONSES_E_API, error);
    assert_contains(message_of(error), "no such file");
    assert_int_equal(calls, 0);
    answer_with(server_expect(server), 302, "Location: https://elsewhere.example/x\r\n", "", 0);
    assert_status(download(), RESPONSES_E_HTTP, error);
}

static void a_path_that_leaves_base_url_is_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {"", "files", "/files/../models", "/a/%2e%2e/b", "/a b"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        assert_status(responses_download(client, paths[i], take, NULL, NULL, &error),
                      RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "path");
        forget();
    }
    assert_status(responses_download(client, NULL, take, NULL, NULL, &error), RESPONSES_E_INVALID,
                  error);
    forget();
    assert_status(responses_download(client, PATH, NULL, NULL, NULL, &error), RESPONSES_E_INVALID,
                  error);
    assert_int_equal(server_requests(server), 0);
}

static void before_the_first_byte_it_is_retried_as_any_request(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    set(client, "retry_min_ms", "1");
    answer(server_expect(server), 503, "{}");
    hang_up(begin(TAG, 0));
    begin(TAG, sizeof file);
    whole(download());
    assert_int_equal(responses_response_attempts(response), 3);
    assert_null(request_header(server_request(server, 2), "Range"));
}

static void cut_at_every_byte_the_rest_is_asked_for(void **state)
{
    (void)state;
    for (size_t cut = 1; cut < sizeof file; cut += cut < 20 || cut > 280 ? 1 : 13) {
        const int first = server_requests(server);
        hang_up(begin(TAG, cut));
        send_rest(cut, TAG);
        whole(download());
        char range[40];
        snprintf(range, sizeof range, "bytes=%zu-", cut);
        assert_string_equal(request_header(server_request(server, first + 1), "Range"), range);
        assert_string_equal(request_header(server_request(server, first + 1), "If-Range"),
                            "\"v1\"");
        assert_string_equal(responses_response_header(response, "content-length"), "300");
    }
}

static void it_goes_on_as_often_as_it_gets_on(void **state)
{
    (void)state;
    set(client, "resume_attempts", "2");
    hang_up(begin(TAG, 10));
    for (size_t from = 10; from < 290; from += 10) {
        char head[200];
        struct exchange *x = server_expect(server);
        snprintf(head, sizeof head,
                 "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %zu-299/300\r\n"
                 "Content-Length: %zu\r\n" TAG "\r\n",
                 from, sizeof file - from);
        say(x, head);
        say_bytes(x, file + from, 10);
        hang_up(x);
    }
    send_rest(290, TAG);
    whole(download());
}

static void it_ends_when_nothing_more_comes(void **state)
{
    (void)state;
    set(client, "resume_attempts", "2");
    set(client, "retry_min_ms", "1");
    hang_up(begin(TAG, 10));
    for (int i = 0; i < 2; i++)
        hang_up(server_expect(server));
    assert_status(download(), RESPONSES_E_TRUNCATED, error);
    assert_int_equal(responses_error_is_retryable(error), 1);
    check_file(10);
}

static void a_server_in_trouble_is_asked_again(void **state)
{
    (void)state;
    set(client, "retry_min_ms", "1");
    hang_up(begin(TAG, 10));
    answer(server_expect(server), 503, "{}");
    send_rest(10, TAG);
    whole(download());
    hang_up(begin(TAG, 10));
    answer(server_expect(server), 404, "{\"error\":{\"message\":\"it is gone\"}}");
    assert_status(download(), RESPONSES_E_TRUNCATED, error);
    assert_contains(message_of(error), "it is gone");
    check_file(10);
}

static void the_time_of_the_last_change_will_do(void **state)
{
    (void)state;
    const char *marks = "ETag: W/\"weak\"\r\nDate: Sun, 06 Nov 1994 08:49:38 GMT\r\n"
                        "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    hang_up(begin(marks, 10));
    send_rest(10, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    whole(download());
    assert_string_equal(request_header(server_request(server, 1), "If-Range"),
                        "Sun, 06 Nov 1994 08:49:37 GMT");
}

static void without_a_mark_the_rest_is_not_asked_for(void **state)
{
    (void)state;
    static const char *const marks[] = {
        "",
        "ETag: W/\"weak\"\r\n",
        "ETag: v1\r\n",
        "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
    };
    for (size_t i = 0; i < COUNT(marks); i++) {
        hang_up(begin(marks[i], 10));
        assert_status(download(), RESPONSES_E_TRUNCATED, error);
        assert_contains(message_of(error), "ETag");
        assert_true(got.len <= 10);
    }
    assert_int_equal(server_requests(server), COUNT(marks));
}

static void the_same_file_from_its_beginning_is_read_up_to_the_place(void **state)
{
    (void)state;
    for (size_t cut = 1; cut < sizeof file; cut += 37) {
        hang_up(begin(TAG, cut));
        begin(TAG "Accept-Ranges: none\r\n", sizeof file);
        whole(download());
    }
    /* and where that breaks before the place */
    hang_up(begin(TAG, 200));
    hang_up(begin(TAG, 100));
    send_rest(200, TAG);
    whole(download());
}

static void another_file_is_never_mixed_in(void **state)
{
    (void)state;
    const char *others[] = {"ETag: \"v2\"\r\n", "", "ETag: W/\"v1\"\r\n"};
    for (size_t i = 0; i < COUNT(others); i++) {
        hang_up(begin(TAG, 10));
        begin(others[i], sizeof file);
        assert_status(download(), RESPONSES_E_TRUNCATED, error);
        assert_contains(message_of(error), "another one");
        check_file(10);
    }
    hang_up(begin(TAG, 10));
    answer_with(server_expect(server), 200, TAG, file, 5);
    assert_status(download(), RESPONSES_E_TRUNCATED, error);
    check_file(10);
    hang_up(begin(TAG, 10));
    send_rest(10, "ETag: \"v2\"\r\n");
    assert_status(download(), RESPONSES_E_TRUNCATED, error);
    check_file(10);
}

static void another_part_is_refused(void **state)
{
    (void)state;
    static const char *const ranges[] = {"",
                                         "bytes 9-299/300",
                                         "bytes 11-299/300",
                                         "bytes 10-299/301",
                                         "bytes 10-5/300",
                                         "bytes 10-",
                                         "bytes */300",
                                         "items 10-299/300",
                                         "bytes 10-99999999999999999999/300",
                                         "bytes 10-300/300"};
    for (size_t i = 0; i < COUNT(ranges); i++) {
        char headers[200];
        snprintf(headers, sizeof headers, TAG "%s%s%s", *ranges[i] ? "Content-Range: " : "",
                 ranges[i], *ranges[i] ? "\r\n" : "");
        hang_up(begin(TAG, 10));
        answer_with(server_expect(server), 206, headers, file + 10, 290);
        assert_status(download(), RESPONSES_E_PROTOCOL, error);
        check_file(10);
    }
    /* one that nobody asked for */
    answer_with(server_expect(server), 206, "Content-Range: bytes 0-9/300\r\n", file, 10);
    assert_status(download(), RESPONSES_E_PROTOCOL, error);
    assert_int_equal(calls, 0);
}

static void a_part_may_be_shorter_than_was_asked_for(void **state)
{
    (void)state;
    hang_up(begin(TAG, 10));
    answer_with(server_expect(server), 206, TAG "Content-Range: bytes 10-99/300\r\n", file + 10,
                90);
    answer_with(server_expect(server), 206, TAG "Content-Range: bytes 100-299/*\r\n", file + 100,
                200);
    whole(download());
}

static void more_than_was_announced_is_refused(void **state)
{
    (void)state;
    hang_up(begin(TAG, 299));
    answer_with(server_expect(server), 206, TAG "Content-Range: bytes 299-299/300\r\n", "xyz", 3);
    assert_status(download(), RESPONSES_E_PROTOCOL, error);
    check_file(299);
}

static void when_only_the_end_was_lost_the_file_is_whole(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" TAG "\r\n");
    stream_chunk(x, file, sizeof file);
    hang_up(x);
    answer_with(server_expect(server), 416, TAG "Content-Range: bytes */300\r\n", "", 0);
    whole(download());
    /* and is not when there is less than was handed over, or another file */
    const char *ends[] = {TAG "Content-Range: bytes */200\r\n", TAG,
                          "ETag: \"v2\"\r\nContent-Range: bytes */300\r\n"};
    for (size_t i = 0; i < COUNT(ends); i++) {
        x = server_expect(server);
        say(x, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" TAG "\r\n");
        stream_chunk(x, file, sizeof file);
        hang_up(x);
        answer_with(server_expect(server), 416, ends[i], "", 0);
        assert_status(download(), RESPONSES_E_TRUNCATED, error);
        check_file(300);
    }
}

static void silence_in_the_middle_is_a_break(void **state)
{
    (void)state;
    set_limit(client, "idle_timeout_ms", 200);
    await_close(begin(TAG, 10));
    send_rest(10, TAG);
    whole(download());
}

static void the_callback_stops_it(void **state)
{
    (void)state;
    begin("", sizeof file);
    forget();
    stop_after = 1;
    assert_status(responses_download(client, PATH, take, NULL, &response, &error), RESPONSES_E_USER,
                  error);
    assert_contains(message_of(error), "7");
    assert_null(response);
    assert_int_equal(calls, 1);
}

static void a_descriptor_takes_it(void **state)
{
    (void)state;
    char path[] = "/tmp/responses-download-XXXXXX", back[400];
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    hang_up(begin(TAG, 77));
    send_rest(77, TAG);
    assert_int_equal(write(fd, "0123", 4), 4);
    assert_ok(responses_download_to(client, PATH, fd, &response, &error), error);
    assert_int_equal(pread(fd, back, sizeof back, 0), 4 + sizeof file);
    assert_memory_equal(back + 4, file, sizeof file);
    close(fd);
}

static void a_descriptor_that_takes_no_more_ends_it(void **state)
{
    (void)state;
    const int full = open("/dev/full", O_WRONLY), closed = open("/dev/null", O_RDONLY);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]); /* nobody reads it: no SIGPIPE either */
    const int fds[] = {full, closed, ends[1]};
    const char *const words[] = {"no space", "not open", "pipe"};
    for (size_t i = 0; i < COUNT(fds); i++) {
        begin("", sizeof file);
        assert_status(responses_download_to(client, PATH, fds[i], &response, &error),
                      RESPONSES_E_USER, error);
        assert_contains(message_of(error), words[i]);
        forget();
        close(fds[i]);
    }
    assert_status(responses_download_to(client, PATH, -1, &response, &error), RESPONSES_E_INVALID,
                  error);
}

/* Reads a started call to its end. */
static int read_all(responses_call *call, int *heads)
{
    const char *bytes;
    size_t n;
    int status;
    *heads = 0;
    while ((status = responses_call_next_bytes(call, &bytes, &n, &error)) >= RESPONSES_OK &&
           status != RESPONSES_DONE) {
        if (status == RESPONSES_AGAIN)
            assert_true(responses_call_wait(call, -1) >= RESPONSES_OK);
        else if (n == 0)
            ++*heads;
        else
            text_add_bytes(&got, bytes, n);
    }
    return status;
}

static void it_can_be_pulled(void **state)
{
    (void)state;
    responses_call *call;
    const responses_event *event;
    int heads;
    hang_up(begin(TAG, 120));
    send_rest(120, TAG);
    assert_ok(responses_download_start(client, PATH, &call, &error), error);
    assert_status(responses_call_next(call, &event, &error), RESPONSES_E_INVALID, error);
    responses_error_free(error);
    assert_status(read_all(call, &heads), RESPONSES_DONE, error);
    check_file(sizeof file);
    assert_int_equal(heads, 1);
    assert_string_equal(responses_response_header(responses_call_response(call), "content-type"),
                        "image/png");
    assert_status(read_all(call, &heads), RESPONSES_DONE, error);
    responses_call_free(call);
}

static void it_can_be_read_in_an_event_loop(void **state)
{
    (void)state;
    enum { CALLS = 20 };
    responses_call *calls_of[CALLS], *ready;
    struct text each[CALLS];
    int done = 0;
    memset(each, 0, sizeof each);
    for (int i = 0; i < CALLS; i++) {
        begin("", sizeof file);
        assert_ok(responses_download_start(client, PATH, &calls_of[i], &error), error);
        responses_call_set_user_data(calls_of[i], &each[i]);
    }
    while (done < CALLS) {
        responses_client_dispatch(client);
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK) {
            const char *bytes;
            size_t n;
            int status;
            while ((status = responses_call_next_bytes(ready, &bytes, &n, &error)) == RESPONSES_OK)
                text_add_bytes(responses_call_user_data(ready), bytes, n);
            done += status == RESPONSES_DONE;
            assert_true(status == RESPONSES_DONE || status == RESPONSES_AGAIN);
        }
    }
    for (int i = 0; i < CALLS; i++) {
        assert_int_equal(each[i].len, sizeof file);
        assert_memory_equal(each[i].data, file, sizeof file);
        text_free(&each[i]);
        responses_call_free(calls_of[i]);
    }
}

static void a_reader_who_waits_holds_the_server_up(void **state)
{
    (void)state;
    enum { SIZE = 20 << 20 };
    char *large = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        large[i] = (char)(i * 31 + (i >> 9));
    set(client, "max_queue_bytes", "65536");
    answer_with(server_expect(server), 200, "", large, SIZE);
    responses_call *call;
    assert_ok(responses_download_start(client, PATH, &call, &error), error);
    for (int i = 0; i < 20; i++) {
        responses_call_wait(call, 0);
        sleep_ms(10);
    }
    /* What the sockets hold, and no more. */
    assert_true(server_bytes_sent(server) < SIZE / 2);
    int heads;
    assert_status(read_all(call, &heads), RESPONSES_DONE, error);
    assert_int_equal(got.len, SIZE);
    assert_memory_equal(got.data, large, SIZE);
    responses_call_free(call);
    free(large);
}

static void drive_for_a_while(void)
{
    for (int i = 0; i < 4; i++) {
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        sleep_ms(1);
    }
}

/* All of it has come, and libcurl holds the rest for a transfer that is paused: when that goes on, no socket has
   anything more to tell. Where libcurl cuts what comes decides which of these are of that kind. */
static void an_end_that_was_held_comes_at_once(void **state)
{
    (void)state;
    enum { MOST = 150000 };
    char *body = malloc(MOST);
    memset(body, 'x', MOST);
    set(client, "max_queue_bytes", "1024");
    for (size_t size = 1000; size < MOST; size += 1000) {
        answer_with(server_expect(server), 200, "", body, size);
        responses_call *call;
        assert_ok(responses_download_start(client, PATH, &call, &error), error);
        size_t sum = 0, n;
        const char *bytes;
        int status;
        drive_for_a_while();
        while ((status = responses_call_next_bytes(call, &bytes, &n, &error)) != RESPONSES_DONE) {
            if (status == RESPONSES_AGAIN) {
                assert_int_equal(responses_call_wait(call, at_most(5000)), RESPONSES_OK);
                continue;
            }
            sum += n;
            if (sum + 40000 < size)
                drive_for_a_while();
        }
        assert_int_equal(sum, size);
        responses_call_free(call);
    }
    free(body);
}

static void it_can_be_cancelled_at_any_moment(void **state)
{
    (void)state;
    for (int moment = 0; moment < 4; moment++) {
        responses_call *call;
        const char *bytes;
        size_t n;
        await_close(begin(TAG, 10));
        assert_ok(responses_download_start(client, PATH, &call, &error), error);
        if (moment > 0)
            assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
        for (int i = 1; i < moment; i++) {
            while (responses_call_next_bytes(call, &bytes, &n, &error) == RESPONSES_AGAIN)
                responses_call_wait(call, -1);
        }
        while (server_requests(server) <= moment)
            responses_call_wait(call, 5);
        assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
        assert_status(responses_call_next_bytes(call, &bytes, &n, &error), RESPONSES_E_CANCELLED,
                      error);
        responses_call_free(call);
        forget();
    }
}

static int in_child(const char *bytes, size_t n, void *user_data)
{
    (void)bytes, (void)n;
    pid_t *child = user_data;
    if (*child == -1)
        *child = fork();
    return 0;
}

static void the_callback_may_fork(void **state)
{
    (void)state;
    pid_t child = -1;
    begin("", sizeof file);
    const int status = responses_download(client, PATH, in_child, &child, &response, &error);
    if (child == 0)
        _exit(status == RESPONSES_E_FORKED ? 0 : 1);
    assert_ok(status, error);
    int outcome = -1;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_int_equal(outcome, 0);
}

static void the_parents_download_is_the_parents(void **state)
{
    (void)state;
    responses_call *call;
    const char *bytes;
    size_t n;
    int heads, outcome = -1;
    begin("", sizeof file);
    assert_ok(responses_download_start(client, PATH, &call, &error), error);
    const pid_t child = fork();
    if (child == 0) {
        const int status = responses_call_next_bytes(call, &bytes, &n, NULL);
        responses_call_free(call);
        _exit(status == RESPONSES_E_FORKED ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_int_equal(outcome, 0);
    assert_status(read_all(call, &heads), RESPONSES_DONE, error);
    check_file(sizeof file);
    responses_call_free(call);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_file_comes_as_it_is),
        T(a_header_of_the_program_stays),
        T(it_comes_byte_for_byte_and_in_chunks),
        T(what_looks_like_events_or_an_error_is_a_file_too),
        T(an_empty_file_is_one),
        T(a_refusal_is_an_error_and_no_file),
        T(a_path_that_leaves_base_url_is_refused),
        T(before_the_first_byte_it_is_retried_as_any_request),
        T(cut_at_every_byte_the_rest_is_asked_for),
        T(it_goes_on_as_often_as_it_gets_on),
        T(it_ends_when_nothing_more_comes),
        T(a_server_in_trouble_is_asked_again),
        T(the_time_of_the_last_change_will_do),
        T(without_a_mark_the_rest_is_not_asked_for),
        T(the_same_file_from_its_beginning_is_read_up_to_the_place),
        T(another_file_is_never_mixed_in),
        T(another_part_is_refused),
        T(a_part_may_be_shorter_than_was_asked_for),
        T(more_than_was_announced_is_refused),
        T(when_only_the_end_was_lost_the_file_is_whole),
        T(silence_in_the_middle_is_a_break),
        T(the_callback_stops_it),
        T(a_descriptor_takes_it),
        T(a_descriptor_that_takes_no_more_ends_it),
        T(it_can_be_pulled),
        T(it_can_be_read_in_an_event_loop),
        T(a_reader_who_waits_holds_the_server_up),
        T(an_end_that_was_held_comes_at_once),
        T(it_can_be_cancelled_at_any_moment),
        T(the_callback_may_fork),
        T(the_parents_download_is_the_parents),
    };
    return run(tests);
}
