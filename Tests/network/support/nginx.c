#include "nginx.h"

#include <signal.h>

static const char *binary(void)
{
    static const char *const places[] = {"/usr/sbin/nginx", "/usr/local/sbin/nginx",
                                         "/usr/bin/nginx", "/usr/local/bin/nginx"};
    for (size_t i = 0; i < COUNT(places); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

int nginx_is_there(void)
{
    return binary() != NULL;
}

void nginx_start(struct nginx *nginx, int backend_port, const char *more)
{
    char path[128];
    int port = free_port();
    strcpy(nginx->directory, "/tmp/responses-nginx-XXXXXX");
    assert_non_null(mkdtemp(nginx->directory));
    snprintf(path, sizeof path, "%s/nginx.conf", nginx->directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "daemon off;\nworker_processes 1;\npid %s/pid;\nerror_log stderr warn;\n"
            "events { worker_connections 2048; }\nhttp {\n  access_log off;\n",
            nginx->directory);
    for (int i = 0; i < 5; i++) {
        static const char *const kinds[] = {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"};
        fprintf(file, "  %s_temp_path %s/%s;\n", kinds[i], nginx->directory, kinds[i]);
    }
    fprintf(file,
            "  http2_max_concurrent_streams 1000;\n  keepalive_requests 100000;\n  server {\n"
            "    listen 127.0.0.1:%d ssl http2 backlog=1024;\n"
            "    ssl_certificate %s;\n    ssl_certificate_key %s;\n    %s\n"
            "    location / {\n      proxy_pass http://127.0.0.1:%d;\n"
            "      proxy_http_version 1.1;\n      proxy_set_header Connection \"\";\n"
            "      proxy_set_header Host $host;\n      proxy_buffering off;\n    }\n  }\n}\n",
            port, certificate("server.pem"), certificate("server.key"), more, backend_port);
    fclose(file);
    nginx->process =
        process_start_at(port, (const char *[]){binary(), "-e", "stderr", "-c", path, NULL});
    strcpy(nginx->process->trust, "s");
}

void nginx_reload(const struct nginx *nginx)
{
    kill(nginx->process->pid, SIGHUP);
}

void nginx_stop(struct nginx *nginx)
{
    char command_line[128];
    process_stop(nginx->process);
    snprintf(command_line, sizeof command_line, "rm -rf %s", nginx->directory);
    assert_int_equal(system(command_line), 0);
}
