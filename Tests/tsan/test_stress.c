/*
 * Thirty-two threads do everything at once with one client: blocking, callback and pull calls, slow
 * readers, calls that others cancel or free, derived clients, options, interrupts, and an event loop.
 */
#include "test.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#define NTS RESPONSES_NTS
enum { THREADS = 32, ROUNDS = 10 };

static struct server *server;
static responses_client *client;
static struct sse hello, large;
static atomic_int working, finished, broken;

/* A call that another thread may cancel while its slot says so. */
static struct {
    pthread_mutex_t lock;
    responses_call *call;
} slots[THREADS];
/* Calls that their owner waits in, to be freed by another thread. */
static _Atomic(responses_call *) doomed[THREADS];

/* The request's input says what the server does. */
static void serve(const struct request *request, struct exchange *x, void *user_data)
{
    const char *body = request->body ? request->body : "";
    (void)user_data;
    if (strstr(body, "silent")) {
        await_close(x);
    } else if (strstr(body, "refused")) {
        answer_with(x, 429, "retry-after-ms: 3\r\n", "{\"error\":{\"code\":\"c\"}}", 22);
    } else if (strstr(body, "dropped")) {
        stream_head(x, "");
        stream_chunk(x, hello.text.data, hello.end[4]);
        slam_down(x);
    } else if (strstr(body, "paced")) {
        stream_head(x, "");
        for (int i = 0; i < hello.count; i++) {
            size_t begin = i > 0 ? hello.end[i - 1] : 0;
            stream_chunk(x, hello.text.data + begin, hello.end[i] - begin);
            pause_for(x, 2);
        }
        stream_end(x);
    } else if (strstr(body, "large")) {
        answer_stream(x, large.text.data, large.text.len);
    } else if (strstr(body, "quick")) {
        answer_stream(x, hello.text.data, hello.text.len);
    } else {
        answer(x, 200, RESPONSE);
    }
}

static void wrong(const char *what, int status)
{
    print_error("%s: %s\n", what, responses_status_name(status));
    atomic_store(&broken, 1);
}

/* Interrupts and cancels come at any time. */
static int is_stopped(int status)
{
    return status == RESPONSES_E_CANCELLED;
}

static void publish(int number, responses_call *call)
{
    pthread_mutex_lock(&slots[number].lock);
    slots[number].call = call;
    pthread_mutex_unlock(&slots[number].lock);
}

/* Reads to the end, all events in order; `slow` milliseconds between them. */
static int pull(responses_call *call, int64_t *last, int slow)
{
    for (;;) {
        const responses_event *event = NULL;
        int status = responses_call_next(call, &event, NULL);
        if (status == RESPONSES_AGAIN) {
            status = responses_call_wait(call, 50);
            if (status < 0)
                return status;
            continue;
        }
        if (status != RESPONSES_OK)
            return status;
        if (responses_event_sequence(event) != *last + 1)
            wrong("out of order", 0);
        *last = responses_event_sequence(event);
        if (slow)
            sleep_ms(slow);
    }
}

static void do_pull(int number, responses_client *with, const char *request, int64_t count,
                    int slow)
{
    responses_call *call = NULL;
    int64_t last = -1;
    int status = responses_create_stream_start(with, request, NTS, &call, NULL);
    if (status != RESPONSES_OK) {
        wrong("start", status);
        return;
    }
    publish(number, call);
    status = pull(call, &last, slow);
    if (status == RESPONSES_DONE ? last != count - 1 : !is_stopped(status))
        wrong("pull", status);
    publish(number, NULL);
    responses_call_free(call);
}

struct counted {
    int64_t last;
};

static int in_order(const responses_event *event, void *user_data)
{
    struct counted *counted = user_data;
    if (responses_event_sequence(event) != counted->last + 1)
        wrong("callback out of order", 0);
    counted->last = responses_event_sequence(event);
    return 0;
}

static void do_callback(const char *request, int64_t count)
{
    struct counted counted = {-1};
    responses_response *response = NULL;
    int status = responses_create_stream(client, request, NTS, in_order, &counted, &response, NULL);
    if (status == RESPONSES_OK ? counted.last != count - 1 : !is_stopped(status))
        wrong("callback", status);
    responses_response_free(response);
}

static void do_refused(void)
{
    responses_error *error = NULL;
    int status = responses_create(client, "{\"input\":\"refused\"}", NTS, NULL, &error);
    if (status != RESPONSES_E_API && !is_stopped(status))
        wrong("refused", status);
    if (status == RESPONSES_E_API && responses_error_attempts(error) != 3)
        wrong("attempts", responses_error_attempts(error));
    responses_error_free(error);
}

/* The one who frees it does not own the thread that waits in it. */
static void do_doomed(int number)
{
    responses_call *call = NULL;
    if (responses_create_start(client, "{\"input\":\"silent\"}", NTS, &call, NULL) !=
        RESPONSES_OK) {
        wrong("start", 0);
        return;
    }
    atomic_store(&doomed[number], call);
    while (responses_call_wait(call, -1) == RESPONSES_AGAIN)
        continue; /* interrupted */
    while (atomic_load(&doomed[number]) != NULL)
        sleep_ms(1);
}

static void do_derived(int number)
{
    responses_client *derived = NULL;
    char id[32];
    snprintf(id, sizeof id, "project-%d", number);
    if (responses_client_derive(client, &derived, NULL) != RESPONSES_OK) {
        wrong("derive", 0);
        return;
    }
    set(derived, "max_queue_bytes", "2048");
    set(derived, "project", id);
    do_pull(number, derived, "{\"input\":\"large\"}", large.count, number % 4 == 0);
    responses_client_free(derived);
}

