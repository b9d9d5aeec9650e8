/*
 * Handles that can be told from freed and foreign pointers without touching memory that is gone: cells
 * in regions that are never unmapped (docs/adr/0005-handles.md). A cell also says who is inside: what
 * is behind a handle goes away when the last one has left, and not when the handle is freed.
 */
#ifndef PLATFORM_HANDLES_H
#define PLATFORM_HANDLES_H

#include <stddef.h>
#include <stdint.h>

#include "generation.h"

#pragma clang assume_nonnull begin

/*
 * The state of a cell is one word, which is only ever changed as a whole:
 *
 *     bits 0..31    the kind of the handle; 0 when there is none, or none any more
 *     bits 32..62   who is inside, as the sum of these shares
 *     bit 63        platform_relist_mark, of calls
 *
 * To free a handle is to take its kind out, so that nobody comes in any more; the mark goes with it.
 * Whoever makes the word 0 by leaving is the last, and closes what was behind it.
 */
enum platform_share : uint64_t {
    /* The one user that a call has at a time. */
    platform_share_use = UINT64_C(1) << 32,
    /* The event loop, which looks for a moment whether there is something to read, in place of the
       user. Who wants to use the call waits until that is over. */
    platform_share_look = UINT64_C(1) << 33,
    /* Each of those that may be inside with anybody else: who cancels a call, the users of a client,
       and who frees either. */
    platform_share_visit = UINT64_C(1) << 34,
};

/* The event loop has passed the call over while somebody was inside, or has told the host of it and
   leaves it alone. The one who leaves the call next settles that (Transport/HostLoop.swift). Set only
   under the engine's lock, and only while there is a kind. */
static const uint64_t platform_relist_mark = UINT64_C(1) << 63;

typedef struct platform_handle {
    uint64_t state;
    void *_Nullable object;
    /* Ends the object, once nobody is inside. */
    void (*_Nullable close)(void *object);
    /* What goes with the handle and is not the object's: a call's user data, a client's interrupt. */
    void *_Nullable extra;
    uint64_t generation;   /* of the process that made the handle */
    uintptr_t looker;      /* the thread that has the look; 0 when it has not said so yet */
    uint32_t interrupting; /* how many are in platform_handle_interrupt */
    uint32_t is_borrowed;
    struct platform_handle *_Nullable next_free;
} platform_handle;

enum { platform_region_bytes = 16 << 20, platform_maximum_regions = 64 };
extern uintptr_t platform_regions[platform_maximum_regions];
extern uint32_t platform_region_count;

/* The one handle that needs no memory: for an error that says that there is none. It is nobody's, has no
   object, and freeing it does nothing. */
extern platform_handle platform_spare_handle;

/* The cell at that place, whatever its state; NULL when there is none. Inline whatever -Osize thinks:
   every accessor begins with it. */
__attribute__((always_inline)) static inline platform_handle *_Nullable platform_handle_at(
    const void *_Nullable pointer)
{
    const uintptr_t address = (uintptr_t)pointer;
    const uint32_t count = __atomic_load_n(&platform_region_count, __ATOMIC_ACQUIRE);
    uint32_t i;
    for (i = 0; i < count; i++) {
        const uintptr_t offset = address - platform_regions[i];
        if (offset < platform_region_bytes && offset % sizeof(platform_handle) == 0)
            return (platform_handle *)address;
    }
    return address == (uintptr_t)&platform_spare_handle ? &platform_spare_handle : NULL;
}

/* The cell of a live handle of that kind; NULL for everything else that a pointer can be. It keeps
   nothing alive. */
__attribute__((always_inline)) static inline platform_handle *_Nullable platform_handle_find(
    const void *_Nullable pointer, uint32_t kind)
{
    platform_handle *cell = platform_handle_at(pointer);
    return cell && (uint32_t)__atomic_load_n(&cell->state, __ATOMIC_ACQUIRE) == kind ? cell : NULL;
}

/* Whether this process made the handle. */
static inline int platform_handle_is_ours(const platform_handle *cell)
{
    return __atomic_load_n(&cell->generation, __ATOMIC_RELAXED) == platform_process_generation();
}

