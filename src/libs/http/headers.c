#include "http/headers.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_token(const char *name) {
    if (*name == '\0') {
        return false;
    }
    for (const char *p = name; *p != '\0'; p++) {
        if (!isalnum((unsigned char)*p) && strchr("!#$%&'*+-.^_`|~", *p) == NULL) {
            return false;
        }
    }
    return true;
}

static bool is_safe_value(const char *value, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (value[i] == '\r' || value[i] == '\n' || value[i] == '\0') {
            return false;
        }
    }
    return true;
}

static int append(http_headers *h, const char *name, size_t name_length, const char *value,
                  size_t value_length, error *e) {
    if (h->bytes + name_length + value_length > HTTP_HEADERS_MAX) {
        return error_set(e, ERROR_LIMIT, HTTP_HEADERS_MAX, "http", "",
                         "more than %d bytes of headers", HTTP_HEADERS_MAX);
    }
    http_header *list = realloc(h->list, (h->count + 1) * sizeof *list);
    if (list == NULL) {
        return error_errno(e, "http", "headers");
    }
    h->list = list;
    char *n = strndup(name, name_length);
    char *v = malloc(value_length + 1);
    if (n == NULL || v == NULL) {
        free(n);
        free(v);
        errno = ENOMEM;
        return error_errno(e, "http", "headers");
    }
    memcpy(v, value, value_length);
    v[value_length] = '\0';
    http_header *field = &h->list[h->count++];
    field->name = n;
    field->value = v;
    h->bytes += name_length + value_length;
    return 0;
}

int http_headers_add(http_headers *h, const char *name, const char *value, size_t value_length,
                     error *e) {
    if (!is_token(name)) {
        return error_set(e, ERROR_STATE, 0, "http", "", "invalid header name");
    }
    if (!is_safe_value(value, value_length)) {
        return error_set(e, ERROR_STATE, 0, "http", name,
                         "a header's value must not hold CR, LF or NUL");
    }
    return append(h, name, strlen(name), value, value_length, e);
}

/* "HTTP/1.1 200 OK" -> 200; 0 when it is no status line. */
static long parse_status(const char *line, size_t n) {
    char text[32];
    if (n < 10 || memcmp(line, "HTTP/", 5) != 0) {
        return 0;
    }
    size_t keep = n < sizeof text - 1 ? n : sizeof text - 1;
    memcpy(text, line, keep);
    text[keep] = '\0';
    const char *space = strchr(text, ' ');
    return space == NULL ? 0 : strtol(space, NULL, 10);
}

int http_headers_line(http_headers *h, const char *line, size_t n, long *status, error *e) {
    if (memchr(line, '\0', n) != NULL) {
        return error_set(e, ERROR_HTTP, 0, "http", "", "a NUL byte in the head of the answer");
    }
    while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == '\n' || line[n - 1] == ' ')) {
        n--;
    }
    long code = parse_status(line, n);
    if (code != 0) {
        http_headers_free(h);
        *status = code;
        return 0;
    }
    const char *colon = n == 0 ? NULL : memchr(line, ':', n);
    if (colon == NULL || colon == line) {
        return 0;
    }
    const char *value = colon + 1;
    const char *end = line + n;
    while (value < end && (*value == ' ' || *value == '\t')) {
        value++;
    }
    if (append(h, line, (size_t)(colon - line), value, (size_t)(end - value), e) != 0) {
        return -1;
    }
    for (char *p = h->list[h->count - 1].name; *p != '\0'; p++) {
        *p = (char)tolower((unsigned char)*p);
    }
    return 0;
}

const char *http_headers_get(const http_headers *h, const char *name) {
    for (size_t i = 0; i < h->count; i++) {
        if (strcasecmp(h->list[i].name, name) == 0) {
            return h->list[i].value;
        }
    }
    return NULL;
}

void http_headers_free(http_headers *h) {
    for (size_t i = 0; i < h->count; i++) {
        free(h->list[i].name);
        free(h->list[i].value);
    }
    free(h->list);
    *h = (http_headers)HTTP_HEADERS_INIT;
}
