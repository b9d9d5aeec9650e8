/* What the compiler can do, and the namespace that follows from it. Part of responses.hpp. */
#ifndef RESPONSES_CONFIG_HPP
#define RESPONSES_CONFIG_HPP

#include <responses.h>

#if defined(_MSVC_LANG)
#define RESPONSES_CPLUSPLUS _MSVC_LANG
#else
#define RESPONSES_CPLUSPLUS __cplusplus
#endif

#if RESPONSES_CPLUSPLUS < 201103L
#error "responses.hpp needs C++11; for C++98 there is responses.h"
#endif

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS)
#define RESPONSES_EXCEPTIONS 1
#else
#define RESPONSES_EXCEPTIONS 0
#endif

#if RESPONSES_CPLUSPLUS >= 201703L
#define RESPONSES_NODISCARD [[nodiscard]]
#else
#define RESPONSES_NODISCARD
#endif

/* string_view is another type before C++17, and some functions do another thing without exceptions.
   Files that were compiled differently therefore use different names, and can be linked together:
   what they cannot share does not link, where it would otherwise go wrong at run time. */
#if RESPONSES_CPLUSPLUS >= 201703L
#if RESPONSES_EXCEPTIONS
#define RESPONSES_INLINE_NAMESPACE cxx17
#else
#define RESPONSES_INLINE_NAMESPACE cxx17_no_exceptions
#endif
#else
#if RESPONSES_EXCEPTIONS
#define RESPONSES_INLINE_NAMESPACE cxx11
#else
#define RESPONSES_INLINE_NAMESPACE cxx11_no_exceptions
#endif
#endif

#define RESPONSES_NAMESPACE_BEGIN                                                                  \
    namespace responses                                                                            \
    {                                                                                              \
    inline namespace RESPONSES_INLINE_NAMESPACE                                                    \
    {
#define RESPONSES_NAMESPACE_END                                                                    \
    }                                                                                              \
    }

#endif
