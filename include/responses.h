/*
 * responses.h - the Responses API for any program
 *
 * libresponses talks to a server of the OpenAI Responses API: it creates responses, streams their
 * events while they are made, gets, cancels and deletes them, and lists what went into them. This
 * header is all there is to learn; it is the contract, and nothing outside it is promised.
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
 * The key is taken from OPENAI_API_KEY, the server from OPENAI_BASE_URL.
 *
 * FOUR WAYS TO CALL, ONE ENGINE
 *
 *   blocking    responses_create() and its kin return when the answer is there.
 *   callback    responses_create_stream() and responses_get_stream() hand every event to a function
 *               of yours, on your thread, before they return.
 *   pull        responses_create_stream_start() and its kin start a call and return at once;
 *               responses_call_wait() and responses_call_next() read it at your pace.
 *   event loop  responses_client_fd() is one descriptor for all calls of a client. Put it into your
 *               poll, select, epoll or main loop; when it is readable, responses_client_dispatch()
 *               and then responses_client_next_ready() until it says RESPONSES_AGAIN.
 *
 * OWNERSHIP, IN FIVE RULES
 *
 *   1. What a function writes through a `T **out` is yours. Free it with T_free().
 *   2. What a function returns, or gives as a `const T *`, is borrowed. It stays as it is until the
 *      next call with the same parent, or the parent's free.
 *   3. What you pass in is copied before the function returns.
 *   4. T_free(NULL) does nothing. Free in any order: a call may outlive its client.
 *   5. On failure `*out` is NULL, and, if you passed a place for it, `*err` is an error of yours,
 *      also when memory is out: then it may be one that the library keeps for that, which you free like
 *      any other. (The two streaming functions with a callback may leave what had
 *      arrived in `*out`.) On success `*err` is NULL. Every `out` and every `err` may itself be
 *      NULL: then what would have been written there is freed.
 *
 * THREADS, IN FIVE RULES
 *
 *   1. A client may be used from any number of threads at once.
 *   2. A call, a response, an event have one user at a time. A second thread in the same call gets
 *      RESPONSES_E_BUSY. An error never changes: any thread may read it.
 *   3. Any thread may cancel or free a call, and free a client, at any moment: those that are inside
 *      come out, out of a client's blocking functions with RESPONSES_E_CANCELLED, and those that come
 *      later get RESPONSES_E_INVALID. What a call has lent goes with it;
 *      a thread that reads it should be the one that frees the call. responses_client_interrupt() may
 *      be called from signal handlers too.
 *   4. The library starts no thread. Of the threads that wait on a client, one drives its
 *      connections for all of them. libcurl may start a short-lived thread to look up a host name.
 *   5. Callbacks run on the thread that made the call, inside that call and with no lock held, so a
 *      callback may use the library. Do not longjmp or throw out of one.
 *
 * One thread can drive thousands of calls, and that is much cheaper than a thread for each.
 *
 * FORK, IN THREE RULES
 *
 *   1. Before a client exists, fork as you like.
 *   2. In a child, a client or call made by the parent answers RESPONSES_E_FORKED, and its free
 *      closes only the child's copies of its descriptors and sends nothing. The parent's calls go on
 *      undisturbed.
 *   3. A child makes its own client, and that works at once.
 *
 * A GOOD GUEST: no signal handler, no signal mask left changed, no SIGPIPE, no change of environment
 * or locale, nothing printed, no atexit, no global allocator hook. Descriptors are close-on-exec.
 *
 * MEMORY: an allocation of a size that a server or a caller can choose answers RESPONSES_E_NOMEM when
 * it fails. Small fixed-size ones cannot fail gracefully and end the process, as in many runtimes.
 *
 * HANDLES: NULL, a handle that was freed and a pointer that never was a handle are answered with
 * RESPONSES_E_INVALID (or NULL, 0 or -1 where no status is returned), as far as that can be told.
 *
 * TEXT is UTF-8. Where a length goes with a pointer, pass RESPONSES_NTS for text that ends in NUL.
 * Text that comes out is always NUL-terminated too, and a `size_t *len` that goes with it may be
 * NULL.
 *
 * Every function is available since 0.1 unless it says otherwise.
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

/* The version of the library that is loaded, where the macros are those of this header. */
RESPONSES_API const char *responses_version(void);
RESPONSES_API unsigned responses_version_number(void);

/* Changes only when programs must be compiled anew; it is the number in the file's soname. */
RESPONSES_API unsigned responses_abi_version(void);

/* How this library was built and what it runs on, as a JSON object: "version", "abi", "runtime"
   ("embedded" or "full"), "curl", "tls", "features". Static, any thread. */
