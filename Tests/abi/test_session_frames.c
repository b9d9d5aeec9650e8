/* What a server sends over a session, in all the pieces and frames in which it may come: the same turn each time. */
#include "test.h"
#include "wire.h"

#define NTS  RESPONSES_NTS
#define TURN "{\"model\":\"m\",\"input\":\"hi\"}"

static struct wire_server *server;
static responses_client *client;
static responses_session *session;
static responses_error *error;
static struct sse sse;

/* What the server says to each turn, and then. */
static struct plan {
    struct text bytes;
    size_t piece, count;
    enum { STAYS, FIN, RST } then;
} plan;

static void play_plan(struct wire *wire, void *user_data)
{
    char *turn;
    (void)user_data;
    wire_agree(wire);
    while ((turn = wire_take(wire)) != NULL) {
        free(turn);
        /* The test makes another plan as soon as the client has what it wants of this one. */
        const struct plan now = plan;
        const size_t count = now.count < now.bytes.len ? now.count : now.bytes.len;
        char *bytes = malloc(count + 1);
        if (count > 0)
            memcpy(bytes, now.bytes.data, count);
        if (now.piece > 0)
            wire_send_pieces(wire, bytes, count, now.piece);
        else
            wire_send(wire, bytes, count);
        free(bytes);
        if (now.then == RST)
            wire_reset(wire);
        if (now.then != STAYS)
            return;
    }
}

static int setup(void **state)
{
    (void)state;
    memset(&plan, 0, sizeof plan);
    plan.count = SIZE_MAX;
    sse_hello(&sse, "resp_1");
    server = wire_start(play_plan, NULL);
    client = client_at(wire_url(server));
    session = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_session_free(session);
    responses_client_free(client);
    wire_stop(server);
    text_free(&plan.bytes);
    sse_free(&sse);
    return 0;
}

static void open_session(void)
{
    assert_ok(responses_session_open(client, &session, &error), error);
    assert_int_equal(responses_session_connections(session), 1);
}

static void plan_events(void)
{
    for (int index = 0; index < sse.count; index++) {
        char *json = event_json(&sse, index, NULL);
        frame_add_text(&plan.bytes, json);
        free(json);
    }
}

static void check_turn(void)
{
    struct played played = play_turn(session, TURN);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, sse.count);
    assert_string_equal(played.events.text.data, "Hello, world!");
    assert_string_equal(responses_response_text(played.response, NULL), "Hello, world!");
    assert_int_equal(responses_response_attempts(played.response), 1);
    played_free(&played);
}

/* ---- pieces ---- */

static void a_turn_comes_in_pieces_of_any_size(void **state)
{
    (void)state;
    open_session();
    plan_events();
    for (size_t piece = 1; piece < 140; piece += piece < 9 ? 1 : 13) {
        plan.piece = piece;
        check_turn();
    }
    plan.piece = 0;
    check_turn();
    assert_int_equal(responses_session_connections(session), 1);
}

/* Each event in fragments of so many bytes, with what may come between them. */
static void plan_fragments(size_t size, int empty, const char *ping)
{
    plan.bytes.len = 0;
    for (int index = 0; index < sse.count; index++) {
        char *json = event_json(&sse, index, NULL);
        const size_t len = strlen(json);
        for (size_t at = 0; at < len; at += size) {
            const int is_last = at + size >= len;
            frame_add(&plan.bytes, (at == 0 ? 1 : 0) | (is_last && !empty ? 0x80 : 0), json + at,
                      is_last ? len - at : size);
            if (empty)
                frame_add(&plan.bytes, 0, "", 0);
            if (ping != NULL)
                frame_add(&plan.bytes, 0x89, ping, strlen(ping));
        }
        if (empty)
            frame_add(&plan.bytes, 0x80, "", 0);
        free(json);
    }
}

static void a_turn_comes_in_fragments(void **state)
{
    (void)state;
    open_session();
    for (int empty = 0; empty < 2; empty++)
        for (size_t size = 1; size < 200; size = size * 3 + 1)
            for (size_t piece = 0; piece < 8; piece += 7) {
                plan.piece = piece;
                plan_fragments(size, empty, NULL);
                check_turn();
            }
    assert_int_equal(responses_session_connections(session), 1);
}

static void an_empty_frame_begins_a_message(void **state)
{
    (void)state;
    for (int index = 0; index < sse.count; index++) {
        char *json = event_json(&sse, index, NULL);
        frame_add(&plan.bytes, 0x01, "", 0);
        frame_add(&plan.bytes, 0x00, "", 0);
        frame_add(&plan.bytes, 0x80, json, strlen(json));
        free(json);
    }
    open_session();
    check_turn();
}

