/* Runs with what else a client can do: recorded and replayed, with images taken out, with files put in. */
#include "tools.h"

#define NTS RESPONSES_NTS
#define ASK "{\"model\":\"m\",\"input\":\"How is the weather?\"}"

static struct server *server;
static responses_client *client;
static responses_tools *tools;
static responses_response *response;
static responses_error *error;
static struct events events;
static struct called called;
static char path[] = "/tmp/responses-runs-XXXXXX";

static int setup(void **state)
{
    (void)state;
    strcpy(path + sizeof path - 7, "XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    server = server_start();
    client = client_for(server);
    error = NULL;
    response = NULL;
    memset(&called, 0, sizeof called);
    memset(&events, 0, sizeof events);
    assert_ok(responses_tools_new(&tools, &error), error);
    add_tool(tools, "get_weather", &called);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_response_free(response);
    responses_tools_free(tools);
    responses_client_free(client);
    events_free(&events);
    if (server)
        server_stop(server);
    server = NULL;
    unlink(path);
    return 0;
}

static int run_it(const char *json)
{
    responses_response_free(response);
    return responses_run(client, json, NTS, tools, collect, &events, &response, &error);
}

static void a_run_is_recorded_and_replayed(void **state)
{
    (void)state;
    set(client, "record_file", path);
    answer_output(server_expect(server), 1, "[" WEATHER(1, "Oslo") "]");
    answer_output(server_expect(server), 2, "[" TAKE_A_COAT "]");
    assert_ok(run_it(ASK), error);
    const struct events heard = events;
    memset(&events, 0, sizeof events);
    server_stop(server);
    server = NULL;
    set(client, "record_file", NULL);
    set(client, "replay_file", path);
    assert_ok(run_it(ASK), error);
    assert_int_equal(called.count, 2);
    assert_int_equal(events.count, heard.count);
    for (int i = 0; i < heard.count; i++)
        assert_string_equal(events.list[i].json, heard.list[i].json);
    assert_string_equal(responses_response_text(response, NULL), "Take a coat.");
    events_free((struct events *)&heard);
}

static int images;

static int take_image(const char *item_id, const char *member, int64_t offset, const char *bytes,
                      size_t n, int is_last, void *user_data)
{
    (void)offset;
    (void)bytes;
    (void)n;
    (void)user_data;
    assert_string_equal(item_id, "ig_1");
    assert_string_equal(member, "result");
    images += is_last;
    return 0;
}

static void an_image_that_was_taken_out_is_sent_back_without_bytes(void **state)
{
    (void)state;
    images = 0;
    assert_int_equal(responses_client_set_image_callback(client, take_image, NULL), RESPONSES_OK);
    answer_output(server_expect(server), 1,
                  "[{\"type\":\"image_generation_call\",\"id\":\"ig_1\",\"status\":\"completed\","
                  "\"result\":\"QUJD\"}," WEATHER(1, "Oslo") "]");
    answer_output(server_expect(server), 2, "[" TAKE_A_COAT "]");
    assert_ok(run_it(ASK), error);
    assert_int_equal(images, 1);
    json_t *sent = json_loads(server_request(server, 1)->body, 0, NULL);
    assert_non_null(sent);
    const json_t *item = json_array_get(json_object_get(sent, "input"), 1);
    assert_string_equal(json_string_value(json_object_get(item, "id")), "ig_1");
    /* "" would be an image that is none. */
    assert_true(json_is_null(json_object_get(item, "result")));
    json_decref(sent);
}

static void a_file_is_in_every_request(void **state)
{
    (void)state;
    responses_source *source;
    assert_ok(responses_source_memory("ABC", 3, &source, &error), error);
    assert_ok(responses_source_set(source, "media_type", "image/png", &error), error);
    assert_ok(responses_client_attach(client, "photo", source, &error), error);
    responses_source_free(source);
    answer_output(server_expect(server), 1, "[" WEATHER(1, "Oslo") "]");
    answer_output(server_expect(server), 2, "[" TAKE_A_COAT "]");
    assert_ok(run_it("{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":"
                     "\"input_image\",\"image_url\":\"attachment:photo\"}]}]}"),
              error);
    for (int i = 0; i < 2; i++)
        assert_contains(server_request(server, i)->body,
                        "\"image_url\":\"data:image/png;base64,QUJD\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest run_features[] = {
        TEST(a_run_is_recorded_and_replayed),
        TEST(an_image_that_was_taken_out_is_sent_back_without_bytes),
        TEST(a_file_is_in_every_request),
    };
    return run(run_features);
}