RESPONSES_API const char *responses_build_info(void);

/* The value of a constant of this header by its name, "RESPONSES_E_TIMEOUT" say, for languages
   without a C preprocessor. RESPONSES_E_INVALID when there is none of that name. */
RESPONSES_API int responses_constant(const char *name, int *value);

/* ---- status ---------------------------------------------------------------------------------- */

#define RESPONSES_OK    0
#define RESPONSES_AGAIN 1 /* nothing yet; try again when there is something to read */
#define RESPONSES_DONE  2 /* the call has ended well and everything has been read */

#define RESPONSES_E_INVALID     (-1)  /* an argument is wrong; the message says what is accepted */
#define RESPONSES_E_NOMEM       (-2)  /* out of memory */
#define RESPONSES_E_BUSY        (-3)  /* another thread, or an outer call, is using this call */
#define RESPONSES_E_FORKED      (-4)  /* the handle belongs to the parent process */
#define RESPONSES_E_CANCELLED   (-5)  /* cancelled or interrupted by this program */
#define RESPONSES_E_TIMEOUT     (-6)  /* a time limit was reached; the message says which */
#define RESPONSES_E_NETWORK     (-7)  /* no answer: name lookup, connection, reset */
#define RESPONSES_E_TLS         (-8)  /* TLS failed: certificate, handshake */
#define RESPONSES_E_HTTP        (-9)  /* an answer that is none: a redirect, an unreadable type */
#define RESPONSES_E_API         (-10) /* the server said no: HTTP 400 or more, or in what it sent */
#define RESPONSES_E_PROTOCOL    (-11) /* broken framing or broken JSON from the server */
#define RESPONSES_E_TRUNCATED   (-12) /* the stream ended before its terminal event */
#define RESPONSES_E_LIMIT       (-13) /* larger than one of the max_ options allows */
#define RESPONSES_E_RANGE       (-14) /* a buffer is too small, or there is nothing at that place */
#define RESPONSES_E_UNSUPPORTED (-15) /* this build or this libcurl cannot do that */
#define RESPONSES_E_USER        (-16) /* your callback returned non-zero */
#define RESPONSES_E_INTERNAL    (-17) /* a fault of the library; please report it */

/* "RESPONSES_E_TIMEOUT", and one English line. Static; for an unknown status they say so. */
RESPONSES_API const char *responses_status_name(int status);
RESPONSES_API const char *responses_status_text(int status);

/* ---- error ----------------------------------------------------------------------------------- */

/* What went wrong, in full. Never changes once made; any thread may read it. */
typedef struct responses_error responses_error;

/* The status that the function returned. */
RESPONSES_API int responses_error_status(const responses_error *error);

/* The HTTP status of the answer, or of a proxy's that refused; 0 when there was none. An error that a
   server tells in a stream or with a status of success has that status: 200. */
RESPONSES_API int responses_error_http_status(const responses_error *error);

/* 1 when the same request may well succeed later (the library's own retries are already used up): after
   HTTP 408, 409, 429 and 500 or more, after the code or type of such a failure in a stream
   ("rate_limit_exceeded", "server_error", "overloaded_error", "slow_down", "timeout" and their like), and
   after a network or a time limit that failed. A quota that has run out is 0. */
RESPONSES_API int responses_error_is_retryable(const responses_error *error);

/* The wait the server asked for, in milliseconds; -1 when it did not say. By Retry-After-Ms or Retry-After;
   else, where is_retryable is 1, in its words: "try again in 1.2s". Retries wait for it too. */
RESPONSES_API int64_t responses_error_retry_after_ms(const responses_error *error);

/* How many times the request was sent. 0 when it never was. */
RESPONSES_API int responses_error_attempts(const responses_error *error);

/* The sequence number of the last event that was handed over, -1 when none was or it had none.
   With RESPONSES_ERROR_RESPONSE_ID this is a cursor: responses_get_stream() with that id and
   {"starting_after": N} goes on from there, in any process. */
RESPONSES_API int64_t responses_error_last_sequence(const responses_error *error);

/* MESSAGE, TYPE, CODE, PARAM, REQUEST_ID, HISTORY and HEADERS are fit to be shown: UTF-8 without controls
   (but for the line ends of HEADERS), without marks that turn the direction of text or hide, and of bounded
   length, whatever a server, a certificate or libcurl wrote. None has a value of yours in it that may be
   secret; where a server repeats the key, a header of yours or a part of a query, "***" stands for it. BODY
   is the server's own bytes: look at them before you print them. RESPONSE_ID is as the server sent it, or
   "" when it could not be used as an id. */
