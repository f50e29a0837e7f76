/* sha256.h: SHA-256 of bytes, streams and what flows past. */
#ifndef HASH_SHA256_H
#define HASH_SHA256_H

#include <stddef.h>
#include "stream/stream.h"

#define SHA256_BYTES 32
#define SHA256_HEX_SIZE 65 /* 64 digits and the NUL */

typedef struct hash_sha256 hash_sha256;

/* A running sum; NULL with `e` filled on failure. Free with hash_sha256_free. */
hash_sha256 *hash_sha256_new(error *e);
void hash_sha256_free(hash_sha256 *h); /* NULL is fine */

int hash_sha256_update(hash_sha256 *h, const void *data, size_t n, error *e);

/* Ends the sum as 64 lower-case hex digits, or as 32 bytes, and begins a new one: cheap enough for
 * one sum per archive entry. */
int hash_sha256_final(hash_sha256 *h, char hex[SHA256_HEX_SIZE], error *e);
int hash_sha256_final_bytes(hash_sha256 *h, unsigned char sum[SHA256_BYTES], error *e);

/* Drops what was added and begins anew. */
int hash_sha256_reset(hash_sha256 *h, error *e);

/* The sum of n bytes; of everything up to a reader's end (the reader stays the caller's). `bytes`
 * (may be NULL) follows how far it got. */
int hash_sha256_of(const void *data, size_t n, char hex[SHA256_HEX_SIZE], error *e);
int hash_sha256_reader(reader *r, char hex[SHA256_HEX_SIZE], _Atomic long long *bytes, error *e);

/* A reader or writer that hands everything through to `inner` and adds it to `h`. It owns `inner`;
 * `h` stays the caller's. On failure `inner` stays the caller's. */
reader *hash_sha256_tap_reader(reader *inner, hash_sha256 *h, error *e);
writer *hash_sha256_tap_writer(writer *inner, hash_sha256 *h, error *e);

void hash_hex(const unsigned char *bytes, size_t n, char *hex); /* 2n digits and a NUL */

#endif
