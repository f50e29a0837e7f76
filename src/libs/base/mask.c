#include "base/mask.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct secret {
    char *bytes;
    size_t length;
};

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct secret *secrets; /* longest first, so that one that contains another wins */
static size_t count;

static bool known(const char *value, size_t n) {
    for (size_t i = 0; i < count; i++) {
        if (secrets[i].length == n && memcmp(secrets[i].bytes, value, n) == 0) {
            return true;
        }
    }
    return false;
}

static int insert(const char *value, size_t n, error *e) {
    char *copy = malloc(n);
    struct secret *grown = copy ? realloc(secrets, (count + 1) * sizeof *secrets) : NULL;
    if (!grown) {
        free(copy);
        return error_errno(e, "mask", "");
    }
    secrets = grown;
    memcpy(copy, value, n);
    size_t at = count++;
    while (at > 0 && secrets[at - 1].length < n) {
        secrets[at] = secrets[at - 1];
        at--;
    }
    secrets[at] = (struct secret){copy, n};
    return 0;
}

int mask_add(const char *value, size_t n, error *e) {
    if (n < MASK_MIN) {
        return 0;
    }
    pthread_mutex_lock(&guard);
    int result = known(value, n) ? 0 : insert(value, n, e);
    pthread_mutex_unlock(&guard);
    return result;
}

/* Length of the secret that starts at `text`, or 0. */
static size_t secret_at(const char *text, size_t n) {
    for (size_t i = 0; i < count; i++) {
        if (secrets[i].length <= n && memcmp(secrets[i].bytes, text, secrets[i].length) == 0) {
            return secrets[i].length;
        }
    }
    return 0;
}

int mask_text(buffer *b, const char *text, size_t n, error *e) {
    int result = 0;
    size_t plain = 0; /* start of what is still to be appended as it is */
    size_t at = 0;
    pthread_mutex_lock(&guard);
    while (at < n && result == 0) {
        size_t length = secret_at(text + at, n - at);
        if (length == 0) {
            at++;
            continue;
        }
        result = buffer_append(b, text + plain, at - plain, e);
        if (result == 0) {
            result = buffer_append_text(b, "***", e);
        }
        at += length;
        plain = at;
    }
    if (result == 0) {
        result = buffer_append(b, text + plain, n - plain, e);
    }
    pthread_mutex_unlock(&guard);
    return result;
}

static void mask_field(char *field, size_t size) {
    error ignored = ERROR_INIT;
    buffer b = BUFFER_INIT(16 * 1024);
    if (mask_text(&b, field, strlen(field), &ignored) == 0) {
        snprintf(field, size, "%s", b.data);
    } else {
        snprintf(field, size, "***"); /* rather nothing than a secret */
    }
    buffer_free(&b);
}

void mask_error(error *e) {
    mask_field(e->subject, sizeof e->subject);
    mask_field(e->message, sizeof e->message);
}

void mask_clear(void) {
    pthread_mutex_lock(&guard);
    for (size_t i = 0; i < count; i++) {
        explicit_bzero(secrets[i].bytes, secrets[i].length);
        free(secrets[i].bytes);
    }
    free(secrets);
    secrets = NULL;
    count = 0;
    pthread_mutex_unlock(&guard);
}
