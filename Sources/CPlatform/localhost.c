/* What libcurl is told of "localhost", in the words of CURLOPT_RESOLVE. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf */
#endif
#include "CPlatform.h"

#include <stdio.h>
#include <strings.h>

char *platform_localhost_entry(const uint8_t *url)
{
    static const char name[] = "localhost";
    const char *text = (const char *)url;
    const int is_secure = text[4] == 's' || text[4] == 'S';
    const char *host = text + (is_secure ? 8 : 7);
    const char *port = host + sizeof name - 1;
    size_t digits = 0;
    char *entry = NULL;
    if (strncasecmp(host, name, sizeof name - 1) != 0 || !strchr(":/?", *port))
        return NULL;
    if (*port == ':')
        digits = strspn(++port, "0123456789");
    if (digits == 0) {
        port = is_secure ? "443" : "80";
        digits = strlen(port);
    }
    return asprintf(&entry, "%s:%.*s:127.0.0.1,[::1]", name, (int)digits, port) < 0 ? NULL : entry;
}
