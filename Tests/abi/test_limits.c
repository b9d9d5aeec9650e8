/* What a server can make the library hold is bounded. */
#include "test.h"

#include <zlib.h>

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_error *error;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_begin(&sse, "resp_1");
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    sse_free(&sse);
    responses_client_free(client);
    server_abandon(server); /* much of what it says is never heard */
    return 0;
}

static struct text zipped(const char *data, size_t len)
{
    struct text text = {0};
    unsigned char out[65536];
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)data, .avail_in = (unsigned)len};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    do {
        z.next_out = out;
        z.avail_out = sizeof out;
        deflate(&z, Z_FINISH);
        text_add_bytes(&text, out, sizeof out - z.avail_out);
    } while (z.avail_out == 0);
    deflateEnd(&z);
    return text;
}

static void an_event_above_its_limit_is_refused(void **state)
{
    (void)state;
    static const char *starts[] = {"data: ", "", ": "}; /* a field, a name, a comment */
    set(client, "max_event_bytes", "20000");
    for (size_t i = 0; i < COUNT(starts); i++) {
        sse_free(&sse);
        sse_begin(&sse, "resp_1");
        sse_created(&sse);
        sse_delta(&sse, 0, "msg_1", "so far");
        sse_raw(&sse, starts[i]);
        text_add_times(&sse.text, 'x', 60000);
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        stream_chunk(x, sse.text.data, sse.text.len);
        await_close(x);
        struct played played = play(client);
        assert_status(played.status, RESPONSES_E_LIMIT, played.error);
        assert_contains(message_of(played.error), "max_event_bytes");
        check_heard(&played.events, &sse, 2);
        assert_string_equal(responses_response_text(played.response, NULL), "so far");
        assert_int_equal(responses_error_last_sequence(played.error), 1);
        assert_int_equal(responses_error_is_retryable(played.error), 0);
        played_free(&played);
    }
}

static void an_event_of_many_lines_counts_as_one(void **state)
{
    (void)state;
    set(client, "max_event_bytes", "20000");
    sse_created(&sse);
    for (int i = 0; i < 60000; i++)
        sse_raw(&sse, "data:x\n");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.text.len);
    await_close(x);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_LIMIT, played.error);
    assert_int_equal(played.events.count, 1);
    played_free(&played);
}

static void an_event_just_below_its_limit_is_taken(void **state)
{
    (void)state;
    struct text text = {0};
    set(client, "max_event_bytes", "20000");
    text_add_times(&text, 'x', 19000);
    sse_created(&sse);
    sse_delta(&sse, 0, "msg_1", text.data);
    sse_delta(&sse, 0, "msg_1", text.data);
    sse_event(&sse, "response.completed", "\"response\":{\"id\":\"resp_1\"}");
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 4);
    text_free(&text);
    played_free(&played);
}

static void a_body_above_its_limit_is_refused(void **state)
{
    (void)state;
    struct text body = {0};
    responses_response *response = NULL;
    set(client, "max_response_bytes", "100000");
    text_add(&body, "{\"a\":\"");
    text_add_times(&body, 'x', 1 << 20);
    text_add(&body, "\"}");
    answer(server_expect(server), 200, body.data);
    assert_status(responses_create(client, REQUEST, NTS, &response, &error), RESPONSES_E_LIMIT,
                  error);
    assert_null(response);
    assert_contains(message_of(error), "max_response_bytes");
    assert_int_equal(responses_error_http_status(error), 200);
    text_free(&body);
    /* Not so what fits. */
    responses_error_free(error);
    error = NULL;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

static void the_items_of_a_stream_have_a_limit(void **state)
{
    (void)state;
    struct text text = {0};
    set(client, "max_response_bytes", "100000");
    text_add_times(&text, 'x', 10000);
    sse_created(&sse);
    for (int i = 0; i < 50; i++)
        sse_delta(&sse, 0, "msg_1", text.data);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_LIMIT, played.error);
    assert_contains(message_of(played.error), "max_response_bytes");
    assert_in_range(played.events.count, 5, 12);
    text_free(&text);
    played_free(&played);
}

