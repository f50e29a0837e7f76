/* Names of entries: the rule against a simple reading of it; what was there before against a plain
 * list; names shown in messages hold nothing that a terminal would take for more than text. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "archive/name.h"
#include "archive/seen.h"
#include "base/text.h"
#include "input.h"

enum { ENTRIES_MAX = 24 };

/* The rule once more, by splitting. */
static bool plainly_good(const char *name) {
    size_t n = strlen(name);
    int depth = 0;
    if (n == 0 || n > NAME_LENGTH_MAX || name[0] == '/' || name[n - 1] == '/') {
        return false;
    }
    char *copy = strdup(name);
    MUST(copy != NULL);
    bool good = !strstr(name, "//");
    char *rest = NULL;
    for (char *part = strtok_r(copy, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        depth++;
        good = good && strcmp(part, ".") != 0 && strcmp(part, "..") != 0 &&
               strlen(part) <= NAME_COMPONENT_MAX;
    }
    free(copy);
    return good && depth <= NAME_DEPTH_MAX;
}

static void shown(const char *name) {
    char small[32];
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(1 << 20);
    MUST(text_escape(&b, name, strlen(name), &e) == 0);
    MUST(text_is_utf8(b.data ? b.data : "", b.length));
    for (size_t i = 0; i < b.length; i++) {
        MUST((unsigned char)b.data[i] >= 0x20 && b.data[i] != 0x7f);
    }
    text_escape_to(small, sizeof small, name, strlen(name));
    MUST(strlen(small) < sizeof small && text_is_utf8(small, strlen(small)));
    buffer_free(&b);
}

typedef struct list {
    entry all[ENTRIES_MAX];
    size_t count;
} list;

static bool under(const char *name, const char *folder) {
    size_t n = strlen(folder);
    return strncmp(name, folder, n) == 0 && name[n] == '/';
}

/* Whether the entry may follow, found out the slow way. */
static bool may_follow(const list *l, const entry *it) {
    bool target = it->type != ENTRY_HARDLINK;
    for (size_t i = 0; i < l->count; i++) {
        const entry *other = &l->all[i];
        if (strcmp(other->name, it->name) == 0 ||
            (other->type != ENTRY_FOLDER && under(it->name, other->name)) ||
            (it->type != ENTRY_FOLDER && under(other->name, it->name))) {
            return false;
        }
        target = target || (other->type != ENTRY_FOLDER && strcmp(other->name, it->link) == 0);
    }
    return target;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const entry_type types[] = {ENTRY_FILE, ENTRY_FOLDER, ENTRY_SYMLINK, ENTRY_HARDLINK};
    input in = {data, size};
    list l = {.count = 0};
    error e = ERROR_INIT;
    seen *s = seen_new(10000, &e);
    MUST(s != NULL);
    while (in.left > 0 && l.count < ENTRIES_MAX) {
        entry it = {.type = types[input_byte(&in) % 4]};
        char *name = input_text(&in, input_byte(&in));
        char *link = input_text(&in, input_byte(&in) % 16);
        it.name = name;
        it.link = link;
        MUST((name_fault(name, strlen(name)) == NULL) == plainly_good(name));
        shown(name);
        if (plainly_good(name) && may_follow(&l, &it)) {
            MUST(seen_add(s, &it, &e) == 0);
            l.all[l.count++] = it;
            continue;
        }
        MUST(!plainly_good(name) || seen_add(s, &it, &e) != 0);
        free(name);
        free(link);
        if (e.kind != ERROR_NONE) {
            break; /* a refusal ends the pass */
        }
    }
    for (size_t i = 0; i < l.count; i++) {
        free((void *)(uintptr_t)l.all[i].name);
        free((void *)(uintptr_t)l.all[i].link);
    }
    seen_free(s);
    return 0;
}
