#include "model.h"

#include <string.h>

#include "CPlatform.h"

enum { KIND = 0x43414C4C };

/* One cell of the library for each call; its state is put in before a step and taken out after it. */
static platform_handle *cells[CALLS];
static int has_closed;

static void close_it(void *object)
{
    (void)object;
    has_closed = 1;
}

static const struct scenario *scenario;
static enum mutation mutation;
static struct state *s;
static struct thread *t;
static struct call *c;
static int self;
static const char *fault;

void model_begin(struct state *state, const struct scenario *of)
{
    memset(state, 0, sizeof *state);
    for (int i = 0; i < CALLS; i++) {
        if (!cells[i])
            cells[i] = platform_handle_new(KIND, &cells[i], close_it, NULL, 0);
        if (i < of->calls) {
            state->calls[i].cell = KIND;
            state->calls[i].news = (uint8_t)of->news;
        }
    }
}

static platform_handle *cell(const struct call *call)
{
    return cells[call - s->calls];
}

/* ---- HostLoop.swift; the lock is held ---- */

static int may_have_more(const struct call *call)
{
    return call->has_news && !call->is_read_to_end;
}

static void append(struct call *call)
{
    const uint8_t entry = (uint8_t)(call - s->calls + 1);
    call->is_listed = 1;
    call->next = 0;
    if (s->last)
        s->calls[s->last - 1].next = entry;
    else
        s->first = entry;
    s->last = entry;
    s->is_raised = 1;
}

static void unlink_call(struct call *call)
{
    const uint8_t entry = (uint8_t)(call - s->calls + 1);
    uint8_t before = 0;
    if (!call->is_listed)
        return;
    for (uint8_t i = s->first; i != entry; i = s->calls[i - 1].next)
        before = i;
    if (before)
        s->calls[before - 1].next = call->next;
    else
        s->first = call->next;
    if (s->last == entry)
        s->last = before;
    call->is_listed = call->next = 0;
}

static void list(struct call *call)
{
    if (call->is_listed || call->is_gone || call->is_parked)
        return;
    if (mutation == NEWS_FOR_A_USER_IS_LEFT) {
        if (call->cell & (platform_share_use | platform_share_look))
            return;
    } else if (platform_handle_mark_if_inside(cell(call))) {
        return;
    }
    append(call);
}

static int leave_marked(struct call *call, enum platform_share share, int keeps_mark)
{
    return platform_handle_leave_marked(cell(call), share, keeps_mark);
}

/* ---- the steps ---- */

enum {
    AT_REST,
    /* a user: using() and Call.next, wait or response */
    ENTER,
    ASKS_FOR_NEWS,
    SAYS_IT_READS,
    READS,
    COLLECTS,
    CONCLUDES,
    SLEEPS,
    LEAVES,
    LEAVES_MARKED,
    LISTS_AFTER_LEAVING,
    CLOSES,
    /* a loop: nextReady */
    ASKS,
    LISTS_AFTER_LOOK,
    SETTLES,
    MARKS,
    PARKS,
    UNMARKS,
    LISTS_NAMED,
    TAKES,
    ENDS_LOOK,
    /* the engine */
    LISTS_NEWS,
    /* who frees */
    CANCELS,
    LEAVES_VISIT,
    FINISHED
};

enum { NOTHING_YET, EVENT, NOTHING, END };

static int lock(void)
{
    if (s->lock)
        return 0;
    s->lock = (uint8_t)(self + 1);
    return 1;
}

static void unlock_to(int pc)
{
    s->lock = 0;
    t->pc = (uint8_t)pc;
}

static int go(int pc)
{
    t->pc = (uint8_t)pc;
    return 1;
}

/* What a thread does once it is out of a call. */
static int is_out(void)
{
    const enum role role = scenario->roles[self];
    const int goes_on = t->result == EVENT && !c->is_gone;
    if (role == WORKER || role == LOOP || role == READER) {
        if (goes_on && (scenario->reads == 0 || --t->left > 0))
            return go(ENTER);
        return go(role == LOOP ? ASKS : role == WORKER ? AT_REST : FINISHED);
    }
    return go(FINISHED);
}

/* A look, the user's or the loop's, has come to a result. */
static int has_result(int result)
{
    t->result = (uint8_t)result;
    if (t->is_look)
        return go(result == NOTHING ? ASKS : ENDS_LOOK);
    if (scenario->roles[self] == WAITER) {
        if (result == EVENT)
            c->has_event_in_hand = 1, c->has_lent_event = 0;
        return go(result == NOTHING ? SLEEPS : LEAVES);
    }
    c->has_lent_event = result == EVENT;
    if (result == NOTHING)
        c->has_nothing_to_read = 1;
    if (result == END)
        c->is_read_to_end = 1;
    return go(LEAVES);
}

