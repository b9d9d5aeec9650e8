/* A stream that drops is taken up again where it broke, without loss and without repeats. */
#include "test.h"

#define NTS        RESPONSES_NTS
#define BACKGROUND "{\"model\":\"m\",\"input\":\"hi\",\"background\":true}"

static struct server *server;
static responses_client *client;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    /* As long streams of background responses begin: created, queued, in_progress. */
    sse_begin(&sse, "resp_bg");
    sse_created(&sse);
    sse_queued(&sse);
    sse_in_progress(&sse);
    sse_message(&sse, 0, "msg_1", (const char *[]){"a", "b", "c", "d", "e", "f", "g", "h", NULL});
    sse_completed(&sse);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static struct played background(void)
{
    struct played played = {0};
    played.status = responses_create_stream(client, BACKGROUND, NTS, collect, &played.events,
                                            &played.response, &played.error);
    return played;
}

static struct played get_stream(const char *params)
{
    struct played played = {0};
    played.status = responses_get_stream(client, "resp_bg", params, NTS, collect, &played.events,
                                         &played.response, &played.error);
    return played;
}

/* Says the bytes from one place to another and breaks off. */
static void say_part(size_t from, size_t to, int reset)
{
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    if (to > from)
        stream_chunk(x, sse.text.data + from, to - from);
    if (reset)
        slam_down(x);
    else
        hang_up(x);
}

/* Where the event after that sequence number begins. */
static size_t after(int64_t sequence)
{
    return sequence < 0 ? 0 : sse.end[sequence];
}

/* The number of the last event that is complete before that byte. */
static int64_t last_before(size_t byte)
{
    int64_t last = -1;
    while (last + 1 < sse.count && sse.end[last + 1] <= byte)
        last++;
    return last;
}

/* How a server of background responses answers a request to go on. */
static void replay(const struct request *request, struct exchange *x, void *user_data)
{
    int *failures = user_data;
    const char *cursor = strstr(request->target, "starting_after=");
    size_t from = after(cursor ? strtol(cursor + strlen("starting_after="), NULL, 10) : -1);
    size_t rest = sse.text.len - from;
    stream_head(x, "");
    if (*failures > 0) {
        (*failures)--;
        /* Some more bytes, never the whole. */
        size_t some = rest > 150 ? (size_t)(rand() % (int)(rest - 100)) : 0;
        if (some > 0)
            stream_chunk(x, sse.text.data + from, some);
        if (rand() % 2)
            slam_down(x);
        else
            hang_up(x);
        return;
    }
    stream_chunk(x, sse.text.data + from, rest);
    stream_end(x);
}

static void check_whole(struct played *played)
{
    assert_status(played->status, RESPONSES_OK, played->error);
    check_heard(&played->events, &sse, sse.count);
    for (int i = 0; i < sse.count; i++)
        assert_int_equal(played->events.list[i].sequence, i);
    assert_string_equal(responses_response_text(played->response, NULL), "abcdefgh");
    assert_string_equal(responses_response_status(played->response), "completed");
    played_free(played);
}

static void a_background_stream_goes_on_where_it_broke(void **state)
{
    (void)state;
    say_part(0, sse.end[5] + 20, 0);
    struct exchange *x = server_expect(server);
    answer_stream(x, sse.text.data + after(5), sse.text.len - after(5));
    struct played played = background();
    check_whole(&played);
    const struct request *request = server_request(server, 1);
    assert_string_equal(request->method, "GET");
    assert_contains(request->target, "/v1/responses/resp_bg?");
    assert_contains(request->target, "stream=true");
    assert_contains(request->target, "starting_after=5");
    assert_int_equal(request->body_len, 0);
    assert_null(request_header(request, "idempotency-key"));
    assert_string_equal(request_header(request, "authorization"), "Bearer sk-test");
}

static void wherever_it_broke(void **state)
{
    (void)state;
    int failures = 0;
    size_t step = is_slow() ? 400 : 37;
    server_set_handler(server, replay, &failures);
    for (size_t cut = sse.end[0]; cut < sse.text.len; cut += step) {
        int before = server_requests(server);
        say_part(0, cut, (int)(cut % 2));
        struct played played = background();
        if (played.status != RESPONSES_OK)
            print_error("cut at byte %zu of %zu\n", cut, sse.text.len);
        check_whole(&played);
        if (last_before(cut) < sse.count - 1) {
            char cursor[64];
            const struct request *request = server_request(server, before + 1);
            snprintf(cursor, sizeof cursor, "starting_after=%d", (int)last_before(cut));
            assert_contains(request->target, cursor);
        }
    }
}

