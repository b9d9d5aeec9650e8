/* No memory for an error: there is one all the same. Each time in a child with little address space, so
   that not even the place for its handle can be had. */
#include "test.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define NTS RESPONSES_NTS
enum { THREADS = 8 };

/* So many bytes more than there are now, as the next mapping of 16 MiB would need. */
static void take_away_memory(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL || fscanf(file, "%lu", &pages) != 1)
        _exit(90);
    fclose(file);
    const rlim_t bytes = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (12 << 20);
    const struct rlimit limit = {bytes, bytes};
    if (setrlimit(RLIMIT_AS, &limit) != 0)
        _exit(91);
}

#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__;                                                                       \
    } while (0)

static int check_error(int status, responses_error *error)
{
    size_t len = 99;
    must(status == RESPONSES_E_NOMEM);
    must(error != NULL);
    must(responses_error_status(error) == RESPONSES_E_NOMEM);
    must(responses_error_http_status(error) == 0);
    must(responses_error_is_retryable(error) == 0);
    must(responses_error_retry_after_ms(error) == -1);
    must(responses_error_attempts(error) == 0);
    must(responses_error_last_sequence(error) == -1);
    const char *message = responses_error_field(error, RESPONSES_ERROR_MESSAGE, &len);
    must(message != NULL && strstr(message, "memory") != NULL && strlen(message) == len);
    for (int i = RESPONSES_ERROR_TYPE; i <= RESPONSES_ERROR_HEADERS; i++)
        must(strcmp(responses_error_field(error, i, &len), "") == 0 && len == 0);
    must(responses_error_field(error, 0, NULL) == NULL);
    must(responses_error_field(error, 99, NULL) == NULL);
    /* As often as one likes; it stays. */
    responses_error_free(error);
    responses_error_free(error);
    must(responses_error_status(error) == RESPONSES_E_NOMEM);
    /* And it is nothing else. */
    must(responses_client_set((responses_client *)(void *)error, "timeout_ms", "1", NULL) ==
         RESPONSES_E_INVALID);
    must(responses_call_next((responses_call *)(void *)error, NULL, NULL) == RESPONSES_E_INVALID);
    return 0;
}

/* Every function that has a place for an error, with arguments that are wrong. */
static int use_all(void)
{
    responses_error *error = NULL;
    responses_client *client = NULL;
    responses_call *call = NULL;
    responses_response *response = NULL;
    const responses_event *event;
    const char *bytes;
    char buffer[64];
    size_t used;
    int count, wrong;
#define check(expression)                                                                          \
    do {                                                                                           \
        error = NULL;                                                                              \
        const int status = (expression);                                                           \
        if ((wrong = check_error(status, error)) != 0)                                             \
            return wrong;                                                                          \
    } while (0)
    check(responses_client_new(&client, &error));
    must(client == NULL);
    check(responses_client_derive(NULL, &client, &error));
    check(responses_client_set(NULL, "api_key", "k", &error));
    check(responses_client_set_header(NULL, "a", "b", &error));
    check(responses_create(NULL, REQUEST, NTS, &response, &error));
    check(responses_create_start(NULL, REQUEST, NTS, &call, &error));
    check(responses_create_stream(NULL, REQUEST, NTS, NULL, NULL, &response, &error));
    check(responses_create_stream_start(NULL, REQUEST, NTS, &call, &error));
    check(responses_get(NULL, "r", NULL, 0, &response, &error));
    check(responses_get_stream_start(NULL, "r", NULL, 0, &call, &error));
    check(responses_cancel(NULL, "r", &response, &error));
    check(responses_delete(NULL, "r", &response, &error));
    check(responses_list_input_items(NULL, "r", NULL, 0, &response, &error));
    check(responses_count_input_tokens(NULL, REQUEST, NTS, &response, &error));
    check(responses_compact(NULL, REQUEST, NTS, &response, &error));
    check(responses_wait(NULL, "r", 0, &response, &error));
    check(responses_send(NULL, "GET", "/x", NULL, 0, &response, &error));
    check(responses_call_next(NULL, &event, &error));
    check(responses_call_next_batch(NULL, 0, buffer, sizeof buffer, &used, &count, &error));
    check(responses_call_next_batch(NULL, 99, buffer, sizeof buffer, &used, &count, &error));
    check(responses_call_next_bytes(NULL, &bytes, &used, &error));
    /* Who does not ask for the error gets the reason. */
    must(responses_client_set(NULL, "api_key", "k", NULL) == RESPONSES_E_INVALID);
    return 0;
}

static void run_child(int (*body)(void))
{
    int status = 0;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const int line = body();
        if (line != 0)
            fprintf(stderr, "  line %d\n", line);
        _exit(line != 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static int without_memory(void)
{
    take_away_memory();
    return use_all();
}

static void every_function_gives_one(void **state)
{
    (void)state;
    run_child(without_memory);
}

static int in_a_child_of_a_child(void)
{
    int status = 0;
    take_away_memory();
    if (use_all() != 0)
        return __LINE__;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(use_all() != 0);
    must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
    return 0;
}

static void so_it_is_in_a_forked_child(void **state)
{
    (void)state;
    run_child(in_a_child_of_a_child);
}

static pthread_barrier_t ready;
/* No thread ends before all are done: the stack of one that has ended is memory for the others. */
static pthread_barrier_t done;

static void *use_in_thread(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&ready);
    intptr_t line = 0;
    for (int i = 0; i < 50 && line == 0; i++)
        line = use_all();
    pthread_barrier_wait(&done);
    return (void *)line;
}

static int by_threads(void)
{
    pthread_t threads[THREADS];
    void *line;
    pthread_barrier_init(&ready, NULL, THREADS + 1);
    pthread_barrier_init(&done, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, use_in_thread, NULL) != 0)
            return __LINE__;
    take_away_memory();
    pthread_barrier_wait(&ready);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &line);
        if (line != NULL)
            return (int)(intptr_t)line;
    }
    return 0;
}

static void many_threads_have_it_at_a_time(void **state)
{
    (void)state;
    run_child(by_threads);
}

int main(void)
{
    const struct CMUnitTest no_error[] = {
        cmocka_unit_test(every_function_gives_one),
        cmocka_unit_test(so_it_is_in_a_forked_child),
        cmocka_unit_test(many_threads_have_it_at_a_time),
    };
    return run(no_error);
}
