/*
 * responses.h - the Responses API for any program
 *
 * libresponses is a client for servers of the OpenAI Responses API. It creates responses, streams
 * their events while the model writes, gets, cancels and deletes them, and lists their input items.
 * This header is the whole contract. Nothing outside it is promised.
 *
 * A whole program, which prints an answer while it arrives:
 *
 *     #include <responses.h>
 *     #include <stdio.h>
 *
 *     static int on_event(const responses_event *event, void *user_data)
 *     {
 *         (void)user_data;
 *         if (responses_event_kind(event) == RESPONSES_EVENT_OUTPUT_TEXT_DELTA)
 *             fputs(responses_event_text(event, NULL), stdout);
 *         return 0;
 *     }
 *
 *     int main(void)
 *     {
 *         responses_client *client;
 *         responses_error *error = NULL;
 *         int status = responses_client_new(&client, &error);
 *         if (status == RESPONSES_OK)
 *             status = responses_create_stream(client,
 *                 "{\"model\":\"gpt-5\",\"input\":\"Say hello.\"}", RESPONSES_NTS,
 *                 on_event, NULL, NULL, &error);
 *         if (status != RESPONSES_OK)
 *             fprintf(stderr, "%s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
 *         responses_error_free(error);
 *         responses_client_free(client);
 *         return status != RESPONSES_OK;
 *     }
 *
 *     cc hello.c $(pkg-config --cflags --libs responses)
 *
 * The API key is taken from OPENAI_API_KEY, the server's address from OPENAI_BASE_URL.
 *
 * FOUR WAYS TO CALL, ONE ENGINE
 *
 *   blocking    responses_create() and the other operations return when the answer is complete.
 *   callback    responses_create_stream() and responses_get_stream() pass every event to your
 *               function, on your thread, before they return.
 *   pull        responses_create_stream_start() and the other _start functions start a call and
 *               return at once. You read it at your own pace with responses_call_wait() and
 *               responses_call_next().
 *   event loop  responses_client_fd() is one descriptor for all calls of a client. Add it to your
 *               poll, select, epoll or main loop. When it is readable, call
 *               responses_client_dispatch(), then responses_client_next_ready() until that returns
 *               RESPONSES_AGAIN.
 *
 * OWNERSHIP, IN FIVE RULES
 *
 *   1. What a function writes through a `T **out` is yours. Free it with T_free().
 *   2. What a function returns, or passes to you as a `const T *`, is borrowed. It stays valid and
 *      unchanged until the next call with the same parent, or until the parent is freed.
 *   3. What you pass in is copied before the function returns.
 *   4. T_free(NULL) does nothing. Free in any order: a call may outlive its client.
 *   5. On failure `*out` is NULL, and `*err`, if you passed `err`, is an error that you free. This
 *      also holds when memory is out: the library keeps an error for that case, and you free it
 *      like any other. On success `*err` is NULL. `out` and `err` may be NULL: the library then
 *      frees what it would have written. One exception: the two streaming functions with a callback
 *      may set `*out` along with `*err`, to the part of the response that arrived.
 *
 * ERRORS, BY FUNCTION
 *
 *   A function that returns a status says after "Returns" which ones, and when. Three are possible
 *   for every function with a handle among its arguments, and are not repeated:
 *     RESPONSES_E_INVALID  a handle is NULL, was freed, or is of another kind, as far as the
 *                          library can tell; or an argument that must not be NULL is. (A function
 *                          that returns no status then returns NULL, "", 0 or -1.)
 *     RESPONSES_E_FORKED   the client or the call was made by the parent process; see FORK.
 *     RESPONSES_E_NOMEM    memory is out.
 *   Statuses above 0 and RESPONSES_OK are not errors; all errors are negative. A later version may
 *   add statuses: treat a negative one that you do not know as a failure that cannot be retried.
 *
 * THREADS, IN FIVE RULES
 *
 *   1. A client may be used by any number of threads at once.
 *   2. A call, a response and an event may be used by one thread at a time. A second thread in the
 *      same call gets RESPONSES_E_BUSY. An error never changes: any thread may read it.
 *   3. Any thread may cancel a call, free a call and free a client at any moment. Threads that are
 *      inside a blocking function of that client return with RESPONSES_E_CANCELLED. Threads that
 *      use the freed handle later get RESPONSES_E_INVALID. Events and responses that are borrowed
 *      from a call are freed with it: the thread that reads them should be the one that frees the
 *      call. responses_client_interrupt() may also be called in a signal handler.
 *   4. The library starts no thread. One of the threads that wait on a client drives the
 *      connections for all of them. libcurl may start a short-lived thread to look up a host name.
 *   5. A callback runs on the thread that made the call, inside that call, and no lock is held: a
 *      callback may use the library. Do not longjmp or throw out of a callback.
 *
 * One thread can drive thousands of calls, and that costs much less than one thread for each.
 *
 * FORK, IN THREE RULES
 *
 *   1. Before the first client exists, fork as you like.
 *   2. In a child process, a client or a call that the parent made returns RESPONSES_E_FORKED. Its
 *      free function closes the child's copies of the descriptors and sends nothing. The calls of
 *      the parent go on undisturbed.
 *   3. A child can make a client of its own at once.
 *
 * IN YOUR PROCESS the library installs no signal handler and no atexit function, changes no signal
 * mask, environment, locale or allocator, raises no SIGPIPE and prints nothing. Its descriptors are
 * close-on-exec.
 *
 * MEMORY: when an allocation fails whose size a server or a caller chooses, the function returns
 * RESPONSES_E_NOMEM. When a small allocation of a fixed size fails, the process ends, as in many
 * language runtimes.
 *
 * TEXT is UTF-8. Where a length goes with a pointer, pass RESPONSES_NTS for text that ends in NUL.
 * Text that the library returns always ends in NUL, which is not counted. A `size_t *len` that goes
 * with it may be NULL.
 *
 * THE WORDS: a request gets an answer, which is an HTTP response. A response is the object of the
 * API that has an id, a status and output items. An attempt is one request on the wire; a call may
 * need several. The cursor of a stream is the sequence number of the last event that was handed to
 * you; to resume a stream is to ask for the events after the cursor. The terminal event is the last
 * one of a stream: response.completed, .incomplete, .failed, .cancelled, or error. A turn is a
 * create that is sent over a session, a connection that is there for many of them. A run is a loop
 * of creates in which the library calls functions of yours for the model.
 *
 * Every function is available since 0.1 unless its comment says otherwise.
 */
#ifndef RESPONSES_H
#define RESPONSES_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define RESPONSES_API __attribute__((visibility("default")))
#else
#define RESPONSES_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- version --------------------------------------------------------------------------------- */

#define RESPONSES_VERSION        "0.1.0"
#define RESPONSES_VERSION_NUMBER 0x000100 /* two digits each: major, minor, patch */
#define RESPONSES_ABI_VERSION    0        /* the number in the file name, libresponses.so.0 */

/* The version of the library that is loaded. The macros are the version of this header. */
RESPONSES_API const char *responses_version(void);
RESPONSES_API unsigned responses_version_number(void);

/* The number in the library's soname. It changes when programs must be compiled again, and only
   then. */
RESPONSES_API unsigned responses_abi_version(void);

/* How this library was built and what it uses, as a JSON object: "version", "abi", "runtime"
   ("embedded" or "full"), "curl", "tls", "features". Static, any thread. */
RESPONSES_API const char *responses_build_info(void);

/* The value of a constant of this header by its name, such as "RESPONSES_E_TIMEOUT", for languages
   without a C preprocessor.
   Returns RESPONSES_OK; RESPONSES_E_INVALID when no constant has that name. */
RESPONSES_API int responses_constant(const char *name, int *value);

/* ---- status ---------------------------------------------------------------------------------- */

#define RESPONSES_OK    0
#define RESPONSES_AGAIN 1 /* nothing to read yet; try again later */
#define RESPONSES_DONE  2 /* the call has ended well, and all of it has been read */

#define RESPONSES_E_INVALID     (-1)  /* an argument or option is wrong; the message names it */
#define RESPONSES_E_NOMEM       (-2)  /* out of memory */
#define RESPONSES_E_BUSY        (-3)  /* the call is in use: by another thread, or by a callback */
#define RESPONSES_E_FORKED      (-4)  /* the handle was made by the parent process */
#define RESPONSES_E_CANCELLED   (-5)  /* cancelled or interrupted by this program */
#define RESPONSES_E_TIMEOUT     (-6)  /* a time limit was reached; the message names it */
#define RESPONSES_E_NETWORK     (-7)  /* no connection to the server or proxy, or it broke */
#define RESPONSES_E_TLS         (-8)  /* TLS failed: a certificate or the handshake */
#define RESPONSES_E_HTTP        (-9)  /* not an API answer: a redirect, a page, an unknown type */
#define RESPONSES_E_API         (-10) /* the server answered with an error */
#define RESPONSES_E_PROTOCOL    (-11) /* the server sent broken HTTP, broken JSON or no body */
#define RESPONSES_E_TRUNCATED   (-12) /* the stream ended before its terminal event */
#define RESPONSES_E_LIMIT       (-13) /* the answer is larger than a limit; the message names it */
#define RESPONSES_E_RANGE       (-14) /* the buffer is too small, or nothing is at that place */
#define RESPONSES_E_UNSUPPORTED (-15) /* this library, or the libcurl it uses, cannot do that */
#define RESPONSES_E_USER        (-16) /* your callback or descriptor stopped the call; no key */
#define RESPONSES_E_INTERNAL    (-17) /* a fault of the library; please report it */
#define RESPONSES_E_SIGNATURE   (-18) /* a webhook is not signed, or was signed at another time */

/* The name, such as "RESPONSES_E_TIMEOUT", and the meaning in one line of English. Static. A status
   that this library does not know gets a text that says so. */
RESPONSES_API const char *responses_status_name(int status);
RESPONSES_API const char *responses_status_text(int status);

/* ---- error ----------------------------------------------------------------------------------- */

/* All that is known of a failure. It never changes; any thread may read it. */
typedef struct responses_error responses_error;

/* The status that the function returned. RESPONSES_E_INVALID when `error` is NULL. */
RESPONSES_API int responses_error_status(const responses_error *error);

/* The HTTP status of the server's answer, or of the answer of a proxy that refused the connection.
   0 when there was no answer. 200 when the server reported the error inside a stream or in the
   document of a successful answer. */
RESPONSES_API int responses_error_http_status(const responses_error *error);

/* 1 when the same request may succeed later; the library has used up its own retries already.
   That is so after HTTP 408, 409, 429 and 500 or more; after such a failure inside a stream, by its
   code or type ("rate_limit_exceeded", "server_error", "overloaded_error", "slow_down", "timeout"
   and similar ones); and after a network failure or a time limit. An exhausted quota is 0. */
RESPONSES_API int responses_error_is_retryable(const responses_error *error);

/* The pause that the server asked for, in milliseconds; -1 when it asked for none. It is taken from
   the header Retry-After-Ms or Retry-After, or, where is_retryable is 1, from the words of the
   message: "try again in 1.2s". The library's own retries wait for it too. */
RESPONSES_API int64_t responses_error_retry_after_ms(const responses_error *error);

/* How many times the request was sent; 0 when it was never sent. */
RESPONSES_API int responses_error_attempts(const responses_error *error);

/* The cursor: the sequence number of the last event that was handed over. -1 when no event was, or
   when it had no number. To go on with the stream, in any process, pass this as
   {"starting_after": N} to responses_get_stream(), with the id in RESPONSES_ERROR_RESPONSE_ID. */
RESPONSES_API int64_t responses_error_last_sequence(const responses_error *error);

/* MESSAGE, TYPE, CODE, PARAM, REQUEST_ID, HISTORY and HEADERS are safe to show, whatever a server,
   a certificate or libcurl wrote. They are UTF-8 of bounded length without control characters,
   except for the line ends in HEADERS, and without invisible characters and those that change the
   direction of text. They contain no secret of yours: "***" stands where a server repeats the key,
   a header or a part of the query that you set. Values of fewer than 8 characters count only as
   whole words, and of fewer than 4 only the key. BODY is the server's own bytes: inspect them
   before you print them. RESPONSE_ID is as the server sent it, or "" when it cannot be used as an
   id. */
