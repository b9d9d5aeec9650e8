/* A good guest leaves its host as it found it. */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#define NTS RESPONSES_NTS

extern char **environ;

/* What a host can notice. */
struct house {
    struct sigaction actions[65];
    sigset_t mask;
    char **environment;
    int variables;
    char first_variable[256];
    char locale[256];
    int descriptors, threads;
    mode_t umask;
    char directory[1024];
};

static int count_descriptors(int only_inheritable)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || fd == dirfd(directory))
            continue;
        if (!only_inheritable || !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
            count++;
    }
    closedir(directory);
    return count;
}

/* Threads that are not those of the scripted server. */
static int count_threads(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/task");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[300], name[64] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "re");
        if (file == NULL)
            continue;
        if (fgets(name, sizeof name, file) != NULL && strncmp(name, "scripted", 8) != 0)
            count++;
        fclose(file);
    }
    closedir(directory);
    return count;
}

static void look_around(struct house *house)
{
    memset(house, 0, sizeof *house);
    for (int i = 1; i < 65; i++)
        sigaction(i, NULL, &house->actions[i]);
    pthread_sigmask(SIG_SETMASK, NULL, &house->mask);
    house->environment = environ;
    while (environ[house->variables] != NULL)
        house->variables++;
    snprintf(house->first_variable, sizeof house->first_variable, "%s", environ[0]);
    snprintf(house->locale, sizeof house->locale, "%s", setlocale(LC_ALL, NULL));
    house->descriptors = count_descriptors(0);
    house->threads = count_threads();
    house->umask = umask(022);
    umask(house->umask);
    assert_non_null(getcwd(house->directory, sizeof house->directory));
}

static void check_same(const struct house *before, const struct house *after)
{
    for (int i = 1; i < 65; i++) {
        assert_ptr_equal(before->actions[i].sa_handler, after->actions[i].sa_handler);
        /* All but the flag that the C library sets by itself. */
        assert_int_equal(before->actions[i].sa_flags & ~0x04000000,
                         after->actions[i].sa_flags & ~0x04000000);
    }
    for (int i = 1; i < 65; i++)
        assert_int_equal(sigismember(&before->mask, i), sigismember(&after->mask, i));
    assert_ptr_equal(before->environment, after->environment);
    assert_int_equal(before->variables, after->variables);
    assert_string_equal(before->first_variable, after->first_variable);
    assert_string_equal(before->locale, after->locale);
    assert_int_equal(before->threads, after->threads);
    assert_int_equal(before->umask, after->umask);
    assert_string_equal(before->directory, after->directory);
}

static void use_it(struct server *server, responses_client *client)
{
    struct sse sse;
    responses_call *call = NULL;
    sse_hello(&sse, "resp_1");
    answer(server_expect(server), 200, RESPONSE);
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    answer_stream(server_expect(server), sse.text.data, sse.text.len);
    struct played played = play(client);
    assert_ok(played.status, played.error);
    played_free(&played);
    answer_stream(server_expect(server), sse.text.data, sse.end[3]);
    assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &call, NULL),
                     RESPONSES_OK);
    assert_int_equal(read_call(call, NULL, NULL), RESPONSES_E_TRUNCATED);
    responses_call_free(call);
    answer(server_expect(server), 500, "{");
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_E_API);
    assert_int_equal(responses_create(client, "{", NTS, NULL, NULL), RESPONSES_E_INVALID);
    sse_free(&sse);
}

static void the_house_is_as_it_was(void **state)
{
    (void)state;
    struct house before, during, after;
    sigset_t some;
    /* An odd mask and an odd locale, so that a reset would show. */
    sigemptyset(&some);
    sigaddset(&some, SIGUSR2);
    sigaddset(&some, SIGWINCH);
    pthread_sigmask(SIG_BLOCK, &some, NULL);
    setlocale(LC_ALL, "C.UTF-8");
    look_around(&before);
    struct server *server = server_start();
    responses_client *client = client_for(server);
    use_it(server, client);
    look_around(&during);
    check_same(&before, &during);
    responses_client_free(client);
    server_stop(server);
    look_around(&after);
    check_same(&before, &after);
    assert_int_equal(before.descriptors, after.descriptors);
    pthread_sigmask(SIG_UNBLOCK, &some, NULL);
}

static void nothing_that_was_opened_stays_open(void **state)
{
    (void)state;
    int before = count_descriptors(0);
    for (int i = 0; i < 20; i++) {
        struct server *server = server_start();
        responses_client *client = client_for(server);
        responses_call *call = NULL;
        use_it(server, client);
        await_close(server_expect(server));
        assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &call, NULL),
                         RESPONSES_OK);
        for (int j = 0; j < 100 && server_requests(server) < 5; j++)
            responses_call_wait(call, 20);
        if (i % 2) {
            responses_client_free(client);
            responses_call_free(call);
        } else {
            responses_call_free(call);
            responses_client_free(client);
        }
        server_stop(server);
        assert_int_equal(count_descriptors(0), before);
    }
}

