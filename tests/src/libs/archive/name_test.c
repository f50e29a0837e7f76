/* Names, lines of ENTRIES, and what was there before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "archive/name.h"
#include "archive/rules.h"
#include "archive/seen.h"
#include "check.h"

TEST(good_names) {
    char deep[2 * NAME_DEPTH_MAX + 1] = "";
    for (int i = 0; i < NAME_DEPTH_MAX; i++) {
        strcat(deep, i == 0 ? "a" : "/a");
    }
    const char *const all[] = {"a", "a/b", "...", "..a", "a/..b/c.", " ", "\n", "\xff\xfe", deep};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const char *why = name_fault(all[i], strlen(all[i]));
        CHECK_STR(why ? why : "", "");
    }
}

TEST(bad_names) {
    static const struct {
        const char *name;
        size_t n;
        const char *why;
    } all[] = {
        {"", 0, "empty name"},
        {"/", 1, "absolute name"},
        {"/etc/passwd", 11, "absolute name"},
        {"..", 2, "name with the component \"..\""},
        {"../x", 4, "name with the component \"..\""},
        {"a/../../x", 9, "name with the component \"..\""},
        {"a/..", 4, "name with the component \"..\""},
        {".", 1, "name with the component \".\""},
        {"./a", 3, "name with the component \".\""},
        {"a/./b", 5, "name with the component \".\""},
        {"a//b", 4, "name with an empty component"},
        {"a/", 2, "name with an empty component"},
        {"a\0b", 3, "name with a NUL byte"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const char *why = name_fault(all[i].name, all[i].n);
        CHECK_STR(why ? why : "", all[i].why);
    }
}

TEST(long_names) {
    static char name[NAME_LENGTH_MAX + 2];
    memset(name, 'a', sizeof name);
    CHECK_STR(name_fault(name, NAME_COMPONENT_MAX + 1),
              "name with a component longer than 255 bytes");
    CHECK(name_fault(name, NAME_COMPONENT_MAX) == NULL);
    CHECK_STR(name_fault(name, NAME_LENGTH_MAX + 1), "name longer than 4096 bytes");
    for (size_t i = 1; i < sizeof name; i += 2) {
        name[i] = '/';
    }
    CHECK_STR(name_fault(name, 2 * NAME_DEPTH_MAX + 1), "name with more than 64 components");
    CHECK(name_fault(name, 2 * NAME_DEPTH_MAX - 1) == NULL);
}

TEST(parts) {
    CHECK(name_is_under("volumes", "volumes"));
    CHECK(name_is_under("volumes/a", "volumes"));
    CHECK(!name_is_under("volumes-2/a", "volumes"));
    CHECK(!name_is_under("volume", "volumes"));
    CHECK_INT(name_components("volumes/auth/x", 2), 12);
    CHECK_INT(name_components("volumes/auth", 2), 12);
    CHECK_INT(name_components("volumes", 2), 7);
}

static entry of(entry_type type, const char *name) {
    entry it = {type, name, NULL, 0, 0644, 1, 2, 3, 0, {0}};
    return it;
}

TEST(lines) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(100000);
    unsigned char digest[ENTRY_DIGEST_SIZE] = {0xab, 1};
    entry it = of(ENTRY_FILE, "a b\\c\n\xff#*?[=");
    it.size = 5;
    CHECK_INT(entry_line(&b, &it, digest, &e), 0);
    CHECK_STR(b.data,
              "./a\\040b\\134c\\012\\377\\043\\052\\077\\133\\075 type=file mode=0644 uid=1 gid=2"
              " time=3.0 size=5 sha256digest="
              "ab01000000000000000000000000000000000000000000000000000000000000\n");
    buffer_clear(&b);
    it = of(ENTRY_FOLDER, "d");
    it.mode = 07777;
    CHECK_INT(entry_line(&b, &it, digest, &e), 0);
    CHECK_STR(b.data, "./d type=dir mode=7777 uid=1 gid=2 time=3.0\n");
    buffer_clear(&b);
    it = of(ENTRY_SYMLINK, "s");
    it.link = "to here";
    CHECK_INT(entry_line(&b, &it, digest, &e), 0);
    CHECK_STR(b.data, "./s type=link mode=0644 uid=1 gid=2 time=3.0 link=to\\040here\n");
    buffer_clear(&b);
    it = of(ENTRY_HARDLINK, "h");
    it.link = "a";
    it.capability_length = 2;
    it.capability[1] = 255;
    CHECK_INT(entry_line(&b, &it, digest, &e), 0);
    CHECK_STR(b.data, "./h type=file mode=0644 uid=1 gid=2 time=3.0 contents=./a"
                      " xattr.security.capability=00ff\n");
    buffer_free(&b);
}

TEST(a_line_cannot_be_mistaken) {
    error e = ERROR_INIT;
    buffer one = BUFFER_INIT(1000);
    buffer two = BUFFER_INIT(1000);
    unsigned char digest[ENTRY_DIGEST_SIZE] = {0};
    entry a = of(ENTRY_FOLDER, "x type=dir");
    entry b = of(ENTRY_FOLDER, "x");
    CHECK_INT(entry_line(&one, &a, digest, &e), 0);
    CHECK_INT(entry_line(&two, &b, digest, &e), 0);
    CHECK_CONTAINS(one.data, "x\\040type\\075dir type=dir");
    CHECK(strcmp(one.data, two.data) != 0);
    buffer_free(&one);
    buffer_free(&two);
}

/* Each case is a list of entries; the last one is refused with `why`, or taken. */
static void clash(const entry *list, size_t n, const char *why) {
    error e = ERROR_INIT;
    seen *s = seen_new(1000, &e);
    REQUIRE(s != NULL);
    for (size_t i = 0; i + 1 < n; i++) {
        CHECK_INT(seen_add(s, &list[i], &e), 0);
    }
    CHECK_INT(seen_add(s, &list[n - 1], &e), why[0] == '\0' ? 0 : -1);
    CHECK_STR(e.message, why);
    seen_free(s);
}

