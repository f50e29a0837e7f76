#include "env/env_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "env/env_scan.h"

static int bad(error *e, int line, const char *why) {
    return error_set(e, ERROR_ENV, line, "env", "", "line %d: %s", line, why);
}

static int line_at(const char *text, size_t at) {
    int line = 1;
    for (size_t i = 0; i < at; i++) {
        line += text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n');
    }
    return line;
}

/* NUL bytes and what is not UTF-8 are refused before anything else looks at the text. */
static int check_text(const char *text, size_t n, error *e) {
    if (n > ENV_MAX_SIZE) {
        return error_set(e, ERROR_LIMIT, 0, "env", "", "more than %d bytes", ENV_MAX_SIZE);
    }
    for (size_t at = 0; at < n;) {
        size_t length = text_utf8_length(text + at, n - at);
        if (length == 0 || text[at] == '\0') {
            return bad(e, line_at(text, at), length ? "a NUL byte" : "not valid UTF-8");
        }
        at += length;
    }
    return 0;
}

/* What stands for "\c" in quotes, or 0 when the backslash stays. */
static char unescape(char quote, char c) {
    static const char from[] = "\\'\"abfnrtv";
    static const char to[] = "\\'\"\a\b\f\n\r\t\v";
    if (quote == '\'' && c != '\\' && c != '\'') {
        return '\0';
    }
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    return found ? to[found - from] : '\0';
}

/* Line ends become LF, as a file that is read as text has them; escapes of quoted values go. */
static char *copy_span(const char *text, env_span span, char quote) {
    size_t n = span.end - span.start;
    const char *from = text + span.start;
    char *value = malloc(n + 1);
    size_t used = 0;
    for (size_t i = 0; value && i < n; i++) {
        char c = from[i];
        if (c == '\\' && quote && i + 1 < n && unescape(quote, from[i + 1])) {
            c = unescape(quote, from[++i]);
        } else if (c == '\r') {
            i += i + 1 < n && from[i + 1] == '\n';
            c = '\n';
        }
        value[used++] = c;
    }
    if (value) {
        value[used] = '\0';
    }
    return value;
}

const char *env_get(const env_file *file, const char *key) {
    for (size_t i = file->count; i > 0; i--) {
        if (strcmp(file->entries[i - 1].key, key) == 0) {
            return file->entries[i - 1].value;
        }
    }
    return NULL;
}

static bool has_key(const env_file *file, const char *key) {
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->entries[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* A variable reference at `text`: its length and parts, or 0 when there is none. */
struct reference {
    const char *name, *fallback;
    size_t name_length, fallback_length;
};

static size_t reference_at(const char *text, struct reference *r) {
    if (text[0] != '$' || text[1] != '{') {
        return 0;
    }
    r->name = text + 2;
    r->name_length = strcspn(r->name, "}:");
    const char *at = r->name + r->name_length;
    r->fallback = at;
    r->fallback_length = 0;
    if (at[0] == ':' && at[1] == '-') {
        r->fallback = at + 2;
        r->fallback_length = strcspn(r->fallback, "}");
        at = r->fallback + r->fallback_length;
    }
    return *at == '}' ? (size_t)(at + 1 - text) : 0;
}

static int put_reference(buffer *b, const struct reference *r, const env_file *file,
                         env_lookup lookup, error *e) {
    char *name = strndup(r->name, r->name_length);
    if (!name) {
        return error_errno(e, "env", "");
    }
    /* A key of the file counts even when it has no value. */
    bool ours = has_key(file, name);
    const char *value = ours ? env_get(file, name) : lookup ? lookup(name) : NULL;
    free(name);
    if (value) {
        return buffer_append_text(b, value, e);
    }
    return ours ? 0 : buffer_append(b, r->fallback, r->fallback_length, e);
}

/* Replaces the references in *value, which it frees and sets anew. */
static int expand(char **value, const env_file *file, env_lookup lookup, error *e) {
    buffer b = BUFFER_INIT(ENV_MAX_SIZE);
    struct reference r;
    if (!strstr(*value, "${")) {
        return 0;
    }
    int result = buffer_append(&b, "", 0, e);
    for (const char *at = *value; *at && result == 0;) {
        size_t length = reference_at(at, &r);
        if (length > 0) {
            result = put_reference(&b, &r, file, lookup, e);
        } else {
            result = buffer_append(&b, at, 1, e);
        }
        at += length ? length : 1;
    }
    if (result != 0) {
        buffer_free(&b);
        return -1;
    }
    free(*value);
    *value = buffer_detach(&b);
    return 0;
}

static int add(env_file *out, const char *text, const env_binding *b, env_lookup lookup, error *e) {
    if (out->count == out->room) {
        size_t room = out->room ? out->room * 2 : 32;
        env_entry *grown = realloc(out->entries, room * sizeof *grown);
        if (!grown) {
            return error_errno(e, "env", "");
        }
        out->entries = grown;
        out->room = room;
    }
    env_entry entry = {NULL, NULL, b->line, b->raw.start, b->raw.end};
    entry.key = copy_span(text, b->key, '\0');
    entry.value = b->has_value ? copy_span(text, b->value, b->quote) : NULL;
    if (!entry.key || (b->has_value && !entry.value)) {
        free(entry.key);
        free(entry.value);
        return error_errno(e, "env", "");
    }
    if (entry.value && expand(&entry.value, out, lookup, e) != 0) {
        free(entry.key);
        free(entry.value);
        return -1;
    }
    out->entries[out->count++] = entry;
    return 0;
}

int env_parse(const char *text, size_t n, env_lookup lookup, env_file *out, error *e) {
    *out = (env_file){NULL, 0, 0};
    if (check_text(text, n, e) != 0) {
        return -1;
    }
    env_scan s = {text, n, 0, 1};
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        s.at = 3;
    }
    env_binding b;
    for (;;) {
        int got = env_scan_next(&s, &b);
        if (got < 0) {
            return bad(e, b.line, "not KEY=VALUE, a comment or a closed quote");
        }
        if (got == 0) {
            return 0;
        }
        if (b.key.end > b.key.start && add(out, text, &b, lookup, e) != 0) {
            return -1;
        }
    }
}

void env_free(env_file *file) {
    for (size_t i = 0; i < file->count; i++) {
        free(file->entries[i].key);
        free(file->entries[i].value);
    }
    free(file->entries);
    *file = (env_file){NULL, 0, 0};
}
