/* An event stream is read whatever its chunks, its line ends and its manners. */
#include "test.h"

static struct server *server;
static responses_client *client;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static struct played played_in_pieces(const char *bytes, size_t len, size_t piece)
{
    return play_bytes(server, client, bytes, len, piece);
}

static struct played played_bytes(const char *bytes)
{
    return played_in_pieces(bytes, strlen(bytes), 0);
}

/* That a stream was read to its good end. */
static void check_complete(struct played *played, const struct sse *sse)
{
    assert_status(played->status, RESPONSES_OK, played->error);
    assert_null(played->error);
    check_heard(&played->events, sse, sse->count);
    assert_string_equal(responses_response_status(played->response), "completed");
    assert_string_equal(responses_response_text(played->response, NULL), "Hello, world!");
    assert_string_equal(played->events.text.data, "Hello, world!");
    played_free(played);
}

static void pieces_of_any_size_make_the_same_events(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 2, 3, 7, 64, 500, 1000};
    struct sse sse;
    sse_hello(&sse, "resp_1");
    for (size_t i = 0; i < COUNT(pieces); i++) {
        struct played played = played_in_pieces(sse.text.data, sse.text.len, pieces[i]);
        check_complete(&played, &sse);
    }
    sse_free(&sse);
}

static void http_chunks_of_any_size_make_the_same_events(void **state)
{
    (void)state;
    static const size_t chunks[] = {1, 5, 100, 100000};
    struct sse sse;
    sse_hello(&sse, "resp_1");
    for (size_t i = 0; i < COUNT(chunks); i++) {
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        for (size_t at = 0; at < sse.text.len; at += chunks[i])
            stream_chunk(x, sse.text.data + at,
                         sse.text.len - at < chunks[i] ? sse.text.len - at : chunks[i]);
        stream_end(x);
        struct played played = play(client);
        check_complete(&played, &sse);
    }
    sse_free(&sse);
}

static void lines_may_end_in_lf_cr_or_both(void **state)
{
    (void)state;
    static const char *ends[] = {"\n", "\r\n", "\r"};
    for (size_t i = 0; i < COUNT(ends); i++) {
        for (size_t piece = 0; piece < 3; piece++) {
            struct sse sse;
            sse_begin(&sse, "resp_1");
            sse.line_end = ends[i];
            sse_created(&sse);
            sse_message(&sse, 0, "msg_1", (const char *[]){"Hello", ", world!", NULL});
            sse_completed(&sse);
            struct played played = played_in_pieces(sse.text.data, sse.text.len, piece);
            check_complete(&played, &sse);
            sse_free(&sse);
        }
    }
}

static void line_ends_may_be_mixed(void **state)
{
    (void)state;
    static const char *ends[] = {"\n", "\r\n", "\r", "\r", "\n", "\r\n"};
    struct sse sse;
    sse_begin(&sse, "resp_1");
    sse.line_end = ends[0];
    sse_created(&sse);
    sse.line_end = ends[1];
    sse_message_added(&sse, 0, "msg_1");
    sse.line_end = ends[2];
    sse_part_added(&sse, 0, "msg_1");
    sse_raw(&sse, "\r\r\n\n");
    sse.line_end = ends[3];
    sse_delta(&sse, 0, "msg_1", "Hello, ");
    sse.line_end = ends[4];
    sse_delta(&sse, 0, "msg_1", "world!");
    sse_message_done(&sse, 0, "msg_1", "Hello, world!");
    sse.line_end = ends[5];
    sse_completed(&sse);
    for (size_t piece = 0; piece < 4; piece++) {
        struct played played = played_in_pieces(sse.text.data, sse.text.len, piece);
        check_complete(&played, &sse);
    }
    sse_free(&sse);
}

static void what_is_not_an_event_is_passed_over(void **state)
{
    (void)state;
    struct sse sse;
    sse_begin(&sse, "resp_1");
    sse_raw(&sse, "\xef\xbb\xbf: a comment after the byte order mark\n\n");
    sse_created(&sse);
    sse_raw(&sse, ": PROCESSING\n\n:\n\n\n\n:::\n");
    sse_raw(&sse, "retry: 3000\nid: 7\n\nevent: ping\n\nnonsense\nfield without colon\n\n");
    sse_message(&sse, 0, "msg_1", (const char *[]){"Hello, ", "world!", NULL});
    sse_raw(&sse, ": last words\n\n");
    sse_completed(&sse);
    for (size_t piece = 0; piece < 2; piece++) {
        struct played played = played_in_pieces(sse.text.data, sse.text.len, piece);
        check_complete(&played, &sse);
    }
    sse_free(&sse);
}

