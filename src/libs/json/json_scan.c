#include "json/json_scan.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "json/json_guard.h"

struct scan {
    const char *text;
    size_t n;
    size_t at;
    json_tokens *tokens;
    error *e;
};

static int wrong(const struct scan *s, const char *why) {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < s->at && i < s->n; i++) {
        column = s->text[i] == '\n' ? 1 : column + 1;
        line += s->text[i] == '\n';
    }
    return error_set(s->e, ERROR_JSON, 0, "json", "", "line %zu column %zu: %s", line, column, why);
}

/* The byte at the cursor, or -1 at the end. */
static int peek(const struct scan *s) {
    return s->at < s->n ? (unsigned char)s->text[s->at] : -1;
}

static bool take(struct scan *s, char c) {
    bool there = peek(s) == (unsigned char)c;
    s->at += there;
    return there;
}

static void skip_space(struct scan *s) {
    while (s->at < s->n && memchr(" \t\r\n", s->text[s->at], 4)) {
        s->at++;
    }
}

static bool digits(struct scan *s) {
    size_t start = s->at;
    while (peek(s) >= '0' && peek(s) <= '9') {
        s->at++;
    }
    return s->at > start;
}

/* strtoll saturates, so that a longer integer is not safe either. */
static bool safe_integer(long long value) {
    return value >= -JSON_SAFE_INTEGER && value <= JSON_SAFE_INTEGER;
}

/* Remembers the token when cJSON's double and our printing would not give it back. */
static int keep_number(struct scan *s, const char *token, size_t start, bool integer) {
    json_tokens *t = s->tokens;
    size_t ordinal = t->numbers++;
    if (integer && safe_integer(strtoll(token, NULL, 10))) {
        return 0;
    }
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 16;
        json_token *grown = realloc(t->items, room * sizeof *grown);
        if (!grown) {
            return error_errno(s->e, "json", "");
        }
        t->items = grown;
        t->room = room;
    }
    t->items[t->count++] = (json_token){ordinal, start, strlen(token)};
    return 0;
}

static int end_number(struct scan *s, size_t start, bool integer) {
    char token[64]; /* cJSON's own buffer for a number is as long, and it cuts what is longer */
    size_t length = s->at - start;
    if (length >= sizeof token) {
        return wrong(s, "number too long");
    }
    memcpy(token, s->text + start, length);
    token[length] = '\0';
    if (!isfinite(strtod(token, NULL))) {
        return wrong(s, "number out of range");
    }
    return keep_number(s, token, start, integer);
}

static int scan_number(struct scan *s) {
    size_t start = s->at;
    bool integer = true;
    take(s, '-');
    if (!take(s, '0') && !digits(s)) {
        return wrong(s, "unexpected character");
    }
    if (take(s, '.')) {
        integer = false;
        if (!digits(s)) {
            return wrong(s, "digits expected");
        }
    }
    if (take(s, 'e') || take(s, 'E')) {
        integer = false;
        if (!take(s, '+')) {
            take(s, '-');
        }
        if (!digits(s)) {
            return wrong(s, "digits expected");
        }
    }
    return end_number(s, start, integer);
}

/* Four hex digits at the cursor; -1 when they are not there. */
static long hex4(struct scan *s) {
    long value = 0;
    for (int i = 0; i < 4; i++) {
        int c = peek(s);
        const char *all = "0123456789abcdef";
        const char *digit = c > 0 ? strchr(all, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
        if (!digit) {
            return -1;
        }
        value = value * 16 + (digit - all);
        s->at++;
    }
    return value;
}

static int scan_unicode(struct scan *s) {
    long unit = hex4(s);
    if (unit < 0) {
        return wrong(s, "four hex digits expected");
    }
    if (unit == 0) {
        return wrong(s, "\\u0000 is not allowed");
    }
    if (unit < 0xD800 || unit > 0xDFFF) {
        return 0;
    }
    long low = unit < 0xDC00 && take(s, '\\') && take(s, 'u') ? hex4(s) : -1;
    return low >= 0xDC00 && low <= 0xDFFF ? 0 : wrong(s, "lone surrogate");
}

static int scan_escape(struct scan *s) {
    int c = peek(s);
    if (c <= 0 || !strchr("\"\\/bfnrtu", c)) {
        return wrong(s, "unknown escape");
    }
    s->at++;
    return c == 'u' ? scan_unicode(s) : 0;
}

static int scan_string(struct scan *s) {
    if (!take(s, '"')) {
        return wrong(s, "string expected");
    }
    while (!take(s, '"')) {
        int c = peek(s);
        if (c < 0x20) {
            return wrong(s, c < 0 ? "string not ended" : "control character in a string");
        }
        if (take(s, '\\')) {
            if (scan_escape(s) != 0) {
                return -1;
            }
            continue;
        }
        size_t length = text_utf8_length(s->text + s->at, s->n - s->at);
        if (length == 0) {
            return wrong(s, "invalid UTF-8");
        }
        s->at += length;
    }
    return 0;
}

static int scan_word(struct scan *s, const char *word) {
    size_t length = strlen(word);
    if (s->n - s->at < length || memcmp(s->text + s->at, word, length) != 0) {
        return wrong(s, "unexpected character");
    }
    s->at += length;
    return 0;
}

static int scan_scalar(struct scan *s) {
    switch (peek(s)) {
    case -1:
        return wrong(s, "value expected, not the end");
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    default:
        return scan_number(s);
    }
}

static int scan_name(struct scan *s) {
    skip_space(s);
    if (scan_string(s) != 0) {
        return -1;
    }
    skip_space(s);
    return take(s, ':') ? 0 : wrong(s, "':' expected");
}

static int scan_value(struct scan *s, int depth);

static int scan_members(struct scan *s, int depth, bool object) {
    const char close = object ? '}' : ']';
    s->at++;
    skip_space(s);
    if (take(s, close)) {
        return 0;
    }
    do {
        if ((object && scan_name(s) != 0) || scan_value(s, depth + 1) != 0) {
            return -1;
        }
        skip_space(s);
    } while (take(s, ','));
    return take(s, close) ? 0 : wrong(s, object ? "',' or '}' expected" : "',' or ']' expected");
}

static int scan_value(struct scan *s, int depth) {
    skip_space(s);
    int c = peek(s);
    if (c == '{' || c == '[') {
        if (depth > JSON_MAX_DEPTH) {
            return wrong(s, "nested too deeply");
        }
        return scan_members(s, depth, c == '{');
    }
    return scan_scalar(s);
}

int json_scan(const char *text, size_t n, json_tokens *tokens, error *e) {
    struct scan s = {text, n, 0, tokens, e};
    *tokens = (json_tokens){NULL, 0, 0, 0};
    if (scan_value(&s, 1) != 0) {
        return -1;
    }
    skip_space(&s);
    return s.at == n ? 0 : wrong(&s, "more after the value");
}

void json_tokens_free(json_tokens *tokens) {
    free(tokens->items);
    tokens->items = NULL;
}
