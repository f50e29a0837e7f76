/* Extracting every entry of an archive that was never verified, into a folder with traps: nothing
 * outside changes, and what was extracted is what the entry says. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/extract.h"
#include "forge.h"

static char root[64];
static char inside[80];
static char outside[80];

static void make_file(const char *folder, const char *name, const char *text) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MUST(fd >= 0);
    MUST(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    MUST(close(fd) == 0);
}

static void make_link(const char *name, const char *target) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", inside, name);
    MUST(symlink(target, path) == 0);
}

static void clear(void) {
    char command[200];
    if (access(root, F_OK) == 0) {
        snprintf(command, sizeof command, "rm -rf %s", root);
        MUST(system(command) == 0);
    }
}

static void prepare(void) {
    if (root[0] == '\0') {
        snprintf(root, sizeof root, "/dev/shm/fuzz-extract-%d", (int)getpid());
        snprintf(inside, sizeof inside, "%s/in", root);
        snprintf(outside, sizeof outside, "%s/out", root);
        atexit(clear);
        clear();
    }
    MUST(mkdir(root, 0700) == 0 || errno == EEXIST);
    MUST(mkdir(inside, 0700) == 0);
    MUST(mkdir(outside, 0700) == 0 || errno == EEXIST);
    make_file(outside, "kept", "kept");
    make_link("a", outside);
    make_link("b", "../out/kept");
    make_link("config", outside);
    make_link("v", "/");
}

/* Removes a tree in our own way: one that follows nothing either. */
static void sweep(int folder, const char *name) {
    if (unlinkat(folder, name, 0) == 0) {
        return;
    }
    MUST(errno == EISDIR || errno == EPERM);
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    MUST(fd >= 0);
    DIR *d = fdopendir(fd);
    MUST(d != NULL);
    for (struct dirent *one = readdir(d); one; one = readdir(d)) {
        if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0) {
            sweep(fd, one->d_name);
        }
    }
    closedir(d);
    MUST(unlinkat(folder, name, AT_REMOVEDIR) == 0);
}

static void check_outside(void) {
    char path[200];
    char text[16] = "";
    int count = 0;
    DIR *d = opendir(outside);
    MUST(d != NULL);
    for (struct dirent *one = readdir(d); one; one = readdir(d)) {
        count++;
    }
    closedir(d);
    MUST(count == 3);
    snprintf(path, sizeof path, "%s/kept", outside);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    MUST(fd >= 0);
    MUST(read(fd, text, sizeof text) == 4 && memcmp(text, "kept", 4) == 0);
    close(fd);
}

/* What came out is the size that the entry says, and has no rights beyond the mask. */
static void check_made(const entry *it, const char *strip) {
    struct stat st;
    int fd = open(inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *name = it->name;
    if (strip) {
        name += strlen(strip);
        name += name[0] == '/';
    }
    MUST(fd >= 0);
    if (name[0] != '\0') {
        MUST(fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0);
        MUST((st.st_mode & (S_ISDIR(st.st_mode) ? 04000 : 07000)) == 0);
        MUST(S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size == it->size));
    }
    close(fd);
}

static void extract_all(const void *data, size_t size, const char *strip, unsigned mask) {
    error e = ERROR_INIT;
    const entry *it;
    bundle *b = bundle_open_fd(input_file(data, size), "fuzz", NULL, &e);
    if (!b) {
        return;
    }
    while (bundle_next(b, &it, &e) > 0) {
        error why = ERROR_INIT;
        if (bundle_extract(b, inside, strip, mask, &why) == 0) {
            check_made(it, strip);
        }
    }
    bundle_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    buffer tar = BUFFER_INIT(2 << 20);
    buffer out = BUFFER_INIT(4 << 20);
    static const char *const strips[] = {NULL, "config", "volumes/v", "volumes"};
    unsigned how = input_byte(&in);
    prepare();
    forge_file(&tar, NULL, "version.json", "{}", 2);
    for (int i = 0; i < 20 && in.left > 0; i++) {
        forged f = forge_member(&in);
        forge_append(&tar, &f);
        forge_free(&f);
    }
    forge_gzip(&tar, false, &out);
    extract_all(out.data, out.length, strips[how % 4], how & 0x80 ? 0777 : 0700);
    check_outside();
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    MUST(fd >= 0);
    sweep(fd, "in");
    close(fd);
    buffer_free(&tar);
    buffer_free(&out);
    return 0;
}
