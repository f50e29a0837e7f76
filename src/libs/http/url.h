/* url.h: the little that must be known about URLs. */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buffer.h"
#include "base/error.h"

/* Appends `text` percent-encoded: all but letters, digits and "-._~" (so "/" too). */
int url_escape(buffer *b, const char *text, size_t n, error *e);

/* Appends "?name=value" or "&name=value", both escaped, depending on whether `b` holds a "?"
 * already. */
int url_query(buffer *b, const char *name, const char *value, error *e);

/* Writes `url` without user information, query and fragment into `out`, for messages. */
void url_redact(const char *url, char *out, size_t size);

/* True when the host is this machine: localhost, 127.x.x.x or [::1]. */
bool url_is_loopback(const char *url);

#endif
