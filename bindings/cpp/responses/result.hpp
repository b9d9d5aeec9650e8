/* A value or an error. Part of responses.hpp. */
#ifndef RESPONSES_RESULT_HPP
#define RESPONSES_RESULT_HPP

#include "error.hpp"

#include <cassert>
#include <cstdlib>
#include <new>

RESPONSES_NAMESPACE_BEGIN

/*
 * What a try_ function returns: `if (result)` tells whether there is a value, `*result` and
 * `result->` reach it (there must be one), `result.error()` says why there is none. value() throws that
 * error, and without exceptions ends the program. Of a result that goes away, as a function's that is used
 * at once, the value comes out by value, so that a loop may stand over `try_stream(json).value()`.
 */
template <class T> class RESPONSES_NODISCARD result
{
  public:
    result(T &&value) : has_value_(true), value_(std::move(value)) {}
    result(const responses::error &e) : has_value_(false), error_(e) {}
    result(result &&other) noexcept(std::is_nothrow_move_constructible<T>::value)
        : has_value_(other.has_value_), error_(std::move(other.error_))
    {
        if (has_value_)
            new (&value_) T(std::move(other.value_));
    }
    result &operator=(result &&other) noexcept(std::is_nothrow_move_constructible<T>::value)
    {
        if (this != &other) {
            this->~result();
            new (this) result(std::move(other));
        }
        return *this;
    }
    ~result()
    {
        if (has_value_)
            value_.~T();
    }

    bool has_value() const noexcept
    {
        return has_value_;
    }
    explicit operator bool() const noexcept
    {
        return has_value_;
    }
    /* None when there is a value. */
    const responses::error &error() const noexcept
    {
        return error_;
    }
    int status() const noexcept
    {
        return error_.status();
    }

    T &operator*() &noexcept
    {
        assert(has_value_);
        return value_;
    }
    const T &operator*() const &noexcept
    {
        assert(has_value_);
        return value_;
    }
    T operator*() &&noexcept(std::is_nothrow_move_constructible<T>::value)
    {
        assert(has_value_);
        return std::move(value_);
    }
    T *operator->() noexcept
    {
        assert(has_value_);
        return &value_;
    }
    const T *operator->() const noexcept
    {
        assert(has_value_);
        return &value_;
    }
    T &value() &
    {
        check();
        return value_;
    }
    const T &value() const &
    {
        check();
        return value_;
    }
    T value() &&
    {
        check();
        return std::move(value_);
    }
    T value_or(T other) &&
    {
        return has_value_ ? std::move(value_) : std::move(other);
    }

  private:
    void check() const
    {
        if (has_value_)
            return;
#if RESPONSES_EXCEPTIONS
        error_.raise();
#else
        std::abort();
#endif
    }

    bool has_value_;
    responses::error error_;
    union {
        T value_;
    };
};

template <> class RESPONSES_NODISCARD result<void>
{
  public:
    result() noexcept {}
    result(const responses::error &e) noexcept : error_(e) {}
    bool has_value() const noexcept
    {
        return !error_;
    }
    explicit operator bool() const noexcept
    {
        return !error_;
    }
    const responses::error &error() const noexcept
    {
        return error_;
    }
    int status() const noexcept
    {
        return error_.status();
    }
    void value() const
    {
        if (error_)
#if RESPONSES_EXCEPTIONS
            error_.raise();
#else
            std::abort();
#endif
    }

  private:
    responses::error error_;
};

RESPONSES_NAMESPACE_END

#endif
