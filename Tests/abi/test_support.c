/* The scripted server itself, with a plain socket as its client. */
#include "test.h"

#include <netinet/in.h>
#include <sys/socket.h>

static int dial(const struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_port = htons((uint16_t)server_port(server));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void tell(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Reads until that many bytes, or the end. */
static struct text listen_to(int fd, size_t bytes)
{
    struct text text = {0};
    char byte;
    text_add(&text, "");
    while (text.len < bytes && recv(fd, &byte, 1, 0) == 1)
        text_add_bytes(&text, &byte, 1);
    return text;
}

static void it_remembers_requests_and_answers_on_one_connection(void **state)
{
    (void)state;
    static const char first[] = "HTTP/1.1 200 Status 200\r\nX: y\r\nContent-Length: 2\r\n\r\n{}";
    struct server *server = server_start();
    answer_with(server_expect(server), 200, "X: y\r\n", "{}", 2);
    say_in_pieces(server_expect(server), "abc", 3, 1);
    int fd = dial(server);
    tell(fd, "POST /v1/a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n1");
    tell(fd, "23GET /second HTTP/1.1\r\n\r\n");
    struct text heard = listen_to(fd, sizeof first - 1 + 3);
    assert_memory_equal(heard.data, first, sizeof first - 1);
    assert_string_equal(heard.data + sizeof first - 1, "abc");
    text_free(&heard);

    const struct request *request = server_request(server, 0);
    assert_string_equal(request->method, "POST");
    assert_string_equal(request->target, "/v1/a?b=c");
    assert_string_equal(request->body, "123");
    assert_string_equal(request_header(request, "HOST"), "x");
    assert_int_equal(request_header_count(request, "host"), 1);
    assert_null(request_header(request, "accept"));
    assert_string_equal(server_request(server, 1)->target, "/second");
    assert_int_equal(server_requests(server), 2);
    assert_int_equal(server_connections(server), 1);
    assert_int_equal(server_saw_close(server, 0, 0), 0);
    close(fd);
    assert_int_equal(server_saw_close(server, 0, at_most(5000)), 1);
    server_stop(server);
}

static void it_reads_a_chunked_body(void **state)
{
    (void)state;
    struct server *server = server_start();
    answer(server_expect(server), 200, "{}");
    int fd = dial(server);
    tell(fd, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\n");
    tell(fd, "d\r\n0\r\n\r\n");
    const struct request *request = server_request(server, 0);
    assert_string_equal(request->body, "abcd");
    close(fd);
    server_stop(server);
}

static void it_hangs_up_and_slams_down(void **state)
{
    (void)state;
    struct server *server = server_start();
    struct exchange *x = server_expect(server);
    char byte;
    say(x, "bye");
    hang_up(x);
    slam_down(server_at_accept(server));
    /* The first connection is the one that is slammed down before its request. */
    int fd = dial(server);
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    close(fd);
    fd = dial(server);
    tell(fd, "GET / HTTP/1.1\r\n\r\n");
    struct text heard = listen_to(fd, 100);
    assert_string_equal(heard.data, "bye");
    text_free(&heard);
    close(fd);
    server_stop(server);
}

static void it_waits_for_go(void **state)
{
    (void)state;
    struct server *server = server_start();
    struct exchange *x = server_expect(server);
    char byte;
    say(x, "1");
    wait_for_go(x);
    say(x, "2");
    int fd = dial(server);
    tell(fd, "GET / HTTP/1.1\r\n\r\n");
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    sleep_ms(30);
    assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
    server_go(server);
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    assert_int_equal(byte, '2');
    close(fd);
    server_stop(server);
}

static void streams_are_numbered(void **state)
{
    (void)state;
    struct sse sse;
    sse_hello(&sse, "resp_1");
    assert_int_equal(sse.count, 11);
    assert_int_equal(sse.next_sequence, 11);
    assert_int_equal(sse.end[10], sse.text.len);
    assert_contains(sse.text.data, "event: response.created\ndata: {\"type\":\"response.created\","
                                   "\"sequence_number\":0,\"response\":{\"id\":\"resp_1\"");
    assert_contains(sse.text.data, "\"sequence_number\":10");
    sse_free(&sse);
}

int main(void)
{
    const struct CMUnitTest support[] = {
        cmocka_unit_test(it_remembers_requests_and_answers_on_one_connection),
        cmocka_unit_test(it_reads_a_chunked_body),
        cmocka_unit_test(it_hangs_up_and_slams_down),
        cmocka_unit_test(it_waits_for_go),
        cmocka_unit_test(streams_are_numbered),
    };
    return run(support);
}
