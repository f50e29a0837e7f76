#include "http/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

int url_escape(buffer *b, const char *text, size_t n, error *e) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        char out[3] = {'%', digits[c >> 4], digits[c & 15]};
        bool plain = (c < 128 && isalnum(c)) || (c != '\0' && strchr("-._~", c) != NULL);
        if (buffer_append(b, plain ? text + i : out, plain ? 1 : 3, e) != 0) {
            return -1;
        }
    }
    return 0;
}

int url_query(buffer *b, const char *name, const char *value, error *e) {
    bool first = b->data == NULL || strchr(b->data, '?') == NULL;
    if (buffer_append_text(b, first ? "?" : "&", e) != 0 ||
        url_escape(b, name, strlen(name), e) != 0 || buffer_append_text(b, "=", e) != 0) {
        return -1;
    }
    return url_escape(b, value, strlen(value), e);
}

/* The authority of "scheme://authority/path": start of it, or NULL. `end` is one past it. */
static const char *authority(const char *url, const char **end) {
    const char *start = strstr(url, "://");
    if (start == NULL) {
        return NULL;
    }
    start += 3;
    *end = start + strcspn(start, "/?#");
    return start;
}

/* Past "user:password@"; a password may hold an "@" itself, so the last one counts. */
static const char *skip_user(const char *start, const char *end) {
    for (const char *p = end; p > start; p--) {
        if (p[-1] == '@') {
            return p;
        }
    }
    return start;
}

static void put(char *out, size_t size, size_t *used, const char *text, size_t n) {
    for (size_t i = 0; i < n && *used + 1 < size; i++) {
        char c = text[i];
        out[(*used)++] = (unsigned char)c < 32 || c == 127 ? '?' : c;
    }
    out[*used] = '\0';
}

void url_redact(const char *url, char *out, size_t size) {
    const char *end = NULL;
    const char *start = authority(url, &end);
    size_t used = 0;
    out[0] = '\0';
    if (start == NULL) {
        /* no scheme: everything before the last "@" may be a secret */
        end = url + strcspn(url, "?#");
        start = skip_user(url, end);
        put(out, size, &used, start, (size_t)(end - start));
        return;
    }
    put(out, size, &used, url, (size_t)(start - url));
    start = skip_user(start, end);
    put(out, size, &used, start, strcspn(start, "?#"));
}

bool url_is_loopback(const char *url) {
    const char *end = NULL;
    const char *start = authority(url, &end);
    if (start == NULL) {
        return false;
    }
    start = skip_user(start, end);
    if (*start == '[') {
        return strncmp(start, "[::1]", 5) == 0;
    }
    size_t n = 0;
    while (start + n < end && start[n] != ':') {
        n++;
    }
    return (n == 9 && strncasecmp(start, "localhost", 9) == 0) ||
           (n > 4 && strncmp(start, "127.", 4) == 0 && strspn(start, "0123456789.") >= n);
}
