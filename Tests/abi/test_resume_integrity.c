/* A server that does not go on where it was asked to: what it says is not taken for the rest. */
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
    sse_begin(&sse, "resp_bg");
    sse_created(&sse);
    sse_in_progress(&sse);
    sse_message(&sse, 0, "msg_1", (const char *[]){"a", "b", "c", "d", NULL});
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

/* The events from one to another, the last not included, and the end of the connection. */
static void say_events(int from, int to)
{
    size_t start = from > 0 ? sse.end[from - 1] : 0;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data + start, sse.end[to - 1] - start);
    hang_up(x);
}

static void say_stream(const char *text)
{
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, text, strlen(text));
    hang_up(x);
}

static void check_whole(struct played *played)
{
    assert_status(played->status, RESPONSES_OK, played->error);
    check_heard(&played->events, &sse, sse.count);
    assert_string_equal(responses_response_text(played->response, NULL), "abcd");
    played_free(played);
}

/* Broken off after so many events, and the reason says why. */
static void check_truncated(struct played *played, int count, const char *reason)
{
    assert_status(played->status, RESPONSES_E_TRUNCATED, played->error);
    check_heard(&played->events, &sse, count);
    assert_int_equal(responses_error_last_sequence(played->error), count - 1);
    assert_string_equal(field(played->error, RESPONSES_ERROR_RESPONSE_ID), "resp_bg");
    assert_contains(message_of(played->error), reason);
    played_free(played);
}

static void a_gap_is_asked_for_again(void **state)
{
    (void)state;
    say_events(0, 4);
    say_events(6, sse.count);
    say_events(4, sse.count);
    struct played played = background();
    check_whole(&played);
    assert_non_null(strstr(server_request(server, 2)->target, "starting_after=3"));
}

static void a_gap_that_stays_is_told(void **state)
{
    (void)state;
    say_events(0, 4);
    say_events(6, sse.count);
    say_events(7, sse.count);
    struct played played = background();
    check_truncated(&played, 4, "after event 3: the server sent event 7");
    assert_int_equal(server_requests(server), 3);
}

static void a_gap_within_the_rest_counts_too(void **state)
{
    (void)state;
    say_events(0, 4);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data + sse.end[3], sse.end[4] - sse.end[3]);
    stream_chunk(x, sse.text.data + sse.end[6], sse.end[7] - sse.end[6]);
    hang_up(x);
    say_events(5, sse.count);
    struct played played = background();
    check_whole(&played);
    assert_non_null(strstr(server_request(server, 2)->target, "starting_after=4"));
}

static void a_stream_got_from_a_cursor_is_held_to_it(void **state)
{
    (void)state;
    say_events(5, sse.count); /* 3 was the cursor */
    say_events(4, sse.count);
    struct played played = get_stream("{\"starting_after\":3}");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, sse.count - 4);
    assert_int_equal(played.events.list[0].sequence, 4);
    played_free(&played);
    /* One that does not heed the cursor sends all of it. */
    say_events(0, sse.count);
    played = get_stream("{\"starting_after\":3}");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, sse.count - 4);
    assert_int_equal(played.events.list[0].sequence, 4);
    played_free(&played);
}

static void another_response_is_refused(void **state)
{
    (void)state;
    struct sse other;
    sse_begin(&other, "resp_other");
    other.next_sequence = 4;
    sse_in_progress(&other);
    sse_completed(&other);
    other.text.data[other.text.len] = '\0';
    say_events(0, 4);
    say_stream(other.text.data);
    say_stream(other.text.data);
    struct played played = background();
    check_truncated(&played, 4, "another response");
    /* Its terminal event alone, which has no number. */
    struct sse last;
    sse_begin(&last, "resp_other");
    last.next_sequence = -1;
    sse_completed(&last);
    say_events(0, 4);
    say_stream(last.text.data);
    say_events(4, sse.count);
    played = background();
    check_whole(&played);
    sse_free(&last);
    sse_free(&other);
}

