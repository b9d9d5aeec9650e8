/* The library's allocator in test_request: one that can be made to fail. */
#include <stddef.h>

void *scarce_realloc(void *memory, size_t size);
void scarce_free(void *memory);

#define RESPONSES_REQUEST_REALLOC scarce_realloc
#define RESPONSES_REQUEST_FREE    scarce_free
