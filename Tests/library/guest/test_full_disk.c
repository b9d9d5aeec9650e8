/* A host whose disk is full, or that may not write to one: what it prints and logs is lost, and no event
   is. The library itself writes to no file. */
#include "peer.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define NTS RESPONSES_NTS

static struct peer peer;

/* What a program does that prints and logs without looking. */
struct lost {
    int lines, prints;
};

static void write_log(int level, const char *line, size_t len, void *user_data)
{
    struct lost *lost = user_data;
    (void)level;
    lost->lines += fwrite(line, 1, len, stderr) != len;
}

static int print(const responses_event *event, void *user_data)
{
    struct lost *lost = user_data;
    size_t len = 0;
    const char *text = responses_event_json(event, &len);
    lost->prints += fwrite(text, 1, len, stdout) != len;
    return 0;
}

/* In a child, whose end is what it has to say: 0, or the line that was reached last. */
static void stream_without_a_disk(void)
{
    struct lost lost = {0};
    responses_client *client = client_at(peer.url);
    responses_response *response = NULL;
    responses_client_set_log(client, RESPONSES_LOG_DEBUG, write_log, &lost);
    for (int i = 0; i < 3; i++) {
        lost.lines = lost.prints = 0;
        if (responses_create_stream(client, REQUEST, NTS, print, &lost, &response, NULL) !=
            RESPONSES_OK)
            _exit(__LINE__);
        /* All of them came, and none of them could be written. */
        if (lost.prints != 11 || lost.lines == 0)
            _exit(__LINE__);
        if (strcmp(responses_response_text(response, NULL), "Hello, world!") != 0)
            _exit(__LINE__);
        responses_response_free(response);
    }
    responses_client_free(client);
    _exit(0);
}

static void run_child(const char *output, int may_write)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit nothing = {0, 0};
        int fd = open(output, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        dup2(fd, 1);
        dup2(fd, 2);
        setvbuf(stdout, NULL, _IONBF, 0);
        setvbuf(stderr, NULL, _IONBF, 0);
        setenv("TMPDIR", "/nowhere", 1);
        /* A host that does not care for the signal; it would end one that writes. */
        if (!may_write) {
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &nothing);
        }
        stream_without_a_disk();
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the host ended with %#x", (unsigned)status);
}

static void a_disk_that_is_full(void **state)
{
    (void)state;
    run_child("/dev/full", 1);
}

static void a_limit_on_files(void **state)
{
    (void)state;
    char path[] = "/tmp/responses-test-XXXXXX";
    close(mkstemp(path));
    run_child(path, 0);
    unlink(path);
}

static int quiet(const responses_event *event, void *user_data)
{
    (void)event;
    ++*(int *)user_data;
    return 0;
}

/* The first byte that the library wrote to any file would end this one. */
static void the_library_writes_to_no_file(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit nothing = {0, 0};
        int events = 0;
        signal(SIGXFSZ, SIG_DFL);
        setrlimit(RLIMIT_FSIZE, &nothing);
        responses_client *client = client_at(peer.url);
        if (responses_create_stream(client, REQUEST, NTS, quiet, &events, NULL, NULL) !=
                RESPONSES_OK ||
            events != 11)
            _exit(__LINE__);
        responses_client_free(client);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest full_disk[] = {
        cmocka_unit_test(a_disk_that_is_full),
        cmocka_unit_test(a_limit_on_files),
        cmocka_unit_test(the_library_writes_to_no_file),
    };
    peer = peer_start();
    int failed = run(full_disk);
    peer_stop(&peer);
    return failed;
}
