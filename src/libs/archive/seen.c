#include "archive/seen.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* The low bits of a slot; the others are the hash. An empty slot is 0. */
enum { IS_ENTRY = 1, IS_LEAF = 2, IS_PARENT = 4, FLAGS = 15 };
enum { FIRST_SLOTS = 1024 };

struct seen {
    uint64_t *slots;
    size_t count, capacity, max; /* capacity is a power of two */
    uint64_t key;
};

seen *seen_new(size_t max, error *e) {
    seen *s = calloc(1, sizeof *s);
    if (s) {
        s->slots = calloc(FIRST_SLOTS, sizeof *s->slots);
    }
    if (!s || !s->slots) {
        errno = ENOMEM;
        error_errno(e, "archive", "");
        free(s);
        return NULL;
    }
    s->capacity = FIRST_SLOTS;
    s->max = max;
    if (getrandom(&s->key, sizeof s->key, GRND_NONBLOCK) != (ssize_t)sizeof s->key) {
        s->key = (uint64_t)(uintptr_t)s; /* a weak key costs only time */
    }
    return s;
}

void seen_free(seen *s) {
    if (s) {
        free(s->slots);
        free(s);
    }
}

static uint64_t mix(uint64_t h) {
    h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
    h = (h ^ (h >> 31)) & ~(uint64_t)FLAGS;
    return h == 0 ? FLAGS + 1 : h;
}

static uint64_t step(uint64_t h, unsigned char c) {
    return (h ^ c) * UINT64_C(0x100000001b3);
}

static uint64_t hash_name(const seen *s, const char *name) {
    uint64_t h = s->key;
    for (const char *p = name; *p != '\0'; p++) {
        h = step(h, (unsigned char)*p);
    }
    return mix(h);
}

static uint64_t *find(uint64_t *slots, size_t capacity, uint64_t hash) {
    size_t i = (size_t)(hash >> 4) & (capacity - 1);
    while (slots[i] != 0 && (slots[i] & ~(uint64_t)FLAGS) != hash) {
        i = (i + 1) & (capacity - 1);
    }
    return &slots[i];
}

static unsigned flags_of(const seen *s, uint64_t hash) {
    return (unsigned)(*find(s->slots, s->capacity, hash) & FLAGS);
}

static int grow(seen *s, error *e) {
    size_t capacity = s->capacity * 2;
    uint64_t *slots = calloc(capacity, sizeof *slots);
    if (!slots) {
        return error_errno(e, "archive", "");
    }
    for (size_t i = 0; i < s->capacity; i++) {
        if (s->slots[i] != 0) {
            *find(slots, capacity, s->slots[i] & ~(uint64_t)FLAGS) = s->slots[i];
        }
    }
    free(s->slots);
    s->slots = slots;
    s->capacity = capacity;
    return 0;
}

/* Sets flags of a name. */
static int mark(seen *s, uint64_t hash, unsigned flags, const char *name, error *e) {
    uint64_t *slot = find(s->slots, s->capacity, hash);
    if (*slot == 0) {
        if (s->count >= s->max) {
            return entry_fault(e, "archive", name, "too many entries");
        }
        if (s->count * 10 >= s->capacity * 7) {
            if (grow(s, e) != 0) {
                return -1;
            }
            slot = find(s->slots, s->capacity, hash);
        }
        s->count++;
    }
    *slot = hash | (*slot & FLAGS) | flags;
    return 0;
}

/* Nothing above the name may be a file or a link. */
static int check_parents(seen *s, const char *name, error *e) {
    uint64_t h = s->key;
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == '/') {
            if ((flags_of(s, mix(h)) & IS_LEAF) != 0) {
                return entry_fault(e, "archive", name, "lies below an entry that is not a folder");
            }
            if (mark(s, mix(h), IS_PARENT, name, e) != 0) {
                return -1;
            }
        }
        h = step(h, (unsigned char)*p);
    }
    return 0;
}

int seen_add(seen *s, const entry *it, error *e) {
    uint64_t hash = hash_name(s, it->name);
    unsigned before = flags_of(s, hash);
    bool leaf = it->type != ENTRY_FOLDER;
    if ((before & IS_ENTRY) != 0) {
        return entry_fault(e, "archive", it->name, "this name was there before");
    }
    if (leaf && (before & IS_PARENT) != 0) {
        return entry_fault(e, "archive", it->name, "not a folder, but entries lie below it");
    }
    if (check_parents(s, it->name, e) != 0) {
        return -1;
    }
    if (it->type == ENTRY_HARDLINK && (flags_of(s, hash_name(s, it->link)) & IS_LEAF) == 0) {
        return entry_fault(e, "archive", it->name,
                           "hard link to something that is no earlier file");
    }
    return mark(s, hash, IS_ENTRY | (leaf ? IS_LEAF : 0U), it->name, e);
}
