/*
 * Handles that can be told from freed and foreign pointers without touching memory that is gone: cells
 * in regions that are never unmapped (docs/adr/0005-handles.md).
 */
#ifndef PLATFORM_HANDLES_H
#define PLATFORM_HANDLES_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct platform_handle {
    uint32_t kind; /* 0: free */
    uint32_t is_borrowed;
    void *_Nullable object;
    void *_Nullable extra; /* what a signal handler may use */
    struct platform_handle *_Nullable next_free;
    uint64_t padding[4];
} platform_handle;

enum { platform_region_bytes = 16 << 20, platform_maximum_regions = 64 };
extern uintptr_t platform_regions[platform_maximum_regions];
extern uint32_t platform_region_count;

/* The cell of a live handle of that kind; NULL for everything else that a pointer can be. */
static inline platform_handle *_Nullable platform_handle_find(const void *_Nullable pointer,
                                                              uint32_t kind)
{
    const uintptr_t address = (uintptr_t)pointer;
    const uint32_t count = __atomic_load_n(&platform_region_count, __ATOMIC_ACQUIRE);
    uint32_t i;
    for (i = 0; i < count; i++) {
        const uintptr_t offset = address - platform_regions[i];
        if (offset < platform_region_bytes && offset % sizeof(platform_handle) == 0) {
            platform_handle *cell = (platform_handle *)address;
            return __atomic_load_n(&cell->kind, __ATOMIC_ACQUIRE) == kind ? cell : NULL;
        }
    }
    return NULL;
}

/* A new handle; NULL when memory is out. */
platform_handle *_Nullable platform_handle_new(uint32_t kind, void *object, void *_Nullable extra,
                                               int is_borrowed);

/* Ends a handle and returns its object; NULL when it is none of that kind, or borrowed and not
   `even_borrowed`. Of two threads that free the same handle, one gets the object. */
void *_Nullable platform_handle_end(void *_Nullable pointer, uint32_t kind, int even_borrowed);

#pragma clang assume_nonnull end

#endif