/* ---- pings ---- */

/* What comes before the last event, and how many pings are in it, numbered from 1. */
static int ping_count, reads_late;

static void add_ping(size_t size)
{
    char payload[126] = "";
    memset(payload, 'p', size);
    snprintf(payload, sizeof payload, "%d", ++ping_count);
    frame_add(&plan.bytes, 0x89, payload, size);
}

/* Says the last event when the last ping was answered; nothing but pongs comes until then, in their order. */
static void play_pings(struct wire *wire, void *user_data)
{
    int last = 0;
    (void)user_data;
    wire_agree(wire);
    free(wire_take(wire));
    wire_send(wire, plan.bytes.data, plan.bytes.len);
    while (last < ping_count && wire_take_control(wire) == WEBSOCKET_PONG) {
        int number = atoi(wire->last_control.data);
        if (number <= last || (!reads_late && number != last + 1))
            wire_problem(wire, "pong %d after pong %d", number, last);
        last = number;
    }
    if (last < ping_count)
        wire_problem(wire, "the last pong is %d, of %d", last, ping_count);
    /* Whoever does not read must not be able to fill the client's memory. */
    if (reads_late && wire->pongs > ping_count / 2)
        wire_problem(wire, "%d pongs for %d pings were kept", wire->pongs, ping_count);
    wire_say_events(wire, &sse, sse.count - 1, sse.count, NULL);
}

static void check_pings(void)
{
    wire_stop(server);
    server = wire_start(play_pings, NULL);
    set(client, "base_url", wire_url(server));
    open_session();
    check_turn();
}

static void begin_pings(void)
{
    ping_count = reads_late = 0;
    plan.bytes.len = 0;
}

static void pings_between_fragments_are_answered(void **state)
{
    (void)state;
    begin_pings();
    add_ping(1);
    for (int index = 0; index < sse.count - 1; index++) {
        char *json = event_json(&sse, index, NULL);
        const size_t len = strlen(json), half = len / 2;
        frame_add(&plan.bytes, 0x01, json, half);
        add_ping(10);
        frame_add(&plan.bytes, 0x8A, "unasked", 7);
        add_ping(125);
        frame_add(&plan.bytes, 0x00, "", 0);
        add_ping(3);
        frame_add(&plan.bytes, 0x80, json + half, len - half);
        free(json);
    }
    check_pings();
}

static void a_flood_of_pings_is_answered(void **state)
{
    (void)state;
    begin_pings();
    for (int index = 0; index < sse.count - 1; index++) {
        char *json = event_json(&sse, index, NULL);
        for (int count = 0; count < 40; count++)
            add_ping(125);
        frame_add_text(&plan.bytes, json);
        free(json);
    }
    check_pings();
}

/* Only the last ping has to be answered (RFC 6455, 5.5.3). */
static void pings_of_a_server_that_does_not_read_are_not_kept(void **state)
{
    (void)state;
    begin_pings();
    reads_late = 1;
    while (ping_count < 400000)
        add_ping(125);
    for (int index = 0; index < sse.count - 1; index++) {
        char *json = event_json(&sse, index, NULL);
        frame_add_text(&plan.bytes, json);
        free(json);
    }
    check_pings();
}

/* ---- sizes ---- */

/* An event of so many bytes in all, between the first and the last of a turn. */
static void plan_large(size_t size, size_t fragment)
{
    struct text json = {0};
    plan.bytes.len = 0;
    char *first = event_json(&sse, 0, NULL), *last = event_json(&sse, sse.count - 1, NULL);
    frame_add_text(&plan.bytes, first);
    text_add(&json, "{\"type\":\"large\",\"text\":\"");
    text_add_times(&json, 'x', size - json.len - 2);
    text_add(&json, "\"}");
    assert_int_equal(json.len, size);
    for (size_t at = 0; at < size; at += fragment)
        frame_add(&plan.bytes, (at == 0) | (at + fragment >= size ? 0x80 : 0), json.data + at,
                  size - at < fragment ? size - at : fragment);
    frame_add_text(&plan.bytes, last);
    free(first), free(last);
    text_free(&json);
}

