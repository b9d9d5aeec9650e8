/* Opening a session: what the client asks for, and what a server may answer, right and wrong. */
#include "test.h"
#include "wire.h"

#include "host.h"

#define NTS  RESPONSES_NTS
#define TURN "{\"model\":\"m\",\"input\":\"hi\"}"

static struct wire_server *server;
static responses_client *client;
static responses_session *session;
static responses_call *call;
static responses_error *error;
static struct sse sse;
static struct text log_text;

/* How the server answers connection after connection; the last goes on for all that follow. */
static struct answer {
    int status; /* 0: `text` in place of an answer; 101: it agrees, if `text` is NULL */
    const char *headers, *text;
    enum { ENDS, STAYS, RESETS } then;
    int in_pieces;
} answers[8];

static void serve_turns(struct wire *wire)
{
    char *turn;
    while ((turn = wire_take(wire)) != NULL) {
        free(turn);
        wire_say_events(wire, &sse, 0, sse.count, NULL);
    }
}

/* The agreement with a part of it replaced, or more behind it: "old=new", "+behind". */
static void agree_with(struct wire *wire, const struct answer *answer)
{
    struct text head = {0}, changed = {0};
    wire_agreement(wire, &head);
    const char *change = answer->text ? answer->text : "+", *equals = strchr(change, '=');
    if (change[0] == '+') {
        text_addf(&changed, "%s%s", head.data, change + 1);
    } else {
        char *old = strndup(change, (size_t)(equals - change)), *place = strstr(head.data, old);
        if (place == NULL)
            wire_problem(wire, "there is no %s", old);
        else
            text_addf(&changed, "%.*s%s%s", (int)(place - head.data), head.data, equals + 1,
                      place + strlen(old));
        free(old);
    }
    if (answer->in_pieces)
        wire_send_pieces(wire, changed.data, changed.len, 1);
    else
        wire_send(wire, changed.data, changed.len);
    text_free(&head);
    text_free(&changed);
    serve_turns(wire);
}

static void play_answer(struct wire *wire, void *user_data)
{
    size_t index = 0;
    (void)user_data;
    while (index < (size_t)wire->index && index < COUNT(answers) - 1 &&
           (answers[index + 1].status != 0 || answers[index + 1].text != NULL))
        index++;
    const struct answer *answer = &answers[index];
    if (answer->status == 101)
        agree_with(wire, answer);
    else if (answer->status != 0)
        wire_answer(wire, answer->status, answer->headers ? answer->headers : "", answer->text);
    else if (answer->text != NULL && answer->in_pieces)
        wire_send_pieces(wire, answer->text, strlen(answer->text), 1);
    else if (answer->text != NULL)
        wire_send(wire, answer->text, strlen(answer->text));
    if (answer->then == RESETS)
        wire_reset(wire);
    if (answer->then == STAYS)
        wire_drain(wire);
}

static void log_line(int level, const char *line, size_t len, void *user_data)
{
    (void)level, (void)user_data;
    text_add_bytes(&log_text, line, len);
    text_add(&log_text, "\n");
}

static int setup(void **state)
{
    (void)state;
    memset(answers, 0, sizeof answers);
    sse_hello(&sse, "resp_1");
    server = wire_start(play_answer, NULL);
    client = client_at(wire_url(server));
    set(client, "api_key", "sk-c4n4ry0123456789");
    responses_client_set_log(client, RESPONSES_LOG_DEBUG, log_line, NULL);
    text_add(&log_text, "");
    session = NULL;
    call = NULL;
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_lacks(log_text.data, "c4n4ry");
    responses_error_free(error);
    responses_call_free(call);
    responses_session_free(session);
    responses_client_free(client);
    wire_stop(server);
    sse_free(&sse);
    text_free(&log_text);
    return 0;
}

static void check_turn(void)
{
    struct played played = play_turn(session, TURN);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, sse.count);
    played_free(&played);
}

/* Looks at all words of the error, and forgets it. */
static void check_refused(int status, int expected, int http_status, const char *words)
{
    assert_status(status, expected, error);
    assert_null(session);
    assert_int_equal(responses_error_http_status(error), http_status);
    assert_contains(message_of(error), words);
    for (int i = 0; i < 20; i++)
        if (i != RESPONSES_ERROR_BODY)
            assert_lacks(field(error, i), "c4n4ry");
    responses_error_free(error);
    error = NULL;
}

static void check_open(int expected, int http_status, const char *words)
{
    check_refused(responses_session_open(client, &session, &error), expected, http_status, words);
}

/* ---- what is asked ---- */