TEST(clashes) {
    entry hard = of(ENTRY_HARDLINK, "h");
    hard.link = "a";
    entry other = of(ENTRY_HARDLINK, "h");
    other.link = "a/b";
    const entry dir = of(ENTRY_FOLDER, "a"), file = of(ENTRY_FILE, "a"),
                sub = of(ENTRY_FILE, "a/b"), link = of(ENTRY_SYMLINK, "a"),
                twin = of(ENTRY_FILE, "A");
    clash((entry[]){dir, sub}, 2, "");
    clash((entry[]){sub, dir}, 2, "");
    clash((entry[]){file, twin}, 2, "");
    clash((entry[]){file, file}, 2, "this name was there before");
    clash((entry[]){dir, dir}, 2, "this name was there before");
    clash((entry[]){file, dir}, 2, "this name was there before");
    clash((entry[]){link, sub}, 2, "lies below an entry that is not a folder");
    clash((entry[]){file, sub}, 2, "lies below an entry that is not a folder");
    clash((entry[]){sub, link}, 2, "not a folder, but entries lie below it");
    clash((entry[]){file, hard}, 2, "");
    clash((entry[]){link, hard}, 2, "");
    clash((entry[]){dir, hard}, 2, "hard link to something that is no earlier file");
    clash((entry[]){hard}, 1, "hard link to something that is no earlier file");
    clash((entry[]){sub, other}, 2, "");
    clash((entry[]){sub, hard}, 2, "hard link to something that is no earlier file");
}

TEST(many_names) {
    error e = ERROR_INIT;
    seen *s = seen_new(60000, &e);
    char name[40];
    entry it = of(ENTRY_FILE, name);
    for (int i = 0; i < 50000; i++) {
        snprintf(name, sizeof name, "volumes/x/%d/%d", i / 100, i);
        REQUIRE(seen_add(s, &it, &e) == 0);
    }
    for (int i = 0; i < 50000; i += 997) {
        snprintf(name, sizeof name, "volumes/x/%d/%d", i / 100, i);
        CHECK_INT(seen_add(s, &it, &e), -1);
    }
    int i = 50000;
    do {
        snprintf(name, sizeof name, "%d", i++);
    } while (seen_add(s, &it, &e) == 0);
    CHECK_STR(e.message, "too many entries");
    CHECK_INT(i, 50000 + 60000 - 50000 - 502 + 1);
    seen_free(s);
}