#define RESPONSES_ERROR_MESSAGE      1  /* one line for a person; never empty */
#define RESPONSES_ERROR_TYPE         2  /* the server's "type", e.g. "invalid_request_error" */
#define RESPONSES_ERROR_CODE         3  /* the server's "code"; a number as its digits */
#define RESPONSES_ERROR_PARAM        4  /* the server's "param", or the argument at fault */
#define RESPONSES_ERROR_REQUEST_ID   5  /* the header x-request-id of the answer */
#define RESPONSES_ERROR_BODY         6  /* the answer's body or the error event: max_error_bytes */
#define RESPONSES_ERROR_RESPONSE_ID  7  /* the response that this is about, if known */
#define RESPONSES_ERROR_HISTORY      8  /* every attempt, as in responses_response_history() */
#define RESPONSES_ERROR_HEADERS      9  /* the answer's headers, one line "name: value" each */
#define RESPONSES_ERROR_HTTP_VERSION 10 /* as responses_response_http_version() says it */

/* One of the fields above. "" when the error does not have it, and when `error` is NULL. NULL for a
   number that is no field. Borrowed. */
RESPONSES_API const char *responses_error_field(const responses_error *error, int field,
                                                size_t *len);

/* How far an attempt came. A connection that is used again begins with RESPONSES_PHASE_SENDING. */
#define RESPONSES_PHASE_NONE    0 /* nothing was begun */
#define RESPONSES_PHASE_LOOKUP  1 /* looks up the name of the server, or of the proxy */
#define RESPONSES_PHASE_CONNECT 2 /* connects to it; also asks a proxy for the server */
#define RESPONSES_PHASE_TLS     3 /* agrees on TLS and checks certificates */
#define RESPONSES_PHASE_SENDING 4 /* sends the request; a part of it may have arrived */
#define RESPONSES_PHASE_WAITING 5 /* the request is sent, and nothing of an answer has come */
#define RESPONSES_PHASE_READING 6 /* the answer has begun; its first line has come */

/* The phase in which the last attempt ended: RESPONSES_PHASE_... A request that failed before
   RESPONSES_PHASE_SENDING has not reached the server. 0 when `error` is NULL. */
RESPONSES_API int responses_error_phase(const responses_error *error);

RESPONSES_API void responses_error_free(responses_error *error);

/* ---- client ---------------------------------------------------------------------------------- */

/* Options, connections, and the descriptor for an event loop. Make one and keep it: it reuses its
   connections. */
typedef struct responses_client responses_client;

/* Makes a client. It does no I/O and starts no thread.
   Defaults are read from the environment now: OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORG_ID,
   OPENAI_PROJECT_ID, OPENAI_CUSTOM_HEADERS (lines of "Name: value"), SSL_CERT_FILE and
   SSL_CERT_DIR. http_proxy, https_proxy, all_proxy and no_proxy are read for each request, as curl
   reads them; a request that would use a malformed one fails with RESPONSES_E_INVALID.
   A program that runs with more privileges than the user who started it (setuid, setgid, file
   capabilities) reads nothing from the environment: set what you need.
   Returns RESPONSES_OK; RESPONSES_E_INVALID when a variable is malformed; RESPONSES_E_NETWORK when
   the system gives no descriptors. */
RESPONSES_API int responses_client_new(responses_client **out, responses_error **err);

/* Makes a second client that shares the connections and the descriptor of the first, and starts
   with a copy of its options. It is cheap: use it for a call that needs other options.
   Returns RESPONSES_OK, or one of the three of every function. */
RESPONSES_API int responses_client_derive(responses_client *client, responses_client **out,
                                          responses_error **err);

/* Sets an option for the calls that start from now on. The value is always text; NULL restores the
   default. Milliseconds are whole numbers, and 0 means no limit.
   Returns RESPONSES_OK; RESPONSES_E_INVALID when there is no such option or the value does not fit.
   The message says what is accepted. It does not repeat the name or the value, because either may
   be a key.

     name                    default                    meaning
     api_key                 from OPENAI_API_KEY        sent as "Authorization: Bearer <key>"
     base_url                https://api.openai.com/v1  http or https; may have a path and a query
     organization, project   from the environment       OpenAI-Organization, OpenAI-Project
     user_agent              libresponses/<version>     User-Agent
     auth_header             Authorization              another header for the bare key: "api-key"
     default_query                                      "a=1&b=2", added to every request
     ca_file, ca_path        see below                  trusted certificates instead of the default:
                                                        a file, a directory, or both together
     ca_fallback_file                                   a file to trust where the system has none
     client_cert, client_key                            PEM files for mutual TLS, without a password
     tls_verify              1                          0 accepts every certificate: for tests only
     proxy, no_proxy         from the environment       as curl's --proxy, --noproxy; "" for none
     proxy_auth              basic                      how a user and password in the proxy's URL
                                                        are given: basic, digest, ntlm, negotiate,
                                                        or any, which asks the proxy first
     unix_socket                                        the path of a local socket: the server is
                                                        there, whatever host base_url names, and no
                                                        proxy is used
     fallback_base_urls                                 URLs with spaces between them. When no
                                                        connection to base_url can be made, the
                                                        request goes to the first of these at once,
                                                        and so on, with the same key. See below
     http_version            1.1                        1.1, or 2 (over TLS)
     tcp_keepalive_ms        60000                      idle time before TCP keepalive probes
     connect_timeout_ms      10000                      name lookup, connection and TLS
     first_event_timeout_ms  600000                     from sending to the first event, or to the
                                                        end of an answer that is not a stream
     idle_timeout_ms         300000                     between two events. Not counted as events,
                                                        in any number: comments, keepalives, "ping",
                                                        and an event of an unknown type without a
                                                        number in a stream of numbered events. It
                                                        also limits the first event after a stream
                                                        was resumed, and how long the library polls
                                                        the response in place of its stream
     completion_grace_ms     60000                      from the end of the last item on
     timeout_ms              0                          the whole call with its retries and pauses
     max_retries             2                          0..100, for each call
     resume_attempts         20                         how often a stream is resumed in a row; an
                                                        event that moves the cursor starts the count
                                                        anew. The pauses between attempts grow
     retry_min_ms            500                        the first pause before a retry, less up to a
                                                        quarter by chance; doubled for each further
     retry_max_ms            8000                       one up to this. A server may ask for a
                                                        longer pause. Each 0..600000
     poll_interval_ms        500                        first pause of responses_wait(); it grows
     max_event_bytes         67108864                   one event
     max_response_bytes      268435456                  one response: a body, or what the events of
                                                        a stream add up to, each text counted once
     max_queue_bytes         262144                     unread bytes of a call before it is paused
     max_error_bytes         65536                      of the body of an error, in
                                                        RESPONSES_ERROR_BODY.
                                                        Each max_..._bytes: 1 KiB to 1 GiB
     count_comments          0                          1: whatever a server sends in a stream puts
                                                        first_event_timeout_ms and idle_timeout_ms
                                                        off, comments and keepalives too
     raw                     0                          1: answers are handed over as they came; see
                                                        responses_call_next_bytes()
     record_file                                        a file that every attempt is written to, as
                                                        an HTTP archive (HAR 1.2), which browsers
                                                        open; see below
     replay_file                                        a file that attempts are answered from:
                                                        nothing is sent, and no key is needed
     replay_pace             fast                       of replay_file: fast, without the pauses, or
                                                        original, as it was recorded
     ping_interval_ms        20000                      of a session: idle time before a ping, and
                                                        again before its connection is given up
     session_turns           16                         of a session: turns under way at a time,
                                                        1..1000
     max_steps               20                         of a run: responses, 1..1000

   Trusted certificates over https are the first of these that exists: ca_file and ca_path;
   SSL_CERT_FILE (a file) and SSL_CERT_DIR (directories with ":" between them) as they were in the
   environment when the client was made, both together; the system's certificates, where libcurl was
   built to find them, or else where Debian, Fedora, RHEL, SUSE, Alpine and Arch keep them;
   ca_fallback_file. A call with a named file that cannot be read ends with RESPONSES_E_TLS.

   A call stays with the server that it has reached: a retry, a resumed stream and a poll go there.
   Only where no connection is made, or connect_timeout_ms ends that, is the next URL tried. These
   have the scheme of base_url, their own path, and no query; that of base_url is kept. Once all
   have failed, that counts as one failure, and a retry begins with base_url. Sessions use base_url
   alone.

   record_file is made when it is set, readable by its owner alone, and must be a recording of this
   library if it is there: attempts are added to it, also by other clients and processes at the same
   time. Each is an entry once it is over, a failed one too, with the pieces of its answer and when
   they came. Of secrets, "***" is written: the key, headers in which keys are sent, and whatever
   else no message of an error has in it. Prompts and answers are written as they are. An attempt
   takes memory for its body while it lasts, up to max_response_bytes of it, and three times that
   while it is written. A file that cannot be written to, such as for a full disk, is told once in
   the log, and ends no call. Sessions are not recorded.

   replay_file is read when it is set: RESPONSES_E_INVALID names the place of what is not HAR. An
   attempt takes the first entry that has its method, path, query and JSON, in which the order of
   members does not matter, and that was not taken before by this client or those derived from it;
   host and headers may differ. Set it again to begin anew. Events, pieces, failures, retries and
   resumed streams come as they were recorded; so do limits of time, at once with replay_pace fast.
   A request without an entry ends its call with RESPONSES_E_INVALID, and the message says in what
   the closest entry differs. Sessions fail with RESPONSES_E_UNSUPPORTED, and the callback for keys
   is not called. Files of browsers replay too, each body as one piece. The two options exclude each
   other.

   Over HTTP/2 a server cannot be paused for one stream alone. A call that has 32 times
   max_queue_bytes unread, and was not read for a second, ends with RESPONSES_E_LIMIT or is resumed
   later. */
RESPONSES_API int responses_client_set(responses_client *client, const char *name,
                                       const char *value, responses_error **err);

/* The name of the option with that index; NULL after the last. Static. */
RESPONSES_API const char *responses_option_name(size_t index);

/* Adds a header to every request from now on, or replaces it, also one that the library sets. NULL
   as value removes it.
   Returns RESPONSES_OK; RESPONSES_E_INVALID when the name or the value has a character that headers
   cannot have, such as a line break, and for headers that decide where a message ends, which server
   it is for, and what becomes of the connection: Host, Content-Length, Transfer-Encoding,
   Connection, Keep-Alive, Proxy-Connection, TE, Trailer, Upgrade, Expect and HTTP2-Settings. The
   same rules hold for OPENAI_CUSTOM_HEADERS and auth_header. */
RESPONSES_API int responses_client_set_header(responses_client *client, const char *name,
                                              const char *value, responses_error **err);

#define RESPONSES_LOG_NONE    0
#define RESPONSES_LOG_ERROR   1
#define RESPONSES_LOG_WARNING 2 /* retries, resumed streams, tls_verify switched off */
#define RESPONSES_LOG_INFO    3 /* one line for every attempt and its outcome */
#define RESPONSES_LOG_DEBUG   4

/* Receives one line of the log, on the thread that made the call. A line is as safe to show as an
   error's message. It never contains a key, an id or a query of yours: a request is named by its
   shape, "GET /responses/{id}". */
typedef void (*responses_log_fn)(int level, const char *line, size_t len, void *user_data);

/* Sends the log, up to that level, to your function; NULL ends it. There is no log by default.
   Returns RESPONSES_OK; RESPONSES_E_INVALID for a level that is none of the above. */
RESPONSES_API int responses_client_set_log(responses_client *client, int level, responses_log_fn fn,
                                           void *user_data);

/* Frees the client, from any thread. Blocking functions of other threads that use this client
   return with RESPONSES_E_CANCELLED. A blocking function of this thread, whose callback frees the
   client, goes on. Derived clients, sessions, and calls that a _start function made, stay valid
   until they are freed. */
RESPONSES_API void responses_client_free(responses_client *client);

/* ---- a key for each attempt ------------------------------------------------------------------ */

/* A call asks for the key of its next attempt. */
typedef struct responses_key_request responses_key_request;

/*
 * Your function for keys that change, such as tokens that expire. It is called before every attempt
 * of a call: before the first request, a retry, the resuming of a stream, and each poll.
 *
 * It runs on the thread that starts, reads or waits for the call, or that is in
 * responses_client_next_ready(). No lock is held, and it may use the library; the call itself is
 * busy. `request` is yours, on whatever thread: answer it with responses_key_request_answer() and
 * free it, before you return or later. Until then the attempt is not sent, other calls go on, and
 * of the time limits timeout_ms alone runs. In an event loop answer later rather than wait.
 *
 * The call may be cancelled or freed while it waits for its key, and the process may fork: a child
 * frees its copy of the request, which has no effect on the parent.
 */