static void however_often_it_breaks(void **state)
{
    (void)state;
    int failures;
    srand(4711);
    server_set_handler(server, replay, &failures);
    for (int round = 0; round < 5; round++) {
        failures = 3;
        say_part(0, sse.end[0] + (size_t)round * 50, round % 2);
        struct played played = background();
        check_whole(&played);
    }
}

static void a_get_stream_is_resumed_as_well(void **state)
{
    (void)state;
    say_part(0, sse.end[4], 0);
    answer_stream(server_expect(server), sse.text.data + after(4), sse.text.len - after(4));
    struct played played = get_stream("{\"include\":[\"x\"],\"include_obfuscation\":false}");
    check_whole(&played);
    const char *target = server_request(server, 1)->target;
    assert_contains(target, "starting_after=4");
    assert_contains(target, "include%5B%5D=x");
    assert_contains(target, "include_obfuscation=false");

    /* From a cursor of one's own. */
    int before = server_requests(server);
    say_part(after(6), sse.end[8], 1);
    answer_stream(server_expect(server), sse.text.data + after(8), sse.text.len - after(8));
    played = get_stream("{\"starting_after\":6}");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, sse.count - 7);
    for (int i = 0; i < played.events.count; i++)
        assert_int_equal(played.events.list[i].sequence, 7 + i);
    assert_contains(server_request(server, before)->target, "starting_after=6");
    assert_contains(server_request(server, before + 1)->target, "starting_after=8");
    played_free(&played);
}

static void the_cursor_is_the_highest_number_heard(void **state)
{
    (void)state;
    /* A server that numbers strangely, and leaves numbers out, before it breaks. */
    struct sse odd;
    sse_begin(&odd, "resp_bg");
    sse_created(&odd);
    odd.next_sequence = 9;
    sse_in_progress(&odd);
    odd.next_sequence = 4;
    sse_in_progress(&odd);
    odd.next_sequence = -1;
    sse_in_progress(&odd);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, odd.text.data, odd.text.len);
    hang_up(x);
    answer_stream(server_expect(server), sse.text.data + after(9), sse.text.len - after(9));
    struct played played = background();
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 4 + sse.count - 10);
    assert_contains(server_request(server, 1)->target, "starting_after=9");
    played_free(&played);
    sse_free(&odd);
}

static void a_server_that_repeats_is_filtered(void **state)
{
    (void)state;
    say_part(0, sse.end[5], 0);
    /* It ignores starting_after and begins anew. */
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = background();
    check_whole(&played);
}

static void a_call_sees_nothing_but_a_pause(void **state)
{
    (void)state;
    responses_call *call = NULL;
    responses_error *error = NULL;
    struct events events = {0};
    say_part(0, sse.end[7], 0);
    struct exchange *x = server_expect(server);
    pause_for(x, 50);
    answer_stream(x, sse.text.data + after(7), sse.text.len - after(7));
    assert_ok(responses_create_stream_start(client, BACKGROUND, NTS, &call, &error), error);
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    check_heard(&events, &sse, sse.count);
    events_free(&events);
    responses_call_free(call);
}

static void a_stream_that_is_not_in_the_background_is_not_resumed(void **state)
{
    (void)state;
    say_part(0, sse.end[5], 0);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    check_heard(&played.events, &sse, 6);
    assert_int_equal(responses_error_last_sequence(played.error), 5);
    played_free(&played);
    assert_int_equal(server_requests(server), 1);
}

static void with_resume_attempts_0_it_is_truncated(void **state)
{
    (void)state;
    set(client, "resume_attempts", "0");
    say_part(0, sse.end[5], 0);
    struct played played = background();
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    assert_int_equal(played.events.count, 6);
    assert_int_equal(responses_error_last_sequence(played.error), 5);
    assert_string_equal(field(played.error, RESPONSES_ERROR_RESPONSE_ID), "resp_bg");
    /* The cursor of the error is good for another process. */
    answer_stream(server_expect(server), sse.text.data + after(5), sse.text.len - after(5));
    char params[64];
    snprintf(params, sizeof params, "{\"starting_after\":%" PRId64 "}",
             responses_error_last_sequence(played.error));
    struct played rest = get_stream(params);
    assert_ok(rest.status, rest.error);
    assert_int_equal(rest.events.count, sse.count - 6);
    assert_int_equal(rest.events.list[0].sequence, 6);
    played_free(&rest);
    played_free(&played);
}