static void ruled(const entry *it, const char *why) {
    error e = ERROR_INIT;
    rules_limits limits = {100, 1000, 10};
    rules *r = rules_new(&limits, 50, &e);
    REQUIRE(r != NULL);
    entry target = of(ENTRY_FILE, "volumes/auth/f");
    CHECK_INT(rules_check(r, &target, &e), 0);
    CHECK_INT(rules_check(r, it, &e), why[0] == '\0' ? 0 : -1);
    CHECK_STR(e.message, why);
    if (why[0] != '\0') {
        CHECK_INT(e.kind, ERROR_ARCHIVE);
        CHECK_STR(e.subject, it->name);
    }
    rules_free(r);
}

static entry linked(entry_type type, const char *name, const char *link) {
    entry it = of(type, name);
    it.link = link;
    return it;
}

TEST(rules_for_links) {
    const struct {
        entry it;
        const char *why;
    } all[] = {
        {linked(ENTRY_SYMLINK, "config/s", "x"), "a symlink outside volumes/"},
        {linked(ENTRY_HARDLINK, "config/h", "config/x"), "a hard link outside volumes/"},
        {linked(ENTRY_SYMLINK, "volumes", "x"), "a symlink outside volumes/"},
        {linked(ENTRY_SYMLINK, "volumes/ldap", "x"), "a symlink outside volumes/"},
        {linked(ENTRY_HARDLINK, "volumes/ldap", "volumes/auth/f"), "a hard link outside volumes/"},
        {linked(ENTRY_SYMLINK, "volumes/auth/s", "/etc/passwd"), ""},
        {linked(ENTRY_SYMLINK, "volumes/auth/s", ""), "link target of a wrong length"},
        {linked(ENTRY_HARDLINK, "volumes/auth/h", "volumes/auth/f"), ""},
        {linked(ENTRY_HARDLINK, "volumes/auth/h", "volumes/auth/g"),
         "hard link to something that is no earlier file"},
        {linked(ENTRY_HARDLINK, "volumes/auth/h", "/etc/passwd"),
         "hard link with a target that is no good name"},
        {linked(ENTRY_HARDLINK, "volumes/auth/h", "volumes/auth/../auth/f"),
         "hard link with a target that is no good name"},
        {linked(ENTRY_HARDLINK, "volumes/ldap/h", "volumes/auth/f"),
         "hard link that leaves its volume"},
        {linked(ENTRY_HARDLINK, "volumes/au/h", "volumes/auth/f"),
         "hard link that leaves its volume"},
        {of(ENTRY_OTHER, "volumes/auth/dev"), "a device, FIFO or socket"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        ruled(&all[i].it, all[i].why);
    }
}

TEST(rules_for_ranges) {
    entry it = of(ENTRY_FILE, "x");
    it.uid = 4294967295LL;
    ruled(&it, "uid or gid out of range");
    it = of(ENTRY_FILE, "x");
    it.gid = -1;
    ruled(&it, "uid or gid out of range");
    it = of(ENTRY_FILE, "x");
    it.mode = 04755;
    ruled(&it, "a setuid or setgid file outside volumes/");
    it.mode = 010000;
    ruled(&it, "mode out of range");
    it = of(ENTRY_FILE, "x");
    it.mtime = 1LL << 50;
    ruled(&it, "time out of range");
    it = of(ENTRY_FILE, "x");
    it.capability_length = 20;
    ruled(&it, "security.capability where none belongs");
    it = of(ENTRY_FILE, "x");
    it.size = 1500;
    ruled(&it, "");
    it.size = 1501;
    ruled(&it, "more content than an archive of this size may hold");
    it.size = 1LL << 62;
    ruled(&it, "size out of range");
}

int main(void) {
    RUN(good_names);
    RUN(bad_names);
    RUN(long_names);
    RUN(parts);
    RUN(lines);
    RUN(a_line_cannot_be_mistaken);
    RUN(clashes);
    RUN(many_names);
    RUN(rules_for_links);
    RUN(rules_for_ranges);
    return check_result();
}
