/* A host that does not link the library: it loads it, uses it, and lets it go, again and again. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <responses.h>

static char url[64];
static pid_t server;

/* Answers every request on every connection, one connection after the other. */
static void start_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 64), 0);
    getsockname(listener, (struct sockaddr *)&address, &length);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1", ntohs(address.sin_port));
    server = fork();
    if (server == 0) {
        static const char answer[] =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            "Content-Length: 15\r\nConnection: close\r\n\r\n{\"id\":\"resp_1\"}";
        char request[4096];
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            if (recv(fd, request, sizeof request, 0) > 0)
                send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
            close(fd);
        }
    }
    close(listener);
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
    assert_int_equal(lib.client_set(client, "base_url", url, NULL), RESPONSES_OK);
    assert_int_equal(lib.create(client, "{}", RESPONSES_NTS, &response, NULL), RESPONSES_OK);
    assert_string_equal(lib.response_id(response), "resp_1");
    lib.response_free(response);
    lib.client_free(client);
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
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
    int descriptors = count_descriptors();
    load(RTLD_NOW | RTLD_LOCAL);
    assert_true(caught_signals() == before);
    assert_int_equal(count_descriptors(), descriptors);
    use();
    assert_true(caught_signals() == before);
    assert_int_equal(dlclose(lib.library), 0);
    assert_true(caught_signals() == before);
    assert_int_equal(count_descriptors(), descriptors);
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
    assert_int_equal(lib.client_set(client, "base_url", url, NULL), RESPONSES_OK);
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
    start_server();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return failed;
}
