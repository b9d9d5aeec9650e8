/*
 * What is trusted when no option says it: what SSL_CERT_FILE and SSL_CERT_DIR name, what libcurl was built
 * with, where other systems have their certificates, ca_fallback_file. The certificates of this system are
 * hidden from the program, and another system's are there in their place. Linked with -rdynamic, so that the
 * library and OpenSSL find the functions that do so.
 */
#include "network.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#define NTS RESPONSES_NTS

static struct process *server;
static responses_client *client;
static responses_error *error;

/* ---- another system ---- */

/* The one path with certificates, of a file or a directory, and the one that is found there. NULL: this
   system as it is. "": without any. */
static const char *present, *found;
static int is_privileged;

static const char *mapped(const char *path)
{
    static const char *const places[] = {"/etc/ssl/", "/etc/pki/", "/var/lib/ca-certificates/",
                                         "/etc/ca-certificates/", "/usr/lib/ssl/"};
    static char other[1024];
    if (present == NULL || path == NULL)
        return path;
    size_t count = strlen(present);
    if (count > 0 && !strncmp(path, present, count)) {
        snprintf(other, sizeof other, "%s%s", found, path + count);
        return other;
    }
    for (size_t i = 0; i < COUNT(places); i++)
        if (!strncmp(path, places[i], strlen(places[i])))
            return "/nonexistent";
    return path;
}

#define REAL(name) *(void **)&real = dlsym(RTLD_NEXT, name)

int faccessat(int directory, const char *path, int mode, int flags)
{
    int (*real)(int, const char *, int, int);
    REAL("faccessat");
    return real(directory, mapped(path), mode, flags);
}

DIR *opendir(const char *path)
{
    DIR *(*real)(const char *);
    REAL("opendir");
    return real(mapped(path));
}

int stat(const char *path, struct stat *out)
{
    int (*real)(const char *, struct stat *);
    REAL("stat");
    return real(mapped(path), out);
}

/* OpenSSL 3.5 asks by this one first, in a directory of certificates. */
int lstat(const char *path, struct stat *out)
{
    int (*real)(const char *, struct stat *);
    REAL("lstat");
    return real(mapped(path), out);
}

