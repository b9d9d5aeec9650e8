/* Uploads: forms with a file from memory, a path, a descriptor or a callback, and attachments. */
#include <fcntl.h>
#include <sys/wait.h>

#include "test.h"

#define NTS    RESPONSES_NTS
#define ANSWER "{\"id\":\"file_1\",\"object\":\"file\"}"

static char bytes[5000];

static struct server *server;
static responses_client *client;
static responses_source *source;
static responses_response *response;
static responses_error *error;

static void forget(void)
{
    responses_error_free(error);
    responses_response_free(response);
    responses_source_free(source);
    error = NULL;
    response = NULL;
    source = NULL;
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    server = server_start();
    client = client_for(server);
    set(client, "retry_min_ms", "1");
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

static void from_memory(size_t n)
{
    assert_ok(responses_source_memory(bytes, n, &source, &error), error);
}

static int upload(const char *fields)
{
    return responses_upload(client, "/files", fields, NTS, source, &response, &error);
}

static void say_of_source(const char *name, const char *value)
{
    assert_ok(responses_source_set(source, name, value, &error), error);
}

/* That the index-th request has these fields and then the file, and nothing else. */
static void check_form(int index, const char *fields, const char *field, const char *filename,
                       const char *type, const void *content, size_t n)
{
    const struct request *request = server_request(server, index);
    const char *head = request_header(request, "Content-Type");
    char boundary[100];
    assert_int_equal(request_header_count(request, "Content-Type"), 1);
    assert_int_equal(sscanf(head, "multipart/form-data; boundary=%99s", boundary), 1);
    struct text expected = {0};
    for (const char *at = fields; at && *at;) {
        const char *equals = strchr(at, '='), *end = strchr(at, '&');
        if (!end)
            end = at + strlen(at);
        text_addf(&expected,
                  "--%s\r\nContent-Disposition: form-data; name=\"%.*s\"\r\n\r\n%.*s\r\n", boundary,
                  (int)(equals - at), at, (int)(end - equals - 1), equals + 1);
        at = *end ? end + 1 : NULL;
    }
    text_addf(&expected, "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n",
              boundary, field, filename);
    if (type)
        text_addf(&expected, "Content-Type: %s\r\n", type);
    text_add(&expected, "\r\n");
    if (n)
        text_add_bytes(&expected, content, n);
    text_addf(&expected, "\r\n--%s--\r\n", boundary);
    assert_int_equal(request->body_len, expected.len);
    assert_memory_equal(request->body, expected.data, expected.len);
    text_free(&expected);
}

static void a_file_from_memory_with_its_fields(void **state)
{
    (void)state;
    from_memory(sizeof bytes);
    say_of_source("filename", "report.pdf");
    say_of_source("media_type", "application/pdf");
    answer(server_expect(server), 200, ANSWER);
    assert_ok(upload("{\"purpose\":\"user_data\",\"expires_after\":{\"anchor\":\"created_at\","
                     "\"seconds\":3600},\"tags\":[\"a\",true],\"none\":null}"),
              error);
    assert_string_equal(responses_response_id(response), "file_1");
    check_form(0,
               "purpose=user_data&expires_after[anchor]=created_at&expires_after[seconds]=3600&"
               "tags[]=a&tags[]=true",
               "file", "report.pdf", "application/pdf", bytes, sizeof bytes);
    const struct request *request = server_request(server, 0);
    assert_string_equal(request->method, "POST");
    assert_string_equal(request->target, "/v1/files");
    assert_non_null(request_header(request, "Idempotency-Key"));
    assert_null(request_header(request, "Transfer-Encoding"));
    assert_null(request_header(request, "Expect"));
    assert_string_equal(request_header(request, "Accept"), "application/json");
}

static void nothing_is_a_file_too(void **state)
{
    (void)state;
    from_memory(0);
    answer(server_expect(server), 200, ANSWER);
    assert_ok(upload(NULL), error);
    check_form(0, NULL, "file", "file", "application/octet-stream", NULL, 0);
}

static void names_are_quoted_as_browsers_do(void **state)
{
    (void)state;
    from_memory(3);
    say_of_source("filename", "a\"b\r\nc\\\xC3\xA4.txt");
    say_of_source("field", "d\"");
    say_of_source("media_type", "");
    answer(server_expect(server), 200, ANSWER);
    assert_ok(upload("{\"x\\\"\\n\":\"y\\\"\\r\\n\"}"), error);
    check_form(0, "x%22%0A=y\"\r\n", "d%22", "a%22b%0D%0Ac\\\xC3\xA4.txt", NULL, bytes, 3);
}

static void a_type_of_the_program_does_not_get_in_the_way(void **state)
{
    (void)state;
    assert_ok(responses_client_set_header(client, "content-type", "text/plain", &error), error);
    from_memory(3);
    answer(server_expect(server), 200, ANSWER);
    assert_ok(upload(NULL), error);
    check_form(0, NULL, "file", "file", "application/octet-stream", bytes, 3);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    responses_source *none = (responses_source *)"x";
    assert_status(responses_source_memory(NULL, 3, &none, &error), RESPONSES_E_INVALID, error);
    assert_null(none);
    forget();
    assert_status(responses_source_file("/no/such/file", &none, &error), RESPONSES_E_INVALID,
                  error);
    assert_contains(message_of(error), "no such file");
    forget();
    assert_status(responses_source_file("/tmp", &none, &error), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "directory");
    forget();
    assert_status(responses_source_file("", &none, &error), RESPONSES_E_INVALID, error);
    forget();
    assert_status(responses_source_descriptor(-1, &none, &error), RESPONSES_E_INVALID, error);
    forget();
    const int fd = open("/dev/null", O_WRONLY);
    assert_status(responses_source_descriptor(fd, &none, &error), RESPONSES_E_INVALID, error);
    close(fd);
    forget();
    assert_status(responses_source_callback(NULL, NULL, 3, NULL, &none, &error),
                  RESPONSES_E_INVALID, error);
    forget();
    from_memory(3);
    assert_status(responses_source_set(source, "name", "x", &error), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "media_type");
    responses_error_free(error);
    assert_status(responses_source_set(source, "media_type", "a\r\nb", &error), RESPONSES_E_INVALID,
                  error);
    responses_error_free(error);
    assert_status(responses_source_set(source, "field", "", &error), RESPONSES_E_INVALID, error);
    responses_error_free(error);
    static const char *const fields[] = {"[]", "{", "1",
                                         "{\"a\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}"};
    for (size_t i = 0; i < COUNT(fields); i++) {
        assert_status(upload(fields[i]), RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "fields_json");
        responses_error_free(error);
    }
    assert_status(responses_upload(client, "files", NULL, 0, source, &response, &error),
                  RESPONSES_E_INVALID, error);
    responses_error_free(error);
    assert_status(responses_upload(client, "/files", NULL, 0, NULL, &response, &error),
                  RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "source");
}

static int temporary(size_t n)
{
    char path[] = "/tmp/responses-upload-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(write(fd, bytes, n), n);
    return fd;
}

static void a_file_by_its_path(void **state)
{
    (void)state;
    char path[] = "/tmp/responses-upload-XXXXXX";
    const int fd = mkstemp(path);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    assert_ok(responses_source_file(path, &source, &error), error);
    unlink(path); /* it is open */
    answer(server_expect(server), 200, ANSWER);
    assert_ok(upload(NULL), error);
    check_form(0, NULL, "file", strrchr(path, '/') + 1, "application/octet-stream", bytes,
               sizeof bytes);
    close(fd);
}

static void a_descriptor_from_where_it_is(void **state)
{
    (void)state;
    const int fd = temporary(sizeof bytes);
    assert_int_equal(lseek(fd, 100, SEEK_SET), 100);
    assert_ok(responses_source_descriptor(fd, &source, &error), error);
    for (int i = 0; i < 2; i++) {
        answer(server_expect(server), 200, ANSWER);
        assert_ok(upload(NULL), error);
        check_form(i, NULL, "file", "file", "application/octet-stream", bytes + 100,
                   sizeof bytes - 100);
        responses_response_free(response);
    }
    response = NULL;
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 100);
    close(fd);
}