#define RESPONSES_ERROR_MESSAGE     1 /* one line for a person; never empty */
#define RESPONSES_ERROR_TYPE        2 /* the server's "type", e.g. "invalid_request_error" */
#define RESPONSES_ERROR_CODE        3 /* the server's "code", a number as its digits */
#define RESPONSES_ERROR_PARAM       4 /* the server's "param", or the argument or option that is wrong */
#define RESPONSES_ERROR_REQUEST_ID  5 /* the x-request-id of the answer */
#define RESPONSES_ERROR_BODY        6 /* the answer's body or the error event, at most 64 KiB */
#define RESPONSES_ERROR_RESPONSE_ID 7 /* the response this is about, where known */
#define RESPONSES_ERROR_HISTORY     8 /* every attempt, as in responses_response_history */
#define RESPONSES_ERROR_HEADERS     9 /* the answer's headers, a line "name: value" for each */

/* One of the fields above; "" when the error has none. NULL for a field that does not exist. Without
   an error, "". Borrowed. */
RESPONSES_API const char *responses_error_field(const responses_error *error, int field,
                                                size_t *len);

RESPONSES_API void responses_error_free(responses_error *error);

/* ---- client ---------------------------------------------------------------------------------- */

/* Options, connections and the descriptor for an event loop. Make one and keep it: its connections
   are reused. */
typedef struct responses_client responses_client;

/* Makes a client. Does no I/O and starts no thread. Defaults are read from the environment now:
   OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORG_ID, OPENAI_PROJECT_ID, OPENAI_CUSTOM_HEADERS (lines of
   "Name: value"), SSL_CERT_FILE and SSL_CERT_DIR; http_proxy, https_proxy, all_proxy and no_proxy are followed as by curl, and one that is
   malformed is RESPONSES_E_INVALID for the calls that would go by it. A program with privileges that
   whoever starts it may not have (setuid, setgid, file capabilities) takes nothing from the environment:
   it sets what it needs. */
RESPONSES_API int responses_client_new(responses_client **out, responses_error **err);

/* A second client with options of its own, which begin as a copy of the first one's, and with the
   first one's connections and descriptor. For a call with other options than the rest; cheap. */
RESPONSES_API int responses_client_derive(responses_client *client, responses_client **out,
                                          responses_error **err);

/* Sets an option for the calls that are started from now on. The value is text in every case; NULL
   puts the default back. An unknown name and a value that does not fit are RESPONSES_E_INVALID with
   a message that says what is accepted and has neither the name nor the value that was given in it: either
   may be a key. Milliseconds are whole numbers, and 0 means no limit.

     name                    default                    what
     api_key                 from OPENAI_API_KEY        sent as "Authorization: Bearer <key>"
     base_url                https://api.openai.com/v1  http or https; a path and a query are kept
     organization, project   from the environment       OpenAI-Organization, OpenAI-Project
     user_agent              libresponses/<version>     User-Agent
     auth_header             Authorization              another header for the bare key: "api-key"
     default_query                                      "a=1&b=2", added to every request
     ca_file, ca_path        the environment's, or the  trusted certificates, in place of the default:
                             system's: see below        a file, a directory, or the two together
     ca_fallback_file                                   a file to trust where the system has none
     client_cert, client_key                            PEM files for mutual TLS, no password
     tls_verify              1                          0 switches verification off: for tests only
     proxy, no_proxy         from the environment       as curl's --proxy, --noproxy; "" for none
     http_version            1.1                        1.1, 2 (over TLS)
     tcp_keepalive_ms        60000                      idle time before TCP keepalive probes
     connect_timeout_ms      10000                      name lookup, connection and TLS
     first_event_timeout_ms  600000                     from sending to the first event, or to the end
                                                        of an answer that is no stream
     idle_timeout_ms         300000                     between two events; keepalives and comments do
                                                        not count, however many they are, nor does
                                                        "ping", nor an event of an unknown type that
                                                        has no number where others have. Also for
                                                        the first event of a stream that goes on, and
                                                        how long the response is asked for that took
                                                        the place of its stream
     completion_grace_ms     60000                      from the last finished output item to the end
     timeout_ms              0                          all of a call, with its retries and pauses
     max_retries             2                          0..100, per call
     resume_attempts         20                         reconnects of a stream that can be resumed,
                                                        counted anew when an event has moved the
                                                        cursor; the pauses between them grow
     poll_interval_ms        500                        first pause of responses_wait; it grows
     max_event_bytes         67108864                   one event
     max_response_bytes      268435456                  one response: a body, or what the events of a
                                                        stream have made, each text counted once
     max_queue_bytes         262144                     unread bytes of a call before it is paused;
                                                        the three of them from 1 KiB to 1 GiB

   Over https the first of these is trusted that there is: what ca_file and ca_path name; what SSL_CERT_FILE
   (a file) and SSL_CERT_DIR (a directory, or several with ":" between them) named in the environment when
   the client was made, the two together; the certificates of the system, where libcurl was built to find
   them, or else where Debian, Fedora, RHEL, SUSE, Alpine and Arch have them; ca_fallback_file. A file that
   is named and cannot be read is RESPONSES_E_TLS.

   Over HTTP/2 a server cannot be made to wait: a call that was not read for a second ends with
   RESPONSES_E_LIMIT, or is resumed later, when 32 times max_queue_bytes wait. */