static void do_options(int number)
{
    char value[32];
    snprintf(value, sizeof value, "%d", 30000 + number);
    set(client, "first_event_timeout_ms", value);
    if (responses_client_set_header(client, "X-Thread", value, NULL) != RESPONSES_OK)
        wrong("set_header", 0);
    if (responses_client_set(client, "max_retries", "many", NULL) != RESPONSES_E_INVALID)
        wrong("set", 0);
}

static void *work(void *argument)
{
    int number = (int)(intptr_t)argument;
    unsigned chance = 7919u * (unsigned)number + 1;
    for (int round = 0; round < ROUNDS; round++) {
        chance = chance * 1103515245u + 12345u;
        switch ((chance >> 16) % 10) {
        case 0:
            do_callback("{\"input\":\"quick\"}", hello.count);
            break;
        case 1:
            do_callback("{\"input\":\"paced\"}", hello.count);
            break;
        case 2:
            do_pull(number, client, "{\"input\":\"paced\"}", hello.count, 0);
            break;
        case 3:
            do_pull(number, client, "{\"input\":\"large\"}", large.count, 0);
            break;
        case 4:
            do_refused();
            break;
        case 5:
            do_doomed(number);
            break;
        case 6:
            do_derived(number);
            break;
        case 7:
            do_options(number);
            break;
        case 8: {
            int status = responses_create_stream(client, "{\"input\":\"dropped\"}", NTS, NULL, NULL,
                                                 NULL, NULL);
            if (status != RESPONSES_E_TRUNCATED && status != RESPONSES_E_NETWORK &&
                !is_stopped(status))
                wrong("dropped", status);
            break;
        }
        default: {
            int status = responses_create(client, "{\"input\":\"document\"}", NTS, NULL, NULL);
            if (status != RESPONSES_OK && !is_stopped(status))
                wrong("document", status);
        }
        }
    }
    atomic_fetch_add(&finished, 1);
    return NULL;
}

/* Cancels, interrupts, frees what others wait in. */
static void *disturb(void *argument)
{
    unsigned chance = 1;
    (void)argument;
    for (int tick = 0; atomic_load(&working); tick++) {
        chance = chance * 1103515245u + 12345u;
        int number = (int)((chance >> 16) % THREADS);
        if (tick % 4 == 0) {
            pthread_mutex_lock(&slots[number].lock);
            if (slots[number].call)
                responses_call_cancel(slots[number].call);
            pthread_mutex_unlock(&slots[number].lock);
        }
        if (tick % 16 == 0)
            responses_client_interrupt(client);
        if (tick % 8 == 0) {
            for (int i = 0; i < THREADS; i++) {
                responses_call *call = atomic_load(&doomed[i]);
                if (call != NULL) {
                    responses_call_free(call); /* its owner is inside, or on its way in or out */
                    atomic_store(&doomed[i], NULL);
                    break;
                }
            }
        }
        sleep_ms(3);
    }
    return NULL;
}

/* A host's event loop with calls of its own; those of other threads are none of its business. */
static void *loop(void *argument)
{
    struct pollfd readable = {.fd = responses_client_fd(client), .events = POLLIN};
    responses_call *mine = NULL;
    int64_t last = -1;
    int *rounds = argument;
    while (atomic_load(&working)) {
        if (mine == NULL) {
            last = -1;
            if (responses_create_stream_start(client, "{\"input\":\"paced\"}", NTS, &mine, NULL) !=
                RESPONSES_OK)
                wrong("start in the loop", 0);
        }
        poll(&readable, 1, 5);
        responses_client_dispatch(client);
        responses_call *ready = NULL;
        /* Bounded: the others' calls come up again until their owners have read them. */
        for (int i = 0; i < 64 && responses_client_next_ready(client, &ready) == RESPONSES_OK;
             i++) {
            const responses_event *event = NULL;
            int status;
            if (ready != mine)
                continue;
            while ((status = responses_call_next(mine, &event, NULL)) == RESPONSES_OK) {
                if (responses_event_sequence(event) != last + 1)
                    wrong("the loop is out of order", 0);
                last = responses_event_sequence(event);
            }
            if (status == RESPONSES_AGAIN)
                continue;
            if (status != RESPONSES_DONE || last != hello.count - 1)
                wrong("the loop's call", status);
            responses_call_free(mine);
            mine = NULL;
            *rounds += 1;
            break;
        }
    }
    responses_call_free(mine);
    return NULL;
}

static void everything_at_once(void **state)
{
    (void)state;
    pthread_t threads[THREADS], disturber, looper;
    int rounds = 0;
    sse_hello(&hello, "resp_1");
    sse_begin(&large, "resp_2");
    sse_created(&large);
    sse_message_added(&large, 0, "msg_1");
    for (int i = 0; i < 300; i++)
        sse_delta(&large, 0, "msg_1", "0123456789012345678901234567890123456789");
    sse_completed(&large);
    server = server_start();
    server_set_handler(server, serve, NULL);
    client = client_for(server);
    set(client, "max_retries", "2");
    set(client, "idle_timeout_ms", "30000");
    for (int i = 0; i < THREADS; i++)
        pthread_mutex_init(&slots[i].lock, NULL);
    atomic_store(&working, 1);
    pthread_create(&disturber, NULL, disturb, NULL);
    pthread_create(&looper, NULL, loop, &rounds);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    atomic_store(&working, 0);
    pthread_join(disturber, NULL);
    pthread_join(looper, NULL);
    assert_int_equal(atomic_load(&finished), THREADS);
    assert_int_equal(atomic_load(&broken), 0);
    assert_true(rounds > 0);
    responses_client_free(client);
    server_abandon(server);
    sse_free(&hello);
    sse_free(&large);
}

int main(void)
{
    const struct CMUnitTest stress[] = {
        cmocka_unit_test(everything_at_once),
    };
    return run(stress);
}
