#include "fs/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "fs/path.h"

reader *file_reader(const char *path, error *e) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        error_errno(e, "open", path);
        return NULL;
    }
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd); /* read only: nothing to lose */
        errno = EISDIR;
        error_errno(e, "open", path);
        return NULL;
    }
    return reader_from_fd(fd, true, path, e);
}

static int read_all(reader *r, buffer *b, const char *path, error *e) {
    char part[16 * 1024];
    for (;;) {
        ssize_t n = reader_read(r, part, sizeof part, e);
        if (n <= 0) {
            return n < 0 ? -1 : buffer_append(b, "", 0, e);
        }
        if (buffer_append(b, part, (size_t)n, e) != 0) {
            if (e->kind == ERROR_LIMIT) {
                error_set(e, ERROR_LIMIT, 0, "read", path, "more than %zu bytes", b->max);
            }
            return -1;
        }
    }
}

int file_read(const char *path, buffer *b, error *e) {
    reader *r = file_reader(path, e);
    if (!r) {
        return e->kind == ERROR_SYSTEM && e->code == ENOENT ? 0 : -1;
    }
    int result = read_all(r, b, path, e);
    reader_free(r);
    return result == 0 ? 1 : -1;
}

int file_stat(const char *path, bool follow, struct stat *st, error *e) {
    if (fstatat(AT_FDCWD, path, st, follow ? 0 : AT_SYMLINK_NOFOLLOW) == 0) {
        return 1;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return 0;
    }
    return error_errno(e, "stat", path);
}

const char *file_type(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "symlink";
    case S_IFIFO:
        return "fifo";
    case S_IFSOCK:
        return "socket";
    case S_IFBLK:
        return "block";
    case S_IFCHR:
        return "character";
    default:
        return "unknown";
    }
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(file_names *out, size_t *room, const char *name) {
    if (out->count == *room) {
        size_t more = *room ? *room * 2 : 32;
        char **grown = realloc(out->names, more * sizeof *grown);
        if (!grown) {
            return -1;
        }
        out->names = grown;
        *room = more;
    }
    out->names[out->count] = strdup(name);
    if (!out->names[out->count]) {
        return -1;
    }
    out->count++;
    return 0;
}

static int read_names(DIR *d, file_names *out) {
    size_t room = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(d);
        if (!entry) {
            return errno == 0 ? 0 : -1;
        }
        bool dots = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (!dots && add_name(out, &room, entry->d_name) != 0) {
            return -1;
        }
    }
}

int file_list(const char *path, file_names *out, error *e) {
    *out = (file_names){NULL, 0};
    DIR *d = opendir(path);
    if (!d) {
        return error_errno(e, "list", path);
    }
    int result = read_names(d, out);
    if (result != 0) {
        error_errno(e, "list", path);
        file_names_free(out);
    }
    closedir(d); /* was only read */
    if (out->count > 0) {
        qsort(out->names, out->count, sizeof *out->names, by_bytes);
    }
    return result;
}

void file_names_free(file_names *names) {
    for (size_t i = 0; i < names->count; i++) {
        free(names->names[i]);
    }
    free(names->names);
    *names = (file_names){NULL, 0};
}

int file_rename_new(int from_fd, const char *from, int to_fd, const char *to) {
    if (renameat2(from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    if (linkat(from_fd, from, to_fd, to, 0) != 0) {
        return -1;
    }
    return unlinkat(from_fd, from, 0);
}

int file_rename(const char *from, const char *to, bool replace, error *e) {
    int done = replace ? rename(from, to) : file_rename_new(AT_FDCWD, from, AT_FDCWD, to);
    if (done != 0) {
        int saved = errno;
        error_errno(e, "rename", from);
        return error_set(e, ERROR_SYSTEM, saved, "rename", from, "to %s: %s", to, e->message);
    }
    if (file_sync_parent(to, e) != 0) {
        return -1;
    }
    return file_sync_parent(from, e);
}

int file_remove(const char *path, error *e) {
    if (remove(path) == 0) {
        return 1;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return 0;
    }
    return error_errno(e, "remove", path);
}

int file_sync(const char *path, error *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return error_errno(e, "sync", path);
    }
    int result = fsync(fd);
    if (result != 0) {
        error_errno(e, "sync", path);
    }
    if (close(fd) != 0 && result == 0) {
        return error_errno(e, "sync", path);
    }
    return result;
}

int file_sync_parent(const char *path, error *e) {
    char *folder = path_dirname(path, e);
    if (!folder) {
        return -1;
    }
    int result = file_sync(folder, e);
    free(folder);
    return result;
}

int file_space(const char *path, unsigned long long *available, unsigned long long *total,
               error *e) {
    struct statvfs fs;
    while (statvfs(path, &fs) != 0) {
        if (errno != EINTR) {
            return error_errno(e, "space", path);
        }
    }
    *available = (unsigned long long)fs.f_bavail * fs.f_frsize;
    *total = (unsigned long long)fs.f_blocks * fs.f_frsize;
    return 0;
}

bool file_writable(const char *path) {
    struct stat st;
    if (stat(path, &st) != 0) {
        return false;
    }
    int want = S_ISDIR(st.st_mode) ? W_OK | X_OK : W_OK;
    return faccessat(AT_FDCWD, path, want, AT_EACCESS) == 0;
}
