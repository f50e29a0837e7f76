#include "archive/tar_header.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

/* Where the fields lie in a block. */
enum {
    AT_NAME = 0,
    AT_MODE = 100,
    AT_UID = 108,
    AT_GID = 116,
    AT_SIZE = 124,
    AT_MTIME = 136,
    AT_SUM = 148,
    AT_TYPE = 156,
    AT_LINK = 157,
    AT_MAGIC = 257,
    AT_PREFIX = 345,
    AT_EXTENDED = 482
};

/* Two's complement in 8 bits a byte, the first bit being a mark. */
static bool base256(const unsigned char *p, size_t n, long long *out) {
    bool negative = (p[0] & 0x40) != 0;
    uint64_t value = negative ? UINT64_MAX : 0;
    uint64_t first = negative ? p[0] | 0x80U : p[0] & 0x7fU;
    for (size_t i = 0; i < n; i++) {
        uint64_t top = value >> 55; /* nine bits: one sign bit must stay after the shift */
        if (top != 0 && top != 0x1ff) {
            return false;
        }
        value = value << 8 | (i == 0 ? first : p[i]);
    }
    *out = (long long)value;
    return true;
}

static bool octal(const unsigned char *p, size_t n, long long *out) {
    size_t i = 0;
    long long value = 0;
    while (i < n && p[i] == ' ') {
        i++;
    }
    for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) {
        value = value * 8 + (p[i] - '0');
    }
    for (; i < n; i++) {
        if (p[i] != ' ' && p[i] != '\0') {
            return false;
        }
    }
    *out = value;
    return true;
}

static bool number(const unsigned char *block, size_t at, size_t n, long long *out) {
    const unsigned char *p = block + at;
    return (p[0] & 0x80) != 0 ? base256(p, n, out) : octal(p, n, out);
}

static bool checksum_matches(const unsigned char *block) {
    long long want;
    long long sum = 8 * ' ';
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        sum += i >= AT_SUM && i < AT_SUM + 8 ? 0 : block[i];
    }
    return octal(block + AT_SUM, 8, &want) && want == sum;
}

/* After the first NUL of a field nothing may hide. */
static bool text_ends(const unsigned char *field, size_t n) {
    size_t used = strnlen((const char *)field, n);
    for (size_t i = used; i < n; i++) {
        if (field[i] != 0) {
            return false;
        }
    }
    return true;
}

static void copy_name(const unsigned char *block, bool ustar, char *out) {
    size_t used = 0;
    if (ustar && block[AT_PREFIX] != 0) {
        used = strnlen((const char *)block + AT_PREFIX, 155);
        memcpy(out, block + AT_PREFIX, used);
        out[used++] = '/';
    }
    size_t n = strnlen((const char *)block + AT_NAME, 100);
    memcpy(out + used, block + AT_NAME, n);
    out[used + n] = '\0';
}

static const char *strict_type(char type) {
    switch (type) {
    case '0':
    case '1':
    case '2':
    case '5':
    case 'x':
    case 'L':
    case 'K':
        return NULL;
    case '3':
    case '4':
        return "a device";
    case '6':
        return "a FIFO";
    case 'S':
        return "a sparse file";
    case 'g':
        return "a global pax header";
    default:
        return "an entry of unknown type";
    }
}

static bool within(const unsigned char *b, size_t at, size_t n, long long least, long long most) {
    long long value;
    return number(b, at, n, &value) && value >= least && value <= most;
}

static const char *strict_fields(const unsigned char *b, bool ustar, const tar_header *h) {
    if (!within(b, AT_MODE, 8, 0, 07777)) {
        return "mode out of range";
    }
    if (!within(b, AT_UID, 8, 0, TAR_ID_MAX)) {
        return "uid out of range";
    }
    if (!within(b, AT_GID, 8, 0, TAR_ID_MAX)) {
        return "gid out of range";
    }
    if (!within(b, AT_MTIME, 12, -TAR_TIME_MAX, TAR_TIME_MAX)) {
        return "time out of range";
    }
    if (!text_ends(b + AT_NAME, 100) || !text_ends(b + AT_LINK, 100) ||
        (ustar && !text_ends(b + AT_PREFIX, 155))) {
        return "name with a NUL byte";
    }
    if (h->type != '2' && h->type != '1' && b[AT_LINK] != 0) {
        return "a link target where none belongs";
    }
    return strict_type(h->type);
}

const char *tar_header_parse(const unsigned char block[TAR_BLOCK], bool strict, tar_header *out) {
    bool ustar = memcmp(block + AT_MAGIC, "ustar\00000", 8) == 0;
    bool gnu = memcmp(block + AT_MAGIC, "ustar  \0", 8) == 0;
    copy_name(block, ustar, out->name);
    out->type = block[AT_TYPE] == 0 ? '0' : (char)block[AT_TYPE];
    out->extended = out->type == 'S' && block[AT_EXTENDED] != 0;
    out->size = 0;
    if (!checksum_matches(block)) {
        return "header with a wrong checksum";
    }
    if (strict && !ustar && !gnu) {
        return "header of an unknown kind of tar";
    }
    if (!number(block, AT_SIZE, 12, &out->size) || out->size < 0 || out->size > TAR_SIZE_MAX) {
        return "size out of range";
    }
    return strict ? strict_fields(block, ustar, out) : NULL;
}
