#include "websocket.h"

#include <stdint.h>
#include <string.h>

/* ---- the handshake --------------------------------------------------------------------------- */

static uint32_t rotated(uint32_t value, int bits)
{
    return value << bits | value >> (32 - bits);
}

/* SHA-1 (RFC 3174) of one block of 64 bytes. */
static void add_block(uint32_t state[5], const unsigned char *block)
{
    uint32_t w[80];
    for (int t = 0; t < 16; t++)
        w[t] = (uint32_t)block[t * 4] << 24 | (uint32_t)block[t * 4 + 1] << 16 |
               (uint32_t)block[t * 4 + 2] << 8 | block[t * 4 + 3];
    for (int t = 16; t < 80; t++)
        w[t] = rotated(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int t = 0; t < 80; t++) {
        uint32_t mixed, constant;
        if (t < 20)
            mixed = (b & c) | (~b & d), constant = 0x5A827999;
        else if (t < 40)
            mixed = b ^ c ^ d, constant = 0x6ED9EBA1;
        else if (t < 60)
            mixed = (b & c) | (b & d) | (c & d), constant = 0x8F1BBCDC;
        else
            mixed = b ^ c ^ d, constant = 0xCA62C1D6;
        const uint32_t next = rotated(a, 5) + mixed + e + w[t] + constant;
        e = d, d = c, c = rotated(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

void websocket_accept(char out[WEBSOCKET_ACCEPT + 1], const char *key, size_t count)
{
    static const char identity[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char blocks[128] = {0}, digest[21] = {0};
    uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    /* A key has 24 characters. */
    count = count < 24 ? count : 24;
    memcpy(blocks, key, count);
    memcpy(blocks + count, identity, sizeof identity - 1);
    count += sizeof identity - 1;
    blocks[count] = 0x80;
    const size_t end = count + 9 <= 64 ? 64 : 128;
    blocks[end - 2] = (unsigned char)(count * 8 >> 8);
    blocks[end - 1] = (unsigned char)(count * 8);
    for (size_t place = 0; place < end; place += 64)
        add_block(state, blocks + place);
    for (int index = 0; index < 20; index++)
        digest[index] = (unsigned char)(state[index / 4] >> (24 - index % 4 * 8));
    for (int index = 0; index < 21; index += 3) {
        const unsigned three =
            (unsigned)digest[index] << 16 | (unsigned)digest[index + 1] << 8 | digest[index + 2];
        for (int digit = 0; digit < 4; digit++)
            *out++ = digits[three >> (18 - digit * 6) & 63];
    }
    out[-1] = '=';
    *out = 0;
}

/* ---- frames ---------------------------------------------------------------------------------- */

size_t websocket_header(char *out, int opcode, size_t count)
{
    out[0] = (char)(0x80 | opcode);
    if (count < 126) {
        out[1] = (char)count;
        return 2;
    }
    const int digits = count < 65536 ? 2 : 8;
    out[1] = digits == 2 ? 126 : 127;
    for (int index = 0; index < digits; index++)
        out[2 + index] = (char)(count >> (digits - 1 - index) * 8);
    return 2 + (size_t)digits;
}

int websocket_take(char *bytes, size_t count, struct websocket_frame *frame)
{
    if (count < 2)
        return 0;
    const int is_masked = bytes[1] & 0x80;
    size_t length = bytes[1] & 0x7F, header = 2;
    const int digits = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (!is_masked || bytes[0] & 0x70)
        return -1;
    if (count < header + (size_t)digits + 4)
        return 0;
    if (digits)
        length = 0;
    for (int index = 0; index < digits; index++)
        length = length << 8 | (unsigned char)bytes[header++];
    const char *mask = bytes + header;
    header += 4;
    if (length > count - header)
        return length > (size_t)1 << 40 ? -1 : 0;
    frame->opcode = bytes[0] & 15;
    frame->is_last = (bytes[0] & 0x80) != 0;
    frame->payload = bytes + header;
    frame->count = length;
    frame->whole = header + length;
    for (size_t index = 0; index < length; index++)
        frame->payload[index] ^= mask[index % 4];
    frame->behind = frame->payload[length];
    frame->payload[length] = 0;
    return 1;
}
