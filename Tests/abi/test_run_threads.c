/*
 * Functions that are answered by other threads, while the runs that wait for them are read, cancelled and freed by
 * others again. What becomes of a run is up to chance; that it ends, and that nothing is lost or used after its
 * end, is not.
 */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>

#define NTS RESPONSES_NTS
enum { READERS = 4, ANSWERERS = 4, RUNS = 60, CALLS = 5, CANCELS = 40 };

static responses_client *client;
static responses_tools *tools;
static atomic_int working, called, answered, done, cancelled;

/* Calls that wait to be answered: whoever takes one owns it. */
static _Atomic(responses_tool_call *) waiting[64];

static void put(responses_tool_call *call, void *user_data)
{
    (void)user_data;
    unsigned place = (unsigned)atomic_fetch_add(&called, 1);
    /* Every seventh is answered here, every eleventh given up. */
    if (place % 7 == 0) {
        responses_tool_call_answer(call, "at once", NTS, NULL);
        responses_tool_call_free(call);
        return;
    }
    if (place % 11 == 0 && place % 3 == 0) {
        responses_tool_call_free(call);
        return;
    }
    for (;; place++) {
        responses_tool_call *none = NULL;
        if (atomic_compare_exchange_strong(&waiting[place % COUNT(waiting)], &none, call))
            return;
    }
}

static void *answer_calls(void *data)
{
    unsigned turn = (unsigned)(size_t)data;
    while (atomic_load(&working)) {
        int found = 0;
        for (size_t i = 0; i < COUNT(waiting); i++) {
            responses_tool_call *call = atomic_exchange(&waiting[i], NULL);
            if (call == NULL)
                continue;
            found = 1;
            const char *id = responses_tool_call_id(call);
            turn++;
            if (turn % 3 == 0)
                responses_tool_call_answer_json(call, "{\"a\":[1]}", NTS, NULL);
            else if (turn % 5 == 0)
                responses_tool_call_fail(call, id, NTS, NULL);
            else
                responses_tool_call_answer(call, id, NTS, NULL);
            responses_tool_call_free(call);
            atomic_fetch_add(&answered, 1);
        }
        if (!found)
            sleep_ms(1);
    }
    return NULL;
}

/* The runs that are going on, for the thread that cancels some. */
static struct {
    pthread_mutex_t lock;
    responses_call *call;
} slots[READERS];

static void show(size_t number, responses_call *call)
{
    pthread_mutex_lock(&slots[number].lock);
    slots[number].call = call;
    pthread_mutex_unlock(&slots[number].lock);
}

static int read_run(responses_call *call, int leave_after)
{
    for (int events = 0;;) {
        int status = responses_call_next(call, NULL, NULL);
        if (status == RESPONSES_AGAIN)
            status = responses_call_wait(call, 1000);
        else if (status == RESPONSES_OK && ++events == leave_after)
            return RESPONSES_OK;
        if (status < 0 || status == RESPONSES_DONE)
            return status;
    }
}

static void *read_runs(void *data)
{
    size_t number = (size_t)data;
    for (int i = 0; i < RUNS; i++) {
        responses_call *call = NULL;
        int status = responses_run_start(client, "{\"input\":\"?\"}", NTS, tools, &call, NULL);
        assert_int_equal(status, RESPONSES_OK);
        show(number, call);
        /* Some are freed in the middle, with their functions under way. */
        status = read_run(call, i % 4 == 3 ? 1 + i % 3 : 0);
        show(number, NULL);
        responses_call_free(call);
        if (status == RESPONSES_DONE)
            atomic_fetch_add(&done, 1);
        else if (status == RESPONSES_E_CANCELLED)
            atomic_fetch_add(&cancelled, 1);
        else if (status != RESPONSES_OK && status != RESPONSES_E_USER)
            fail_msg("%s", responses_status_name(status));
    }
    return NULL;
}

static void *cancel_runs(void *data)
{
    (void)data;
    for (size_t i = 0; i < CANCELS && atomic_load(&working); i++) {
        pthread_mutex_lock(&slots[i % READERS].lock);
        responses_call_cancel(slots[i % READERS].call);
        pthread_mutex_unlock(&slots[i % READERS].lock);
        sleep_ms(17);
    }
    return NULL;
}

static void serve(const struct request *request, struct exchange *x, void *user_data)
{
    struct text stream = {0};
    (void)user_data;
    int is_second = strstr(request->body, "function_call_output") != NULL;
    text_addf(&stream,
              "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":"
              "\"resp\",\"status\":\"in_progress\",\"output\":[]}}\n\ndata: {\"type\":"
              "\"response.completed\",\"sequence_number\":1,\"response\":{\"id\":\"resp\","
              "\"status\":\"completed\",\"output\":[");
    for (int i = 0; !is_second && i < CALLS; i++)
        text_addf(
            &stream,
            "%s{\"type\":\"function_call\",\"call_id\":\"call_%d\",\"name\":\"f\",\"arguments\":"
            "\"{}\"}",
            i ? "," : "", i);
    text_add(&stream, "]}}\n\n");
    answer_stream(x, stream.data, stream.len);
    text_free(&stream);
}

static void threads_answer_and_cancel(void **state)
{
    (void)state;
    pthread_t readers[READERS], answerers[ANSWERERS], canceller;
    struct server *server = server_start();
    server_set_handler(server, serve, NULL);
    client = client_for(server);
    assert_int_equal(responses_tools_new(&tools, NULL), RESPONSES_OK);
    assert_int_equal(responses_tools_add(tools, "f", NULL, NULL, 0, put, NULL, NULL), RESPONSES_OK);
    atomic_store(&working, 1);
    for (size_t i = 0; i < ANSWERERS; i++)
        assert_int_equal(pthread_create(&answerers[i], NULL, answer_calls, (void *)i), 0);
    for (size_t i = 0; i < READERS; i++) {
        pthread_mutex_init(&slots[i].lock, NULL);
        assert_int_equal(pthread_create(&readers[i], NULL, read_runs, (void *)i), 0);
    }
    assert_int_equal(pthread_create(&canceller, NULL, cancel_runs, NULL), 0);
    for (size_t i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    /* Calls of runs that are gone may be answered all the same. */
    atomic_store(&working, 0);
    pthread_join(canceller, NULL);
    for (size_t i = 0; i < ANSWERERS; i++)
        pthread_join(answerers[i], NULL);
    responses_tools_free(tools);
    responses_client_free(client);
    for (size_t i = 0; i < COUNT(waiting); i++)
        responses_tool_call_free(atomic_load(&waiting[i]));
    server_abandon(server);
    assert_true(atomic_load(&done) > 0);
    assert_true(atomic_load(&answered) > 0);
}

int main(void)
{
    const struct CMUnitTest run_threads[] = {cmocka_unit_test(threads_answer_and_cancel)};
    return run(run_threads);
}
