#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void put(char *to, size_t size, const char *text) {
    size_t n = text ? strnlen(text, size - 1) : 0;
    if (n > 0) {
        memmove(to, text, n); /* a caller may pass the error's own field */
    }
    to[n] = '\0';
}

int error_set(error *e, enum error_kind kind, long code, const char *op, const char *subject,
              const char *format, ...) {
    /* The arguments may point into `e`: make the message first, and aside. */
    char message[sizeof e->message];
    va_list args;
    va_start(args, format);
    if (vsnprintf(message, sizeof message, format, args) < 0) {
        put(message, sizeof message, format);
    }
    va_end(args);
    e->kind = kind;
    e->code = code;
    put(e->op, sizeof e->op, op);
    put(e->subject, sizeof e->subject, subject);
    put(e->message, sizeof e->message, message);
    return -1;
}

int error_errno(error *e, const char *op, const char *subject) {
    int saved = errno;
    char text[256];
    /* GNU's strerror_r may return a string of its own instead of filling `text`. */
    const char *message = strerror_r(saved, text, sizeof text);
    error_set(e, ERROR_SYSTEM, saved, op, subject, "%s", message);
    errno = saved;
    return -1;
}

const char *error_kind_name(enum error_kind kind) {
    switch (kind) {
    case ERROR_NONE:
        return "none";
    case ERROR_SYSTEM:
        return "system";
    case ERROR_HTTP:
        return "http";
    case ERROR_ENGINE:
        return "engine";
    case ERROR_EXEC:
        return "exec";
    case ERROR_ARCHIVE:
        return "archive";
    case ERROR_JSON:
        return "json";
    case ERROR_ENV:
        return "env";
    case ERROR_TIMEOUT:
        return "timeout";
    case ERROR_INTERRUPTED:
        return "interrupted";
    case ERROR_CANCELLED:
        return "cancelled";
    case ERROR_LIMIT:
        return "limit";
    case ERROR_STATE:
        return "state";
    }
    return "unknown";
}

const char *error_errno_name(long code) {
    static _Thread_local char number[32];
    const char *name = code > 0 && code < 4096 ? strerrorname_np((int)code) : NULL;
    if (name) {
        return name;
    }
    snprintf(number, sizeof number, "E%ld", code);
    return number;
}
