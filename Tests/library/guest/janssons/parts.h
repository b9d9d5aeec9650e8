/* What a host does with each JSON library. Both have json_object_get and json_object_iter_next: of two that
   are linked into one file the first on the command line has them, so the part of that one is compiled with
   HAS_SHARED_NAMES and uses them. */
#ifndef JANSSONS_PARTS_H
#define JANSSONS_PARTS_H

/* Requests and answers as trees, with the library's functions. Prints "trees work", or what does not. */
void use_trees(const char *url);
/* Prints "json-c works". */
void use_json_c(const char *url);

#endif
