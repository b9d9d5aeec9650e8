#include "CPlatform.h"

uintptr_t platform_regions[platform_maximum_regions];
uint32_t platform_region_count;

/* Freed cells wait in a queue this long before they are used again, so that a handle that is used
   after its free meets a free cell and not somebody else's. */
enum { quarantine = 1024 };

/* The cells of one process. A forked child begins anew: another thread may have held the lock. */
typedef struct handle_space {
    uint64_t generation;
    pthread_mutex_t lock;
    platform_handle *first_free;
    platform_handle *last_free;
    size_t free_count;
    platform_handle *fresh; /* never used, up to fresh_end */
    platform_handle *fresh_end;
    struct handle_space *parents; /* kept reachable, for leak checkers of forking programs */
} handle_space;

static handle_space *current_space;

static handle_space *space_of_this_process(void)
{
    const uint64_t generation = platform_process_generation();
    handle_space *space = __atomic_load_n(&current_space, __ATOMIC_ACQUIRE);
    if (space && space->generation == generation)
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

platform_handle *platform_handle_new(uint32_t kind, void *object, void *extra, int is_borrowed)
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
    cell->extra = extra;
    cell->is_borrowed = is_borrowed != 0;
    __atomic_store_n(&cell->kind, kind, __ATOMIC_RELEASE);
    return cell;
}

void *platform_handle_end(void *pointer, uint32_t kind, int even_borrowed)
{
    platform_handle *cell = platform_handle_find(pointer, kind);
    if (!cell || (cell->is_borrowed && !even_borrowed))
        return NULL;
    uint32_t expected = kind;
    if (!__atomic_compare_exchange_n(&cell->kind, &expected, 0, 0, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return NULL;
    void *object = cell->object;
    handle_space *space = space_of_this_process();
    if (!space)
        return object; /* the cell is lost, the object is not */
    pthread_mutex_lock(&space->lock);
    cell->next_free = NULL;
    if (space->free_count)
        space->last_free->next_free = cell;
    else
        space->first_free = cell;
    space->last_free = cell;
    space->free_count += 1;
    pthread_mutex_unlock(&space->lock);
    return object;
}
