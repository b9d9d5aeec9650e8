/* Hosts with habits of their own. */
#include "peer.h"
#include "test.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define NTS RESPONSES_NTS

static struct peer peer;

static void use(void)
{
    responses_client *client = client_at(peer.url);
    struct played played;
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    played = play(client);
    assert_ok(played.status, played.error);
    assert_int_equal(played.events.count, 11);
    played_free(&played);
    assert_int_equal(responses_create(client, "{", NTS, NULL, NULL), RESPONSES_E_INVALID);
    responses_client_free(client);
}

static void *use_in_thread(void *argument)
{
    (void)argument;
    use();
    return argument;
}

/* musl gives a thread 128 KiB, embedders often less. */
static void a_small_stack(void **state)
{
    (void)state;
    static const size_t sizes[] = {128 * 1024, 64 * 1024, 32 * 1024};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        assert_int_equal(pthread_attr_setstacksize(&attributes, sizes[i]), 0);
        assert_int_equal(pthread_create(&thread, &attributes, use_in_thread, NULL), 0);
        pthread_join(thread, NULL);
        pthread_attr_destroy(&attributes);
        print_message("  %zu KiB are enough\n", sizes[i] / 1024);
    }
}

/* Beyond what select() could take. */
static void a_thousand_open_files(void **state)
{
    (void)state;
    static int files[1100];
    for (size_t i = 0; i < COUNT(files); i++)
        assert_true((files[i] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0);
    use();
    for (size_t i = 0; i < COUNT(files); i++)
        close(files[i]);
}

/* Runs it in a child and returns how that ended. */
static int in_child(void (*body)(void))
{
    int status = -1;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        body();
        _exit(99);
    }
    waitpid(child, &status, 0);
    return status;
}

/* A daemon: the library's descriptors become 0, 1 and 2. */
static void without_standard_descriptors(void)
{
    responses_client *client;
    int status;
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    client = NULL;
    responses_client_new(&client, NULL);
    responses_client_set(client, "base_url", peer.url, NULL);
    status = responses_create(client, REQUEST, NTS, NULL, NULL);
    responses_client_free(client);
    _exit(status == RESPONSES_OK ? 0 : 1);
}

static void a_daemon_without_standard_descriptors(void **state)
{
    (void)state;
    assert_int_equal(in_child(without_standard_descriptors), 0);
}

static void *wait_for_ever(void *argument)
{
    responses_create(argument, "{\"input\":\"silent\"}", NTS, NULL, NULL);
    return NULL;
}

static void exit_while_others_wait(void)
{
    responses_client *client = client_at(peer.url);
    for (int i = 0; i < 8; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, wait_for_ever, client);
    }
    sleep_ms(100);
    exit(7); /* with handlers and destructors, and nothing freed */
}

static void a_program_that_ends_in_the_middle(void **state)
{
    (void)state;
    int status = in_child(exit_while_others_wait);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

static size_t drop(char *bytes, size_t size, size_t count, void *user_data)
{
    (void)bytes, (void)user_data;
    return size * count;
}

static CURLcode fetch(void)
{
    char url[96];
    CURL *easy = curl_easy_init();
    snprintf(url, sizeof url, "%s/models", peer.url);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{}");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    CURLcode code = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    return code;
}

/* libcurl counts how often it was set up: what the host does is its own affair. */
static void a_host_with_libcurl(void **state)
{
    (void)state;
    responses_client *client = client_at(peer.url);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    assert_int_equal(fetch(), CURLE_OK);
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    curl_global_cleanup();
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    responses_client_free(client);
    assert_int_equal(fetch(), CURLE_OK);
    curl_global_cleanup();
    use();
}

/* An event that the host holds is not touched by asking which call is next. */
static void a_loop_that_holds_an_event(void **state)
{
    (void)state;
    responses_client *client = client_at(peer.url);
    struct pollfd readable = {.fd = responses_client_fd(client), .events = POLLIN};
    responses_call *call = NULL, *ready = NULL;
    int64_t sequence = -1;
    int status = RESPONSES_AGAIN;
    int is_named = 0; /* a call that was named comes up again only after it was read */
    assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &call, NULL),
                     RESPONSES_OK);
    for (int i = 0; status != RESPONSES_DONE && i < 1000; i++) {
        const responses_event *event = NULL;
        if (!is_named) {
            assert_int_equal(poll(&readable, 1, 5000), 1);
            responses_client_dispatch(client);
            if (responses_client_next_ready(client, &ready) != RESPONSES_OK)
                continue;
            assert_ptr_equal(ready, call);
        }
        is_named = 0;
        status = responses_call_next(call, &event, NULL);
        if (status != RESPONSES_OK)
            continue;
        char *json = strdup(responses_event_json(event, NULL));
        const char *text = responses_event_json(event, NULL);
        assert_int_equal(responses_event_sequence(event), ++sequence);
        for (int j = 0; j < 3; j++) {
            responses_client_dispatch(client);
            if (responses_client_next_ready(client, &ready) == RESPONSES_OK)
                is_named = 1;
        }
        assert_int_equal(responses_event_sequence(event), sequence);
        assert_ptr_equal(responses_event_json(event, NULL), text);
        assert_string_equal(text, json);
        free(json);
    }
    assert_int_equal(status, RESPONSES_DONE);
    assert_int_equal(sequence, 10);
    responses_call_free(call);
    responses_client_free(client);
}

