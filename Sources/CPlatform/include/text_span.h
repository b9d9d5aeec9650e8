/*
 * How far plain text reaches: the inner loop of reading JSON strings. In C because Swift's SIMD types
 * compile to a loop over their lanes (docs/adr/0003-scanner.md).
 */
#ifndef PLATFORM_TEXT_SPAN_H
#define PLATFORM_TEXT_SPAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/*
 * The first byte at or after `p` that is a quote, a backslash, a control character (the terminating
 * NUL among them) or not ASCII. Reads up to 15 bytes beyond it: the caller's bytes end in NUL and
 * have at least that many more readable ones behind.
 */
static inline const uint8_t *_Nonnull platform_text_span(const uint8_t *_Nonnull p)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(0x20);
    for (;;) {
        const __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
        /* Signed comparison: bytes of 0x80 and more are negative, so they are "less than space". */
        const __m128i stop = _mm_or_si128(
            _mm_cmplt_epi8(chunk, space),
            _mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash)));
        const int mask = _mm_movemask_epi8(stop);
        if (mask != 0)
            return p + __builtin_ctz((unsigned)mask);
        p += 16;
    }
#else
    /* Eight bytes in one word; the classic "has a byte less than n" and "has a zero byte" tests. */
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t tops = 0x8080808080808080u;
    for (;;) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        const uint64_t quote = word ^ (ones * '"');
        const uint64_t backslash = word ^ (ones * '\\');
        const uint64_t stop =
            ((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & tops;
        if (stop != 0)
            break;
        p += 8;
    }
    while (*p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\')
        p += 1;
    return p;
#endif
}

/* The next quote, or the NUL that ends the text; reads as far behind it as above. */
static inline const uint8_t *_Nonnull platform_quote_span(const uint8_t *_Nonnull p)
{
#if defined(__SSE2__)
    const __m128i zero = _mm_setzero_si128();
    const __m128i quote = _mm_set1_epi8('"');
    for (;;) {
        const __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
        const __m128i stop =
            _mm_or_si128(_mm_cmpeq_epi8(chunk, zero), _mm_cmpeq_epi8(chunk, quote));
        const int mask = _mm_movemask_epi8(stop);
        if (mask != 0)
            return p + __builtin_ctz((unsigned)mask);
        p += 16;
    }
#else
    while (*p && *p != '"')
        p += 1;
    return p;
#endif
}

/* The next quote, bracket or brace, or the NUL that ends the text; reads as far behind it as above. */
static inline const uint8_t *_Nonnull platform_structure_span(const uint8_t *_Nonnull p)
{
#if defined(__SSE2__)
    const __m128i zero = _mm_setzero_si128();
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i bit = _mm_set1_epi8(0x20); /* '[' and '{', ']' and '}' differ in it alone */
    const __m128i open = _mm_set1_epi8('{');
    const __m128i close = _mm_set1_epi8('}');
    for (;;) {
        const __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
        const __m128i folded = _mm_or_si128(chunk, bit);
        const __m128i stop =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(chunk, zero), _mm_cmpeq_epi8(chunk, quote)),
                         _mm_or_si128(_mm_cmpeq_epi8(folded, open), _mm_cmpeq_epi8(folded, close)));
        const int mask = _mm_movemask_epi8(stop);
        if (mask != 0)
            return p + __builtin_ctz((unsigned)mask);
        p += 16;
    }
#else
    while (*p && *p != '"' && (*p | 0x20) != '{' && (*p | 0x20) != '}')
        p += 1;
    return p;
#endif
}

/* How many of the bytes are ASCII up to the first that is not. Reads none behind them. */
static inline size_t platform_ascii_span(const uint8_t *_Nonnull p, size_t count)
{
    size_t i = 0;
#if defined(__SSE2__)
    for (; count - i >= 64; i += 64) {
        const __m128i *const four = (const __m128i *)(const void *)(p + i);
        const __m128i all =
            _mm_or_si128(_mm_or_si128(_mm_loadu_si128(four), _mm_loadu_si128(four + 1)),
                         _mm_or_si128(_mm_loadu_si128(four + 2), _mm_loadu_si128(four + 3)));
        if (_mm_movemask_epi8(all) != 0)
            break;
    }
    if (count >= 16) {
        /* The last step goes back to where 16 bytes are left; what it sees again is ASCII. */
        while (i < count) {
            if (i > count - 16)
                i = count - 16;
            const __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
            const int mask = _mm_movemask_epi8(chunk);
            if (mask != 0)
                return i + (size_t)__builtin_ctz((unsigned)mask);
            i += 16;
        }
        return count;
    }
#endif
    const uint64_t tops = 0x8080808080808080u;
    for (; count - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, sizeof word);
        if (word & tops)
            break;
    }
    while (i < count && p[i] < 0x80)
        i++;
    return i;
}

/* Makes spaces of control characters (below 0x20, and 0x7F). */
static inline void platform_blank_controls(uint8_t *_Nonnull p, size_t count)
{
    size_t i = 0;
#if defined(__SSE2__)
    const __m128i highest = _mm_set1_epi8(0x1F);
    const __m128i last = _mm_set1_epi8(0x7F);
    for (; count - i >= 16; i += 16) {
        const __m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        const __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(chunk, highest), chunk),
                                          _mm_cmpeq_epi8(chunk, last));
        if (_mm_movemask_epi8(stop) != 0)
            for (size_t here = i; here < i + 16; here++)
                if (p[here] < 0x20 || p[here] == 0x7F)
                    p[here] = 0x20;
    }
#endif
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t tops = 0x8080808080808080u;
    while (i < count) {
        if (count - i >= 8) {
            uint64_t word;
            memcpy(&word, p + i, sizeof word);
            const uint64_t last = word ^ (ones * 0x7F);
            /* Exact up to the first hit, and what follows one is looked at byte by byte. */
            if ((((word - ones * 0x20) & ~word) | ((last - ones) & ~last)) & tops) {
                for (size_t end = i + 8; i < end; i++)
                    if (p[i] < 0x20 || p[i] == 0x7F)
                        p[i] = 0x20;
            } else {
                i += 8;
            }
        } else {
            if (p[i] < 0x20 || p[i] == 0x7F)
                p[i] = 0x20;
            i++;
        }
    }
}

/* As above for text that is to be written into JSON: the first byte that must be escaped. */
static inline int platform_needs_escape(uint8_t byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

#endif