RESPONSES_API int responses_client_set(responses_client *client, const char *name,
                                       const char *value, responses_error **err);

/* The name of the index-th option, NULL past the last. Static. */
RESPONSES_API const char *responses_option_name(size_t index);

/* Adds a header to every request from now on, or replaces it, also one of the library's own. NULL as
   value takes it out. Line breaks in either are RESPONSES_E_INVALID, and so are the headers that say where
   a message ends, for whom it is and what becomes of the connection: Host, Content-Length,
   Transfer-Encoding, Connection, Keep-Alive, Proxy-Connection, TE, Trailer, Upgrade, Expect and
   HTTP2-Settings. The same goes for OPENAI_CUSTOM_HEADERS and for auth_header. */
RESPONSES_API int responses_client_set_header(responses_client *client, const char *name,
                                              const char *value, responses_error **err);

#define RESPONSES_LOG_NONE    0
#define RESPONSES_LOG_ERROR   1
#define RESPONSES_LOG_WARNING 2 /* retries, reconnects, verification switched off */
#define RESPONSES_LOG_INFO    3 /* a line for every attempt and its outcome */
#define RESPONSES_LOG_DEBUG   4

/* One line, fit to be shown as a message is, and never with a key, an id or a query of yours in it: requests
   are named by their shape, "GET /responses/{id}". On the thread that made the call. */
typedef void (*responses_log_fn)(int level, const char *line, size_t len, void *user_data);

/* Sends the log, up to a level, to a function of yours; NULL ends it. There is none by default. */
RESPONSES_API int responses_client_set_log(responses_client *client, int level, responses_log_fn fn,
                                           void *user_data);

/* Frees the client, from any thread. Blocking functions that other threads are in with this client end
   with RESPONSES_E_CANCELLED; one of this thread, whose callback frees the client, goes on. Clients that
   were derived from it, and calls that were started with _start, live on until they are freed. */
RESPONSES_API void responses_client_free(responses_client *client);

/* ---- response -------------------------------------------------------------------------------- */

/* What the server answered: a response, a page of input items, a count of tokens, anything. */
typedef struct responses_response responses_response;

/* The body as JSON: byte for byte the server's, or, of a stream, what has been put together so far.
   A byte order mark in front of it is left out. NaN, Infinity and -Infinity, which JSON does not have
   and some servers write, stay as they are: a reader that is strict about it refuses them. Never
   NULL. */
RESPONSES_API const char *responses_response_json(const responses_response *response, size_t *len);

/* All text of the answer: every "output_text" part of every message, joined. "" when there is none. */
RESPONSES_API const char *responses_response_text(const responses_response *response, size_t *len);

/* "id" and "status" of the body; "" when it has none. */
RESPONSES_API const char *responses_response_id(const responses_response *response);
RESPONSES_API const char *responses_response_status(const responses_response *response);

/* The HTTP status, 200 say. 0 while a call has no answer yet. */
RESPONSES_API int responses_response_http_status(const responses_response *response);

/* The server's name for the request (header x-request-id), for its support; "" without one. */
RESPONSES_API const char *responses_response_request_id(const responses_response *response);

/* A header of the answer by name, in any case; NULL when it was not sent. */
RESPONSES_API const char *responses_response_header(const responses_response *response,
                                                    const char *name);

/* All headers of the answer, a line "name: value" for each, fit to be shown as a message is; the value of one
   as it came is responses_response_header(). */
RESPONSES_API const char *responses_response_headers(const responses_response *response,
                                                     size_t *len);

/* How many times the request was sent: 1 without a retry. */
RESPONSES_API int responses_response_attempts(const responses_response *response);

/* Every attempt as a JSON array: [{"attempt":1,"http_status":429,"reason":"rate_limit_exceeded",
   "waited_ms":512},{"attempt":2,"http_status":200,"reason":"","waited_ms":0}]. http_status is 0 for an
   attempt without an answer; reason is empty for one that went well; waited_ms is the pause after it. */
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
   "/output/0/content/0/text"; "" is the whole. `*value` is the text of a string without its quotes
   and escapes, and the JSON of anything else: "true" for RESPONSES_JSON_TRUE, and of a number what the
   server wrote, "1.50" or "NaN". It is borrowed until the
   next get on this response. RESPONSES_E_RANGE when there is nothing at that place; RESPONSES_E_INVALID
   when the pointer is none. `type`, `value` and `len` may be NULL. */