typedef void (*responses_key_fn)(responses_key_request *request, void *user_data);

/* Takes the key of every attempt from your function, in place of the option api_key; NULL ends
   that. It holds for calls that start from now on, also of clients that are derived from now on.
   `user_data` must last as long as these calls.
   When the server refuses a key with HTTP 401, your function is asked at once for another, and the
   request is sent again. That does not count as a retry, and is not done twice in a row. The
   refusal is the result of the call if you give the same key again, or none.
   Returns RESPONSES_OK, or one of the three of every function. */
RESPONSES_API int responses_client_set_key_callback(responses_client *client, responses_key_fn fn,
                                                    void *user_data);

/* The number of the attempt that the key is for: 1 for the first. */
RESPONSES_API int responses_key_request_attempt(const responses_key_request *request);

/* The HTTP status with which the server answered the attempt before: 401 when it refused the key,
   so that another one is needed. 0 for the first attempt, and when there was no answer. */
RESPONSES_API int responses_key_request_http_status(const responses_key_request *request);

/* Gives the key, which is copied; "" sends the request without one. Any thread.
   Returns RESPONSES_OK, also when the call has ended meanwhile; RESPONSES_E_INVALID when the key is
   NULL or has a character that headers cannot have, after which you can still give another, or when
   the request was answered before. */
RESPONSES_API int responses_key_request_answer(responses_key_request *request, const char *key,
                                               size_t n, responses_error **err);

/* Frees the request. One that was not answered ends its call with RESPONSES_E_USER. Any thread. */
RESPONSES_API void responses_key_request_free(responses_key_request *request);

/* ---- response -------------------------------------------------------------------------------- */

/* What the server answered: a response, a page of input items, a count of tokens, or any other
   document. */
typedef struct responses_response responses_response;

/* The body as JSON: the server's bytes unchanged, or, for a stream, the response as its events have
   built it so far. A byte order mark is left out. NaN, Infinity and -Infinity, which some servers
   write, stay as they are: they are not JSON, and a strict reader refuses them. Never NULL. */
RESPONSES_API const char *responses_response_json(const responses_response *response, size_t *len);

/* All text of the answer: every "output_text" part of every message, joined; "" without any. */
RESPONSES_API const char *responses_response_text(const responses_response *response, size_t *len);

/* "id" and "status" of the body; "" when it has none. */
RESPONSES_API const char *responses_response_id(const responses_response *response);
RESPONSES_API const char *responses_response_status(const responses_response *response);

/* The HTTP status, such as 200. 0 while a call has no answer yet. */
RESPONSES_API int responses_response_http_status(const responses_response *response);

/* The server's name for the request, from the header x-request-id; "" without one. */
RESPONSES_API const char *responses_response_request_id(const responses_response *response);

/* A header of the answer by name, in any case; NULL when the server did not send it. */
RESPONSES_API const char *responses_response_header(const responses_response *response,
                                                    const char *name);

/* All headers of the answer, one line "name: value" each, as safe to show as an error's message.
   responses_response_header() gives the value of one as the server sent it. */
RESPONSES_API const char *responses_response_headers(const responses_response *response,
                                                     size_t *len);

/* The version of HTTP in which the answer came: "HTTP/1.0", "HTTP/1.1" or "HTTP/2"; "" while a call
   has no answer yet. Static. */
RESPONSES_API const char *responses_response_http_version(const responses_response *response);

/* How many times the request was sent: 1 without a retry. */
RESPONSES_API int responses_response_attempts(const responses_response *response);

/* Every attempt, as a JSON array: [{"attempt":1,"http_status":429,"reason":"rate_limit_exceeded",
   "waited_ms":512},{"attempt":2,"http_status":200,"reason":"","waited_ms":0}]. http_status is 0 for
   an attempt without an answer, reason is "" for one that succeeded, and waited_ms is the pause
   after the attempt. */
RESPONSES_API const char *responses_response_history(const responses_response *response,
                                                     size_t *len);

#define RESPONSES_JSON_NULL   0
#define RESPONSES_JSON_FALSE  1
#define RESPONSES_JSON_TRUE   2
#define RESPONSES_JSON_NUMBER 3
#define RESPONSES_JSON_STRING 4
#define RESPONSES_JSON_ARRAY  5
#define RESPONSES_JSON_OBJECT 6

/* Reads one value of the body by JSON pointer (RFC 6901): "/usage/total_tokens",
   "/output/0/content/0/text"; "" is the whole body. `*value` is the text of a string without quotes
   and escapes, and the JSON of any other value: "true" for RESPONSES_JSON_TRUE, and a number as the
   server wrote it, "1.50" or "NaN". It is borrowed until the next get on this response. `type`,
   `value` and `len` may be NULL.
   Returns RESPONSES_OK; RESPONSES_E_RANGE when nothing is at that place; RESPONSES_E_INVALID when
   `json_pointer` is not a JSON pointer. */
RESPONSES_API int responses_response_get(const responses_response *response,
                                         const char *json_pointer, int *type, const char **value,
                                         size_t *len);

/* Makes a copy of the response as it is now, which you own.
   Returns RESPONSES_OK, RESPONSES_E_INVALID or RESPONSES_E_NOMEM. */
RESPONSES_API int responses_response_clone(const responses_response *response,
                                           responses_response **out);

RESPONSES_API void responses_response_free(responses_response *response);

/* ---- event ----------------------------------------------------------------------------------- */

/* One event of a stream, borrowed until the next call with its parent. Clone it to keep it. */
typedef struct responses_event responses_event;

/* The type as the server names it: "response.output_text.delta". Never NULL. An error in a shape
   that is not documented, such as {"error": {...}}, has the type "error". */
RESPONSES_API const char *responses_event_type(const responses_event *event);

/* The type as a number that never changes, RESPONSES_EVENT_..., for use in a switch. An event of a
   type that this library does not know is RESPONSES_EVENT_OTHER, and is handed over too. */
RESPONSES_API int responses_event_kind(const responses_event *event);

/* The "sequence_number", 0 to 2^63-1; -1 when the event has none. */
RESPONSES_API int64_t responses_event_sequence(const responses_event *event);

/* The text of a delta, without quotes and escapes: answer text, function arguments, code, summary.
   "" when the event has no delta, or its delta is not text. The texts of a part's deltas, joined,
   are the text of the part. Some servers cut a character beyond U+FFFF in two, "\ud83d" and
   "\ude00" in two deltas: the second delta then has the whole character. Half a character without
   its other half is U+FFFD. */
RESPONSES_API const char *responses_event_text(const responses_event *event, size_t *len);

/* The event's JSON: the server's bytes unchanged, NaN and Infinity included. An event without data,
   or whose data is only space, is a sign of life like a comment: it is not handed over. */
RESPONSES_API const char *responses_event_json(const responses_event *event, size_t *len);

/* The id of the response that the event belongs to; "" while it is not known. */
RESPONSES_API const char *responses_event_response_id(const responses_event *event);

/* "item_id"; "" when the event has none. */
RESPONSES_API const char *responses_event_item_id(const responses_event *event);

/* "output_index"; and "content_index", "summary_index" or "command_index", whichever the event has.
   -1 when it has none. */
RESPONSES_API int responses_event_output_index(const responses_event *event);
RESPONSES_API int responses_event_content_index(const responses_event *event);

/* As responses_response_get(), for the event's JSON: "/item/name".
   Returns the same statuses. */
RESPONSES_API int responses_event_get(const responses_event *event, const char *json_pointer,
                                      int *type, const char **value, size_t *len);

/* Makes a copy of the event, which you own.
   Returns RESPONSES_OK, RESPONSES_E_INVALID or RESPONSES_E_NOMEM. */
RESPONSES_API int responses_event_clone(const responses_event *event, responses_event **out);

/* Frees a clone. Does nothing to a borrowed event. */
RESPONSES_API void responses_event_free(responses_event *event);

/* The kinds of events. Beside each is the "type" that it stands for; where that begins with a
   point, put "response" in front. Numbers that are missing here are reserved. */
#define RESPONSES_EVENT_OTHER 0 /* every type that is not below */

/* of a response */
#define RESPONSES_EVENT_CREATED     1  /* .created */
#define RESPONSES_EVENT_QUEUED      2  /* .queued */
#define RESPONSES_EVENT_IN_PROGRESS 3  /* .in_progress */
#define RESPONSES_EVENT_COMPLETED   4  /* .completed, also .done */
#define RESPONSES_EVENT_INCOMPLETE  5  /* .incomplete */
#define RESPONSES_EVENT_FAILED      6  /* .failed */
#define RESPONSES_EVENT_CANCELLED   65 /* .cancelled */

/* of a stream */
#define RESPONSES_EVENT_ERROR     7 /* error, also .error */
#define RESPONSES_EVENT_KEEPALIVE 8 /* keepalive, also .keep_alive */

/* of output items and their parts */
#define RESPONSES_EVENT_OUTPUT_ITEM_ADDED  10 /* .output_item.added */
#define RESPONSES_EVENT_OUTPUT_ITEM_DONE   11 /* .output_item.done */
#define RESPONSES_EVENT_CONTENT_PART_ADDED 12 /* .content_part.added */
#define RESPONSES_EVENT_CONTENT_PART_DONE  13 /* .content_part.done */

/* of text */
#define RESPONSES_EVENT_OUTPUT_TEXT_DELTA            14 /* .output_text.delta */
#define RESPONSES_EVENT_OUTPUT_TEXT_DONE             15 /* .output_text.done */
#define RESPONSES_EVENT_OUTPUT_TEXT_ANNOTATION_ADDED 16 /* .output_text.annotation.added */
#define RESPONSES_EVENT_REFUSAL_DELTA                17 /* .refusal.delta */
#define RESPONSES_EVENT_REFUSAL_DONE                 18 /* .refusal.done */

/* of calls of functions and custom tools */
#define RESPONSES_EVENT_FUNCTION_CALL_ARGUMENTS_DELTA 20 /* .function_call_arguments.delta */
#define RESPONSES_EVENT_FUNCTION_CALL_ARGUMENTS_DONE  21 /* .function_call_arguments.done */
#define RESPONSES_EVENT_CUSTOM_TOOL_CALL_INPUT_DELTA  22 /* .custom_tool_call_input.delta */
#define RESPONSES_EVENT_CUSTOM_TOOL_CALL_INPUT_DONE   23 /* .custom_tool_call_input.done */

/* of reasoning */
#define RESPONSES_EVENT_REASONING_SUMMARY_PART_ADDED 24 /* .reasoning_summary_part.added */
#define RESPONSES_EVENT_REASONING_SUMMARY_PART_DONE  25 /* .reasoning_summary_part.done */
#define RESPONSES_EVENT_REASONING_SUMMARY_TEXT_DELTA 26 /* .reasoning_summary_text.delta */
#define RESPONSES_EVENT_REASONING_SUMMARY_TEXT_DONE  27 /* .reasoning_summary_text.done */
#define RESPONSES_EVENT_REASONING_TEXT_DELTA         28 /* .reasoning_text.delta */
#define RESPONSES_EVENT_REASONING_TEXT_DONE          29 /* .reasoning_text.done */

/* of file and web search */
#define RESPONSES_EVENT_FILE_SEARCH_CALL_IN_PROGRESS 30 /* .file_search_call.in_progress */
#define RESPONSES_EVENT_FILE_SEARCH_CALL_SEARCHING   31 /* .file_search_call.searching */
#define RESPONSES_EVENT_FILE_SEARCH_CALL_COMPLETED   32 /* .file_search_call.completed */
#define RESPONSES_EVENT_WEB_SEARCH_CALL_IN_PROGRESS  33 /* .web_search_call.in_progress */
#define RESPONSES_EVENT_WEB_SEARCH_CALL_SEARCHING    34 /* .web_search_call.searching */
#define RESPONSES_EVENT_WEB_SEARCH_CALL_COMPLETED    35 /* .web_search_call.completed */

/* of the code interpreter */
#define RESPONSES_EVENT_CODE_INTERPRETER_IN_PROGRESS  36 /* .code_interpreter_call.in_progress */
#define RESPONSES_EVENT_CODE_INTERPRETER_INTERPRETING 37 /* .code_interpreter_call.interpreting */
#define RESPONSES_EVENT_CODE_INTERPRETER_COMPLETED    38 /* .code_interpreter_call.completed */
#define RESPONSES_EVENT_CODE_INTERPRETER_CODE_DELTA   39 /* .code_interpreter_call_code.delta */
#define RESPONSES_EVENT_CODE_INTERPRETER_CODE_DONE    40 /* .code_interpreter_call_code.done */

