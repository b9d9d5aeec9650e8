/* How a server ends a connection: by a close frame, by breaking RFC 6455, by messages that are no events. What was
   sent is not sent again, what was not is sent over the next connection. */
#include "test.h"
#include "wire.h"

#define NTS  RESPONSES_NTS
#define TURN "{\"model\":\"m\",\"input\":\"hi\"}"

static struct wire_server *server;
static responses_client *client;
static responses_session *session;
static responses_error *error;
static struct sse sse;

/* What comes after the first events of a turn on a connection with an even number; on the others turns are answered. */
static struct text odd;
static int events_before;
static size_t piece;

static void play_odd(struct wire *wire, void *user_data)
{
    char *turn;
    (void)user_data;
    wire_agree(wire);
    while ((turn = wire_take(wire)) != NULL) {
        free(turn);
        if (wire->index % 2 == 1) {
            wire_say_events(wire, &sse, 0, sse.count, NULL);
            continue;
        }
        wire_say_events(wire, &sse, 0, events_before, NULL);
        if (piece > 0)
            wire_send_pieces(wire, odd.data, odd.len, piece);
        else
            wire_send(wire, odd.data, odd.len);
        wire_drain(wire);
    }
}

static int setup(void **state)
{
    (void)state;
    sse_hello(&sse, "resp_1");
    server = wire_start(play_odd, NULL);
    client = client_at(wire_url(server));
    session = NULL;
    error = NULL;
    events_before = 5;
    piece = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_session_free(session);
    responses_client_free(client);
    wire_stop(server);
    text_free(&odd);
    sse_free(&sse);
    return 0;
}

static int connections(void)
{
    return responses_session_connections(session);
}

/* A turn that ends with this status and words after the first events, and the close frame that the server gets. */
static void check_odd(int status, const char *words, int code)
{
    const int connection = connections(), messages = wire_messages(server);
    struct played played = play_turn(session, TURN);
    assert_status(played.status, status, played.error);
    assert_contains(message_of(played.error), words);
    check_heard(&played.events, &sse, events_before);
    if (events_before > 0)
        assert_string_equal(responses_response_id(played.response), "resp_1");
    assert_int_equal(responses_error_last_sequence(played.error), events_before - 1);
    assert_int_equal(responses_error_http_status(played.error), 0);
    played_free(&played);
    assert_int_equal(connections(), connection);
    assert_int_equal(wire_ended(server, connection - 1, client), code);
    assert_int_equal(wire_messages(server), messages + 1);
}

static void check_good(void)
{
    const int connection = connections();
    struct played played = play_turn(session, TURN);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, sse.count);
    played_free(&played);
    assert_int_equal(connections(), connection + 1);
    /* And that one ends, so that the next has an even number again. */
    struct responses_session *old = session;
    session = NULL;
    responses_session_free(old);
    assert_int_equal(wire_ended(server, connection, client), 1000);
}

/* ---- close frames ---- */

static void say_close(int code, const char *reason)
{
    struct text payload = {0};
    odd.len = 0;
    if (code != 0) {
        text_add_bytes(&payload, (const char[]){(char)(code >> 8), (char)code}, 2);
        text_add(&payload, reason);
    }
    frame_add(&odd, 0x88, payload.data, payload.len);
    text_free(&payload);
}

static void closed_in_mid_turn(void **state)
{
    (void)state;
    static const int codes[] = {0,    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                                1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999};
    char words[100];
    for (size_t i = 0; i < COUNT(codes); i++)
        for (piece = 0; piece < 2; piece++)
            for (events_before = 0; events_before < 11; events_before += 5) {
                assert_ok(responses_session_open(client, &session, &error), error);
                say_close(codes[i], codes[i] % 2 ? "see you" : "");
                snprintf(words, sizeof words,
                         codes[i] == 0 ? "the server closed the WebSocket, before"
                         : codes[i] % 2
                             ? "the server closed the WebSocket with code %d: see you, before"
                             : "the server closed the WebSocket with code %d, before",
                         codes[i]);
                const int first = wire_connections(server) - 1;
                if (first % 2 == 1)
                    fail_msg("connection %d is to be an even one", first);
                struct played played = play_turn(session, TURN);
                assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
                assert_contains(message_of(played.error), words);
                check_heard(&played.events, &sse, events_before);
                played_free(&played);
                assert_int_equal(connections(), 1);
                assert_int_equal(wire_ended(server, first, client), codes[i] ? codes[i] : 1005);
                check_good();
            }
}

static void a_long_reason_is_read(void **state)
{
    (void)state;
    char reason[124] = "";
    memset(reason, 'r', 123);
    say_close(1008, reason);
    assert_ok(responses_session_open(client, &session, &error), error);
    check_odd(RESPONSES_E_TRUNCATED, reason, 1008);
    check_good();
}

