/* responses_call_next_batch: many events in one call, as flat records. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_call *call;
static responses_error *error;
static struct sse sse;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    sse_hello(&sse, "resp_1");
    call = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_call_free(call);
    sse_free(&sse);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void start(void)
{
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
}

struct record {
    uint32_t size, type_len, text_len, item_len, json_len;
    int32_t kind, output_index, content_index;
    int64_t sequence;
    const char *type, *text, *item, *json;
};

/* Takes a record apart as the header describes it; says where the next one begins. */
static const char *parse(const char *at, struct record *r)
{
    memcpy(&r->size, at, 4);
    memcpy(&r->kind, at + 4, 4);
    memcpy(&r->sequence, at + 8, 8);
    memcpy(&r->output_index, at + 16, 4);
    memcpy(&r->content_index, at + 20, 4);
    memcpy(&r->type_len, at + 24, 4);
    memcpy(&r->text_len, at + 28, 4);
    memcpy(&r->item_len, at + 32, 4);
    memcpy(&r->json_len, at + 36, 4);
    r->type = at + 40;
    r->text = r->type + r->type_len + 1;
    r->item = r->text + r->text_len + 1;
    r->json = r->item + r->item_len + 1;
    assert_int_equal(r->size % 8, 0);
    assert_true((size_t)(r->json + r->json_len + 1 - at) <= r->size);
    assert_int_equal(r->type[r->type_len], 0);
    assert_int_equal(r->text[r->text_len], 0);
    assert_int_equal(r->item[r->item_len], 0);
    assert_int_equal(r->json[r->json_len], 0);
    return at + r->size;
}

/* Reads all of the call into one buffer after the other; checks it against single events. */
static int read_in_batches(int flags, size_t capacity, struct events *seen)
{
    int total = 0;
    char *space = malloc(capacity + 1);
    char *buffer = space + 1; /* it needs no alignment */
    for (;;) {
        size_t used = 0;
        int count = 0;
        int status =
            responses_call_next_batch(call, flags, buffer, capacity, &used, &count, &error);
        if (status == RESPONSES_AGAIN) {
            assert_int_equal(count, 0);
            assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
            continue;
        }
        if (status != RESPONSES_OK) {
            free(space);
            assert_int_equal(status, RESPONSES_DONE);
            return total;
        }
        assert_true(count >= 1);
        assert_true(used <= capacity);
        const char *at = buffer;
        for (int i = 0; i < count; i++, total++) {
            struct record r;
            const struct heard *event = &seen->list[total];
            assert_true(total < seen->count);
            at = parse(at, &r);
            assert_int_equal(r.kind, event->kind);
            assert_true(r.sequence == event->sequence);
            assert_int_equal(r.output_index, event->output_index);
            assert_int_equal(r.content_index, event->content_index);
            assert_string_equal(r.type, event->type);
            assert_int_equal(r.text_len, event->text_len);
            assert_memory_equal(r.text, event->text, r.text_len);
            assert_string_equal(r.item, event->item_id);
            assert_string_equal(r.json, flags & RESPONSES_BATCH_JSON ? event->json : "");
        }
        assert_int_equal(at - buffer, used);
    }
}

/* The same stream, event by event. */
static struct events single(void)
{
    struct events events = {0};
    start();
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    responses_call_free(call);
    call = NULL;
    return events;
}

static void a_batch_holds_what_single_events_hold(void **state)
{
    (void)state;
    static const size_t capacities[] = {1000, 4096, 65536};
    sse_free(&sse);
    sse_begin(&sse, "resp_1");
    sse_created(&sse);
    sse_delta(&sse, 3, "msg_1", "caf\\u00e9 \\u0000 \\ud83d\\ude00");
    sse_keepalive(&sse);
    for (int i = 0; i < 200; i++)
        sse_delta(&sse, 0, "msg_1", "12345678");
    sse.next_sequence = -1;
    sse_event(&sse, "brand.new", "\"delta\":[]");
    sse_completed(&sse);
    struct events seen = single();
    for (size_t i = 0; i < COUNT(capacities); i++) {
        for (int flags = 0; flags <= RESPONSES_BATCH_JSON; flags++) {
            start();
            assert_int_equal(read_in_batches(flags, capacities[i], &seen), seen.count);
            responses_call_free(call);
            call = NULL;
        }
    }
    events_free(&seen);
}