/* of image generation */
#define RESPONSES_EVENT_IMAGE_GENERATION_IN_PROGRESS   41 /* .image_generation_call.in_progress */
#define RESPONSES_EVENT_IMAGE_GENERATION_GENERATING    42 /* .image_generation_call.generating */
#define RESPONSES_EVENT_IMAGE_GENERATION_PARTIAL_IMAGE 43 /* .image_generation_call.partial_image */
#define RESPONSES_EVENT_IMAGE_GENERATION_COMPLETED     44 /* .image_generation_call.completed */

/* of MCP servers */
#define RESPONSES_EVENT_MCP_LIST_TOOLS_IN_PROGRESS 45 /* .mcp_list_tools.in_progress */
#define RESPONSES_EVENT_MCP_LIST_TOOLS_COMPLETED   46 /* .mcp_list_tools.completed */
#define RESPONSES_EVENT_MCP_LIST_TOOLS_FAILED      47 /* .mcp_list_tools.failed */
#define RESPONSES_EVENT_MCP_CALL_IN_PROGRESS       48 /* .mcp_call.in_progress */
#define RESPONSES_EVENT_MCP_CALL_COMPLETED         49 /* .mcp_call.completed */
#define RESPONSES_EVENT_MCP_CALL_FAILED            50 /* .mcp_call.failed */
#define RESPONSES_EVENT_MCP_CALL_ARGUMENTS_DELTA   51 /* .mcp_call_arguments.delta */
#define RESPONSES_EVENT_MCP_CALL_ARGUMENTS_DONE    52 /* .mcp_call_arguments.done */

/* of the shell */
#define RESPONSES_EVENT_SHELL_CALL_COMMAND_ADDED        53 /* .shell_call_command.added */
#define RESPONSES_EVENT_SHELL_CALL_COMMAND_DELTA        54 /* .shell_call_command.delta */
#define RESPONSES_EVENT_SHELL_CALL_COMMAND_DONE         55 /* .shell_call_command.done */
#define RESPONSES_EVENT_SHELL_CALL_OUTPUT_CONTENT_DELTA 56 /* .shell_call_output_content.delta */
#define RESPONSES_EVENT_SHELL_CALL_OUTPUT_CONTENT_DONE  57 /* .shell_call_output_content.done */

/* of the rest */
#define RESPONSES_EVENT_COMPACTION_COMPACTING  58 /* .compaction.compacting */
#define RESPONSES_EVENT_AUDIO_DELTA            59 /* .audio.delta */
#define RESPONSES_EVENT_AUDIO_DONE             60 /* .audio.done */
#define RESPONSES_EVENT_AUDIO_TRANSCRIPT_DELTA 61 /* .audio.transcript.delta */
#define RESPONSES_EVENT_AUDIO_TRANSCRIPT_DONE  62 /* .audio.transcript.done */

/* of patches */
#define RESPONSES_EVENT_APPLY_PATCH_DIFF_DELTA 63 /* .apply_patch_call_operation_diff.delta */
#define RESPONSES_EVENT_APPLY_PATCH_DIFF_DONE  64 /* .apply_patch_call_operation_diff.done */

/* of steering, in a session */
#define RESPONSES_EVENT_STEER_ACCEPTED 66 /* .steer.accepted */
#define RESPONSES_EVENT_STEER_PENDING  67 /* .steer.pending */
#define RESPONSES_EVENT_STEER_FAILED   68 /* .steer.failed */

/* ---- blocking operations --------------------------------------------------------------------- */

/*
 * Each returns when the answer is complete: RESPONSES_OK with the response in `*out`, or an error.
 *
 * `json` is the body of the request as the API documents it, n its length or RESPONSES_NTS. The
 * library sends it unchanged, with fields that it does not know, except for "stream", which the
 * operation sets. It must be JSON in UTF-8; NaN and Infinity are refused. `params_json` is a JSON
 * object of query parameters, which the library also passes on without knowing them. It may be
 * NULL; n is then ignored.
 *
 * Failures that may pass are retried up to max_retries times. Every request but a GET has an
 * Idempotency-Key, and a retry has the same one.
 *
 * A server that sends events where one document was asked for is understood.
 *
 * All of them return RESPONSES_OK, or one of these:
 *   RESPONSES_E_INVALID      an argument is wrong, no key is set for the standard base_url, or a
 *                            proxy variable is malformed. Nothing was sent.
 *   RESPONSES_E_CANCELLED    responses_client_interrupt(), or the client was freed.
 *   RESPONSES_E_TIMEOUT      a time limit of the client's options, named in the message.
 *   RESPONSES_E_NETWORK      name lookup, connection, proxy, a broken connection, no descriptors.
 *   RESPONSES_E_TLS          the server's certificate, the client's, or the handshake.
 *   RESPONSES_E_HTTP         a redirect, which the library does not follow, or an answer that is
 *                            neither JSON nor events.
 *   RESPONSES_E_API          HTTP status 400 or more; or an answer with status 200 that is an
 *                            error: {"error": {...}}, {"error": "text"}, {"object": "error", ...},
 *                            {"errors": [...]}, {"detail": ...}, {"success": false}, a "message"
 *                            or a code of an error without anything that an answer has, or a list
 *                            of one of them. A response with the status "failed" has an id
 *                            and is an answer, not an error.
 *                            responses_send() takes only what can be nothing else for an error.
 *   RESPONSES_E_PROTOCOL     the answer is not HTTP, not JSON, or empty.
 *   RESPONSES_E_TRUNCATED    the server answered with events, and they ended too early.
 *   RESPONSES_E_LIMIT        max_event_bytes or max_response_bytes; or headers of more than 256 KiB
 *                            in all, 100 KiB in one line, or 1,000 interim answers.
 *   RESPONSES_E_UNSUPPORTED  an option that the libcurl of this system cannot do.
 *   RESPONSES_E_USER         your function for keys freed its request without an answer.
 *   RESPONSES_E_FORKED, RESPONSES_E_NOMEM
 */

#define RESPONSES_NTS ((size_t)-1)

/* POST /responses. With "background": true it returns at once, and the response has the status
   "queued". Some servers ignore "background" and answer when the response has ended: check its
   status before you wait for it or cancel it. */
RESPONSES_API int responses_create(responses_client *client, const char *json, size_t n,
                                   responses_response **out, responses_error **err);

/* GET /responses/{id}. params: "include" (array of strings). */
RESPONSES_API int responses_get(responses_client *client, const char *id, const char *params_json,
                                size_t n, responses_response **out, responses_error **err);

/* POST /responses/{id}/cancel: stops a background response at the server. `*out` has the status
   "cancelled". When you stop reading a stream, or waiting for a response, it keeps running at the
   server: call this afterwards, with the id in RESPONSES_ERROR_RESPONSE_ID. A response that is not
   in the background stops when its connection is closed, and needs no cancel. */
RESPONSES_API int responses_cancel(responses_client *client, const char *id,
                                   responses_response **out, responses_error **err);

/* DELETE /responses/{id}. The answer has "/deleted", and no status or text. When a connection broke
   after the request was sent, and the retry is answered with 404, the result is RESPONSES_E_API,
   and the message says that the first attempt may have deleted the response. */
RESPONSES_API int responses_delete(responses_client *client, const char *id,
                                   responses_response **out, responses_error **err);

/* GET /responses/{id}/input_items: one page. params: "limit" (1..100), "order" ("asc", "desc"),
   "after" (an item's id), "include". The page has "data", "has_more" and "last_id". For the next
   page, pass "last_id" as "after"; where a server sends no "last_id", pass the "id" of the last
   item in "data".
   Also RESPONSES_E_PROTOCOL when you asked for a page after an item, and it says that more follow
   but names no later item: paging would never end. A first page is handed over if it has items,
   even when it names nothing to continue from. */
RESPONSES_API int responses_list_input_items(responses_client *client, const char *id,
                                             const char *params_json, size_t n,
                                             responses_response **out, responses_error **err);

/* POST /responses/input_tokens: counts the tokens of an input. */
RESPONSES_API int responses_count_input_tokens(responses_client *client, const char *json, size_t n,
                                               responses_response **out, responses_error **err);

/* POST /responses/compact: shortens a long conversation. */
RESPONSES_API int responses_compact(responses_client *client, const char *json, size_t n,
                                    responses_response **out, responses_error **err);

/* Gets a background response repeatedly until it has ended. Check its status: "completed",
   "failed", "incomplete" or "cancelled". It polls for at most timeout_ms; -1 means without limit.
   When a server cannot be reached for a while, for example because it restarts, or sends a web page
   in place of the response it sent before, polling goes on within timeout_ms; with -1,
   resume_attempts times. A longer pause that the server asks for is kept if timeout_ms allows it; a
   shorter one does not shorten the library's own pauses.
   Also RESPONSES_E_TIMEOUT when timeout_ms have passed: the response goes on at the server. */
RESPONSES_API int responses_wait(responses_client *client, const char *id, int timeout_ms,
                                 responses_response **out, responses_error **err);

/* Any other endpoint below base_url. `method` is GET, POST, PUT, PATCH or DELETE; `path` is
   percent-encoded, such as "/conversations" or "/models?limit=5"; `json` is the body, or NULL.
   Also RESPONSES_E_INVALID for a path with "." or ".." as a segment, in any spelling: no request
   leaves base_url. */
RESPONSES_API int responses_send(responses_client *client, const char *method, const char *path,
                                 const char *json, size_t n, responses_response **out,
                                 responses_error **err);

/* ---- streaming with a callback --------------------------------------------------------------- */

/*
 * Your function for events. It is called once for every event, in order, on your thread. Return 0
 * to go on, and any other number to stop the call.
 */
typedef int (*responses_event_fn)(const responses_event *event, void *user_data);

/*
 * Streams the events of a new response, and of one that exists. `on_event` may be NULL if you only
 * want the final response. RESPONSES_OK is returned only after the terminal event, and `*out` is
 * then the final response, with the status "completed" or "incomplete". On failure `*out` is what
 * arrived, if anything did, and you free it: only here can `*out` be set along with `*err`.
 *
 * Return the statuses of blocking operations, with these differences:
 *   RESPONSES_E_USER       also when your function returned a number other than 0.
 *   RESPONSES_E_API        also after the event "response.failed" or "error", or an error in
 *                          another shape, such as an event {"error": {...}} without a type. The
 *                          event is handed over first. If it is the first event, keepalives apart,
 *                          and the failure may pass, the request is retried instead.
 *   RESPONSES_E_TRUNCATED  the stream ended without a terminal event and could not be resumed.
 *   RESPONSES_E_LIMIT      also when an HTTP/2 stream was not read; see max_queue_bytes.
 *
 * Some servers answer with a whole response where a stream was asked for, or keep the response but
 * not its events. Then the library makes one terminal event of that response, without a sequence
 * number.
 *
 * RESUMING. The library resumes a stream by itself when its response is in the background, or was
 * asked for by its id. It asks for the events after the cursor (the number of a keepalive does not
 * move the cursor), and takes nothing but the next event of the same response:
 *   - events at or before the cursor, and keepalives, are dropped;
 *   - after a gap, events without numbers, events of another response, or an answer that is neither
 *     events nor a response, it asks once more, and then ends with RESPONSES_E_TRUNCATED;
 *   - when the stream is empty after the cursor, it gets the response once;
 *   - when the server's events have no numbers at all, it polls the response until that has ended.
 * A "starting_after" of yours is held to the same rules. On an unbroken connection gaps in the
 * numbers are accepted, as long as they rise.
 */
RESPONSES_API int responses_create_stream(responses_client *client, const char *json, size_t n,
                                          responses_event_fn on_event, void *user_data,
                                          responses_response **out, responses_error **err);

/* For a background response that was created with "stream": true: its events from the first on, or,
   with params "starting_after" (a sequence number), those after it. Other params: "include",
   "include_obfuscation". When the server has no more events and the response has ended, the library
   hands it over in one terminal event. */
RESPONSES_API int responses_get_stream(responses_client *client, const char *id,
                                       const char *params_json, size_t n,
                                       responses_event_fn on_event, void *user_data,
                                       responses_response **out, responses_error **err);

/* ---- calls: start now, read later ------------------------------------------------------------ */

