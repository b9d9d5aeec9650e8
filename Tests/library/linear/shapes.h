/* What a server may say so much of. */
#ifndef LINEAR_SHAPES_H
#define LINEAR_SHAPES_H

#include <stddef.h>

struct stream {
    char *bytes;
    size_t len;
    long events; /* that come of it, the terminal one included */
    size_t text; /* bytes of text in its deltas */
};

/* About so many bytes of that shape, ending in the terminal event. Exits on an unknown name.
     event       one event, a single delta
     events      small deltas
     lines       one event of many data lines
     carriages   small deltas with CR as the line end
     comments    comment lines, and nothing else
     items       small deltas for one of a hundred items, told apart by their ids alone
     answers     items that begin, grow and end, one after the other
     parts       one message of many parts

   Of the last two, at most 2 MB make an answer: there is a limit of 10,000 items. */
struct stream stream_make(const char *shape, size_t bytes);

#endif
