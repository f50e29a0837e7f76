#include "fs/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_lock {
    int fd;
};

/* True when `path` still names the file that was locked: somebody may have removed it between. */
static bool same_file(int fd, const char *path) {
    struct stat a, b;
    return fstat(fd, &a) == 0 && lstat(path, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static void read_holder(int fd, char *holder, size_t size) {
    if (size == 0) {
        return;
    }
    ssize_t n = pread(fd, holder, size - 1, 0);
    size_t length = n > 0 ? (size_t)n : 0;
    while (length > 0 && holder[length - 1] == '\n') {
        length--;
    }
    holder[length] = '\0';
}

/* The locked descriptor, or -1. */
static int acquire(const char *path, char *holder, size_t size, error *e) {
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
        if (fd < 0) {
            return error_errno(e, "lock", path);
        }
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) {
                read_holder(fd, holder, size);
                error_set(e, ERROR_STATE, 0, "lock", path, "held by another run");
            } else {
                error_errno(e, "lock", path);
            }
            close(fd);
            return -1;
        }
        if (same_file(fd, path)) {
            return fd;
        }
        close(fd);
    }
}

static int write_text(int fd, const char *text) {
    size_t n = strlen(text);
    if (ftruncate(fd, 0) != 0) {
        return -1;
    }
    for (size_t at = 0; at < n;) {
        ssize_t put = pwrite(fd, text + at, n - at, (off_t)at);
        if (put < 0 && errno != EINTR) {
            return -1;
        }
        at += put > 0 ? (size_t)put : 0;
    }
    return 0;
}

file_lock *lock_take(const char *path, const char *text, char *holder, size_t size, error *e) {
    if (size > 0) {
        holder[0] = '\0';
    }
    file_lock *lock = malloc(sizeof *lock);
    if (!lock) {
        error_errno(e, "lock", path);
        return NULL;
    }
    lock->fd = acquire(path, holder, size, e);
    if (lock->fd < 0) {
        free(lock);
        return NULL;
    }
    if (write_text(lock->fd, text) != 0) {
        error_errno(e, "lock", path);
        lock_release(lock);
        return NULL;
    }
    return lock;
}

void lock_release(file_lock *lock) {
    if (lock) {
        (void)!ftruncate(lock->fd, 0); /* only cosmetic: the lock itself goes with the descriptor */
        close(lock->fd);
        free(lock);
    }
}