/* One operation that is under way, or has ended. */
typedef struct responses_call responses_call;

/* Start the operations above. They check their arguments, do no I/O that blocks, and return at
   once. Each returns RESPONSES_OK with a call in `*out`; RESPONSES_E_INVALID when an argument is
   wrong, no key is set for the standard base_url; RESPONSES_E_FORKED; RESPONSES_E_NOMEM. All else
   is reported by responses_call_next(). */
RESPONSES_API int responses_create_start(responses_client *client, const char *json, size_t n,
                                         responses_call **out, responses_error **err);
RESPONSES_API int responses_create_stream_start(responses_client *client, const char *json,
                                                size_t n, responses_call **out,
                                                responses_error **err);
RESPONSES_API int responses_get_start(responses_client *client, const char *id,
                                      const char *params_json, size_t n, responses_call **out,
                                      responses_error **err);
RESPONSES_API int responses_get_stream_start(responses_client *client, const char *id,
                                             const char *params_json, size_t n,
                                             responses_call **out, responses_error **err);
RESPONSES_API int responses_cancel_start(responses_client *client, const char *id,
                                         responses_call **out, responses_error **err);
RESPONSES_API int responses_delete_start(responses_client *client, const char *id,
                                         responses_call **out, responses_error **err);
RESPONSES_API int responses_list_input_items_start(responses_client *client, const char *id,
                                                   const char *params_json, size_t n,
                                                   responses_call **out, responses_error **err);
RESPONSES_API int responses_count_input_tokens_start(responses_client *client, const char *json,
                                                     size_t n, responses_call **out,
                                                     responses_error **err);
RESPONSES_API int responses_compact_start(responses_client *client, const char *json, size_t n,
                                          responses_call **out, responses_error **err);
RESPONSES_API int responses_wait_start(responses_client *client, const char *id, int timeout_ms,
                                       responses_call **out, responses_error **err);
RESPONSES_API int responses_send_start(responses_client *client, const char *method,
                                       const char *path, const char *json, size_t n,
                                       responses_call **out, responses_error **err);

/* Reads the next event; it never blocks. The event is borrowed until the next call with this call.
   A call that does not stream has no events: it gives RESPONSES_AGAIN, then RESPONSES_DONE. Once a
   call has ended, the result stays the same.
   Returns RESPONSES_OK with `*event`; RESPONSES_AGAIN when there is none yet; RESPONSES_DONE when
   the call has ended well; RESPONSES_E_BUSY; or, when the call has failed, the status of its
   operation as listed with the blocking ones, with RESPONSES_E_CANCELLED also after
   responses_call_cancel(). */
RESPONSES_API int responses_call_next(responses_call *call, const responses_event **event,
                                      responses_error **err);

#define RESPONSES_BATCH_JSON 1 /* flag: copy each event's JSON as well */

/*
 * Reads as many events as are there and fit into your buffer, for languages in which each foreign
 * call is expensive. `*count` is how many, `*used` their bytes. The buffer needs no alignment.
 * Returns RESPONSES_OK when there is at least one event; RESPONSES_E_RANGE when the buffer is too
 * small for the first, with the bytes it needs in `*used`, and nothing is lost; RESPONSES_E_INVALID
 * for unknown flags; otherwise as responses_call_next().
 *
 * Records follow each other. Each has, in the byte order of the machine, at these offsets:
 *     0  uint32  size of the record, a multiple of 8        24  uint32  length of type
 *     4  int32   kind                                       28  uint32  length of text
 *     8  int64   sequence                                   32  uint32  length of item id
 *    16  int32   output index                               36  uint32  length of JSON
 *    20  int32   content index                              40  type, text, item id, JSON,
 *                                                               each followed by one NUL
 */
RESPONSES_API int responses_call_next_batch(responses_call *call, int flags, void *buffer,
                                            size_t capacity, size_t *used, int *count,
                                            responses_error **err);

/*
 * Reads an answer as the server sent it, for programs that pass it on or read it by themselves. The
 * call must have been started by a client whose option "raw" is 1. Then:
 *   - An answer with an HTTP status from 200 to 299 is a success, whatever it consists of: JSON
 *     that tells of an error, a page, nothing. responses_response_json() has its bytes, which need
 *     not be JSON, and responses_response_header() its type. All other answers are errors as ever;
 *     see RESPONSES_ERROR_BODY and max_error_bytes.
 *   - The head comes first: RESPONSES_OK with 0 in `*len`, as soon as status and headers are
 *     there. responses_call_response() has them from then on.
 *   - A stream comes as its text: whole events, with the comments and other lines before them.
 *     What the library resumes has no gap, no repetition and no seam. An event that it made of a
 *     document comes as the text of an event. What follows the terminal event is left out.
 *   - Any other answer comes in one piece when it is complete, as does that of responses_wait().
 * Retries, resuming and limits are those of the operation. After the head a request may still be
 * sent anew, as long as no event was handed over; the head is handed over once.
 *
 * `*bytes` is borrowed until the next call with this call. Only their number says where they end:
 * no NUL is behind them.
 * Returns RESPONSES_OK; RESPONSES_AGAIN when there is nothing yet; RESPONSES_DONE when the call has
 * ended well and all was read; RESPONSES_E_INVALID when the call is not raw and no download, or its
 * events were read by responses_call_next(), which a program may go over to after the head;
 * otherwise as responses_call_next(). A stream that told of an error ends with RESPONSES_E_API
 * after its text.
 */
RESPONSES_API int responses_call_next_bytes(responses_call *call, const char **bytes, size_t *len,
                                            responses_error **err);

/* Waits until responses_call_next() has something other than RESPONSES_AGAIN to return: an event,
   the end, or an error; for a raw call, until responses_call_next_bytes() has. With timeout_ms 0 it
   does what can be done now, for all calls of the client, and returns: a program may poll with this
   and responses_call_next() in turn.
   Returns RESPONSES_OK, also when the call has failed; RESPONSES_AGAIN when timeout_ms have passed
   (-1: no limit) or the client was interrupted; RESPONSES_E_BUSY. */
RESPONSES_API int responses_call_wait(responses_call *call, int timeout_ms);

/* Ends the call with RESPONSES_E_CANCELLED, whatever it is doing. Any thread, also in a callback.
   Events that were not read yet are dropped. A call that has ended already stays as it is. The
   connection is closed and nothing is sent: a background response goes on at the server. Stop it
   with responses_cancel(), or resume it at the cursor of the error.
   Returns RESPONSES_OK, RESPONSES_E_INVALID or RESPONSES_E_FORKED. */
RESPONSES_API int responses_call_cancel(responses_call *call);

/* The response as its events have built it so far, and in the end the final response. Borrowed
   until the next call with this call. NULL when nothing has arrived.
   It has all deltas of its output items in their places: text, refusals, log probabilities,
   annotations, reasoning and its summary, arguments, input, code, the diff of a patch, commands and
   their output. Audio is not part of a response: it is in the events alone. An item whose end has
   not arrived keeps the status that arrived last, such as "in_progress". When the response has
   ended, such an item gets the status "completed", or "incomplete" if the response is not
   completed. */
RESPONSES_API const responses_response *responses_call_response(const responses_call *call);

/* A pointer of yours that the call keeps for you. Any thread.
   responses_call_set_user_data() returns RESPONSES_OK, RESPONSES_E_INVALID or
   RESPONSES_E_FORKED. */
RESPONSES_API int responses_call_set_user_data(responses_call *call, void *user_data);
RESPONSES_API void *responses_call_user_data(const responses_call *call);

/* Frees the call, at any time and from any thread. A call that is still running is cancelled, and a
   thread that waits in it returns. */
RESPONSES_API void responses_call_free(responses_call *call);

/* ---- sessions: many turns over one connection ------------------------------------------------ */

/*
 * WebSocket mode of the API. A session is one connection to /responses, over which a program sends
 * turn after turn. A turn is a response.create; it is a call like any other, with events, a
 * response and errors. The server keeps the last response of each lane at hand, so a turn that goes
 * on from it sends its new input and "previous_response_id" alone, also with "store": false.
 *
 *     responses_session *session;
 *     responses_session_open(client, &session, &error);
 *     responses_session_create_stream(session, "{\"model\":\"gpt-5\",\"input\":\"Plan the day.\"}",
 *                                     RESPONSES_NTS, on_event, NULL, &response, &error);
 *
 * LANES. Turns with the same "stream_id" (1 to 256 of A-Z a-z 0-9 _ . -) are one lane, as are those
 * without any. The turns of one lane are sent one after the other, in the order of the calls, each
 * when the one before it has ended. Lanes run side by side. Turns beyond session_turns wait here,
 * and while they do, of the time limits timeout_ms alone runs. A turn that is sent again keeps its
 * place. The API keeps 32 names of lanes for a connection: a turn in another lane ends with
 * RESPONSES_E_API and the code "websocket_stream_limit_reached". Use a name again, or another
 * session.
 *
 * All turns of a session share one connection, and a server cannot be paused for one of them. A
 * single turn that is not read is paused as any call is. With several, those that wait among them,
 * one that has 32 times max_queue_bytes unread holds up the others, and if it was not read for a
 * second, ends with RESPONSES_E_LIMIT.
 *
 * WHEN THE CONNECTION ENDS, for whatever reason, the session makes another by itself as soon as a
 * turn needs it, with the retries and pauses of a request; the number of responses_session_
 * connections() then grows by one. What that means for a turn:
 *   - It was not sent: it is sent over the next connection.
 *   - It was sent: it is never sent again, because the server may have processed it. Where the
 *     server said that it stores the response ("store": true in its first event), the library asks
 *     for it by GET until it has ended, for idle_timeout_ms at most, and hands it over in one
 *     terminal event. Otherwise, and when the server refuses that, the turn ends with
 *     RESPONSES_E_TRUNCATED, its part of the response and its cursor.
 *   - The server refused it: as with a request, it is sent again where that may help, up to
 *     max_retries times. That is also so after "websocket_connection_limit_reached", with which the
 *     API ends a connection after 60 minutes: no turn is lost for that.
 * After that the server no longer has at hand what was not stored: a turn that goes on from such a
 * response ends with RESPONSES_E_API and the code "previous_response_not_found". Send the whole
 * conversation then.
 *
 * A turn that is cancelled or freed before its end, or that reaches a time limit, makes the session
 * use another connection for what comes next. The old one is closed as soon as no other turn is
 * under way over it, which stops the work at the server.
 *
 * A function for keys (responses_client_set_key_callback()) is asked before each connection, by the
 * call of a turn that waits for it: no turn has a key of its own.
 *
 * A session is answered and kept alive while the library is used: in a wait, by a thread that is in
 * a blocking function, or by responses_client_dispatch(). It needs a server and a proxy that let
 * WebSocket through (RFC 6455), over HTTP/1.1. The option "raw" does not apply. A session follows
 * the rules of a client for threads and fork: any thread may use and free it.
 *
 * Since 0.1.
 */
typedef struct responses_session responses_session;

/* Opens a session, with the options that the client has now. The first returns when the server has
   agreed. The second returns at once: turns may be started, and wait until then. Its `call`, which
   may be NULL, has no events; it ends with RESPONSES_DONE when the server has agreed, and with the
   reason when it has not. It is yours like any other call, and the session does not need it.
   Returns RESPONSES_OK; RESPONSES_E_INVALID when no key is set for the standard base_url;
   RESPONSES_E_UNSUPPORTED when this libcurl is older than 7.76. When the server did not agree:
   RESPONSES_E_API with the HTTP status, if that is 400 or more; RESPONSES_E_HTTP for another
   answer; RESPONSES_E_PROTOCOL when its answer breaks RFC 6455; or as responses_create(). The limit
   for its answer is connect_timeout_ms once more. */
RESPONSES_API int responses_session_open(responses_client *client, responses_session **out,
                                         responses_error **err);
RESPONSES_API int responses_session_open_start(responses_client *client, responses_session **out,
                                               responses_call **call, responses_error **err);

/* One turn, in the four ways of responses_create(). `json` is the body of create; "stream_id" names
   a lane, and "generate": false only prepares the server. "type" is added, and "stream" left out.
   The response has the HTTP status and the headers of the connection, 101; an error has the status
   that the server's event names, or 0.
   Each returns RESPONSES_OK, or as its namesake without a session; also RESPONSES_E_INVALID for
   "background": true, another "type", and a "stream_id" that is none; RESPONSES_E_CANCELLED when
   the session is freed. */
