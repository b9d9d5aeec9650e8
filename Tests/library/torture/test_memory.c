/*
 * Memory runs out at every place where it can: each allocation of a call fails once, and then it and
 * all that follow. Every time the answer is a status, nothing is lost, and nothing is leaked.
 *
 * malloc, calloc and realloc are the test's own here; they fail in the test's thread, for this library
 * and for libcurl alike. posix_memalign does not fail: that is where Swift's small objects come from,
 * which cannot do without (see MEMORY in responses.h).
 */
#include "peer.h"
#include "test.h"
#include "wire.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>

#define NTS RESPONSES_NTS

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static struct peer peer, socket_peer, calling_peer;

/* ---- the allocator ---- */

static _Thread_local int is_test;  /* the thread that is looked at */
static _Thread_local int is_armed; /* its allocations are counted */
static long asked, failing;        /* so many were asked for; the first that fails */
static int for_good;               /* and all behind it */
static long refused, living;

static int refuse(void)
{
    if (!is_armed)
        return 0;
    asked++;
    if (asked != failing && !(for_good && asked > failing))
        return 0;
    refused++;
    errno = ENOMEM;
    return 1;
}

static void *counted(void *block)
{
    living += is_test && block != NULL;
    return block;
}

void *malloc(size_t size)
{
    return refuse() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return refuse() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    if (refuse())
        return NULL;
    return block ? __libc_realloc(block, size) : counted(__libc_realloc(block, size));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = counted(__libc_memalign(alignment, size));
    return *block ? 0 : ENOMEM;
}

void free(void *block)
{
    living -= is_test && block != NULL;
    __libc_free(block);
}

/* Without memory for the shortest way libcurl looks a name up in a thread of its own, and blocks change
   hands: such a run is not counted. */
static int threads_started;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
                   void *argument)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int was_test = is_test, was_armed = is_armed;
    is_test = is_armed = 0;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    threads_started++;
    int result = real(thread, attributes, body, argument);
    is_test = was_test;
    is_armed = was_armed;
    return result;
}

/* ---- what is done while memory runs out ---- */

/* Each does something from beginning to end and returns the status of its most important part. */
typedef int (*scenario)(void);

/* A handle that is NULL makes every function say E_INVALID: the first status counts. */
static responses_client *new_client(int *status)
{
    responses_client *client = NULL;
    static const char *const options[][2] = {
        {"max_retries", "0"},
        {"api_key", "sk-torture"},
        {"first_event_timeout_ms", "5000"},
        {"default_query", "a=b"},
    };
    *status = responses_client_new(&client, NULL);
    *status = *status ? *status : responses_client_set(client, "base_url", peer.url, NULL);
    for (size_t i = 0; *status == RESPONSES_OK && i < COUNT(options); i++)
        *status = responses_client_set(client, options[i][0], options[i][1], NULL);
    if (*status == RESPONSES_OK)
        *status = responses_client_set_header(client, "X-Torture", "1", NULL);
    return client;
}

static int make_client(void)
{
    int status;
    responses_error *error = NULL;
    responses_client *client = new_client(&status), *derived = NULL;
    if (status == RESPONSES_OK)
        status = responses_client_derive(client, &derived, NULL);
    if (status == RESPONSES_OK && responses_client_fd(derived) < 0)
        status = RESPONSES_E_NOMEM;
    responses_client_set(client, "max_retries", "many", &error);
    responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL);
    responses_error_free(error);
    responses_client_free(client);
    responses_client_free(derived);
    return status;
}

static int create(void)
{
    int status, found = RESPONSES_OK;
    responses_client *client = new_client(&status);
    responses_response *response = NULL, *copy = NULL;
    if (status == RESPONSES_OK)
        status = responses_create(client, REQUEST, NTS, &response, NULL);
    if (status == RESPONSES_OK) {
        assert_non_null(response);
        assert_non_null(responses_response_json(response, NULL));
        assert_non_null(responses_response_text(response, NULL));
        assert_non_null(responses_response_id(response));
        assert_non_null(responses_response_history(response, NULL));
        found = responses_response_get(response, "/output/0/content/0/text", NULL, NULL, NULL);
        if (found == RESPONSES_OK)
            found = responses_response_clone(response, &copy);
    } else {
        assert_null(response);
    }
    responses_response_free(response);
    responses_response_free(copy);
    responses_client_free(client);
    return status ? status : found;
}

