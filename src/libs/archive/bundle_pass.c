/* One pass over the archive, and all that it checks. */
#include <string.h>
#include "archive/bundle_inside.h"
#include "archive/gzip.h"
#include "archive/zstd.h"

enum { LINE_ROOM = 64 * 1024 }; /* more than one line can take */

void bundle_end_pass(bundle *b, bundle_state state) {
    b->state = state;
    tar_reader_free(b->tar);
    reader_free(b->plain);
    rules_free(b->rules);
    hash_sha256_free(b->content);
    hash_sha256_free(b->list);
    b->tar = NULL;
    b->plain = NULL;
    b->rules = NULL;
    b->content = b->list = NULL;
    b->capture = NULL;
    b->in_entry = b->unread = false;
}

static int open_plain(bundle *b, error *e) {
    reader *file = bundle_file_reader(b, e);
    if (!file) {
        return -1;
    }
    if (b->format == PACK_ZSTD) {
        b->plain = zstd_reader(file, b->subject, e);
    } else {
        b->plain = gzip_reader(file, b->kind == BUNDLE_HOSSKEEP, b->subject, e);
    }
    return b->plain ? 0 : -1;
}

static int start_pass(bundle *b, error *e) {
    b->position = 0;
    b->list_size = 0;
    b->list_seen = b->manifest_seen = b->version_seen = false;
    buffer_clear(&b->line);
    buffer_clear(&b->manifest);
    buffer_clear(&b->version);
    if (open_plain(b, e) != 0) {
        return -1;
    }
    b->rules = rules_new(&b->limits, b->size, e);
    b->content = b->rules ? hash_sha256_new(e) : NULL;
    b->list = b->content ? hash_sha256_new(e) : NULL;
    if (!b->list || buffer_append_text(&b->line, ENTRY_LIST_HEADER, e) != 0) {
        return -1;
    }
    b->tar = tar_reader_new(b->plain, true, e);
    return b->tar ? 0 : -1;
}

int bundle_block(bundle *b, const void **data, size_t *n, error *e) {
    if (!b->in_entry || b->current.type != ENTRY_FILE) {
        return 0;
    }
    int rc = tar_reader_block(b->tar, data, n, e);
    if (rc <= 0) {
        return rc;
    }
    if (hash_sha256_update(b->content, *data, *n, e) != 0 ||
        (b->capture && buffer_append(b->capture, *data, *n, e) != 0)) {
        return -1;
    }
    return 1;
}

int bundle_drain(bundle *b, error *e) {
    const void *data;
    size_t n;
    int rc;
    do {
        rc = bundle_block(b, &data, &n, e);
    } while (rc > 0);
    b->capture = NULL;
    return rc;
}

/* The lines go into their hash in large pieces; `room` is what must fit afterwards. */
static int hash_lines(bundle *b, size_t room, error *e) {
    if (b->line.length + room <= b->line.max) {
        return 0;
    }
    if (hash_sha256_update(b->list, b->line.data, b->line.length, e) != 0) {
        return -1;
    }
    b->list_size += (long long)b->line.length;
    buffer_clear(&b->line);
    return 0;
}

static int finish_entry(bundle *b, error *e) {
    unsigned char sum[ENTRY_DIGEST_SIZE];
    bool is_version = b->capture == &b->version;
    if (!b->in_entry) {
        return 0;
    }
    if (bundle_drain(b, e) != 0 || hash_sha256_final_bytes(b->content, sum, e) != 0) {
        return -1;
    }
    b->in_entry = false;
    if (is_version && bundle_check_version(b, e) != 0) {
        return -1;
    }
    return hash_lines(b, LINE_ROOM, e) != 0 ? -1 : entry_line(&b->line, &b->current, sum, e);
}

static int end_list(bundle *b, error *e) {
    b->list_seen = true;
    return hash_lines(b, b->line.max + 1, e) != 0
               ? -1
               : hash_sha256_final_bytes(b->list, b->list_sum, e);
}

static int fault(const bundle *b, const char *why, error *e) {
    return entry_fault(e, "verify", b->current.name, why);
}

/* ENTRIES.mtree must be, byte by byte, the lines that were recomputed so far. */
static int take_list(bundle *b, error *e) {
    unsigned char sum[ENTRY_DIGEST_SIZE];
    if (b->list_seen || b->current.type != ENTRY_FILE) {
        return fault(b, "a list of entries where none belongs", e);
    }
    if (end_list(b, e) != 0) {
        return -1;
    }
    if (b->current.size != b->list_size) {
        return fault(b, "does not match the entries", e);
    }
    b->in_entry = true;
    if (bundle_drain(b, e) != 0 || hash_sha256_final_bytes(b->content, sum, e) != 0) {
        return -1;
    }
    b->in_entry = false;
    return memcmp(sum, b->list_sum, sizeof sum) == 0 ? 0
                                                     : fault(b, "does not match the entries", e);
}

