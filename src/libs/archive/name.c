#include "archive/name.h"

#include <string.h>

static const char *component_fault(const char *part, size_t n) {
    if (n == 0) {
        return "name with an empty component";
    }
    if (n == 1 && part[0] == '.') {
        return "name with the component \".\"";
    }
    if (n == 2 && part[0] == '.' && part[1] == '.') {
        return "name with the component \"..\"";
    }
    return n > NAME_COMPONENT_MAX ? "name with a component longer than 255 bytes" : NULL;
}

const char *name_fault(const char *name, size_t n) {
    if (n == 0) {
        return "empty name";
    }
    if (name[0] == '/') {
        return "absolute name";
    }
    if (n > NAME_LENGTH_MAX) {
        return "name longer than 4096 bytes";
    }
    if (memchr(name, '\0', n)) {
        return "name with a NUL byte";
    }
    int depth = 0;
    for (size_t start = 0; start <= n; depth++) {
        const char *slash = memchr(name + start, '/', n - start);
        size_t end = slash ? (size_t)(slash - name) : n;
        const char *why = component_fault(name + start, end - start);
        if (why) {
            return why;
        }
        start = end + 1;
    }
    return depth > NAME_DEPTH_MAX ? "name with more than 64 components" : NULL;
}

bool name_is_under(const char *name, const char *folder) {
    size_t n = strlen(folder);
    return strncmp(name, folder, n) == 0 && (name[n] == '\0' || name[n] == '/');
}

size_t name_components(const char *name, int count) {
    size_t i = 0;
    for (; name[i] != '\0'; i++) {
        if (name[i] == '/' && --count == 0) {
            break;
        }
    }
    return i;
}
