/* Every function of the header with handles that are none: nothing crashes, and all say so. */
#include "arguments.h"
#include "peer.h"

#include <sys/mman.h>

#define NTS RESPONSES_NTS

static struct peer peer;
static const char *given; /* what the handle is, for messages; NULL: a good one */

void refused(const char *name, int status)
{
    if (status < 0 || given == NULL)
        return;
    print_error("%s with a handle that is %s: %s\n", name, given, responses_status_name(status));
    fail();
}

void forget(void **scratch)
{
    /* Whatever it is: only one of these takes it. */
    for (int i = 0; i < 16; i++) {
        responses_error_free(scratch[i]);
        responses_event_free(scratch[i]);
        responses_response_free(scratch[i]);
        responses_call_free(scratch[i]);
        responses_session_free(scratch[i]);
        responses_source_free(scratch[i]);
        responses_client_free(scratch[i]);
    }
}

/* Not to those who take this very kind. */
static void give_to_all(const char *what, const char *kind, const void *handle)
{
    given = what;
    for (size_t i = 0; i < function_count; i++)
        if (*kind == 0 || strstr(functions[i].takes, kind) == NULL)
            functions[i].call(handle);
}

static responses_client *new_client(void)
{
    return client_at(peer.url);
}

static void every_function_is_known(void **state)
{
    (void)state;
    assert_true(function_count > 70);
    print_message("  %zu functions\n", function_count);
}

static void handles_that_never_were(void **state)
{
    (void)state;
    char stack[256] = {0};
    char *heap = calloc(1, 256);
    void *unmapped = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    give_to_all("NULL", "", NULL);
    give_to_all("on the stack", "", stack);
    give_to_all("on the heap", "", heap);
    give_to_all("not aligned", "", heap + 1);
    give_to_all("code", "", (const void *)(uintptr_t)&responses_version);
    give_to_all("static", "", functions);
    give_to_all("not readable", "", unmapped);
    give_to_all("the largest", "", (const void *)(uintptr_t)-1);
    give_to_all("small", "", (const void *)(uintptr_t)16);
    munmap(unmapped, 4096);
    free(heap);
}

static int clone_first(const responses_event *event, void *user_data)
{
    responses_event **copy = user_data;
    if (*copy == NULL)
        assert_int_equal(responses_event_clone(event, copy), RESPONSES_OK);
    return 0;
}

/* One of each kind. */
static struct {
    responses_client *client;
    responses_call *call;
    responses_session *session;
    responses_source *source;
    responses_response *response;
    responses_event *event;
    responses_error *error;
} one;

static void make_one_of_each(void)
{
    memset(&one, 0, sizeof one);
    one.client = new_client();
    assert_int_equal(responses_create_start(one.client, REQUEST, NTS, &one.call, NULL),
                     RESPONSES_OK);
    assert_int_equal(responses_create_stream(one.client, REQUEST, NTS, clone_first, &one.event,
                                             &one.response, NULL),
                     RESPONSES_OK);
    /* Nobody agrees to it: this server speaks no WebSocket. */
    assert_int_equal(responses_session_open_start(one.client, &one.session, NULL, NULL),
                     RESPONSES_OK);
    assert_int_equal(responses_source_memory("x", 1, &one.source, NULL), RESPONSES_OK);
    responses_create(one.client, "{", NTS, NULL, &one.error);
    assert_non_null(one.error);
}

static void free_one_of_each(void)
{
    responses_call_free(one.call);
    responses_session_free(one.session);
    responses_source_free(one.source);
    responses_response_free(one.response);
    responses_event_free(one.event);
    responses_error_free(one.error);
    responses_client_free(one.client);
}

static void handles_of_another_kind(void **state)
{
    (void)state;
    make_one_of_each();
    give_to_all("a client", "client", one.client);
    give_to_all("a call", "call", one.call);
    give_to_all("a session", "session", one.session);
    give_to_all("a source", "source", one.source);
    give_to_all("a response", "response", one.response);
    give_to_all("an event", "event", one.event);
    give_to_all("an error", "error", one.error);
    /* Nor do they become anything else by being moved. */
    give_to_all("inside a client", "", (const char *)one.client + 8);
    give_to_all("before a call", "", (const char *)one.call - 1);
    give_to_all("beyond all handles", "", (const char *)one.call + 4096 * 64);
    /* All are as they were. */
    assert_int_equal(read_call(one.call, NULL, NULL), RESPONSES_DONE);
    assert_string_equal(responses_response_id(one.response), "resp_1");
    assert_int_equal(responses_event_kind(one.event), RESPONSES_EVENT_CREATED);
    assert_int_equal(responses_error_status(one.error), RESPONSES_E_INVALID);
    free_one_of_each();
}

static void handles_that_were_freed(void **state)
{
    (void)state;
    make_one_of_each();
    free_one_of_each();
    free_one_of_each(); /* a second time does nothing */
    give_to_all("a freed client", "", one.client);
    give_to_all("a freed call", "", one.call);
    give_to_all("a freed session", "", one.session);
    give_to_all("a freed source", "", one.source);
    give_to_all("a freed response", "", one.response);
    give_to_all("a freed event", "", one.event);
    give_to_all("a freed error", "", one.error);
}

/* Every function with a good handle, and NULL or what might come for all else. */
static void nothing_but_a_handle(void **state)
{
    (void)state;
    given = NULL;
    for (size_t i = 0; i < function_count; i++) {
        make_one_of_each();
        const struct {
            const char *kind;
            const void *handle;
        } all[] = {{"client", one.client}, {"call", one.call},         {"session", one.session},
                   {"source", one.source}, {"response", one.response}, {"event", one.event},
                   {"error", one.error}};
        for (size_t j = 0; j < COUNT(all); j++)
            if (strstr(functions[i].takes, all[j].kind))
                functions[i].call(all[j].handle);
        free_one_of_each();
    }
}

/* What is lent goes with its owner, and is not the borrower's to free. */
static void handles_that_were_lent(void **state)
{
    (void)state;
    responses_client *client = new_client();
    responses_call *call = NULL;
    const responses_event *event = NULL;
    assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &call, NULL),
                     RESPONSES_OK);
    assert_int_equal(responses_call_wait(call, 10000), RESPONSES_OK);
    assert_int_equal(responses_call_next(call, &event, NULL), RESPONSES_OK);
    const responses_response *response = responses_call_response(call);
    responses_event_free((responses_event *)(uintptr_t)event);
    responses_response_free((responses_response *)(uintptr_t)response);
    assert_int_equal(responses_event_kind(event), RESPONSES_EVENT_CREATED);
    assert_string_equal(responses_response_id(response), "resp_1");
    responses_call_free(call);
    give_to_all("an event of a freed call", "", event);
    give_to_all("a response of a freed call", "", response);
    responses_client_free(client);
}

int main(void)
{
    const struct CMUnitTest arguments[] = {
        cmocka_unit_test(every_function_is_known), cmocka_unit_test(handles_that_never_were),
        cmocka_unit_test(handles_of_another_kind), cmocka_unit_test(handles_that_were_freed),
        cmocka_unit_test(nothing_but_a_handle),    cmocka_unit_test(handles_that_were_lent),
    };
    peer = peer_start();
    int failed = run(arguments);
    peer_stop(&peer);
    return failed;
}
