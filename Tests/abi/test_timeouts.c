/* Time has its limits: connect, first event, idle, the end, all of it. */
#include "host.h"
#include "test.h"

#define NTS RESPONSES_NTS
/* Nothing here is to take that long. */
#define AT_MOST at_most(8000)

static struct server *server;
static responses_client *client;
static responses_error *error;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_hello(&sse, "resp_1");
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* A create that must run into the limit of that name, not before `least` ms. */
static void times_out(const char *limit, int64_t least)
{
    int64_t start = now_ms();
    responses_response *response = (responses_response *)&client;
    int status = responses_create(client, REQUEST, NTS, &response, &error);
    int64_t took = now_ms() - start;
    assert_status(status, RESPONSES_E_TIMEOUT, error);
    assert_null(response);
    assert_in_range(took, least - 5, AT_MOST);
    assert_contains(message_of(error), limit);
}

static void connecting_is_limited(void **state)
{
    (void)state;
    /* A listener whose queue is full answers no further connection. */
    struct listener listener = listener_open(0);
    listener_fill(&listener);
    set(client, "base_url", listener.url);
    set(client, "connect_timeout_ms", "150");
    times_out("connect_timeout_ms", 150);
    assert_int_equal(responses_error_http_status(error), 0);
    assert_int_equal(responses_error_is_retryable(error), 1);
    listener_close(&listener);
}

static void the_answer_is_limited(void **state)
{
    (void)state;
    set_limit(client, "first_event_timeout_ms", 120);
    await_close(server_expect(server));
    times_out("first_event_timeout_ms", limit_ms(120));
    assert_int_equal(responses_error_attempts(error), 1);
    assert_true(server_saw_close(server, 0, at_most(5000)));
}

static void the_first_event_is_limited(void **state)
{
    (void)state;
    int64_t start = now_ms();
    set_limit(client, "first_event_timeout_ms", 120);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    for (int i = 0; i < 20; i++) {
        stream_chunk(x, ": wait\n\n", 8);
        pause_for(x, 30);
    }
    await_close(x);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_contains(message_of(played.error), "first_event_timeout_ms");
    assert_int_equal(played.events.count, 0);
    assert_in_range(now_ms() - start, 115, AT_MOST);
    played_free(&played);
}

static void the_time_between_events_is_limited(void **state)
{
    (void)state;
    int64_t start = now_ms();
    set_limit(client, "idle_timeout_ms", 150);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[4]);
    await_close(x);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_contains(message_of(played.error), "idle_timeout_ms");
    check_heard(&played.events, &sse, 5);
    assert_in_range(now_ms() - start, 145, AT_MOST);
    assert_int_equal(responses_error_last_sequence(played.error), 4);
    assert_string_equal(field(played.error, RESPONSES_ERROR_RESPONSE_ID), "resp_1");
    assert_string_equal(responses_response_text(played.response, NULL), "Hello");
    played_free(&played);
    assert_true(server_saw_close(server, 0, at_most(5000)));
}

static void keepalives_are_not_life(void **state)
{
    (void)state;
    static const char *keepalives[] = {
        ": ping\n\n",
        "event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":99}\n\n",
        "\n",
    };
    set(client, "idle_timeout_ms", "200");
    for (size_t i = 0; i < COUNT(keepalives); i++) {
        int64_t start = now_ms();
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        stream_chunk(x, sse.text.data, sse.end[0]);
        for (int j = 0; j < 100; j++) {
            stream_chunk(x, keepalives[i], strlen(keepalives[i]));
            pause_for(x, 20);
        }
        await_close(x);
        struct played played = play(client);
        assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
        assert_contains(message_of(played.error), "idle_timeout_ms");
        assert_in_range(now_ms() - start, 195, is_slow() ? AT_MOST : 1900);
        played_free(&played);
    }
}

static void comments_are_life_where_that_is_wished(void **state)
{
    (void)state;
    set(client, "count_comments", "1");
    set_limit(client, "first_event_timeout_ms", 300);
    set_limit(client, "idle_timeout_ms", 300);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    for (int i = 0; i < 16; i++) {
        stream_chunk(x, ": alive\n\n", 9);
        pause_for(x, limit_ms(300) / 4);
        if (i == 7)
            stream_chunk(x, sse.text.data, sse.end[0]);
    }
    stream_chunk(x, sse.text.data + sse.end[0], sse.text.len - sse.end[0]);
    stream_end(x);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, sse.count);
    played_free(&played);

    /* Silence is none. */
    x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, ": alive\n\n", 9);
    await_close(x);
    played = play(client);
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_contains(message_of(played.error), "idle_timeout_ms");
    played_free(&played);
}

static void a_slow_stream_that_moves_is_let_be(void **state)
{
    (void)state;
    set_limit(client, "idle_timeout_ms", 600);
    set_limit(client, "first_event_timeout_ms", 600);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    for (int i = 0; i < sse.count; i++) {
        size_t begin = i > 0 ? sse.end[i - 1] : 0;
        stream_chunk(x, sse.text.data + begin, sse.end[i] - begin);
        pause_for(x, 100);
    }
    stream_end(x);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    played_free(&played);
}

