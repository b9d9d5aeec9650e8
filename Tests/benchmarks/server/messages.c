#include "messages.h"

#include "websocket.h"

#include <stdlib.h>
#include <string.h>

static struct answer *convert(const struct answer *answer)
{
    struct answer *made = calloc(1, sizeof *made);
    if (!made)
        abort();
    *made = *answer;
    /* A message is shorter than its event in a stream: "event:" and the type are longer than a header. */
    made->bytes = malloc(answer->count);
    made->writes = answer->writes ? malloc(answer->write_count * sizeof *made->writes) : NULL;
    made->count = made->write_count = 0;
    if (!made->bytes || (answer->writes && !made->writes))
        abort();
    const char *place = strstr(answer->bytes, "\r\n\r\n") + 4, *after;
    for (size_t size; (size = strtoul(place, (char **)&after, 16)) > 0; place = after) {
        const char *event = after + 2, *end = event + size;
        while (event < end) {
            const char *data = (const char *)memchr(event, '\n', (size_t)(end - event)) + 7;
            const size_t length =
                (size_t)((const char *)memchr(data, '\n', (size_t)(end - data)) - data);
            made->count += websocket_header(made->bytes + made->count, WEBSOCKET_TEXT, length);
            memcpy(made->bytes + made->count, data, length);
            made->count += length;
            event = data + length + 2;
        }
        after = end + 2;
        if (made->writes && (size_t)(after - answer->bytes) == answer->writes[made->write_count])
            made->writes[made->write_count++] = made->count;
    }
    /* The last write of a stream goes on to the chunk that is empty. */
    if (made->writes && made->write_count < answer->write_count)
        made->writes[made->write_count++] = made->count;
    return made;
}

const struct answer *answer_as_messages(const struct answer *answer)
{
    static struct answer *answers;
    struct answer *found;
    for (found = answers; found; found = found->next)
        if (strcmp(found->name, answer->name) == 0)
            return found;
    if (!strstr(answer->bytes, "\r\nTransfer-Encoding: chunked\r\n"))
        return NULL;
    found = convert(answer);
    found->next = answers;
    answers = found;
    return found;
}
