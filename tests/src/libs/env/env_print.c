/* Reads many .env texts on stdin, each as "LENGTH\n" and that many bytes; prints for each what it
 * says as "COUNT\n" and pairs "KEYLENGTH VALUELENGTH\nKEYVALUE" (VALUELENGTH -1: not set), or
 * "error LINE\n". For oracle_test.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "env/env_file.h"

static const char *lookup(const char *name) {
    return strcmp(name, "OUTER") == 0 ? "from outside" : NULL;
}

static void print(const env_file *file) {
    printf("%zu\n", file->count);
    for (size_t i = 0; i < file->count; i++) {
        const char *value = file->entries[i].value;
        long length = value ? (long)strlen(value) : -1;
        printf("%zu %ld\n%s%s", strlen(file->entries[i].key), length, file->entries[i].key,
               value ? value : "");
    }
}

int main(void) {
    size_t n;
    while (scanf("%zu", &n) == 1 && getchar() == '\n') {
        char *text = malloc(n + 1);
        env_file file;
        error e = ERROR_INIT;
        if (!text || fread(text, 1, n, stdin) != n) {
            free(text);
            return 1;
        }
        if (env_parse(text, n, lookup, &file, &e) == 0) {
            print(&file);
        } else {
            printf("error %ld\n", e.code);
        }
        env_free(&file);
        free(text);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
