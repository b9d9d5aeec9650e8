/* What an event of a stream tells: numbers, types, texts, whatever the server writes. */
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

#define DONE_JSON                                                                                  \
    "{\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"completed\"}}"

static void an_event_is_told_in_full(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    struct played played = played_in_pieces(sse.text.data, sse.text.len, 0);
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 11);
    for (int i = 0; i < 11; i++) {
        assert_int_equal(played.events.list[i].sequence, i);
        assert_string_equal(played.events.list[i].response_id, "resp_1");
    }
    const struct heard *delta = &played.events.list[4];
    assert_int_equal(delta->kind, RESPONSES_EVENT_OUTPUT_TEXT_DELTA);
    assert_string_equal(delta->type, "response.output_text.delta");
    assert_string_equal(delta->text, "Hello");
    assert_string_equal(delta->item_id, "msg_1");
    assert_int_equal(delta->output_index, 0);
    assert_int_equal(delta->content_index, 0);
    assert_string_equal(delta->json,
                        "{\"type\":\"response.output_text.delta\",\"sequence_number\":4,"
                        "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"
                        "\"delta\":\"Hello\",\"logprobs\":[],\"obfuscation\":\"xyz\"}");
    const struct heard *created = &played.events.list[0];
    assert_int_equal(created->kind, RESPONSES_EVENT_CREATED);
    assert_string_equal(created->text, "");
    assert_string_equal(created->item_id, "");
    assert_int_equal(created->output_index, -1);
    assert_int_equal(created->content_index, -1);
    assert_int_equal(played.events.list[10].kind, RESPONSES_EVENT_COMPLETED);
    played_free(&played);
    sse_free(&sse);
}

static void sequence_numbers_may_be_missing_or_strange(void **state)
{
    (void)state;
    struct sse sse;
    sse_begin(&sse, "resp_1");
    sse.next_sequence = -1;
    sse_created(&sse);
    sse.next_sequence = 100;
    sse_message(&sse, 0, "msg_1", (const char *[]){"Hello, world!", NULL});
    sse.next_sequence = 5;
    sse_event(&sse, "keepalive", "");
    sse.next_sequence = INT64_C(9007199254740993);
    sse_completed(&sse);
    struct played played = played_in_pieces(sse.text.data, sse.text.len, 0);
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.list[0].sequence, -1);
    assert_int_equal(played.events.list[1].sequence, 100);
    assert_int_equal(played.events.list[sse.count - 2].sequence, 5);
    assert_true(played.events.list[sse.count - 1].sequence == INT64_C(9007199254740993));
    check_complete(&played, &sse);
    sse_free(&sse);

    played = played_bytes("data: {\"type\":\"x\",\"sequence_number\":\"7\"}\n\n"
                          "data: {\"type\":\"x\",\"sequence_number\":null}\n\n"
                          "data: {\"type\":\"x\",\"sequence_number\":99999999999999999999}\n\n"
                          "data: {\"type\":\"x\",\"output_index\":99999999999}\n\n"
                          "data: " DONE_JSON "\n\n");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 5);
    assert_int_equal(played.events.list[0].sequence, -1);
    assert_int_equal(played.events.list[1].sequence, -1);
    played_free(&played);
}

static void unknown_types_and_keepalives_are_handed_over(void **state)
{
    (void)state;
    struct played played =
        played_bytes("data: {\"type\":\"response.in_progress\"}\n\n"
                     "event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":3}\n\n"
                     "data: {\"type\":\"response.brand_new.delta\",\"delta\":\"d\",\"x\":[1]}\n\n"
                     "data: {\"type\":\"response.new\",\"delta\":{\"stdout\":\"no text\"}}\n\n"
                     "data: {\"no_type\":1}\n\n"
                     "data: " DONE_JSON "\n\n");
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 6);
    assert_int_equal(played.events.list[1].kind, RESPONSES_EVENT_KEEPALIVE);
    assert_int_equal(played.events.list[2].kind, RESPONSES_EVENT_OTHER);
    assert_string_equal(played.events.list[2].type, "response.brand_new.delta");
    assert_string_equal(played.events.list[2].text, "d");
    assert_string_equal(played.events.list[3].text, "");
    assert_int_equal(played.events.list[4].kind, RESPONSES_EVENT_OTHER);
    assert_string_equal(played.events.list[4].json, "{\"no_type\":1}");
    played_free(&played);
}

