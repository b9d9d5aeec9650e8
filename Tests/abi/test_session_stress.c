/*
 * Threads do everything at once with two sessions of one client: turns that are read, left, cancelled and freed, by
 * their own thread and by others, sessions that are freed under their turns, a server that ends connections, refuses
 * and is silent. Each call ends with what may have happened to it, and the lane, text and order of its events are its
 * own.
 */
#include "test.h"
#include "wire.h"

#include <pthread.h>
#include <stdatomic.h>

#define NTS RESPONSES_NTS

enum { THREADS = 6, SESSIONS = 2 };

static struct wire_server *server;
static responses_client *client;
static atomic_int broken, completed, replaced;

/* A session that any thread may replace. */
static struct {
    pthread_mutex_t lock;
    responses_session *session;
} sessions[SESSIONS];

/* A call that another thread may cancel or free while its slot has it. */
static struct {
    pthread_mutex_t lock;
    responses_call *call;
} slots[THREADS];

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

/* ---- the server ---- */

static char *member_of(const char *json, const char *name)
{
    char wanted[40];
    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *place = strstr(json, wanted);
    return place ? strndup(place + strlen(wanted), strcspn(place + strlen(wanted), "\"")) : NULL;
}

/* All events of a turn have its number in them; `to` is how many are said. */
static void say_turn(struct wire *wire, const char *lane, const char *number, int to)
{
    struct sse sse;
    const char *deltas[] = {number, "-", number, NULL};
    sse_begin(&sse, number);
    sse_created(&sse);
    sse_in_progress(&sse);
    sse_message(&sse, 0, number, deltas);
    sse_completed(&sse);
    wire_say_events(wire, &sse, 0, to < sse.count ? to : sse.count, lane);
    sse_free(&sse);
}

static void play_wildly(struct wire *wire, void *user_data)
{
    unsigned random = (unsigned)wire->index * 77u + 1;
    char *turn;
    (void)user_data;
    if (wire->index % 7 == 3) {
        wire_answer(wire, 503, "Retry-After-Ms: 1\r\n", "{}");
        return;
    }
    wire_agree(wire);
    while ((turn = wire_take(wire)) != NULL) {
        char *lane = member_of(turn, "stream_id"), *number = member_of(turn, "input");
        const unsigned chance = next_random(&random) % 40;
        struct text text = {0};
        int is_over = 0;
        if (number == NULL || lane == NULL) {
            wire_problem(wire, "a turn that nobody asked for: %s", turn);
        } else if (chance < 2) {
            say_turn(wire, lane, number, 4);
            if (chance == 0)
                wire_reset(wire);
            is_over = 1;
        } else if (chance == 2) {
            wire_close(wire, 1012, "restart");
            wire_drain(wire);
            is_over = 1;
        } else if (chance < 6) {
            text_addf(&text,
                      "{\"type\":\"error\",\"stream_id\":\"%s\",\"status\":%d,"
                      "\"error\":{\"code\":\"%s\",\"message\":\"m\"}}",
                      lane, chance == 3 ? 503 : 400,
                      chance == 5 ? "websocket_connection_limit_reached" : "overloaded");
            wire_say(wire, text.data);
        } else if (chance == 6) {
            say_turn(wire, lane, number, 3); /* and no more */
        } else {
            say_turn(wire, lane, number, 100);
        }
        text_free(&text);
        free(lane), free(number), free(turn);
        if (is_over)
            return;
    }
}

/* ---- the client ---- */

static void wrong(const char *what, int status, const responses_error *error)
{
    print_error("%s: %s: %s\n", what, responses_status_name(status),
                error ? message_of(error) : "no error");
    atomic_store(&broken, 1);
}

static int may_end_with(int status)
{
    return status == RESPONSES_DONE || status == RESPONSES_E_TRUNCATED ||
           status == RESPONSES_E_CANCELLED || status == RESPONSES_E_API ||
           status == RESPONSES_E_TIMEOUT || status == RESPONSES_E_NETWORK;
}

