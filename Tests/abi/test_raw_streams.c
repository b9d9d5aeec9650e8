/* Raw calls: a stream as the server sent it. */
#include "test.h"

#define NTS        RESPONSES_NTS
#define BACKGROUND "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}"

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_error *error;
static struct sse sse;

/* What came of the call. */
static struct text read_text;
static int heads, pieces;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    set(client, "raw", "1");
    memset(&sse, 0, sizeof sse);
    return 0;
}

static void forget(void)
{
    responses_error_free(error);
    responses_call_free(call);
    text_free(&read_text);
    memset(&read_text, 0, sizeof read_text);
    heads = pieces = 0;
    error = NULL;
    call = NULL;
}

static int teardown(void **state)
{
    (void)state;
    forget();
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void start(const char *json)
{
    assert_ok(responses_create_stream_start(client, json, NTS, &call, &error), error);
}

static int read_piece(void)
{
    const char *bytes;
    size_t len;
    int status = responses_call_next_bytes(call, &bytes, &len, &error);
    if (status == RESPONSES_OK) {
        if (len == 0) {
            heads++;
            assert_int_equal(read_text.len, 0);
            assert_int_equal(responses_response_http_status(responses_call_response(call)), 200);
        } else {
            pieces++;
        }
        text_add_bytes(&read_text, bytes, len);
    } else {
        assert_null(bytes);
        assert_int_equal(len, 0);
    }
    return status;
}

/* Reads until something else than text comes. */
static int read_all(void)
{
    int status;
    while ((status = read_piece()) == RESPONSES_OK || status == RESPONSES_AGAIN)
        if (status == RESPONSES_AGAIN)
            assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    return status;
}

static void check_text(const char *expected, size_t len)
{
    assert_int_equal(read_text.len, len);
    assert_memory_equal(read_text.data, expected, len);
}

/* All that a stream may have in it, and its events do not. */
static void make_colourful(const char *line_end)
{
    sse_begin(&sse, "resp_1");
    sse.line_end = line_end;
    sse_raw(&sse, ": hello\n\n");
    sse_created(&sse);
    sse_raw(&sse, "id: 7\nretry: 10\nunknown: x\n");
    sse_in_progress(&sse);
    sse_keepalive(&sse);
    sse_raw(&sse,
            "data: {\"type\":\"response.new\",\ndata: \"x\": [\"\\u00e9\",\ndata:\ndata:1]}\n\n");
    sse_raw(&sse, "data:\n\n:\n:\n");
    sse_message(&sse, 0, "msg_1", (const char *[]){"Hel", "lo", "\xF0\x9F\x98\x80", NULL});
    sse_completed(&sse);
}

static void text_is_what_was_sent(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    for (size_t e = 0; e < COUNT(ends); e++) {
        for (size_t piece = 0; piece < 60; piece += piece == 0 ? 1 : 29) {
            make_colourful(ends[e]);
            size_t len = sse.text.len;
            sse_raw(&sse, ": bye\n\ndata: [DONE]\n\n");
            struct exchange *x = server_expect(server);
            stream_head(x, "");
            if (piece == 0) {
                stream_chunk(x, sse.text.data, sse.text.len);
            } else {
                struct text chunks = {0};
                for (size_t at = 0; at < sse.text.len; at += piece) {
                    size_t n = sse.text.len - at < piece ? sse.text.len - at : piece;
                    text_addf(&chunks, "%zx\r\n", n);
                    text_add_bytes(&chunks, sse.text.data + at, n);
                    text_add(&chunks, "\r\n");
                }
                say_bytes(x, chunks.data, chunks.len);
                text_free(&chunks);
            }
            stream_end(x);
            start(REQUEST);
            assert_status(read_all(), RESPONSES_DONE, error);
            assert_int_equal(heads, 1);
            check_text(sse.text.data, len);
            const responses_response *response = responses_call_response(call);
            assert_string_equal(responses_response_status(response), "completed");
            assert_string_equal(responses_response_text(response, NULL), "Hello\xF0\x9F\x98\x80");
            assert_int_equal(read_piece(), RESPONSES_DONE);
            forget();
            sse_free(&sse);
        }
    }
}

static void the_head_is_there_before_an_event(void **state)
{
    (void)state;
    sse_hello(&sse, "resp_1");
    struct exchange *x = server_expect(server);
    stream_head(x, "X-Request-Id: req_7\r\nX-Odd: 1\r\n");
    wait_for_go(x);
    stream_chunk(x, sse.text.data, sse.end[0] + 9);
    wait_for_go(x);
    stream_chunk(x, sse.text.data + sse.end[0] + 9, sse.text.len - sse.end[0] - 9);
    stream_end(x);

    start(REQUEST);
    assert_null(responses_call_response(call));
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK); /* still to be had */
    assert_int_equal(read_piece(), RESPONSES_OK);
    assert_int_equal(heads, 1);
    const responses_response *response = responses_call_response(call);
    assert_string_equal(responses_response_http_version(response), "HTTP/1.1");
    assert_string_equal(responses_response_request_id(response), "req_7");
    assert_string_equal(responses_response_header(response, "x-odd"), "1");
    assert_contains(responses_response_headers(response, NULL), "X-Odd: 1\n");
    assert_int_equal(responses_response_attempts(response), 1);
    assert_string_equal(responses_response_json(response, NULL), "");
    assert_int_equal(read_piece(), RESPONSES_AGAIN);
    assert_int_equal(responses_call_wait(call, 20), RESPONSES_AGAIN);

    /* A whole event, and not the beginning of the next one. */
    server_go(server);
    assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
    assert_int_equal(read_piece(), RESPONSES_OK);
    check_text(sse.text.data, sse.end[0]);
    assert_int_equal(responses_call_wait(call, 20), RESPONSES_AGAIN);
    server_go(server);
    assert_status(read_all(), RESPONSES_DONE, error);
    check_text(sse.text.data, sse.text.len);
    assert_int_equal(heads, 1);
}