static int be_refused(void)
{
    int status;
    responses_client *client = new_client(&status);
    responses_error *error = NULL;
    if (status == RESPONSES_OK) {
        status = responses_create(client, "{\"input\":\"refused\"}", NTS, NULL, &error);
        assert_int_not_equal(status, RESPONSES_OK);
        if (error != NULL) {
            assert_int_equal(responses_error_status(error), status);
            assert_string_not_equal(message_of(error), "");
        }
        status = status == RESPONSES_E_API ? RESPONSES_OK : status;
    }
    responses_error_free(error);
    responses_client_free(client);
    return status;
}

static int heard;

static int hear_one(const responses_event *event, void *user_data)
{
    responses_event *copy = NULL;
    (void)user_data;
    /* In order and whole, whatever memory does. */
    if (responses_event_sequence(event) != heard)
        return 1;
    heard++;
    responses_event_item_id(event);
    responses_event_clone(event, &copy);
    responses_event_get(event, "/item/id", NULL, NULL, NULL);
    responses_event_free(copy);
    return 0;
}

static int stream(void)
{
    int status;
    responses_client *client = new_client(&status);
    responses_response *response = NULL;
    responses_error *error = NULL;
    heard = 0;
    if (status == RESPONSES_OK)
        status = responses_create_stream(client, REQUEST, NTS, hear_one, NULL, &response, &error);
    assert_int_not_equal(status, RESPONSES_E_USER);
    if (status == RESPONSES_OK) {
        assert_int_equal(heard, 11);
        const char *json = responses_response_json(response, NULL);
        assert_contains(json, "Hello, world!");
    }
    responses_error_free(error);
    responses_response_free(response);
    responses_client_free(client);
    return status;
}

static int pull(void)
{
    int status;
    char batch[4096];
    responses_client *client = new_client(&status);
    responses_call *call = NULL;
    if (status == RESPONSES_OK)
        status = responses_create_stream_start(client, REQUEST, NTS, &call, NULL);
    for (int round = 0; status >= 0 && status != RESPONSES_DONE; round++) {
        size_t used;
        int count;
        responses_call_response(call);
        if (round % 2)
            status = responses_call_next(call, NULL, NULL);
        else
            status = responses_call_next_batch(call, RESPONSES_BATCH_JSON, batch, sizeof batch,
                                               &used, &count, NULL);
        if (status == RESPONSES_AGAIN)
            status = responses_call_wait(call, 5000);
    }
    if (status == RESPONSES_DONE)
        status = responses_call_response(call) ? RESPONSES_OK : RESPONSES_E_NOMEM;
    responses_call_free(call);
    responses_client_free(client);
    return status;
}

/* A stream and a document as they came. */
static int pass_on(int is_stream)
{
    int status;
    size_t total = 0;
    responses_client *client = new_client(&status);
    responses_call *call = NULL;
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "raw", "1", NULL);
    if (status == RESPONSES_OK && is_stream)
        status = responses_create_stream_start(client, REQUEST, NTS, &call, NULL);
    else if (status == RESPONSES_OK)
        status = responses_create_start(client, REQUEST, NTS, &call, NULL);
    while (status >= 0 && status != RESPONSES_DONE) {
        const char *bytes;
        size_t len;
        responses_response_headers(responses_call_response(call), NULL);
        status = responses_call_next_bytes(call, &bytes, &len, NULL);
        total += len;
        if (status == RESPONSES_AGAIN)
            status = responses_call_wait(call, 5000);
    }
    if (status == RESPONSES_DONE) {
        assert_true(total > 100);
        status = RESPONSES_OK;
    }
    responses_call_free(call);
    responses_client_free(client);
    return status;
}

static int pass_on_a_stream(void)
{
    return pass_on(1);
}

static int pass_on_a_document(void)
{
    return pass_on(0);
}

