#include "env/env_scan.h"

#include <string.h>

/* Python's \s of text: ASCII's, four separators, and Unicode's. */
size_t env_space(const char *text, size_t n) {
    static const char *const wide[] = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
    };
    if (n == 0) {
        return 0;
    }
    unsigned char c = (unsigned char)text[0];
    if (c < 0x80) {
        return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20);
    }
    if (n >= 3 && memcmp(text, "\xE2\x80", 2) == 0 && (unsigned char)text[2] <= 0x8A) {
        return 3; /* U+2000 to U+200A */
    }
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        size_t length = strlen(wide[i]);
        if (n >= length && memcmp(text, wide[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

static char peek(const env_scan *s) {
    return s->at < s->n ? s->text[s->at] : '\0';
}

static size_t space_here(const env_scan *s) {
    return env_space(s->text + s->at, s->n - s->at);
}

static bool newline_here(const env_scan *s) {
    return peek(s) == '\n' || peek(s) == '\r';
}

/* Past one line end, if one is here. */
static bool take_newline(env_scan *s) {
    if (!newline_here(s)) {
        return false;
    }
    s->at += peek(s) == '\r' && s->at + 1 < s->n && s->text[s->at + 1] == '\n' ? 2 : 1;
    s->line++;
    return true;
}

static void skip_blank(env_scan *s) {
    while (!newline_here(s) && space_here(s) > 0) {
        s->at += space_here(s);
    }
}

static void skip_all_space(env_scan *s) {
    while (space_here(s) > 0) {
        if (!take_newline(s)) {
            s->at += space_here(s);
        }
    }
}

static void skip_line(env_scan *s) {
    while (s->at < s->n && !newline_here(s)) {
        s->at++;
    }
}

static void skip_export(env_scan *s) {
    static const char word[] = "export";
    const size_t length = sizeof word - 1;
    if (s->n - s->at < length || memcmp(s->text + s->at, word, length) != 0) {
        return;
    }
    env_scan after = *s;
    after.at += length;
    size_t start = after.at;
    skip_blank(&after);
    if (after.at > start) {
        *s = after;
    }
}

static bool scan_key(env_scan *s, env_span *key) {
    *key = (env_span){s->at, s->at};
    if (peek(s) == '#') {
        return true;
    }
    bool quoted = peek(s) == '\'';
    s->at += quoted;
    key->start = s->at;
    if (quoted) {
        while (s->at < s->n && peek(s) != '\'') {
            s->line += newline_here(s);
            s->at++;
        }
    } else {
        while (s->at < s->n && peek(s) != '=' && peek(s) != '#' && space_here(s) == 0) {
            s->at++;
        }
    }
    key->end = s->at;
    bool ended = !quoted || s->at < s->n;
    s->at += quoted;
    return ended && key->end > key->start;
}

/* Where the value that began with `quote` before s->at ends: at the first quote without a backslash
 * before it, else (as a backtracking regular expression has it) at the last one with. */
static bool find_close(const env_scan *s, char quote, size_t *close) {
    bool found = false;
    for (size_t i = s->at; i < s->n; i++) {
        if (s->text[i] == quote) {
            *close = i;
            return true;
        }
        if (s->text[i] == '\\' && i + 1 < s->n && s->text[i + 1] == quote) {
            *close = ++i;
            found = true;
        }
    }
    return found;
}

static bool scan_quoted(env_scan *s, env_binding *b) {
    size_t close;
    b->quote = peek(s);
    b->raw.start = s->at++;
    if (!find_close(s, b->quote, &close)) {
        return false;
    }
    b->value = (env_span){s->at, close};
    b->raw.end = close + 1;
    while (s->at < close) {
        if (!take_newline(s)) {
            s->at++;
        }
    }
    s->at = close + 1;
    return true;
}

/* To the end of the line, or white space and '#'; then without white space at the end. */
static void scan_plain(env_scan *s, env_binding *b) {
    size_t start = s->at;
    size_t end = start; /* behind the last character that is no white space */
    bool after_space = false;
    while (s->at < s->n && !newline_here(s)) {
        size_t space = space_here(s);
        if (space == 0 && peek(s) == '#' && after_space) {
            break;
        }
        after_space = space > 0;
        s->at += space ? space : 1;
        end = space ? end : s->at;
    }
    skip_line(s);
    b->value = b->raw = (env_span){start, end};
}

static bool scan_value(env_scan *s, env_binding *b) {
    s->at++;
    skip_blank(s);
    b->has_value = true;
    if (peek(s) == '\'' || peek(s) == '"') {
        return scan_quoted(s, b);
    }
    scan_plain(s, b);
    return true;
}

int env_scan_next(env_scan *s, env_binding *out) {
    *out = (env_binding){.quote = '\0'};
    skip_all_space(s);
    out->line = s->line;
    if (s->at >= s->n) {
        return 0;
    }
    skip_export(s);
    if (!scan_key(s, &out->key)) {
        return -1;
    }
    out->value = out->raw = (env_span){s->at, s->at};
    skip_blank(s);
    if (peek(s) == '=' && !scan_value(s, out)) {
        return -1;
    }
    skip_blank(s);
    if (peek(s) == '#') {
        skip_line(s);
    }
    return s->at >= s->n || take_newline(s) ? 1 : -1;
}