RESPONSES_API int responses_session_create(responses_session *session, const char *json, size_t n,
                                           responses_response **out, responses_error **err);
RESPONSES_API int responses_session_create_stream(responses_session *session, const char *json,
                                                  size_t n, responses_event_fn on_event,
                                                  void *user_data, responses_response **out,
                                                  responses_error **err);
RESPONSES_API int responses_session_create_start(responses_session *session, const char *json,
                                                 size_t n, responses_call **out,
                                                 responses_error **err);

/* Sends another event of the client, which `json` is, whole with its "type". It is sent at once,
   and never over another connection than the one that is there.
   "response.steer" gives more input to the response named by "previous_response_id", while that is
   under way over this session. The call has the events that answer it: response.steer.accepted, and
   then those of the response that the server makes of the input by itself, to its end. It also ends
   well with response.steer.pending: the server keeps the input for the next turn that goes on from
   that response, which is yours to send. With response.steer.failed it ends with RESPONSES_E_API.
   Where several were sent for one response, the first has the events, and the others end with
   response.created.
   An event of any other type is sent, and its call ends with RESPONSES_DONE: what answers it, if it
   is not an event of a turn, is in the log alone.
   Returns as above; also RESPONSES_E_INVALID when `json` has no "type", or has that of a turn; the
   call ends with RESPONSES_E_NETWORK when there is no connection. */
RESPONSES_API int responses_session_send_start(responses_session *session, const char *json,
                                               size_t n, responses_call **out,
                                               responses_error **err);

/* How many connections the session has made: 0 before the first, 1 with it. It grows when the
   session had to make another: then the server has nothing at hand that it does not store. -1 when
   `session` is none. */
RESPONSES_API int responses_session_connections(const responses_session *session);

/* Frees the session. Turns that have not ended end with RESPONSES_E_CANCELLED; free their calls
   before or after. The server is told (RFC 6455, 7.1.2), and has a second to answer while the
   client is used; nothing waits for it. */
RESPONSES_API void responses_session_free(responses_session *session);

/* ---- tools: functions that the model calls --------------------------------------------------- */

/*
 * A model may answer with calls of functions in place of a text. A run creates a response, calls
 * your functions for what the model asks, creates the next response with their outputs, and so on,
 * until a response calls none:
 *
 *     static void get_weather(responses_tool_call *call, void *user_data)
 *     {
 *         char city[100] = "";
 *         (void)user_data;
 *         responses_json_read_string(responses_tool_call_arguments(call, NULL), RESPONSES_NTS,
 *                                    "/city", city, sizeof city, NULL);
 *         responses_tool_call_answer(call, weather_of(city), RESPONSES_NTS, NULL);
 *         responses_tool_call_free(call);
 *     }
 *
 *     responses_tools_new(&tools, &error);
 *     responses_tools_add(tools, "get_weather", "The weather of a city today.",
 *         "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
 *         "\"required\":[\"city\"],\"additionalProperties\":false}", RESPONSES_NTS,
 *         get_weather, NULL, &error);
 *     responses_run(client, "{\"model\":\"gpt-5\",\"input\":\"Do I need a coat in Oslo?\"}",
 *                   RESPONSES_NTS, tools, on_event, NULL, &response, &error);
 *
 * Since 0.1. docs/tools.md has the rules in full; they are the same in every language.
 */

/* Functions that a model may call. */
typedef struct responses_tools responses_tools;

/* One call of one of them. */
typedef struct responses_tool_call responses_tool_call;

/*
 * Your function. `call` is yours, on whatever thread: give its output and free it, before you
 * return or later. It is called once for every call that a response has, in their order; calls of
 * one response may be answered in any order, and the next request is sent when all of them are.
 *
 * It runs on the thread that reads or waits for the run, or that is in
 * responses_client_next_ready(). No lock is held, and it may use the library; the call of the run
 * is busy. Until all outputs are there, no time limit runs, and other calls go on. In an event loop
 * answer later rather than wait.
 *
 * The run may be cancelled or freed while a call waits for its output, and the process may fork: a
 * child frees its copy of the call, which has no effect on the parent.
 */
typedef void (*responses_tool_fn)(responses_tool_call *call, void *user_data);

/* Makes a set without functions. It has no client, and may be used for any number of runs.
   Returns RESPONSES_OK or RESPONSES_E_NOMEM. */
RESPONSES_API int responses_tools_new(responses_tools **out, responses_error **err);

/* Adds a function. `name` is 1 to 128 of A-Z a-z 0-9 _ -. `description` tells the model when to
   call it and may be NULL. `parameters_json` is a JSON schema of type "object", its length n or
   RESPONSES_NTS; NULL stands for no parameters. A function `fn` of NULL is one that the run leaves
   to you: see responses_run(). `user_data` must last as long as runs with this set. Use one thread
   at a time, and none while a run is started with the set.
   Returns RESPONSES_OK; RESPONSES_E_INVALID when the name is malformed or taken, or the schema is
   not one. */
RESPONSES_API int responses_tools_add(responses_tools *tools, const char *name,
                                      const char *description, const char *parameters_json,
                                      size_t n, responses_tool_fn fn, void *user_data,
                                      responses_error **err);

/* The same with all that the API documents of a tool: {"type":"function","name":"get_weather",
   "strict":true,"parameters":{...}}, or of the type "custom", whose input is text.
   Returns the same statuses; also RESPONSES_E_INVALID for another type. */
RESPONSES_API int responses_tools_add_json(responses_tools *tools, const char *json, size_t n,
                                           responses_tool_fn fn, void *user_data,
                                           responses_error **err);

/* Frees the set. Runs that have begun go on. */
RESPONSES_API void responses_tools_free(responses_tools *tools);

/*
 * A run. `json` is the body of create, to which the functions are added; it may have tools of its
 * own. The first returns when the run is over, with the last response in `*out`. The second starts
 * a call, with which a run is read in a loop or at your own pace. Every request is a stream, and
 * the events of all responses are handed over, each response from response.created on;
 * responses_call_response() has the response that is under way, or was last.
 *
 * A run ends with RESPONSES_OK when a response calls no function, and also, with nothing called:
 *   - when it is not complete: its status or that of a call is "incomplete", or "cancelled";
 *   - when one of its calls is yours: of a function without `fn` or declared in `json`, of a
 *     custom tool, computer or shell of yours, or a request for an MCP approval. With "prompt" or
 *     a tool_search, so are those of functions that are not known here.
 * Do what it asks, and begin another run with the conversation so far.
 *
 * The model is told, in place of an output, of a function that does not exist, of arguments that
 * are no JSON object or do not fit the schema ("type", "required", "properties", "items", "enum"
 * of texts and "additionalProperties": false are checked), and of responses_tool_call_fail().
 *
 * Every request has the whole conversation: the input, then all output items and outputs. With a
 * "conversation", and after a "previous_response_id" of yours unless "store" is false, it has the
 * outputs alone. With "store": false the library asks for "reasoning.encrypted_content" and sends
 * it back; a model that refuses to be asked for it is asked without it. A "tool_choice" that
 * demands a call becomes "auto" after the first response.
 *
 * Retries, resumes and time limits are those of each request; the option timeout_ms does not limit
 * the whole run. Attempts and history of a response or an error are of the last request.
 *
 * Return the statuses of responses_create_stream() and, for the second, of the _start functions;
 * and also:
 *   RESPONSES_E_LIMIT    the response after max_steps responses still calls functions. It is in
 *                        `*out`, or in responses_call_response(). They were not called.
 *   RESPONSES_E_USER     also when a function freed its call without an output.
 *   RESPONSES_E_INVALID  also when `json` declares a function that is in `tools`. `tools` may be
 *                        NULL for none.
 */
RESPONSES_API int responses_run(responses_client *client, const char *json, size_t n,
                                responses_tools *tools, responses_event_fn on_event,
                                void *user_data, responses_response **out, responses_error **err);
RESPONSES_API int responses_run_start(responses_client *client, const char *json, size_t n,
                                      responses_tools *tools, responses_call **out,
                                      responses_error **err);

/* A run over a session. Its requests are turns, which have the outputs alone, whatever "store" is.
   When the server has lost the response before, because the session had to make another
   connection, one turn has the whole conversation, unless the run began with a
   "previous_response_id".
   Return the statuses of responses_session_create() and of responses_run(). */
RESPONSES_API int responses_session_run(responses_session *session, const char *json, size_t n,
                                        responses_tools *tools, responses_event_fn on_event,
                                        void *user_data, responses_response **out,
                                        responses_error **err);
RESPONSES_API int responses_session_run_start(responses_session *session, const char *json,
                                              size_t n, responses_tools *tools,
                                              responses_call **out, responses_error **err);

/* The name of the function, and the "call_id" that the model gave the call. Any thread; "" when
   `call` is none. Borrowed until the call is freed. */
RESPONSES_API const char *responses_tool_call_name(const responses_tool_call *call);
RESPONSES_API const char *responses_tool_call_id(const responses_tool_call *call);

/* The arguments: a JSON object that fits the schema, "{}" where the model gave none. Of a custom
   tool its input, which is any text. Read it with responses_json_get() and its kin. Any thread; ""
   when `call` is none. Borrowed until the call is freed. */
RESPONSES_API const char *responses_tool_call_arguments(const responses_tool_call *call,
                                                        size_t *len);

/* Gives the output, which is copied. The first gives text, in UTF-8. The second gives a JSON array
   of the parts input_text, input_image and input_file, for images and files, or any other JSON,
   which the model gets as text. The third says that the function failed: the model gets "Error: "
   and the message. Any thread.
   Each returns RESPONSES_OK, also when the run has ended meanwhile; RESPONSES_E_INVALID when the
   text is NULL, not UTF-8 or not JSON, after which you can still give another, or when the call has
   its output already. */
RESPONSES_API int responses_tool_call_answer(responses_tool_call *call, const char *output,
                                             size_t n, responses_error **err);
RESPONSES_API int responses_tool_call_answer_json(responses_tool_call *call, const char *json,
                                                  size_t n, responses_error **err);
RESPONSES_API int responses_tool_call_fail(responses_tool_call *call, const char *message, size_t n,
                                           responses_error **err);

/* Frees the call. One that has no output ends its run with RESPONSES_E_USER. Any thread. */
RESPONSES_API void responses_tool_call_free(responses_tool_call *call);
/* ---- files ----------------------------------------------------------------------------------- */

/*
 * Files go up and down without being held: of a file of any size a call has less than 1 MiB in
 * memory at a time.
 *
 *     responses_source *source;
 *     responses_source_file("report.pdf", &source, &error);
 *     responses_upload(client, "/files", "{\"purpose\":\"user_data\"}", RESPONSES_NTS, source,
 *                      &response, &error);
 *     responses_source_free(source);
 */

/* Bytes that the library is to send, and where it gets them from. */
typedef struct responses_source responses_source;

/*
 * Your function for bytes to send. It writes at most `capacity` bytes, at least one of them, and
 * their number to `*n`; 0 in `*n` is the end. Return 0 to go on, and any other number to stop the
 * call with RESPONSES_E_USER.
 * It runs on the thread that starts, reads or waits for the call, or that is in
 * responses_client_next_ready(). No lock is held, and it may use the library; the call is busy.
 */
typedef int (*responses_read_fn)(char *buffer, size_t capacity, size_t *n, void *user_data);

/* Goes back to the first byte, for a request that is sent again. Return 0 when that was done, any
   other number when it cannot be. */
typedef int (*responses_rewind_fn)(void *user_data);

/* Bytes in memory. They are not copied, as an exception to rule 3 of ownership: they must stay as
   they are until the source is freed and every call that uses it has ended.
   Returns RESPONSES_OK; RESPONSES_E_INVALID; RESPONSES_E_NOMEM. */
RESPONSES_API int responses_source_memory(const char *bytes, size_t n, responses_source **out,
                                          responses_error **err);

/* The file at that path, which is opened now, and has the size that it has now.
   Returns RESPONSES_OK; RESPONSES_E_INVALID when it cannot be opened, or is a directory;
   RESPONSES_E_NOMEM. */
RESPONSES_API int responses_source_file(const char *path, responses_source **out,
                                        responses_error **err);

/* What a descriptor has, from where it is now to its end. The library makes a descriptor of its own
   of it (dup), and does not move yours where it is a file. Any other, such as a pipe, is read from
   in the call, which waits for it, and can be read once: a request that has begun to read it is not
   sent again.
   Returns RESPONSES_OK; RESPONSES_E_INVALID when it cannot be read from; RESPONSES_E_NOMEM. */