static void a_file_that_has_become_shorter_is_named(void **state)
{
    (void)state;
    const int fd = temporary(sizeof bytes);
    lseek(fd, 0, SEEK_SET);
    assert_ok(responses_source_descriptor(fd, &source, &error), error);
    assert_int_equal(ftruncate(fd, 1000), 0);
    await_close(server_expect(server));
    assert_status(upload(NULL), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "1000 bytes, and not the 5000");
    close(fd);
    server_abandon(server);
    server = server_start();
}

static void a_pipe_is_sent_in_chunks_and_read_once(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, sizeof bytes), sizeof bytes);
    close(ends[1]);
    assert_ok(responses_source_descriptor(ends[0], &source, &error), error);
    close(ends[0]);
    answer(server_expect(server), 200, ANSWER);
    assert_ok(upload(NULL), error);
    assert_string_equal(request_header(server_request(server, 0), "Transfer-Encoding"), "chunked");
    assert_int_equal(request_header_count(server_request(server, 0), "Transfer-Encoding"), 1);
    check_form(0, NULL, "file", "file", "application/octet-stream", bytes, sizeof bytes);
    responses_response_free(response);
    response = NULL;
    await_close(server_expect(server));
    assert_status(upload(NULL), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "read before");
    server_abandon(server);
    server = server_start();
}