static void text_is_unescaped(void **state)
{
    (void)state;
    struct played played =
        played_bytes("data: {\"type\":\"response.output_text.delta\",\"delta\":\"q\\\" b\\\\ "
                     "n\\n u\\u00e9 \\ud83d\\ude00 \xc3\xa9 z\\u0000z\"}\n\n"
                     "data: " DONE_JSON "\n\n");
    static const char expected[] = "q\" b\\ n\n u\xc3\xa9 \xf0\x9f\x98\x80 \xc3\xa9 z\0z";
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.list[0].text_len, sizeof expected - 1);
    assert_memory_equal(played.events.list[0].text, expected, sizeof expected);
    played_free(&played);
}

static void half_a_surrogate_pair_waits_for_the_other(void **state)
{
    (void)state;
    /* Some servers cut between the two. */
    struct played played =
        played_bytes("data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\\ud83d\"}\n\n"
                     "data: {\"type\":\"response.output_text.delta\",\"delta\":\"\\ude00b\"}\n\n"
                     "data: " DONE_JSON "\n\n");
    assert_ok(played.status, played.error);
    assert_string_equal(played.events.list[0].text, "a");
    assert_string_equal(played.events.list[1].text, "\xf0\x9f\x98\x80"
                                                    "b");
    assert_contains(played.events.list[0].json, "\"a\\ud83d\"");
    played_free(&played);
}

static void an_event_of_a_mebibyte_arrives_whole(void **state)
{
    (void)state;
    struct sse sse;
    struct text image = {0};
    sse_begin(&sse, "resp_1");
    text_add_times(&image, 'A', 1 << 20);
    sse_created(&sse);
    sse_eventf(&sse, "response.image_generation_call.partial_image",
               "\"item_id\":\"ig_1\",\"output_index\":0,\"partial_image_b64\":\"%s\"", image.data);
    sse_message(&sse, 1, "msg_1", (const char *[]){"Hello, world!", NULL});
    sse_completed(&sse);
    struct played played = played_in_pieces(sse.text.data, sse.text.len, 0);
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.list[1].kind, RESPONSES_EVENT_IMAGE_GENERATION_PARTIAL_IMAGE);
    assert_true(played.events.list[1].json_len > 1 << 20);
    check_complete(&played, &sse);
    text_free(&image);
    sse_free(&sse);
}

static void broken_json_in_an_event_is_a_protocol_error(void **state)
{
    (void)state;
    static const char *bad[] = {
        "{\"type\":\"response.output_text.delta\",\"delta\":\"x\"",
        "{\"type\":\"x\",}",
        "{\"type\":\"x\"} {}",
        "nonsense",
        "{\"type\":\"x\",\"a\":\"\xc3\"}",
        "{\"type\":\"x\",\"a\":01}",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct sse sse;
        sse_begin(&sse, "resp_1");
        sse_created(&sse);
        sse_message_added(&sse, 0, "msg_1");
        sse_part_added(&sse, 0, "msg_1");
        sse_delta(&sse, 0, "msg_1", "so far");
        sse_raw(&sse, "data: ");
        sse_raw(&sse, bad[i]);
        sse_raw(&sse, "\n\n");
        int good = sse.count;
        sse_completed(&sse);
        struct played played = played_in_pieces(sse.text.data, sse.text.len, 0);
        if (played.status != RESPONSES_E_PROTOCOL)
            print_error("%s\n", bad[i]);
        assert_status(played.status, RESPONSES_E_PROTOCOL, played.error);
        check_heard(&played.events, &sse, good);
        assert_non_null(played.response);
        assert_string_equal(responses_response_text(played.response, NULL), "so far");
        assert_int_equal(responses_error_last_sequence(played.error), good - 1);
        assert_string_equal(field(played.error, RESPONSES_ERROR_RESPONSE_ID), "resp_1");
        played_free(&played);
        sse_free(&sse);
    }
}

int main(void)
{
    const struct CMUnitTest stream_events[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_event_is_told_in_full),
        TEST(sequence_numbers_may_be_missing_or_strange),
        TEST(unknown_types_and_keepalives_are_handed_over),
        TEST(text_is_unescaped),
        TEST(half_a_surrogate_pair_waits_for_the_other),
        TEST(an_event_of_a_mebibyte_arrives_whole),
        TEST(broken_json_in_an_event_is_a_protocol_error),
    };
    return run(stream_events);
}
