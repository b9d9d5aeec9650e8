/*
 * Every system call of the subject fails, one at a time: once, and then for good. It must end by itself,
 * without turning in a circle, with outcomes that are either right or an error that says why; no
 * descriptor stays open or is closed twice; and a client that is made afterwards works.
 *
 * Each run is a process of its own, and several run at a time.
 */
#include "faults.h"
#include "host.h"
#include "peer.h"
#include "subject.h"
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static struct peer peer;

enum { at_a_time = 6, most_places = 16, seconds = 30 };

static struct run {
    pid_t process;
    struct fault fault;
} running[at_a_time];
static int runs, failures;

/* In the child. The exit status says how it went; words go to standard error. */
static void run_once(const struct fault *fault)
{
    char complaint[400];
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none); /* a circle ends in abort() */
    alarm(seconds);
    if (subject_works(peer.url, complaint, sizeof complaint) != 0) {
        fprintf(stderr, "    before: %s\n", complaint);
        _exit(4);
    }
    const int before = open_descriptors();
    faults_arm(fault);
    int wrong = subject_run(peer.url, complaint, sizeof complaint);
    faults_disarm();
    if (wrong) {
        fprintf(stderr, "    %s\n", complaint);
        _exit(1);
    }
    if (open_descriptors() != before || faults_wrong_closes() != 0) {
        fprintf(stderr, "    %d descriptors stay open, %ld were closed that were not open\n",
                open_descriptors() - before, faults_wrong_closes());
        _exit(2);
    }
    if (subject_works(peer.url, complaint, sizeof complaint) != 0) {
        fprintf(stderr, "    %s\n", complaint);
        _exit(3);
    }
    _exit(0);
}

static void reap(void)
{
    int status = 0;
    pid_t process = wait(&status);
    for (int i = 0; i < at_a_time; i++) {
        struct run *run = &running[i];
        if (run->process != process)
            continue;
        run->process = 0;
        if (status == 0)
            return;
        failures++;
        fprintf(stderr, "%s, call %ld%s fails with %s: %s %d\n", fault_name(run->fault.function),
                run->fault.nth, run->fault.for_good ? " and all behind it" : "",
                strerrorname_np(run->fault.error) ? strerrorname_np(run->fault.error) : "?",
                WIFSIGNALED(status) ? "signal" : "exit",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        return;
    }
}

static void start_run(struct fault fault)
{
    int free_place = 0;
    while (free_place < at_a_time && running[free_place].process != 0)
        free_place++;
    if (free_place == at_a_time) {
        reap();
        start_run(fault);
        return;
    }
    runs++;
    running[free_place].fault = fault;
    running[free_place].process = fork();
    assert_true(running[free_place].process >= 0);
    if (running[free_place].process == 0)
        run_once(&fault);
}

static void await_all(void)
{
    for (int i = 0; i < at_a_time; i++)
        while (running[i].process != 0)
            reap();
}

/* How often the subject calls each when none fails. Counted in a child, as all runs are. */
static void count_calls(long calls[])
{
    int ends[2], status = 0;
    char complaint[400];
    const size_t size = (size_t)fault_count * sizeof *calls;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        subject_works(peer.url, complaint, sizeof complaint);
        faults_arm(NULL);
        int wrong = subject_run(peer.url, complaint, sizeof complaint);
        faults_disarm();
        if (wrong)
            fprintf(stderr, "    without a fault: %s\n", complaint);
        for (int i = 0; i < fault_count; i++)
            calls[i] = faults_calls(i);
        _exit(write(ends[1], calls, size) == (ssize_t)size ? wrong : 1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], calls, size), (ssize_t)size);
    close(ends[0]);
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void every_call_fails(void **state)
{
    (void)state;
    long calls[64];
    assert_true(fault_count <= 64);
    count_calls(calls);
    for (int function = 0; function < fault_count; function++) {
        const int *errors = fault_errors(function);
        const long step = calls[function] / most_places + 1;
        print_message("  %s: %ld calls\n", fault_name(function), calls[function]);
        for (int e = 0; errors[e] != 0; e++) {
            for (long nth = 1; nth <= calls[function]; nth += step) {
                start_run((struct fault){function, nth, errors[e], 0});
                /* Signals do not come without end. */
                if (errors[e] != EINTR)
                    start_run((struct fault){function, nth, errors[e], 1});
            }
        }
    }
    await_all();
    print_message("  %d runs, %d of them failed\n", runs, failures);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest calls[] = {cmocka_unit_test(every_call_fails)};
    peer = peer_start();
    int failed = run(calls);
    peer_stop(&peer);
    return failed;
}
