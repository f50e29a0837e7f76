/* ENTRIES.mtree and MANIFEST.json, the last two entries. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "archive/pack_inside.h"

enum { MANIFEST_MAX = 4 * 1024 * 1024 };

int pack_spool_open(int folder, const char *base, error *e) {
    char name[300];
    /* A folder descriptor of O_PATH cannot make nameless files itself: its path in /proc can. */
    char proc[64];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", folder);
    int fd = open(proc, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (fd >= 0) {
        return fd;
    }
    /* Not every file system has nameless files: make one and take its name away at once. */
    snprintf(name, sizeof name, ".%.200s.entries", base);
    fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && unlinkat(folder, name, 0) != 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        fd = -1;
    }
    return fd < 0 ? error_errno(e, "create", name) : fd;
}

static void last_entry(entry *it, const char *name, long long size) {
    memset(it, 0, sizeof *it);
    it->type = ENTRY_FILE;
    it->name = name;
    it->size = size;
    it->mode = 0600;
    it->uid = geteuid();
    it->gid = getegid();
    it->mtime = (long long)time(NULL);
}

/* The lines as they went to disk are hashed again: a spool that lost or changed a byte is seen
 * here. */
static int copy_spool(packer *p, const unsigned char want[ENTRY_DIGEST_SIZE], error *e) {
    unsigned char sum[ENTRY_DIGEST_SIZE];
    long long at = 0;
    if (hash_sha256_reset(p->content, e) != 0) {
        return -1;
    }
    while (at < p->spool_size) {
        ssize_t n = pread(p->spool, p->copy_buffer, STREAM_BUFFER, (off_t)at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return error_errno(e, "read", PACK_ENTRIES);
        }
        if (n == 0) {
            break;
        }
        if (tar_writer_data(p->tar, p->copy_buffer, (size_t)n, e) != 0 ||
            hash_sha256_update(p->content, p->copy_buffer, (size_t)n, e) != 0) {
            return -1;
        }
        at += n;
    }
    if (hash_sha256_final_bytes(p->content, sum, e) != 0) {
        return -1;
    }
    if (memcmp(sum, want, sizeof sum) != 0) {
        return entry_fault(e, "archive", PACK_ENTRIES, "changed while it was kept on disk");
    }
    return 0;
}

static int write_list(packer *p, pack_result *result, error *e) {
    unsigned char sum[ENTRY_DIGEST_SIZE];
    entry it;
    last_entry(&it, PACK_ENTRIES, p->spool_size);
    if (hash_sha256_final_bytes(p->list, sum, e) != 0 || tar_writer_begin(p->tar, &it, e) != 0 ||
        copy_spool(p, sum, e) != 0 || tar_writer_end(p->tar, e) != 0) {
        return -1;
    }
    hash_hex(sum, sizeof sum, result->entries_sha256);
    return 0;
}

/* Our members first, then those of `fields`, whose braces are taken off. */
static int manifest_text(buffer *b, const char *fields, const pack_result *r, error *e) {
    const char *inner = fields ? strchr(fields, '{') : NULL;
    const char *end = fields ? strrchr(fields, '}') : NULL;
    if (fields && (!inner || !end || end < inner)) {
        return error_set(e, ERROR_JSON, 0, "archive", PACK_MANIFEST, "not a JSON object");
    }
    if (buffer_format(b, e,
                      "{\n  \"format\": %d,\n  \"entries\": %lld,\n  \"bytes\": %lld,\n"
                      "  \"entries_sha256\": \"%s\"",
                      PACK_FORMAT, r->totals.entries, r->totals.bytes, r->entries_sha256) != 0) {
        return -1;
    }
    if (inner) {
        inner++;
        while (end > inner && strchr(" \t\r\n", end[-1])) {
            end--;
        }
        size_t n = (size_t)(end - inner);
        if (strspn(inner, " \t\r\n") < n &&
            (buffer_append_text(b, ",", e) != 0 || buffer_append(b, inner, n, e) != 0)) {
            return -1;
        }
    }
    return buffer_append_text(b, "\n}\n", e);
}

static int write_manifest(packer *p, const char *fields, const pack_result *result, error *e) {
    buffer text = BUFFER_INIT(MANIFEST_MAX);
    entry it;
    int rc = manifest_text(&text, fields, result, e);
    if (rc == 0) {
        last_entry(&it, PACK_MANIFEST, (long long)text.length);
        rc = tar_writer_begin(p->tar, &it, e);
    }
    if (rc == 0) {
        rc = tar_writer_data(p->tar, text.data, text.length, e);
    }
    if (rc == 0) {
        rc = tar_writer_end(p->tar, e);
    }
    buffer_free(&text);
    return rc;
}

int pack_list(packer *p, const char *fields, pack_result *result, error *e) {
    return write_list(p, result, e) != 0 ? -1 : write_manifest(p, fields, result, e);
}
