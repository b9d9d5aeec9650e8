/* A stream that is cut, at every byte and in every way: exactly the complete events, then the truth. */
#include "test.h"

enum way { FIN, RST, LAST_CHUNK, FIN_IN_CHUNKS };

static struct server *server;
static responses_client *client;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_begin(&sse, "resp_1");
    sse_created(&sse);
    sse.line_end = "\r\n";
    sse_delta(&sse, 0, "msg_1", "one");
    sse.line_end = "\n";
    sse_delta(&sse, 0, "msg_1", "two");
    sse_event(&sse, "response.completed",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\"}");
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

static void play_cut(size_t cut, enum way way)
{
    struct exchange *x = server_expect(server);
    if (way == FIN || way == RST) {
        say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        say_bytes(x, sse.text.data, cut);
    } else {
        stream_head(x, "");
        if (cut > 0)
            stream_chunk(x, sse.text.data, cut);
    }
    if (way == RST)
        slam_down(x);
    else if (way == LAST_CHUNK)
        stream_end(x);
    else
        hang_up(x);
}

static void check_cut(size_t cut, enum way way)
{
    static const char *texts[] = {"", "", "one", "onetwo"};
    int complete = 0;
    while (complete < sse.count && sse.end[complete] <= cut)
        complete++;
    /* Of CR LF CR LF, the event is complete with the second CR. */
    if (complete == 1 && sse.end[1] == cut + 1)
        complete = 2;
    play_cut(cut, way);
    struct played played = play(client);
    int expected = complete == sse.count ? RESPONSES_OK : RESPONSES_E_TRUNCATED;
    if (played.status != expected || played.events.count != complete)
        print_error("cut at byte %zu of %zu in way %d: %s after %d events instead of %d\n", cut,
                    sse.text.len, way, responses_status_name(played.status), played.events.count,
                    complete);
    assert_status(played.status, expected, played.error);
    check_heard(&played.events, &sse, complete);
    if (expected == RESPONSES_OK) {
        assert_null(played.error);
        assert_string_equal(responses_response_status(played.response), "completed");
    } else {
        assert_int_equal(responses_error_last_sequence(played.error), complete - 1);
        assert_string_equal(field(played.error, RESPONSES_ERROR_RESPONSE_ID),
                            complete > 0 ? "resp_1" : "");
        assert_int_equal(responses_error_http_status(played.error), 200);
        if (complete > 0) {
            assert_string_equal(responses_response_text(played.response, NULL), texts[complete]);
            assert_string_equal(responses_response_id(played.response), "resp_1");
        } else {
            assert_null(played.response);
        }
    }
    played_free(&played);
}

static void check_every_cut(enum way way)
{
    size_t step = is_slow() ? 17 : 1;
    for (size_t cut = 0; cut <= sse.text.len; cut += step)
        check_cut(cut, way);
    check_cut(sse.text.len - 1, way);
    check_cut(sse.text.len, way);
}

static void cut_by_an_orderly_end(void **state)
{
    (void)state;
    check_every_cut(FIN);
}

static void cut_by_a_reset(void **state)
{
    (void)state;
    check_every_cut(RST);
}

static void cut_by_the_last_chunk(void **state)
{
    (void)state;
    check_every_cut(LAST_CHUNK);
}

static void cut_between_chunks(void **state)
{
    (void)state;
    check_every_cut(FIN_IN_CHUNKS);
}

static void a_cut_body_of_known_length_is_truncated_too(void **state)
{
    (void)state;
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n");
    say_bytes(x, sse.text.data, sse.end[1]);
    hang_up(x);
    struct played played = play(client);
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    check_heard(&played.events, &sse, 2);
    assert_int_equal(responses_error_is_retryable(played.error), 1);
    played_free(&played);
}

static void a_call_tells_the_same(void **state)
{
    (void)state;
    responses_call *call = NULL;
    responses_error *error = NULL;
    struct events events = {0};
    play_cut(sse.end[2] + 5, FIN);
    assert_ok(responses_create_stream_start(client, REQUEST, RESPONSES_NTS, &call, &error), error);
    assert_status(read_call(call, &events, &error), RESPONSES_E_TRUNCATED, error);
    check_heard(&events, &sse, 3);
    assert_int_equal(responses_error_last_sequence(error), 2);
    assert_string_equal(responses_response_text(responses_call_response(call), NULL), "onetwo");
    responses_error_free(error);
    responses_call_free(call);
    events_free(&events);
}

int main(void)
{
    const struct CMUnitTest truncation[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(cut_by_an_orderly_end),
        TEST(cut_by_a_reset),
        TEST(cut_by_the_last_chunk),
        TEST(cut_between_chunks),
        TEST(a_cut_body_of_known_length_is_truncated_too),
        TEST(a_call_tells_the_same),
    };
    return run(truncation);
}
