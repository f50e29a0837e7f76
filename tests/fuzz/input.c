#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

_Noreturn void must_fail(const char *what, const char *file, int line) {
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    abort();
}

unsigned input_byte(input *in) {
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->data++;
}

unsigned long long input_number(input *in, int bytes) {
    unsigned long long value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | input_byte(in);
    }
    return value;
}

const char *input_bytes(input *in, size_t n, size_t *got) {
    const char *data = (const char *)in->data;
    *got = n < in->left ? n : in->left;
    in->data += *got;
    in->left -= *got;
    return data;
}

char *input_text(input *in, size_t n) {
    size_t got;
    const char *data = input_bytes(in, n, &got);
    char *text = got > 0 ? strndup(data, got) : strdup("");
    MUST(text != NULL);
    return text;
}

int input_file(const void *data, size_t n) {
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    MUST(fd >= 0);
    for (size_t at = 0; at < n;) {
        ssize_t put = write(fd, (const char *)data + at, n - at);
        MUST(put > 0);
        at += (size_t)put;
    }
    return fd;
}
