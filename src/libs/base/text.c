#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* What the first byte promises: 0 when it can begin nothing. */
static size_t promised(unsigned char first) {
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
}

/* The second byte alone tells overlong forms, surrogates and what lies beyond U+10FFFF. */
static bool second_fits(unsigned char first, unsigned char second) {
    switch (first) {
    case 0xE0:
        return second >= 0xA0;
    case 0xED:
        return second <= 0x9F;
    case 0xF0:
        return second >= 0x90;
    case 0xF4:
        return second <= 0x8F;
    default:
        return true;
    }
}

size_t text_utf8_length(const char *text, size_t n) {
    const unsigned char *s = (const unsigned char *)text;
    size_t length = n > 0 ? promised(s[0]) : 0;
    if (length > n) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length < 2 || second_fits(s[0], s[1]) ? length : 0;
}

bool text_is_utf8(const char *text, size_t n) {
    for (size_t at = 0; at < n;) {
        size_t length = text_utf8_length(text + at, n - at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

/* One unit of `text` as it is to be printed, into `out` (>= 16 bytes). Returns the bytes eaten. */
static size_t escape_one(const char *text, size_t n, char *out) {
    size_t length = text_utf8_length(text, n);
    unsigned char c = (unsigned char)text[0];
    bool control = c < 0x20 || c == 0x7F || c == '\\';
    bool c1 = length == 2 && c == 0xC2 && (unsigned char)text[1] < 0xA0;
    if (length > 0 && !control && !c1) {
        memcpy(out, text, length);
        out[length] = '\0';
        return length;
    }
    snprintf(out, 16, "\\%03o", c);
    if (c1) {
        snprintf(out + 4, 12, "\\%03o", (unsigned char)text[1]);
    }
    return length ? length : 1;
}

int text_escape(buffer *b, const char *text, size_t n, error *e) {
    char one[16];
    for (size_t at = 0; at < n;) {
        at += escape_one(text + at, n - at, one);
        if (buffer_append_text(b, one, e) != 0) {
            return -1;
        }
    }
    return 0;
}

char *text_escape_to(char *to, size_t size, const char *text, size_t n) {
    char one[16];
    size_t used = 0;
    size_t safe = 0; /* how much may stay when "..." has to follow */
    if (size == 0) {
        return to;
    }
    for (size_t at = 0; at < n;) {
        at += escape_one(text + at, n - at, one);
        size_t length = strlen(one);
        if (used + length >= size) {
            used = safe;
            length = size > 3 ? 3 : size - 1;
            memcpy(one, "...", 4);
            at = n;
        }
        memcpy(to + used, one, length);
        used += length;
        if (used + 4 <= size) {
            safe = used;
        }
    }
    to[used] = '\0';
    return to;
}
