/* Clients, calls, responses and events made, used and freed in any order, as dice fall. */
#include "host.h"
#include "test.h"

#include <poll.h>

#define NTS RESPONSES_NTS
enum { CLIENTS = 6, CALLS = 24, KEPT = 16 };

static struct server *server;
static struct sse sse;
static uint32_t seed;

static responses_client *clients[CLIENTS];
static responses_call *calls[CALLS];
static responses_response *kept[KEPT];
static responses_event *events[KEPT];
static responses_error *errors[KEPT];
static int started, ended;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % sides;
}

/* A server of many moods. */
static void answer_somehow(const struct request *request, struct exchange *x, void *user_data)
{
    int streams = request->body != NULL && strstr(request->body, "\"stream\":true") != NULL;
    unsigned mood = (unsigned)(request->connection * 7 + (int)strlen(request->target));
    (void)user_data;
    for (const char *c = request_header(request, "idempotency-key"); c != NULL && *c != 0; c++)
        mood = mood * 31 + (unsigned char)*c;
    if (!streams && mood % 5 == 0) {
        answer_with(x, 503, "Retry-After-Ms: 3\r\n", "{}", 2);
    } else if (!streams) {
        pause_for(x, (int)(mood % 7));
        answer(x, 200, RESPONSE);
    } else if (mood % 11 == 0) {
        hang_up(x);
    } else if (mood % 11 == 1) {
        answer(x, 400, "{\"error\":{\"message\":\"no\"}}");
    } else {
        stream_head(x, "");
        for (int i = 0; i < sse.count; i++) {
            size_t begin = i > 0 ? sse.end[i - 1] : 0;
            stream_chunk(x, sse.text.data + begin, sse.end[i] - begin);
            if (mood % 3 == 0)
                pause_for(x, 1);
            if (mood % 11 == 2 && i == 6)
                slam_down(x);
        }
        stream_end(x);
    }
}

static void new_client(int at)
{
    responses_client *from = clients[dice(CLIENTS)];
    if (clients[at] != NULL)
        return;
    if (from != NULL && dice(2))
        assert_int_equal(responses_client_derive(from, &clients[at], NULL), RESPONSES_OK);
    else
        clients[at] = client_for(server);
    set(clients[at], "max_retries", dice(2) ? "0" : "3");
    set(clients[at], "max_queue_bytes", dice(2) ? "2000" : NULL);
}

static void start_call(int at, responses_client *client)
{
    responses_call **call = &calls[at];
    int status;
    if (*call != NULL || client == NULL)
        return;
    switch (dice(5)) {
    case 0:
        status = responses_create_start(client, REQUEST, NTS, call, NULL);
        break;
    case 1:
        status = responses_get_start(client, "resp_1", NULL, 0, call, NULL);
        break;
    case 2:
        status = responses_wait_start(client, "resp_1", 1000, call, NULL);
        break;
    default:
        status = responses_create_stream_start(client, REQUEST, NTS, call, NULL);
    }
    assert_int_equal(status, RESPONSES_OK);
    assert_non_null(*call);
    responses_call_set_user_data(*call, call);
    started++;
}

static void free_call(int at)
{
    responses_call *gone = calls[at];
    calls[at] = NULL;
    responses_call_free(gone);
    if (gone != NULL)
        assert_int_equal(responses_call_wait(gone, 0), RESPONSES_E_INVALID);
}