/* Gives `bytes` in pieces. */
struct giver {
    size_t at, end, piece;
    int answer_at, rewinds, may_rewind, reads;
    pid_t *child;
};

static int give(char *buffer, size_t capacity, size_t *n, void *user_data)
{
    struct giver *giver = user_data;
    giver->reads++;
    if (giver->child && *giver->child == -1)
        *giver->child = fork();
    if (giver->reads == giver->answer_at)
        return 9;
    size_t count = giver->end - giver->at;
    if (count > giver->piece)
        count = giver->piece;
    if (count > capacity)
        count = capacity;
    memcpy(buffer, bytes + giver->at, count);
    giver->at += count;
    *n = count;
    return 0;
}

static int give_anew(void *user_data)
{
    struct giver *giver = user_data;
    giver->rewinds++;
    giver->at = 0;
    return giver->may_rewind ? 0 : 1;
}

static void from_callback(struct giver *giver, int64_t size, int rewinds)
{
    assert_ok(
        responses_source_callback(give, rewinds ? give_anew : NULL, size, giver, &source, &error),
        error);
}

static void a_callback_gives_them_byte_by_byte(void **state)
{
    (void)state;
    for (int known = 0; known < 2; known++) {
        struct giver giver = {.end = 600, .piece = 1};
        from_callback(&giver, known ? 600 : -1, 0);
        answer(server_expect(server), 200, ANSWER);
        assert_ok(upload(NULL), error);
        check_form(known, NULL, "file", "file", "application/octet-stream", bytes, 600);
        forget();
    }
}

static void a_callback_that_gives_less_or_stops(void **state)
{
    (void)state;
    struct giver giver = {.end = 600, .piece = 100};
    from_callback(&giver, 700, 0);
    server_abandon(server);
    server = server_start();
    set(client, "base_url", server_url(server));
    await_close(server_expect(server));
    assert_status(upload(NULL), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "600 bytes, and not the 700");
    forget();
    struct giver other = {.end = 600, .piece = 100, .answer_at = 3};
    from_callback(&other, 600, 1);
    await_close(server_expect(server));
    assert_status(upload(NULL), RESPONSES_E_USER, error);
    assert_contains(message_of(error), "9");
    server_abandon(server);
    server = server_start();
}

static void what_can_be_read_again_is_sent_again(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    struct giver giver = {.end = 600, .piece = 100, .may_rewind = 1};
    from_callback(&giver, 600, 1);
    answer(server_expect(server), 503, "{}");
    hang_up(server_expect(server));
    answer(server_expect(server), 200, ANSWER);
    assert_ok(upload(NULL), error);
    assert_int_equal(giver.rewinds, 2);
    check_form(2, NULL, "file", "file", "application/octet-stream", bytes, 600);
    char key[100];
    snprintf(key, sizeof key, "%s", request_header(server_request(server, 0), "Idempotency-Key"));
    assert_string_equal(request_header(server_request(server, 2), "Idempotency-Key"), key);
}

