/*
 * A host that closes descriptors that it has not opened, as a daemon does at its start: calls end at once
 * and say why, and what has the number of one of ours afterwards is not closed by us.
 */
#include "faults.h"
#include "peer.h"
#include "subject.h"
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NTS RESPONSES_NTS

static struct peer peer;

enum { first = 3, end = 64 };

/* The tests are processes of their own, which have no way back into cmocka. */
#define require(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "    line %d: %s\n", __LINE__, #condition);                            \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static responses_client *make(void)
{
    responses_client *client = client_at(peer.url);
    set(client, "max_retries", "2");
    return client;
}

static void close_all(void)
{
    for (int fd = first; fd < end; fd++)
        close(fd);
}

/* Files of the host's, which take all the numbers; what is behind each is noted. */
static void open_others(ino_t inodes[])
{
    struct stat about;
    for (int fd = first; fd < end; fd++) {
        char name[64];
        snprintf(name, sizeof name, "/tmp/libresponses-%d-%d", (int)getpid(), fd);
        int opened = open(name, O_RDWR | O_CREAT, 0600);
        unlink(name);
        require(opened == fd);
        require(fstat(fd, &about) == 0);
        inodes[fd] = about.st_ino;
    }
}

/* Still open, still the same, and nothing was written to them. */
static void check_others(const ino_t inodes[])
{
    struct stat about;
    for (int fd = first; fd < end; fd++) {
        require(fstat(fd, &about) == 0);
        require(about.st_ino == inodes[fd]);
        require(about.st_size == 0);
    }
}

static void check_refusal(int status, responses_error **told)
{
    responses_error *error = *told;
    if (status != RESPONSES_E_NETWORK || error == NULL ||
        strstr(message_of(error), "the program closed a descriptor") == NULL) {
        fprintf(stderr, "    %s: %s\n", responses_status_name(status),
                error ? message_of(error) : "no error object");
        _exit(1);
    }
    responses_error_free(error);
    *told = NULL;
}

static int close_them(const responses_event *event, void *unused)
{
    (void)unused;
    if (responses_event_sequence(event) == 4)
        close_all();
    return 0;
}

/* Each in a process of its own: its descriptors are gone afterwards. */
static void between_calls(int replaces)
{
    ino_t inodes[end];
    responses_error *error = NULL;
    responses_client *client = make();
    require(responses_create(client, REQUEST, NTS, NULL, NULL) == RESPONSES_OK);
    responses_client_fd(client);
    close_all();
    if (replaces)
        open_others(inodes);
    /* Counted: a circle ends the process. */
    faults_arm(NULL);
    check_refusal(responses_create(client, REQUEST, NTS, NULL, &error), &error);
    check_refusal(responses_create_stream(client, REQUEST, NTS, ignore, NULL, NULL, &error),
                  &error);
    responses_client_free(client);
    require(faults_all_calls() < 1000);
    faults_disarm();
    if (replaces)
        check_others(inodes);
}

static void while_a_call_waits(int replaces)
{
    ino_t inodes[end];
    responses_error *error = NULL;
    responses_call *call = NULL;
    const responses_event *event;
    responses_client *client = make();
    require(responses_create_start(client, "{\"input\":\"silent\"}", NTS, &call, NULL) ==
            RESPONSES_OK);
    require(responses_call_wait(call, 50) == RESPONSES_AGAIN);
    close_all();
    if (replaces)
        open_others(inodes);
    faults_arm(NULL);
    require(responses_call_wait(call, 5000) == RESPONSES_OK);
    check_refusal(responses_call_next(call, &event, &error), &error);
    responses_call_free(call);
    responses_client_free(client);
    require(faults_all_calls() < 1000);
    faults_disarm();
    if (replaces)
        check_others(inodes);
}

static void in_an_event_loop(int replaces)
{
    ino_t inodes[end];
    responses_error *error = NULL;
    responses_call *call = NULL, *ready = NULL;
    const responses_event *event;
    responses_client *client = make();
    require(responses_client_fd(client) >= 0);
    require(responses_create_start(client, "{\"input\":\"silent\"}", NTS, &call, NULL) ==
            RESPONSES_OK);
    /* One that is still connecting libcurl closes by itself, and without a look. */
    for (int i = 0; i < 10; i++) {
        sleep_ms(5);
        responses_client_dispatch(client);
    }
    require(responses_client_next_ready(client, &ready) == RESPONSES_AGAIN);
    close_all();
    if (replaces)
        open_others(inodes);
    faults_arm(NULL);
    responses_client_dispatch(client);
    require(responses_client_next_ready(client, &ready) == RESPONSES_OK);
    require(ready == call);
    check_refusal(responses_call_next(call, &event, &error), &error);
    require(responses_client_fd(client) < 0);
    responses_call_free(call);
    responses_client_free(client);
    require(faults_all_calls() < 1000);
    faults_disarm();
    if (replaces)
        check_others(inodes);
}

static void in_a_callback(int replaces)
{
    (void)replaces;
    responses_error *error = NULL;
    responses_client *client = make();
    faults_arm(NULL);
    int status = responses_create_stream(client, REQUEST, NTS, close_them, NULL, NULL, &error);
    /* All events may have come before. */
    if (status != RESPONSES_OK)
        check_refusal(status, &error);
    responses_client_free(client);
    require(faults_all_calls() < 1000);
    faults_disarm();
}

static void run_apart(void (*body)(int), int replaces)
{
    int status = 0;
    char complaint[200];
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        body(replaces);
        if (subject_works(peer.url, complaint, sizeof complaint) != 0)
            _exit(2);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

#define TEST(name, body, replaces)                                                                 \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        run_apart(body, replaces);                                                                 \
    }
TEST(descriptors_are_closed_between_calls, between_calls, 0)
TEST(descriptors_are_replaced_between_calls, between_calls, 1)
TEST(descriptors_are_closed_while_a_call_waits, while_a_call_waits, 0)
TEST(descriptors_are_replaced_while_a_call_waits, while_a_call_waits, 1)
TEST(descriptors_are_closed_in_an_event_loop, in_an_event_loop, 0)
TEST(descriptors_are_replaced_in_an_event_loop, in_an_event_loop, 1)
TEST(descriptors_are_closed_in_a_callback, in_a_callback, 0)

int main(void)
{
    const struct CMUnitTest closed[] = {
        cmocka_unit_test(descriptors_are_closed_between_calls),
        cmocka_unit_test(descriptors_are_replaced_between_calls),
        cmocka_unit_test(descriptors_are_closed_while_a_call_waits),
        cmocka_unit_test(descriptors_are_replaced_while_a_call_waits),
        cmocka_unit_test(descriptors_are_closed_in_an_event_loop),
        cmocka_unit_test(descriptors_are_replaced_in_an_event_loop),
        cmocka_unit_test(descriptors_are_closed_in_a_callback),
    };
    peer = peer_start();
    int failed = run(closed);
    peer_stop(&peer);
    return failed;
}
