/* A host that does not link the library: it loads it, uses it, and lets it go, again and again. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <responses.h>

#include "host.h"
#include "peer.h"

static struct peer server;

static void say_something(const struct request *request, struct exchange *x, void *user_data)
{
    (void)request, (void)user_data;
    answer(x, 200, "{\"id\":\"resp_1\"}");
}

/* The functions that the test uses, as a host looks them up. */
static struct {
    void *library;
    int (*client_new)(responses_client **, responses_error **);
    int (*client_set)(responses_client *, const char *, const char *, responses_error **);
    int (*create)(responses_client *, const char *, size_t, responses_response **,
                  responses_error **);
    const char *(*response_id)(const responses_response *);
    void (*response_free)(responses_response *);
    void (*client_free)(responses_client *);
} lib;

static void *find(const char *name)
{
    void *function = dlsym(lib.library, name);
    assert_non_null(function);
    return function;
}

static void load(int flags)
{
    lib.library = dlopen(LIBRARY, flags);
    if (lib.library == NULL)
        print_error("%s\n", dlerror());
    assert_non_null(lib.library);
    *(void **)&lib.client_new = find("responses_client_new");
    *(void **)&lib.client_set = find("responses_client_set");
    *(void **)&lib.create = find("responses_create");
    *(void **)&lib.response_id = find("responses_response_id");
    *(void **)&lib.response_free = find("responses_response_free");
    *(void **)&lib.client_free = find("responses_client_free");
}

static void use(void)
{
    responses_client *client = NULL;
    responses_response *response = NULL;
    assert_int_equal(lib.client_new(&client, NULL), RESPONSES_OK);
    assert_int_equal(lib.client_set(client, "base_url", server.url, NULL), RESPONSES_OK);
    assert_int_equal(lib.create(client, "{}", RESPONSES_NTS, &response, NULL), RESPONSES_OK);
    assert_string_equal(lib.response_id(response), "resp_1");
    lib.response_free(response);
    lib.client_free(client);
}

static unsigned long long caught_signals(void)
{
    unsigned long long caught = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "re");
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "SigCgt: %llx", &caught) == 1)
            break;
    fclose(file);
    return caught;
}

/* Also where a full Swift runtime would look for its crash handler. */
static void loading_changes_no_signal_and_opens_nothing(void **state)
{
    (void)state;
    setenv("SWIFT_ROOT", "/usr", 1);
    unsigned long long before = caught_signals();
    int descriptors = open_descriptors();
    load(RTLD_NOW | RTLD_LOCAL);
    assert_true(caught_signals() == before);
    assert_int_equal(open_descriptors(), descriptors);
    use();
    assert_true(caught_signals() == before);
    assert_int_equal(dlclose(lib.library), 0);
    assert_true(caught_signals() == before);
    assert_int_equal(open_descriptors(), descriptors);
    unsetenv("SWIFT_ROOT");
}

static void three_hundred_times(void **state)
{
    (void)state;
    long warm = 0;
    for (int i = 0; i < 300; i++) {
        load(i % 2 ? RTLD_LAZY | RTLD_GLOBAL : RTLD_NOW | RTLD_LOCAL);
        use();
        assert_int_equal(dlclose(lib.library), 0);
        if (i == 20)
            warm = resident_kib();
    }
    long grown = resident_kib() - warm;
    print_message("  %ld KiB more after 280 times\n", grown);
    assert_true(grown < 512);
}

static pthread_barrier_t met;

static void *use_in_thread(void *argument)
{
    (void)argument;
    use();
    pthread_barrier_wait(&met); /* now the library is closed */
    pthread_barrier_wait(&met);
    return NULL; /* and now the thread ends */
}

static void a_thread_that_used_it_ends_after_dlclose(void **state)
{
    (void)state;
    pthread_t thread;
    pthread_barrier_init(&met, NULL, 2);
    load(RTLD_NOW);
    pthread_create(&thread, NULL, use_in_thread, NULL);
    pthread_barrier_wait(&met);
    assert_int_equal(dlclose(lib.library), 0);
    pthread_barrier_wait(&met);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&met);
}

/* Its pages stay: a handle that was kept still says what it is. */
static void a_client_outlives_dlclose(void **state)
{
    (void)state;
    responses_client *client = NULL;
    load(RTLD_NOW);
    assert_int_equal(lib.client_new(&client, NULL), RESPONSES_OK);
    assert_int_equal(lib.client_set(client, "base_url", server.url, NULL), RESPONSES_OK);
    assert_int_equal(dlclose(lib.library), 0);
    load(RTLD_NOW);
    assert_int_equal(lib.create(client, "{}", RESPONSES_NTS, NULL, NULL), RESPONSES_OK);
    lib.client_free(client);
    assert_int_equal(dlclose(lib.library), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loading_changes_no_signal_and_opens_nothing),
        cmocka_unit_test(three_hundred_times),
        cmocka_unit_test(a_thread_that_used_it_ends_after_dlclose),
        cmocka_unit_test(a_client_outlives_dlclose),
    };
    alarm(60);
    setvbuf(stdout, NULL, _IOLBF, 0);
    unsetenv("http_proxy");
    unsetenv("OPENAI_BASE_URL");
    server = peer_start_with(say_something, NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    peer_stop(&server);
    return failed;
}