static void every_descriptor_is_close_on_exec(void **state)
{
    (void)state;
    int before = count_descriptors(1);
    struct server *server = server_start();
    responses_client *client = client_for(server);
    responses_call *call = NULL;
    await_close(server_expect(server));
    assert_true(responses_client_fd(client) >= 0);
    assert_int_equal(responses_create_start(client, REQUEST, NTS, &call, NULL), RESPONSES_OK);
    for (int i = 0; i < 100 && server_requests(server) < 1; i++)
        responses_call_wait(call, 20);
    assert_int_equal(count_descriptors(1), before);
    responses_call_free(call);
    responses_client_free(client);
    server_stop(server);
}

static void no_thread_is_started(void **state)
{
    (void)state;
    struct sse sse;
    struct server *server = server_start();
    responses_client *client = client_for(server);
    responses_call *calls[8];
    sse_hello(&sse, "resp_1");
    for (size_t i = 0; i < COUNT(calls); i++) {
        struct exchange *x = server_expect(server);
        stream_head(x, "");
        stream_chunk(x, sse.text.data, sse.end[1]);
        await_close(x);
        assert_int_equal(responses_create_stream_start(client, REQUEST, NTS, &calls[i], NULL),
                         RESPONSES_OK);
        assert_int_equal(responses_call_wait(calls[i], at_most(10000)), RESPONSES_OK);
        assert_int_equal(count_threads(), 1);
    }
    for (size_t i = 0; i < COUNT(calls); i++)
        responses_call_free(calls[i]);
    responses_client_free(client);
    server_stop(server);
    sse_free(&sse);
}

static void a_broken_pipe_does_not_reach_the_host(void **state)
{
    (void)state;
    struct sigaction fatal = {.sa_handler = SIG_DFL}, old;
    struct text big = {0};
    sigaction(SIGPIPE, &fatal, &old);
    struct server *server = server_start();
    responses_client *client = client_for(server);
    text_add(&big, "{\"input\":\"");
    text_add_times(&big, 'x', 8 << 20);
    text_add(&big, "\"}");
    /* The server resets while the request is being sent, and when the connection is idle. */
    for (int i = 0; i < 5; i++) {
        slam_down(server_at_accept(server));
        int status = responses_create(client, big.data, big.len, NULL, NULL);
        assert_int_equal(status, RESPONSES_E_NETWORK);
    }
    set(client, "max_retries", "2");
    struct exchange *x = server_expect(server);
    answer(x, 200, RESPONSE);
    slam_down(x);
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    server_await_end(server, 5);
    answer(server_expect(server), 200, RESPONSE);
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, NULL), RESPONSES_OK);
    responses_client_free(client);
    server_stop(server);
    text_free(&big);
    sigset_t pending;
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    sigaction(SIGPIPE, &old, NULL);
}

static volatile sig_atomic_t ticks;

static void tick(int signal)
{
    (void)signal;
    ticks = ticks + 1;
}

static void the_hosts_signals_arrive_and_disturb_nothing(void **state)
{
    (void)state;
    struct sse sse;
    struct sigaction action = {.sa_handler = tick}; /* without SA_RESTART */
    struct server *server = server_start();
    responses_client *client = client_for(server);
    timer_t timer;
    struct itimerspec often = {{0, 5000000}, {0, 5000000}}, never = {{0, 0}, {0, 0}};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
    sse_hello(&sse, "resp_1");
    ticks = 0;
    sigaction(SIGUSR2, &action, NULL);
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    struct exchange *x = server_expect(server);
    stream_head(x, "");
    for (int i = 0; i < sse.count; i++) {
        size_t begin = i > 0 ? sse.end[i - 1] : 0;
        stream_chunk(x, sse.text.data + begin, sse.end[i] - begin);
        pause_for(x, 20);
    }
    stream_end(x);
    timer_settime(timer, 0, &often, NULL);
    struct played played = play(client);
    timer_settime(timer, 0, &never, NULL);
    timer_delete(timer);
    assert_ok(played.status, played.error);
    check_heard(&played.events, &sse, 11);
    assert_true(ticks > 5);
    played_free(&played);
    responses_client_free(client);
    server_stop(server);
    sse_free(&sse);
}

static void errno_is_left_alone(void **state)
{
    (void)state;
    struct server *server = server_start();
    responses_client *client = client_for(server);
    responses_call *call = NULL;
    answer(server_expect(server), 200, RESPONSE);
    errno = 4711;
    assert_int_equal(responses_create_start(client, REQUEST, NTS, &call, NULL), RESPONSES_OK);
    assert_int_equal(errno, 4711);
    while (responses_call_next(call, NULL, NULL) == RESPONSES_AGAIN)
        responses_call_wait(call, at_most(10000));
    assert_int_equal(errno, 4711);
    responses_client_dispatch(client);
    assert_int_equal(errno, 4711);
    responses_call_free(call);
    assert_int_equal(errno, 4711);
    responses_client_free(client);
    assert_int_equal(errno, 4711);
    server_stop(server);
}

