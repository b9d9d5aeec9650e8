/*
 * A program with privileges of its own takes nothing from the environment, which whoever starts it has
 * chosen: a copy of this program, made setuid or given a capability, is run as nobody. Needs root, and a
 * file system that honours the bits, and a library that nobody may read; is left out where one is missing.
 */
#include "test.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>

enum { NOBODY = 65534, SECURE = 10, PLAIN = 11 };

static const char *program;
static char directory[64], copy[96], keylog[96];
static struct server *chosen, *own; /* by whoever starts it; the program's own */

/* ---- the program with privileges ---- */

/* Says what came of it: a line for each call. */
static int privileged(const char *url)
{
    responses_client *client = NULL;
    responses_error *error = NULL;
    int status = responses_client_new(&client, &error);
    printf("new %s\n", responses_status_name(status));
    if (status != RESPONSES_OK)
        return 1;
    status = responses_create(client, REQUEST, RESPONSES_NTS, NULL, &error);
    printf("bare %s\n", responses_status_name(status));
    responses_error_free(error);
    /* NULL goes back to what the environment said; that is nothing. */
    responses_client_set(client, "api_key", "sk-of-the-program", NULL);
    responses_client_set(client, "base_url", url, NULL);
    responses_client_set(client, "organization", NULL, NULL);
    status = responses_create(client, REQUEST, RESPONSES_NTS, NULL, &error);
    printf("own %s\n", responses_status_name(status));
    responses_error_free(error);
    responses_client_free(client);
    return getauxval(AT_SECURE) ? SECURE : PLAIN;
}

/* ---- around it ---- */

static void make_copy(void)
{
    char command[512];
    snprintf(command, sizeof command, "cp '%s' '%s' && chmod 755 '%s'", program, copy, copy);
    assert_int_equal(system(command), 0);
}

static int become_nobody(void)
{
    return setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
}

