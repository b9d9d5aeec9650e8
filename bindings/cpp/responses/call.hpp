/* An operation under way, and its events as a range. Part of responses.hpp. */
#ifndef RESPONSES_CALL_HPP
#define RESPONSES_CALL_HPP

#include "reading.hpp"

#include <climits>
#include <cstddef>
#include <iterator>

RESPONSES_NAMESPACE_BEGIN

namespace detail
{
/* A duration in the int of milliseconds that the library takes: rounded up, negative for no limit. */
template <class Rep, class Period>
int milliseconds_of(const std::chrono::duration<Rep, Period> &duration) noexcept
{
    typedef std::chrono::duration<double, std::milli> exact;
    double count = std::chrono::duration_cast<exact>(duration).count();
    if (count < 0)
        return -1;
    if (count >= INT_MAX)
        return INT_MAX;
    int whole = static_cast<int>(count);
    return whole < count ? whole + 1 : whole;
}

/* Reads the next event, and waits where there is none yet: RESPONSES_OK, RESPONSES_DONE, or what went
   wrong, with what had arrived when that is the end of the call. */
inline int next_or_wait(responses_call *call, event_view &event, error &e)
{
    for (;;) {
        const responses_event *borrowed = nullptr;
        responses_error *details = nullptr;
        int status = responses_call_next(call, &borrowed, &details);
        event = event_view(borrowed);
        if (status < 0) {
            responses_response *arrived = nullptr;
            responses_response_clone(responses_call_response(call), &arrived);
            e = error(status, details, arrived);
        }
        if (status != RESPONSES_AGAIN)
            return status;
        status = responses_call_wait(call, -1);
        if (status != RESPONSES_OK) {
            e = error(status < 0 ? status : RESPONSES_E_CANCELLED);
            return e.status();
        }
    }
}
} // namespace detail

/* No limit, where a time limit is asked for. */
constexpr std::chrono::milliseconds no_limit = std::chrono::milliseconds(-1);

/* An operation under way. Looks at one that another owns; see call. */
class call_view
{
  public:
    call_view() noexcept : handle_(nullptr) {}
    explicit call_view(responses_call *handle) noexcept : handle_(handle) {}
    explicit operator bool() const noexcept
    {
        return handle_ != nullptr;
    }
    responses_call *handle() const noexcept
    {
        return handle_;
    }
    friend bool operator==(const call_view &a, const call_view &b) noexcept
    {
        return a.handle_ == b.handle_;
    }
    friend bool operator!=(const call_view &a, const call_view &b) noexcept
    {
        return a.handle_ != b.handle_;
    }

    /* Reads the next event; never blocks, never throws. RESPONSES_OK with the event, RESPONSES_AGAIN,
       RESPONSES_DONE, or what went wrong, which is then in `e`. */
    int next(event_view &event, error &e) const
    {
        const responses_event *borrowed = nullptr;
        responses_error *details = nullptr;
        int status = responses_call_next(handle_, &borrowed, &details);
        event = event_view(borrowed);
        if (status < 0)
            e = error(status, details);
        return status;
    }

    /* As next(), for a client whose option "raw" is "1": the answer as it came, the head first, which is
       an empty piece. The bytes are borrowed until the next use of the call. */
    int next_bytes(string_view &bytes, error &e) const
    {
        const char *borrowed = nullptr;
        std::size_t len = 0;
        responses_error *details = nullptr;
        int status = responses_call_next_bytes(handle_, &borrowed, &len, &details);
        bytes = borrowed == nullptr ? string_view() : string_view(borrowed, len);
        if (status < 0)
            e = error(status, details);
        return status;
    }

    /* Waits until next() has something else to say than RESPONSES_AGAIN: true. False when the time is
       over or the client was interrupted. The result of try_wait holds that, besides being an error or
       none: `*result`. */
    template <class Rep, class Period>
    result<bool> try_wait(const std::chrono::duration<Rep, Period> &limit) const
    {
        int status = responses_call_wait(handle_, detail::milliseconds_of(limit));
        if (status < 0)
            return error(status);
        return status == RESPONSES_OK;
    }
    /* Waits for the end, leaving out the events that are still to come: the final response. The twin of
       a blocking operation for a call that was started. An interrupt is RESPONSES_E_CANCELLED. */
    result<response> try_finish() const
    {
        event_view event;
        error e;
        int status;
        do
            status = detail::next_or_wait(handle_, event, e);
        while (status == RESPONSES_OK);
        if (status != RESPONSES_DONE)
            return e;
        return response::try_copy(so_far());
    }
#if RESPONSES_EXCEPTIONS
    template <class Rep, class Period>
    bool wait(const std::chrono::duration<Rep, Period> &limit) const
    {
        return try_wait(limit).value();
    }
    response finish() const
    {
        return try_finish().value();
    }
#endif