static void errno_is_left_alone_by_what_frees(void **state)
{
    (void)state;
    struct server *server = server_start();
    responses_client *client = client_for(server), *derived = NULL, *unused = client_for(server);
    responses_call *call = NULL, *silent = NULL;
    responses_response *response = NULL;
    responses_error *error = NULL;
    answer(server_expect(server), 200, RESPONSE);
    assert_int_equal(responses_create(client, REQUEST, NTS, &response, NULL), RESPONSES_OK);
    assert_int_equal(responses_client_derive(client, &derived, NULL), RESPONSES_OK);
    assert_int_equal(responses_client_set(client, "no_such", "1", &error), RESPONSES_E_INVALID);
    await_close(server_expect(server));
    assert_int_equal(responses_create_start(client, REQUEST, NTS, &silent, NULL), RESPONSES_OK);
    while (server_requests(server) < 2)
        responses_call_wait(silent, 5);
    errno = 4711;
    responses_error_free(error);
    assert_int_equal(errno, 4711);
    responses_response_free(response);
    assert_int_equal(errno, 4711);
    responses_client_free(unused);
    assert_int_equal(errno, 4711);
    responses_client_free(client);
    assert_int_equal(errno, 4711);
    /* These two close a connection that is in use. */
    assert_int_equal(responses_call_cancel(silent), RESPONSES_OK);
    assert_int_equal(errno, 4711);
    assert_int_equal(responses_call_next(silent, NULL, NULL), RESPONSES_E_CANCELLED);
    answer(server_expect(server), 200, RESPONSE);
    assert_int_equal(responses_create_start(derived, REQUEST, NTS, &call, NULL), RESPONSES_OK);
    while (responses_call_next(call, NULL, NULL) == RESPONSES_AGAIN)
        responses_call_wait(call, at_most(10000));
    errno = 4711;
    responses_call_free(silent);
    assert_int_equal(errno, 4711);
    responses_call_free(call);
    assert_int_equal(errno, 4711);
    /* The last that goes takes the connections with it. */
    responses_client_free(derived);
    assert_int_equal(errno, 4711);
    server_stop(server);
}

static void nothing_is_printed(void **state)
{
    (void)state;
    int ends[2], saved[2] = {dup(1), dup(2)};
    char buffer[256] = "";
    fflush(NULL);
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    struct server *server = server_start();
    responses_client *client = client_for(server);
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    use_it(server, client);
    responses_client_set(client, "base_url", "nonsense", NULL);
    responses_client_free(client);
    fflush(NULL);
    dup2(saved[0], 1);
    dup2(saved[1], 2);
    ssize_t n = read(ends[0], buffer, sizeof buffer - 1);
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(saved[i]);
    }
    server_stop(server);
    assert_int_equal(n, -1);
}

static void numbers_are_read_in_any_locale(void **state)
{
    (void)state;
    struct server *server = server_start();
    responses_client *client = client_for(server);
    responses_response *response = NULL;
    static const char *names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"};
    for (size_t i = 0; i < COUNT(names) && setlocale(LC_ALL, names[i]) == NULL; i++)
        continue;
    answer_with(server_expect(server), 503, "Retry-After: 0.5\r\n", "", 0);
    responses_error *error = NULL;
    assert_int_equal(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_API);
    assert_int_equal(responses_error_retry_after_ms(error), 500);
    responses_error_free(error);
    answer(server_expect(server), 200, "{\"x\":1.5,\"y\":[2.5e3]}");
    assert_int_equal(responses_create(client, REQUEST, NTS, &response, NULL), RESPONSES_OK);
    assert_string_equal(value_at(response, "/x"), "1.5");
    assert_string_equal(value_at(response, "/y"), "[2.5e3]");
    setlocale(LC_ALL, "C");
    responses_response_free(response);
    responses_client_free(client);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest guest[] = {
        cmocka_unit_test(the_house_is_as_it_was),
        cmocka_unit_test(nothing_that_was_opened_stays_open),
        cmocka_unit_test(every_descriptor_is_close_on_exec),
        cmocka_unit_test(no_thread_is_started),
        cmocka_unit_test(a_broken_pipe_does_not_reach_the_host),
        cmocka_unit_test(the_hosts_signals_arrive_and_disturb_nothing),
        cmocka_unit_test(errno_is_left_alone),
        cmocka_unit_test(errno_is_left_alone_by_what_frees),
        cmocka_unit_test(nothing_is_printed),
        cmocka_unit_test(numbers_are_read_in_any_locale),
    };
    return run(guest);
}
