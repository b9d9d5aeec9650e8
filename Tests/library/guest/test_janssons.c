/*
 * Hosts with JSON libraries of their own: json-c, a second jansson, functions with the names of jansson. Each
 * is a program of janssons/; what it prints is what is looked at, so that a crash is seen as one.
 */
#include "test.h"

#include <fcntl.h>
#include <sys/wait.h>

static struct server *server;
static struct text printed;

static void reply(const struct request *request, struct exchange *x, void *user_data)
{
    (void)user_data;
    struct sse sse;
    if (strstr(request->target, "input_items") != NULL) {
        answer(x, 200, "{\"data\":[{\"id\":\"item_1\"}],\"has_more\":false}");
    } else if (strstr(request->body, "\"stream\":true") != NULL) {
        sse_hello(&sse, "resp_1");
        answer_stream(x, sse.text.data, sse.text.len);
        sse_free(&sse);
    } else {
        answer(x, 200, RESPONSE);
    }
}

/* Runs a program with arguments and a preload, "" for none, and reads what it prints; how it ended. */
static int host(const char *preload, const char *program, char *const arguments[])
{
    char path[1024], bytes[4096];
    int ends[2], status;
    ssize_t count;
    snprintf(path, sizeof path, "%s/%s", HOSTS, program);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        if (*preload != '\0')
            setenv("LD_PRELOAD", preload, 1);
        execv(path, arguments);
        _exit(127);
    }
    close(ends[1]);
    text_free(&printed);
    text_add(&printed, "");
    while ((count = read(ends[0], bytes, sizeof bytes)) > 0)
        text_add_bytes(&printed, bytes, (size_t)count);
    close(ends[0]);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#define BOTH_WORK "json-c works\ntext works\ntrees work\njson-c works\n"

/* What a host of janssons/linked.c prints. */
static void check_linked(const char *preload, const char *program, const char *expected)
{
    char *arguments[] = {(char *)program, NULL};
    int status = host(preload, program, arguments);
    if (status != 0 || strcmp(printed.data, expected) != 0)
        print_error("%s with LD_PRELOAD=%s ended with %d:\n%s", program, preload, status,
                    printed.data);
    assert_int_equal(status, 0);
    assert_string_equal(printed.data, expected);
}

/* Made by the Makefile: r is libresponses, j jansson, c json-c. */
static const char *const orders[] = {"linked-r-j-c", "linked-r-c-j", "linked-j-r-c",
                                     "linked-j-c-r", "linked-c-r-j", "linked-c-j-r"};

static void json_c_in_every_order_of_linking(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(orders); i++)
        check_linked("", orders[i], BOTH_WORK);
}

static void json_c_preloaded(void **state)
{
    (void)state;
    static const char *const preloads[] = {"libjson-c.so.5", "libjansson.so.4",
                                           "libjson-c.so.5:libjansson.so.4",
                                           "libjansson.so.4:libjson-c.so.5"};
    for (size_t i = 0; i < COUNT(preloads); i++) {
        check_linked(preloads[i], "linked-r-j-c", BOTH_WORK);
        check_linked(preloads[i], "linked-c-r-j", BOTH_WORK);
    }
}

/* The program's references and the library's go to the same. (json-c in that process would get it as well.) */
static void another_jansson_preloaded(void **state)
{
    (void)state;
    check_linked(HOSTS "/jansson.so.4", "linked-r-j", "text works\ntrees work\n");
}