    /* Ends the call with RESPONSES_E_CANCELLED. From any thread. */
    int cancel() const noexcept
    {
        return responses_call_cancel(handle_);
    }
    /* What has been put together so far, and at the end the final response. Looks only, until the next
       call with this call; empty when nothing has arrived. */
    response_view so_far() const noexcept
    {
        return response_view(responses_call_response(handle_));
    }
    /* A pointer that the call carries along. */
    int set_user_data(void *user_data) const noexcept
    {
        return responses_call_set_user_data(handle_, user_data);
    }
    void *user_data() const noexcept
    {
        return responses_call_user_data(handle_);
    }

  protected:
    responses_call *handle_;
};

/* Goes from event to event and waits where there is none yet. One pass: what was read is gone. */
class event_iterator
{
  public:
    typedef std::input_iterator_tag iterator_category;
    typedef event_view value_type;
    typedef std::ptrdiff_t difference_type;
    typedef const event_view *pointer;
    typedef const event_view &reference;

    /* The end. */
    event_iterator() noexcept : error_(nullptr), throws_(false) {}
    event_iterator(call_view of, error *e, bool throws) : call_(of), error_(e), throws_(throws)
    {
        advance();
    }
    reference operator*() const noexcept
    {
        return event_;
    }
    pointer operator->() const noexcept
    {
        return &event_;
    }
    event_iterator &operator++()
    {
        advance();
        return *this;
    }
    void operator++(int)
    {
        advance();
    }
    friend bool operator==(const event_iterator &a, const event_iterator &b) noexcept
    {
        return a.call_ == b.call_;
    }
    friend bool operator!=(const event_iterator &a, const event_iterator &b) noexcept
    {
        return a.call_ != b.call_;
    }

  private:
    void advance()
    {
        error e;
        if (detail::next_or_wait(call_.handle(), event_, e) == RESPONSES_OK)
            return;
        call_ = call_view();
        *error_ = e;
#if RESPONSES_EXCEPTIONS
        if (throws_ && e)
            e.raise();
#else
        (void)throws_;
#endif
    }

    call_view call_;
    event_view event_;
    error *error_;
    bool throws_;
};

/* The events of a call that do not throw; see call::events. */
class event_range
{
  public:
    event_range(call_view of, error &e) noexcept : call_(of), error_(&e) {}
    event_iterator begin() const
    {
        return event_iterator(call_, error_, false);
    }
    event_iterator end() const noexcept
    {
        return event_iterator();
    }

  private:
    call_view call_;
    error *error_;
};

/*
 * An operation under way, of one's own. Freed when it goes, and cancelled if it still runs: leaving a
 * loop over its events early ends the stream.
 *
 *     for (auto &event : call) ...             throws when the stream ends badly; without exceptions
 *                                              it ends, and call.error() says why
 *     for (auto &event : call.events(e)) ...   never throws; ends, and `e` says why
 *
 * The end of the loop without an error means that the stream came to its end. A loop that was ended by
 * client::interrupt() has RESPONSES_E_CANCELLED; the call goes on, and so may a new loop.
 */
class call : public call_view
{
  public:
    explicit call(responses_call *adopted = nullptr) noexcept : call_view(adopted) {}
    /* With what it uses, which is kept as long: the functions of a run. */
    call(responses_call *adopted, std::shared_ptr<const void> uses) noexcept
        : call_view(adopted), uses_(std::move(uses))
    {
    }
    call(call &&other) noexcept
        : call_view(other.handle_), error_(other.error_), uses_(std::move(other.uses_))
    {
        other.handle_ = nullptr;
    }
    call &operator=(call &&other) noexcept
    {
        if (this != &other) {
            responses_call_free(handle_);
            error_ = other.error_;
            uses_ = std::move(other.uses_);
            handle_ = other.release();
        }
        return *this;
    }
    ~call()
    {
        responses_call_free(handle_);
    }
    /* The functions of a run are then kept by their set alone. */
    RESPONSES_NODISCARD responses_call *release() noexcept
    {
        responses_call *handle = handle_;
        handle_ = nullptr;
        uses_.reset();
        return handle;
    }

    /* Moving the call while a loop is inside it is not allowed. */
    event_iterator begin()
    {
        return event_iterator(*this, &error_, true);
    }
    event_iterator end() const noexcept
    {
        return event_iterator();
    }
    event_range events(responses::error &e) &noexcept
    {
        return event_range(*this, e);
    }
    /* The range does not keep the call. */
    event_range events(responses::error &e) && = delete;

    /* How the last loop ended. */
    const responses::error &error() const noexcept
    {
        return error_;
    }

  private:
    responses::error error_;
    std::shared_ptr<const void> uses_;
};

RESPONSES_NAMESPACE_END

#endif