/* A new handle; NULL when memory is out. */
platform_handle *_Nullable platform_handle_new(uint32_t kind, void *object,
                                               void (*close)(void *object), void *_Nullable extra,
                                               int is_borrowed);

/* The spare one, as a handle of that kind: the same for every use. */
platform_handle *platform_handle_spare(uint32_t kind);

/* ---- in and out ---- */

enum platform_entry {
    platform_entry_none,   /* not a handle of that kind */
    platform_entry_inside, /* to be left again, by the same share */
    platform_entry_busy,   /* another thread has it, or an outer function of this one */
    platform_entry_forked, /* the handle is the parent process's */
};

enum platform_entry platform_handle_use_slowly(platform_handle *cell, uint32_t kind);

/* Goes in as the one user. */
static inline enum platform_entry platform_handle_use(void *_Nullable pointer, uint32_t kind)
{
    platform_handle *cell = platform_handle_at(pointer);
    uint64_t nobody_inside = kind;
    if (!cell)
        return platform_entry_none;
    if (platform_handle_is_ours(cell) &&
        __atomic_compare_exchange_n(&cell->state, &nobody_inside, kind | platform_share_use, 0,
                                    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return platform_entry_inside;
    return platform_handle_use_slowly(cell, kind);
}

/* Goes in beside anybody else; never busy. */
enum platform_entry platform_handle_visit(void *_Nullable pointer, uint32_t kind);

void platform_handle_last_is_out(platform_handle *cell);

static inline void platform_handle_leave(platform_handle *cell, enum platform_share share)
{
    if (__atomic_sub_fetch(&cell->state, (uint64_t)share, __ATOMIC_ACQ_REL) == 0)
        platform_handle_last_is_out(cell);
}

/* ---- what only calls have: the mark, and looks. All but the first with the engine's lock held ---- */

/* Leaves as the user, without the lock. False: there is a mark, and this thread is still
   inside; platform_handle_leave_marked is the way out. */
int platform_handle_leave_use_slowly(platform_handle *cell);
static inline int platform_handle_leave_use(platform_handle *cell, uint32_t kind)
{
    uint64_t alone = kind | platform_share_use;
    return __atomic_compare_exchange_n(&cell->state, &alone, kind, 0, __ATOMIC_RELEASE,
                                       __ATOMIC_RELAXED) ||
           platform_handle_leave_use_slowly(cell);
}

/* Leaves, and takes the mark out unless it is to be kept. True: nobody is inside any more, and
   platform_handle_last_is_out is to be called once the lock is given back. */
int platform_handle_leave_marked(platform_handle *cell, enum platform_share share, int keeps_mark);

/* Marks the cell. 0 when the handle was freed. */
int platform_handle_mark(platform_handle *cell);
/* The same, but only when somebody uses the call or looks at it: 0 otherwise. */
int platform_handle_mark_if_inside(platform_handle *cell);
void platform_handle_unmark(platform_handle *cell);

/* Goes in for a look, at a cell that is known to be a call's, to be ended soon. 0 when the handle was
   freed, or when somebody is inside, for whom the cell is marked. */
int platform_handle_begin_look(platform_handle *cell);
/* Ends a look that found something; whatever mark there is stays. Without the lock. 0 when the handle
   was freed meanwhile. One that found nothing is ended by platform_handle_leave_marked. */
int platform_handle_end_look(platform_handle *cell);

/* Ends the handle, and stays inside as a visitor; NULL when it is none of that kind, or borrowed and
   not `even_borrowed`. Of two threads that free the same handle, one gets it. */
platform_handle *_Nullable platform_handle_end(void *_Nullable pointer, uint32_t kind,
                                               int even_borrowed);

/* ---- what goes with a handle ---- */

static inline void *_Nullable platform_handle_extra(const platform_handle *cell)
{
    return __atomic_load_n(&cell->extra, __ATOMIC_RELAXED);
}
static inline void platform_handle_set_extra(platform_handle *cell, void *_Nullable extra)
{
    __atomic_store_n(&cell->extra, extra, __ATOMIC_RELAXED);
}

/* Raises the platform_interrupt that is the handle's extra. Async-signal-safe. */
void platform_handle_interrupt(void *_Nullable pointer, uint32_t kind);

#pragma clang assume_nonnull end

#endif