static void the_request_is_a_handshake(void **state)
{
    (void)state;
    answers[0] = (struct answer){.status = 101};
    set(client, "organization", "org-1");
    responses_client_set_header(client, "X-More", "yes", NULL);
    assert_ok(responses_session_open(client, &session, &error), error);
    const char *head = wire_head(server, 0);
    assert_contains(head, "GET /v1/responses HTTP/1.1\r\n");
    assert_contains(head, "\r\nAuthorization: Bearer sk-c4n4ry0123456789\r\n");
    assert_contains(head, "\r\nX-More: yes\r\n");
    assert_contains(head, "org-1\r\n");
    assert_lacks(head, "Idempotency-Key");
    assert_int_equal(responses_session_connections(session), 1);
    check_turn();
    check_turn();
    assert_int_equal(wire_connections(server), 1);
    responses_session_free(session);
    assert_ok(responses_session_open(client, &session, &error), error);
    const char *key = "\r\nSec-WebSocket-Key: ";
    const char *first = strcasestr(head, key), *second = strcasestr(wire_head(server, 1), key);
    assert_non_null(first);
    assert_non_null(second);
    assert_memory_not_equal(first + strlen(key), second + strlen(key), 24);
}

static void a_session_has_the_options_of_its_beginning(void **state)
{
    (void)state;
    answers[0] = (struct answer){.status = 101};
    assert_ok(responses_session_open(client, &session, &error), error);
    set(client, "base_url", "http://127.0.0.1:1/v1");
    set(client, "max_event_bytes", "1024");
    check_turn();
}

/* ---- answers that agree ---- */

static void an_answer_may_come_byte_by_byte(void **state)
{
    (void)state;
    answers[0] = (struct answer){.status = 101, .in_pieces = 1};
    assert_ok(responses_session_open(client, &session, &error), error);
    check_turn();
}

static void answers_that_agree(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "Upgrade: websocket=UPGRADE:WebSocket",
        "Connection: Upgrade=Connection: keep-alive,\tUPGRADE",
        "Connection: Upgrade=Connection: keep-alive\r\nConnection: upgrade",
        "Switching Protocols=",
        "Connection: Upgrade=Connection: Upgrade\r\nSec-WebSocket-Extensions: ,\r\nX: y",
        "HTTP/1.1 101=HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 101",
        "Connection: Upgrade=Connection: Upgrade\r\nContent-Length: 0",
        "Connection: Upgrade=Connection: Upgrade\r\nTransfer-Encoding: chunked",
        "Connection: Upgrade=Connection: Upgrade\r\nContent-Encoding: gzip",
        "+\x89\x02hi",
        "+\x81\x19{\"type\":\"response.early\"}",
    };
    for (size_t i = 0; i < COUNT(changes); i++) {
        answers[0] = (struct answer){.status = 101, .text = changes[i]};
        if (responses_session_open(client, &session, &error) != RESPONSES_OK)
            fail_msg("%s: %s", changes[i], message_of(error));
        check_turn();
        responses_session_free(session);
        session = NULL;
    }
}

/* ---- answers that do not ---- */

static void answers_that_break_the_standard(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"Upgrade: websocket=Upgrade: h2c", "its Upgrade header does not say websocket"},
        {"Upgrade: websocket=X: y", "there is no Upgrade header"},
        {"Connection: Upgrade=Connection: keep-alive", "does not say Upgrade"},
        {"Connection: Upgrade=X: y", "there is no Connection header"},
        {"Sec-WebSocket-Accept: =Sec-WebSocket-Accept: x", "does not belong to the request"},
        {"Sec-WebSocket-Accept: =X: ", "there is no Sec-WebSocket-Accept header"},
        {"Upgrade: websocket=Upgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate",
         "names an extension that was not asked for"},
        {"Upgrade: websocket=Upgrade: websocket\r\nSec-WebSocket-Protocol: realtime",
         "names a subprotocol that was not asked for"},
    };
    set(client, "max_retries", "3");
    for (size_t i = 0; i < COUNT(changes); i++) {
        answers[0] = (struct answer){.status = 101, .text = changes[i][0]};
        check_open(RESPONSES_E_PROTOCOL, 101, changes[i][1]);
        /* It is not tried again, and not left open. */
        assert_int_equal(wire_connections(server), (int)i + 1);
        assert_int_equal(wire_ended(server, (int)i, client), 0);
    }
}