/* In a checkout below somebody's home, which is closed to others, it is not. */
static int is_library_for_all(void)
{
    Dl_info library;
    int status = -1;
    assert_int_not_equal(dladdr((void *)(uintptr_t)responses_version, &library), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(!become_nobody() || open(library.dli_fname, O_RDONLY) < 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status == 0;
}

static int setup(void **state)
{
    (void)state;
    struct statvfs fs;
    snprintf(directory, sizeof directory, "/tmp/responses-setuid-XXXXXX");
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chmod(directory, 0777), 0);
    snprintf(copy, sizeof copy, "%s/program", directory);
    snprintf(keylog, sizeof keylog, "%s/keylog", directory);
    chosen = server_start();
    own = server_start();
    assert_int_equal(statvfs(directory, &fs), 0);
    if (geteuid() != 0 || (fs.f_flag & ST_NOSUID) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
        print_message("left out: needs root, and a file system with setuid programs\n");
        *state = (void *)"left out";
    } else if (!is_library_for_all()) {
        print_message("left out: the library lies where only its owner may read it\n");
        *state = (void *)"left out";
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(copy);
    unlink(keylog);
    rmdir(directory);
    server_stop(chosen);
    server_stop(own);
    return 0;
}

/* Runs the copy as nobody with everything in the environment that somebody could set. */
static int run_as_nobody(struct text *said)
{
    int ends[2];
    char byte, url[64], proxy[8][96], base[96], log[128];
    snprintf(url, sizeof url, "%s", server_url(own));
    snprintf(base, sizeof base, "OPENAI_BASE_URL=%s", server_url(chosen));
    snprintf(log, sizeof log, "SSLKEYLOGFILE=%s", keylog);
    static const char *names[] = {"http_proxy",  "https_proxy", "all_proxy",
                                  "HTTPS_PROXY", "ALL_PROXY",   "HTTP_PROXY"};
    char *environment[] = {base,
                           log,
                           (char *)"OPENAI_API_KEY=sk-chosen",
                           (char *)"OPENAI_ORG_ID=org-chosen",
                           (char *)"OPENAI_PROJECT_ID=proj-chosen",
                           (char *)"OPENAI_CUSTOM_HEADERS=X-Chosen: yes",
                           (char *)"HOME=/tmp",
                           proxy[0],
                           proxy[1],
                           proxy[2],
                           proxy[3],
                           proxy[4],
                           proxy[5],
                           NULL};
    for (size_t i = 0; i < COUNT(names); i++)
        snprintf(proxy[i], sizeof proxy[i], "%s=http://127.0.0.1:%d", names[i],
                 server_port(chosen));
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        char *arguments[] = {copy, (char *)"privileged", url, NULL};
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        if (!become_nobody())
            _exit(2);
        execve(copy, arguments, environment);
        _exit(3);
    }
    close(ends[1]);
    text_add(said, "");
    while (read(ends[0], &byte, 1) == 1)
        text_add_bytes(said, &byte, 1);
    close(ends[0]);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void check_that_nothing_is_taken(void)
{
    struct text said = {0};
    answer(server_expect(own), 200, RESPONSE);
    assert_int_equal(run_as_nobody(&said), SECURE);
    /* There is no key, and the standard server wants one. */
    assert_string_equal(said.data,
                        "new RESPONSES_OK\nbare RESPONSES_E_INVALID\nown RESPONSES_OK\n");
    text_free(&said);
    assert_int_equal(server_connections(chosen), 0);
    const struct request *request = server_request(own, 0);
    assert_string_equal(request->target, "/v1/responses");
    assert_string_equal(request_header(request, "authorization"), "Bearer sk-of-the-program");
    assert_lacks(request->head, "chosen");
    assert_lacks(request->head, "X-Chosen");
    assert_int_equal(access(keylog, F_OK), -1);
}

static void a_setuid_program_takes_nothing_from_the_environment(void **state)
{
    if (*state != NULL)
        skip();
    make_copy();
    assert_int_equal(chmod(copy, 04755), 0);
    check_that_nothing_is_taken();
}

static void a_setgid_program_takes_nothing_from_the_environment(void **state)
{
    if (*state != NULL)
        skip();
    make_copy();
    assert_int_equal(chown(copy, 0, 1), 0);
    assert_int_equal(chmod(copy, 02755), 0);
    check_that_nothing_is_taken();
}

static void a_program_with_capabilities_takes_nothing_from_the_environment(void **state)
{
    /* struct vfs_cap_data of <linux/capability.h>, revision 2, little-endian: effective, and permitted
       CAP_NET_BIND_SERVICE (10) */
    static const unsigned char capability[20] = {1, 0, 0, 2, 0, 4};
    if (*state != NULL)
        skip();
    make_copy();
    if (setxattr(copy, "security.capability", capability, sizeof capability, 0) != 0) {
        print_message("left out: capabilities cannot be given here\n");
        skip();
    }
    check_that_nothing_is_taken();
}

/* That the others would have been led astray. */
static void a_program_without_privileges_takes_all_of_it(void **state)
{
    struct text said = {0};
    if (*state != NULL)
        skip();
    make_copy();
    answer(server_expect(chosen), 200, RESPONSE);
    answer(server_expect(chosen), 200, RESPONSE);
    assert_int_equal(run_as_nobody(&said), PLAIN);
    assert_string_equal(said.data, "new RESPONSES_OK\nbare RESPONSES_OK\nown RESPONSES_OK\n");
    text_free(&said);
    const struct request *request = server_request(chosen, 0);
    assert_string_equal(request_header(request, "authorization"), "Bearer sk-chosen");
    assert_string_equal(request_header(request, "x-chosen"), "yes");
    /* The second went by way of the proxy. */
    request = server_request(chosen, 1);
    assert_string_equal(request_header(request, "authorization"), "Bearer sk-of-the-program");
    assert_string_equal(request_header(request, "openai-organization"), "org-chosen");
    assert_int_equal(server_connections(own), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "privileged") == 0)
        return privileged(argv[2]);
    program = argv[0];
    const struct CMUnitTest setuid_programs[] = {
        TEST(a_setuid_program_takes_nothing_from_the_environment),
        TEST(a_setgid_program_takes_nothing_from_the_environment),
        TEST(a_program_with_capabilities_takes_nothing_from_the_environment),
        TEST(a_program_without_privileges_takes_all_of_it),
    };
    return run(setuid_programs);
}
