/* oracle.h: docker-compose's own reading of a .env, asked of a process that stays. */
#ifndef FUZZ_ORACLE_H
#define FUZZ_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include "env/env_file.h"

/* Whether it reads the text (UTF-8 without NUL) as `file` says; NULL: it must not read it at all.
 */
bool oracle_agrees(const char *text, size_t n, const env_file *file);

/* What ${NAME} means there when the file does not say. */
const char *oracle_lookup(const char *name);

#endif