/* JSON in text of the program's. */
static int read_json(void)
{
    static const char json[] = "{\"a\":[1,\"x\\ny\"]}";
    char buffer[16];
    const char *value;
    size_t len, needed;
    int count, status = responses_json_get(json, NTS, "/a/1", NULL, &value, &len);
    assert_true(status == RESPONSES_OK || (value == NULL && len == 0));
    if (status == RESPONSES_OK)
        status = responses_json_text(value, len, buffer, sizeof buffer, &needed);
    if (status == RESPONSES_OK)
        status = responses_json_read_string(json, NTS, "/a/1", buffer, sizeof buffer, &needed);
    if (status == RESPONSES_OK) {
        assert_string_equal(buffer, "x\ny");
        status = responses_json_count(json, NTS, "/a", &count);
    }
    if (status == RESPONSES_OK)
        status = responses_json_check(json, NTS, 2, NULL, NULL, NULL);
    if (status == RESPONSES_OK)
        status = responses_json_quote(buffer, NTS, buffer + 4, 12, &needed);
    if (status == RESPONSES_OK)
        assert_string_equal(buffer + 4, "\"x\\ny\"");
    return status;
}

/* Several at once: what happens to one must not make libcurl look at the socket of another for which it
   had no memory. */
static int several(void)
{
    enum { calls = 4 };
    int status, ended = 0, worst = RESPONSES_OK;
    responses_client *client = new_client(&status);
    responses_call *call[calls] = {NULL};
    for (int i = 0; status == RESPONSES_OK && i < calls; i++) {
        int started = responses_create_stream_start(client, REQUEST, NTS, &call[i], NULL);
        if (started != RESPONSES_OK)
            worst = started;
        ended += call[i] == NULL;
    }
    for (int i = 0; status == RESPONSES_OK && ended < calls; i = (i + 1) % calls) {
        if (call[i] == NULL)
            continue;
        int step = responses_call_next(call[i], NULL, NULL);
        if (step == RESPONSES_AGAIN) {
            responses_call_wait(call[i], 20);
        } else if (step != RESPONSES_OK) {
            worst = step == RESPONSES_DONE ? worst : step;
            responses_call_free(call[i]);
            call[i] = NULL;
            ended++;
        }
    }
    responses_client_free(client);
    return status ? status : worst;
}

static int list_items(void)
{
    int status;
    responses_client *client = new_client(&status);
    if (status == RESPONSES_OK)
        status = responses_list_input_items(
            client, "resp_1", "{\"limit\":5,\"include\":[\"a\",\"b\"],\"after\":\"x\"}", NTS, NULL,
            NULL);
    responses_client_free(client);
    return status;
}

/* Into room that is there: what this program allocates by itself is not to fail. */
static char taken[4096];

static int take_bytes(const char *bytes, size_t n, void *user_data)
{
    size_t *count = user_data;
    if (n >= sizeof taken - *count)
        return 1;
    memcpy(taken + *count, bytes, n);
    *count += n;
    taken[*count] = 0;
    return 0;
}

static int take_image(const char *item_id, const char *member, int64_t offset, const char *bytes,
                      size_t n, int is_last, void *user_data)
{
    (void)item_id, (void)member, (void)offset, (void)bytes, (void)n, (void)is_last, (void)user_data;
    return 0;
}

/* A file up, one inside a request, one down. */
static int files(void)
{
    static const char bytes[] = "some bytes of a file";
    int status;
    responses_client *client = new_client(&status);
    responses_source *source = NULL;
    responses_response *response = NULL;
    size_t got = 0;
    if (status == RESPONSES_OK)
        status = responses_source_memory(bytes, sizeof bytes, &source, NULL);
    if (status == RESPONSES_OK)
        status = responses_source_set(source, "filename", "a.bin", NULL);
    if (status == RESPONSES_OK)
        status = responses_client_attach(client, "a", source, NULL);
    if (status == RESPONSES_OK)
        status = responses_client_set_image_callback(client, take_image, NULL);
    if (status == RESPONSES_OK)
        status = responses_upload(client, "/files", "{\"purpose\":{\"a\":[1]}}", NTS, source,
                                  &response, NULL);
    responses_response_free(response);
    response = NULL;
    if (status == RESPONSES_OK)
        status = responses_create(client, "{\"image_url\":\"attachment:a\"}", NTS, &response, NULL);
    if (status == RESPONSES_OK)
        assert_contains(responses_response_json(response, NULL), "Hello, world!");
    responses_response_free(response);
    if (status == RESPONSES_OK)
        status = responses_download(client, "/files/1/content", take_bytes, &got, NULL, NULL);
    if (status == RESPONSES_OK)
        assert_contains(taken, "Hello, world!");
    responses_source_free(source);
    responses_client_free(client);
    return status;
}

