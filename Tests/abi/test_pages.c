/* Pages of input items: what leads from one to the next, and lists that would never end. */
#include "test.h"

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_error *error;
static responses_response *response;

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    error = NULL;
    response = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_response_free(response);
    responses_error_free(error);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* What becomes of a page that was asked for with these parameters. */
static int got(const char *params, const char *page)
{
    int status;

    responses_response_free(response);
    responses_error_free(error);
    answer(server_expect(server), 200, page);
    status = responses_list_input_items(client, "resp_1", params, NTS, &response, &error);
    if (status == RESPONSES_OK)
        assert_string_equal(responses_response_json(response, NULL), page);
    else
        assert_null(response);
    return status;
}

static void all_are(int status, const char *params, const char *const *pages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int was = got(params, pages[i]);
        if (was != status)
            print_error("%s: %s\n", params, pages[i]);
        assert_status(was, status, error);
    }
}

/* Each leads on, or is the last. */
static const char *const good[] = {
    "{\"object\":\"list\",\"data\":[{\"id\":\"b\"}],\"last_id\":\"b\",\"has_more\":true}",
    "{\"object\":\"list\",\"data\":[{\"id\":\"b\"}],\"last_id\":\"a\",\"has_more\":false}",
    "{\"object\":\"list\",\"data\":[],\"first_id\":null,\"last_id\":null,\"has_more\":false}",
    "{\"object\":\"list\",\"data\":[]}",
    /* Without last_id the last item's id is it. */
    "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"has_more\":true}",
    "{\"object\":\"list\",\"data\":[{},{\"id\":\"b\"}],\"last_id\":null,\"has_more\":true}",
    "{\"object\":\"list\",\"data\":[{\"id\":\"b\"}],\"last_id\":\"\",\"has_more\":true}",
    "{\"object\":\"list\",\"data\":[{\"id\":\"b\"}],\"last_id\":7,\"has_more\":true}",
};

/* Each says that more follow, and names nothing that they follow. */
static const char *const without_ids[] = {
    "{\"object\":\"list\",\"data\":[{\"type\":\"message\"}],\"has_more\":true}",
    "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},{\"id\":\"\"}],\"has_more\":true}",
    "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},{\"id\":1}],\"has_more\":true}",
    "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},\"b\"],\"last_id\":null,\"has_more\":true}",
};

static const char *const empty[] = {
    "{\"object\":\"list\",\"data\":[],\"last_id\":null,\"has_more\":true}",
    "{\"object\":\"list\",\"data\":[],\"has_more\":true}",
    "{\"object\":\"list\",\"data\":{\"id\":\"b\"},\"has_more\":true}",
    "{\"object\":\"list\",\"data\":null,\"has_more\":true}",
    "{\"object\":\"list\",\"has_more\":true}",
};

static void a_page_leads_to_the_next_by_last_id_or_its_last_item(void **state)
{
    (void)state;
    all_are(RESPONSES_OK, "{\"after\":\"a\"}", good, COUNT(good));
    all_are(RESPONSES_OK, "{\"limit\":20}", good, COUNT(good));
}

static void a_page_that_does_not_move_on_is_refused(void **state)
{
    (void)state;
    static const char *const stuck[] = {
        "{\"object\":\"list\",\"data\":[{\"id\":\"b\"}],\"last_id\":\"a\",\"has_more\":true}",
        "{\"object\":\"list\",\"data\":[{\"id\":\"b\"},{\"id\":\"a\"}],\"has_more\":true}",
        "{\"object\":\"list\",\"data\":[{\"id\":\"\\u0061\"}],\"has_more\":true}",
    };
    all_are(RESPONSES_E_PROTOCOL, "{\"after\":\"a\"}", stuck, COUNT(stuck));
    assert_contains(responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL), "after");
    all_are(RESPONSES_E_PROTOCOL, "{\"after\":\"a\"}", without_ids, COUNT(without_ids));
    all_are(RESPONSES_E_PROTOCOL, "{\"after\":\"a\"}", empty, COUNT(empty));
}

/* Who asks for one page has asked for what is on it. */
static void the_first_page_is_not_lost(void **state)
{
    (void)state;
    all_are(RESPONSES_OK, "{}", without_ids, COUNT(without_ids));
    all_are(RESPONSES_OK, NULL, without_ids, COUNT(without_ids));
    all_are(RESPONSES_E_PROTOCOL, "{}", empty, COUNT(empty));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest pages[] = {
        TEST(a_page_leads_to_the_next_by_last_id_or_its_last_item),
        TEST(a_page_that_does_not_move_on_is_refused),
        TEST(the_first_page_is_not_lost),
    };
    return run(pages);
}
