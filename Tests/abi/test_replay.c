/* Attempts that are recorded, and come again without a server. */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <poll.h>
#include <sys/wait.h>

#define NTS        RESPONSES_NTS
#define QUICK      "Retry-After-Ms: 1\r\n"
#define BACKGROUND "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}"

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_response *response;
static responses_error *error;
static struct sse sse;
static char path[] = "/tmp/responses-replay-XXXXXX";

static int setup(void **state)
{
    (void)state;
    strcpy(path + sizeof path - 7, "XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    server = server_start();
    client = client_for(server);
    set(client, "record_file", path);
    sse_hello(&sse, "resp_1");
    call = NULL;
    response = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(response);
    responses_call_free(call);
    sse_free(&sse);
    responses_client_free(client);
    if (server)
        server_stop(server);
    unlink(path);
    return 0;
}

/* From now on there is no server. */
static void replay(void)
{
    server_stop(server);
    server = NULL;
    set(client, "record_file", NULL);
    set(client, "replay_file", path);
    responses_error_free(error);
    responses_response_free(response);
    error = NULL;
    response = NULL;
}

static void refuse(int status, const char *headers, const char *body)
{
    answer_with(server_expect(server), status, headers, body, strlen(body));
}

static int create(const char *json)
{
    responses_error_free(error);
    responses_response_free(response);
    return responses_create(client, json, NTS, &response, &error);
}

static void check_same(const struct played *a, const struct played *b)
{
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->events.count, b->events.count);
    for (int i = 0; i < a->events.count; i++)
        assert_string_equal(a->events.list[i].json, b->events.list[i].json);
    assert_int_equal(!a->response, !b->response);
    if (a->response) {
        assert_string_equal(responses_response_json(a->response, NULL),
                            responses_response_json(b->response, NULL));
        assert_string_equal(responses_response_headers(a->response, NULL),
                            responses_response_headers(b->response, NULL));
        assert_string_equal(responses_response_http_version(a->response),
                            responses_response_http_version(b->response));
    }
    assert_string_equal(message_of(a->error), message_of(b->error));
    assert_int_equal(responses_error_phase(a->error), responses_error_phase(b->error));
    assert_int_equal(responses_error_is_retryable(a->error),
                     responses_error_is_retryable(b->error));
    assert_string_equal(field(a->error, RESPONSES_ERROR_BODY),
                        field(b->error, RESPONSES_ERROR_BODY));
}

static void a_document_comes_again(void **state)
{
    (void)state;
    answer_with(server_expect(server), 200, "X-Request-Id: req_7\r\nX-Odd:  a  b\r\n", RESPONSE,
                strlen(RESPONSE));
    assert_ok(create(REQUEST), error);
    struct text headers = {0};
    text_add(&headers, responses_response_headers(response, NULL));
    replay();
    /* The members in another order. */
    assert_ok(create("{\"input\" : \"h\\u0069\", \"model\":\"m\"}"), error);
    assert_string_equal(responses_response_json(response, NULL), RESPONSE);
    assert_string_equal(responses_response_request_id(response), "req_7");
    assert_string_equal(responses_response_headers(response, NULL), headers.data);
    assert_int_equal(responses_response_attempts(response), 1);
    text_free(&headers);
}

static void a_stream_comes_again(void **state)
{
    (void)state;
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played first = play(client);
    assert_ok(first.status, first.error);
    replay();
    struct played second = play(client);
    check_heard(&second.events, &sse, sse.count);
    check_same(&first, &second);
    played_free(&first);
    played_free(&second);
}