RESPONSES_API int responses_source_descriptor(int fd, responses_source **out,
                                              responses_error **err);

/* What your function gives. `size` is how many bytes that will be, -1 where you do not know it: the
   request is then sent in chunks, which some servers refuse. `rewind` may be NULL: a request that
   has begun to read the source is then not sent again.
   Returns RESPONSES_OK; RESPONSES_E_INVALID; RESPONSES_E_NOMEM. */
RESPONSES_API int responses_source_callback(responses_read_fn read, responses_rewind_fn rewind,
                                            int64_t size, void *user_data, responses_source **out,
                                            responses_error **err);

/* What is said of the bytes; to be set before they are used. The names, and what stands for NULL:
     field       "file"                      the name of the part in an upload
     filename    the last part of the path,  the file's name in an upload
                 or else "file"
     media_type  application/octet-stream    such as "image/png"
   Returns RESPONSES_OK; RESPONSES_E_INVALID for another name, for an empty field, and for a
   media_type with a character that headers cannot have; RESPONSES_E_NOMEM. */
RESPONSES_API int responses_source_set(responses_source *source, const char *name,
                                       const char *value, responses_error **err);

/* Frees the source. Calls that use it go on, and so do clients to which it is attached. A memory or
   file source may be used by several calls at a time, any other by one. */
RESPONSES_API void responses_source_free(responses_source *source);

/* POST of a form with a file (multipart/form-data, RFC 7578) to a path below base_url, by the rules
   of responses_send(): "/files", "/containers/cntr_1/files". `fields_json` is a JSON object, or
   NULL. Its members are the other fields: {"expires_after":{"anchor":"created_at"}} is
   expires_after[anchor], and each element of an array is NAME[]. The fields come before the file.
   Returns as responses_send(); also RESPONSES_E_INVALID when the source has fewer bytes than it
   said, cannot be read, or was read before and cannot be read again; RESPONSES_E_USER when your
   function stopped the call. A request is sent again only where its source can be read again.
   first_event_timeout_ms begins with the last bytes that went out. */
RESPONSES_API int responses_upload(responses_client *client, const char *path,
                                   const char *fields_json, size_t n, responses_source *source,
                                   responses_response **out, responses_error **err);

/* The same, read later. A source is read while the call is read.
   Returns RESPONSES_OK, or RESPONSES_E_INVALID when an argument is wrong; all else is reported by
   responses_call_next(). */
RESPONSES_API int responses_upload_start(responses_client *client, const char *path,
                                         const char *fields_json, size_t n,
                                         responses_source *source, responses_call **out,
                                         responses_error **err);

/* Your function for bytes that arrive. Return 0 to go on, and any other number to stop the call
   with RESPONSES_E_USER. While it works, no more than max_queue_bytes arrive. */
typedef int (*responses_write_fn)(const char *bytes, size_t n, void *user_data);

/*
 * GET of a path below base_url, by the rules of responses_send(), whose answer may be anything, of
 * any size: "/files/file_1/content", "/containers/cntr_1/files/cfile_1/content". The first gives
 * the bytes to your function, the second writes them to a descriptor, from where it is now.
 * `*out` is the answer without its body: its headers have the type and the name. Neither
 * max_response_bytes nor the option "raw" applies.
 *
 * Before the first byte is handed over, a request is sent again as any other. After that, when the
 * connection breaks or falls silent (idle_timeout_ms), the rest is asked for up to resume_attempts
 * times in a row (RFC 9110, 14 and 13.1.5): a Range with the strong ETag of the file, or with its
 * Last-Modified where that is a second older than the answer. What is handed over is one and the
 * same file, each byte once. A server that sends the same file from its beginning is read again up
 * to the place.
 *
 * Also these statuses:
 *   RESPONSES_E_TRUNCATED  the connection broke, and the rest cannot be had: the server says
 *                          nothing by which the file can be known again, or the file has changed.
 *                          What was handed over is the beginning of it.
 *   RESPONSES_E_PROTOCOL   the server answered with another part of the file than was asked for.
 *   RESPONSES_E_USER       your function returned a number other than 0; or the descriptor took no
 *                          more: the message says why.
 * A server that gives no length and ends the connection can only be believed.
 * Returns RESPONSES_OK when the file is whole; or as responses_send() and above.
 */
RESPONSES_API int responses_download(responses_client *client, const char *path,
                                     responses_write_fn write, void *user_data,
                                     responses_response **out, responses_error **err);
RESPONSES_API int responses_download_to(responses_client *client, const char *path, int fd,
                                        responses_response **out, responses_error **err);

/* The same, read later with responses_call_next_bytes(): the head first, with 0 in `*len`, then the
   bytes as they arrive, then RESPONSES_DONE. responses_call_next() gives RESPONSES_E_INVALID.
   Returns RESPONSES_OK, or RESPONSES_E_INVALID when an argument is wrong; all else is reported by
   responses_call_next_bytes(). */
RESPONSES_API int responses_download_start(responses_client *client, const char *path,
                                           responses_call **out, responses_error **err);

/* Gives the client bytes by a name, 1 to 64 of A-Z a-z 0-9 _ . -, for requests that start from now
   on; NULL takes them away. In the JSON of a request every value that is exactly the string
   "attachment:NAME" is then sent as "data:MEDIA_TYPE;base64,..." with the bytes of the source, as
   "image_url" and "file_data" take it, and without being held; with a media_type of "", as the
   base64 alone. A client without attachments sends such a string as it is. Derived clients begin
   with those that there are.
   A request with an attachment is sent again only where its source can be read again. A call fails
   as in responses_upload(), and when it is started with RESPONSES_E_INVALID for a name that is not
   there. Over a session attachments cannot be sent: that is RESPONSES_E_UNSUPPORTED.
   Returns RESPONSES_OK; RESPONSES_E_INVALID for a name that is none. */
RESPONSES_API int responses_client_attach(responses_client *client, const char *name,
                                          responses_source *source, responses_error **err);

/*
 * Your function for images in answers: the bytes of "result" of an image_generation_call, and of
 * "partial_image_b64" of an event, decoded from base64 while they arrive.
 *
 * `item_id` is the id of the output item, "" where the server has sent none before the bytes.
 * `member` is the member's name. `offset` is how many bytes of this image came before: with 0 an
 * image begins, also one that was broken off and comes again. `is_last` is 1 with its last bytes,
 * of which there may be none. The result of an item that was given whole is not given again when
 * the terminal event repeats it.
 * Return 0 to go on, and any other number to stop the call with RESPONSES_E_USER.
 * It runs on the thread that reads or waits for the call, or that is in
 * responses_client_next_ready(), before the event that the bytes came in is handed over. No lock is
 * held, and it may use the library; the call is busy.
 */
typedef int (*responses_image_fn)(const char *item_id, const char *member, int64_t offset,
                                  const char *bytes, size_t n, int is_last, void *user_data);

/* Gives the images of calls that start from now on to your function, also of clients that are
   derived from now on; NULL ends that. In events, responses and texts the place of such an image
   then has "". It does not count for max_event_bytes and max_response_bytes. A value there that is
   not base64 ends its call with RESPONSES_E_PROTOCOL. `user_data` must last as long as these calls.
   Of the turns of a session each event is held until it is complete.
   Returns RESPONSES_OK, or one of the three of every function. */
RESPONSES_API int responses_client_set_image_callback(responses_client *client,
                                                      responses_image_fn fn, void *user_data);

/* ---- one descriptor for an event loop -------------------------------------------------------- */

/* The descriptor of the client. It is readable when there is something to do, from the start of a
   call on, and it never changes: sockets, timers and wake-ups are inside it. Poll it; do not read
   or close it. select() cannot take a descriptor of FD_SETSIZE (1024) or more.
   Returns the descriptor, 0 or more; RESPONSES_E_INVALID; RESPONSES_E_FORKED; RESPONSES_E_NETWORK
   when the system gives no descriptor. */
RESPONSES_API int responses_client_fd(responses_client *client);

/* Does what can be done now for all calls of the client, and never blocks.
   Returns RESPONSES_OK, RESPONSES_E_INVALID or RESPONSES_E_FORKED. */
RESPONSES_API int responses_client_dispatch(responses_client *client);

/* Gives a call that has something to read, borrowed. Read it until it returns RESPONSES_AGAIN. If
   you read only some of its events, it is given again. If you read none, it is not given again
   before you read it: it is paused when its queue is full, and costs nothing. The descriptor stays
   readable until this function has returned RESPONSES_AGAIN.
   Any thread may call this, and any thread may read the call that it gave, so a pool of workers may
   read the calls that one loop hands out. A call that another thread is using is skipped. It is
   given when that thread has left it with something to read, and the descriptor becomes readable
   for that.
   Returns RESPONSES_OK with `*call`; RESPONSES_AGAIN when there is none; RESPONSES_E_INVALID;
   RESPONSES_E_FORKED. */
RESPONSES_API int responses_client_next_ready(responses_client *client, responses_call **call);

/* Ends waits, from any thread or signal handler. It applies to the client, the clients derived from
   it and the one that it was derived from, and there to every blocking function and call that has
   begun:
   - A blocking function returns RESPONSES_E_CANCELLED, also one that is in its callback, unless the
     last event has been read.
   - Of a call that was started, it ends the wait that is going on, which returns RESPONSES_AGAIN.
     If none is, it ends the next wait that finds nothing to read, so that an interrupt between
     responses_call_next() and responses_call_wait() is not lost. Several interrupts before that
     wait count as one.
   What begins afterwards is not affected. A background response goes on at the server; see
   responses_cancel(). */
RESPONSES_API void responses_client_interrupt(responses_client *client);

/* ---- observation: what came of each attempt -------------------------------------------------- */

/* What is known of one attempt that has ended. It is lent to your function for the time of its
   call; nothing of it is valid afterwards. */
typedef struct responses_attempt responses_attempt;

/*
 * Your function for measuring, tracing and bookkeeping. It is called once for every attempt, when
 * the attempt has ended and it is known what follows, before that begins. RESPONSES_ATTEMPT_NEXT
 * says it; for the last attempt of a call that is RESPONSES_NEXT_END, and RESPONSES_ATTEMPT_STATUS
 * is then the status of the call. There is exactly one such for every call that was started, and
 * none after it. When no attempt was under way as the call ended (it waited for its first key, or
 * was in a pause), it is told with the number 0.
 *
 * It runs on the thread that starts, reads, waits for or frees the call, or that is in
 * responses_client_next_ready(). No lock is held, and it may use the library, also to free the
 * client or the call; the call itself is busy. A call that is freed before its end is told as
 * RESPONSES_E_CANCELLED by the thread that frees it, or by the one that is inside it at that time.
 * After a fork a child is told of no call of the parent. Calls of responses_decode_start() have no
 * attempts, and are not told.
 */
typedef void (*responses_attempt_fn)(const responses_attempt *attempt, void *user_data);

/* Calls your function for every attempt of calls that start from now on, also of clients that are
   derived from now on; NULL ends that. `user_data` must last as long as these calls. Without a
   function nothing is measured.
   Returns RESPONSES_OK, or one of the three of every function. */
RESPONSES_API int responses_client_set_attempt_callback(responses_client *client,
                                                        responses_attempt_fn fn, void *user_data);

#define RESPONSES_NEXT_END    0 /* nothing: the call has ended */
#define RESPONSES_NEXT_RETRY  1 /* the request again: later, elsewhere or with another key */
#define RESPONSES_NEXT_RESUME 2 /* the events after the cursor are asked for */
#define RESPONSES_NEXT_POLL   3 /* the response is asked for */
#define RESPONSES_NEXT_STEP   4 /* functions are called, and then the next step of a run is sent */

/* Numbers. Times are in microseconds since the attempt began. They are -1 for what did not happen:
   an attempt that failed to connect sent nothing, and one over a connection that was there looked
   up no name. An attempt begins when it is given to the connection. A turn of a session begins when
   it is sent, or, where it had to wait for the connection, when it began to wait. */