static void errors_are_told_with_their_words(void **state)
{
    (void)state;
    static const int statuses[] = {400, 401, 403, 404, 407, 409, 426, 429, 500, 502, 503, 504, 599};
    static const char *const headers[] = {
        "Content-Type: application/json\r\n",
        "Content-Type: application/json\r\nConnection: close\r\n"};
    for (size_t i = 0; i < COUNT(statuses); i++)
        for (size_t j = 0; j < COUNT(headers); j++) {
            answers[0] = (struct answer){statuses[i], headers[j],
                                         "{\"error\":{\"message\":\"Bad: "
                                         "sk-c4n4ry0123456789\",\"type\":\"t\",\"code\":\"c\"}}",
                                         j ? ENDS : STAYS, 0};
            assert_status(responses_session_open(client, &session, &error), RESPONSES_E_API, error);
            assert_string_equal(field(error, RESPONSES_ERROR_CODE), "c");
            assert_string_equal(field(error, RESPONSES_ERROR_TYPE), "t");
            check_refused(RESPONSES_E_API, RESPONSES_E_API, statuses[i], "Bad: ");
        }
}

static void chunked_and_endless_bodies(void **state)
{
    (void)state;
    answers[0] =
        (struct answer){.text = "HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "1c\r\n{\"error\":{\"message\":\"chunks\"\r\n2\r\n}}\r\n0\r\n\r\n",
                        .then = STAYS};
    check_open(RESPONSES_E_API, 401, "chunks");
    answers[0].in_pieces = 1;
    check_open(RESPONSES_E_API, 401, "chunks");
    answers[0] = (struct answer){.text = "HTTP/1.1 404 No\r\n\r\nno such page"};
    check_open(RESPONSES_E_API, 404, "no such page");
    answers[0] = (struct answer){.text = "HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\ncut"};
    check_open(RESPONSES_E_API, 403, "cut");
}

static void other_answers_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        int status, http_status, then;
    } others[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", RESPONSES_E_HTTP, 200, STAYS},
        {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", RESPONSES_E_HTTP, 200,
         STAYS},
        {"HTTP/1.1 204 OK\r\n\r\n", RESPONSES_E_HTTP, 204, STAYS},
        {"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", RESPONSES_E_HTTP, 302,
         STAYS},
        {"hello\r\n\r\n", RESPONSES_E_PROTOCOL, 0, ENDS},
        {"", RESPONSES_E_NETWORK, 0, ENDS},
        {"", RESPONSES_E_NETWORK, 0, RESETS},
        {"HTTP/1.1 101 Switching", RESPONSES_E_NETWORK, 0, ENDS},
        {"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n", RESPONSES_E_NETWORK, 101, RESETS},
    };
    for (size_t i = 0; i < COUNT(others); i++) {
        answers[0] = (struct answer){.text = others[i].answer, .then = others[i].then};
        const int status = responses_session_open(client, &session, &error);
        if (status != others[i].status)
            print_error("%zu: %s\n", i, others[i].answer);
        check_refused(status, others[i].status, others[i].http_status, "");
    }
}

/* ---- time ---- */

static void the_answer_has_a_limit(void **state)
{
    (void)state;
    static const char *const beginnings[] = {"", "HTTP/1.1 101 Switching Protocols\r\nUpgrade:"};
    set_limit(client, "connect_timeout_ms", 150);
    for (size_t i = 0; i < COUNT(beginnings); i++) {
        answers[0] = (struct answer){.text = beginnings[i], .then = STAYS};
        check_open(RESPONSES_E_TIMEOUT, i == 0 ? 0 : 101, "connect_timeout_ms");
        assert_int_equal(wire_ended(server, (int)i, client), 0);
    }
    /* A turn that waits for it is told the same. */
    assert_ok(responses_session_open_start(client, &session, NULL, &error), error);
    struct played played = play_turn(session, TURN);
    assert_status(played.status, RESPONSES_E_TIMEOUT, played.error);
    assert_contains(message_of(played.error), "connect_timeout_ms");
    assert_true(responses_error_is_retryable(played.error));
    played_free(&played);
}

static void nobody_listens(void **state)
{
    (void)state;
    answers[0] = (struct answer){.status = 101};
    struct listener listener = listener_open(1);
    set(client, "base_url", listener.url);
    listener_close(&listener);
    check_open(RESPONSES_E_NETWORK, 0, "");
}

/* ---- again ---- */

static void what_may_pass_is_tried_again(void **state)
{
    (void)state;
    answers[0] = (struct answer){503, "Retry-After-Ms: 1\r\n", "{}", ENDS, 0};
    answers[1] = (struct answer){.text = "", .then = RESETS};
    answers[2] = (struct answer){429, "Retry-After-Ms: 1\r\n", "{}", ENDS, 0};
    answers[3] = (struct answer){.status = 101};
    set(client, "max_retries", "3");
    assert_ok(responses_session_open(client, &session, &error), error);
    assert_int_equal(wire_connections(server), 4);
    assert_int_equal(responses_session_connections(session), 1);
    assert_contains(log_text.data, "connecting the session again in 1 ms");
    check_turn();
}