static void headers_without_end_are_refused(void **state)
{
    (void)state;
    struct text head = {0};
    text_add(&head, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100000; i++)
        text_addf(&head, "X-Header-%d: 0123456789012345678901234567890123456789\r\n", i);
    struct exchange *x = server_expect(server);
    say(x, head.data);
    await_close(x);
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    assert_status(status, RESPONSES_E_LIMIT, error);
    assert_true(server_saw_close(server, 0, at_most(8000)));
    text_free(&head);
}

/* An error without end is told with the words of its beginning, and does not fill the memory. */
static void a_refusal_without_end_is_cut(void **state)
{
    (void)state;
    static char block[1 << 20];
    memset(block, 'm', sizeof block);
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
           "{\"error\":{\"message\":\"");
    for (int i = 0; i < 64; i++)
        say_bytes(x, block, sizeof block);
    await_close(x);
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    assert_status(status, RESPONSES_E_API, error);
    assert_int_equal(responses_error_http_status(error), 400);
    assert_contains(message_of(error), "mmm");
    assert_true(server_saw_close(server, 0, at_most(8000)));
    assert_true(server_bytes_sent(server) < 40u << 20);
}

static void a_compressed_answer_is_read(void **state)
{
    (void)state;
    responses_response *response = NULL;
    struct text body = zipped(RESPONSE, strlen(RESPONSE));
    answer_with(server_expect(server), 200,
                "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", body.data,
                body.len);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
    assert_string_equal(responses_response_json(response, NULL), RESPONSE);
    responses_response_free(response);
    text_free(&body);

    sse_free(&sse);
    sse_hello(&sse, "resp_1");
    body = zipped(sse.text.data, sse.text.len);
    answer_with(server_expect(server), 200,
                "Content-Type: text/event-stream\r\nContent-Encoding: gzip\r\n", body.data,
                body.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    played_free(&played);
    text_free(&body);
}

static void a_bomb_does_not_go_off(void **state)
{
    (void)state;
    struct text body = {0};
    text_add_times(&body, ' ', is_slow() ? 8 << 20 : 64 << 20);
    struct text bomb = zipped(body.data, body.len);
    text_free(&body);
    assert_true(bomb.len < 200000);
    set(client, "max_response_bytes", "1000000");
    answer_with(server_expect(server), 200,
                "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", bomb.data,
                bomb.len);
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_LIMIT, error);
    assert_contains(message_of(error), "max_response_bytes");
    text_free(&bomb);

    text_add(&body, "data: ");
    text_add_times(&body, 'x', 8 << 20);
    bomb = zipped(body.data, body.len);
    text_free(&body);
    set(client, "max_event_bytes", "100000");
    struct exchange *x = server_expect(server);
    answer_with(x, 200, "Content-Type: text/event-stream\r\nContent-Encoding: gzip\r\n", bomb.data,
                bomb.len);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_LIMIT, played.error);
    played_free(&played);
    text_free(&bomb);
}

/* What it is is seen by the first byte that is no space, and here is none: as much as libcurl hands
   over at a time, and not a byte more may be read. */
static void a_body_of_nothing_but_spaces(void **state)
{
    (void)state;
    struct text body = {0};
    text_add_times(&body, ' ', 65536);
    struct text packed = zipped(body.data, body.len);
    answer_with(server_expect(server), 200, "Content-Encoding: gzip\r\n", packed.data, packed.len);
    struct played played = play(client);
    assert_true(played.status < 0);
    assert_int_equal(played.events.count, 0);
    played_free(&played);
    text_free(&packed);
    /* The first piece has no other byte, and the answer is one all the same. */
    text_add(&body, RESPONSE);
    packed = zipped(body.data, body.len);
    answer_with(server_expect(server), 200, "Content-Encoding: gzip\r\n", packed.data, packed.len);
    played = play(client);
    assert_ok(played.status, played.error);
    assert_string_equal(responses_response_text(played.response, NULL), "Hello, world!");
    played_free(&played);
    text_free(&packed);
    text_free(&body);
}

