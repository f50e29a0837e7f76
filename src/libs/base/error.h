/* error.h: what went wrong, as one value that travels from a library to the program's one line on
 * stderr.
 *
 * A function that can fail takes an `error *` (never NULL), returns -1 or NULL and fills it. Text
 * prints as "op subject: message". Nothing here allocates, so an error can always be told, also
 * when memory is short. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum error_kind {
    ERROR_NONE = 0,
    ERROR_SYSTEM,  /* code is errno */
    ERROR_HTTP,    /* code is the status, or minus the number of curl */
    ERROR_ENGINE,  /* code is the status that the Engine answered with */
    ERROR_EXEC,    /* code is the exit code of a program in a container */
    ERROR_ARCHIVE, /* an archive that must not be trusted */
    ERROR_JSON,
    ERROR_ENV, /* code is the line of the .env file */
    ERROR_TIMEOUT,
    ERROR_INTERRUPTED, /* code is the signal's number */
    ERROR_CANCELLED,   /* a job that was told to end */
    ERROR_LIMIT,       /* more than was allowed: size, depth, length */
    ERROR_STATE        /* the handle is closed, or in use */
};

typedef struct error {
    enum error_kind kind;
    long code;
    char op[48];        /* what was tried: "open", "engine", "verify" */
    char subject[512];  /* what it was about: a path, a URL without secrets, an escaped name */
    char message[1024]; /* why it failed, one line */
} error;

#define ERROR_INIT                                                                                 \
    { ERROR_NONE, 0, "", "", "" }

/* Fills `e` and returns -1, so that a caller can `return error_set(...)`. `format` makes the
 * message. `subject` may be NULL. What is too long is cut. */
int error_set(error *e, enum error_kind kind, long code, const char *op, const char *subject,
              const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The same from errno (saved first, kept), with strerror's text as the message. Returns -1. */
int error_errno(error *e, const char *op, const char *subject);

/* The word for a kind as scripts see it: "system", "engine", ... A static string. */
const char *error_kind_name(enum error_kind kind);

/* "ENOENT" for an errno that has a name here, else "E<number>" (static buffer per thread). */
const char *error_errno_name(long code);

#endif