/* Two lanes of a session, and a turn behind them. */
static int take_turns(void)
{
    int status;
    responses_client *client = new_client(&status);
    responses_session *session = NULL;
    responses_call *lane = NULL;
    heard = 0;
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "base_url", socket_peer.url, NULL);
    if (status == RESPONSES_OK)
        status = responses_session_open(client, &session, NULL);
    if (status == RESPONSES_OK)
        status = responses_session_create_start(session, "{\"stream_id\":\"a\"}", NTS, &lane, NULL);
    if (status == RESPONSES_OK)
        status = responses_session_create_stream(session, "{\"input\":\"hi\"}", NTS, hear_one, NULL,
                                                 NULL, NULL);
    assert_int_not_equal(status, RESPONSES_E_USER);
    if (status == RESPONSES_OK)
        assert_int_equal(heard, 11);
    while (status == RESPONSES_OK)
        if ((status = responses_call_next(lane, NULL, NULL)) == RESPONSES_AGAIN)
            status = responses_call_wait(lane, 5000);
    if (status == RESPONSES_DONE)
        status = responses_session_create(session, "{\"input\":\"hi\"}", NTS, NULL, NULL);
    responses_session_free(session);
    responses_call_free(lane);
    responses_client_free(client);
    return status;
}

/* ---- a run whose response calls a function ---- */

static int answered;

static void answer_call(responses_tool_call *call, void *user_data)
{
    (void)user_data;
    answered = responses_tool_call_answer(call, "21 degrees", NTS, NULL);
    responses_tool_call_free(call);
}

static int run_tools(void)
{
    int status;
    responses_client *client = new_client(&status);
    responses_tools *tools = NULL;
    responses_response *response = NULL;
    responses_error *error = NULL;
    answered = RESPONSES_OK;
    if (status == RESPONSES_OK)
        status = responses_client_set(client, "base_url", calling_peer.url, NULL);
    if (status == RESPONSES_OK)
        status = responses_tools_new(&tools, NULL);
    if (status == RESPONSES_OK)
        status = responses_tools_add(tools, "f", "What it does.",
                                     "{\"type\":\"object\",\"properties\":{\"a\":{}}}", NTS,
                                     answer_call, NULL, NULL);
    if (status == RESPONSES_OK)
        status = responses_tools_add_json(tools, "{\"type\":\"custom\",\"name\":\"g\"}", NTS, NULL,
                                          NULL, NULL);
    if (status == RESPONSES_OK)
        status = responses_run(client, "{\"store\":false,\"input\":\"?\"}", NTS, tools, NULL, NULL,
                               &response, &error);
    if (status == RESPONSES_OK)
        assert_contains(responses_response_json(response, NULL), "Hello, world!");
    /* The function had no memory for its output, and left its call without one. */
    if (status == RESPONSES_E_USER && answered == RESPONSES_E_NOMEM)
        status = answered;
    responses_error_free(error);
    responses_response_free(response);
    responses_tools_free(tools);
    responses_client_free(client);
    return status;
}

static void call_functions(const struct request *request, struct exchange *x, void *user_data)
{
    static const char calls[] =
        "data: "
        "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_0\","
        "\"status\":\"in_progress\",\"output\":[]}}\n\n"
        "data: "
        "{\"type\":\"response.completed\",\"sequence_number\":1,\"response\":{\"id\":\"resp_0\","
        "\"status\":\"completed\",\"output\":["
        "{\"type\":\"reasoning\",\"id\":\"rs\",\"encrypted_content\":\"e\"},"
        "{\"type\":\"shell_call\",\"call_id\":\"s\"},"
        "{\"type\":\"shell_call_output\",\"call_id\":\"\\u0073\"},"
        "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"caller\":{\"type\":\"x\"},"
        "\"arguments\":\"{\\\"a\\\":1}\"},"
        "{\"type\":\"function_call\",\"call_id\":\"d\",\"name\":\"none\",\"arguments\":\"{}\"},"
        "{\"type\":\"function_call\",\"call_id\":\"e\",\"name\":\"f\",\"arguments\":\"[]\"}]}}\n\n";
    (void)user_data;
    if (strstr(request->body, "function_call_output") == NULL) {
        answer_with(x, 200, "Content-Type: text/event-stream\r\n", calls, strlen(calls));
        return;
    }
    struct sse sse;
    sse_hello(&sse, "resp_1");
    answer_with(x, 200, "Content-Type: text/event-stream\r\n", sse.text.data, sse.text.len);
    sse_free(&sse);
}