static void messages_have_any_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {100, 125, 126, 127, 16383, 16384, 65535, 65536, 65537, 3000000};
    open_session();
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (int cut = 0; cut < 3; cut++) {
            plan.piece = cut == 1 ? 5000 : 0;
            plan_large(sizes[i], cut == 2 ? sizes[i] / 3 + 1 : sizes[i]);
            struct played played = play_turn(session, TURN);
            assert_ok(played.status, played.error);
            assert_int_equal(played.events.count, 3);
            assert_int_equal(played.events.list[1].json_len, sizes[i]);
            assert_int_equal(played.events.list[1].kind, RESPONSES_EVENT_OTHER);
            played_free(&played);
        }
    assert_int_equal(responses_session_connections(session), 1);
}

/* The first event of a turn, and a last one with a text of so many bytes, on several lines. */
static void plan_large_end(size_t size, size_t fragment, const char *behind)
{
    struct text json = {0};
    char *first = event_json(&sse, 0, NULL);
    plan.bytes.len = 0;
    frame_add_text(&plan.bytes, first);
    text_add(&json, "{\"type\":\"response.completed\",\n\"sequence_number\":1,\r\n\"response\":{"
                    "\"id\":\"resp_1\",\"status\":\"completed\",\n\"output\":[\n{\"id\":\"msg_1\","
                    "\"type\":\"message\",\"role\":\"assistant\",\"status\":\"completed\","
                    "\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"text\":\"");
    text_add_times(&json, 'x', size);
    text_add(&json, behind);
    text_add(&json, "\"}]}]}\n}");
    for (size_t at = 0; at < json.len; at += fragment)
        frame_add(&plan.bytes, (at == 0) | (at + fragment >= json.len ? 0x80 : 0), json.data + at,
                  json.len - at < fragment ? json.len - at : fragment);
    free(first);
    text_free(&json);
}

static void a_large_event_may_be_the_last(void **state)
{
    (void)state;
    static const size_t sizes[] = {15000, 16000, 17000, 100000, 3000000};
    open_session();
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (int cut = 0; cut < 3; cut++) {
            plan.piece = cut == 1 ? 5000 : 0;
            plan_large_end(sizes[i], cut == 2 ? 4000 : SIZE_MAX / 2, "!");
            struct played played = play_turn(session, TURN);
            assert_ok(played.status, played.error);
            assert_int_equal(played.events.count, 2);
            size_t length = 0;
            const char *text = responses_response_text(played.response, &length);
            assert_int_equal(length, sizes[i] + 1);
            assert_int_equal(text[length - 1], '!');
            assert_int_equal(strspn(text, "x"), sizes[i]);
            played_free(&played);
        }
    assert_int_equal(responses_session_connections(session), 1);
}

static void a_large_event_that_does_not_come_whole_is_none(void **state)
{
    (void)state;
    open_session();
    plan_large_end(100000, SIZE_MAX / 2, "");
    for (int half = 0; half < 2; half++) {
        plan.then = half ? RST : FIN;
        plan.count = plan.bytes.len - (half ? 50000 : 1);
        struct played played = play_turn(session, TURN);
        assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
        assert_int_equal(played.events.count, 1);
        assert_int_equal(responses_error_last_sequence(played.error), 0);
        assert_string_equal(responses_response_text(played.response, NULL), "");
        played_free(&played);
    }
    /* Nothing of it is left for the next turn. */
    plan.then = STAYS;
    plan.count = SIZE_MAX;
    struct played played = play_turn(session, TURN);
    assert_ok(played.status, played.error);
    played_free(&played);
    assert_int_equal(responses_session_connections(session), 3);
}

static void a_large_event_is_utf8_to_its_end(void **state)
{
    (void)state;
    open_session();
    plan_large_end(100000, SIZE_MAX / 2, "\xC3");
    struct played played = play_turn(session, TURN);
    assert_status(played.status, RESPONSES_E_PROTOCOL, played.error);
    assert_int_equal(played.events.count, 1);
    played_free(&played);
    assert_int_equal(wire_ended(server, 0, client), 1007);
}

static void max_event_bytes_is_the_limit(void **state)
{
    (void)state;
    static const size_t fragments[] = {100000, 1000, 7};
    set(client, "max_event_bytes", "2000");
    open_session();
    for (size_t i = 0; i < COUNT(fragments); i++) {
        plan_large(2000, fragments[i]);
        struct played played = play_turn(session, TURN);
        assert_ok(played.status, played.error);
        played_free(&played);
        assert_int_equal(responses_session_connections(session), (int)i + 1);
        plan_large(2001, fragments[i]);
        played = play_turn(session, TURN);
        assert_status(played.status, RESPONSES_E_LIMIT, played.error);
        assert_contains(message_of(played.error), "max_event_bytes (2000)");
        assert_int_equal(played.events.count, 1);
        assert_string_equal(responses_response_id(played.response), "resp_1");
        played_free(&played);
        assert_int_equal(wire_ended(server, (int)i, client), 1009);
    }
}