/* The stream in pieces of every size, cut in two at every byte. */
static void pieces_come_again(void **state)
{
    (void)state;
    const size_t step = is_slow() ? 97 : 13;
    int count = 0;
    for (size_t cut = 1; cut < sse.text.len; cut += step, count++) {
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        stream_chunk(x, sse.text.data, cut);
        wait_for_go(x);
        stream_chunk(x, sse.text.data + cut, sse.text.len - cut);
        stream_end(x);
        assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
        /* One byte alone makes no event, but has arrived. */
        assert_int_equal(responses_call_wait(call, cut < sse.end[0] ? 20 : -1),
                         cut < sse.end[0] ? RESPONSES_AGAIN : RESPONSES_OK);
        server_go(server);
        assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
        responses_call_free(call);
        call = NULL;
    }
    replay();
    while (count-- > 0) {
        struct played played = play(client);
        check_heard(&played.events, &sse, sse.count);
        assert_ok(played.status, played.error);
        played_free(&played);
    }
}

static void read_raw(struct text *text)
{
    const char *bytes;
    size_t len;
    int status;
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    while ((status = responses_call_next_bytes(call, &bytes, &len, &error)) >= 0) {
        if (status == RESPONSES_DONE)
            break;
        if (status == RESPONSES_AGAIN)
            assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
        text_add_bytes(text, bytes, len);
    }
    assert_status(status, RESPONSES_DONE, error);
    responses_call_free(call);
    call = NULL;
}

static void raw_bytes_come_again(void **state)
{
    (void)state;
    struct text first = {0}, second = {0};
    set(client, "raw", "1");
    sse_free(&sse);
    sse_begin(&sse, "resp_1");
    sse_raw(&sse, ": \xC3\xA9 and \xFF, which is no text\n\n");
    sse_created(&sse);
    sse_raw(&sse, "id: 7\nunknown: x\n");
    sse_completed(&sse);
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    say_in_pieces(x, sse.text.data, sse.text.len, 7);
    hang_up(x);
    read_raw(&first);
    assert_int_equal(first.len, sse.text.len);
    replay();
    read_raw(&second);
    assert_int_equal(second.len, first.len);
    assert_memory_equal(second.data, first.data, first.len);
    text_free(&first);
    text_free(&second);
}

static void retries_come_again(void **state)
{
    (void)state;
    set(client, "max_retries", "3");
    set(client, "retry_min_ms", "1");
    refuse(503, QUICK, "{\"error\":{\"code\":\"overloaded\"}}");
    struct exchange *x = server_expect(server);
    hang_up(x);
    refuse(429, QUICK, "not JSON");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(REQUEST), error);
    assert_contains(responses_response_history(response, NULL), "overloaded");
    replay();
    /* Pauses are left out. */
    set(client, "retry_min_ms", "600000");
    set(client, "retry_max_ms", "600000");
    assert_ok(create(REQUEST), error);
    assert_int_equal(responses_response_attempts(response), 4);
    assert_contains(responses_response_history(response, NULL), "\"reason\":\"overloaded\"");
    assert_contains(responses_response_history(response, NULL),
                    "\"attempt\":2,\"http_status\":0,\"reason\":\"network\"");
    assert_contains(responses_response_history(response, NULL), "\"http_status\":429");
}

/* Every way in which an attempt fails is told in the same words. */
static void failures_come_again(void **state)
{
    (void)state;
    enum { MOST = 16 };
    struct played first[MOST];
    int count = 0;
    const char *const url = server_url(server);

    refuse(400, "", "{\"error\":{\"message\":\"no\",\"code\":\"bad\",\"param\":\"input\"}}");
    first[count++] = play(client);
    refuse(500, "Content-Type: text/html\r\n", "<html><title>Oops</title></html>");
    first[count++] = play(client);
    refuse(302, "Location: https://elsewhere.example/\r\n", "");
    first[count++] = play(client);
    struct exchange *x = server_expect(server);
    hang_up(x);
    first[count++] = play(client);
    x = server_expect(server);
    slam_down(x);
    first[count++] = play(client);
    x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: te");
    hang_up(x);
    first[count++] = play(client);
    x = server_expect(server);
    say(x,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\":");
    hang_up(x);
    first[count++] = play(client);
    x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[3] - 5);
    hang_up(x);
    first[count++] = play(client);
    x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, "data: {\"a\":}\n\n", 14);
    stream_end(x);
    first[count++] = play(client);
    answer(server_expect(server), 200, "[1, 2]");
    first[count++] = play(client);
    const int served = count;
    set(client, "base_url", "http://127.0.0.1:1/v1");
    first[count++] = play(client);
    assert_int_equal(first[count - 1].status, RESPONSES_E_NETWORK);
    set(client, "base_url", "http://no-such-host.invalid/v1");
    first[count++] = play(client);
    struct text secure = {0};
    text_addf(&secure, "https%s", url + 4);
    set(client, "base_url", secure.data);
    x = server_at_accept(server);
    say(x, "SSH-2.0-no TLS at all\r\n");
    hang_up(x);
    first[count++] = play(client);
    assert_int_equal(first[count - 1].status, RESPONSES_E_TLS);
    set(client, "base_url", url);

    replay();
    for (int i = 0; i < count; i++) {
        /* Where it was is no matter. */
        set(client, "base_url", i < served ? "http://x.invalid/v1" : "https://y.invalid/v1");
        struct played second = play(client);
        assert_true(second.status < 0);
        check_same(&first[i], &second);
        played_free(&first[i]);
        played_free(&second);
    }
    text_free(&secure);
}

