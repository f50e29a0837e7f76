/* trust.h: whether a file may be run: nobody but the caller and root may have written it. */
#ifndef HOST_TRUST_H
#define HOST_TRUST_H

#include <stdbool.h>
#include <sys/stat.h>
#include "base/error.h"

/* Why an owner and mode are not to be trusted, or NULL. Group-writable is fine for the owner's
 * private group. With `sticky` a world-writable folder is fine if its sticky bit is set (what is in
 * it cannot be replaced by others). */
const char *trust_refusal(const struct stat *st, bool sticky);

/* Checks the file behind `fd`, and the folder of `path` and of what it points to. -1 with kind
 * STATE. */
int trust_check(int fd, const char *path, bool sticky, error *e);

#endif
