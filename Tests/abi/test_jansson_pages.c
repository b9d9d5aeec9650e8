/* All input items of a response as trees, page after page. */
#include "test.h"

#include <responses_jansson.h>

static struct server *server;
static responses_client *client;
static responses_error *error;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    error = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

static void forget(void)
{
    responses_error_free(error);
    error = NULL;
}

struct items {
    int count, stop_after;
    char ids[64];
};

static int note(json_t *item, void *user_data)
{
    struct items *items = user_data;
    strcat(items->ids, json_string_value(json_object_get(item, "id")));
    return ++items->count == items->stop_after;
}

static void all_pages_are_read(void **state)
{
    (void)state;
    struct items items = {0};
    answer(server_expect(server), 200,
           "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"has_more\":true,\"last_id\":\"b\"}");
    answer(server_expect(server), 200, "{\"data\":[{\"id\":\"c\"}],\"has_more\":true}");
    answer(server_expect(server), 200, "{\"data\":[{\"id\":\"d\"}],\"has_more\":false}");
    assert_ok(
        responses_jansson_each_input_item_new(
            client, "r", json_pack("{s:i, s:s}", "limit", 2, "order", "asc"), note, &items, &error),
        error);
    assert_string_equal(items.ids, "abcd");
    assert_string_equal(server_request(server, 0)->target,
                        "/v1/responses/r/input_items?limit=2&order=asc");
    assert_string_equal(server_request(server, 1)->target,
                        "/v1/responses/r/input_items?limit=2&order=asc&after=b");
    assert_string_equal(server_request(server, 2)->target,
                        "/v1/responses/r/input_items?limit=2&order=asc&after=c");
}

static void pages_end_where_they_cannot_go_on(void **state)
{
    (void)state;
    const char *page = "{\"data\":[{\"id\":\"a\"}],\"has_more\":true,\"last_id\":\"a\"}";
    struct items items = {0, 1, ""};
    answer(server_expect(server), 200, page);
    int status = responses_jansson_each_input_item(client, "r", NULL, note, &items, &error);
    assert_status(status, RESPONSES_E_USER, error);
    forget();
    items.stop_after = 0;
    answer(server_expect(server), 200, page);
    answer(server_expect(server), 200, page);
    status = responses_jansson_each_input_item(client, "r", NULL, note, &items, &error);
    assert_status(status, RESPONSES_E_PROTOCOL, error);
    forget();
    answer(server_expect(server), 404, "{}");
    status = responses_jansson_each_input_item(client, "r", NULL, note, &items, &error);
    assert_status(status, RESPONSES_E_API, error);
    assert_int_equal(items.count, 2);
}

/* After "a" comes "b", and after the last one the first or the second again. */
static int circle;

static void go_round(const struct request *request, struct exchange *x, void *user_data)
{
    const char *after = strstr(request->target, "after=");
    int place = after != NULL ? after[6] - 'a' + 1 : 0;
    char page[100];
    (void)user_data;
    snprintf(page, sizeof page, "{\"data\":[{\"id\":\"%c\"}],\"has_more\":true}",
             'a' + (place < circle ? place : place % 2));
    answer(x, 200, page);
}

static int count_items(json_t *item, void *user_data)
{
    (void)item;
    return ++*(int *)user_data == 100;
}

static void pages_in_a_circle_end(void **state)
{
    (void)state;
    server_set_handler(server, go_round, NULL);
    for (circle = 2; circle < 8; circle++) {
        int count = 0;
        int status =
            responses_jansson_each_input_item(client, "r", NULL, count_items, &count, &error);
        assert_status(status, RESPONSES_E_PROTOCOL, error);
        assert_contains(message_of(error), "circle");
        assert_in_range(count, circle, 4 * circle);
        forget();
    }
}

/* It is asked until it has nothing, and what comes a second time is left out. */
static void a_server_need_not_say_whether_there_is_more(void **state)
{
    (void)state;
    static const char *const says[] = {"", ",\"has_more\":null", ",\"has_more\":\"true\""};
    for (int i = 0; i < 3; i++) {
        char page[100], second[100];
        snprintf(page, sizeof page, "{\"data\":[{\"id\":\"a\"}]%s}", says[i]);
        snprintf(second, sizeof second, "{\"data\":[{\"id\":\"b\"}]%s}", says[i]);
        for (int ends = 0; ends < 2; ends++) {
            struct items items = {0};
            answer(server_expect(server), 200, page);
            answer(server_expect(server), 200, second);
            answer(server_expect(server), 200, ends ? second : "{\"data\":[]}");
            int status = responses_jansson_each_input_item(client, "r", NULL, note, &items, &error);
            assert_ok(status, error);
            assert_string_equal(items.ids, "ab");
        }
    }
}

/* What interrupts the program may come while it is in its callback: between two pages there is no call that
   could notice. */
static int interrupt_at(json_t *item, void *user_data)
{
    struct items *items = user_data;
    int is_there = note(item, items);
    if (is_there)
        responses_client_interrupt(client);
    return 0;
}

static void an_interrupt_ends_the_pages(void **state)
{
    (void)state;
    const char *page = "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"has_more\":true}";
    const char *last = "{\"data\":[{\"id\":\"c\"}],\"has_more\":false}";
    struct items items = {0, 1, ""};
    /* Before another item of the page. */
    answer(server_expect(server), 200, page);
    int status = responses_jansson_each_input_item(client, "r", NULL, interrupt_at, &items, &error);
    assert_status(status, RESPONSES_E_CANCELLED, error);
    assert_string_equal(items.ids, "a");
    assert_int_equal(server_requests(server), 1);
    forget();
    /* Before the next page. */
    answer(server_expect(server), 200, page);
    items = (struct items){0, 2, ""};
    status = responses_jansson_each_input_item(client, "r", NULL, interrupt_at, &items, &error);
    assert_status(status, RESPONSES_E_CANCELLED, error);
    assert_string_equal(items.ids, "ab");
    assert_int_equal(server_requests(server), 2);
    forget();
    /* All has been read; and what begins afterwards is not touched. */
    answer(server_expect(server), 200, page);
    answer(server_expect(server), 200, last);
    items = (struct items){0, 3, ""};
    status = responses_jansson_each_input_item(client, "r", NULL, interrupt_at, &items, &error);
    assert_ok(status, error);
    assert_string_equal(items.ids, "abc");
}

int main(void)
{
    const struct CMUnitTest pages[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(all_pages_are_read),          TEST(pages_end_where_they_cannot_go_on),
        TEST(pages_in_a_circle_end),       TEST(a_server_need_not_say_whether_there_is_more),
        TEST(an_interrupt_ends_the_pages),
    };
    return run(pages);
}