static void tries_are_bounded(void **state)
{
    (void)state;
    answers[0] = (struct answer){503, "Retry-After-Ms: 1\r\n", "{\"error\":{\"message\":\"full\"}}",
                                 ENDS, 0};
    set(client, "max_retries", "2");
    check_open(RESPONSES_E_API, 503, "full");
    assert_int_equal(wire_connections(server), 3);
    /* A session that is there goes on with the next turn. */
    assert_ok(responses_session_open_start(client, &session, &call, &error), error);
    assert_int_equal(responses_session_connections(session), 0);
    struct played played = play_turn(session, TURN);
    assert_status(played.status, RESPONSES_E_API, played.error);
    assert_int_equal(responses_error_http_status(played.error), 503);
    played_free(&played);
    assert_status(read_call(call, NULL, &error), RESPONSES_E_API, error);
    assert_int_equal(wire_connections(server), 6);
    answers[0] = (struct answer){.status = 101};
    check_turn();
    assert_int_equal(responses_session_connections(session), 1);
}

static void what_will_not_pass_is_not(void **state)
{
    (void)state;
    static const int statuses[] = {400, 401, 403, 404, 426, 200, 302};
    set(client, "max_retries", "5");
    for (size_t i = 0; i < COUNT(statuses); i++) {
        answers[0] = (struct answer){statuses[i], "", "{}", ENDS, 0};
        assert_status(responses_session_open(client, &session, &error),
                      statuses[i] < 400 ? RESPONSES_E_HTTP : RESPONSES_E_API, error);
        responses_error_free(error);
        error = NULL;
        assert_int_equal(wire_connections(server), (int)i + 1);
    }
}

/* A server that agrees and ends at once is not asked for ever. */
static void a_server_that_ends_each_connection(void **state)
{
    (void)state;
    answers[0] = (struct answer){.status = 101, .text = "+\x88\x02\x03\xE8"};
    set(client, "max_retries", "2");
    assert_ok(responses_session_open(client, &session, &error), error);
    struct played played = play_turn(session, TURN);
    assert_true(played.status < 0);
    played_free(&played);
    assert_in_range(wire_connections(server), 1, 5);
}

/* ---- without waiting ---- */

static void turns_wait_for_the_answer(void **state)
{
    (void)state;
    struct events events = {0};
    responses_call *turns[3];
    answers[0] = (struct answer){.status = 101, .in_pieces = 1};
    assert_ok(responses_session_open_start(client, &session, &call, &error), error);
    for (size_t i = 0; i < COUNT(turns); i++)
        assert_ok(responses_session_create_start(session, TURN, NTS, &turns[i], &error), error);
    /* The last first: the order of the turns is that of the calls. */
    for (size_t i = COUNT(turns); i-- > 0;) {
        assert_status(read_call(turns[i], &events, &error), RESPONSES_DONE, error);
        check_heard(&events, &sse, sse.count);
        events_free(&events);
        responses_call_free(turns[i]);
    }
    assert_status(read_call(call, &events, &error), RESPONSES_DONE, error);
    assert_int_equal(events.count, 0);
    assert_int_equal(wire_connections(server), 1);
}

static void what_is_wrong_is_known_before(void **state)
{
    (void)state;
    answers[0] = (struct answer){.status = 101};
    responses_client *keyless = NULL;
    assert_status(responses_session_open(NULL, &session, &error), RESPONSES_E_INVALID, error);
    responses_error_free(error);
    assert_ok(responses_client_new(&keyless, &error), error);
    assert_status(responses_session_open(keyless, &session, &error), RESPONSES_E_INVALID, error);
    assert_null(session);
    responses_error_free(error);
    error = NULL;
    assert_status(responses_session_open_start(keyless, &session, &call, &error),
                  RESPONSES_E_INVALID, error);
    assert_null(session);
    assert_null(call);
    responses_client_free(keyless);
    assert_int_equal(wire_connections(server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        T(the_request_is_a_handshake),      T(a_session_has_the_options_of_its_beginning),
        T(an_answer_may_come_byte_by_byte), T(answers_that_agree),
        T(answers_that_break_the_standard), T(errors_are_told_with_their_words),
        T(chunked_and_endless_bodies),      T(other_answers_are_none),
        T(the_answer_has_a_limit),          T(nobody_listens),
        T(what_may_pass_is_tried_again),    T(tries_are_bounded),
        T(what_will_not_pass_is_not),       T(a_server_that_ends_each_connection),
        T(turns_wait_for_the_answer),       T(what_is_wrong_is_known_before),
    };
    return run(tests);
}
