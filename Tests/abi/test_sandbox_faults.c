/* The local server misbehaving, as it can be asked to. */
#include "test.h"
#include "sandbox.h"

#define NTS RESPONSES_NTS

static struct sandbox sandbox;
static responses_client *client;
static responses_error *error;
static responses_response *response;
static struct events events;

static int setup(void **state)
{
    (void)state;
    if (sandbox.pid == 0 && sandbox_start(&sandbox, NULL) != 0) {
        print_error("no sandbox at \"%s\"\n", getenv("RESPONSES_SANDBOX"));
        return -1;
    }
    client = client_at(sandbox.url);
    error = NULL;
    response = NULL;
    memset(&events, 0, sizeof events);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(response);
    responses_client_free(client);
    events_free(&events);
    return 0;
}

/* Asks the sandbox to misbehave from now on; NULL ends it. */
static void fault(const char *what)
{
    assert_int_equal(responses_client_set_header(client, "X-Sandbox-Fault", what, NULL),
                     RESPONSES_OK);
}

#define ASK(what) "{\"model\":\"sandbox\",\"input\":\"" what "\"}"

static int stream(const char *json)
{
    events_free(&events);
    responses_error_free(error);
    responses_response_free(response);
    return responses_create_stream(client, json, NTS, collect, &events, &response, &error);
}

static void a_background_stream_survives_cuts(void **state)
{
    (void)state;
    static const char json[] =
        "{\"model\":\"sandbox\",\"input\":\"#long=40\",\"background\":true,\"stream\":true}";
    static const char *faults[] = {"cut-after-events=3; times=1", "cut-at-byte=2000; times=3",
                                   "cut-after-events=9; how=rst; times=2", "no-terminal; times=1",
                                   "end-after-events=5; times=1"};
    responses_client_set_header(client, "X-Sandbox-Speed", "2000", NULL);
    for (size_t i = 0; i < COUNT(faults); i++) {
        fault(faults[i]);
        assert_ok(stream(json), error);
        for (int j = 0; j < events.count; j++)
            assert_int_equal(events.list[j].sequence, j);
        assert_string_equal(events.text.data, responses_response_text(response, NULL));
        assert_string_equal(responses_response_status(response), "completed");
    }
    /* The same without the background: exactly what came, and the truth. */
    fault("cut-after-events=7");
    assert_status(stream(ASK("#long=40")), RESPONSES_E_TRUNCATED, error);
    assert_int_equal(events.count, 7);
    assert_int_equal(responses_error_last_sequence(error), 6);
}

static void every_framing_is_read(void **state)
{
    (void)state;
    static const char *faults[] = {"line-ending=cr",
                                   "line-ending=crlf",
                                   "no-event-lines",
                                   "data-first",
                                   "multiline-data",
                                   "no-space",
                                   "bom",
                                   "done",
                                   "comment-every=2",
                                   "no-sequence",
                                   "id-lines",
                                   "keepalive-every=3",
                                   "stay-open",
                                   "event-per-write",
                                   "write-size=3",
                                   "byte-per-write"};
    for (size_t i = 0; i < COUNT(faults); i++) {
        fault(faults[i]);
        int status = stream(ASK("Say hello."));
        if (status != RESPONSES_OK)
            print_error("%s\n", faults[i]);
        assert_ok(status, error);
        assert_string_equal(events.text.data, "You said: Say hello.");
        assert_string_equal(responses_response_text(response, NULL), "You said: Say hello.");
    }
}

static void faults_of_the_server_are_survived_or_told(void **state)
{
    (void)state;
    set(client, "max_retries", "2");
    fault("status=503; retry-after-ms=1; times=2");
    assert_ok(stream(ASK("hi")), error);
    assert_int_equal(responses_response_attempts(response), 3);
    fault("no-response=rst; times=1");
    assert_ok(stream(ASK("hi")), error);
    fault("bad-json=4");
    assert_status(stream(ASK("hi")), RESPONSES_E_PROTOCOL, error);
    assert_int_equal(events.count, 4);
    fault("bad-utf8=4");
    assert_status(stream(ASK("hi")), RESPONSES_E_PROTOCOL, error);
    set(client, "max_event_bytes", "100000");
    fault("big-event=200000");
    assert_status(stream(ASK("hi")), RESPONSES_E_LIMIT, error);
    /* An event stream by another name is one. */
    responses_error_free(error);
    error = NULL;
    set(client, "max_event_bytes", NULL);
    fault("content-type=text/plain");
    assert_ok(stream(ASK("hi")), error);
    assert_string_equal(events.text.data, "You said: hi");
}

int main(void)
{
    const struct CMUnitTest sandbox_faults[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_background_stream_survives_cuts),
        TEST(every_framing_is_read),
        TEST(faults_of_the_server_are_survived_or_told),
    };
    int failed = run(sandbox_faults);
    sandbox_stop(&sandbox);
    return failed;
}
