/*
 * TLS in front of the scripted server: a proxy in the test that decrypts and passes on. It makes a
 * key and a certificate for localhost and 127.0.0.1, which certifies itself.
 */
#ifndef TEST_TLS_H
#define TEST_TLS_H

#include "scripted_server.h"

struct tls;

enum {
    TLS_ASK_CLIENT = 1, /* the client must show the same certificate */
    TLS_RUDE = 2,       /* closes without the close_notify that TLS wants */
};

struct tls *tls_start(const struct server *server, int flags);
void tls_stop(struct tls *tls);

/* "https://127.0.0.1:<port>/v1", and the same with the name given. */
const char *tls_url(const struct tls *tls);
const char *tls_url_by(struct tls *tls, const char *host);
/* PEM files, gone after tls_stop. */
const char *tls_certificate(const struct tls *tls);
const char *tls_key(const struct tls *tls);
/* How many handshakes succeeded, and what the last client offered by ALPN: "http/1.1". */
int tls_handshakes(struct tls *tls);
const char *tls_offered(struct tls *tls);

#endif