static void another_document_is_refused(void **state)
{
    (void)state;
    say_events(0, 4);
    answer(server_expect(server), 404, "{\"error\":{\"message\":\"no stream\"}}");
    answer(server_expect(server), 200, RESPONSE);
    answer(server_expect(server), 200, RESPONSE);
    struct played played = background();
    check_truncated(&played, 4, "another response");
}

static void another_document_is_asked_for_again(void **state)
{
    (void)state;
    /* Without numbers the response is asked for from the beginning. */
    for (int keeps = 0; keeps < 2; keeps++) {
        say_stream("data: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_bg\","
                   "\"status\":\"in_progress\",\"background\":true}}\n\n");
        answer(server_expect(server), 200, RESPONSE);
        answer(server_expect(server), 200,
               keeps ? RESPONSE : "{\"id\":\"resp_bg\",\"status\":\"completed\"}");
        struct played played = background();
        if (keeps) {
            assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
            assert_contains(message_of(played.error), "another response");
        } else {
            assert_ok(played.status, played.error);
            assert_string_equal(responses_response_id(played.response), "resp_bg");
        }
        played_free(&played);
    }
}

static void another_response_behind_a_cursor_is_refused(void **state)
{
    (void)state;
    /* No event has said the id yet: it is the one that was asked for. */
    struct sse other;
    sse_begin(&other, "resp_other");
    other.next_sequence = 5;
    sse_in_progress(&other);
    sse_completed(&other);
    say_events(4, 5);
    say_stream(other.text.data);
    say_events(5, sse.count);
    struct played played = get_stream("{\"starting_after\":3}");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, sse.count - 4);
    assert_string_equal(responses_response_id(played.response), "resp_bg");
    played_free(&played);
    sse_free(&other);
}

static void an_error_without_a_number_leaves_the_cursor(void **state)
{
    (void)state;
    static const char error[] = "data: {\"type\":\"error\",\"code\":\"%s\",\"message\":\"m\"}\n\n";
    char text[128];
    say_events(0, 4);
    snprintf(text, sizeof text, error, "gone");
    say_stream(text);
    struct played played = background();
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_int_equal(responses_error_last_sequence(played.error), 3);
    played_free(&played);
    /* As the first event of a stream from a cursor, it is tried again, from there. */
    set(client, "max_retries", "1");
    snprintf(text, sizeof text, error, "server_error");
    say_stream(text);
    say_events(4, sse.count);
    played = get_stream("{\"starting_after\":3}");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, sse.count - 4);
    played_free(&played);
}

static void events_without_numbers_cannot_be_placed(void **state)
{
    (void)state;
    struct sse plain;
    sse_begin(&plain, "resp_bg");
    plain.next_sequence = -1;
    sse_delta(&plain, 0, "msg_1", "a");
    sse_completed(&plain);
    say_events(0, 5);
    say_stream(plain.text.data);
    say_stream(plain.text.data);
    struct played played = background();
    check_truncated(&played, 5, "without sequence numbers");
    sse_free(&plain);
}

static void a_server_without_numbers_is_asked_for_its_response(void **state)
{
    (void)state;
    struct sse plain;
    set(client, "poll_interval_ms", "10");
    sse_begin(&plain, "resp_bg");
    plain.next_sequence = -1;
    sse_created(&plain);
    sse_message_added(&plain, 0, "msg_1");
    sse_delta(&plain, 0, "msg_1", "a");
    say_stream(plain.text.data);
    answer(server_expect(server), 200, "{\"id\":\"resp_bg\",\"status\":\"in_progress\"}");
    answer(server_expect(server), 200,
           "{\"id\":\"resp_bg\",\"status\":\"completed\",\"output\":[]}");
    struct played played = background();
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 4);
    assert_int_equal(played.events.list[3].kind, RESPONSES_EVENT_COMPLETED);
    played_free(&played);
    sse_free(&plain);
}