static void a_resumed_stream_comes_again(void **state)
{
    (void)state;
    struct played first = {0}, second = {0};
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[4] + 3);
    hang_up(x);
    refuse(503, QUICK, "{}");
    answer_stream(server_expect(server), sse.text.data + sse.end[4], sse.text.len - sse.end[4]);
    first.status = responses_create_stream(client, BACKGROUND, NTS, collect, &first.events,
                                           &first.response, &first.error);
    assert_ok(first.status, first.error);
    replay();
    second.status = responses_create_stream(client, BACKGROUND, NTS, collect, &second.events,
                                            &second.response, &second.error);
    assert_ok(second.status, second.error);
    check_heard(&second.events, &sse, sse.count);
    check_same(&first, &second);
    played_free(&first);
    played_free(&second);
}

static void a_poll_comes_again(void **state)
{
    (void)state;
    set(client, "poll_interval_ms", "1");
    answer(server_expect(server), 200, "{\"id\":\"resp_1\",\"status\":\"queued\"}");
    answer(server_expect(server), 200, "{\"id\":\"resp_1\",\"status\":\"in_progress\"}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_wait(client, "resp_1", -1, &response, &error), error);
    replay();
    set(client, "poll_interval_ms", "86400000");
    assert_ok(responses_wait(client, "resp_1", -1, &response, &error), error);
    assert_string_equal(responses_response_status(response), "completed");
}

/* What a limit of time ended ends at that limit again, at once. */
static void limits_of_time_come_again(void **state)
{
    (void)state;
    struct played first[4], second;
    set_limit(client, "idle_timeout_ms", 100);
    set_limit(client, "first_event_timeout_ms", 100);
    struct exchange *x = server_expect(server);
    await_close(x);
    first[0] = play(client);
    x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[2]);
    await_close(x);
    first[1] = play(client);
    x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{");
    await_close(x);
    first[2] = play(client);
    set(client, "first_event_timeout_ms", "0");
    set(client, "idle_timeout_ms", "0");
    set_limit(client, "timeout_ms", 100);
    x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[2]);
    await_close(x);
    first[3] = play(client);
    replay();
    for (int i = 0; i < 4; i++) {
        set(client, "timeout_ms", i == 3 ? "300000" : "0");
        set(client, "idle_timeout_ms", i == 3 ? "0" : "300000");
        set(client, "first_event_timeout_ms", i == 3 ? "0" : "300000");
        second = play(client);
        assert_int_equal(second.status, first[i].status);
        assert_int_equal(second.events.count, first[i].events.count);
        assert_int_equal(responses_error_phase(second.error),
                         responses_error_phase(first[i].error));
        assert_contains(message_of(second.error), "300000 ms");
        played_free(&first[i]);
        played_free(&second);
    }
    /* Without a limit the end is no wait without one. */
    set(client, "timeout_ms", "0");
    set(client, "idle_timeout_ms", "0");
    set(client, "replay_file", path);
    second = play(client);
    assert_int_equal(second.status, RESPONSES_E_NETWORK);
    assert_contains(message_of(second.error), "a limit of time was reached");
    played_free(&second);
}