static void the_event_line_is_not_needed(void **state)
{
    (void)state;
    struct sse sse;
    sse_begin(&sse, "resp_1");
    sse.without_event_line = 1;
    sse_created(&sse);
    sse_message(&sse, 0, "msg_1", (const char *[]){"Hello, world!", NULL});
    sse_completed(&sse);
    struct played played = played_in_pieces(sse.text.data, sse.text.len, 0);
    check_complete(&played, &sse);
    sse_free(&sse);
}

#define DONE_JSON                                                                                  \
    "{\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"completed\"}}"

static void the_event_line_may_come_last_and_the_type_too(void **state)
{
    (void)state;
    struct played played = played_bytes(
        "data: {\"delta\":\"x\",\"output_index\":2,\"type\":\"response.output_text.delta\"}\n"
        "event: response.output_text.delta\n\n"
        "data:" DONE_JSON "\nevent:response.completed\n\n");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 2);
    assert_int_equal(played.events.list[0].kind, RESPONSES_EVENT_OUTPUT_TEXT_DELTA);
    assert_string_equal(played.events.list[0].text, "x");
    assert_int_equal(played.events.list[0].output_index, 2);
    assert_int_equal(played.events.list[0].sequence, -1);
    played_free(&played);
}

static void the_type_in_the_data_wins_over_the_event_line(void **state)
{
    (void)state;
    struct played played =
        played_bytes("event: response.completed\ndata: {\"type\":\"response.in_progress\"}\n\n"
                     "event: response.output_text.delta\ndata: {\"delta\":\"y\"}\n\n"
                     "event: message\ndata: " DONE_JSON "\n\n");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 3);
    assert_string_equal(played.events.list[0].type, "response.in_progress");
    assert_int_equal(played.events.list[0].kind, RESPONSES_EVENT_IN_PROGRESS);
    assert_string_equal(played.events.list[1].type, "response.output_text.delta");
    assert_string_equal(played.events.list[1].text, "y");
    played_free(&played);
}

static void data_may_take_several_lines(void **state)
{
    (void)state;
    static const char bytes[] =
        "event: response.output_text.delta\n"
        "data: {\"type\":\"response.output_text.delta\",\ndata:\"delta\":\ndata:  \"z\"}\n\n"
        "data: {\ndata\ndata: \"type\":\"response.completed\"}\n\n";
    for (size_t piece = 0; piece < 2; piece++) {
        struct played played = played_in_pieces(bytes, sizeof bytes - 1, piece);
        assert_ok(played.status, played.error);
        assert_int_equal(played.events.count, 2);
        assert_string_equal(played.events.list[0].text, "z");
        assert_string_equal(played.events.list[0].json,
                            "{\"type\":\"response.output_text.delta\",\n\"delta\":\n \"z\"}");
        assert_string_equal(played.events.list[1].json, "{\n\n\"type\":\"response.completed\"}");
        played_free(&played);
    }
}

static void the_stream_type_is_read_in_any_case(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer_with(server_expect(server), 200, "content-type: Text/Event-Stream;charset=UTF-8\r\n",
                sse.text.data, sse.text.len);
    struct played played = play(client);
    check_complete(&played, &sse);
    sse_free(&sse);
}

int main(void)
{
    const struct CMUnitTest stream_framing[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(pieces_of_any_size_make_the_same_events),
        TEST(http_chunks_of_any_size_make_the_same_events),
        TEST(lines_may_end_in_lf_cr_or_both),
        TEST(line_ends_may_be_mixed),
        TEST(what_is_not_an_event_is_passed_over),
        TEST(the_event_line_is_not_needed),
        TEST(the_event_line_may_come_last_and_the_type_too),
        TEST(the_type_in_the_data_wins_over_the_event_line),
        TEST(data_may_take_several_lines),
        TEST(the_stream_type_is_read_in_any_case),
    };
    return run(stream_framing);
}