/* What is announced need not come. */
static void a_length_beyond_the_limit_is_refused_at_once(void **state)
{
    (void)state;
    text_add_bytes(&plan.bytes, "\x81\x7F\x00\x00\x00\x01\x00\x00\x00\x00", 10);
    open_session();
    struct played played = play_turn(session, TURN);
    assert_status(played.status, RESPONSES_E_LIMIT, played.error);
    assert_null(played.response);
    played_free(&played);
    assert_int_equal(wire_ended(server, 0, client), 1009);
}

static void turns_have_any_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {100, 107, 108, 109, 65500, 65517, 65518, 70000, 5000000};
    open_session();
    plan_events();
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct text turn = {0}, sent = {0};
        text_add(&turn, "{\"model\":\"m\",\"input\":\"");
        text_add_times(&turn, 'x', sizes[i] - turn.len - 2);
        text_add(&turn, "\"}");
        struct played played = play_turn(session, turn.data);
        assert_ok(played.status, played.error);
        played_free(&played);
        text_addf(&sent, "{\"type\":\"response.create\",%s", turn.data + 1);
        assert_string_equal(wire_message(server, (int)i), sent.data);
        text_free(&turn);
        text_free(&sent);
    }
    assert_int_equal(responses_session_connections(session), 1);
}

/* ---- cuts ---- */

static void check_cut(size_t cut, int connection)
{
    size_t at = 0;
    int complete = 0;
    while (complete < sse.count) {
        char *json = event_json(&sse, complete, NULL);
        at += strlen(json) + (strlen(json) < 126 ? 2 : 4);
        free(json);
        if (at > cut)
            break;
        complete++;
    }
    plan.count = cut;
    struct played played = play_turn(session, TURN);
    if (played.events.count != complete)
        print_error("cut at byte %zu: %d events instead of %d\n", cut, played.events.count,
                    complete);
    check_heard(&played.events, &sse, complete);
    if (complete == sse.count) {
        assert_ok(played.status, played.error);
    } else {
        assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
        assert_int_equal(responses_error_last_sequence(played.error), complete - 1);
        assert_string_equal(field(played.error, RESPONSES_ERROR_RESPONSE_ID),
                            complete > 0 ? "resp_1" : "");
        if (complete == 0)
            assert_null(played.response);
        else
            assert_string_equal(responses_response_text(played.response, NULL), complete == 1 ? ""
                                                                                : complete == 2
                                                                                    ? "one"
                                                                                    : "onetwo");
    }
    assert_int_equal(wire_message_connection(server, wire_messages(server) - 1), connection);
    assert_int_equal(wire_messages(server), connection + 1); /* sent once */
    played_free(&played);
}

static void check_cuts(int then)
{
    const size_t step = is_slow() ? 23 : 1;
    int connection = 0;
    sse_free(&sse);
    sse_begin(&sse, "resp_1");
    sse_created(&sse);
    sse_delta(&sse, 0, "msg_1", "one");
    sse_delta(&sse, 0, "msg_1", "two");
    sse_event(&sse, "response.completed",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\"}");
    plan_events();
    plan.then = then;
    open_session();
    for (size_t cut = 0; cut < plan.bytes.len; cut += step)
        check_cut(cut, connection++);
    check_cut(plan.bytes.len - 1, connection++);
    check_cut(plan.bytes.len, connection++);
    /* The next turn has another connection, if it was not the same that ended behind the last byte. */
    assert_in_range(responses_session_connections(session), connection - 1, connection);
}

static void cut_by_an_orderly_end(void **state)
{
    (void)state;
    check_cuts(FIN);
}

static void cut_by_a_reset(void **state)
{
    (void)state;
    check_cuts(RST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        T(a_turn_comes_in_pieces_of_any_size),
        T(a_turn_comes_in_fragments),
        T(an_empty_frame_begins_a_message),
        T(pings_between_fragments_are_answered),
        T(a_flood_of_pings_is_answered),
        T(pings_of_a_server_that_does_not_read_are_not_kept),
        T(messages_have_any_size),
        T(a_large_event_may_be_the_last),
        T(a_large_event_that_does_not_come_whole_is_none),
        T(a_large_event_is_utf8_to_its_end),
        T(max_event_bytes_is_the_limit),
        T(a_length_beyond_the_limit_is_refused_at_once),
        T(turns_have_any_size),
        T(cut_by_an_orderly_end),
        T(cut_by_a_reset),
    };
    return run(tests);
}