static void a_cancelled_call_waits_to_be_cancelled(void **state)
{
    (void)state;
    for (int replays = 0; replays < 2; replays++) {
        if (replays) {
            replay();
        } else {
            struct exchange *x = server_expect(server);
            stream_head(x, "");
            stream_chunk(x, sse.text.data, sse.end[1]);
            await_close(x);
        }
        struct events events = {0};
        assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
        int status = RESPONSES_OK;
        while (events.count < 2) {
            const responses_event *event;
            status = responses_call_next(call, &event, &error);
            if (status == RESPONSES_OK)
                hear(&events, event);
            else
                assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
        }
        assert_int_equal(responses_call_wait(call, 30), RESPONSES_AGAIN);
        responses_call_cancel(call);
        assert_status(read_call(call, NULL, &error), RESPONSES_E_CANCELLED, error);
        responses_error_free(error);
        error = NULL;
        responses_call_free(call);
        call = NULL;
        events_free(&events);
    }
}

static void where_the_program_stopped_the_recording_ends(void **state)
{
    (void)state;
    struct events events = {.stop_after = 2};
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[3]);
    await_close(x);
    assert_status(responses_create_stream(client, REQUEST, NTS, collect, &events, NULL, &error),
                  RESPONSES_E_USER, error);
    events_free(&events);
    replay();
    struct played played = play(client);
    assert_true(played.status < 0 && played.status != RESPONSES_E_USER);
    assert_true(played.events.count >= 2);
    assert_contains(message_of(played.error), "the recording ends here");
    played_free(&played);
}

static void each_is_used_once_in_order(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct text text = {0};
        text_addf(&text, "{\"id\":\"resp_%d\",\"status\":\"completed\"}", i);
        answer(server_expect(server), 200, text.data);
        assert_ok(create(REQUEST), error);
        text_free(&text);
    }
    replay();
    responses_client *other;
    assert_ok(responses_client_derive(client, &other, &error), error);
    for (int again = 0; again < 2; again++) {
        assert_ok(create(REQUEST), error);
        assert_string_equal(responses_response_id(response), "resp_0");
        responses_response_free(response);
        assert_ok(responses_create(other, REQUEST, NTS, &response, &error), error);
        assert_string_equal(responses_response_id(response), "resp_1");
        assert_ok(create(REQUEST), error);
        assert_string_equal(responses_response_id(response), "resp_2");
        assert_status(create(REQUEST), RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "3 that match were used already");
        assert_contains(message_of(error), "3 of 3 recordings are used");
        responses_error_free(error);
        error = NULL;
        set(client, "replay_file", path);
        responses_client_free(other);
        assert_ok(responses_client_derive(client, &other, &error), error);
    }
    responses_client_free(other);
}

static void a_request_without_a_recording_is_told(void **state)
{
    (void)state;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create("{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"a\"}]}"), error);
    replay();
    set(client, "max_retries", "5");
    const struct {
        const char *json, *words;
    } cases[] = {
        {"{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"b\"}]}",
         "at \"/input/0/content\""},
        {"{\"model\":\"m\",\"input\":[]}", "at \"/input/0\", which the request does not have"},
        {"{\"model\":\"m\"}", "at \"/input\", which the request does not have"},
        {"{\"model\":\"n\",\"input\":[]}", "at \"/model\""},
        {"{\"model\":\"m\",\"a/~b\":1,\"input\":[]}", "at \"/a~1~0b\", which only the request has"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_status(create(cases[i].json), RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "POST /v1/responses");
        assert_contains(message_of(error), "/log/entries/0");
        assert_contains(message_of(error), cases[i].words);
        assert_contains(message_of(error), "0 of 1 recordings are used");
        assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "replay_file");
        assert_int_equal(responses_error_is_retryable(error), 0);
        assert_int_equal(responses_error_attempts(error), 0);
    }
    responses_error_free(error);
    assert_status(responses_get(client, "resp_1", NULL, 0, &response, &error), RESPONSES_E_INVALID,
                  error);
    assert_contains(message_of(error), "none has this method");
    responses_error_free(error);
    assert_status(responses_compact(client, REQUEST, NTS, &response, &error), RESPONSES_E_INVALID,
                  error);
    assert_contains(message_of(error), "has another path");
}

