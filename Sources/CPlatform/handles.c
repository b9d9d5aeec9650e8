#include "CPlatform.h"

_Static_assert(sizeof(platform_handle) == 64, "a cell is a cache line");

uintptr_t platform_regions[platform_maximum_regions];
uint32_t platform_region_count;
platform_handle platform_spare_handle = {.is_borrowed = 1};

/* Freed cells wait in a queue this long before they are used again, so that a handle that is used
   after its free meets a free cell and not somebody else's. */
enum { quarantine = 1024 };

/* The cells of one process. A forked child begins anew: another thread may have held the lock. */
typedef struct handle_space {
    uint64_t generation; /* 0: nobody's yet, which only the first one can be */
    pthread_mutex_t lock;
    platform_handle *first_free;
    platform_handle *last_free;
    size_t free_count;
    platform_handle *fresh; /* never used, up to fresh_end */
    platform_handle *fresh_end;
    struct handle_space *parents; /* kept reachable, for leak checkers of forking programs */
} handle_space;

static handle_space first_space = {.lock = PTHREAD_MUTEX_INITIALIZER};
static handle_space *current_space = &first_space;

static handle_space *space_of_this_process(void)
{
    const uint64_t generation = platform_process_generation();
    handle_space *space = __atomic_load_n(&current_space, __ATOMIC_ACQUIRE);
    uint64_t owner = __atomic_load_n(&space->generation, __ATOMIC_RELAXED);
    if (owner == 0 && __atomic_compare_exchange_n(&space->generation, &owner, generation, 0,
                                                  __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return space;
    if (owner == generation)
        return space;
    handle_space *made = calloc(1, sizeof *made);
    if (!made)
        return NULL;
    made->generation = generation;
    made->parents = space;
    pthread_mutex_init(&made->lock, NULL);
    if (!__atomic_compare_exchange_n(&current_space, &space, made, 0, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        free(made);
        return space; /* another thread was first */
    }
    return made;
}

static int add_region(handle_space *space)
{
    const uint32_t index = platform_region_count;
    if (index >= platform_maximum_regions)
        return 0;
    void *region = platform_reserve(platform_region_bytes);
    if (!region)
        return 0;
    platform_regions[index] = (uintptr_t)region;
    __atomic_store_n(&platform_region_count, index + 1, __ATOMIC_RELEASE);
    space->fresh = region;
    space->fresh_end = space->fresh + platform_region_bytes / sizeof(platform_handle);
    return 1;
}

static platform_handle *take_cell(handle_space *space)
{
    const int has_fresh = space->fresh < space->fresh_end;
    if (space->free_count > quarantine || (!has_fresh && !add_region(space) && space->free_count)) {
        platform_handle *cell = space->first_free;
        space->first_free = cell->next_free;
        space->free_count -= 1;
        return cell;
    }
    return space->fresh < space->fresh_end ? space->fresh++ : NULL;
}

platform_handle *platform_handle_new(uint32_t kind, void *object, void (*close)(void *object),
                                     void *extra, int is_borrowed)
{
    handle_space *space = space_of_this_process();
    if (!space)
        return NULL;
    pthread_mutex_lock(&space->lock);
    platform_handle *cell = take_cell(space);
    pthread_mutex_unlock(&space->lock);
    if (!cell)
        return NULL;
    cell->object = object;
    cell->close = close;
    cell->is_borrowed = is_borrowed != 0;
    __atomic_store_n(&cell->looker, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&cell->generation, platform_process_generation(), __ATOMIC_RELAXED);
    platform_handle_set_extra(cell, extra);
    __atomic_store_n(&cell->state, kind, __ATOMIC_RELEASE);
    return cell;
}

platform_handle *platform_handle_spare(uint32_t kind)
{
    __atomic_store_n(&platform_spare_handle.state, kind, __ATOMIC_RELEASE);
    return &platform_spare_handle;
}

static void give_back(platform_handle *cell)
{
    handle_space *space = space_of_this_process();
    if (!space)
        return; /* the cell is lost */
    pthread_mutex_lock(&space->lock);
    cell->next_free = NULL;
    if (space->free_count)
        space->last_free->next_free = cell;
    else
        space->first_free = cell;
    space->last_free = cell;
    space->free_count += 1;
    pthread_mutex_unlock(&space->lock);
}

/* ---- in and out ---- */

enum platform_entry platform_handle_use_slowly(platform_handle *cell, uint32_t kind)
{
    uint64_t state = __atomic_load_n(&cell->state, __ATOMIC_ACQUIRE);
    for (;;) {
        if ((uint32_t)state != kind)
            return platform_entry_none;
        /* Before all else: whoever was inside when the process forked will never leave in the child. */
        if (!platform_handle_is_ours(cell))
            return platform_entry_forked;
        if (state & platform_share_use)
            return platform_entry_busy;
        if (state & platform_share_look) {
            /* A log callback that comes from the look, and uses the call. */
            if (__atomic_load_n(&cell->looker, __ATOMIC_RELAXED) == platform_this_thread())
                return platform_entry_busy;
            sched_yield();
            state = __atomic_load_n(&cell->state, __ATOMIC_ACQUIRE);
        } else if (__atomic_compare_exchange_n(&cell->state, &state, state | platform_share_use, 0,
                                               __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
            return platform_entry_inside;
        }
    }
}

enum platform_entry platform_handle_visit(void *pointer, uint32_t kind)
{
    platform_handle *cell = platform_handle_find(pointer, kind);
    if (!cell)
        return platform_entry_none;
    if (!platform_handle_is_ours(cell))
        return platform_entry_forked;
    uint64_t state = kind;
    while (!__atomic_compare_exchange_n(&cell->state, &state, state + platform_share_visit, 0,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        if ((uint32_t)state != kind)
            return platform_entry_none;
    return platform_entry_inside;
}

int platform_handle_leave_use_slowly(platform_handle *cell)
{
    uint64_t state = __atomic_load_n(&cell->state, __ATOMIC_RELAXED);
    do {
        if (state & platform_relist_mark)
            return 0;
    } while (!__atomic_compare_exchange_n(&cell->state, &state, state - platform_share_use, 0,
                                          __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    if (state == platform_share_use)
        platform_handle_last_is_out(cell);
    return 1;
}

int platform_handle_leave_marked(platform_handle *cell, enum platform_share share, int keeps_mark)
{
    uint64_t state = __atomic_load_n(&cell->state, __ATOMIC_RELAXED), left;
    if (share == platform_share_look)
        __atomic_store_n(&cell->looker, 0, __ATOMIC_RELAXED);
    do {
        left = state - share;
        if (!keeps_mark)
            left &= ~platform_relist_mark;
    } while (!__atomic_compare_exchange_n(&cell->state, &state, left, 0, __ATOMIC_ACQ_REL,
                                          __ATOMIC_RELAXED));
    return left == 0;
}

static int mark(platform_handle *cell, uint64_t where)
{
    uint64_t state = __atomic_load_n(&cell->state, __ATOMIC_RELAXED);
    do {
        if ((uint32_t)state == 0 || !(state & where))
            return 0;
    } while (!__atomic_compare_exchange_n(&cell->state, &state, state | platform_relist_mark, 0,
                                          __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    return 1;
}

int platform_handle_mark(platform_handle *cell)
{
    return mark(cell, UINT64_MAX);
}

int platform_handle_mark_if_inside(platform_handle *cell)
{
    return mark(cell, platform_share_use | platform_share_look);
}

void platform_handle_unmark(platform_handle *cell)
{
    __atomic_and_fetch(&cell->state, ~platform_relist_mark, __ATOMIC_ACQ_REL);
}

int platform_handle_begin_look(platform_handle *cell)
{
    uint64_t state = __atomic_load_n(&cell->state, __ATOMIC_RELAXED), is_taken;
    do {
        if ((uint32_t)state == 0)
            return 0;
        is_taken = state & (platform_share_use | platform_share_look);
    } while (!__atomic_compare_exchange_n(
        &cell->state, &state, state | (is_taken ? platform_relist_mark : platform_share_look), 0,
        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    if (is_taken)
        return 0;
    __atomic_store_n(&cell->looker, platform_this_thread(), __ATOMIC_RELAXED);
    return 1;
}

int platform_handle_end_look(platform_handle *cell)
{
    __atomic_store_n(&cell->looker, 0, __ATOMIC_RELAXED);
    const uint64_t left =
        __atomic_sub_fetch(&cell->state, (uint64_t)platform_share_look, __ATOMIC_ACQ_REL);
    if (left == 0)
        platform_handle_last_is_out(cell);
    return (uint32_t)left != 0;
}

platform_handle *platform_handle_end(void *pointer, uint32_t kind, int even_borrowed)
{
    platform_handle *cell = platform_handle_find(pointer, kind);
    if (!cell || (cell->is_borrowed && !even_borrowed))
        return NULL;
    uint64_t state = kind;
    while (!__atomic_compare_exchange_n(
        &cell->state, &state, (state - kind + platform_share_visit) & ~platform_relist_mark, 0,
        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        if ((uint32_t)state != kind)
            return NULL;
    return cell;
}

void platform_handle_last_is_out(platform_handle *cell)
{
    const int is_ours = platform_handle_is_ours(cell);
    const int found = errno;
    /* A few instructions; and in a child nobody is there who would leave. */
    while (is_ours && __atomic_load_n(&cell->interrupting, __ATOMIC_SEQ_CST))
        sched_yield();
    cell->close(cell->object);
    if (is_ours)
        give_back(cell); /* a parent's cell is left alone in a child */
    errno = found;
}

/* ---- what goes with a handle ---- */

/* Not a visit: a signal handler must not be the last to leave, as it cannot free anything. So the last
   one waits for it instead. Either sees the other: this one counts first and looks at the kind then,
   that one takes the kind out and looks at the count then. */
void platform_handle_interrupt(void *pointer, uint32_t kind)
{
    platform_handle *cell = platform_handle_at(pointer);
    if (!cell || !platform_handle_is_ours(cell))
        return;
    __atomic_add_fetch(&cell->interrupting, 1, __ATOMIC_SEQ_CST);
    if ((uint32_t)__atomic_load_n(&cell->state, __ATOMIC_SEQ_CST) == kind)
        platform_interrupt_raise(platform_handle_extra(cell));
    __atomic_sub_fetch(&cell->interrupting, 1, __ATOMIC_RELEASE);
}