static void attempts_are_limited_but_counted_anew_after_every_event(void **state)
{
    (void)state;
    set(client, "resume_attempts", "2");
    /* One event each time: more than two reconnects in all, and yet it ends well. */
    say_part(0, sse.end[0], 0);
    for (int i = 1; i < 5; i++)
        say_part(after(i - 1), sse.end[i], i % 2);
    answer_stream(server_expect(server), sse.text.data + after(4), sse.text.len - after(4));
    struct played played = background();
    check_whole(&played);
}

static void a_server_that_forgot_the_stream_is_polled(void **state)
{
    (void)state;
    set(client, "poll_interval_ms", "10");
    say_part(0, sse.end[5], 0);
    answer(server_expect(server), 400,
           "{\"error\":{\"message\":\"This response cannot be streamed because it was not created "
           "with stream=true.\",\"type\":\"invalid_request_error\",\"param\":\"stream\"}}");
    answer(server_expect(server), 200, "{\"id\":\"resp_bg\",\"status\":\"in_progress\"}");
    answer(server_expect(server), 200,
           "{\"id\":\"resp_bg\",\"status\":\"completed\",\"output\":[{\"type\":\"message\","
           "\"content\":[{\"type\":\"output_text\",\"text\":\"Hello, world!\"}]}]}");
    struct played played = background();
    /* The events between are lost; the answer is not, and there is a terminal event. */
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 7);
    assert_int_equal(played.events.list[5].sequence, 5);
    assert_int_equal(played.events.list[6].kind, RESPONSES_EVENT_COMPLETED);
    assert_int_equal(played.events.list[6].sequence, -1);
    assert_contains(played.events.list[6].json, "\"response\":{\"id\":\"resp_bg\"");
    assert_string_equal(responses_response_status(played.response), "completed");
    assert_string_equal(responses_response_text(played.response, NULL), "Hello, world!");
    assert_string_equal(server_request(server, 2)->target, "/v1/responses/resp_bg");
    played_free(&played);

    /* One that has not even the answer. */
    say_part(0, sse.end[5], 0);
    answer(server_expect(server), 404, "{\"error\":{\"message\":\"not found\"}}");
    answer(server_expect(server), 404, "{\"error\":{\"message\":\"not found\"}}");
    played = background();
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    check_heard(&played.events, &sse, 6);
    assert_int_equal(responses_error_last_sequence(played.error), 5);
    assert_contains(message_of(played.error), "not found");
    assert_string_equal(responses_response_text(played.response, NULL), "a");
    played_free(&played);
}

static void the_total_limits_resuming_too(void **state)
{
    (void)state;
    int failures = 1000;
    int64_t start = now_ms();
    set_limit(client, "timeout_ms", 700);
    set(client, "resume_attempts", "1000");
    sse.text.len = sse.end[6]; /* the server never gets further */
    sse.count = 7;
    server_set_handler(server, replay, &failures);
    say_part(0, sse.end[2], 0);
    struct played played = background();
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_true(now_ms() - start < at_most(8000));
    played_free(&played);
}

int main(void)
{
    const struct CMUnitTest resume[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_background_stream_goes_on_where_it_broke),
        TEST(wherever_it_broke),
        TEST(however_often_it_breaks),
        TEST(a_get_stream_is_resumed_as_well),
        TEST(the_cursor_is_the_highest_number_heard),
        TEST(a_server_that_repeats_is_filtered),
        TEST(a_call_sees_nothing_but_a_pause),
        TEST(a_stream_that_is_not_in_the_background_is_not_resumed),
        TEST(with_resume_attempts_0_it_is_truncated),
        TEST(attempts_are_limited_but_counted_anew_after_every_event),
        TEST(a_server_that_forgot_the_stream_is_polled),
        TEST(the_total_limits_resuming_too),
    };
    return run(resume);
}
