#include "tls.h"
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum { MAX_PROXIED = 64 };

struct proxied {
    struct tls *tls;
    int fd;
    pthread_t thread;
};

struct tls {
    int listener, stop_fd, port, upstream_port, flags;
    SSL_CTX *context;
    pthread_t thread;
    pthread_mutex_t lock;
    struct proxied connections[MAX_PROXIED];
    int count, handshakes;
    char url[64], named[64], certificate[64], key[64], offered[256], shown[256];
};

/* ---- the certificate ---- */

static void add_extension(X509 *certificate, int which, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, which, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static void write_pem(char *path, size_t size, X509 *certificate, EVP_PKEY *key)
{
    snprintf(path, size, "/tmp/responses-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    if (certificate != NULL)
        PEM_write_X509(file, certificate);
    else
        PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
}

static void make_certificate(struct tls *tls)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    assert_non_null(key);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    write_pem(tls->certificate, sizeof tls->certificate, certificate, NULL);
    write_pem(tls->key, sizeof tls->key, NULL, key);
    SSL_CTX_use_certificate(tls->context, certificate);
    SSL_CTX_use_PrivateKey(tls->context, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *user_data)
{
    struct tls *tls = user_data;
    (void)ssl;
    pthread_mutex_lock(&tls->lock);
    tls->offered[0] = 0;
    for (unsigned at = 0; at < in_len; at += 1u + in[at]) {
        size_t used = strlen(tls->offered);
        snprintf(tls->offered + used, sizeof tls->offered - used, "%s%.*s", used ? " " : "",
                 (int)in[at], (const char *)in + at + 1);
    }
    pthread_mutex_unlock(&tls->lock);
    /* Behind it is a server of HTTP/1.1. */
    if (SSL_select_next_proto((unsigned char **)(uintptr_t)out, out_len,
                              (const unsigned char *)"\x08http/1.1", 9, in,
                              in_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    return SSL_TLSEXT_ERR_OK;
}

/* ---- the proxy ---- */

static int dial(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Passes on what comes, in both directions, until one side ends. */
static void pump(struct tls *tls, SSL *ssl, int fd, int upstream)
{
    char buffer[16384];
    for (;;) {
        struct pollfd fds[3] = {{.fd = fd, .events = POLLIN},
                                {.fd = upstream, .events = POLLIN},
                                {.fd = tls->stop_fd, .events = POLLIN}};
        if (SSL_pending(ssl) == 0 && poll(fds, 3, -1) < 0)
            continue;
        if (fds[2].revents)
            return;
        if (SSL_pending(ssl) > 0 || fds[0].revents) {
            int n = SSL_read(ssl, buffer, sizeof buffer);
            if (n <= 0 || send(upstream, buffer, (size_t)n, MSG_NOSIGNAL) != n)
                return;
        }
        if (fds[1].revents) {
            ssize_t n = recv(upstream, buffer, sizeof buffer, 0);
            if (n < 0 && errno == ECONNRESET) { /* passed on */
                struct linger at_once = {1, 0};
                setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
                return;
            }
            if (n <= 0) {
                if (!(tls->flags & TLS_RUDE))
                    SSL_shutdown(ssl);
                return;
            }
            if (SSL_write(ssl, buffer, (int)n) != n)
                return;
        }
    }
}

static void *serve(void *argument)
{
    struct proxied *c = argument;
    struct tls *tls = c->tls;
    SSL *ssl = SSL_new(tls->context);
    pthread_setname_np(pthread_self(), "scripted-tls");
    SSL_set_fd(ssl, c->fd);
    if (SSL_accept(ssl) == 1) {
        pthread_mutex_lock(&tls->lock);
        tls->handshakes++;
        pthread_mutex_unlock(&tls->lock);
        int upstream = dial(tls->upstream_port);
        if (upstream >= 0) {
            pump(tls, ssl, c->fd, upstream);
            close(upstream);
        }
    }
    SSL_free(ssl);
    close(c->fd);
    return NULL;
}

static void *accept_all(void *argument)
{
    struct tls *tls = argument;
    pthread_setname_np(pthread_self(), "scripted-tls");
    for (;;) {
        struct pollfd fds[2] = {{.fd = tls->listener, .events = POLLIN},
                                {.fd = tls->stop_fd, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[1].revents || tls->count == MAX_PROXIED)
            return NULL;
        struct proxied *c = &tls->connections[tls->count];
        c->tls = tls;
        c->fd = accept4(tls->listener, NULL, NULL, SOCK_CLOEXEC);
        if (c->fd < 0)
            continue;
        /* A client that never ends its handshake does not keep the test. */
        struct timeval limit = {20, 0};
        setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        pthread_create(&c->thread, NULL, serve, c);
        tls->count++;
    }
}

struct tls *tls_start(const struct server *server, int flags)
{
    struct tls *tls = calloc(1, sizeof *tls);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    sigset_t all, before;
    tls->flags = flags;
    tls->upstream_port = server_port(server);
    pthread_mutex_init(&tls->lock, NULL);
    tls->context = SSL_CTX_new(TLS_server_method());
    make_certificate(tls);
    SSL_CTX_set_alpn_select_cb(tls->context, choose_protocol, tls);
    if (flags & TLS_ASK_CLIENT) {
        SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        SSL_CTX_load_verify_locations(tls->context, tls->certificate, NULL);
    }
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    tls->stop_fd = eventfd(0, EFD_CLOEXEC);
    tls->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(tls->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(tls->listener, 64), 0);
    getsockname(tls->listener, (struct sockaddr *)&address, &len);
    tls->port = ntohs(address.sin_port);
    snprintf(tls->url, sizeof tls->url, "https://127.0.0.1:%d/v1", tls->port);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&tls->thread, NULL, accept_all, tls);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return tls;
}

void tls_stop(struct tls *tls)
{
    uint64_t one = 1;
    assert_int_equal(write(tls->stop_fd, &one, sizeof one), sizeof one);
    pthread_join(tls->thread, NULL);
    for (int i = 0; i < tls->count; i++) {
        pthread_join(tls->connections[i].thread, NULL);
    }
    close(tls->listener);
    close(tls->stop_fd);
    unlink(tls->certificate);
    unlink(tls->key);
    SSL_CTX_free(tls->context);
    pthread_mutex_destroy(&tls->lock);
    free(tls);
}

const char *tls_url(const struct tls *tls)
{
    return tls->url;
}

const char *tls_url_by(struct tls *tls, const char *host)
{
    snprintf(tls->named, sizeof tls->named, "https://%s:%d/v1", host, tls->port);
    return tls->named;
}

const char *tls_certificate(const struct tls *tls)
{
    return tls->certificate;
}

const char *tls_key(const struct tls *tls)
{
    return tls->key;
}

int tls_handshakes(struct tls *tls)
{
    pthread_mutex_lock(&tls->lock);
    int count = tls->handshakes;
    pthread_mutex_unlock(&tls->lock);
    return count;
}

const char *tls_offered(struct tls *tls)
{
    pthread_mutex_lock(&tls->lock);
    memcpy(tls->shown, tls->offered, sizeof tls->shown);
    pthread_mutex_unlock(&tls->lock);
    return tls->shown;
}
