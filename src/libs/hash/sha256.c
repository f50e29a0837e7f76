#include "hash/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct hash_sha256 {
    EVP_MD *kind; /* fetched once: a lookup per entry would cost more than a small entry's sum */
    EVP_MD_CTX *context;
};

static int failed(error *e) {
    return error_set(e, ERROR_SYSTEM, 0, "sha256", "", "libcrypto failed");
}

hash_sha256 *hash_sha256_new(error *e) {
    hash_sha256 *h = calloc(1, sizeof *h);
    if (!h) {
        error_errno(e, "sha256", "");
        return NULL;
    }
    h->kind = EVP_MD_fetch(NULL, "SHA256", NULL);
    h->context = EVP_MD_CTX_new();
    if (!h->kind || !h->context || hash_sha256_reset(h, e) != 0) {
        failed(e);
        hash_sha256_free(h);
        return NULL;
    }
    return h;
}

void hash_sha256_free(hash_sha256 *h) {
    if (h) {
        EVP_MD_CTX_free(h->context);
        EVP_MD_free(h->kind);
        free(h);
    }
}

int hash_sha256_reset(hash_sha256 *h, error *e) {
    return EVP_DigestInit_ex2(h->context, h->kind, NULL) == 1 ? 0 : failed(e);
}

int hash_sha256_update(hash_sha256 *h, const void *data, size_t n, error *e) {
    return n == 0 || EVP_DigestUpdate(h->context, data, n) == 1 ? 0 : failed(e);
}

int hash_sha256_final_bytes(hash_sha256 *h, unsigned char sum[SHA256_BYTES], error *e) {
    if (EVP_DigestFinal_ex(h->context, sum, NULL) != 1) {
        return failed(e);
    }
    return hash_sha256_reset(h, e);
}

void hash_hex(const unsigned char *bytes, size_t n, char *hex) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        *hex++ = digits[bytes[i] >> 4];
        *hex++ = digits[bytes[i] & 15];
    }
    *hex = '\0';
}

int hash_sha256_final(hash_sha256 *h, char hex[SHA256_HEX_SIZE], error *e) {
    unsigned char sum[SHA256_BYTES];
    if (hash_sha256_final_bytes(h, sum, e) != 0) {
        return -1;
    }
    hash_hex(sum, sizeof sum, hex);
    return 0;
}

int hash_sha256_of(const void *data, size_t n, char hex[SHA256_HEX_SIZE], error *e) {
    hash_sha256 *h = hash_sha256_new(e);
    int result = -1;
    if (h && hash_sha256_update(h, data, n, e) == 0) {
        result = hash_sha256_final(h, hex, e);
    }
    hash_sha256_free(h);
    return result;
}

struct follow {
    _Atomic long long *bytes;
};

static int follow_bytes(void *user, long long bytes, error *e) {
    const struct follow *follow = user;
    (void)e;
    if (follow->bytes) {
        atomic_store(follow->bytes, bytes);
    }
    return 0;
}

int hash_sha256_reader(reader *r, char hex[SHA256_HEX_SIZE], _Atomic long long *bytes, error *e) {
    hash_sha256 *h = hash_sha256_new(e);
    writer *drop = h ? writer_null(NULL, e) : NULL;
    writer *tap = drop ? hash_sha256_tap_writer(drop, h, e) : NULL;
    struct follow follow = {bytes};
    int result = -1;
    if (tap && stream_copy(r, tap, follow_bytes, &follow, e) >= 0) {
        result = hash_sha256_final(h, hex, e);
    }
    writer_free(tap ? tap : drop);
    hash_sha256_free(h);
    return result;
}

struct tap_reader {
    reader base;
    reader *inner;
    hash_sha256 *h;
};

static ssize_t tap_read(reader *r, void *data, size_t n, error *e) {
    struct tap_reader *self = (struct tap_reader *)r;
    ssize_t got = reader_read(self->inner, data, n, e);
    if (got > 0 && hash_sha256_update(self->h, data, (size_t)got, e) != 0) {
        return -1;
    }
    return got;
}

static void tap_reader_free(reader *r) {
    reader_free(((struct tap_reader *)r)->inner);
    free(r);
}

reader *hash_sha256_tap_reader(reader *inner, hash_sha256 *h, error *e) {
    static const reader_ops ops = {tap_read, tap_reader_free};
    struct tap_reader *self = malloc(sizeof *self);
    if (!self) {
        error_errno(e, "sha256", "");
        return NULL;
    }
    *self = (struct tap_reader){{&ops}, inner, h};
    return &self->base;
}

struct tap_writer {
    writer base;
    writer *inner;
    hash_sha256 *h;
};

static int tap_write(writer *w, const void *data, size_t n, error *e) {
    struct tap_writer *self = (struct tap_writer *)w;
    if (hash_sha256_update(self->h, data, n, e) != 0) {
        return -1;
    }
    return writer_write(self->inner, data, n, e);
}

static int tap_finish(writer *w, error *e) {
    return writer_finish(((struct tap_writer *)w)->inner, e);
}

static void tap_writer_free(writer *w) {
    writer_free(((struct tap_writer *)w)->inner);
    free(w);
}

writer *hash_sha256_tap_writer(writer *inner, hash_sha256 *h, error *e) {
    static const writer_ops ops = {tap_write, tap_finish, tap_writer_free};
    struct tap_writer *self = malloc(sizeof *self);
    if (!self) {
        error_errno(e, "sha256", "");
        return NULL;
    }
    *self = (struct tap_writer){{&ops}, inner, h};
    return &self->base;
}