/* Says deltas without end, as fast as they are taken. */
static void flood(struct exchange *x, size_t bytes)
{
    struct sse one;
    struct text many = {0};
    sse_begin(&one, "resp_1");
    one.next_sequence = -1;
    sse_event(&one, "response.brand_new", "\"delta\":\"0123456789012345678901234567890123456789\"");
    while (many.len < 1 << 20)
        text_add_bytes(&many, one.text.data, one.text.len);
    stream_head(x, "");
    for (size_t said = 0; said < bytes; said += many.len)
        stream_chunk(x, many.data, many.len);
    stream_chunk(x, "data: {\"type\":\"response.completed\"}\n\n", 37);
    stream_end(x);
    text_free(&many);
    sse_free(&one);
}

static void a_reader_that_is_slow_holds_the_server_back(void **state)
{
    (void)state;
    responses_call *call = NULL;
    const responses_event *event;
    const size_t bytes = 64 << 20;
    set(client, "max_queue_bytes", "65536");
    flood(server_expect(server), bytes);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    assert_int_equal(responses_call_wait(call, at_most(10000)), RESPONSES_OK);
    assert_ok(responses_call_next(call, &event, &error), error);
    /* The client is driven on, and this call is not read. */
    for (int i = 0; i < 60; i++) {
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        sleep_ms(10);
    }
    size_t sent = server_bytes_sent(server);
    /* The queue, and what the sockets of both sides hold. */
    print_message("  %zu of %zu bytes were sent\n", sent, bytes);
    assert_true(sent < bytes / 4);
    /* Read on, and all of it comes. */
    if (!is_slow()) {
        struct events events = {0};
        int count = 1, status;
        for (;;) {
            status = responses_call_next(call, &event, &error);
            if (status == RESPONSES_OK)
                count++;
            else if (status == RESPONSES_AGAIN)
                assert_int_equal(responses_call_wait(call, at_most(10000)), RESPONSES_OK);
            else
                break;
        }
        assert_status(status, RESPONSES_DONE, error);
        assert_true(server_bytes_sent(server) > bytes);
        assert_true((size_t)count > bytes / 200);
        events_free(&events);
    }
    responses_call_free(call);
}

static void a_paused_call_does_not_hold_up_another(void **state)
{
    (void)state;
    responses_call *call = NULL;
    set(client, "max_queue_bytes", "65536");
    flood(server_expect(server), 16 << 20);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    assert_int_equal(responses_call_wait(call, at_most(10000)), RESPONSES_OK);
    for (int i = 0; i < 20; i++) {
        answer(server_expect(server), 200, RESPONSE);
        assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
    }
    responses_call_free(call);
}

static void a_pause_does_not_run_into_the_idle_limit(void **state)
{
    (void)state;
    responses_call *call = NULL;
    set(client, "max_queue_bytes", "65536");
    set_limit(client, "idle_timeout_ms", 150);
    flood(server_expect(server), 4 << 20);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    assert_int_equal(responses_call_wait(call, at_most(10000)), RESPONSES_OK);
    /* The reader is the slow one, not the server. */
    for (int i = 0; i < (is_slow() ? 250 : 40); i++) {
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        sleep_ms(10);
    }
    assert_status(read_call(call, NULL, &error), RESPONSES_DONE, error);
    responses_call_free(call);
}

int main(void)
{
    const struct CMUnitTest limits[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_event_above_its_limit_is_refused),
        TEST(an_event_of_many_lines_counts_as_one),
        TEST(an_event_just_below_its_limit_is_taken),
        TEST(a_body_above_its_limit_is_refused),
        TEST(the_items_of_a_stream_have_a_limit),
        TEST(headers_without_end_are_refused),
        TEST(a_refusal_without_end_is_cut),
        TEST(a_compressed_answer_is_read),
        TEST(a_bomb_does_not_go_off),
        TEST(a_body_of_nothing_but_spaces),
        TEST(a_reader_that_is_slow_holds_the_server_back),
        TEST(a_paused_call_does_not_hold_up_another),
        TEST(a_pause_does_not_run_into_the_idle_limit),
    };
    return run(limits);
}