/* Call.advance. */
static int reads(void)
{
    c->has_nothing_to_read = 0;
    if (c->outcome)
        return has_result(END);
    if (c->decoder) {
        c->decoder--;
        return has_result(EVENT);
    }
    return c->has_news ? go(COLLECTS) : has_result(NOTHING);
}

static int step_user(void)
{
    switch (t->pc) {
    case ENTER:
        if (s->calls[t->call].cell & platform_share_look)
            return 0; /* platform_handle_use waits */
        switch (platform_handle_use(cell(c), KIND)) {
        case platform_entry_inside:
            t->is_look = 0;
            if (scenario->roles[self] == ASKER)
                return go(LEAVES);
            return go(scenario->roles[self] == WAITER ? READS : ASKS_FOR_NEWS);
        case platform_entry_busy:
            return 0; /* the host tries again */
        default:
            t->result = END;
            return is_out();
        }
    case ASKS_FOR_NEWS:
        if (c->has_nothing_to_read && !c->has_news) {
            t->result = NOTHING;
            return go(LEAVES);
        }
        return go(SAYS_IT_READS);
    case SAYS_IT_READS:
        c->was_read = 1;
        c->told = 0;
        if (c->has_event_in_hand) {
            c->has_event_in_hand = 0;
            return has_result(EVENT);
        }
        return go(READS);
    case READS:
        if ((t->is_look || scenario->roles[self] == WAITER) && c->has_event_in_hand)
            return has_result(EVENT);
        return reads();
    case COLLECTS:
        if (!lock())
            return 0;
        if (c->inbox) {
            c->decoder = c->inbox;
            c->inbox = 0;
            unlock_to(READS);
        } else if (c->is_over) {
            unlock_to(CONCLUDES);
        } else {
            c->has_news = 0;
            s->lock = 0;
            return has_result(NOTHING);
        }
        return 1;
    case CONCLUDES:
        if (!lock())
            return 0;
        c->has_news = 1;
        c->outcome = 1;
        list(c);
        unlock_to(READS);
        return 1;
    case SLEEPS:
        return c->has_news ? go(READS) : 0;
    case LEAVES:
        if (!platform_handle_leave_use(cell(c), KIND))
            return go(LEAVES_MARKED);
        return has_closed ? go(CLOSES) : is_out();
    case LEAVES_MARKED: {
        if (!lock())
            return 0;
        const int is_told = c->is_parked || s->named == t->call + 1;
        const int keeps = (is_told && !c->was_read) || mutation == MARK_IS_KEPT;
        const int is_last = leave_marked(c, platform_share_use, keeps);
        if (!is_last && !keeps)
            return go(LISTS_AFTER_LEAVING);
        s->lock = 0;
        return is_last ? go(CLOSES) : is_out();
    }
    case LISTS_AFTER_LEAVING:
        c->is_parked = 0;
        if (may_have_more(c))
            list(c);
        s->lock = 0;
        return is_out();
    case CLOSES:
        if (!lock())
            return 0;
        if (c->closed++)
            fault = "a call is closed twice";
        if (s->named == t->call + 1)
            s->named = 0;
        unlink_call(c);
        c->is_gone = 1;
        s->lock = 0;
        if (t->is_look)
            return t->is_look = 0, go(ASKS);
        return is_out();
    default:
        return 0;
    }
}

static int step_loop(void)
{
    struct call *named = s->named ? &s->calls[s->named - 1] : NULL;
    switch (t->pc) {
    case AT_REST:
        return s->is_raised ? go(ASKS) : 0;
    case ASKS:
        if (!lock())
            return 0;
        if (!t->is_look)
            return go(SETTLES);
        /* The look before this found nothing. */
        if (t->takes == 1 || mutation == TAKING_IS_NOT_COUNTED)
            s->named = 0;
        if (leave_marked(c, platform_share_look, 0)) {
            s->lock = 0;
            return go(CLOSES);
        }
        t->is_look = 0;
        return go(LISTS_AFTER_LOOK);
    case LISTS_AFTER_LOOK:
        if (mutation != LOOK_KEEPS_ITS_PARKING)
            c->is_parked = 0;
        if (may_have_more(c))
            list(c);
        return go(SETTLES);
    case SETTLES:
        if (!named)
            return go(TAKES);
        return go(named->was_read ? LISTS_NAMED : MARKS);
    case MARKS:
        if (platform_handle_mark(cell(named)))
            return go(PARKS);
        s->named = 0;
        return go(TAKES);
    case PARKS:
        if (named->was_read && mutation != PARKED_WITHOUT_A_LOOK)
            return go(UNMARKS);
        named->is_parked = 1;
        unlink_call(named);
        s->named = 0;
        return go(TAKES);
    case UNMARKS:
        platform_handle_unmark(cell(named));
        return go(LISTS_NAMED);
    case LISTS_NAMED:
        s->named = 0;
        if (may_have_more(named))
            list(named);
        return go(TAKES);
    case TAKES: {
        struct call *first = s->first ? &s->calls[s->first - 1] : NULL;
        if (!first) {
            s->is_raised = 0;
            unlock_to(AT_REST);
            return 1;
        }
        unlink_call(first);
        if (!may_have_more(first))
            return 1;
        const uint64_t mark = first->cell & platform_relist_mark;
        if (!platform_handle_begin_look(cell(first))) {
            if (mutation == PASSED_OVER_IS_FORGOTTEN && !mark)
                platform_handle_unmark(cell(first));
            return 1;
        }
        first->was_read = 0;
        s->named = (uint8_t)(first - s->calls + 1);
        for (int i = 0; i < THREADS; i++)
            s->threads[i].takes = i == self;
        t->call = (uint8_t)(first - s->calls);
        t->is_look = 1;
        unlock_to(READS);
        if (first->has_lent_event || first->is_read_to_end)
            return c = first, has_result(first->is_read_to_end ? NOTHING : END);
        return 1;
    }
    case ENDS_LOOK:
        if (t->result == EVENT)
            c->has_event_in_hand = 1;
        if (!platform_handle_end_look(cell(c))) {
            if (has_closed)
                return go(CLOSES);
            return t->is_look = 0, go(ASKS);
        }
        t->is_look = 0;
        if (c->told)
            fault = "a call is named again that was not read";
        c->told = 1;
        if (scenario->host_drops)
            return go(ASKS);
        if (scenario->loop_reads)
            return t->left = (uint8_t)scenario->reads, go(ENTER);
        c->handed++;
        return go(ASKS);
    default:
        return step_user();
    }
}

