/* env_file.h: .env as docker-compose 1.29 reads it (python-dotenv's grammar, UTF-8 with or without
 * a byte order mark, LF, CRLF or CR), and edits that leave every other byte alone. */
#ifndef ENV_ENV_FILE_H
#define ENV_ENV_FILE_H

#include <stddef.h>
#include "base/buffer.h"

#define ENV_MAX_SIZE (1024 * 1024)

typedef struct env_entry {
    char *key;
    char *value;       /* NULL: the line has no '=' and sets nothing */
    int line;          /* where the key stands, from 1 */
    size_t start, end; /* the value as written, quotes included; both: end of the key without '=' */
} env_entry;

typedef struct env_file {
    env_entry *entries; /* in the file's order; of a key that comes twice the last one counts */
    size_t count;
    size_t room;
} env_file;

/* Looks up what ${NAME} means when the file has not set it; NULL: not set. */
typedef const char *(*env_lookup)(const char *name);

/* Reads a text. `${NAME}` and `${NAME:-default}` are replaced as compose does, in quotes too: by an
 * earlier value of the file, else by `lookup` (may be NULL), else by the default or nothing. No
 * other expansion, no command ever runs. -1 with kind ENV (code: line) for a line that compose
 * would drop with a warning, NUL bytes or invalid UTF-8. Free with env_free, also after -1. */
int env_parse(const char *text, size_t n, env_lookup lookup, env_file *out, error *e);
void env_free(env_file *file);

/* The value that counts, or NULL when the key is not set. Lives as long as the file. */
const char *env_get(const env_file *file, const char *key);

/* Appends to `out` the text with the value of `key` replaced (its last line counts; a missing key
 * becomes a new last line). Quotes are used only where reading back needs them; what no quoting can
 * express (a `${`, for one) is kind ENV. */
int env_replace(const char *text, size_t n, const char *key, const char *value, buffer *out,
                error *e);

#endif