static void play_turns(struct wire *wire, void *user_data)
{
    struct sse sse;
    char *turn;
    (void)user_data;
    sse_hello(&sse, "resp_1");
    wire_agree(wire);
    while ((turn = wire_take(wire)) != NULL) {
        wire_say_events(wire, &sse, 0, sse.count, strstr(turn, "stream_id") ? "a" : NULL);
        free(turn);
    }
    sse_free(&sse);
}

static const char *serve_turns(void *user_data)
{
    return wire_url(wire_start(play_turns, user_data));
}

/* ---- the test ---- */

static const char *running;

static void say_where(int signal)
{
    char line[128];
    int length = snprintf(line, sizeof line, "\nsignal %d: %s, allocation %ld%s fails\n", signal,
                          running, failing, for_good ? " and all behind it" : "");
    if (write(2, line, (size_t)length) < 0)
        _exit(125);
    _exit(126);
}

/* Runs it until no allocation is left to fail. */
static void fail_everywhere(const char *name, scenario body)
{
    int outcomes[64] = {0};
    long runs = 0;
    running = name;
    failing = 0;
    is_test = 1;
    assert_int_equal(body(), RESPONSES_OK); /* what is made once for ever is made now */
    for (for_good = 0; for_good < 2; for_good++) {
        for (failing = 1;; failing++) {
            long before = living;
            asked = refused = threads_started = 0;
            is_armed = 1;
            int status = body();
            is_armed = 0;
            runs++;
            outcomes[-status]++;
            if (status != RESPONSES_OK && status != RESPONSES_E_NOMEM && refused)
                print_message("    allocation %ld%s: %s\n", failing, for_good ? "+" : "",
                              responses_status_name(status));
            if (threads_started)
                living = before;
            if (living != before)
                print_error("%s: allocation %ld%s: %ld blocks leaked\n", name, failing,
                            for_good ? "+" : "", living - before);
            assert_int_equal(living, before);
            if (refused == 0) {
                assert_int_equal(status, RESPONSES_OK);
                break;
            }
        }
    }
    is_test = 0;
    failing = 0;
    print_message("  %s: %ld runs", name, runs);
    for (int i = 0; i < 64; i++)
        if (outcomes[i])
            print_message(", %d %s", outcomes[i], responses_status_name(-i));
    print_message("\n");
    /* What the library makes of it: no memory, or, where libcurl says so, no connection. */
    for (int i = 0; i < 64; i++)
        if (-i != RESPONSES_OK && -i != RESPONSES_E_NOMEM && -i != RESPONSES_E_NETWORK)
            assert_int_equal(outcomes[i], 0);
}

#define TORTURE(body)                                                                              \
    static void body##_without_memory(void **state)                                                \
    {                                                                                              \
        (void)state;                                                                               \
        fail_everywhere(#body, body);                                                              \
    }
TORTURE(make_client)
TORTURE(create)
TORTURE(be_refused)
TORTURE(stream)
TORTURE(pull)
TORTURE(pass_on_a_stream)
TORTURE(pass_on_a_document)
TORTURE(several)
TORTURE(list_items)
TORTURE(read_json)
TORTURE(take_turns)
TORTURE(files)
TORTURE(run_tools)

int main(void)
{
    const struct CMUnitTest memory[] = {
        cmocka_unit_test(make_client_without_memory),
        cmocka_unit_test(create_without_memory),
        cmocka_unit_test(be_refused_without_memory),
        cmocka_unit_test(stream_without_memory),
        cmocka_unit_test(pull_without_memory),
        cmocka_unit_test(list_items_without_memory),
        cmocka_unit_test(pass_on_a_stream_without_memory),
        cmocka_unit_test(pass_on_a_document_without_memory),
        cmocka_unit_test(several_without_memory),
        cmocka_unit_test(read_json_without_memory),
        cmocka_unit_test(take_turns_without_memory),
        cmocka_unit_test(files_without_memory),
        cmocka_unit_test(run_tools_without_memory),
    };
    signal(SIGSEGV, say_where);
    signal(SIGILL, say_where);
    signal(SIGABRT, say_where);
    peer = peer_start();
    socket_peer = peer_start_by(serve_turns, NULL);
    calling_peer = peer_start_with(call_functions, NULL);
    int failed = run(memory);
    peer_stop(&peer);
    peer_stop(&socket_peer);
    peer_stop(&calling_peer);
    return failed;
}
