#include "network.h"

struct process *http_proxy(int port, int over_tls)
{
    struct process it = {.port = port};
    const char *const options[] = {getenv("NETWORK_PYTHON"),
                                   "-m",
                                   "proxy",
                                   "--hostname",
                                   "127.0.0.1",
                                   "--port",
                                   port_of(&it),
                                   "--num-workers",
                                   "1",
                                   "--num-acceptors",
                                   "1",
                                   "--log-level",
                                   "ERROR",
                                   "--basic-auth",
                                   "user:" PROXY_PASSWORD,
                                   over_tls ? "--cert-file" : NULL,
                                   certificate("server.pem"),
                                   "--key-file",
                                   certificate("server.key"),
                                   NULL};
    return process_start_at(port, options);
}

struct process *socks_proxy(void)
{
    struct process it = {.port = free_port()};
    return process_start_at(it.port,
                            (const char *[]){"microsocks", "-i", "127.0.0.1", "-p", port_of(&it),
                                             "-u", "user", "-P", PROXY_PASSWORD, NULL});
}

void use_proxy(responses_client *client, const char *scheme, const char *user,
               const struct process *proxy)
{
    char url[256];
    snprintf(url, sizeof url, "%s://%s%slocalhost:%d", scheme, user, *user ? "@" : "", proxy->port);
    set(client, "proxy", url);
}
