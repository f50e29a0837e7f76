/* Reading and changing .env texts: docker-compose reads the same out of them; a value that is put
 * in is read back, by it too, and nothing else changes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "input.h"
#include "oracle.h"

enum { ORACLE_MAX = 500 };

static void check_entries(const env_file *f, size_t size) {
    for (size_t i = 0; i < f->count; i++) {
        const env_entry *one = &f->entries[i];
        MUST(one->key != NULL && one->key[0] != '\0');
        MUST(one->line >= 1);
        MUST(one->start <= one->end && one->end <= size);
        MUST(i == 0 || one->line >= f->entries[i - 1].line);
    }
}

static bool same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Values that the file's own ${KEY} do not reach stay as they were. */
static void check_others(const env_file *before, const env_file *after, const char *key) {
    for (size_t i = 0; i < before->count; i++) {
        const char *name = before->entries[i].key;
        if (strcmp(name, key) != 0) {
            MUST(same(env_get(before, name), env_get(after, name)));
        }
    }
}

/* What is no text is refused, which compose does in its own ways. */
static void check_oracle(const char *text, size_t n) {
    error e = ERROR_INIT;
    env_file file = {0};
    if (n <= ORACLE_MAX && !memchr(text, '\0', n) && text_is_utf8(text, n)) {
        bool read = env_parse(text, n, oracle_lookup, &file, &e) == 0;
        MUST(oracle_agrees(text, n, read ? &file : NULL));
        env_free(&file);
    }
}

static void change(const char *text, size_t n, const env_file *before, const char *key,
                   const char *value) {
    error e = ERROR_INIT;
    buffer out = BUFFER_INIT(4 << 20);
    env_file after = {0};
    if (env_replace(text, n, key, value, &out, &e) == 0) {
        MUST(env_parse(out.data ? out.data : "", out.length, NULL, &after, &e) == 0);
        MUST(same(env_get(&after, key), value));
        check_oracle(out.data ? out.data : "", out.length);
        if (!memchr(text, '$', n)) {
            check_others(before, &after, key);
        }
    } else {
        MUST(e.kind == ERROR_ENV || e.kind == ERROR_LIMIT);
    }
    env_free(&after);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    error e = ERROR_INIT;
    env_file file = {0};
    char *value = input_text(&in, input_byte(&in) % 32);
    unsigned which = input_byte(&in);
    const char *text = (const char *)in.data;
    check_oracle(text, in.left);
    if (env_parse(text, in.left, NULL, &file, &e) == 0) {
        check_entries(&file, in.left);
        change(text, in.left, &file, "NEW_KEY", value);
        if (file.count > 0) {
            change(text, in.left, &file, file.entries[which % file.count].key, value);
        }
    } else {
        MUST(e.kind == ERROR_ENV || e.kind == ERROR_LIMIT);
    }
    env_free(&file);
    free(value);
    return 0;
}
