#include "fs/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/interrupt.h"
#include "fs/file.h"
#include "fs/path.h"

static int make_one(const char *path, mode_t mode, error *e) {
    struct stat st;
    if (mkdir(path, 0700) != 0) {
        int saved = errno;
        if (saved == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            return 0;
        }
        errno = saved;
        return error_errno(e, "mkdir", path);
    }
    if (mode != 0700 && chmod(path, mode) != 0) {
        return error_errno(e, "mkdir", path);
    }
    return file_sync_parent(path, e) == 0 ? 1 : -1;
}

int tree_make(const char *path, mode_t mode, error *e) {
    char *copy = path_join("", path, e);
    if (!copy) {
        return -1;
    }
    int result = 0;
    for (char *at = copy + 1; copy[0] != '\0' && *at && result >= 0; at++) {
        if (*at == '/' && at[1] != '/' && at[1] != '\0') {
            *at = '\0';
            result = make_one(copy, 0700, e);
            *at = '/';
        }
    }
    if (result >= 0) {
        result = make_one(copy, mode, e);
    }
    free(copy);
    return result;
}

/* A folder that is being emptied: how to find it again from below, and its name above. */
struct level {
    dev_t dev;
    ino_t ino;
    char *name;
};

struct removal {
    const char *path; /* for messages */
    int fd;           /* the folder that is being emptied */
    struct level *levels;
    size_t depth;
    size_t room;
};

/* Opens a folder below `fd` without following a link or leaving the file system. */
static int open_below(int fd, const char *name) {
    struct open_how how = {
        .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
    };
    long got = syscall(SYS_openat2, fd, name, &how, sizeof how);
    if (got >= 0 || (errno != ENOSYS && errno != EPERM)) {
        return (int)got;
    }
    /* A sandbox without openat2: compare devices, which a bind mount of the same one passes. */
    struct stat above, below;
    int opened = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened >= 0 &&
        (fstat(fd, &above) != 0 || fstat(opened, &below) != 0 || above.st_dev != below.st_dev)) {
        close(opened);
        errno = EXDEV;
        return -1;
    }
    return opened;
}

static int descend(struct removal *r, const char *name) {
    struct stat st;
    if (r->depth == r->room) {
        size_t room = r->room ? r->room * 2 : 16;
        struct level *grown = realloc(r->levels, room * sizeof *grown);
        if (!grown) {
            return -1;
        }
        r->levels = grown;
        r->room = room;
    }
    if (fstat(r->fd, &st) != 0) {
        return -1;
    }
    int below = open_below(r->fd, name);
    char *copy = below >= 0 ? strdup(name) : NULL;
    if (!copy) {
        if (below >= 0) {
            close(below);
        }
        return -1;
    }
    close(r->fd);
    r->fd = below;
    r->levels[r->depth++] = (struct level){st.st_dev, st.st_ino, copy};
    return 0;
}

/* Back to the folder above, which must still be the one that we came from, and removes this one. */
static int ascend(struct removal *r) {
    struct level *level = &r->levels[r->depth - 1];
    struct stat st;
    int above = openat(r->fd, "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (above < 0) {
        return -1;
    }
    if (fstat(above, &st) != 0 || st.st_dev != level->dev || st.st_ino != level->ino) {
        close(above);
        errno = ESTALE;
        return -1;
    }
    close(r->fd);
    r->fd = above;
    int result = unlinkat(r->fd, level->name, AT_REMOVEDIR);
    free(level->name);
    r->depth--;
    return result;
}

/* 1: removed; 0: it is a folder that is not empty; -1 failed. */
static int remove_entry(int fd, const char *name) {
    if (unlinkat(fd, name, 0) == 0 || errno == ENOENT) {
        return 1;
    }
    if (errno != EISDIR && errno != EPERM) {
        return -1;
    }
    if (unlinkat(fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT) {
        return 1;
    }
    if (errno == EBUSY) {
        errno = EXDEV; /* something is mounted there */
    }
    return errno == ENOTEMPTY || errno == EEXIST ? 0 : -1;
}

/* Empties the current folder until a folder with content turns up: 1 and its name is in `into`;
 * 0: it is empty now; -1 failed. */
static int sweep(const struct removal *r, char into[NAME_MAX + 1]) {
    int copy = openat(r->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    int result = d ? 1 : -1;
    const struct dirent *entry = NULL;
    while (result == 1) {
        errno = 0;
        entry = readdir(d);
        if (!entry) {
            result = errno == 0 ? 1 : -1;
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            result = remove_entry(r->fd, entry->d_name);
        }
    }
    int saved = errno;
    if (result == 0) {
        memcpy(into, entry->d_name, strlen(entry->d_name) + 1);
    }
    if (d) {
        closedir(d);
    } else if (copy >= 0) {
        close(copy);
    }
    errno = saved;
    return result < 0 ? -1 : result == 0;
}

static int empty(struct removal *r, error *e) {
    char name[NAME_MAX + 1];
    for (;;) {
        if (interrupt_check(e) != 0) {
            return -1;
        }
        int found = sweep(r, name);
        if (found < 0 || (found == 1 && descend(r, name) != 0)) {
            return error_errno(e, "remove", r->path);
        }
        if (found == 0 && r->depth == 0) {
            return 0;
        }
        if (found == 0 && ascend(r) != 0) {
            return error_errno(e, "remove", r->path);
        }
    }
}

static int remove_folder(int parent, const char *name, const char *path, error *e) {
    struct removal r = {path, open_below(parent, name), NULL, 0, 0};
    if (r.fd < 0) {
        return error_errno(e, "remove", path);
    }
    int result = empty(&r, e);
    close(r.fd);
    for (size_t i = 0; i < r.depth; i++) {
        free(r.levels[i].name);
    }
    free(r.levels);
    if (result == 0 && unlinkat(parent, name, AT_REMOVEDIR) != 0) {
        return error_errno(e, "remove", path);
    }
    return result == 0 ? 1 : -1;
}

static int remove_named(const char *folder, const char *name, const char *path, error *e) {
    int parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0) {
        return errno == ENOENT || errno == ENOTDIR ? 0 : error_errno(e, "remove", path);
    }
    struct stat st;
    int result;
    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        result = errno == ENOENT ? 0 : error_errno(e, "remove", path);
    } else {
        int removed = remove_entry(parent, name);
        if (removed < 0) {
            result = error_errno(e, "remove", path);
        } else {
            result = removed == 1 ? 1 : remove_folder(parent, name, path, e);
        }
    }
    close(parent);
    return result;
}

int tree_remove(const char *path, error *e) {
    char *folder = path_dirname(path, e);
    char *name = folder ? path_basename(path, e) : NULL;
    int result = -1;
    if (name) {
        bool refused =
            name[0] == '\0' || name[0] == '/' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
        if (refused) {
            errno = EINVAL;
            error_errno(e, "remove", path);
        } else {
            result = remove_named(folder, name, path, e);
        }
    }
    free(folder);
    free(name);
    return result;
}