static void a_terminal_event_without_a_number_has_the_whole_response(void **state)
{
    (void)state;
    static const char *ends[] = {
        "data: {\"type\":\"response.completed\"}\n\n",
        "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_bg\",\"status\":"
        "\"completed\"}}\n\n",
        "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_bg\",\"status\":"
        "\"completed\",\"output\":[]}}\n\n",
    };
    for (size_t i = 0; i < COUNT(ends); i++) {
        say_events(0, 5);
        say_stream(ends[i]);
        say_events(5, sse.count);
        struct played played = background();
        check_whole(&played);
        say_events(0, 5);
        say_stream(ends[i]);
        say_stream(ends[i]);
        played = background();
        check_truncated(&played, 5, "sequence number");
    }
}

static void keepalives_do_not_move_the_cursor(void **state)
{
    (void)state;
    static const char *types[] = {"keepalive", "response.keep_alive", "ping", "heartbeat"};
    for (unsigned i = 0; i < COUNT(types); i++) {
        struct exchange *x = server_expect(server);
        char high[64];
        snprintf(high, sizeof high, "data: {\"type\":\"%s\",\"sequence_number\":60}\n\n", types[i]);
        stream_head(x, "");
        stream_chunk(x, sse.text.data, sse.end[3]);
        stream_chunk(x, high, strlen(high));
        hang_up(x);
        say_events(4, sse.count);
        struct played played = background();
        assert_ok(played.status, played.error);
        assert_int_equal(played.events.count, sse.count + 1);
        assert_non_null(strstr(server_request(server, 2 * i + 1)->target, "starting_after=3"));
        played_free(&played);
    }
}

/* A server that counts its keepalives, and does not send them again. */
static void numbers_that_keepalives_took_are_no_gap(void **state)
{
    (void)state;
    struct sse counted;
    sse_begin(&counted, "resp_bg");
    sse_created(&counted);
    sse_keepalive(&counted);
    sse_keepalive(&counted);
    sse_in_progress(&counted);
    sse_completed(&counted);
    assert_int_equal(counted.next_sequence, 5);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, counted.text.data, counted.end[2]);
    hang_up(x);
    x = server_expect(server);
    answer_stream(x, counted.text.data + counted.end[2], counted.text.len - counted.end[2]);
    struct played played = background();
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 5);
    assert_non_null(strstr(server_request(server, 1)->target, "starting_after=0"));
    played_free(&played);
    sse_free(&counted);
}

/* A gateway that takes events out and leaves the numbers: the order is all that they tell. */
static void holes_of_the_servers_own_are_let_be(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    stream_chunk(x, sse.text.data, sse.end[2]);
    stream_chunk(x, sse.text.data + sse.end[3], sse.end[4] - sse.end[3]);
    hang_up(x);
    say_events(6, sse.count);
    struct played played = background();
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, sse.count - 2);
    played_free(&played);
}

static void an_error_after_a_resume_is_the_servers_word(void **state)
{
    (void)state;
    say_events(0, 4);
    say_stream(
        "data: {\"type\":\"error\",\"sequence_number\":0,\"code\":\"gone\",\"message\":\"m\"}\n\n");
    struct played played = background();
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_string_equal(field(played.error, RESPONSES_ERROR_CODE), "gone");
    played_free(&played);
}

int main(void)
{
    const struct CMUnitTest resume_integrity[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_gap_is_asked_for_again),
        TEST(a_gap_that_stays_is_told),
        TEST(a_gap_within_the_rest_counts_too),
        TEST(a_stream_got_from_a_cursor_is_held_to_it),
        TEST(another_response_is_refused),
        TEST(another_document_is_refused),
        TEST(another_document_is_asked_for_again),
        TEST(another_response_behind_a_cursor_is_refused),
        TEST(an_error_without_a_number_leaves_the_cursor),
        TEST(events_without_numbers_cannot_be_placed),
        TEST(a_server_without_numbers_is_asked_for_its_response),
        TEST(a_terminal_event_without_a_number_has_the_whole_response),
        TEST(keepalives_do_not_move_the_cursor),
        TEST(numbers_that_keepalives_took_are_no_gap),
        TEST(holes_of_the_servers_own_are_let_be),
        TEST(an_error_after_a_resume_is_the_servers_word),
    };
    return run(resume_integrity);
}