/* A reason is the server's text: no line and no key of it gets into a message. */
static void a_reason_is_made_harmless(void **state)
{
    (void)state;
    say_close(1008, "bad key sk-test\nSecond: line\x1B[2J");
    assert_ok(responses_session_open(client, &session, &error), error);
    struct played played = play_turn(session, TURN);
    assert_status(played.status, RESPONSES_E_TRUNCATED, played.error);
    assert_contains(message_of(played.error), "with code 1008: bad key ");
    assert_lacks(message_of(played.error), "sk-test");
    assert_lacks(message_of(played.error), "\n");
    assert_lacks(message_of(played.error), "\x1B");
    played_free(&played);
}

/* ---- closed while no turn is under way ---- */

static void play_idle(struct wire *wire, void *user_data)
{
    (void)user_data;
    wire_agree(wire);
    free(wire_take(wire));
    wire_say_events(wire, &sse, 0, sse.count, NULL);
    if (odd.len > 0)
        wire_send(wire, odd.data, odd.len), wire_drain(wire);
    else if (wire->index % 2 == 0)
        wire_reset(wire);
}

static void use_for_a_while(void)
{
    for (int tries = 0; tries < 20; tries++) {
        assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
        sleep_ms(1);
    }
}

static void closed_between_turns(void **state)
{
    (void)state;
    static const int codes[] = {0, 1000, 1001, 1011, 1012, -1};
    for (size_t i = 0; i < COUNT(codes); i++) {
        odd.len = 0;
        if (codes[i] >= 0)
            say_close(codes[i], "");
        wire_stop(server);
        server = wire_start(play_idle, NULL);
        set(client, "base_url", wire_url(server));
        assert_ok(responses_session_open(client, &session, &error), error);
        for (int turn = 0; turn < 5; turn++) {
            struct played played = play_turn(session, TURN);
            assert_ok(played.status, played.error);
            check_heard(&played.events, &sse, sse.count);
            assert_int_equal(responses_response_attempts(played.response), 1);
            played_free(&played);
            assert_int_equal(wire_message_connection(server, turn), turn);
            assert_int_equal(connections(), turn + 1);
            /* It is noticed before the next turn, which would be lost otherwise. */
            use_for_a_while();
        }
        responses_session_free(session);
        session = NULL;
    }
}

/* ---- what breaks RFC 6455 ---- */

struct wrong {
    const char *bytes;
    size_t len;
    int code;
    const char *words;
};
#define WRONG(bytes, code, words)                                                                  \
    {                                                                                              \
        bytes, sizeof bytes - 1, code, words                                                       \
    }

static const struct wrong frames[] = {
    WRONG("\x81\x82"
          "abcd\x1a\x1f",
          1002, "a frame is masked"),
    WRONG("\xC1\x02{}", 1002, "a reserved bit"),
    WRONG("\xA1\x02{}", 1002, "a reserved bit"),
    WRONG("\x91\x02{}", 1002, "a reserved bit"),
    WRONG("\xC9\x00", 1002, "a reserved bit"),
    WRONG("\x83\x00", 1002, "an unknown opcode"),
    WRONG("\x87\x00", 1002, "an unknown opcode"),
    WRONG("\x8B\x00", 1002, "an unknown opcode"),
    WRONG("\x8F\x00", 1002, "an unknown opcode"),
    WRONG("\x82\x02{}", 1003, "a message is binary"),
    WRONG("\x80\x02{}", 1002, "a continuation frame belongs to no message"),
    WRONG("\x00\x02{}", 1002, "a continuation frame belongs to no message"),
    WRONG("\x01\x01{\x81\x01}", 1002, "a message begins inside another one"),
    WRONG("\x01\x01{\x82\x01}", 1002, "a message begins inside another one"),
    WRONG("\x09\x00", 1002, "a control frame is fragmented"),
    WRONG("\x08\x00", 1002, "a control frame is fragmented"),
    WRONG("\x89\x7E\x00\x7E", 1002, "a control frame is longer than 125 bytes"),
    WRONG("\x81\x7E\x00\x02{}", 1002, "takes more bytes than it needs"),
    WRONG("\x81\x7F\x00\x00\x00\x00\x00\x00\x00\x02{}", 1002, "takes more bytes than it needs"),
    WRONG("\x81\x7F\x80\x00\x00\x00\x00\x00\x00\x02{}", 1002, "has its highest bit set"),
    WRONG("\x88\x01\x03", 1002, "half a code"),
    WRONG("\x88\x02\x03\xED", 1002, "a code that must not be sent"),
    WRONG("\x88\x02\x03\xEE", 1002, "a code that must not be sent"),
    WRONG("\x88\x02\x03\xEC", 1002, "a code that must not be sent"),
    WRONG("\x88\x02\x00\x00", 1002, "a code that must not be sent"),
    WRONG("\x88\x02\x0B\xB7", 1002, "a code that must not be sent"),
    WRONG("\x88\x02\x13\x88", 1002, "a code that must not be sent"),
    WRONG("\x88\x04\x03\xE8\xC3\x28", 1007, "the reason of a close frame is not UTF-8"),
    WRONG("\x81\x04\"\xC3\x28\"", 1007, "a text message is not UTF-8"),
    WRONG("\x81\x05\"\xED\xA0\x80\"", 1007, "a text message is not UTF-8"),
    WRONG("\x81\x04\"\xC0\xAF\"", 1007, "a text message is not UTF-8"),
    WRONG("\x81\x02\"\xC3", 1007, "a text message is not UTF-8"),
    WRONG("\x01\x02\"\xE2\x80\x02\x82\"", 1007, "a text message is not UTF-8"),
    WRONG("HTTP/1.1 200 OK\r\n\r\n", 1002, "the WebSocket protocol"),
};