RESPONSES_API int responses_response_get(const responses_response *response,
                                         const char *json_pointer, int *type, const char **value,
                                         size_t *len);

/* A copy of your own, as it is now. */
RESPONSES_API int responses_response_clone(const responses_response *response,
                                           responses_response **out);

RESPONSES_API void responses_response_free(responses_response *response);

/* ---- event ----------------------------------------------------------------------------------- */

/* One event of a stream. Borrowed until the next call with its parent; clone it to keep it. */
typedef struct responses_event responses_event;

/* The type as the server names it: "response.output_text.delta". Never NULL. An error that comes in
   another shape than the documented one, such as {"error": {...}}, has "error". */
RESPONSES_API const char *responses_event_type(const responses_event *event);

/* The same as a number that never changes, RESPONSES_EVENT_..., for use in a switch. Types that this
   library does not know are RESPONSES_EVENT_OTHER and are handed over all the same. */
RESPONSES_API int responses_event_kind(const responses_event *event);

/* The "sequence_number", 0 to 2^63-1; -1 when it has none. */
RESPONSES_API int64_t responses_event_sequence(const responses_event *event);

/* The text of a delta, without quotes and escapes: answer text, function arguments, code, summary.
   "" when the event has no delta or its delta is not text. The texts of a part's deltas, joined, are its
   text: where a server cuts a character beyond U+FFFF in two, "\ud83d" and "\ude00" in two deltas, the
   second has all of it. Half a character without the other is U+FFFD. */
RESPONSES_API const char *responses_event_text(const responses_event *event, size_t *len);

/* The event's JSON, the server's bytes unchanged; NaN and Infinity too. An event without data, or with
   nothing but space as data, says that the connection lives, as a comment does: it is not handed over. */
RESPONSES_API const char *responses_event_json(const responses_event *event, size_t *len);

/* The id of the response that the event belongs to, "" while it is not known. */
RESPONSES_API const char *responses_event_response_id(const responses_event *event);

/* "item_id", "" when it has none. */
RESPONSES_API const char *responses_event_item_id(const responses_event *event);

/* "output_index", and "content_index", "summary_index" or "command_index"; -1 when it has none. */
RESPONSES_API int responses_event_output_index(const responses_event *event);
RESPONSES_API int responses_event_content_index(const responses_event *event);

/* As responses_response_get, for the event's JSON: "/item/name". */
RESPONSES_API int responses_event_get(const responses_event *event, const char *json_pointer,
                                      int *type, const char **value, size_t *len);

/* A copy of your own. */
RESPONSES_API int responses_event_clone(const responses_event *event, responses_event **out);

/* Frees a clone. A borrowed event is left alone. */
RESPONSES_API void responses_event_free(responses_event *event);

/* The types of events. Beside each is the "type" that it stands for, of which a name that begins with a
   point is behind "response". Numbers that are missing here are kept for later. */
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

/* ---- blocking operations --------------------------------------------------------------------- */

/*
 * Each returns when the answer is there: RESPONSES_OK with the response in `*out`, or an error.
 * `json` is the body of the request as the API documents it; n is its length or RESPONSES_NTS. It is
 * sent as it is, with fields that this library has never heard of, except for "stream", which the
 * operation sets. It must be JSON in UTF-8: NaN and Infinity are RESPONSES_E_INVALID. `params_json` is an
 * object of query parameters; its fields pass through too. It may be NULL, and n is ignored then.
 *
 * Transient failures are retried (option max_retries) with the same Idempotency-Key, which every request
 * but a GET has.
 * An answer with HTTP status 400 or more is RESPONSES_E_API; the error has the details. So is an answer
 * with status 200 that is an error: {"error": {...}}, {"error": "text"}, {"object": "error", ...},
 * {"errors": [...]}, {"detail": ...}, a message without anything that an answer has, or a list of one of
 * them. A response that failed has an id and a status, and is an answer. For responses_send only what
 * cannot be anything else is taken for an error. A server that streams events where one document was
 * asked for is understood.
 */

#define RESPONSES_NTS ((size_t)-1)

/* POST /responses. With "background": true it returns at once with status "queued". A server that
   ignores "background" answers when the response has ended: look at its status before you wait for it
   or cancel it. */
RESPONSES_API int responses_create(responses_client *client, const char *json, size_t n,
                                   responses_response **out, responses_error **err);

