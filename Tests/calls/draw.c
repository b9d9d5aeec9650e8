/* SplitMix64 (Steele, Lea, Flood 2014): any seed is a good one, also 0, 1, 2. */
#include "draw.h"

uint64_t draw_next(struct draw *draw)
{
    uint64_t z = draw->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint64_t draw_mix(uint64_t one, uint64_t other)
{
    struct draw draw = {one * 0x2545F4914F6CDD1Du + 1};
    draw.state ^= draw_next(&draw) + other;
    return draw_next(&draw);
}

struct draw draw_from(uint64_t seed)
{
    return (struct draw){seed};
}

unsigned draw_below(struct draw *draw, unsigned limit)
{
    return limit == 0 ? 0 : (unsigned)((draw_next(draw) >> 32) * limit >> 32);
}

int draw_chance(struct draw *draw, unsigned percent)
{
    return draw_below(draw, 100) < percent;
}

unsigned draw_weighted(struct draw *draw, const unsigned *weights, unsigned count)
{
    unsigned total = 0;
    for (unsigned i = 0; i < count; i++)
        total += weights[i];
    unsigned place = draw_below(draw, total);
    for (unsigned i = 0; i < count; i++) {
        if (place < weights[i])
            return i;
        place -= weights[i];
    }
    return 0;
}

uint64_t hash_bytes(const void *bytes, size_t len)
{
    const unsigned char *byte = bytes;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ byte[i]) * 1099511628211u;
    return hash;
}
