#include "archive/rules.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "archive/name.h"
#include "archive/seen.h"
#include "archive/tar_header.h"

const rules_limits rules_default = {4000000, 64LL << 30, 200};

struct rules {
    rules_limits limits;
    long long bytes_max;
    long long entries, bytes;
    seen *names;
};

rules *rules_new(const rules_limits *limits, long long archive_size, error *e) {
    rules *r = calloc(1, sizeof *r);
    if (!r) {
        errno = ENOMEM;
        error_errno(e, "archive", "");
        return NULL;
    }
    r->limits = *limits;
    if (archive_size < 0 || archive_size > (TAR_SIZE_MAX - limits->bytes_free) /
                                               (limits->ratio > 0 ? limits->ratio : 1)) {
        r->bytes_max = TAR_SIZE_MAX;
    } else {
        r->bytes_max = limits->bytes_free + archive_size * limits->ratio;
    }
    /* Parents that have no entry of their own count as well. */
    r->names = seen_new((size_t)limits->entries * 2 + NAME_DEPTH_MAX, e);
    if (!r->names) {
        free(r);
        return NULL;
    }
    return r;
}

void rules_free(rules *r) {
    if (r) {
        seen_free(r->names);
        free(r);
    }
}

long long rules_entries(const rules *r) {
    return r->entries;
}

long long rules_bytes(const rules *r) {
    return r->bytes;
}

/* Below volumes/NAME, so that a volume itself is always a folder. */
bool rules_payload(const char *name) {
    return name_is_under(name, RULES_PAYLOAD) && name[name_components(name, 2)] == '/';
}

static const char *link_fault(const entry *it) {
    size_t n = it->link ? strlen(it->link) : 0;
    if (!rules_payload(it->name)) {
        return it->type == ENTRY_SYMLINK ? "a symlink outside volumes/"
                                         : "a hard link outside volumes/";
    }
    if (n == 0 || n > NAME_LENGTH_MAX) {
        return "link target of a wrong length";
    }
    if (it->type == ENTRY_SYMLINK) {
        return NULL; /* any target: it is put back into a volume as it was, and nothing may lie
                        below it */
    }
    const char *why = name_fault(it->link, n);
    if (why) {
        return "hard link with a target that is no good name";
    }
    size_t volume = name_components(it->name, 2);
    if (volume != name_components(it->link, 2) || memcmp(it->name, it->link, volume) != 0) {
        return "hard link that leaves its volume";
    }
    return NULL;
}

static const char *type_fault(const entry *it) {
    switch (it->type) {
    case ENTRY_OTHER:
        return "a device, FIFO or socket";
    case ENTRY_SYMLINK:
    case ENTRY_HARDLINK:
        return link_fault(it);
    case ENTRY_FILE:
    case ENTRY_FOLDER:
        break;
    }
    return NULL;
}

static bool within(long long value, long long least, long long most) {
    return value >= least && value <= most;
}

static const char *range_fault(const entry *it) {
    if (it->mode > 07777) {
        return "mode out of range";
    }
    if (!within(it->uid, 0, TAR_ID_MAX) || !within(it->gid, 0, TAR_ID_MAX)) {
        return "uid or gid out of range";
    }
    if (!within(it->mtime, -TAR_TIME_MAX, TAR_TIME_MAX)) {
        return "time out of range";
    }
    return within(it->size, 0, TAR_SIZE_MAX) ? NULL : "size out of range";
}

/* What gives a file more rights than its reader has belongs into payloads only. */
static const char *rights_fault(const entry *it) {
    bool payload = rules_payload(it->name);
    if (it->capability_length > 0 && (it->type != ENTRY_FILE || !payload)) {
        return "security.capability where none belongs";
    }
    if ((it->mode & 06000) != 0 && it->type != ENTRY_FOLDER && !payload) {
        return "a setuid or setgid file outside volumes/";
    }
    return NULL;
}

int rules_check(rules *r, const entry *it, error *e) {
    const char *why = name_fault(it->name, strlen(it->name));
    if (!why) {
        why = type_fault(it);
    }
    if (!why) {
        why = range_fault(it);
    }
    if (!why) {
        why = rights_fault(it);
    }
    if (!why && r->entries >= r->limits.entries) {
        why = "too many entries";
    }
    if (!why && it->size > r->bytes_max - r->bytes) {
        why = "more content than an archive of this size may hold";
    }
    if (why) {
        return entry_fault(e, "archive", it->name, why);
    }
    if (seen_add(r->names, it, e) != 0) {
        return -1;
    }
    r->entries++;
    r->bytes += it->size;
    return 0;
}
