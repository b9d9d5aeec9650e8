/* Preloaded: functions of a host's own libcurl, OpenSSL, zlib, nghttp2 and jansson, which a self-contained
   library must never enter. */
#include <string.h>
#include <unistd.h>

#define TRAP(name)                                                                                 \
    void name(void)                                                                                \
    {                                                                                              \
        static const char text[] = "trapped in " #name "\n";                                       \
        if (write(2, text, strlen(text)) < 0)                                                      \
            _exit(98);                                                                             \
        _exit(99);                                                                                 \
    }

TRAP(curl_global_init)
TRAP(curl_easy_init)
TRAP(curl_easy_setopt)
TRAP(curl_multi_init)
TRAP(curl_version_info)
TRAP(OPENSSL_init_ssl)
TRAP(OPENSSL_init_crypto)
TRAP(SSL_CTX_new)
TRAP(SSL_new)
TRAP(SSL_read)
TRAP(X509_STORE_new)
TRAP(EVP_DigestInit_ex)
TRAP(inflateInit2_)
TRAP(inflate)
TRAP(nghttp2_session_callbacks_new)
TRAP(nghttp2_session_mem_recv)
TRAP(json_loadb)
TRAP(json_delete)
