/*
 * Random numbers that come again: everything about a case is drawn from its seed, in the server as in
 * the client, so that a case is one number and two processes agree on it without a word.
 */
#ifndef CALLS_DRAW_H
#define CALLS_DRAW_H

#include <stddef.h>
#include <stdint.h>

struct draw {
    uint64_t state;
};

/* Mixes two numbers into a seed. */
uint64_t draw_mix(uint64_t one, uint64_t other);

struct draw draw_from(uint64_t seed);
uint64_t draw_next(struct draw *draw);

/* 0 to limit - 1; 0 when the limit is 0. */
unsigned draw_below(struct draw *draw, unsigned limit);

/* True that often in a hundred. */
int draw_chance(struct draw *draw, unsigned percent);

/* The place of a weight, as often as the weight says. */
unsigned draw_weighted(struct draw *draw, const unsigned *weights, unsigned count);

/* FNV-1a, 64 bits: what stands for the bytes of an event. */
uint64_t hash_bytes(const void *bytes, size_t len);

#endif