static void numbers_are_compared_as_numbers(void **state)
{
    (void)state;
    static const char *const same[] = {"1.0",  "1", "1e0", "10E-1",  "0.1e+1",  "1.000",
                                       "-0.0", "0", "0e9", "12e400", "1.2e401", "120e399"};
    answer(server_expect(server), 200, RESPONSE);
    answer(server_expect(server), 200, RESPONSE);
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create("{\"model\":\"m\",\"temperature\":1}"), error);
    assert_ok(create("{\"model\":\"m\",\"temperature\":0}"), error);
    assert_ok(create("{\"model\":\"m\",\"temperature\":12e400}"), error);
    replay();
    for (size_t i = 0; i < COUNT(same); i++) {
        struct text json = {0};
        text_addf(&json, "{\"temperature\":%s,\"model\":\"m\"}", same[i]);
        set(client, "replay_file", path);
        assert_ok(create(json.data), error);
        text_free(&json);
    }
    static const char *const other[] = {"10", "0.1", "-1", "1e-400", "true", "\"1\"", "null"};
    for (size_t i = 0; i < COUNT(other); i++) {
        struct text json = {0};
        text_addf(&json, "{\"temperature\":%s,\"model\":\"m\"}", other[i]);
        assert_status(create(json.data), RESPONSES_E_INVALID, error);
        assert_contains(message_of(error), "at \"/temperature\"");
        text_free(&json);
    }
}

static void no_key_is_needed(void **state)
{
    (void)state;
    set(client, "api_key", "sk-secret-of-the-recorder");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(REQUEST), error);
    replay();
    responses_client_free(client);
    assert_ok(responses_client_new(&client, &error), error);
    set(client, "replay_file", path);
    assert_ok(create(REQUEST), error);
    set(client, "replay_file", "");
    assert_status(create(REQUEST), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "api_key");
}

static void on_key(responses_key_request *request, void *user_data)
{
    ++*(int *)user_data;
    responses_key_request_answer(
        request, responses_key_request_attempt(request) == 1 ? "old-token" : "new-token", NTS,
        NULL);
    responses_key_request_free(request);
}

static void nobody_is_asked_for_a_key(void **state)
{
    (void)state;
    int asked = 0;
    responses_client_set_key_callback(client, on_key, &asked);
    refuse(401, "", "{}");
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(REQUEST), error);
    assert_int_equal(asked, 2);
    replay();
    assert_ok(create(REQUEST), error);
    assert_int_equal(responses_response_attempts(response), 2);
    assert_int_equal(asked, 2);
}

static void a_session_is_not_replayed(void **state)
{
    (void)state;
    responses_session *session = NULL;
    replay();
    assert_status(responses_session_open(client, &session, &error), RESPONSES_E_UNSUPPORTED, error);
    assert_null(session);
    assert_contains(message_of(error), "replay_file");
}

/* ---- files ---- */

static int take(const char *bytes, size_t len, void *text)
{
    text_add_bytes(text, bytes, len);
    return 0;
}