static void frames_that_are_not_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(frames); i++)
        for (piece = 0; piece < 2; piece++)
            for (events_before = 0; events_before < 11; events_before += 5) {
                odd.len = 0;
                text_add_bytes(&odd, frames[i].bytes, frames[i].len);
                /* What comes behind it does not count. */
                text_add_bytes(&odd, "\x81\x02{}\x88\x02\x03\xE8", 8);
                assert_ok(responses_session_open(client, &session, &error), error);
                const int first = wire_connections(server) - 1;
                struct played played = play_turn(session, TURN);
                if (played.status != RESPONSES_E_PROTOCOL)
                    print_error("%zu: %s\n", i, frames[i].words);
                assert_status(played.status, RESPONSES_E_PROTOCOL, played.error);
                assert_contains(message_of(played.error),
                                "the server broke the WebSocket protocol: ");
                assert_contains(message_of(played.error), frames[i].words);
                check_heard(&played.events, &sse, events_before);
                played_free(&played);
                assert_int_equal(wire_ended(server, first, client), frames[i].code);
                check_good();
            }
}

/* Between turns nobody is told: the next turn has another connection. */
static void broken_between_turns(void **state)
{
    (void)state;
    odd.len = 0;
    text_add(&odd, "\x83");
    wire_stop(server);
    server = wire_start(play_idle, NULL);
    set(client, "base_url", wire_url(server));
    assert_ok(responses_session_open(client, &session, &error), error);
    for (int turn = 0; turn < 3; turn++) {
        struct played played = play_turn(session, TURN);
        assert_ok(played.status, played.error);
        played_free(&played);
        use_for_a_while();
        assert_int_equal(wire_ended(server, turn, client), 1002);
    }
    assert_int_equal(connections(), 3);
}

/* ---- messages that are no events ---- */

static void check_message(const char *text, int status, const char *words)
{
    odd.len = 0;
    frame_add_text(&odd, text);
    for (int index = events_before; index < sse.count; index++) {
        char *json = event_json(&sse, index, NULL);
        frame_add_text(&odd, json);
        free(json);
    }
    assert_ok(responses_session_open(client, &session, &error), error);
    struct played played = play_turn(session, TURN);
    if (played.status != status)
        print_error("%s\n", text);
    assert_status(played.status, status, played.error);
    if (status < 0)
        assert_contains(message_of(played.error), words);
    else
        assert_string_equal(responses_response_text(played.response, NULL), "Hello, world!");
    played_free(&played);
    responses_session_free(session);
    session = NULL;
    /* The even ones alone say that. */
    if (wire_connections(server) % 2 == 1) {
        assert_ok(responses_session_open(client, &session, &error), error);
        responses_session_free(session);
        session = NULL;
    }
}

static void messages_that_are_no_events(void **state)
{
    (void)state;
    static const char *const broken[] = {"nonsense",
                                         "{\"type\":\"response.x\"",
                                         "[]",
                                         "7",
                                         "{\"type\":\"response.completed\"} x",
                                         "<html>",
                                         "\"x\""};
    static const char *const harmless[] = {"",
                                           " ",
                                           "{}",
                                           "{\"type\":7}",
                                           "{\"type\":\"new.event\"}",
                                           "{ \"type\" :\r\n\"new.event\"\n}"};
    for (size_t i = 0; i < COUNT(broken); i++)
        check_message(broken[i], RESPONSES_E_PROTOCOL, "JSON");
    for (size_t i = 0; i < COUNT(harmless); i++)
        check_message(harmless[i], RESPONSES_OK, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        T(closed_in_mid_turn),          T(a_long_reason_is_read),
        T(a_reason_is_made_harmless),   T(closed_between_turns),
        T(frames_that_are_not_allowed), T(broken_between_turns),
        T(messages_that_are_no_events),
    };
    return run(tests);
}