static void what_cannot_is_not(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    struct giver giver = {.end = 600, .piece = 100};
    from_callback(&giver, 600, 0);
    answer(server_expect(server), 503, "{\"error\":{\"message\":\"busy\"}}");
    assert_status(upload(NULL), RESPONSES_E_API, error);
    assert_int_equal(responses_error_is_retryable(error), 1);
    assert_int_equal(server_requests(server), 1);
    forget();
    struct giver stubborn = {.end = 600, .piece = 100};
    from_callback(&stubborn, 600, 1);
    answer(server_expect(server), 503, "{}");
    assert_status(upload(NULL), RESPONSES_E_USER, error);
    assert_int_equal(server_requests(server), 2);
}

static void a_refusal_before_the_end_is_told(void **state)
{
    (void)state;
    enum { SIZE = 30 << 20 };
    char *large = calloc(1, SIZE);
    assert_ok(responses_source_memory(large, SIZE, &source, &error), error);
    struct exchange *x = server_at_accept(server);
    say(x, "HTTP/1.1 413 Too Large\r\nContent-Length: 37\r\nConnection: close\r\n\r\n"
           "{\"error\":{\"message\":\"it is too much\"}}");
    pause_for(x, 100);
    const int status = upload(NULL);
    assert_true(status == RESPONSES_E_API || status == RESPONSES_E_NETWORK);
    free(large);
    server_abandon(server);
    server = server_start();
}

static void it_can_be_started_in_an_event_loop(void **state)
{
    (void)state;
    enum { CALLS = 20 };
    responses_call *calls[CALLS], *ready;
    struct giver givers[CALLS];
    int done = 0;
    for (int i = 0; i < CALLS; i++) {
        givers[i] = (struct giver){.end = 600, .piece = 50};
        from_callback(&givers[i], 600, 0);
        answer(server_expect(server), 200, ANSWER);
        assert_ok(responses_upload_start(client, "/files", NULL, 0, source, &calls[i], &error),
                  error);
        forget(); /* the call has the source */
    }
    while (done < CALLS) {
        responses_client_dispatch(client);
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK) {
            const responses_event *event;
            const int status = responses_call_next(ready, &event, &error);
            done += status == RESPONSES_DONE;
            assert_true(status == RESPONSES_DONE || status == RESPONSES_AGAIN);
        }
    }
    for (int i = 0; i < CALLS; i++) {
        check_form(i, NULL, "file", "file", "application/octet-stream", bytes, 600);
        responses_call_free(calls[i]);
    }
}

static void one_call_at_a_time_reads_a_callback(void **state)
{
    (void)state;
    struct giver giver = {.end = 600, .piece = 50, .may_rewind = 1};
    responses_call *first, *second;
    const responses_event *event;
    from_callback(&giver, 600, 1);
    answer(server_expect(server), 200, ANSWER);
    assert_ok(responses_upload_start(client, "/files", NULL, 0, source, &first, &error), error);
    assert_ok(responses_upload_start(client, "/files", NULL, 0, source, &second, &error), error);
    assert_status(responses_call_next(second, &event, &error), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "another call");
    responses_error_free(error);
    responses_call_free(second);
    while (responses_call_wait(first, -1) == RESPONSES_OK &&
           responses_call_next(first, &event, &error) == RESPONSES_AGAIN)
        continue;
    assert_ok(responses_call_next(first, &event, &error) == RESPONSES_DONE ? 0 : -1, error);
    responses_call_free(first);
    /* and another afterwards */
    answer(server_expect(server), 200, ANSWER);
    assert_ok(upload(NULL), error);
    check_form(1, NULL, "file", "file", "application/octet-stream", bytes, 600);
}