/* GET /responses/{id}. params: "include" (array of strings). */
RESPONSES_API int responses_get(responses_client *client, const char *id, const char *params_json,
                                size_t n, responses_response **out, responses_error **err);

/* POST /responses/{id}/cancel: ends a background response, where it is made. Giving up a stream or a
   wait here leaves it running: this is the second step, with the id that is in the error
   (RESPONSES_ERROR_RESPONSE_ID) and in what had arrived of the response. `*out` has the status
   "cancelled". A response that is not in the background ends with its connection and needs none. */
RESPONSES_API int responses_cancel(responses_client *client, const char *id,
                                   responses_response **out, responses_error **err);

/* DELETE /responses/{id}. The answer says so in "/deleted"; it has no status and no text. When an attempt
   was lost after it was sent and the next one is answered 404, that is RESPONSES_E_API: whether there was
   something to delete is not known, and the message says so. */
RESPONSES_API int responses_delete(responses_client *client, const char *id,
                                   responses_response **out, responses_error **err);

/* GET /responses/{id}/input_items: one page. params: "limit" (1..100), "order" ("asc", "desc"),
   "after" (an item's id), "include". The page has "data", "has_more" and "last_id", which is the
   next page's "after"; where a server sends none, the "id" of the last item of "data" is. A page
   after an item that says more follow and does not move on is RESPONSES_E_PROTOCOL, so that paging
   comes to an end. A first page is handed over as long as it has items: should it name nothing to go
   on from, no other page can be asked for. */
RESPONSES_API int responses_list_input_items(responses_client *client, const char *id,
                                             const char *params_json, size_t n,
                                             responses_response **out, responses_error **err);

/* POST /responses/input_tokens: how many tokens an input has. */
RESPONSES_API int responses_count_input_tokens(responses_client *client, const char *json, size_t n,
                                               responses_response **out, responses_error **err);

/* POST /responses/compact: a long conversation made short. */
RESPONSES_API int responses_compact(responses_client *client, const char *json, size_t n,
                                    responses_response **out, responses_error **err);

/* Gets a background response again and again until it has ended ("completed", "failed",
   "incomplete", "cancelled"; look at its status), at most timeout_ms, -1 for as long as it takes:
   then RESPONSES_E_TIMEOUT, and the response goes on at the server. A server that cannot be asked for
   a while, because it is started anew, is waited out within timeout_ms; with -1, as often as
   resume_attempts says. So is a page in place of the response, once the server has answered. A pause
   that the server asks for is kept where there is time for it; a short one does not shorten those
   that the library makes. */
RESPONSES_API int responses_wait(responses_client *client, const char *id, int timeout_ms,
                                 responses_response **out, responses_error **err);

/* Any other endpoint below base_url: method GET, POST, PUT, PATCH or DELETE, a path such as
   "/conversations" or "/models?limit=5", percent-encoded, and a JSON body or NULL. A path with "." or ".."
   as a segment, in whatever spelling, is RESPONSES_E_INVALID: what is sent stays below base_url. */
RESPONSES_API int responses_send(responses_client *client, const char *method, const char *path,
                                 const char *json, size_t n, responses_response **out,
                                 responses_error **err);

/* ---- streaming with a callback --------------------------------------------------------------- */

/*
 * Called once for every event, in order, on your thread. Return 0 to go on; anything else stops the
 * call with RESPONSES_E_USER. It may be NULL for a caller who wants the final response alone.
 *
 * RESPONSES_OK is returned only after the terminal event; `*out` is then the final response
 * ("completed" or "incomplete"). A server that answers with the whole response where a stream was
 * asked for, or that has the response but not the rest of its events, is understood: the response is
 * handed over in one terminal event, made by the library and without a sequence number. A stream that
 * ends without one is RESPONSES_E_TRUNCATED, unless it can be resumed, which happens by itself.
 * "response.failed" and "error" are handed over and then RESPONSES_E_API; so is an error in another shape,
 * such as an event {"error": {...}} without a type. Where one of them is the first event and may pass, the
 * request is sent again instead; keepalives do not count. On failure, `*out`, if you
 * passed one, holds what had arrived when anything had, and is yours to free: here alone it can be set
 * along with `*err`.
 *
 * A stream can be resumed when its response is in the background, or was asked for by its id. It goes on
 * behind the cursor, the sequence number of the last event that was handed over (a keepalive's own
 * number does not count). From then on nothing but the next event of the same response is taken: what
 * is at or before the cursor is dropped, keepalives too; after a gap, events without numbers, those of
 * another response or an answer that is neither events nor a response (a page, a redirection) the server
 * is asked once more, and then it is RESPONSES_E_TRUNCATED. The same goes for "starting_after" of yours.
 * A stream that is empty behind the cursor leads to one look at the response. A server that leaves
 * numbers out by itself, on an unbroken connection, is held to their order alone. One whose events have
 * no numbers at all cannot say where to go on: the response is then asked for until it has ended.
 */
