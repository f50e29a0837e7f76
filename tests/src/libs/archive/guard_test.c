/* The watch over a tar's bytes, and the checks of its headers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "archive/guard.h"
#include "archive/tar_header.h"
#include "check.h"

typedef struct tar {
    unsigned char data[64 * 1024];
    size_t n;
} tar;

static void seal(unsigned char *b) {
    unsigned sum = 0;
    memset(b + 148, ' ', 8);
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        sum += b[i];
    }
    snprintf((char *)b + 148, 8, "%06o", sum);
}

static unsigned char *add(tar *t, const char *name, char type, const char *content) {
    unsigned char *b = t->data + t->n;
    size_t n = content ? strlen(content) : 0;
    memset(b, 0, TAR_BLOCK);
    snprintf((char *)b, 100, "%s", name);
    memcpy(b + 100, "0000644\0000000001\0000000002", 23);
    snprintf((char *)b + 124, 12, "%011o", (unsigned)n);
    memcpy(b + 136, "13200000000", 11);
    b[156] = (unsigned char)type;
    memcpy(b + 257, "ustar\00000", 8);
    seal(b);
    t->n += TAR_BLOCK;
    if (n > 0) {
        memset(t->data + t->n, 0, (n + 511) / 512 * 512);
        memcpy(t->data + t->n, content, n);
        t->n += (n + 511) / 512 * 512;
    }
    return b;
}

static void end(tar *t, size_t blocks) {
    memset(t->data + t->n, 0, blocks * TAR_BLOCK);
    t->n += blocks * TAR_BLOCK;
}

/* What the guard says to the bytes in portions of that size: "" when it takes them. */
static const char *said(const tar *t, bool strict, size_t portion) {
    static char message[1024];
    error e = ERROR_INIT;
    guard *g = guard_new(strict, &e);
    REQUIRE(g != NULL);
    int rc = 0;
    for (size_t at = 0; at < t->n && rc == 0; at += portion) {
        rc = guard_feed(g, t->data + at, t->n - at < portion ? t->n - at : portion, &e);
    }
    rc = rc == 0 ? guard_finish(g, &e) : rc;
    CHECK_INT(rc, e.kind == ERROR_NONE ? 0 : -1);
    guard_free(g);
    snprintf(message, sizeof message, "%s", e.message);
    return message;
}

static void check_both(const tar *t, const char *strict, const char *lenient) {
    static const size_t portions[] = {1, 7, 511, 512, 513, 4096, 1 << 20};
    for (size_t i = 0; i < sizeof portions / sizeof portions[0]; i++) {
        CHECK_STR(said(t, true, portions[i]), strict);
        CHECK_STR(said(t, false, portions[i]), lenient);
    }
}

#define CUT "cut: the tar ends without its end blocks"
#define MORE "bytes follow after the end of the tar"

TEST(whole) {
    static tar t;
    t.n = 0;
    add(&t, "dir/", '5', NULL);
    add(&t, "file", '0', "content");
    end(&t, 2);
    check_both(&t, "", "");
    end(&t, 18);
    check_both(&t, "", "");
}

TEST(ends) {
    static tar t;
    t.n = 0;
    check_both(&t, CUT, CUT);
    add(&t, "file", '0', "content");
    check_both(&t, CUT, CUT);
    t.n -= 100;
    check_both(&t, CUT, CUT);
    t.n += 100;
    end(&t, 1);
    check_both(&t, CUT, CUT);
    end(&t, 1);
    t.n -= 1;
    check_both(&t, CUT, CUT);
    t.n += 1;
    end(&t, 1);
    t.n -= 100;
    check_both(&t, MORE, MORE);
    t.data[t.n - 1] = 1;
    t.n += 100;
    check_both(&t, MORE, MORE);
    t.n = 0;
    end(&t, 1);
    add(&t, "file", '0', "content");
    check_both(&t, MORE, MORE);
}

/* One header with a changed field. */
static void field(size_t at, const char *value, size_t n, const char *strict, const char *lenient) {
    static tar t;
    t.n = 0;
    unsigned char *b = add(&t, "file", '0', NULL);
    memcpy(b + at, value, n);
    seal(b);
    end(&t, 2);
    CHECK_STR(said(&t, true, 4096), strict);
    CHECK_STR(said(&t, false, 4096), lenient);
}