static void a_buffer_that_is_too_small_loses_nothing(void **state)
{
    (void)state;
    char buffer[4096];
    size_t used = 0, needed;
    int count = 7;
    struct events seen = single();
    start();
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    assert_int_equal(
        responses_call_next_batch(call, RESPONSES_BATCH_JSON, buffer, 0, &used, &count, &error),
        RESPONSES_E_RANGE);
    responses_error_free(error);
    error = NULL;
    assert_int_equal(count, 0);
    assert_in_range(used, 48, sizeof buffer);
    needed = used;
    memset(buffer, 'x', sizeof buffer);
    assert_int_equal(responses_call_next_batch(call, RESPONSES_BATCH_JSON, buffer, needed - 1,
                                               &used, &count, NULL),
                     RESPONSES_E_RANGE);
    assert_int_equal(used, needed);
    assert_int_equal(
        responses_call_next_batch(call, RESPONSES_BATCH_JSON, buffer, needed, &used, &count, NULL),
        RESPONSES_OK);
    assert_int_equal(count, 1);
    assert_int_equal(used, needed);
    assert_int_equal(buffer[needed], 'x');
    struct record r;
    parse(buffer, &r);
    assert_string_equal(r.json, seen.list[0].json);
    /* The rest comes one by one: both ways mix. */
    struct events rest = {0};
    assert_status(read_call(call, &rest, &error), RESPONSES_DONE, error);
    assert_int_equal(rest.count, seen.count - 1);
    events_free(&rest);
    events_free(&seen);
}

static void a_batch_ends_like_single_events(void **state)
{
    (void)state;
    char buffer[65536];
    size_t used = 7;
    int count = 7, status, events = 0;
    answer_stream(server_expect(server), sse.text.data, sse.end[4]);
    assert_ok(responses_create_stream_start(client, REQUEST, NTS, &call, &error), error);
    for (;;) {
        status = responses_call_next_batch(call, 0, buffer, sizeof buffer, &used, &count, &error);
        if (status == RESPONSES_AGAIN)
            assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
        else if (status == RESPONSES_OK)
            events += count;
        else
            break;
    }
    assert_int_equal(events, 5);
    assert_status(status, RESPONSES_E_TRUNCATED, error);
    assert_int_equal(count, 0);
    assert_int_equal(used, 0);
    assert_int_equal(responses_error_last_sequence(error), 4);
}

static void a_call_without_events_is_done_at_once(void **state)
{
    (void)state;
    char buffer[64];
    size_t used;
    int count, status;
    answer(server_expect(server), 200, RESPONSE);
    assert_ok(responses_create_start(client, REQUEST, NTS, &call, &error), error);
    while ((status = responses_call_next_batch(call, 0, buffer, sizeof buffer, &used, &count,
                                               &error)) == RESPONSES_AGAIN)
        responses_call_wait(call, at_most(20000));
    assert_status(status, RESPONSES_DONE, error);
    assert_string_equal(responses_response_text(responses_call_response(call), NULL),
                        "Hello, world!");
}

static void wrong_arguments_are_invalid(void **state)
{
    (void)state;
    char buffer[4096];
    size_t used;
    int count;
    start();
    assert_int_equal(responses_call_wait(call, at_most(20000)), RESPONSES_OK);
    assert_int_equal(responses_call_next_batch(call, 0, NULL, 100, &used, &count, NULL),
                     RESPONSES_E_INVALID);
    assert_int_equal(responses_call_next_batch(call, 1 << 20, buffer, 4096, &used, &count, NULL),
                     RESPONSES_E_INVALID);
    struct events events = {0};
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    assert_int_equal(events.count, 11);
    events_free(&events);
}

int main(void)
{
    const struct CMUnitTest batch[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_batch_holds_what_single_events_hold), TEST(a_buffer_that_is_too_small_loses_nothing),
        TEST(a_batch_ends_like_single_events),       TEST(a_call_without_events_is_done_at_once),
        TEST(wrong_arguments_are_invalid),
    };
    return run(batch);
}
