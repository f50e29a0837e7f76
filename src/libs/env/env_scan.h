/* env_scan.h: python-dotenv's grammar, one binding after the other; for env_file.c only. */
#ifndef ENV_ENV_SCAN_H
#define ENV_ENV_SCAN_H

#include <stdbool.h>
#include <stddef.h>

typedef struct env_scan {
    const char *text;
    size_t n;
    size_t at;
    int line;
} env_scan;

/* A stretch of the text. */
typedef struct env_span {
    size_t start, end;
} env_span;

typedef struct env_binding {
    env_span key;   /* empty: a comment, or the end */
    env_span value; /* without quotes */
    env_span raw;   /* with quotes */
    char quote;     /* ' or ", 0 for none */
    bool has_value;
    int line;
} env_binding;

/* The next binding from the cursor: 1 read, 0 the text ended, -1 it cannot be read (line is set).
 */
int env_scan_next(env_scan *s, env_binding *out);

/* Length of a white space character, as Python's \s sees it, or 0. */
size_t env_space(const char *text, size_t n);

#endif