static void a_call_that_is_freed_reads_no_more(void **state)
{
    (void)state;
    struct giver giver = {.end = 600, .piece = 1, .may_rewind = 1};
    responses_call *call;
    from_callback(&giver, 600, 1);
    await_close(server_at_accept(server));
    assert_ok(responses_upload_start(client, "/files", NULL, 0, source, &call, &error), error);
    responses_call_wait(call, 5);
    responses_call_free(call);
    const int reads = giver.reads;
    answer(server_expect(server), 200, ANSWER);
    giver.piece = 100;
    assert_ok(upload(NULL), error);
    assert_true(giver.reads > reads);
}

static void the_callback_may_fork(void **state)
{
    (void)state;
    pid_t child = -1;
    struct giver giver = {.end = 600, .piece = 100, .child = &child};
    from_callback(&giver, 600, 0);
    answer(server_expect(server), 200, ANSWER);
    const int status = upload(NULL);
    if (child == 0)
        _exit(status == RESPONSES_E_FORKED ? 0 : 1);
    assert_ok(status, error);
    int outcome = -1;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_int_equal(outcome, 0);
    check_form(0, NULL, "file", "file", "application/octet-stream", bytes, 600);
}

/* ---- attachments ---- */

static void attach(const char *name)
{
    assert_ok(responses_client_attach(client, name, source, &error), error);
}

static void an_attachment_is_sent_in_base64(void **state)
{
    (void)state;
    /* every length of padding, and every way to cut */
    static const char *const base64[] = {"", "YQ==", "YWI=", "YWJj", "YWJjZA=="};
    for (int i = 0; i < 5; i++) {
        for (int known = 0; known < 2; known++) {
            memcpy(bytes, "abcd", 4);
            struct giver giver = {.end = (size_t)i, .piece = 1};
            from_callback(&giver, known ? i : -1, 0);
            say_of_source("media_type", "image/png");
            attach("cat.png");
            answer(server_expect(server), 200, RESPONSE);
            assert_ok(responses_create(client,
                                       "{\"model\":\"m\",\"input\":[{\"image_url\": "
                                       "\"attachment:cat.png\" ,\"attachment:x\":1}]}",
                                       NTS, &response, &error),
                      error);
            char expected[200];
            snprintf(expected, sizeof expected,
                     "{\"model\":\"m\",\"input\":[{\"image_url\": \"data:image/png;base64,%s\" "
                     ",\"attachment:x\":1}]}",
                     base64[i]);
            const struct request *request = server_request(server, 2 * i + known);
            assert_string_equal(request->body, expected);
            assert_string_equal(request_header(request, "Content-Type"), "application/json");
            assert_true((request_header(request, "Content-Length") != NULL) == known);
            forget();
        }
    }
}

static void several_and_one_several_times(void **state)
{
    (void)state;
    memcpy(bytes, "abc", 3);
    from_memory(3);
    say_of_source("media_type", "");
    attach("a");
    responses_source_free(source);
    struct giver giver = {.end = 2, .piece = 100, .may_rewind = 1};
    from_callback(&giver, 2, 1);
    say_of_source("media_type", "x/y");
    attach("b");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(
        responses_send(client, "POST", "/x",
                       "[\"attachment:b\",\"attachment:a\",\"attachment:b\",\"attachment: a\"]",
                       NTS, &response, &error) == RESPONSES_E_INVALID
            ? 0
            : -1,
        error); /* a body is an object */
    forget();
    assert_ok(responses_send(client, "POST", "/x",
                             "{\"i\":[\"attachment:b\",\"attachment:a\",\"attachment:b\","
                             "\"attachment: a\",\"an attachment:a\"]}",
                             NTS, &response, &error),
              error);
    assert_string_equal(server_request(server, 0)->body,
                        "{\"i\":[\"data:x/y;base64,YWI=\",\"YWJj\",\"data:x/y;base64,YWI=\","
                        "\"attachment: a\",\"an attachment:a\"]}");
}