/* Reads one event, keeps a copy at times, and forgets calls that have ended at times. */
static void read_call_once(responses_call *call)
{
    const responses_event *event = (const responses_event *)&call;
    int place = (int)dice(KEPT);
    responses_error *error = NULL;
    int status = responses_call_next(call, &event, &error);
    assert_true(status == RESPONSES_OK ? event != NULL : event == NULL);
    assert_true(status < 0 ? error != NULL : error == NULL);
    if (status == RESPONSES_OK) {
        assert_true(responses_event_sequence(event) >= 0);
        assert_true(responses_event_sequence(event) < sse.count);
        if (dice(4) == 0) {
            responses_event_free(events[place]);
            assert_int_equal(responses_event_clone(event, &events[place]), RESPONSES_OK);
        }
    } else if (status != RESPONSES_AGAIN) {
        ended++;
        if (dice(2)) {
            responses_error_free(errors[place]);
            errors[place] = error;
            error = NULL;
        }
    }
    if (dice(8) == 0) {
        const responses_response *response = responses_call_response(call);
        if (response != NULL) {
            responses_response_free(kept[place]);
            assert_int_equal(responses_response_clone(response, &kept[place]), RESPONSES_OK);
            /* What is borrowed is not freed by this. */
            responses_response_free((responses_response *)(uintptr_t)response);
            responses_response_text(responses_call_response(call), NULL);
        }
    }
    responses_error_free(error);
    if (status != RESPONSES_OK && status != RESPONSES_AGAIN)
        free_call((int)((responses_call **)responses_call_user_data(call) - calls));
}

static void loop_once(responses_client *client)
{
    responses_call *ready = NULL;
    struct pollfd fd = {.fd = responses_client_fd(client), .events = POLLIN};
    assert_true(fd.fd >= 0);
    poll(&fd, 1, (int)dice(4));
    assert_int_equal(responses_client_dispatch(client), RESPONSES_OK);
    while (responses_client_next_ready(client, &ready) == RESPONSES_OK) {
        /* Only calls that we know of come up. */
        responses_call **place = responses_call_user_data(ready);
        assert_non_null(place);
        assert_ptr_equal(*place, ready);
        if (dice(6) == 0)
            free_call((int)(place - calls));
        else
            read_call_once(ready);
        if (dice(10) == 0)
            break;
    }
}

static void step(void)
{
    int at = (int)dice(CALLS), which = (int)dice(CLIENTS);
    responses_call *call = calls[at];
    responses_client *client = clients[which];
    switch (dice(12)) {
    case 0:
        new_client(which);
        break;
    case 1:
        if (dice(4) == 0) {
            clients[which] = NULL;
            responses_client_free(client);
            if (client != NULL)
                assert_true(responses_client_fd(client) < 0);
        }
        break;
    case 2:
        free_call(at);
        break;
    case 3:
        if (call != NULL)
            assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
        break;
    case 4:
        if (call != NULL)
            responses_call_wait(call, (int)dice(5));
        break;
    case 5:
        if (client != NULL)
            responses_client_interrupt(client);
        break;
    case 6:
        if (client != NULL && dice(4) == 0) {
            responses_response *answer = NULL;
            int status = responses_create(client, REQUEST, NTS, &answer, NULL);
            assert_true(status == RESPONSES_OK || status == RESPONSES_E_API);
            responses_response_free(answer);
        }
        break;
    case 7:
    case 8:
        start_call(at, client);
        break;
    case 9:
    case 10:
        if (call != NULL)
            read_call_once(call);
        break;
    default:
        if (client != NULL)
            loop_once(client);
    }
}

static void free_everything(void)
{
    for (int i = 0; i < CALLS; i++) {
        if (i < CLIENTS) {
            responses_client_free(clients[i]);
            clients[i] = NULL;
        }
        free_call(i);
    }
    for (int i = 0; i < KEPT; i++) {
        /* What was kept is as good as ever. */
        if (events[i] != NULL)
            assert_contains(responses_event_json(events[i], NULL), "\"type\":\"response.");
        if (kept[i] != NULL)
            assert_int_equal(responses_response_json(kept[i], NULL)[0], '{');
        if (errors[i] != NULL)
            assert_true(message_of(errors[i])[0] != 0);
        responses_event_free(events[i]);
        responses_response_free(kept[i]);
        responses_error_free(errors[i]);
        events[i] = NULL;
        kept[i] = NULL;
        errors[i] = NULL;
    }
}

