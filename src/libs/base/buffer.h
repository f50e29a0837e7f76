/* buffer.h: bytes that grow up to a ceiling. Initialise with BUFFER_INIT(max). Once something was
 * appended, data ends with a NUL that length does not count; before that data is NULL. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>
#include "base/error.h"

typedef struct buffer {
    char *data;
    size_t length;
    size_t capacity;
    size_t max;
} buffer;

#define BUFFER_INIT(ceiling)                                                                       \
    { NULL, 0, 0, (ceiling) }

/* Appends; -1 with kind LIMIT beyond the ceiling, SYSTEM (ENOMEM) without memory. */
int buffer_append(buffer *b, const void *data, size_t n, error *e);
int buffer_append_text(buffer *b, const char *text, error *e);
int buffer_format(buffer *b, error *e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Forgets the content, keeps the memory. */
void buffer_clear(buffer *b);

/* Frees the memory; the buffer can be used again. */
void buffer_free(buffer *b);

/* Gives the bytes away (to be freed with free()); never NULL after success of an append. */
char *buffer_detach(buffer *b);

#endif