static void a_large_one_is_whole_in_every_way_to_call(void **state)
{
    (void)state;
    enum { SIZE = 3 * 200001 };
    char *large = malloc(SIZE);
    memset(large, 'x', SIZE);
    assert_ok(responses_source_memory(large, SIZE, &source, &error), error);
    say_of_source("media_type", "");
    attach("a");
    set(client, "max_retries", "1");
    answer(server_expect(server), 500, "{}");
    const char *end = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\","
                      "\"status\":\"completed\",\"output\":[]}}\n\n";
    answer_stream(server_expect(server), end, strlen(end));
    const char *json = "{\"a\":\"attachment:a\"}";
    assert_ok(responses_create_stream(client, json, NTS, NULL, NULL, &response, &error), error);
    for (int i = 0; i < 2; i++) {
        const struct request *request = server_request(server, i);
        const char *start = "{\"stream\":true,\"a\":\"";
        assert_int_equal(request->body_len, strlen(start) + SIZE / 3 * 4 + 2);
        assert_memory_equal(request->body, start, strlen(start));
        for (size_t at = 0; at < SIZE / 3 * 4; at += 4)
            assert_memory_equal(request->body + strlen(start) + at, "eHh4", 4);
    }
    free(large);
}

static void a_name_that_is_not_there_is_told(void **state)
{
    (void)state;
    const char *json = "{\"a\":\"attachment:dog\"}";
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, json, NTS, NULL, &error), error); /* there are none at all */
    assert_string_equal(server_request(server, 0)->body, json);
    from_memory(3);
    attach("cat");
    assert_status(responses_create(client, json, NTS, NULL, &error), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "attachment:dog");
    responses_error_free(error);
    responses_call *call;
    assert_status(responses_create_start(client, json, NTS, &call, &error), RESPONSES_E_INVALID,
                  error);
    responses_error_free(error);
    static const char *const names[] = {"", "a b", "a/b", "\xC3\xA4"};
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_status(responses_client_attach(client, names[i], source, &error),
                      RESPONSES_E_INVALID, error);
        responses_error_free(error);
    }
    assert_ok(responses_client_attach(client, "cat", NULL, &error), error);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, json, NTS, NULL, &error), error);
}

static void a_derived_client_begins_with_them(void **state)
{
    (void)state;
    responses_client *other;
    memcpy(bytes, "abc", 3);
    from_memory(3);
    attach("a");
    assert_ok(responses_client_derive(client, &other, &error), error);
    assert_ok(responses_client_attach(client, "a", NULL, &error), error);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(other, "{\"a\":\"attachment:a\"}", NTS, NULL, &error), error);
    assert_string_equal(server_request(server, 0)->body,
                        "{\"a\":\"data:application/octet-stream;base64,YWJj\"}");
    responses_client_free(other);
}

static void a_session_takes_none(void **state)
{
    (void)state;
    responses_session *session;
    responses_call *call;
    from_memory(3);
    attach("a");
    await_close(server_expect(server));
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    assert_status(
        responses_session_create_start(session, "{\"a\":\"attachment:a\"}", NTS, &call, &error),
        RESPONSES_E_UNSUPPORTED, error);
    assert_contains(message_of(error), "session");
    responses_session_free(session);
    server_abandon(server);
    server = server_start();
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_file_from_memory_with_its_fields),
        T(nothing_is_a_file_too),
        T(names_are_quoted_as_browsers_do),
        T(a_type_of_the_program_does_not_get_in_the_way),
        T(arguments_are_checked),
        T(a_file_by_its_path),
        T(a_descriptor_from_where_it_is),
        T(a_file_that_has_become_shorter_is_named),
        T(a_pipe_is_sent_in_chunks_and_read_once),
        T(a_callback_gives_them_byte_by_byte),
        T(a_callback_that_gives_less_or_stops),
        T(what_can_be_read_again_is_sent_again),
        T(what_cannot_is_not),
        T(a_refusal_before_the_end_is_told),
        T(it_can_be_started_in_an_event_loop),
        T(one_call_at_a_time_reads_a_callback),
        T(a_call_that_is_freed_reads_no_more),
        T(the_callback_may_fork),
        T(an_attachment_is_sent_in_base64),
        T(several_and_one_several_times),
        T(a_large_one_is_whole_in_every_way_to_call),
        T(a_name_that_is_not_there_is_told),
        T(a_derived_client_begins_with_them),
        T(a_session_takes_none),
    };
    return run(tests);
}