static void everything_may_come_and_go_in_any_order(void **state)
{
    (void)state;
    server = server_start();
    server_set_handler(server, answer_somehow, NULL);
    sse_hello(&sse, "resp_1");
    started = ended = 0;
    for (uint32_t round = 1; round <= (is_slow() ? 4 : 40); round++) {
        seed = round;
        for (int i = 0; i < (is_slow() ? 300 : 600); i++)
            step();
        free_everything();
    }
    print_message("  %d calls started, %d read to their end\n", started, ended);
    assert_true(started > 40);
    assert_true(ended > 5);
    server_stop(server);
    sse_free(&sse);
}

static void say_hello(const struct request *request, struct exchange *x, void *user_data)
{
    (void)user_data;
    if (strcmp(request->method, "GET") == 0)
        answer(x, 200, RESPONSE);
    else
        answer_stream(x, sse.text.data, sse.text.len);
}

static void memory_does_not_grow_with_use(void **state)
{
    (void)state;
    long before = 0;
    if (is_slow())
        skip(); /* valgrind looks for leaks by itself */
    server = server_start();
    server_set_handler(server, say_hello, NULL);
    sse_hello(&sse, "resp_1");
    responses_client *client = client_for(server);
    for (int i = 0; i < 4000; i++) {
        responses_call *call = NULL;
        const responses_event *event;
        assert_int_equal(responses_get(client, "resp_1", NULL, 0, NULL, NULL), RESPONSES_OK);
        assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &call, NULL),
                         RESPONSES_OK);
        assert_int_equal(responses_call_wait(call, at_most(5000)), RESPONSES_OK);
        assert_int_equal(responses_call_next(call, &event, NULL), RESPONSES_OK);
        if (i % 2)
            assert_int_equal(read_call(call, NULL, NULL), RESPONSES_DONE);
        responses_call_free(call);
        if (i == 1000)
            before = resident_kib();
    }
    long after = resident_kib();
    /* The server remembers every request: about 1 KiB each. The rest is the library's. */
    print_message("  %ld KiB, then %ld\n", before, after);
    assert_true(after < before + 12000);
    responses_client_free(client);
    server_stop(server);
    sse_free(&sse);
}

static void hundreds_of_calls_run_on_one_thread(void **state)
{
    (void)state;
    enum { MANY = 400 };
    static responses_call *many[MANY];
    static struct events heard[MANY];
    int running = 0;
    server = server_start();
    server_set_handler(server, say_hello, NULL);
    sse_hello(&sse, "resp_1");
    responses_client *client = client_for(server);
    int count = is_slow() ? 60 : MANY;
    memset(heard, 0, sizeof heard);
    for (int i = 0; i < count; i++, running++) {
        assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &many[i], NULL),
                         RESPONSES_OK);
        responses_call_set_user_data(many[i], &heard[i]);
    }
    for (int64_t end = now_ms() + (is_slow() ? 200000 : 30000); running > 0;) {
        responses_call *ready = NULL;
        struct pollfd fd = {.fd = responses_client_fd(client), .events = POLLIN};
        assert_true(now_ms() < end);
        poll(&fd, 1, at_most(1000));
        responses_client_dispatch(client);
        while (responses_client_next_ready(client, &ready) == RESPONSES_OK) {
            const responses_event *event;
            int status;
            while ((status = responses_call_next(ready, &event, NULL)) == RESPONSES_OK)
                hear(responses_call_user_data(ready), event);
            if (status != RESPONSES_AGAIN) {
                assert_int_equal(status, RESPONSES_DONE);
                running--;
            }
        }
    }
    for (int i = 0; i < count; i++) {
        check_heard(&heard[i], &sse, 11);
        events_free(&heard[i]);
        responses_call_free(many[i]);
    }
    responses_client_free(client);
    server_stop(server);
    sse_free(&sse);
}

int main(void)
{
    const struct CMUnitTest lifetimes[] = {
        cmocka_unit_test(everything_may_come_and_go_in_any_order),
        cmocka_unit_test(memory_does_not_grow_with_use),
        cmocka_unit_test(hundreds_of_calls_run_on_one_thread),
    };
    return run(lifetimes);
}
