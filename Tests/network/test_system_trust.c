/*
 * ca_file and ca_path are trusted in place of the system's certificates. The system of this program is
 * one of the test's own: whoever opens the file of certificates that libcurl was built with gets
 * another. Linked with -rdynamic, so that OpenSSL finds fopen() here.
 */
#include "network.h"

#include <curl/curl.h>
#include <dlfcn.h>

#define NTS RESPONSES_NTS

static struct process *server;
static responses_client *client;
static responses_error *error;
/* What stands in for the system's certificates, and how often it was asked for. */
static char system_file[512];
static int asked;

static FILE *open_it(const char *name, const char *path, const char *mode)
{
    FILE *(*real)(const char *, const char *);
    *(void **)&real = dlsym(RTLD_NEXT, name);
    const char *built_in = curl_version_info(CURLVERSION_NOW)->cainfo;
    if (built_in != NULL && strcmp(path, built_in) == 0) {
        asked++;
        path = system_file;
    }
    return real(path, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    return open_it("fopen", path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    return open_it("fopen64", path, mode);
}

static int setup(void **state)
{
    (void)state;
    error = NULL;
    asked = 0;
    strcpy(system_file, certificate("ca.pem"));
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    server = tls_server(NULL);
    client = client_of(server, NULL);
    set(client, "ca_file", NULL);
    /* What the program itself trusts, before anything is set. */
    if (responses_create(client, REQUEST, NTS, NULL, NULL) != RESPONSES_OK || asked == 0) {
        print_message("this libcurl has its certificates elsewhere\n");
        client = NULL;
    }
    command(server, "forget");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    responses_error_free(error);
    responses_client_free(client);
    process_stop(server);
    return 0;
}

static void trusted(int is_trusted)
{
    int status = responses_create(client, REQUEST, NTS, NULL, &error);
    assert_status(status, is_trusted ? RESPONSES_OK : RESPONSES_E_TLS, error);
    responses_error_free(error);
    error = NULL;
}

static void by_itself_the_system_is_trusted(void **state)
{
    (void)state;
    if (client == NULL)
        skip();
    trusted(1);
    strcpy(system_file, certificate("stranger.pem"));
    responses_client_free(client);
    client = client_of(server, NULL);
    set(client, "ca_file", NULL);
    trusted(0);
}

/* The server's authority is the system's, and no longer trusted once another is named. */
static void what_is_set_takes_the_place_of_the_system(void **state)
{
    (void)state;
    if (client == NULL)
        skip();
    set(client, "ca_file", certificate("stranger.pem"));
    trusted(0);
    set(client, "ca_file", NULL);
    trusted(1);
    set(client, "ca_path", certificate("empty"));
    trusted(0);
    set(client, "ca_file", certificate("stranger.pem"));
    trusted(0);
    set(client, "ca_path", NULL);
    set(client, "ca_file", NULL);
    trusted(1);
}

static void a_file_and_a_directory_are_trusted_together(void **state)
{
    (void)state;
    if (client == NULL)
        skip();
    strcpy(system_file, certificate("stranger.pem"));
    set(client, "ca_file", certificate("stranger.pem"));
    set(client, "ca_path", certificate("ca"));
    trusted(1);
    set(client, "ca_file", certificate("ca.pem"));
    set(client, "ca_path", certificate("empty"));
    trusted(1);
    set(client, "ca_file", NULL);
    trusted(0);
}

int main(void)
{
    const struct CMUnitTest system_trust[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(by_itself_the_system_is_trusted),
        TEST(what_is_set_takes_the_place_of_the_system),
        TEST(a_file_and_a_directory_are_trusted_together),
    };
    return run(system_trust);
}