/* The bytes from one event to another, and no more of the connection. */
static void say_part(size_t from, size_t to)
{
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data + from, to - from);
    slam_down(x);
}

static void a_resumed_stream_has_no_seam(void **state)
{
    (void)state;
    sse_begin(&sse, "resp_bg");
    sse_created(&sse);
    sse_raw(&sse, ": comment\n\n");
    sse_in_progress(&sse);
    sse_message(&sse, 0, "msg_1", (const char *[]){"a", "b", "c", "d", NULL});
    sse_completed(&sse);
    say_part(0, sse.end[3] + 20); /* in the middle of an event */
    say_part(0, sse.end[5]);      /* from the beginning, though nobody asked for that */
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data + sse.end[4], sse.end[5] - sse.end[4]); /* one again */
    stream_chunk(x, sse.text.data + sse.end[5], sse.text.len - sse.end[5]);
    stream_end(x);
    start(BACKGROUND);
    assert_status(read_all(), RESPONSES_DONE, error);
    check_text(sse.text.data, sse.text.len);
    assert_int_equal(heads, 1);
    assert_int_equal(server_requests(server), 3);
}

/* Numbers that look like chance, and are the same in each run. */
static unsigned drawn;

static size_t draw(size_t below)
{
    drawn = drawn * 1664525u + 1013904223u;
    return (drawn >> 8) % below;
}

/* Sends from some event on, at most the next one that is wanted, and breaks off anywhere behind that. */
static void break_anywhere(const struct request *request, struct exchange *x, void *user_data)
{
    const char *after = strstr(request->target, "starting_after=");
    int next = after == NULL ? 0 : atoi(after + strlen("starting_after=")) + 1;
    int first = next == 0 ? 0 : next - (int)draw((size_t)next + 1);
    size_t from = first == 0 ? 0 : sse.end[first - 1];
    size_t least = sse.end[next], to = least + draw(sse.text.len - least + 1);
    (void)user_data;
    stream_head(x, "");
    while (from < to) {
        size_t piece = 1 + draw(to - from);
        stream_chunk(x, sse.text.data + from, piece);
        from += piece;
    }
    if (draw(2))
        slam_down(x);
    else
        hang_up(x);
}

static void a_stream_that_breaks_anywhere_is_whole(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    server_set_handler(server, break_anywhere, NULL);
    for (unsigned seed = 0; seed < 120; seed++) {
        drawn = seed * 7919;
        sse_begin(&sse, "resp_bg");
        sse.line_end = ends[seed % 3];
        sse_created(&sse);
        for (int i = 0; i < 12; i++) {
            if (draw(3) == 0)
                sse_raw(&sse, draw(2) ? ": a comment\n\n" : "id: 5\n");
            sse_eventf(&sse, "response.new", "\"x\":\"%.*s\"", (int)draw(200),
                       "0123456789012345678901234567890123456789012345678901234567890123456789"
                       "0123456789012345678901234567890123456789012345678901234567890123456789"
                       "012345678901234567890123456789012345678901234567890123456789");
        }
        sse_completed(&sse);
        start(BACKGROUND);
        assert_status(read_all(), RESPONSES_DONE, error);
        check_text(sse.text.data, sse.text.len);
        assert_int_equal(heads, 1);
        forget();
        sse_free(&sse);
    }
}

static void a_document_in_place_of_the_rest_is_an_event(void **state)
{
    (void)state;
    sse_begin(&sse, "resp_1");
    sse_created(&sse);
    sse_in_progress(&sse);
    say_part(0, sse.text.len);
    answer(server_expect(server), 200, RESPONSE);
    start(BACKGROUND);
    assert_status(read_all(), RESPONSES_DONE, error);
    sse_raw(
        &sse,
        "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":" RESPONSE
        "}\n\n");
    check_text(sse.text.data, sse.text.len);
}

static void what_is_retried_is_not_seen(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    answer_with(server_expect(server), 503, "Retry-After-Ms: 1\r\n", "{}", 2);
    sse_begin(&sse, "resp_0");
    sse_failed(&sse, "server_error", "try again in 0.001s");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start(REQUEST);
    assert_status(read_all(), RESPONSES_DONE, error);
    check_text(sse.text.data, sse.text.len);
    assert_int_equal(heads, 1);
    assert_int_equal(responses_response_attempts(responses_call_response(call)), 3);
}

