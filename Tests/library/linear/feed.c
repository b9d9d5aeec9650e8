/* feed SHAPE BYTES PIECE: that much of a shape through the decoder, in pieces of one size; 0: whole. */
#include "shapes.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

long feed_stream(const uint8_t *bytes, long count, long piece, long *text);

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    struct stream stream = stream_make(arguments[1], strtoul(arguments[2], NULL, 10));
    long piece = strtol(arguments[3], NULL, 10);
    long text = 0;
    long events = feed_stream((const uint8_t *)stream.bytes, (long)stream.len,
                              piece > 0 ? piece : (long)stream.len, &text);
    free(stream.bytes);
    if (events == stream.events && text == (long)stream.text)
        return 0;
    fprintf(stderr, "%ld events with %ld bytes, not %ld with %zu\n", events, text, stream.events,
            stream.text);
    return 1;
}
