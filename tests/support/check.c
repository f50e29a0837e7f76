#include "check.h"

#include <dirent.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int checks;
static atomic_int failures;
static char folder[256];
static pid_t folder_owner;

static bool told(bool ok, const char *what, const char *file, int line) {
    checks++;
    if (!ok) {
        failures++;
        printf("%s:%d: %s\n", file, line, what);
    }
    return ok;
}

bool check_true(bool ok, const char *what, const char *file, int line) {
    return told(ok, what, file, line);
}

bool check_text(const char *got, const char *want, const char *what, const char *file, int line) {
    bool same = got && want ? strcmp(got, want) == 0 : got == want;
    if (!told(same, what, file, line)) {
        printf("    got  \"%s\"\n    want \"%s\"\n", got ? got : "(null)", want ? want : "(null)");
    }
    return same;
}

bool check_has(const char *got, const char *part, const char *what, const char *file, int line) {
    bool has = got && strstr(got, part) != NULL;
    if (!told(has, what, file, line)) {
        printf("    got  \"%s\"\n    lacks \"%s\"\n", got ? got : "(null)", part);
    }
    return has;
}

bool check_integer(long long got, long long want, const char *what, const char *file, int line) {
    if (!told(got == want, what, file, line)) {
        printf("    got  %lld\n    want %lld\n", got, want);
    }
    return got == want;
}

bool check_bytes(const void *got, const void *want, size_t n, const char *what, const char *file,
                 int line) {
    const unsigned char *a = got, *b = want;
    size_t at = 0;
    while (a && at < n && a[at] == b[at]) {
        at++;
    }
    if (!told(a && at == n, what, file, line)) {
        printf("    differs at byte %zu of %zu\n", at, n);
    }
    return a && at == n;
}

void check_must(bool ok) {
    if (!ok) {
        printf("cannot go on\n");
        exit(1);
    }
}

void check_run(const char *name, void (*test)(void)) {
    int before = failures;
    test();
    printf("%s %s\n", failures == before ? "ok  " : "FAIL", name);
    fflush(stdout);
}

int check_result(void) {
    printf("%d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk) {
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

static void remove_folder(void) {
    if (getpid() == folder_owner) {
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

const char *check_folder(void) {
    if (folder[0] == '\0') {
        const char *base = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/hosskeep-test.XXXXXX", base ? base : "/tmp");
        check_must(mkdtemp(folder) != NULL);
        folder_owner = getpid();
        atexit(remove_folder);
    }
    return folder;
}

const char *check_path(const char *name) {
    static char paths[16][512];
    static unsigned next;
    char *path = paths[next++ % 16];
    snprintf(path, sizeof paths[0], "%s/%s", check_folder(), name);
    return path;
}

const char *check_write(const char *name, const void *data, size_t n) {
    const char *path = check_path(name);
    FILE *f = fopen(path, "wb");
    check_must(f && fwrite(data, 1, n, f) == n && fclose(f) == 0);
    return path;
}

char *check_read(const char *path, size_t *n) {
    FILE *f = fopen(path, "rb");
    if (!f) {
        return NULL;
    }
    size_t size = 0, room = 4096;
    char *data = malloc(room + 1);
    while (data) {
        size += fread(data + size, 1, room - size, f);
        if (size < room) {
            break;
        }
        room *= 2;
        char *more = realloc(data, room + 1);
        check_must(more != NULL);
        data = more;
    }
    fclose(f);
    check_must(data != NULL);
    data[size] = '\0';
    if (n) {
        *n = size;
    }
    return data;
}

int check_entries(const char *path) {
    DIR *d = opendir(path);
    if (!d) {
        return -1;
    }
    int count = -2;
    while (readdir(d)) {
        count++;
    }
    closedir(d);
    return count;
}

int check_descriptors(void) {
    return check_entries("/proc/self/fd") - 1;
}
