/* A large text comes in deltas and then again in up to four events. It is held once, and what has been
   put together is right at every moment, also while such an event is arriving. */
#include "test.h"

enum { DELTAS = 60, DELTA = 12000 };

static struct server *server;
static responses_client *client;
static struct text raw, plain; /* the text as JSON has it, and as it is */
static size_t begins[8];       /* where the events after the deltas begin */
static struct text stream;

static void add_event(const char *type, const char *before, const struct text *text,
                      const char *after)
{
    text_add(&stream, "data: {\"type\":\"");
    text_add(&stream, type);
    text_add(&stream, "\",\"output_index\":0,\"content_index\":0,");
    text_add(&stream, before);
    text_add_bytes(&stream, text->data, text->len);
    text_add(&stream, after);
    text_add(&stream, "}\n\n");
}

#define PART "{\"type\":\"output_text\",\"text\":\""
#define ITEM "{\"id\":\"msg_1\",\"type\":\"message\",\"content\":[" PART

/* Everything a server sends; `repeats`: what comes again, in place of the text. */
static void make_stream(int with_deltas, const struct text *repeats)
{
    struct text delta = {0};
    text_free(&stream);
    text_add(&stream, "data: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\","
                      "\"status\":\"in_progress\",\"output\":[]}}\n\n");
    for (size_t at = 0; with_deltas && at < raw.len; at += DELTA) {
        delta.len = 0;
        text_add_bytes(&delta, raw.data + at, DELTA);
        add_event("response.output_text.delta", "\"delta\":\"", &delta, "\"");
    }
    begins[0] = stream.len;
    add_event("response.output_text.done", "\"text\":\"", repeats, "\"");
    begins[1] = stream.len;
    add_event("response.content_part.done", "\"part\":" PART, repeats, "\"}");
    begins[2] = stream.len;
    add_event("response.output_item.done", "\"item\":" ITEM, repeats, "\"}]}");
    begins[3] = stream.len;
    add_event("response.completed",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[" ITEM, repeats,
              "\"}]}]}");
    begins[4] = stream.len;
    text_free(&delta);
}

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    for (unsigned i = 0, seed = 1; i < DELTAS * (DELTA / 12); i++) {
        char piece[20];
        seed = seed * 1664525 + 1013904223;
        snprintf(piece, sizeof piece, "%08x\\n\\\"", seed); /* twelve bytes */
        text_add(&raw, piece);
        snprintf(piece, sizeof piece, "%08x\n\"", seed);
        text_add(&plain, piece);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    text_free(&raw);
    text_free(&plain);
    text_free(&stream);
    responses_client_free(client);
    server_abandon(server);
    return 0;
}

static void check_text(const responses_response *response, const struct text *expected)
{
    size_t len = 0;
    const char *text = responses_response_text(response, &len);
    assert_int_equal(len, expected->len);
    assert_true(memcmp(text, expected->data, len) == 0);
}

static void it_is_right_at_every_moment(void **state)
{
    (void)state;
    make_stream(1, &raw);
    responses_call *call = NULL;
    responses_error *error = NULL;
    const responses_event *event = NULL;
    int status, count = 0;
    answer_stream(server_expect(server), stream.data, stream.len);
    assert_ok(responses_create_stream_start(client, REQUEST, RESPONSES_NTS, &call, &error), error);
    for (;;) {
        while ((status = responses_call_next(call, &event, &error)) == RESPONSES_AGAIN) {
            /* In the middle of an event too. */
            if (count > DELTAS)
                check_text(responses_call_response(call), &plain);
            assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
        }
        if (status == RESPONSES_DONE)
            break;
        assert_ok(status, error);
        if (++count > DELTAS)
            check_text(responses_call_response(call), &plain);
    }
    assert_int_equal(count, 1 + DELTAS + 4);
    check_text(responses_call_response(call), &plain);
    assert_string_equal(value_at(responses_call_response(call), "/status"), "completed");
    responses_call_free(call);
}

static void a_cut_leaves_all_of_it(void **state)
{
    (void)state;
    make_stream(1, &raw);
    for (int which = 0; which < 4; which++) {
        const size_t size = begins[which + 1] - begins[which];
        const size_t cuts[] = {1, size / 2, size - 40, size - 2};
        for (size_t i = 0; i < COUNT(cuts); i++) {
            struct played played =
                play_bytes(server, client, stream.data, begins[which] + cuts[i], 0);
            assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
            assert_int_equal(played.events.count, 1 + DELTAS + which);
            check_text(played.response, &plain);
            played_free(&played);
        }
    }
}

static void check_outcome(const struct text *expected)
{
    struct played played = play_bytes(server, client, stream.data, stream.len, 0);
    assert_ok(played.status, played.error);
    check_text(played.response, expected);
    assert_memory_equal(played.events.list[played.events.count - 1].json,
                        "{\"type\":\"response.comp", 22);
    played_free(&played);
    /* Without its end: from the items. */
    played = play_bytes(server, client, stream.data, begins[3] + 500000, 0);
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    check_text(played.response, expected);
    played_free(&played);
}

static void what_comes_again_may_be_something_else(void **state)
{
    (void)state;
    struct text more = {0}, more_plain = {0};
    /* Longer, different in the middle, and different from the start. */
    text_add_bytes(&more, raw.data, raw.len);
    text_add(&more, " and more");
    text_add_bytes(&more_plain, plain.data, plain.len);
    text_add(&more_plain, " and more");
    make_stream(1, &more);
    check_outcome(&more_plain);
    more.len = raw.len;
    more_plain.len = plain.len;
    more.data[raw.len / 2 / 12 * 12] = 'X';
    more_plain.data[raw.len / 2 / 12 * 10] = 'X';
    more.data[more.len] = more_plain.data[more_plain.len] = '\0';
    make_stream(1, &more);
    check_outcome(&more_plain);
    more.data[0] = more_plain.data[0] = 'Y';
    make_stream(1, &more);
    check_outcome(&more_plain);
    text_free(&more);
    text_free(&more_plain);
}

static void it_may_come_without_deltas(void **state)
{
    (void)state;
    make_stream(0, &raw);
    check_outcome(&plain);
}

static void it_counts_once(void **state)
{
    (void)state;
    char limit[20];
    make_stream(1, &raw);
    snprintf(limit, sizeof limit, "%zu", raw.len + 2000);
    set(client, "max_response_bytes", limit);
    struct played played = play_bytes(server, client, stream.data, stream.len, 0);
    assert_ok(played.status, played.error);
    check_text(played.response, &plain);
    played_free(&played);
    snprintf(limit, sizeof limit, "%zu", raw.len - 20);
    set(client, "max_response_bytes", limit);
    played = play_bytes(server, client, stream.data, stream.len, 0);
    assert_status(played.status, RESPONSES_E_LIMIT, played.error);
    assert_contains(message_of(played.error), "max_response_bytes");
    played_free(&played);
}

static void a_stream_that_goes_on_has_all_of_it(void **state)
{
    (void)state;
    struct sse sse;
    sse_begin(&sse, "resp_1");
    sse_event(&sse, "response.created",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\",\"background\":true}");
    sse_delta(&sse, 0, "msg_1", raw.data);
    sse_text_done(&sse, 0, "msg_1", raw.data);
    struct exchange *x = server_expect(server);
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    say_bytes(x, sse.text.data, sse.end[1] + raw.len / 2); /* in the middle of the last */
    hang_up(x);
    x = server_expect(server);
    sse_part_done(&sse, 0, "msg_1", "the end");
    sse_raw(&sse, ""); /* what is not said again stays */
    say(x, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    say_bytes(x, sse.text.data + sse.end[1], sse.end[2] - sse.end[1]);
    say(x, "data: {\"type\":\"response.completed\",\"sequence_number\":3,\"response\":{\"id\":"
           "\"resp_1\",\"status\":\"completed\"}}\n\n");
    hang_up(x);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 4);
    check_text(played.response, &plain);
    played_free(&played);
    sse_free(&sse);
}

int main(void)
{
    const struct CMUnitTest repeated[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(it_is_right_at_every_moment),
        TEST(a_cut_leaves_all_of_it),
        TEST(what_comes_again_may_be_something_else),
        TEST(it_may_come_without_deltas),
        TEST(it_counts_once),
        TEST(a_stream_that_goes_on_has_all_of_it),
    };
    return run(repeated);
}
