#include "forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "archive/gzip.h"
#include "archive/pack.h"
#include "hash/sha256.h"

enum { BLOCK = 512 };

static void append(buffer *b, const void *data, size_t n) {
    error e = ERROR_INIT;
    MUST(buffer_append(b, data, n, &e) == 0);
}

static void pad(buffer *b) {
    static const char zeros[BLOCK];
    append(b, zeros, (BLOCK - b->length % BLOCK) % BLOCK);
}

forged forge_member(input *in) {
    static const entry_type types[] = {ENTRY_FILE,     ENTRY_FOLDER, ENTRY_SYMLINK, ENTRY_HARDLINK,
                                       ENTRY_HARDLINK, ENTRY_FILE,   ENTRY_FOLDER,  ENTRY_OTHER};
    static const char *const roots[] = {"volumes/v/", "config/", "", "volumes/"};
    forged f;
    memset(&f, 0, sizeof f);
    unsigned kind = input_byte(in);
    char *name = input_text(in, input_byte(in) % 40);
    char *link = input_text(in, input_byte(in) % 40);
    size_t got;
    const char *content = input_bytes(in, input_byte(in) % 64, &got);
    f.it.type = types[kind % 8];
    bool deep = f.it.type == ENTRY_HARDLINK && kind < 192;
    f.name = malloc(strlen(name) + 16);
    f.link = malloc(strlen(link) + 16);
    f.content = malloc(got + 1);
    MUST(f.name && f.link && f.content);
    sprintf(f.name, "%s%s", roots[kind / 8 % 4], name);
    sprintf(f.link, "%s%s", deep ? roots[kind / 8 % 4] : "", link);
    memcpy(f.content, content, got);
    free(name);
    free(link);
    f.it.name = f.name;
    f.it.link = f.it.type == ENTRY_SYMLINK || f.it.type == ENTRY_HARDLINK ? f.link : NULL;
    f.it.size = f.it.type == ENTRY_FILE ? (long long)got : 0;
    f.it.mode = (unsigned)input_number(in, 2) & 07777;
    f.it.uid = input_byte(in);
    f.it.gid = input_byte(in);
    f.it.mtime = (long long)input_number(in, 4);
    return f;
}

void forge_free(forged *f) {
    free(f->name);
    free(f->link);
    free(f->content);
}

static void header(buffer *tar, char type, const char *name, const entry *it, size_t size) {
    char block[BLOCK + 1] = {0};
    unsigned sum = 0;
    snprintf(block, 100, "%s", name);
    snprintf(block + 100, 8, "%07o", it->mode);
    snprintf(block + 108, 8, "%07llo", it->uid & 07777777);
    snprintf(block + 116, 8, "%07llo", it->gid & 07777777);
    snprintf(block + 124, 12, "%011zo", size);
    snprintf(block + 136, 12, "%011llo", it->mtime & 077777777777LL);
    memcpy(block + 148, "        ", 8);
    block[156] = type;
    memcpy(block + 257, "ustar\00000", 8);
    for (size_t i = 0; i < BLOCK; i++) {
        sum += (unsigned char)block[i];
    }
    snprintf(block + 148, 8, "%06o", sum);
    append(tar, block, BLOCK);
}

static void record(buffer *text, const char *key, const char *value) {
    error e = ERROR_INIT;
    size_t n = strlen(key) + strlen(value) + 3;
    size_t digits = 1;
    for (size_t limit = 10; n + digits >= limit; limit *= 10) {
        digits++;
    }
    MUST(buffer_format(text, &e, "%zu %s=%s\n", n + digits, key, value) == 0);
}

void forge_append(buffer *tar, const forged *f) {
    static const char types[] = "05213";
    static const char kinds[] = {'0', '5', '2', '1', '3'};
    buffer text = BUFFER_INIT(64 * 1024);
    record(&text, "path", f->name);
    if (f->it.link) {
        record(&text, "linkpath", f->it.link);
    }
    header(tar, 'x', "PaxHeader/x", &f->it, text.length);
    append(tar, text.data, text.length);
    pad(tar);
    buffer_free(&text);
    MUST((size_t)f->it.type < sizeof types - 1);
    header(tar, kinds[f->it.type], "short", &f->it, (size_t)f->it.size);
    append(tar, f->content, (size_t)f->it.size);
    pad(tar);
}

static void line_of(buffer *list, const entry *it, const char *content) {
    error e = ERROR_INIT;
    unsigned char sum[ENTRY_DIGEST_SIZE];
    hash_sha256 *h = hash_sha256_new(&e);
    MUST(h != NULL);
    MUST(hash_sha256_update(h, content, (size_t)it->size, &e) == 0);
    MUST(hash_sha256_final_bytes(h, sum, &e) == 0);
    hash_sha256_free(h);
    if (list->length == 0) {
        append(list, ENTRY_LIST_HEADER, strlen(ENTRY_LIST_HEADER));
    }
    MUST(entry_line(list, it, sum, &e) == 0);
}

void forge_line(buffer *list, const forged *f) {
    entry it = f->it;
    size_t n = strlen(f->name);
    while (n > 1 && f->name[n - 1] == '/') {
        n--;
    }
    char *name = strndup(f->name, n);
    MUST(name != NULL);
    it.name = name;
    line_of(list, &it, f->content);
    free(name);
}

void forge_file(buffer *tar, buffer *list, const char *name, const char *content, size_t n) {
    entry it = {ENTRY_FILE, name, NULL, (long long)n, 0600, 0, 0, 0, 0, {0}};
    header(tar, '0', name, &it, n);
    append(tar, content, n);
    pad(tar);
    if (list) {
        line_of(list, &it, content);
    }
}

void forge_end(buffer *tar, const buffer *list, long long entries, long long bytes) {
    error e = ERROR_INIT;
    char hex[SHA256_HEX_SIZE];
    char manifest[300];
    MUST(hash_sha256_of(list->data, list->length, hex, &e) == 0);
    snprintf(manifest, sizeof manifest,
             "{\"format\":1,\"entries\":%lld,\"bytes\":%lld,\"entries_sha256\":\"%s\"}", entries,
             bytes, hex);
    forge_file(tar, NULL, PACK_ENTRIES, list->data, list->length);
    forge_file(tar, NULL, PACK_MANIFEST, manifest, strlen(manifest));
}

/* A writer into a buffer. */
typedef struct to_buffer {
    writer base;
    buffer *out;
} to_buffer;

static int put(writer *w, const void *data, size_t n, error *e) {
    return buffer_append(((to_buffer *)w)->out, data, n, e);
}

static int done(writer *w, error *e) {
    (void)w;
    (void)e;
    return 0;
}

static void drop(writer *w) {
    free(w);
}

void forge_gzip(const buffer *tar, bool ours, buffer *out) {
    static const writer_ops ops = {put, done, drop};
    static const char end[2 * BLOCK];
    error e = ERROR_INIT;
    to_buffer *to = calloc(1, sizeof *to);
    MUST(to != NULL);
    to->base.ops = &ops;
    to->out = out;
    writer *w = gzip_writer(&to->base, 0, &e);
    MUST(w != NULL);
    MUST(writer_write(w, tar->data, tar->length, &e) == 0);
    MUST(writer_write(w, end, sizeof end, &e) == 0);
    MUST(writer_finish(w, &e) == 0);
    writer_free(w);
    if (!ours) {
        out->data[9] = 3;
    }
}