#define RESPONSES_ATTEMPT_NUMBER           1  /* 1 for the first of a call or step; 0: see above */
#define RESPONSES_ATTEMPT_STATUS           2  /* RESPONSES_OK, or what the attempt failed with */
#define RESPONSES_ATTEMPT_HTTP_STATUS      3  /* as responses_error_http_status(); 0: no answer */
#define RESPONSES_ATTEMPT_NEXT             4  /* RESPONSES_NEXT_... */
#define RESPONSES_ATTEMPT_PAUSE_MS         5  /* the pause until then */
#define RESPONSES_ATTEMPT_PHASE            6  /* how far it came: RESPONSES_PHASE_... */
#define RESPONSES_ATTEMPT_RETRY_AFTER_MS   7  /* the pause that the server asked for; -1: none */
#define RESPONSES_ATTEMPT_PORT             8  /* of the server, by its URL */
#define RESPONSES_ATTEMPT_REUSED           9  /* 1: the connection was there already */
#define RESPONSES_ATTEMPT_BYTES_SENT       10 /* of the request: head and body, before TLS */
#define RESPONSES_ATTEMPT_BYTES_RECEIVED   11 /* of the answer, the same */
#define RESPONSES_ATTEMPT_EVENTS           12 /* that were handed over */
#define RESPONSES_ATTEMPT_LOOKUP_US        20 /* the name was looked up */
#define RESPONSES_ATTEMPT_CONNECT_US       21 /* the connection was made */
#define RESPONSES_ATTEMPT_TLS_US           22 /* TLS was agreed on; -1 without it */
#define RESPONSES_ATTEMPT_SENT_US          23 /* the request was sent; before libcurl 8.10, begun */
#define RESPONSES_ATTEMPT_FIRST_BYTE_US    24 /* the answer began */
#define RESPONSES_ATTEMPT_FIRST_EVENT_US   25 /* the bytes came that made the first event whole */
#define RESPONSES_ATTEMPT_LAST_EVENT_US    26 /* those of the last event, as far as it was read */
#define RESPONSES_ATTEMPT_TOTAL_US         27 /* the call was done with it */
#define RESPONSES_ATTEMPT_INPUT_TOKENS     30 /* "usage" of the response; -1 without, and */
#define RESPONSES_ATTEMPT_CACHED_TOKENS    31 /* for an attempt that is followed by another */
#define RESPONSES_ATTEMPT_OUTPUT_TOKENS    32
#define RESPONSES_ATTEMPT_REASONING_TOKENS 33
#define RESPONSES_ATTEMPT_TOTAL_TOKENS     34

/* One of the numbers above, or RESPONSES_ATTEMPT_HTTP_VERSION. -1 when it is not known, and for any
   other field. */
RESPONSES_API int64_t responses_attempt_number(const responses_attempt *attempt, int field);

/* Texts, as safe to show as an error's message, and of at most 256 bytes. */
#define RESPONSES_ATTEMPT_OPERATION            40 /* "create", "get", "wait": the function */
#define RESPONSES_ATTEMPT_METHOD               41 /* of HTTP; "" for a turn of a session */
#define RESPONSES_ATTEMPT_PATH                 42 /* its shape, as in the log: "/responses/{id}" */
#define RESPONSES_ATTEMPT_HOST                 43 /* of the server, by its URL */
#define RESPONSES_ATTEMPT_HTTP_VERSION         44 /* "HTTP/1.1"; as a number 10, 11 or 20 */
#define RESPONSES_ATTEMPT_REASON               45 /* as in responses_response_history() */
#define RESPONSES_ATTEMPT_REQUEST_ID           46 /* the header x-request-id */
#define RESPONSES_ATTEMPT_RESPONSE_ID          47 /* of the response, as far as it is known */
#define RESPONSES_ATTEMPT_REQUEST_MODEL        48 /* "model" of what was sent */
#define RESPONSES_ATTEMPT_PREVIOUS_RESPONSE_ID 49 /* of what was sent */
#define RESPONSES_ATTEMPT_CONVERSATION         50 /* its id, of what was sent */
#define RESPONSES_ATTEMPT_RESPONSE_MODEL       51 /* "model" of the response; "" but for the last */

/* One of the texts above; "" when it is not known. NULL for any other field. Borrowed. */
RESPONSES_API const char *responses_attempt_text(const responses_attempt *attempt, int field,
                                                 size_t *len);

/* All of it as one JSON object on one line, with null for what is not known: docs/observation.md
   has its members. "" when memory is out. Borrowed. */
RESPONSES_API const char *responses_attempt_json(const responses_attempt *attempt, size_t *len);

/* The response that came of the attempt, complete or as far as it arrived, with what was handed
   over as events: for the last attempt of a call, and for each step of a run. NULL where there is
   none. Borrowed, as the attempt is; responses_response_clone() keeps it. */
RESPONSES_API const responses_response *
responses_attempt_response(const responses_attempt *attempt);

/* What responses_call_set_user_data() was given for the call; NULL in a blocking function. */
RESPONSES_API void *responses_attempt_user_data(const responses_attempt *attempt);

/* What a server says of how much it takes from you, in the headers x-ratelimit-..., or in those of
   the IETF (RateLimit, RateLimit-Policy, and their drafts), which are about requests unless their
   policy names tokens. */
#define RESPONSES_RATE_LIMIT_REQUESTS           1 /* in a window of time */
#define RESPONSES_RATE_LIMIT_REQUESTS_REMAINING 2 /* left of them */
#define RESPONSES_RATE_LIMIT_REQUESTS_RESET_MS  3 /* until the limit is whole again, from now on */
#define RESPONSES_RATE_LIMIT_TOKENS             4 /* the same for tokens */
#define RESPONSES_RATE_LIMIT_TOKENS_REMAINING   5
#define RESPONSES_RATE_LIMIT_TOKENS_RESET_MS    6

/* One of them, from the headers of an attempt's answer, of a response or of an error. -1 when the
   server did not say it, and for any other number. */
RESPONSES_API int64_t responses_attempt_rate_limit(const responses_attempt *attempt, int which);
RESPONSES_API int64_t responses_response_rate_limit(const responses_response *response, int which);
RESPONSES_API int64_t responses_error_rate_limit(const responses_error *error, int which);

/* ---- bytes that you received yourself -------------------------------------------------------- */

/*
 * For programs with an HTTP client of their own: a call that sends nothing. It is given the bytes
 * of an event stream, in whatever pieces they came, and has the events, the response put together
 * so far, and the errors of any other call. It opens no descriptor, and has no time limits.
 *
 *     responses_decode_start(NULL, &call, &error);
 *     while ((n = read(...)) > 0) {
 *         responses_call_feed(call, buffer, n, &error);
 *         while ((status = responses_call_next(call, &event, &error)) == RESPONSES_OK)
 *             ...
 *     }
 *     responses_call_feed_end(call, NULL);
 *
 * Read it until RESPONSES_AGAIN after each piece: what is not read is kept. It ends with
 * RESPONSES_DONE after the terminal event, and with RESPONSES_E_TRUNCATED when the end was fed
 * before that. responses_call_wait() never waits. A message of a WebSocket is fed with "data: " in
 * front and two line ends behind.
 *
 * responses_decode_start() takes max_event_bytes, max_response_bytes and max_error_bytes from the
 * client; NULL stands for their defaults. responses_call_feed() copies the bytes; after
 * RESPONSES_E_NOMEM the piece was not taken. responses_call_feed_end() says that no more will come.
 * All return RESPONSES_OK; the last two RESPONSES_E_INVALID for any other call, and
 * RESPONSES_E_BUSY; and responses_call_feed() RESPONSES_E_INVALID after the end.
 */
RESPONSES_API int responses_decode_start(responses_client *client, responses_call **out,
                                         responses_error **err);
RESPONSES_API int responses_call_feed(responses_call *call, const char *bytes, size_t n,
                                      responses_error **err);
RESPONSES_API int responses_call_feed_end(responses_call *call, responses_error **err);

/* ---- JSON in text ---------------------------------------------------------------------------- */

/*
 * For JSON in a text of your own, such as the arguments of a function call, which a model wrote and
 * nobody has checked. Each function checks the whole text. A JSON pointer is as in
 * responses_response_get(). NaN, Infinity and -Infinity are accepted as numbers, since some servers
 * and models write them. Of members with the same name the last one counts.
 *
 * No client is needed, nothing is kept, and any thread may call these before and after a fork. All
 * return RESPONSES_OK, or:
 *   RESPONSES_E_INVALID  the text is not one JSON value (RFC 8259) in UTF-8, or has more than 1,024
 *                        arrays and objects inside each other; the JSON pointer is not one.
 *   RESPONSES_E_RANGE    nothing is at that place, or the buffer is too small.
 *   RESPONSES_E_NOMEM    no memory for a copy, which the library makes and frees in the call.
 */

/* Finds one value by JSON pointer: its type (RESPONSES_JSON_...), where it begins in `json`, and
   its length. A string still has its quotes and escapes; see responses_json_text(). `*value` points
   into your text. On failure `*value` is NULL, `*len` is 0, and `*type` is unchanged. `type`,
   `value` and `len` may be NULL. */
RESPONSES_API int responses_json_get(const char *json, size_t n, const char *json_pointer,
                                     int *type, const char **value, size_t *len);

/* Copies the text of a JSON string, without quotes and escapes, into your buffer, as
   responses_copy_text() does. The text may contain NUL. Half of a surrogate pair, which UTF-8
   cannot express, is U+FFFD. Also RESPONSES_E_INVALID, with 0 in `*needed`, when `json` is not one
   string. */
RESPONSES_API int responses_json_text(const char *json, size_t n, char *buffer, size_t capacity,
                                      size_t *needed);

/* Both in one: copies the value at a JSON pointer, a string as its text, and any other value as
   JSON. With RESPONSES_E_RANGE, `*needed` is larger than capacity when the buffer is too small, and
   0 when nothing is at that place. */
RESPONSES_API int responses_json_read_string(const char *json, size_t n, const char *json_pointer,
                                             char *buffer, size_t capacity, size_t *needed);

/* Counts the elements of an array, or the members of an object, each time a name occurs. Also
   RESPONSES_E_INVALID when the value is neither. `*count` is unchanged on failure. */
RESPONSES_API int responses_json_count(const char *json, size_t n, const char *json_pointer,
                                       int *count);

/* The opposite of responses_json_text(): copies text as a JSON string, with quotes, into your
   buffer. Quotes, backslashes and control characters are escaped, and nothing else. Also
   RESPONSES_E_INVALID, with 0 in `*needed`, when the text is not UTF-8. */
RESPONSES_API int responses_json_quote(const char *text, size_t n, char *buffer, size_t capacity,
                                       size_t *needed);

/* As responses_json_get() with "", and checks whether the text may become part of a request, which
   is stricter: also RESPONSES_E_INVALID for NaN and the infinities, and for more than `depth`
   arrays and objects inside each other (0 to 1,024). */
RESPONSES_API int responses_json_check(const char *json, size_t n, int depth, int *type,
                                       const char **value, size_t *len);

/* ---- webhooks: requests that the API sends to you -------------------------------------------- */

/* Whether a request that came to a server of yours is from the API, for which the scheme of
   Standard Webhooks is used (https://www.standardwebhooks.com): HMAC-SHA-256 of the id, the time
   and the payload.
   `id`, `timestamp` and `signatures` are the values of the headers webhook-id, webhook-timestamp
   and webhook-signature; NULL where there is none. `payload` is the body, byte for byte as it came.
   `secrets` are those of your endpoints, "whsec_...", with spaces between them: one has to fit, so
   that a secret can be changed. NULL stands for OPENAI_WEBHOOK_SECRET.
   `tolerance_s` is how many seconds ago, or ahead, it may have been signed: 300 is usual. A
   negative number takes any time. The id is the same when the API sends a webhook again.
   Which signature differs, and where, does not show in the time that this takes. Any thread.
   Returns RESPONSES_OK; RESPONSES_E_SIGNATURE when it is not signed with any of the secrets, was
   signed at another time, or lacks one of the headers; RESPONSES_E_INVALID when there is no secret,
   or one that is malformed. */
RESPONSES_API int responses_webhook_verify(const char *id, const char *timestamp,
                                           const char *signatures, const char *payload, size_t n,
                                           const char *secrets, int tolerance_s,
                                           responses_error **err);

/* ---- for languages without pointers ---------------------------------------------------------- */

/* Copies text and a NUL into your buffer. If it does not fit, as much as fits is copied, ending in
   NUL. `*needed` is the size that is needed, the NUL included.
   Returns RESPONSES_OK; RESPONSES_E_RANGE when it does not fit; RESPONSES_E_INVALID when `text` is
   NULL. */
RESPONSES_API int responses_copy_text(const char *text, size_t len, char *buffer, size_t capacity,
                                      size_t *needed);

#ifdef __cplusplus
}
#endif

#endif /* RESPONSES_H */