static int begin_by_role(void)
{
    switch (scenario->roles[self]) {
    case ENGINE:
        for (int i = 0; i < scenario->calls; i++) {
            struct call *call = &s->calls[i];
            if (!call->news || !lock())
                continue;
            call->has_news = 1;
            if (--call->news)
                call->inbox++;
            else
                call->is_over = 1;
            t->call = (uint8_t)i;
            return go(LISTS_NEWS);
        }
        return 0;
    case NOISE:
        if (t->left == scenario->noise * scenario->calls || !lock())
            return 0;
        t->call = (uint8_t)(t->left++ % scenario->calls);
        s->calls[t->call].has_news = 1;
        return go(LISTS_NEWS);
    case WORKER:
        for (int i = 0; i < scenario->calls; i++) {
            if (!s->calls[i].handed)
                continue;
            s->calls[i].handed--;
            t->call = (uint8_t)i;
            t->left = (uint8_t)scenario->reads;
            return go(ENTER);
        }
        return 0;
    case READER:
        t->left = (uint8_t)scenario->reads;
        return go(ENTER);
    case WAITER:
    case ASKER:
        return go(ENTER);
    case FREER:
        platform_handle_end(cell(&s->calls[0]), KIND, 0);
        return go(CANCELS);
    default:
        return 0;
    }
}

static int step(void)
{
    switch (t->pc) {
    case AT_REST:
        return scenario->roles[self] == LOOP ? step_loop() : begin_by_role();
    case LISTS_NEWS:
        list(c);
        unlock_to(AT_REST);
        return 1;
    case CANCELS:
        if (!lock())
            return 0;
        c->has_news = c->is_over = 1;
        list(c);
        unlock_to(LEAVES_VISIT);
        return 1;
    case LEAVES_VISIT:
        platform_handle_leave(cell(c), platform_share_visit);
        return go(has_closed ? CLOSES : FINISHED);
    default:
        return scenario->roles[self] == LOOP ? step_loop() : step_user();
    }
}

int model_step(struct state *state, const struct scenario *of, enum mutation with, int thread,
               const char **wrong)
{
    s = state;
    scenario = of;
    mutation = with;
    self = thread;
    t = &s->threads[self];
    c = &s->calls[t->call];
    fault = NULL;
    has_closed = 0;
    for (int i = 0; i < CALLS; i++)
        cells[i]->state = s->calls[i].cell;
    const int moved = step();
    for (int i = 0; i < CALLS; i++)
        s->calls[i].cell = cells[i]->state;
    *wrong = fault;
    return moved;
}

const char *model_rest(const struct state *state, const struct scenario *of)
{
    if (state->lock)
        return "a thread waits for the lock for ever";
    for (int i = 0; i < of->calls; i++) {
        const struct call *call = &state->calls[i];
        const int is_unread =
            call->inbox || call->decoder || call->has_event_in_hand || !call->is_read_to_end;
        if (call->cell != KIND && (uint32_t)call->cell == KIND &&
            call->cell != (KIND | platform_relist_mark))
            return "a thread is in a call for ever";
        if ((uint32_t)call->cell == 0) {
            if (!call->closed)
                return "a freed call was not closed";
        } else if (is_unread && !(call->told && of->host_drops)) {
            return "a call has something to read, and nobody will be told";
        } else if (call->told && !(call->cell & platform_relist_mark)) {
            return "a call is left alone, and whoever reads it would not say so";
        }
    }
    return NULL;
}