/* The system's, but for names that it takes two seconds to know nothing of. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (name != NULL && strstr(name, ".slow") != NULL) {
        sleep_ms(2000);
        return EAI_AGAIN;
    }
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(name, service, hints, result);
}

/* libcurl would wait for the thread that looks the name up, and everybody else with it. */
static void a_name_that_takes_long(void **state)
{
    (void)state;
    responses_client *client = client_at("http://name.slow/v1"), *other = NULL;
    responses_call *call = NULL;
    set(client, "timeout_ms", "100");
    int64_t before = now_ms();
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_E_TIMEOUT);
    assert_in_range(now_ms() - before, 90, 1000);
    set(client, "timeout_ms", "0");
    assert_int_equal(responses_client_derive(client, &other, NULL), RESPONSES_OK);
    set(other, "base_url", peer.url);
    before = now_ms();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(responses_create_start(client, REQUEST, NTS, &call, NULL), RESPONSES_OK);
        responses_call_wait(call, 20);
        if (i == 0)
            assert_int_equal(responses_call_cancel(call), RESPONSES_OK);
        responses_call_free(call);
    }
    assert_int_equal(responses_create(other, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    responses_client_free(client);
    responses_client_free(other);
    assert_in_range(now_ms() - before, 0, 1000);
    sleep_ms(2000); /* until the lookups have ended */
}

static void *watch_sigpipe(void *argument)
{
    volatile int *changes = argument;
    while (*changes >= 0) {
        struct sigaction now;
        sigaction(SIGPIPE, NULL, &now);
        if (now.sa_handler != SIG_DFL) {
            *changes += 1;
            break;
        }
    }
    return NULL;
}

/* Another thread looks at the handler of SIGPIPE all the time while clients come and go. */
static void the_handler_of_sigpipe(void **state)
{
    (void)state;
    static volatile int changes;
    pthread_t thread;
    struct sigaction standard = {.sa_handler = SIG_DFL}, old;
    sigaction(SIGPIPE, &standard, &old);
    pthread_create(&thread, NULL, watch_sigpipe, (void *)(uintptr_t)&changes);
    for (int i = 0; i < 300; i++)
        use();
    int seen = changes;
    changes = -1;
    pthread_join(thread, NULL);
    sigaction(SIGPIPE, &old, NULL);
    assert_int_equal(seen, 0);
}

int main(void)
{
    const struct CMUnitTest host[] = {
        cmocka_unit_test(a_small_stack),
        cmocka_unit_test(a_thousand_open_files),
        cmocka_unit_test(a_daemon_without_standard_descriptors),
        cmocka_unit_test(a_program_that_ends_in_the_middle),
        cmocka_unit_test(a_host_with_libcurl),
        cmocka_unit_test(a_loop_that_holds_an_event),
        cmocka_unit_test(a_name_that_takes_long),
        cmocka_unit_test(the_handler_of_sigpipe),
    };
    peer = peer_start();
    int failed = run(host);
    peer_stop(&peer);
    return failed;
}