/* A download that went on by Range, and an upload, whose body is not recorded. */
static void files_come_again(void **state)
{
    (void)state;
    char bytes[20000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nETag: \"a\"\r\n"
           "Content-Length: 20000\r\n\r\n");
    say_bytes(x, bytes, 7000);
    hang_up(x);
    answer_with(server_expect(server), 206,
                "Content-Type: image/png\r\nETag: \"a\"\r\n"
                "Content-Range: bytes 7000-19999/20000\r\n",
                bytes + 7000, sizeof bytes - 7000);
    answer(server_expect(server), 200, "{\"id\":\"file-1\"}");
    set(client, "retry_min_ms", "1");
    set(client, "max_retries", "2");
    for (int replays = 0; replays < 2; replays++) {
        struct text got = {0};
        responses_source *source = NULL;
        if (replays)
            replay();
        assert_ok(responses_download(client, "/files/f/content", take, &got, &response, &error),
                  error);
        assert_int_equal(got.len, sizeof bytes);
        assert_memory_equal(got.data, bytes, sizeof bytes);
        responses_response_free(response);
        response = NULL;
        assert_ok(responses_source_memory("some bytes", 10, &source, &error), error);
        assert_ok(responses_upload(client, "/files", "{\"purpose\":\"user_data\"}", NTS, source,
                                   &response, &error),
                  error);
        assert_string_equal(responses_response_id(response), "file-1");
        responses_response_free(response);
        response = NULL;
        responses_source_free(source);
        text_free(&got);
    }
}

