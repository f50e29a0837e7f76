#include "docker/path.h"

#include <stdbool.h>
#include <string.h>
#include "http/url.h"

static int refuse(const char *name, error *e) {
    return error_set(e, ERROR_ENGINE, 0, "engine", name, "not a name that the Engine could know");
}

static bool is_step(const char *part, size_t n) {
    return n == 0 || (n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.');
}

int docker_path(buffer *b, const char *prefix, const char *name, const char *suffix, error *e) {
    if (is_step(name, strlen(name)) || strchr(name, '/') != NULL) {
        return refuse(name, e);
    }
    return buffer_append_text(b, prefix, e) != 0 || url_escape(b, name, strlen(name), e) != 0
               ? -1
               : buffer_append_text(b, suffix, e);
}

int docker_image_path(buffer *b, const char *prefix, const char *ref, const char *suffix,
                      error *e) {
    if (buffer_append_text(b, prefix, e) != 0) {
        return -1;
    }
    for (const char *part = ref;;) {
        size_t n = strcspn(part, "/:");
        if (is_step(part, n)) {
            return refuse(ref, e);
        }
        if (url_escape(b, part, n, e) != 0) {
            return -1;
        }
        if (part[n] == '\0') {
            return buffer_append_text(b, suffix, e);
        }
        if (buffer_append(b, part + n, 1, e) != 0) {
            return -1;
        }
        part += n + 1;
    }
}
