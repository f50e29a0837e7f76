/* Edits of a .env: each way of writing the value is tried and read back, the first that holds wins.
 */
#include <stdbool.h>
#include <string.h>
#include "env/env_file.h"

/* How to write a value. */
enum style { PLAIN, SINGLE, DOUBLE, STYLES };

struct edit {
    const char *text;
    size_t n;
    const char *key;
    const char *value;
    const env_file *file;   /* as it was */
    const env_entry *entry; /* what is replaced, or NULL: a line is added */
};

static int put_value(buffer *b, const char *value, enum style style, error *e) {
    if (style == PLAIN) {
        return buffer_append_text(b, value, e);
    }
    const char *quote = style == SINGLE ? "'" : "\"";
    int result = buffer_append_text(b, quote, e);
    for (const char *at = value; *at && result == 0; at++) {
        if (*at == '\\' || *at == *quote) {
            result = buffer_append_text(b, "\\", e);
        }
        if (result == 0 && *at == '\r' && style == DOUBLE) {
            result = buffer_append_text(b, "\\r", e);
        } else if (result == 0) {
            result = buffer_append(b, at, 1, e);
        }
    }
    return result == 0 ? buffer_append_text(b, quote, e) : -1;
}

/* A new last line, in the line ends that the text has. */
static int put_line(buffer *b, const struct edit *edit, enum style style, error *e) {
    bool crlf = memmem(edit->text, edit->n, "\r\n", 2) != NULL;
    const char *end = crlf ? "\r\n" : "\n";
    if (edit->n > 0 && edit->text[edit->n - 1] != '\n' && buffer_append_text(b, end, e) != 0) {
        return -1;
    }
    if (buffer_format(b, e, "%s=", edit->key) != 0 || put_value(b, edit->value, style, e) != 0) {
        return -1;
    }
    return buffer_append_text(b, end, e);
}

static int write_edit(buffer *b, const struct edit *edit, enum style style, error *e) {
    const env_entry *old = edit->entry;
    size_t keep = old ? old->start : edit->n;
    if (buffer_append(b, edit->text, keep, e) != 0) {
        return -1;
    }
    if (!old) {
        return put_line(b, edit, style, e);
    }
    if (!old->value && buffer_append_text(b, "=", e) != 0) {
        return -1;
    }
    if (put_value(b, edit->value, style, e) != 0) {
        return -1;
    }
    return buffer_append(b, edit->text + old->end, edit->n - old->end, e);
}

static bool same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* True when the new text reads as the old one but for the value. */
static bool holds(const struct edit *edit, const buffer *b) {
    error ignored = ERROR_INIT;
    env_file now;
    bool ok = env_parse(b->data, b->length, NULL, &now, &ignored) == 0 &&
              now.count == edit->file->count + (edit->entry ? 0 : 1) &&
              same(env_get(&now, edit->key), edit->value);
    for (size_t i = 0; ok && i < edit->file->count; i++) {
        const env_entry *old = &edit->file->entries[i];
        /* Values after it may refer to it: there the way of writing is compared, not the value. */
        ok = strcmp(old->key, now.entries[i].key) == 0 &&
             ((edit->entry && old >= edit->entry) || same(old->value, now.entries[i].value)) &&
             (old == edit->entry ||
              old->end - old->start == now.entries[i].end - now.entries[i].start);
    }
    env_free(&now);
    return ok;
}

static int replace_in(const struct edit *edit, buffer *out, error *e) {
    for (enum style style = PLAIN; style < STYLES; style++) {
        buffer b = BUFFER_INIT(ENV_MAX_SIZE);
        int result = write_edit(&b, edit, style, e);
        if (result == 0 && holds(edit, &b)) {
            result = buffer_append(out, b.data, b.length, e);
            buffer_free(&b);
            return result;
        }
        buffer_free(&b);
        if (result != 0) {
            return -1;
        }
    }
    int line = edit->entry ? edit->entry->line : 0;
    return error_set(e, ERROR_ENV, line, "env", edit->key, "no way to write this value");
}

int env_replace(const char *text, size_t n, const char *key, const char *value, buffer *out,
                error *e) {
    env_file file;
    int result = -1;
    if (env_parse(text, n, NULL, &file, e) == 0) {
        struct edit edit = {text, n, key, value, &file, NULL};
        for (size_t i = 0; i < file.count; i++) {
            if (strcmp(file.entries[i].key, key) == 0) {
                edit.entry = &file.entries[i];
            }
        }
        result = replace_in(&edit, out, e);
    }
    env_free(&file);
    return result;
}