/* A child cannot use the client, and makes its own; the parent's goes on where it was. */
static void a_child_replays_by_itself(void **state)
{
    (void)state;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(create(REQUEST), error);
    replay();
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        responses_client *own = NULL;
        int failed = responses_create(client, REQUEST, NTS, NULL, NULL) != RESPONSES_E_FORKED;
        failed |= responses_client_new(&own, NULL);
        failed |= responses_client_set(own, "replay_file", path, NULL);
        failed |= responses_create(own, REQUEST, NTS, NULL, NULL);
        responses_client_free(own);
        _exit(failed ? 1 : 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_ok(create(REQUEST), error);
}

/* ---- an event loop ---- */

static int wait_ready(responses_call **ready)
{
    struct pollfd fd = {.fd = responses_client_fd(client), .events = POLLIN};
    assert_true(fd.fd >= 0);
    for (;;) {
        int status = responses_client_next_ready(client, ready);
        if (status != RESPONSES_AGAIN)
            return status;
        assert_int_equal(poll(&fd, 1, at_most(10000)), 1);
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
    }
}

/* Two calls whose events came in turns come in turns again. */
static void an_event_loop_keeps_the_order(void **state)
{
    (void)state;
    static const char *const requests[] = {"{\"model\":\"a\"}", "{\"model\":\"b\"}"};
    char order[2][16];
    for (int replays = 0; replays < 2; replays++) {
        responses_call *calls[2];
        int count = 0, done = 0;
        if (replays) {
            replay();
            set(client, "replay_pace", "original");
        } else {
            for (int i = 0; i < 2; i++) {
                struct exchange *x = server_expect(server);
                stream_head(x, "");
                pause_for(x, 100 + 50 * i);
                for (int e = 0; e < 4; e++) {
                    const size_t from = e == 0 ? 0 : sse.end[e - 1];
                    stream_chunk(x, sse.text.data + from, sse.end[e] - from);
                    pause_for(x, 100);
                }
                stream_chunk(x, sse.text.data + sse.end[3], sse.text.len - sse.end[3]);
                stream_end(x);
            }
        }
        for (int i = 0; i < 2; i++) {
            assert_ok(responses_create_stream_start(client, requests[i], NTS, &calls[i], &error),
                      error);
            while (!replays && server_requests(server) <= i)
                assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        }
        while (done < 2) {
            responses_call *ready;
            const responses_event *event;
            int status;
            assert_int_equal(wait_ready(&ready), RESPONSES_OK);
            while ((status = responses_call_next(ready, &event, &error)) == RESPONSES_OK)
                if (responses_event_sequence(event) < 4)
                    order[replays][count++] = ready == calls[0] ? 'a' : 'b';
            if (status != RESPONSES_AGAIN) {
                assert_status(status, RESPONSES_DONE, error);
                done++;
            }
        }
        order[replays][count] = 0;
        assert_int_equal(count, 8);
        responses_call_free(calls[0]);
        responses_call_free(calls[1]);
    }
    assert_string_equal(order[0], order[1]);
}

/* Bytes that nobody reads are not piled up. */
static void a_slow_reader_stops_the_replay(void **state)
{
    (void)state;
    struct text big = {0};
    sse_free(&sse);
    sse_begin(&sse, "resp_1");
    sse_created(&sse);
    for (int i = 0; i < 400; i++) {
        text_free(&big);
        big = (struct text){0};
        text_add(&big, "\"delta\":\"");
        text_add_times(&big, 'x', 1000);
        text_add(&big, "\"");
        sse_event(&sse, "response.output_text.delta", big.data);
    }
    text_free(&big);
    sse_completed(&sse);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    for (size_t at = 0; at < sse.text.len; at += 5000)
        stream_chunk(x, sse.text.data + at, sse.text.len - at < 5000 ? sse.text.len - at : 5000);
    stream_end(x);
    struct played first = play(client);
    assert_ok(first.status, first.error);
    played_free(&first);
    replay();
    set(client, "max_queue_bytes", "1024");
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    for (int i = 0; i < 20; i++)
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
    struct events events = {0};
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_heard(&events, &sse, sse.count);
    events_free(&events);
}

static void *create_many(void *other)
{
    for (int i = 0; i < 20; i++) {
        responses_response *got = NULL;
        responses_error *failed = NULL;
        const int status = responses_create(other, REQUEST, NTS, &got, &failed);
        if (status != RESPONSES_OK)
            return (void *)message_of(failed);
        responses_response_free(got);
    }
    return NULL;
}

static void threads_share_a_replay(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 80; i++)
        answer(server_expect(server), 200, RESPONSE);
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < COUNT(threads); i++)
            assert_int_equal(pthread_create(&threads[i], NULL, create_many, client), 0);
        for (size_t i = 0; i < COUNT(threads); i++) {
            void *failed;
            pthread_join(threads[i], &failed);
            assert_null(failed);
        }
        if (!again)
            replay();
    }
    assert_status(create(REQUEST), RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "80 of 80 recordings are used");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_document_comes_again, setup, teardown),
    cmocka_unit_test_setup_teardown(a_stream_comes_again, setup, teardown),
    cmocka_unit_test_setup_teardown(pieces_come_again, setup, teardown),
    cmocka_unit_test_setup_teardown(raw_bytes_come_again, setup, teardown),
    cmocka_unit_test_setup_teardown(retries_come_again, setup, teardown),
    cmocka_unit_test_setup_teardown(failures_come_again, setup, teardown),
    cmocka_unit_test_setup_teardown(a_resumed_stream_comes_again, setup, teardown),
    cmocka_unit_test_setup_teardown(a_poll_comes_again, setup, teardown),
    cmocka_unit_test_setup_teardown(limits_of_time_come_again, setup, teardown),
    cmocka_unit_test_setup_teardown(a_cancelled_call_waits_to_be_cancelled, setup, teardown),
    cmocka_unit_test_setup_teardown(where_the_program_stopped_the_recording_ends, setup, teardown),
    cmocka_unit_test_setup_teardown(each_is_used_once_in_order, setup, teardown),
    cmocka_unit_test_setup_teardown(a_request_without_a_recording_is_told, setup, teardown),
    cmocka_unit_test_setup_teardown(numbers_are_compared_as_numbers, setup, teardown),
    cmocka_unit_test_setup_teardown(no_key_is_needed, setup, teardown),
    cmocka_unit_test_setup_teardown(nobody_is_asked_for_a_key, setup, teardown),
    cmocka_unit_test_setup_teardown(a_session_is_not_replayed, setup, teardown),
    cmocka_unit_test_setup_teardown(a_child_replays_by_itself, setup, teardown),
    cmocka_unit_test_setup_teardown(files_come_again, setup, teardown),
    cmocka_unit_test_setup_teardown(an_event_loop_keeps_the_order, setup, teardown),
    cmocka_unit_test_setup_teardown(a_slow_reader_stops_the_replay, setup, teardown),
    cmocka_unit_test_setup_teardown(threads_share_a_replay, setup, teardown),
};

int main(void)
{
    return run(tests);
}
