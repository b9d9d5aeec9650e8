/* Trees of jansson where memory runs out, a tree is as deep as can be, or text is none: each is said as what
   it is, and a success leaves errno alone. */
#include "test.h"

#include <errno.h>

#include <responses_jansson.h>

#define NTS RESPONSES_NTS

static struct server *server;
static responses_client *client;
static responses_error *error;
static responses_response *response;

/* jansson's allocator: the allocation of that number fails, as malloc() does. */
static int allocations, failing;

static void *allocate(size_t size)
{
    if (++allocations != failing)
        return malloc(size);
    errno = ENOMEM;
    return NULL;
}

static int setup(void **state)
{
    (void)state;
    server = server_start();
    client = client_for(server);
    error = NULL;
    response = NULL;
    allocations = failing = 0;
    json_set_alloc_funcs(allocate, free);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    json_set_alloc_funcs(malloc, free);
    responses_error_free(error);
    responses_response_free(response);
    responses_client_free(client);
    server_stop(server);
    return 0;
}

/* Asks for an answer that is this JSON. */
static void receive(const char *json)
{
    answer(server_expect(server), 200, json);
    assert_ok(responses_create(client, REQUEST, NTS, &response, &error), error);
}

static void memory_runs_out_while_a_tree_is_made(void **state)
{
    (void)state;
    json_t *tree = NULL;
    int status = RESPONSES_E_NOMEM;
    receive("{\"id\":\"r\",\"list\":[1,{\"b\":\"c\",\"d\":1.5},\"\\u00e9\"]}");
    for (int n = 1; status != RESPONSES_OK; n++) {
        failing = n;
        allocations = 0;
        status = responses_response_tree(response, "", &tree, &error);
        failing = 0;
        if (allocations < n) {
            assert_ok(status, error);
        } else {
            assert_status(status, RESPONSES_E_NOMEM, error);
            assert_null(tree);
        }
        responses_error_free(error);
        error = NULL;
    }
    assert_true(allocations > 20);
    json_decref(tree);
}

static void memory_runs_out_while_a_request_is_written(void **state)
{
    (void)state;
    json_t *tree = json_pack("{s:s, s:[i, {s:f}]}", "model", "m", "input", 1, "a", 1.5);
    int status = RESPONSES_E_NOMEM;
    for (int n = 1; status != RESPONSES_OK; n++) {
        failing = n;
        allocations = 0;
        if (n > 100)
            fail_msg("it never succeeds");
        json_t *taken = json_incref(tree);
        /* Written before anything else is looked at: this has no server. */
        status = responses_jansson_send_start_new(client, "WRONG", "/x", taken, NULL, &error);
        failing = 0;
        assert_int_equal(tree->refcount, 1);
        if (allocations < n)
            break;
        assert_status(status, RESPONSES_E_NOMEM, error);
        responses_error_free(error);
        error = NULL;
    }
    assert_status(status, RESPONSES_E_INVALID, error);
    assert_string_equal(field(error, RESPONSES_ERROR_PARAM), "method");
    assert_true(allocations > 2);
    json_decref(tree);
}

/* jansson calls itself for each level: this one would take more than there is of the stack. */
static void a_request_of_any_depth_is_refused(void **state)
{
    (void)state;
    json_t *tree = json_array(), *inner = tree;
    for (int i = 0; i < 300000; i++) {
        json_t *next = json_array();
        json_array_append_new(inner, next);
        inner = next;
    }
    int status = responses_jansson_send(client, "PUT", "/x", tree, NULL, &error);
    assert_status(status, RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "body: has more than 1,024 arrays and objects");
    /* Nor could jansson free it as it is. */
    while (tree != NULL) {
        inner = json_incref(json_array_get(tree, 0));
        json_array_clear(tree);
        json_decref(tree);
        tree = inner;
    }
}

static void the_deepest_request_is_sent(void **state)
{
    (void)state;
    json_t *tree = json_integer(1);
    for (int i = 0; i < 1023; i++) {
        json_t *outer = i % 2 ? json_array() : json_object();
        if (i % 2)
            json_array_append_new(outer, tree);
        else
            json_object_set_new(outer, "a", tree);
        tree = outer;
    }
    answer(server_expect(server), 200, "{}");
    assert_ok(responses_jansson_send_new(client, "PUT", "/x", tree, NULL, &error), error);
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    json_t *tree = json_pack("{s:s}", "model", "m");
    json_object_set_new(tree, "input", json_string_nocheck("\xff"));
    int status = responses_jansson_create_new(client, tree, NULL, &error);
    assert_status(status, RESPONSES_E_INVALID, error);
    assert_contains(message_of(error), "request: cannot be written as JSON");
    assert_contains(message_of(error), "not UTF-8");
}

static void the_place_is_said_also_beside_nan(void **state)
{
    (void)state;
    json_t *tree;
    receive("{\"id\":\"r\",\"list\":[NaN,{\"a\":Infinity,\"b\":[-Infinity,1e400]}]}");
    int status = responses_response_tree(response, "/list/1", &tree, &error);
    assert_status(status, RESPONSES_E_PROTOCOL, error);
    assert_contains(message_of(error), "\"/list/1/b/1\": real number overflow");
    responses_error_free(error);
    error = NULL;
    status = responses_response_tree(response, "", &tree, &error);
    assert_status(status, RESPONSES_E_PROTOCOL, error);
    assert_contains(message_of(error), "\"/list/1/b/1\": real number overflow");
}

/* jansson sets it while it reads numbers. */
static void errno_is_left_alone(void **state)
{
    (void)state;
    json_t *tree;
    receive("{\"id\":\"r\",\"list\":[1,1.5,1e-999]}");
    errno = EXDEV;
    assert_ok(responses_response_tree(response, "", &tree, &error), error);
    assert_int_equal(errno, EXDEV);
    json_decref(tree);
    answer(server_expect(server), 200, "{\"data\":[{\"id\":\"a\",\"n\":1}],\"has_more\":false}");
    errno = EXDEV;
    assert_ok(responses_jansson_each_input_item(client, "r", NULL, NULL, NULL, &error), error);
    assert_int_equal(errno, EXDEV);
}

int main(void)
{
    const struct CMUnitTest failures[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(memory_runs_out_while_a_tree_is_made),
        TEST(memory_runs_out_while_a_request_is_written),
        TEST(a_request_of_any_depth_is_refused),
        TEST(the_deepest_request_is_sent),
        TEST(text_that_is_not_utf8_is_refused),
        TEST(the_place_is_said_also_beside_nan),
        TEST(errno_is_left_alone),
    };
    return run(failures);
}