/* Reads so many events at most; they are those of the turn. */
static int read_some(responses_call *call, const char *number, int most)
{
    const responses_event *event;
    responses_error *error = NULL;
    int status = RESPONSES_OK, count = 0;
    int64_t last = -1;
    while (count < most) {
        status = responses_call_next(call, &event, &error);
        if (status == RESPONSES_AGAIN) {
            status = responses_call_wait(call, at_most(20000));
            if (status == RESPONSES_AGAIN)
                wrong("a turn without an end", status, NULL);
            if (status != RESPONSES_OK)
                break;
            continue;
        }
        if (status != RESPONSES_OK)
            break;
        count++;
        if (responses_event_sequence(event) != last + 1 ||
            strstr(responses_event_json(event, NULL), number) == NULL)
            wrong("an event of another turn", status, NULL);
        last = responses_event_sequence(event);
    }
    if (status != RESPONSES_OK && !may_end_with(status))
        wrong("an end that cannot be", status, error);
    if (status == RESPONSES_DONE)
        atomic_fetch_add(&completed, 1);
    responses_error_free(error);
    return status;
}

static void meddle(unsigned *random)
{
    const unsigned other = next_random(random) % THREADS;
    pthread_mutex_lock(&slots[other].lock);
    if (slots[other].call != NULL && next_random(random) % 4 == 0)
        responses_call_cancel(slots[other].call);
    pthread_mutex_unlock(&slots[other].lock);
}

static void replace_session(unsigned index)
{
    responses_session *old, *made = NULL;
    responses_error *error = NULL;
    const int status = responses_session_open_start(client, &made, NULL, &error);
    if (status != RESPONSES_OK)
        wrong("open", status, error);
    pthread_mutex_lock(&sessions[index].lock);
    old = sessions[index].session;
    sessions[index].session = made;
    pthread_mutex_unlock(&sessions[index].lock);
    responses_session_free(old);
    atomic_fetch_add(&replaced, 1);
}

static void take_a_turn(int thread, unsigned *random, int round)
{
    char json[200], number[40];
    responses_call *call = NULL;
    responses_error *error = NULL;
    const unsigned index = next_random(random) % SESSIONS;
    snprintf(number, sizeof number, "n%d.%d.", thread, round);
    snprintf(json, sizeof json, "{\"stream_id\":\"lane%u\",\"input\":\"%s\"}",
             next_random(random) % 5, number);
    pthread_mutex_lock(&sessions[index].lock);
    int status = responses_session_create_start(sessions[index].session, json, NTS, &call, &error);
    responses_session_connections(sessions[index].session);
    pthread_mutex_unlock(&sessions[index].lock);
    if (status != RESPONSES_OK) {
        wrong("start", status, error);
        responses_error_free(error);
        return;
    }
    pthread_mutex_lock(&slots[thread].lock);
    slots[thread].call = call;
    pthread_mutex_unlock(&slots[thread].lock);
    const unsigned chance = next_random(random) % 8;
    read_some(call, number, chance == 0 ? 0 : chance == 1 ? 3 : INT32_MAX);
    pthread_mutex_lock(&slots[thread].lock);
    slots[thread].call = NULL;
    pthread_mutex_unlock(&slots[thread].lock);
    responses_call_free(call);
}

static void *work(void *argument)
{
    const int thread = (int)(intptr_t)argument, rounds = is_slow() ? 30 : 150;
    unsigned random = (unsigned)thread + 99;
    for (int round = 0; round < rounds; round++) {
        take_a_turn(thread, &random, round);
        meddle(&random);
        if (next_random(&random) % 40 == 0)
            replace_session(next_random(&random) % SESSIONS);
    }
    return NULL;
}

static void everything_at_once(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    server = wire_start(play_wildly, NULL);
    client = client_at(wire_url(server));
    set(client, "max_retries", "3");
    set(client, "retry_min_ms", "1");
    set(client, "retry_max_ms", "2");
    /* What a turn gets that is to be silent: long enough that the others are not. */
    set(client, "idle_timeout_ms", is_slow() ? "4000" : "400");
    set(client, "first_event_timeout_ms", is_slow() ? "20000" : "10000");
    for (int i = 0; i < SESSIONS; i++) {
        pthread_mutex_init(&sessions[i].lock, NULL);
        sessions[i].session = NULL;
        replace_session((unsigned)i);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_mutex_init(&slots[i].lock, NULL);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < SESSIONS; i++)
        responses_session_free(sessions[i].session);
    responses_client_free(client);
    wire_stop(server);
    assert_int_equal(atomic_load(&broken), 0);
    assert_in_range(atomic_load(&completed), 50, INT32_MAX);
    assert_in_range(atomic_load(&replaced), 3, INT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_at_once),
    };
    return run(tests);
}