TEST(fields) {
    field(100, "0007777", 8, "", "");
    field(100, "0010000", 8, "mode out of range", "");
    field(100, "x000644", 8, "mode out of range", "");
    field(100, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "mode out of range", "");
    field(108, "\x80\0\0\0\xff\xff\xff\xfe", 8, "", "");
    field(108, "\x80\0\0\0\xff\xff\xff\xff", 8, "uid out of range", "");
    field(116, "\x80\0\0\1\0\0\0\0", 8, "gid out of range", "");
    field(116, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "gid out of range", "");
    field(124, "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12, "size out of range",
          "size out of range");
    field(124, "\x80\0\0\1\0\0\0\0\0\0\0\0", 12, "size out of range", "size out of range");
    field(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12, "size out of range",
          "size out of range");
    field(124, "0000000000z", 12, "size out of range", "size out of range");
    field(124, "           ", 12, "", "");
    field(136, "\x80\0\0\0\0\0\2\0\0\0\0\0", 12, "time out of range", "");
    field(136, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", 12, "", "");
    field(257, "xstar\00000", 8, "header of an unknown kind of tar", "");
    field(257, "\0\0\0\0\0\0\0\0", 8, "header of an unknown kind of tar", "");
    field(257, "ustar  \0", 8, "", "");
    field(5, "x", 1, "name with a NUL byte", "");
    field(157, "x", 1, "a link target where none belongs", "");
    field(156, "3", 1, "a device", "");
    field(156, "4", 1, "a device", "");
    field(156, "6", 1, "a FIFO", "");
    field(156, "7", 1, "an entry of unknown type", "");
    field(156, "V", 1, "an entry of unknown type", "");
    field(156, "S", 1, "a sparse file", "");
    field(156, "\0", 1, "", "");
}

TEST(checksum) {
    static tar t;
    t.n = 0;
    unsigned char *b = add(&t, "file", '0', NULL);
    end(&t, 2);
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        b[i] ^= 1;
        const char *why = said(&t, true, 4096);
        /* The bytes after the sum's digits are not looked at: a NUL, and one that may be anything.
         */
        CHECK(strcmp(why, "header with a wrong checksum") == 0 || (i >= 148 && i < 156));
        b[i] ^= 1;
    }
}

TEST(content_of_links) {
    static tar t;
    static const char types[] = "125";
    for (size_t i = 0; i < 3; i++) {
        t.n = 0;
        add(&t, "x", types[i], "content");
        end(&t, 2);
        check_both(&t, "content where none belongs", "content where none belongs");
    }
}

/* A pax header with these records, then a file. */
static void pax(const char *records, const char *strict, const char *lenient) {
    static tar t;
    t.n = 0;
    add(&t, "PaxHeaders/x", 'x', records);
    add(&t, "file", '0', NULL);
    end(&t, 2);
    CHECK_STR(said(&t, true, 4096), strict);
    CHECK_STR(said(&t, true, 100), strict);
    CHECK_STR(said(&t, false, 4096), lenient);
}

#define MALFORMED "pax record that is malformed"

