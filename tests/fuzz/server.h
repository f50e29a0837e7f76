/* server.h: a server on a unix socket that answers every connection with the same bytes. */
#ifndef FUZZ_SERVER_H
#define FUZZ_SERVER_H

#include <stddef.h>

/* What comes after each request's head: these bytes, in pieces, then the end of the connection. The
 * bytes are copied. piece 0: all at once. */
void server_answers(const void *data, size_t n, size_t piece);

/* Where it listens; it is started when first asked. */
const char *server_path(void);

#endif
