/* libcurl as Swift can call it: curl_easy_setopt and its kin are variadic, Swift has no variadics. */
#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

/* What newer headers call deprecated is all that the oldest libcurl we run with has. */
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <string.h>

static inline CURLcode curl_set_long(CURL *easy, CURLoption option, long value)
{
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_offset(CURL *easy, CURLoption option, curl_off_t value)
{
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_text(CURL *easy, CURLoption option, const char *value)
{
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_pointer(CURL *easy, CURLoption option, const void *value)
{
    return curl_easy_setopt(easy, option, value);
}

/* What a transfer lends libcurl for as long as it lasts, in one piece: where libcurl writes what went wrong,
   and the header that no other request has. */
struct curl_lent {
    struct curl_slist own, expect;
    char own_text[96];
    char error[CURL_ERROR_SIZE];
};
/* `name` with colon and space, `value` of n bytes. */
static inline void curl_lend_header(struct curl_lent *lent, const char *name, const void *value,
                                    size_t n)
{
    const size_t start = strlen(name);
    if (start + n >= sizeof lent->own_text)
        return;
    memcpy(lent->own_text, name, start);
    memcpy(lent->own_text + start, value, n);
}
/* What was lent, if something was, and `others`. libcurl would wait for a 100 before a body of more than
   1 MiB (EXPECT_100_THRESHOLD); servers of this API do not send one. */
static inline CURLcode curl_set_headers(CURL *easy, struct curl_lent *lent, size_t body,
                                        struct curl_slist *others)
{
    static char no_expect[] = "Expect:";
    if (body >= 512 * 1024) {
        lent->expect.data = no_expect;
        lent->expect.next = others;
        others = &lent->expect;
    }
    lent->own.data = lent->own_text;
    lent->own.next = others;
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lent->own_text[0] ? &lent->own : others);
}
static inline char *curl_error_text(struct curl_lent *lent)
{
    return lent->error;
}
/* An idle handle is not to point at what is gone, nor to know what one transfer was told alone. */
static inline void curl_forget_lent(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(easy, CURLOPT_CURLU, NULL);
    curl_easy_setopt(easy, CURLOPT_HTTP_TRANSFER_DECODING, 1L);
}

typedef size_t (*curl_bytes_callback)(const char *bytes, size_t size, size_t count, void *context);
static inline CURLcode curl_set_body_callback(CURL *easy, curl_bytes_callback fn, void *context)
{
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, fn);
}
typedef size_t (*curl_wanted_callback)(char *buffer, size_t size, size_t count, void *context);
/* A request to speak another protocol: a GET that uploads for as long as the connection lasts, over HTTP/1.1, and
   through a tunnel where there is a proxy (RFC 6455, 4.1). Its connection is for nothing else. */
static inline CURLcode curl_set_upgrade(CURL *easy, curl_wanted_callback fn, void *context)
{
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_READDATA, context);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, fn);
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "GET");
}
/* A body of that size, -1 where nobody knows it, that is asked for while it is sent. */
static inline CURLcode curl_set_body_source(CURL *easy, curl_off_t size, curl_wanted_callback fn,
                                            curl_seek_callback seek, void *context)
{
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, size);
    curl_easy_setopt(easy, CURLOPT_READDATA, context);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, context);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek);
    return curl_easy_setopt(easy, CURLOPT_READFUNCTION, fn);
}
static inline CURLcode curl_set_header_callback(CURL *easy, curl_bytes_callback fn, void *context)
{
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, fn);
}

/* Sockets are opened and closed through these, so that they are known and close-on-exec. The context
   is remembered by the connection and outlives the easy handle. */
typedef int (*curl_open_socket)(void *context, int family, int type, int protocol);
typedef int (*curl_close_socket)(void *context, int fd);
typedef void (*curl_before_lookup)(void *transfer);
struct curl_socket_hooks {
    curl_open_socket open;
    curl_close_socket close;
    void *context;
    curl_before_lookup before_lookup; /* with what CURLOPT_PRIVATE was set to */
};
static inline curl_socket_t curl_hook_open(void *hooks, curlsocktype purpose,
                                           struct curl_sockaddr *address)
{
    struct curl_socket_hooks *h = (struct curl_socket_hooks *)hooks;
    (void)purpose;
    return h->open(h->context, address->family, address->socktype, address->protocol);
}
static inline int curl_hook_close(void *hooks, curl_socket_t fd)
{
    struct curl_socket_hooks *h = (struct curl_socket_hooks *)hooks;
    return h->close(h->context, fd);
}
static inline void curl_set_socket_hooks(CURL *easy, struct curl_socket_hooks *hooks)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, curl_hook_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, hooks);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, curl_hook_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, hooks);
}

static inline void curl_hook_lock(CURL *easy, curl_lock_data what, curl_lock_access access,
                                  void *hooks)
{
    char *transfer = NULL;
    (void)access;
    if (what != CURL_LOCK_DATA_DNS || !easy)
        return;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    if (transfer)
        ((struct curl_socket_hooks *)hooks)->before_lookup(transfer);
}
/* A cache of names whose users say when they look into it, which they do before every connection that they
   make, also for an address. The callback may set options. NULL when memory is out. */
