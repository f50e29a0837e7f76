#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for n more bytes and the NUL. */
static int reserve(buffer *b, size_t n, error *e) {
    if (b->length > b->max || n > b->max - b->length) {
        return error_set(e, ERROR_LIMIT, 0, "buffer", "", "more than %zu bytes", b->max);
    }
    size_t need = b->length + n + 1;
    if (need <= b->capacity && b->data) {
        return 0;
    }
    size_t capacity = b->capacity ? b->capacity : 256;
    while (capacity < need) {
        capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
    }
    char *data = realloc(b->data, capacity);
    if (!data) {
        return error_errno(e, "buffer", "");
    }
    b->data = data;
    b->capacity = capacity;
    return 0;
}

int buffer_append(buffer *b, const void *data, size_t n, error *e) {
    if (reserve(b, n, e) != 0) {
        return -1;
    }
    if (n > 0) {
        memcpy(b->data + b->length, data, n);
    }
    b->length += n;
    b->data[b->length] = '\0';
    return 0;
}

int buffer_append_text(buffer *b, const char *text, error *e) {
    return buffer_append(b, text, strlen(text), e);
}

int buffer_format(buffer *b, error *e, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        return error_errno(e, "format", format);
    }
    if (reserve(b, (size_t)n, e) != 0) {
        return -1;
    }
    va_start(args, format);
    vsnprintf(b->data + b->length, (size_t)n + 1, format, args);
    va_end(args);
    b->length += (size_t)n;
    return 0;
}

void buffer_clear(buffer *b) {
    b->length = 0;
    if (b->data) {
        b->data[0] = '\0';
    }
}

void buffer_free(buffer *b) {
    free(b->data);
    b->data = NULL;
    b->length = 0;
    b->capacity = 0;
}

char *buffer_detach(buffer *b) {
    char *data = b->data;
    b->data = NULL;
    b->length = 0;
    b->capacity = 0;
    return data;
}