typedef int (*responses_event_fn)(const responses_event *event, void *user_data);

RESPONSES_API int responses_create_stream(responses_client *client, const char *json, size_t n,
                                          responses_event_fn on_event, void *user_data,
                                          responses_response **out, responses_error **err);

/* The events of a background response that was created with "stream": true, from its beginning or
   after params "starting_after" (a sequence number). Also "include", "include_obfuscation". Where the
   server has no more events and the response has ended, it is handed over in one terminal event. */
RESPONSES_API int responses_get_stream(responses_client *client, const char *id,
                                       const char *params_json, size_t n,
                                       responses_event_fn on_event, void *user_data,
                                       responses_response **out, responses_error **err);

/* ---- calls: start now, read later ------------------------------------------------------------ */

/* One operation under way. */
typedef struct responses_call responses_call;

/* The twins of the operations above. They check their arguments, send nothing that blocks and return
   at once; the outcome is the call's. */
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

/* Reads the next event; never blocks. RESPONSES_OK with `*event`, which is borrowed until the next
   call with this call; RESPONSES_AGAIN when there is none yet; RESPONSES_DONE when the call has ended
   well; or what went wrong. A call that does not stream has no events: AGAIN, then DONE. After the
   end the answer stays the same. */
RESPONSES_API int responses_call_next(responses_call *call, const responses_event **event,
                                      responses_error **err);

#define RESPONSES_BATCH_JSON 1 /* flag: copy each event's JSON as well */

/*
 * Reads as many events as are there and fit into your buffer, for languages in which each foreign
 * call is dear. `*count` is how many, `*used` their bytes. RESPONSES_OK when there is at least one;
 * RESPONSES_E_RANGE when the buffer is too small for the first, with the bytes needed in `*used`, and
 * nothing is lost; else as responses_call_next. The buffer needs no alignment.
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

/* Waits until responses_call_next has something else to say than AGAIN: RESPONSES_OK, also when that is
   an error, which responses_call_next then gives in full. RESPONSES_AGAIN when timeout_ms have passed
   (-1: no limit) or the client was interrupted. With 0 it does what can be done now, for all calls of
   the client, and returns: a program may poll, by this and responses_call_next in turn. */
RESPONSES_API int responses_call_wait(responses_call *call, int timeout_ms);

/* Ends the call with RESPONSES_E_CANCELLED, in whatever phase it is. Any thread, also from a
   callback. Events that have arrived already are dropped. A call that has ended stays as it is.
   The connection is closed, and nothing is sent: a background response goes on at the server until
   responses_cancel() stops it there, or can be taken up again at the cursor of the error. */
RESPONSES_API int responses_call_cancel(responses_call *call);

/* What has been put together so far, and at the end the final response. Borrowed until the next call
   with this call. NULL when nothing has arrived.
   All deltas of an output item are in it, in their places: text, refusals, log probabilities, annotations,
   reasoning and its summary, arguments, input, code, the diff of a patch, commands and what they wrote.
   Audio has no place in a response and is in its events alone. An item of which no end was heard has the
   status that was heard last, "in_progress" say; once the response has ended it is "completed", or
   "incomplete" when the response is not completed. */
RESPONSES_API const responses_response *responses_call_response(const responses_call *call);

/* A pointer of yours that the call carries along. Any thread. */
RESPONSES_API int responses_call_set_user_data(responses_call *call, void *user_data);
RESPONSES_API void *responses_call_user_data(const responses_call *call);

/* Frees the call, at any time and from any thread; one that is still running is cancelled, and a thread
   that waits in it comes out. */
RESPONSES_API void responses_call_free(responses_call *call);

/* ---- one descriptor for an event loop -------------------------------------------------------- */

/* The descriptor: readable when there is something to do, from the start of a call on. It never
   changes, and everything is inside it: sockets, timers, wake-ups. Poll it, never read it or close it. A negative status on failure.
   select() cannot take a descriptor of FD_SETSIZE (1024) or more. */
RESPONSES_API int responses_client_fd(responses_client *client);

/* Does what can be done now and never blocks. */
RESPONSES_API int responses_client_dispatch(responses_client *client);