static void a_stream_that_fails_is_handed_over_first(void **state)
{
    (void)state;
    sse_begin(&sse, "resp_1");
    sse_created(&sse);
    sse_error_flat(&sse, "bad_thing", "no");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start(REQUEST);
    assert_int_equal(read_all(), RESPONSES_E_API);
    check_text(sse.text.data, sse.text.len);
    assert_string_equal(field(error, RESPONSES_ERROR_CODE), "bad_thing");
    forget();
    sse_free(&sse);

    sse_begin(&sse, "resp_1");
    sse_created(&sse);
    sse_raw(&sse, "data: what?\n\n");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start(REQUEST);
    assert_int_equal(read_all(), RESPONSES_E_PROTOCOL);
    check_text(sse.text.data, sse.text.len);
    forget();
    sse_free(&sse);

    /* Cut off: what was whole. */
    sse_hello(&sse, "resp_1");
    say_part(0, sse.end[4] + 3);
    start(REQUEST);
    assert_int_equal(read_all(), RESPONSES_E_TRUNCATED);
    check_text(sse.text.data, sse.end[4]);
    assert_int_equal(responses_error_phase(error), RESPONSES_PHASE_READING);
}

static void long_streams_come_in_pieces(void **state)
{
    (void)state;
    sse_begin(&sse, "resp_1");
    sse_created(&sse);
    struct text big = {0};
    text_add(&big, "\"item_id\":\"m\",\"output_index\":0,\"content_index\":0,\"delta\":\"");
    text_add_times(&big, 'x', 3000);
    text_add(&big, "\"");
    for (int i = 0; i < 1000; i++)
        sse_event(&sse, "response.output_text.delta", big.data);
    text_free(&big);
    text_add(&big,
             "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[],\"x\":\"");
    text_add_times(&big, 'y', 3000000);
    text_add(&big, "\"}");
    sse_event(&sse, "response.completed", big.data);
    text_free(&big);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start(REQUEST);
    assert_status(read_all(), RESPONSES_DONE, error);
    assert_true(pieces > 2);
    check_text(sse.text.data, sse.text.len);
}

static void an_event_loop_is_told_of_the_head(void **state)
{
    (void)state;
    sse_hello(&sse, "resp_1");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    wait_for_go(x);
    stream_chunk(x, sse.text.data, sse.text.len);
    stream_end(x);
    assert_true(responses_client_fd(client) >= 0);
    start(REQUEST);
    int status = RESPONSES_AGAIN;
    for (int64_t deadline = now_ms() + at_most(10000); now_ms() < deadline;) {
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        responses_call *ready;
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK) {
            assert_ptr_equal(ready, call);
            while ((status = read_piece()) == RESPONSES_OK)
                if (read_text.len == 0)
                    server_go(server);
        }
        if (status != RESPONSES_AGAIN)
            break;
        sleep_ms(1);
    }
    assert_int_equal(status, RESPONSES_DONE);
    check_text(sse.text.data, sse.text.len);
}

static void events_can_be_read_instead(void **state)
{
    (void)state;
    sse_hello(&sse, "resp_1");
    for (int after_head = 0; after_head < 2; after_head++) {
        answer_stream(server_expect(server), sse.text.data, sse.text.len);
        start(REQUEST);
        if (after_head) {
            assert_int_equal(responses_call_wait(call, -1), RESPONSES_OK);
            assert_int_equal(read_piece(), RESPONSES_OK);
            assert_int_equal(heads, 1);
        }
        struct events events = {0};
        assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
        check_heard(&events, &sse, sse.count);
        events_free(&events);
        assert_int_equal(read_piece(), RESPONSES_E_INVALID);
        assert_contains(message_of(error), "responses_call_next()");
        forget();
    }
    /* A callback has its events. */
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, sse.count);
    played_free(&played);
    /* And without the option there are no bytes. */
    set(client, "raw", NULL);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    start(REQUEST);
    assert_int_equal(read_piece(), RESPONSES_E_INVALID);
    assert_contains(message_of(error), "option raw");
    responses_error_free(error);
    error = NULL;
    struct events events = {0};
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    events_free(&events);
}

int main(void)
{
    const struct CMUnitTest raw_streams[] = {
        cmocka_unit_test_setup_teardown(text_is_what_was_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(the_head_is_there_before_an_event, setup, teardown),
        cmocka_unit_test_setup_teardown(a_resumed_stream_has_no_seam, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stream_that_breaks_anywhere_is_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(a_document_in_place_of_the_rest_is_an_event, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_retried_is_not_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stream_that_fails_is_handed_over_first, setup, teardown),
        cmocka_unit_test_setup_teardown(long_streams_come_in_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(an_event_loop_is_told_of_the_head, setup, teardown),
        cmocka_unit_test_setup_teardown(events_can_be_read_instead, setup, teardown),
    };
    return run(raw_streams);
}
