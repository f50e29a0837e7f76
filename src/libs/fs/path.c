#include "fs/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *from, size_t n, error *e) {
    char *text = strndup(from, n);
    if (!text) {
        error_errno(e, "path", from);
    }
    return text;
}

char *path_join(const char *a, const char *b, error *e) {
    size_t n = strlen(a);
    if (n == 0 || b[0] == '/') {
        return copy(b, strlen(b), e);
    }
    if (b[0] == '\0') {
        return copy(a, n, e);
    }
    const char *slash = a[n - 1] == '/' ? "" : "/";
    char *joined = NULL;
    if (asprintf(&joined, "%s%s%s", a, slash, b) < 0) {
        error_errno(e, "path", a);
        return NULL;
    }
    return joined;
}

/* Length without slashes at the end; 1 for "/" and "//". */
static size_t trimmed(const char *path, size_t n) {
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    return n;
}

/* Where the last part begins, in the first n bytes. */
static size_t last_part(const char *path, size_t n) {
    while (n > 0 && path[n - 1] != '/') {
        n--;
    }
    return n;
}

char *path_dirname(const char *path, error *e) {
    size_t n = trimmed(path, strlen(path));
    size_t start = last_part(path, n);
    if (start == 0) {
        return copy(".", 1, e);
    }
    return copy(path, trimmed(path, start), e);
}

char *path_basename(const char *path, error *e) {
    size_t n = trimmed(path, strlen(path));
    size_t start = last_part(path, n);
    if (start == n && n > 0) {
        return copy("/", 1, e);
    }
    return copy(path + start, n - start, e);
}

bool path_below(const char *path, const char *folder) {
    size_t n = trimmed(folder, strlen(folder));
    if (n == 1 && folder[0] == '/') {
        return path[0] == '/';
    }
    return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}
