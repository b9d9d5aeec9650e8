#include "server.h"
#include "shapes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

int server_start(const char *program, const char *shape, const char *bytes)
{
    char line[16] = "";
    int ends[2];
    pid_t pid;
    posix_spawn_file_actions_t actions;
    char *const arguments[] = {(char *)program, "serve", (char *)shape, (char *)bytes, NULL};
    if (pipe(ends) != 0)
        exit(1);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    if (posix_spawn(&pid, program, &actions, NULL, arguments, environ) != 0)
        exit(1);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (read(ends[0], line, sizeof line - 1) <= 0)
        exit(1);
    close(ends[0]);
    return atoi(line);
}

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            exit(1);
        bytes += n;
        len -= (size_t)n;
    }
}

static void send_text(int fd, const char *text)
{
    send_all(fd, text, strlen(text));
}

int server_main(const char *shape, const char *bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    char request[4096];
    size_t size = strtoul(bytes, NULL, 10);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1) != 0)
        return 1;
    getsockname(listener, (struct sockaddr *)&address, &len);
    printf("%d\n", ntohs(address.sin_port));
    fclose(stdout);
    /* A client that never comes must not leave this process behind. */
    alarm(300);
    int fd = accept(listener, NULL, NULL);
    /* The request is small: it comes in one piece, and its bytes do not matter. */
    if (fd < 0 || read(fd, request, sizeof request) <= 0)
        return 1;
    if (!strcmp(shape, "document")) {
        char *text = malloc(size);
        memset(text, 'x', size);
        send_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\":\"");
        send_all(fd, text, size);
        send_text(fd, "\"}");
        free(text);
    } else {
        struct stream stream = stream_make(shape, size);
        send_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        send_all(fd, stream.bytes, stream.len);
        free(stream.bytes);
    }
    shutdown(fd, SHUT_WR);
    /* A client that is done closes; a reset would take what it has not read yet. */
    while (read(fd, request, sizeof request) > 0)
        continue;
    return 0;
}