static void all_of_a_call_is_limited(void **state)
{
    (void)state;
    int64_t start = now_ms();
    set_limit(client, "timeout_ms", 300);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[3]);
    for (int i = 0; i < 200; i++) {
        stream_chunk(x, sse.text.data + sse.end[3], sse.end[4] - sse.end[3]);
        pause_for(x, 20);
    }
    await_close(x);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_true(played.events.count > 3);
    assert_in_range(now_ms() - start, 295, at_most(3900));
    assert_contains(message_of(played.error), "timeout_ms");
    assert_lacks(message_of(played.error), "idle_timeout_ms");
    played_free(&played);
}

static void busy(const struct request *request, struct exchange *x, void *user_data)
{
    (void)request, (void)user_data;
    answer_with(x, 503, "Retry-After-Ms: 20\r\n", "", 0);
}

static void retries_and_pauses_count(void **state)
{
    (void)state;
    set_limit(client, "timeout_ms", 400);
    set(client, "max_retries", "100");
    server_set_handler(server, busy, NULL);
    int64_t start = now_ms();
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    int64_t took = now_ms() - start;
    /* Out of time, or told at once that the next attempt would be. */
    assert_true(status == RESPONSES_E_TIMEOUT || status == RESPONSES_E_API);
    assert_true(took < AT_MOST);
    assert_in_range(responses_error_attempts(error), 2, limit_ms(60));
}

static void a_pause_longer_than_the_limit_is_not_begun(void **state)
{
    (void)state;
    int64_t start = now_ms();
    set(client, "timeout_ms", "3000");
    set(client, "max_retries", "3");
    answer_with(server_expect(server), 503, "Retry-After: 60\r\n", "{}", 2);
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    assert_true(status == RESPONSES_E_API || status == RESPONSES_E_TIMEOUT);
    assert_true(now_ms() - start < at_most(3000) + AT_MOST);
    assert_int_equal(responses_error_attempts(error), 1);
}

static void a_finished_answer_need_not_say_so(void **state)
{
    (void)state;
    int64_t start = now_ms();
    /* All items are done, but no terminal event comes. */
    set_limit(client, "completion_grace_ms", 150);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[9]);
    await_close(x);
    struct played played = play(client);
    assert_int_not_equal(played.status, RESPONSES_OK);
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_contains(message_of(played.error), "completion_grace_ms");
    assert_in_range(now_ms() - start, 145, AT_MOST);
    check_heard(&played.events, &sse, 10);
    assert_string_equal(responses_response_text(played.response, NULL), "Hello, world!");
    played_free(&played);
}

static void an_open_item_has_no_grace(void **state)
{
    (void)state;
    set(client, "completion_grace_ms", "50");
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[5]);
    pause_for(x, 400);
    stream_chunk(x, sse.text.data + sse.end[5], sse.text.len - sse.end[5]);
    stream_end(x);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    played_free(&played);
}

static void zero_is_no_limit(void **state)
{
    (void)state;
    static const char *limits[] = {"connect_timeout_ms", "first_event_timeout_ms",
                                   "idle_timeout_ms", "completion_grace_ms", "timeout_ms"};
    for (size_t i = 0; i < COUNT(limits); i++)
        set(client, limits[i], "0");
    struct exchange *x = server_expect(server);
    pause_for(x, 100);
    stream_head(x, "");
    pause_for(x, 100);
    stream_chunk(x, sse.text.data, sse.end[9]);
    pause_for(x, 100);
    stream_chunk(x, sse.text.data + sse.end[9], sse.text.len - sse.end[9]);
    stream_end(x);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    played_free(&played);
}

static const char running[] = "{\"id\":\"resp_1\",\"status\":\"in_progress\",\"output\":[]}";

static void still_running(const struct request *request, struct exchange *x, void *user_data)
{
    (void)request, (void)user_data;
    answer(x, 200, running);
}

static void polling_is_limited_by_its_argument(void **state)
{
    (void)state;
    set(client, "poll_interval_ms", "20");
    for (int i = 0; i < 3; i++)
        answer(server_expect(server), 200, running);
    answer(server_expect(server), 200, RESPONSE);
    responses_response *response = NULL;
    assert_ok(responses_wait(client, "resp_1", at_most(20000), &response, &error), error);
    assert_string_equal(responses_response_status(response), "completed");
    assert_int_equal(server_requests(server), 4);
    responses_response_free(response);

    int64_t start = now_ms();
    int before = server_requests(server);
    server_set_handler(server, still_running, NULL);
    int status = responses_wait(client, "resp_1", limit_ms(150), NULL, &error);
    assert_status(status, RESPONSES_E_TIMEOUT, error);
    assert_in_range(now_ms() - start, 145, AT_MOST);
    assert_string_equal(field(error, RESPONSES_ERROR_RESPONSE_ID), "resp_1");
    assert_in_range(server_requests(server) - before, 2, limit_ms(30));
}

int main(void)
{
    const struct CMUnitTest timeouts[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(connecting_is_limited),
        TEST(the_answer_is_limited),
        TEST(the_first_event_is_limited),
        TEST(the_time_between_events_is_limited),
        TEST(keepalives_are_not_life),
        TEST(comments_are_life_where_that_is_wished),
        TEST(a_slow_stream_that_moves_is_let_be),
        TEST(all_of_a_call_is_limited),
        TEST(retries_and_pauses_count),
        TEST(a_pause_longer_than_the_limit_is_not_begun),
        TEST(a_finished_answer_need_not_say_so),
        TEST(an_open_item_has_no_grace),
        TEST(zero_is_no_limit),
        TEST(polling_is_limited_by_its_argument),
    };
    return run(timeouts);
}