/* All orders of loading the three, each for itself or for everybody, and then of those that use them. */
static void json_c_in_every_order_of_loading(void **state)
{
    (void)state;
    static const char *const files[] = {LIBRARY, "libjansson.so.4", "libjson-c.so.5"};
    static const int sequences[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                       {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (size_t i = 0; i < COUNT(sequences) * 2; i++) {
        char loads[3][1024];
        char *arguments[] = {"loader", loads[0], loads[1], loads[2], NULL, NULL, NULL, NULL};
        for (int j = 0; j < 3; j++)
            snprintf(loads[j], sizeof loads[j], "%s:%s", i % 2 ? "global" : "local",
                     files[sequences[i / 2][j]]);
        for (int trees_first = 0; trees_first < 2; trees_first++) {
            char trees[] = "use_trees:" HOSTS "/trees.so",
                 json_c[] = "use_json_c:" HOSTS "/json_c.so";
            char again[] = "use_json_c:" HOSTS "/json_c.so";
            arguments[4] = trees_first ? trees : json_c;
            arguments[5] = trees_first ? json_c : trees;
            arguments[6] = again;
            assert_int_equal(host("", "loader", arguments), 0);
            assert_string_equal(printed.data,
                                trees_first ? "text works\ntrees work\njson-c works\njson-c works\n"
                                            : BOTH_WORK);
        }
    }
}

/* Its functions are found before those of libjansson.so.4, and all of them are there: they are used. */
static void a_whole_jansson_of_the_host_is_used(void **state)
{
    (void)state;
    check_linked("", "own-whole", "text works\ntrees work\n");
    check_linked("", "own-shared", "text works\ntrees work\n");
    check_linked("", "own-shared-last", "text works\ntrees work\n");
}

#define NOT_A_TREE_OF_OURS                                                                         \
    "text works\nrequest: RESPONSES_E_INVALID: request: was made by another copy of jansson, or "  \
    "its first name has a NUL in it; link libjansson.so.4, or pass JSON as text\n"

static void trees_of_a_hidden_jansson_are_refused(void **state)
{
    (void)state;
    check_linked("", "own-hidden", NOT_A_TREE_OF_OURS);
    /* One that was loaded for another part of the program. */
    char *arguments[] = {"loader", "local:" LIBRARY, "use_trees:" HOSTS "/trees-own.so",
                         "use_trees:" HOSTS "/trees.so", NULL};
    assert_int_equal(host("", "loader", arguments), 0);
    assert_string_equal(printed.data, NOT_A_TREE_OF_OURS "text works\ntrees work\n");
}

/* Who comes first has the library's trees: the copy of one plugin is not that of the next. */
static void plugins_with_two_janssons(void **state)
{
    (void)state;
    char *arguments[] = {"loader", "use_trees:" HOSTS "/trees-own.so",
                         "use_trees:" HOSTS "/trees.so", NULL};
    assert_int_equal(host("", "loader", arguments), 0);
    assert_string_equal(printed.data, "text works\ntrees work\n" NOT_A_TREE_OF_OURS);
}

static void a_jansson_in_part_is_refused(void **state)
{
    (void)state;
    char *arguments[] = {"own-part", NULL};
    assert_int_equal(host("", "own-part", arguments), 0);
    assert_contains(printed.data, "text works\nrequest: RESPONSES_E_UNSUPPORTED: json_");
    assert_contains(printed.data, " of the program");
    assert_contains(printed.data, " of libjansson.so.4");
}

static void namesakes_are_never_called(void **state)
{
    (void)state;
    static const char *const programs[] = {"namesakes-one", "namesakes-all"};
    for (size_t i = 0; i < COUNT(programs); i++) {
        char *arguments[] = {"namesakes", NULL};
        assert_int_equal(host("", programs[i], arguments), 0);
        assert_contains(printed.data, "text: RESPONSES_OK\ntree: RESPONSES_E_UNSUPPORTED: json_");
        assert_contains(printed.data, "the program");
        assert_contains(printed.data, "request: RESPONSES_E_UNSUPPORTED\n");
        assert_lacks(printed.data, "was called");
    }
}

static int setup(void **state)
{
    (void)state;
    server = server_start();
    server_set_handler(server, reply, NULL);
    setenv("HOST_URL", server_url(server), 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    text_free(&printed);
    server_stop(server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest janssons[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(json_c_in_every_order_of_linking),    TEST(json_c_preloaded),
        TEST(json_c_in_every_order_of_loading),    TEST(another_jansson_preloaded),
        TEST(a_whole_jansson_of_the_host_is_used), TEST(trees_of_a_hidden_jansson_are_refused),
        TEST(plugins_with_two_janssons),           TEST(a_jansson_in_part_is_refused),
        TEST(namesakes_are_never_called),
    };
    return run(janssons);
}
