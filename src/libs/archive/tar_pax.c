/* The records of a pax header: "LENGTH KEY=VALUE\n" one after the other. */
#include <string.h>
#include "archive/entry.h"
#include "archive/name.h"
#include "archive/tar_header.h"

typedef enum pax_kind {
    PAX_NAME,
    PAX_SIZE,
    PAX_ID,
    PAX_TIME,
    PAX_TEXT,
    PAX_CHARSET,
    PAX_BYTES
} pax_kind;

static const struct {
    const char *key;
    pax_kind kind;
} known[] = {{"path", PAX_NAME},
             {"linkpath", PAX_NAME},
             {"size", PAX_SIZE},
             {"uid", PAX_ID},
             {"gid", PAX_ID},
             {"mtime", PAX_TIME},
             {"atime", PAX_TIME},
             {"ctime", PAX_TIME},
             {"uname", PAX_TEXT},
             {"gname", PAX_TEXT},
             {"comment", PAX_TEXT},
             {"hdrcharset", PAX_CHARSET},
             {"SCHILY.xattr.security.capability", PAX_BYTES}};
enum { KNOWN = sizeof known / sizeof known[0] };

typedef struct record {
    const char *key, *value;
    size_t key_length, value_length;
} record;

static bool is(const char *text, size_t n, const char *word) {
    return n == strlen(word) && memcmp(text, word, n) == 0;
}

/* Decimal digits only, at most `max`. */
static bool decimal(const char *text, size_t n, long long max, long long *out) {
    long long value = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        long long digit = text[i] - '0';
        if (digit > max || value > (max - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return n > 0;
}

static bool time_fits(const char *text, size_t n) {
    long long ignored;
    if (n > 0 && text[0] == '-') {
        text++;
        n--;
    }
    const char *dot = memchr(text, '.', n);
    size_t whole = dot ? (size_t)(dot - text) : n;
    if (!decimal(text, whole, TAR_TIME_MAX, &ignored)) {
        return false;
    }
    for (size_t i = whole + 1; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return true;
}

/* Splits the first record off; the whole length, or 0 when it is malformed. */
static size_t split(const char *text, size_t n, record *r) {
    size_t digits = 0;
    long long length = 0;
    while (digits < n && text[digits] >= '0' && text[digits] <= '9') {
        digits++;
    }
    if (digits == 0 || digits == n || text[digits] != ' ' ||
        !decimal(text, digits, (long long)n, &length)) {
        return 0;
    }
    size_t end = (size_t)length;
    if (end < digits + 4 || text[end - 1] != '\n') {
        return 0;
    }
    r->key = text + digits + 1;
    const char *equals = memchr(r->key, '=', (size_t)(text + end - r->key));
    if (!equals || equals == r->key) {
        return 0;
    }
    r->key_length = (size_t)(equals - r->key);
    r->value = equals + 1;
    r->value_length = (size_t)(text + end - 1 - r->value);
    return end;
}

static const char *check_text(pax_kind kind, const char *value, size_t n) {
    if (kind == PAX_NAME && (n == 0 || n > NAME_LENGTH_MAX + 1)) {
        return "pax record with a name of a wrong length";
    }
    if (n > NAME_LENGTH_MAX + 1) {
        return "pax record with a long text";
    }
    if (kind == PAX_CHARSET && !is(value, n, "BINARY") &&
        !is(value, n, "ISO-IR 10646 2000 UTF-8")) {
        return "pax record with an unknown charset";
    }
    return NULL;
}

static const char *check_value(pax_kind kind, const char *value, size_t n) {
    long long ignored;
    if (kind != PAX_BYTES && memchr(value, '\0', n)) {
        return "pax record with a NUL byte";
    }
    switch (kind) {
    case PAX_SIZE:
        return decimal(value, n, TAR_SIZE_MAX, &ignored) ? NULL : "size out of range";
    case PAX_ID:
        return decimal(value, n, TAR_ID_MAX, &ignored) ? NULL : "uid or gid out of range";
    case PAX_TIME:
        return time_fits(value, n) ? NULL : "time out of range";
    case PAX_BYTES:
        return n > 0 && n <= ENTRY_CAPABILITY_MAX ? NULL : "security.capability of a wrong length";
    case PAX_NAME:
    case PAX_TEXT:
    case PAX_CHARSET:
        break;
    }
    return check_text(kind, value, n);
}

static const char *check_strictly(const record *r, unsigned *had) {
    for (unsigned i = 0; i < KNOWN; i++) {
        if (is(r->key, r->key_length, known[i].key)) {
            if ((*had & 1U << i) != 0) {
                return "pax record given twice";
            }
            *had |= 1U << i;
            return check_value(known[i].kind, r->value, r->value_length);
        }
    }
    return "pax record that is not known";
}

const char *tar_pax_parse(const char *text, size_t n, bool strict, tar_pax *out) {
    unsigned had = 0;
    memset(out, 0, sizeof *out);
    while (n > 0) {
        record r;
        size_t used = split(text, n, &r);
        const char *why = used == 0 ? "pax record that is malformed" : NULL;
        if (!why && strict) {
            why = check_strictly(&r, &had);
        }
        if (why) {
            return why;
        }
        if (is(r.key, r.key_length, "path")) {
            out->path = r.value;
            out->path_length = r.value_length;
        } else if (is(r.key, r.key_length, "size")) {
            out->has_size = true;
            if (!decimal(r.value, r.value_length, TAR_SIZE_MAX, &out->size)) {
                return "size out of range";
            }
        }
        text += used;
        n -= used;
    }
    return NULL;
}