TEST(pax_records) {
    pax("9 path=a\n14 linkpath=b\n9 size=0\n", "", "");
    pax("9 path=a\n9 path=b\n", "pax record given twice", "");
    pax("8 path=\n", "pax record with a name of a wrong length", "");
    pax("11 path=a\n", MALFORMED, MALFORMED);
    pax("x path=a\n", MALFORMED, MALFORMED);
    pax(" 10 path=a\n", MALFORMED, MALFORMED);
    pax("99999999999999999999 path=a\n", MALFORMED, MALFORMED);
    pax("0 path=a\n", MALFORMED, MALFORMED);
    pax("7 path\n", MALFORMED, MALFORMED);
    pax("5 =a\n", MALFORMED, MALFORMED);
    pax("10 path=ab", MALFORMED, MALFORMED);
    pax("10path=ab\n", MALFORMED, MALFORMED);
    pax("9", MALFORMED, MALFORMED);
    pax("9 ", MALFORMED, MALFORMED);
    pax("12 uid=1000\n", "", "");
    pax("18 uid=4294967295\n", "uid or gid out of range", "");
    pax("18 gid=4294967294\n", "", "");
    pax("9 uid=-1\n", "uid or gid out of range", "");
    pax("7 uid=\n", "uid or gid out of range", "");
    pax("28 size=9999999999999999999\n", "size out of range", "size out of range");
    pax("11 size=-1\n", "size out of range", "size out of range");
    pax("13 size=0x10\n", "size out of range", "size out of range");
    pax("8 size=\n", "size out of range", "size out of range");
    pax("24 mtime=1234567890.123\n", "", "");
    pax("12 mtime=-1\n", "", "");
    pax("30 mtime=99999999999999999999\n", "time out of range", "");
    pax("13 mtime=1.x\n", "time out of range", "");
    pax("11 mtime=-\n", "time out of range", "");
    pax("21 hdrcharset=BINARY\n", "", "");
    pax("20 hdrcharset=LATIN\n", "pax record with an unknown charset", "");
    pax("12 uname=me\n", "", "");
    pax("19 SCHILY.fflags=x\n", "pax record that is not known", "");
    pax("22 GNU.sparse.major=1\n", "pax record that is not known", "");
    pax("28 SCHILY.xattr.user.name=x\n", "pax record that is not known", "");
    pax("28 SCHILY.acl.access=user::\n", "pax record that is not known", "");
    pax("32 LIBARCHIVE.xattr.user.x=eA==\n", "pax record that is not known", "");
    pax("37 SCHILY.xattr.security.capability=\n", "security.capability of a wrong length", "");
    pax("39 SCHILY.xattr.security.capability=xy\n", "", "");
}

TEST(pax_sizes_count) {
    static tar t;
    t.n = 0;
    add(&t, "PaxHeaders/x", 'x', "10 size=7\n");
    add(&t, "file", '0', "content");
    end(&t, 2);
    check_both(&t, "", "");
    t.n = 0;
    add(&t, "PaxHeaders/x", 'x', "10 size=7\n");
    add(&t, "file", '2', NULL);
    end(&t, 2);
    check_both(&t, "content where none belongs", "content where none belongs");
}

TEST(order_of_extensions) {
    static tar t;
    t.n = 0;
    add(&t, "x", 'x', "10 path=a\n");
    end(&t, 2);
    check_both(&t, "extended header without its entry", "extended header without its entry");
    t.n = 0;
    add(&t, "x", 'x', "10 path=a\n");
    add(&t, "x", 'x', "10 path=b\n");
    add(&t, "file", '0', NULL);
    end(&t, 2);
    check_both(&t, "too many extended headers", "too many extended headers");
    t.n = 0;
    add(&t, "x", 'x', NULL);
    add(&t, "file", '0', NULL);
    end(&t, 2);
    check_both(&t, "extended header of a wrong length", "extended header of a wrong length");
    t.n = 0;
    unsigned char *b = add(&t, "././@LongLink", 'L', "a/long/name.");
    b[135] = 0;
    memcpy(b + 124, "00000000015", 11);
    seal(b);
    add(&t, "file", '0', NULL);
    end(&t, 2);
    check_both(&t, "", "");
    t.n = 0;
    add(&t, "././@LongLink", 'L', "a/long/name.");
    add(&t, "file", '0', NULL);
    end(&t, 2);
    check_both(&t, "long name of a wrong form", "");
}

/* Numbers of headers and their ends never depend on how the bytes come; random damage never breaks
 * it. */
TEST(any_damage) {
    static tar t;
    static tar copy;
    unsigned state = 7;
    t.n = 0;
    add(&t, "PaxHeaders/x", 'x', "10 path=a\n10 size=7\n");
    add(&t, "file", '0', "content");
    add(&t, "dir", '5', NULL);
    end(&t, 2);
    for (int i = 0; i < 20000; i++) {
        memcpy(&copy, &t, sizeof copy);
        for (int k = 0; k < 1 + i % 4; k++) {
            state = state * 1103515245U + 12345U;
            copy.data[(state >> 8) % t.n] ^= (unsigned char)(1U << (state >> 28 & 7));
        }
        char whole[1024];
        snprintf(whole, sizeof whole, "%s", said(&copy, i % 2, 1 << 20));
        CHECK_STR(said(&copy, i % 2, 13), whole);
    }
}

int main(void) {
    RUN(whole);
    RUN(ends);
    RUN(fields);
    RUN(checksum);
    RUN(content_of_links);
    RUN(pax_records);
    RUN(pax_sizes_count);
    RUN(order_of_extensions);
    RUN(any_damage);
    return check_result();
}
