/* headers.h: header fields of a request or a response, in order. */
#ifndef HTTP_HEADERS_H
#define HTTP_HEADERS_H

#include <stddef.h>
#include "base/error.h"

/* All the header bytes of one response together; more is a failure (a server that floods us). */
#define HTTP_HEADERS_MAX (256 * 1024)

typedef struct http_header {
    char *name;
    char *value;
} http_header;

typedef struct http_headers {
    http_header *list;
    size_t count;
    size_t bytes;
} http_headers;

#define HTTP_HEADERS_INIT                                                                          \
    { NULL, 0, 0 }

/* Adds one field. CR, LF and NUL, and names that are no token, are refused (kind STATE). Copies
 * both. */
int http_headers_add(http_headers *h, const char *name, const char *value, size_t value_length,
                     error *e);

/* Takes one line as it came from the wire: a status line forgets what was there, a field is added
 * with its name in lower case, a line that is neither is ignored. `status` is set by a status line.
 * A NUL byte is refused (kind HTTP): what follows it would be read in two ways. */
int http_headers_line(http_headers *h, const char *line, size_t n, long *status, error *e);

/* The value of the first field of that name (any case), or NULL. */
const char *http_headers_get(const http_headers *h, const char *name);

void http_headers_free(http_headers *h);

#endif
