/* A program as others write it: a create, a retry, a stream, a resumed stream, an event loop, a fork,
   a host that is looked up. */
#ifndef SUBJECT_H
#define SUBJECT_H

/* Does all of it against the server at the URL (and at its second name) and looks at every outcome.
   The first thing that is not right is put into `complaint`; 0: nothing is wrong. */
int subject_run(const char *url, char *complaint, unsigned long room);
/* A client that is made now works. */
int subject_works(const char *url, char *complaint, unsigned long room);

#endif