static int take_manifest(bundle *b, error *e) {
    if (!b->list_seen || b->manifest_seen || b->current.type != ENTRY_FILE) {
        return fault(b, "a manifest where none belongs", e);
    }
    if (b->current.size > BUNDLE_MANIFEST_MAX - 1) {
        return fault(b, "longer than a manifest may be", e);
    }
    b->manifest_seen = true;
    b->in_entry = true;
    b->capture = &b->manifest;
    if (bundle_drain(b, e) != 0 || hash_sha256_reset(b->content, e) != 0) {
        return -1;
    }
    b->in_entry = false;
    return bundle_check_manifest(b, e);
}

/* hossadm's names may start with "./"; the folder "." itself is of no use. */
static void plain_name(bundle *b) {
    const char *name = b->current.name;
    while (name[0] == '.' && name[1] == '/') {
        name += 2;
        while (name[0] == '/') {
            name++;
        }
    }
    b->current.name = name;
    if (b->current.type == ENTRY_HARDLINK && strncmp(b->current.link, "./", 2) == 0) {
        b->current.link += 2;
    }
}

/* 1: an entry to be shown; 0: one of ours, dealt with; -1. */
static int take_entry(bundle *b, error *e) {
    bool list = strcmp(b->current.name, PACK_ENTRIES) == 0;
    bool manifest = strcmp(b->current.name, PACK_MANIFEST) == 0;
    if (b->kind == BUNDLE_HOSSADM) {
        plain_name(b);
        if (strcmp(b->current.name, ".") == 0 && b->current.type == ENTRY_FOLDER) {
            return 0;
        }
        if (strcmp(b->current.name, PACK_ENTRIES) == 0 ||
            strcmp(b->current.name, PACK_MANIFEST) == 0) {
            return fault(b, "of hosskeep, but gzip's header is not: repacked or damaged", e);
        }
    } else if (list || manifest) {
        return list ? take_list(b, e) : take_manifest(b, e);
    } else if (b->list_seen) {
        return fault(b, "an entry after the list of entries", e);
    }
    if (rules_check(b->rules, &b->current, e) != 0) {
        return -1;
    }
    if (strcmp(b->current.name, BUNDLE_VERSION) == 0) {
        if (b->current.type != ENTRY_FILE || b->current.size >= BUNDLE_VERSION_MAX) {
            return fault(b, "not a version document", e);
        }
        b->capture = &b->version;
    }
    b->in_entry = true;
    return 1;
}

static int missing(const bundle *b, const char *name, error *e) {
    return error_set(e, ERROR_ARCHIVE, 0, "verify", b->subject, "has no %s", name);
}

/* The first whole pass is what later ones are compared with. */
static int keep_result(bundle *b, error *e) {
    if (b->proved) {
        return memcmp(b->list_sum, b->proved_sum, sizeof b->list_sum) == 0
                   ? 0
                   : error_set(e, ERROR_ARCHIVE, 0, "verify", b->subject,
                               "changed since it was verified");
    }
    b->report.kind = b->kind;
    b->report.format = b->format;
    b->report.entries = rules_entries(b->rules);
    b->report.bytes = rules_bytes(b->rules);
    hash_hex(b->list_sum, sizeof b->list_sum, b->report.entries_sha256);
    memcpy(b->proved_sum, b->list_sum, sizeof b->list_sum);
    b->manifest_text = b->manifest_seen ? buffer_detach(&b->manifest) : NULL;
    b->version_text = b->version_seen ? buffer_detach(&b->version) : NULL;
    b->report.manifest = b->manifest_text;
    b->report.version = b->version_text;
    b->proved = true;
    return 0;
}

static int end_pass(bundle *b, error *e) {
    if (b->kind == BUNDLE_HOSSKEEP && !b->list_seen) {
        return missing(b, PACK_ENTRIES, e);
    }
    if (b->kind == BUNDLE_HOSSKEEP && !b->manifest_seen) {
        return missing(b, PACK_MANIFEST, e);
    }
    if (b->kind == BUNDLE_HOSSADM && (!b->version_seen || end_list(b, e) != 0)) {
        return b->version_seen ? -1 : missing(b, BUNDLE_VERSION, e);
    }
    return keep_result(b, e);
}

static int advance(bundle *b, error *e) {
    int rc;
    do {
        if (finish_entry(b, e) != 0) {
            return -1;
        }
        rc = tar_reader_next(b->tar, &b->current, e);
        if (rc == 0) {
            return end_pass(b, e);
        }
        if (rc > 0) {
            rc = take_entry(b, e);
        }
    } while (rc == 0);
    return rc;
}

int bundle_next(bundle *b, const entry **it, error *e) {
    int rc = 1;
    if (b->state == PASS_ENDED) {
        return 0;
    }
    if (b->state == PASS_FAILED) {
        return error_set(e, ERROR_STATE, 0, "verify", b->subject, "the pass has failed");
    }
    if (b->state == PASS_NONE) {
        b->state = PASS_GOING;
        rc = start_pass(b, e) == 0 ? 1 : -1;
    }
    if (rc > 0 && !b->unread) {
        rc = advance(b, e);
    }
    b->unread = false;
    if (rc <= 0) {
        bundle_end_pass(b, rc == 0 ? PASS_ENDED : PASS_FAILED);
        return rc;
    }
    *it = &b->current;
    return 1;
}