/* RESPONSES_OK and a call that has something to read, borrowed, or RESPONSES_AGAIN. Read that call
   until it says AGAIN, or read some of it and ask here again: a call with more to read comes up again.
   One that is not read at all is left alone, and does not come up again before it is read: it is paused
   when it is full, and costs nothing. The descriptor stays readable until this has said AGAIN.
   Any thread may ask, and any thread may read what came up: one that another thread is inside of is
   passed over, and comes up when that thread has left it with something to read; the descriptor becomes
   readable for that. So a pool of workers may read the calls that one loop hands to them. */
RESPONSES_API int responses_client_next_ready(responses_client *client, responses_call **call);

/* Ends waits: blocking functions end with RESPONSES_E_CANCELLED, responses_call_wait() returns
   RESPONSES_AGAIN. Any thread, and safe in a signal handler. It is for the client, those derived from it
   and the one it was derived from, and for every blocking function and call of theirs that has begun:
   - a blocking function ends, also one that is in its callback, unless its last event was read;
   - of a call that was started it ends the wait that is going on, or else the next one that finds
     nothing to read, and no other: what comes between responses_call_next() and responses_call_wait()
     is not lost. Several that were not noticed yet count as one.
   What begins afterwards is not touched. What runs in the background at the server goes on there: see
   responses_cancel(). */
RESPONSES_API void responses_client_interrupt(responses_client *client);

/* ---- JSON in text ---------------------------------------------------------------------------- */

/*
 * For JSON that is text of yours: the arguments of a function call are such a text, which a model wrote and
 * nobody has checked. All of it is looked at in each call: RESPONSES_E_INVALID when it is not one value of
 * JSON (RFC 8259) in UTF-8, or has more than 1,024 arrays and objects inside each other. NaN, Infinity and
 * -Infinity are numbers, as some servers and models write them. Of members with the same name the last
 * counts. A JSON pointer is as in responses_response_get(), and RESPONSES_E_RANGE says that there is nothing
 * at its place.
 *
 * The library works on a copy that it makes and frees within the call: RESPONSES_E_NOMEM. Nothing is kept,
 * and no client is needed: any thread, before and after a fork.
 */

/* One value by JSON pointer: its type (RESPONSES_JSON_...), where it begins in `json`, and its length. It is
   as it stands there, without the space around it: a string has its quotes and escapes, see
   responses_json_text(). `*value` is a place in your text; on failure it is NULL, `*len` is 0 and `*type` is
   left alone. type, value, len may be NULL. */
RESPONSES_API int responses_json_get(const char *json, size_t n, const char *json_pointer,
                                     int *type, const char **value, size_t *len);

/* The text of a JSON string, without its quotes and escapes, into a buffer of yours as by
   responses_copy_text(). It may have NUL in it. Half a surrogate pair, which has no UTF-8, is U+FFFD.
   RESPONSES_E_INVALID, with 0 in `*needed`, when `json` is anything else than one string. */
RESPONSES_API int responses_json_text(const char *json, size_t n, char *buffer, size_t capacity,
                                      size_t *needed);

/* Both in one: of the value at a JSON pointer the text, when it is a string, and else its JSON.
   RESPONSES_E_RANGE when it does not fit, with `*needed` > capacity, or, with 0 in `*needed`, when there is
   nothing at that place. */
RESPONSES_API int responses_json_read_string(const char *json, size_t n, const char *json_pointer,
                                             char *buffer, size_t capacity, size_t *needed);

/* How many elements an array has, or members an object, each time a name comes. RESPONSES_E_INVALID when
   the value at the JSON pointer is neither. `*count` is left alone on failure. */
RESPONSES_API int responses_json_count(const char *json, size_t n, const char *json_pointer,
                                       int *count);

/* The way back: text as a JSON string, with its quotes, into a buffer of yours as by responses_copy_text().
   Quotes, backslashes and controls are escaped, and nothing else. RESPONSES_E_INVALID, with 0 in `*needed`,
   when the text is not UTF-8. */
RESPONSES_API int responses_json_quote(const char *text, size_t n, char *buffer, size_t capacity,
                                       size_t *needed);

/* As responses_json_get() of the whole, and whether it may become a part of a request, which is stricter:
   RESPONSES_E_INVALID also for NaN and the infinities, and for more than `depth` arrays and objects inside
   each other (0 to 1,024). */
RESPONSES_API int responses_json_check(const char *json, size_t n, int depth, int *type,
                                       const char **value, size_t *len);

/* ---- for languages without pointers ---------------------------------------------------------- */

/* Copies text and a NUL into a buffer of yours. RESPONSES_E_RANGE when it does not fit; then as much
   as fits is copied, ending in NUL, and `*needed` is the size that does, NUL included. */
RESPONSES_API int responses_copy_text(const char *text, size_t len, char *buffer, size_t capacity,
                                      size_t *needed);

#ifdef __cplusplus
}
#endif

#endif /* RESPONSES_H */