FILE *fopen(const char *path, const char *mode)
{
    FILE *(*real)(const char *, const char *);
    REAL("fopen");
    return real(mapped(path), mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    FILE *(*real)(const char *, const char *);
    REAL("fopen64");
    return real(mapped(path), mode);
}

unsigned long getauxval(unsigned long type)
{
    unsigned long (*real)(unsigned long);
    REAL("getauxval");
    return type == AT_SECURE && is_privileged ? 1 : real(type);
}

/* ---- around each test ---- */

static void renew(void)
{
    responses_client_free(client);
    client = client_of(server, NULL);
    set(client, "ca_file", NULL);
}

static int setup(void **state)
{
    (void)state;
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    present = NULL;
    is_privileged = 0;
    error = NULL;
    client = NULL;
    server = tls_server(NULL);
    renew();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    present = NULL;
    is_privileged = 0;
    responses_error_free(error);
    responses_client_free(client);
    process_stop(server);
    return 0;
}

static void environment(const char *file, const char *directory)
{
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    if (file != NULL)
        setenv("SSL_CERT_FILE", file, 1);
    if (directory != NULL)
        setenv("SSL_CERT_DIR", directory, 1);
    renew();
}

static void trusted(void)
{
    assert_ok(responses_create(client, REQUEST, NTS, NULL, &error), error);
}

/* Not tried again, and said why. */
static void refused(const char *reason)
{
    set(client, "max_retries", "3");
    assert_status(responses_create(client, REQUEST, NTS, NULL, &error), RESPONSES_E_TLS, error);
    print_message("%s\n", message_of(error));
    assert_contains(message_of(error), reason);
    assert_int_equal(responses_error_is_retryable(error), 0);
    assert_int_equal(responses_error_attempts(error), 1);
    responses_error_free(error);
    error = NULL;
}

/* ---- variables ---- */

static void a_file_that_the_environment_names(void **state)
{
    (void)state;
    refused("ca_file");
    environment(certificate("ca.pem"), NULL);
    trusted();
    check_whole_stream(client, 11);
    environment(certificate("stranger.pem"), NULL);
    refused("SSL_CERT_FILE");
    environment("", "");
    refused("ca_file");
}

static void a_directory_that_the_environment_names(void **state)
{
    (void)state;
    char list[2048];
    environment(NULL, certificate("ca"));
    trusted();
    environment(NULL, certificate("empty"));
    refused("SSL_CERT_DIR");
    snprintf(list, sizeof list, "/nonexistent:%s:%s", certificate("empty"), certificate("ca"));
    environment(NULL, list);
    if (strstr(responses_build_info(), "OpenSSL"))
        trusted();
}

static void a_file_and_a_directory_together(void **state)
{
    (void)state;
    environment(certificate("stranger.pem"), certificate("ca"));
    trusted();
    environment(certificate("ca.pem"), certificate("empty"));
    trusted();
    environment(certificate("stranger.pem"), certificate("empty"));
    refused("SSL_CERT_FILE");
    /* How some say that only the file counts. */
    environment(certificate("ca.pem"), "/nonexistent");
    trusted();
    environment(certificate("ca.pem"), "/dev/null");
    trusted();
}

static void what_is_not_there_is_told_by_its_variable(void **state)
{
    (void)state;
    environment("/nonexistent/ca.pem", NULL);
    refused("SSL_CERT_FILE");
    refused("/nonexistent/ca.pem");
    environment("/nonexistent/ca.pem", certificate("ca"));
    refused("SSL_CERT_FILE");
    environment(certificate("server.key"), NULL);
    refused("SSL_CERT_FILE");
    environment(NULL, "/nonexistent");
    refused("SSL_CERT_DIR");
    assert_int_equal(count_at(server, "requests"), 0);
}

static void options_come_before_the_environment(void **state)
{
    (void)state;
    environment("/nonexistent/ca.pem", "/nonexistent");
    set(client, "ca_file", certificate("ca.pem"));
    trusted();
    set(client, "ca_file", NULL);
    refused("SSL_CERT_FILE");
    set(client, "ca_path", certificate("ca"));
    trusted();
    environment(certificate("ca.pem"), certificate("ca"));
    set(client, "ca_file", certificate("stranger.pem"));
    refused("ca_file");
    set(client, "ca_file", NULL);
    set(client, "ca_path", certificate("empty"));
    refused("ca_file");
    set(client, "ca_path", NULL);
    trusted();
}

/* As with the key: it is looked at once, and what the host sets later is for later clients. */
static void the_environment_counts_as_it_was(void **state)
{
    (void)state;
    responses_client *derived = NULL;
    environment(certificate("ca.pem"), NULL);
    setenv("SSL_CERT_FILE", "/nonexistent/ca.pem", 1);
    trusted();
    assert_ok(responses_client_derive(client, &derived, &error), error);
    assert_ok(responses_create(derived, REQUEST, NTS, NULL, &error), error);
    responses_client_free(derived);
}

static void a_program_with_privileges_goes_by_no_variable(void **state)
{
    (void)state;
    environment(certificate("ca.pem"), certificate("ca"));
    trusted();
    is_privileged = 1;
    renew();
    refused("ca_file");
}

/* ---- systems ---- */

static int can_hide(void)
{
    return strstr(responses_build_info(), "OpenSSL") != NULL;
}

static void system_with(const char *path, const char *name)
{
    present = path;
    found = certificate(name);
    renew();
}

static void each_system_has_its_own_place(void **state)
{
    (void)state;
    static const char *const files[] = {
        "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Arch, Alpine */
        "/etc/pki/tls/certs/ca-bundle.crt",                  /* Fedora, RHEL */
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora since 43 */
        "/etc/ssl/ca-bundle.pem",                            /* SUSE */
        "/var/lib/ca-certificates/ca-bundle.pem",            /* SUSE */
        "/etc/ca-certificates/extracted/tls-ca-bundle.pem",  /* Arch */
        "/etc/ssl/cert.pem",                                 /* Alpine */
    };
    if (!can_hide())
        skip();
    for (size_t i = 0; i < COUNT(files); i++) {
        system_with(files[i], "ca.pem");
        trusted();
        system_with(files[i], "stranger.pem");
        refused("ca_file");
    }
    /* Without one file for all. */
    system_with("/etc/ssl/certs", "ca");
    trusted();
}

static void a_system_without_certificates(void **state)
{
    (void)state;
    if (!can_hide())
        skip();
    system_with("", "ca.pem");
    refused("install the package ca-certificates");
    set(client, "ca_fallback_file", certificate("ca.pem"));
    trusted();
    /* An empty directory is what a system without certificates has. */
    system_with("/etc/ssl/certs", "empty");
    refused("install the package ca-certificates");
    set(client, "ca_fallback_file", certificate("ca.pem"));
    trusted();
    set(client, "ca_fallback_file", "/nonexistent/ca.pem");
    refused("/nonexistent/ca.pem");
}

static void the_last_resort_is_not_trusted_where_there_is_another(void **state)
{
    (void)state;
    set(client, "ca_fallback_file", certificate("ca.pem"));
    environment(certificate("stranger.pem"), NULL);
    set(client, "ca_fallback_file", certificate("ca.pem"));
    refused("SSL_CERT_FILE");
    set(client, "ca_file", certificate("stranger.pem"));
    refused("ca_file");
    if (!can_hide())
        return;
    environment(NULL, NULL);
    system_with("/etc/ssl/cert.pem", "stranger.pem");
    set(client, "ca_fallback_file", certificate("ca.pem"));
    refused("ca_file");
}

int main(void)
{
    const struct CMUnitTest trust_store[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_file_that_the_environment_names),
        TEST(a_directory_that_the_environment_names),
        TEST(a_file_and_a_directory_together),
        TEST(what_is_not_there_is_told_by_its_variable),
        TEST(options_come_before_the_environment),
        TEST(the_environment_counts_as_it_was),
        TEST(a_program_with_privileges_goes_by_no_variable),
        TEST(each_system_has_its_own_place),
        TEST(a_system_without_certificates),
        TEST(the_last_resort_is_not_trusted_where_there_is_another),
    };
    return run(trust_store);
}