static inline CURLSH *_Nullable curl_share_names(struct curl_socket_hooks *hooks)
{
    CURLSH *share = curl_share_init();
    if (!share)
        return NULL;
    if (curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) == CURLSHE_OK &&
        curl_share_setopt(share, CURLSHOPT_USERDATA, hooks) == CURLSHE_OK &&
        curl_share_setopt(share, CURLSHOPT_LOCKFUNC, curl_hook_lock) == CURLSHE_OK)
        return share;
    curl_share_cleanup(share);
    return NULL;
}
static inline void curl_set_share(CURL *easy, CURLSH *_Nullable share)
{
    curl_easy_setopt(easy, CURLOPT_SHARE, share);
}

/* For every handle, at its making and after each reset. Signals are the host's: without the first
   libcurl would use SIGALRM for name lookups and touch the handler of SIGPIPE. Without the second
   (since 7.87) giving up a transfer would wait for a name lookup that hangs, with our lock held. */
static inline void curl_set_manners(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

/* Called when a request is about to be sent; an answer other than 0 ends the transfer. Unknown to
   libcurl before 7.80, which is no error here. */
typedef int (*curl_before_request)(void *context, char *remote, char *local, int remote_port,
                                   int local_port);
static inline void curl_set_before_request(CURL *easy, curl_before_request fn, void *context)
{
#if LIBCURL_VERSION_NUM >= 0x075000
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, fn);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
#else
    (void)easy;
    (void)fn;
    (void)context;
#endif
}

static inline CURLcode curl_get_long(CURL *easy, CURLINFO info, long *value)
{
    return curl_easy_getinfo(easy, info, value);
}

/* 1 when a SOCKS proxy would not take this client, or would not let it through: no use in trying
   again. libcurl tells since 7.73. */
static inline int curl_is_refused_by_socks(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x074900
    long reason = 0;
    curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &reason);
    return reason == CURLPX_NO_AUTH || reason == CURLPX_USER_REJECTED ||
           reason == CURLPX_REPLY_NOT_ALLOWED || reason == CURLPX_IDENTD_DIFFER;
#else
    (void)easy;
    return 0;
#endif
}

/* The file and the directory of trusted certificates that libcurl was built with; NULL for none. Before 7.70
   it does not tell, and 0 comes back. */
static inline int curl_built_in_trust(const char *_Nullable *_Nonnull file,
                                      const char *_Nullable *_Nonnull directory)
{
    *file = *directory = NULL;
#if LIBCURL_VERSION_NUM >= 0x074600
    const curl_version_info_data *library = curl_version_info(CURLVERSION_NOW);
    if (library->age < CURLVERSION_SEVENTH)
        return 0;
    *file = library->cainfo;
    *directory = library->capath;
    return 1;
#else
    return 0;
#endif
}

/* The address of the other side, NULL before there is one. */
static inline const char *_Nullable curl_primary_address(CURL *easy)
{
    char *address = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    return address;
}

static inline CURLcode curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value)
{
    return curl_easy_getinfo(easy, info, value);
}
/* When the last byte of the request was sent. libcurl tells since 8.10; older ones refuse it. */
static inline CURLINFO curl_time_of_last_sent(void)
{
#if LIBCURL_VERSION_NUM >= 0x080a00
    return CURLINFO_POSTTRANSFER_TIME_T;
#else
    return (CURLINFO)(CURLINFO_OFF_T + 67);
#endif
}
/* The socket of a transfer that has ended, while its connection is kept; -1 when it is not. */
static inline int curl_kept_socket(CURL *easy)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK)
        return -1;
    return (int)socket;
}
static inline void *curl_private(CURL *easy)
{
    char *context = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context);
    return context;
}

/* Frees a header list, in which the key is, and leaves nothing of it in memory. */
static inline void curl_free_secret_list(struct curl_slist *list)
{
    struct curl_slist *entry;
    for (entry = list; entry; entry = entry->next)
        explicit_bzero(entry->data, strlen(entry->data));
    curl_slist_free_all(list);
}

static inline const curl_version_info_data *_Nonnull curl_library_version(void)
{
    return curl_version_info(CURLVERSION_NOW);
}

typedef int (*curl_socket_changed)(CURL *easy, curl_socket_t fd, int what, void *context,
                                   void *socket_context);
typedef int (*curl_timer_changed)(CURLM *multi, long timeout_ms, void *context);
static inline void curl_multi_set_callbacks(CURLM *multi, curl_socket_changed on_socket,
                                            curl_timer_changed on_timer, void *context)
{
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}
static inline void curl_multi_set_long(CURLM *multi, CURLMoption option, long value)
{
    curl_multi_setopt(multi, option, value);
}

/* The next transfer that has ended, NULL when there is none. */
static inline CURL *curl_multi_next_ended(CURLM *multi, CURLcode *result)
{
    int remaining;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &remaining)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

#endif
