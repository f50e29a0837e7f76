#include "fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check.h"

static _Thread_local struct {
    fault_kind kind;
    int left; /* calls until the one that fails */
    bool armed, sticky, hit;
} state;

void fault_arm(fault_kind kind, int nth, bool sticky) {
    state.kind = kind;
    state.left = nth;
    state.sticky = sticky;
    state.hit = false;
    state.armed = true;
}

bool fault_disarm(void) {
    state.armed = false;
    return state.hit;
}

bool fault_here(fault_kind kind) {
    if (!state.armed || state.kind != kind) {
        return false;
    }
    state.left--;
    if (state.left > 0 || (state.left < 0 && !state.sticky)) {
        return false;
    }
    state.hit = true;
    return true;
}

/* Returns `value` with errno set. */
static int broken(int number) {
    errno = number;
    return -1;
}

static void *no_memory(void) {
    errno = ENOMEM;
    return NULL;
}

static void *no_handle(void) {
    errno = EIO;
    return NULL;
}

FAULT_WRAP(FAULT_MEMORY, void *, malloc, (size_t n), (n), no_memory())
FAULT_WRAP(FAULT_MEMORY, void *, calloc, (size_t n, size_t size), (n, size), no_memory())
FAULT_WRAP(FAULT_MEMORY, void *, realloc, (void *old, size_t n), (old, n), no_memory())
FAULT_WRAP(FAULT_MEMORY, char *, strdup, (const char *text), (text), no_memory())
FAULT_WRAP(FAULT_MEMORY, char *, strndup, (const char *text, size_t n), (text, n), no_memory())

FAULT_WRAP(FAULT_SYSTEM, int, fsync, (int fd), (fd), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, fchmod, (int fd, mode_t mode), (fd, mode), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, chmod, (const char *path, mode_t mode), (path, mode), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, futimens, (int fd, const struct timespec *t), (fd, t), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, ftruncate64, (int fd, off_t n), (fd, n), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, flock, (int fd, int how), (fd, how), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, mkdir, (const char *path, mode_t mode), (path, mode), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, rename, (const char *a, const char *b), (a, b), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, unlinkat, (int fd, const char *name, int flags), (fd, name, flags),
           broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, mkdirat, (int fd, const char *name, mode_t mode), (fd, name, mode),
           broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, renameat, (int a, const char *from, int b, const char *to),
           (a, from, b, to), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, linkat, (int a, const char *from, int b, const char *to, int flags),
           (a, from, b, to, flags), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, fstat64, (int fd, struct stat *st), (fd, st), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, stat64, (const char *p, struct stat *st), (p, st), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, lstat64, (const char *p, struct stat *st), (p, st), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, int, fstatat64, (int fd, const char *p, struct stat *st, int flags),
           (fd, p, st, flags), broken(EIO))
FAULT_WRAP(FAULT_SYSTEM, DIR *, opendir, (const char *path), (path), no_handle())
FAULT_WRAP(FAULT_SYSTEM, DIR *, fdopendir, (int fd), (fd), no_handle())
FAULT_WRAP(FAULT_SYSTEM, struct dirent *, readdir64, (DIR * d), (d), no_handle())
FAULT_WRAP(FAULT_SYSTEM, ssize_t, getrandom, (void *to, size_t n, unsigned flags), (to, n, flags),
           broken(EIO))

/* A call that may be missing altogether. */
static int missing(int number) {
    if (fault_here(FAULT_SYSTEM)) {
        return broken(EIO);
    }
    return fault_here(FAULT_OLD) ? broken(number) : 0;
}

int __real_renameat2(int a, const char *from, int b, const char *to, unsigned flags);
int __wrap_renameat2(int a, const char *from, int b, const char *to, unsigned flags);
int __wrap_renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    return missing(EINVAL) != 0 ? -1 : __real_renameat2(a, from, b, to, flags);
}

locale_t __real_newlocale(int mask, const char *name, locale_t base);
locale_t __wrap_newlocale(int mask, const char *name, locale_t base);
locale_t __wrap_newlocale(int mask, const char *name, locale_t base) {
    bool always = strcmp(name, "C") == 0; /* it is part of the C library */
    return !always && missing(ENOENT) != 0 ? (locale_t)0 : __real_newlocale(mask, name, base);
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd) {
    int rc = __real_close(fd); /* the kernel closes it even when it says EIO */
    return fault_here(FAULT_SYSTEM) ? broken(EIO) : rc;
}

/* What reads and writes; 0: as it is, 1: shortened, -1: failed. */
static int disturbed(void) {
    if (fault_here(FAULT_SYSTEM)) {
        return broken(EIO);
    }
    if (fault_here(FAULT_SIGNAL)) {
        return broken(EINTR);
    }
    return fault_here(FAULT_SHORT) ? 1 : 0;
}

#define WRAP_BYTES(name, params, whole, part)                                                      \
    ssize_t __real_##name params;                                                                  \
    ssize_t __wrap_##name params;                                                                  \
    ssize_t __wrap_##name params {                                                                 \
        int how = disturbed();                                                                     \
        return how < 0 ? -1 : (how > 0 && n > 0 ? __real_##name part : __real_##name whole);       \
    }

WRAP_BYTES(read, (int fd, void *to, size_t n), (fd, to, n), (fd, to, 1))
WRAP_BYTES(write, (int fd, const void *from, size_t n), (fd, from, n), (fd, from, 1))
WRAP_BYTES(pread64, (int fd, void *to, size_t n, off_t at), (fd, to, n, at), (fd, to, 1, at))
WRAP_BYTES(pwrite64, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at),
           (fd, from, 1, at))

int __real_poll(struct pollfd *fds, nfds_t n, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t n, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t n, int milliseconds) {
    return disturbed() < 0 ? -1 : __real_poll(fds, n, milliseconds);
}

/* Whether an open is to fail: no file system makes nameless files, says FAULT_OLD. */
static bool closed(int flags) {
    bool nameless = (flags & O_TMPFILE) == O_TMPFILE;
    return nameless ? missing(EOPNOTSUPP) != 0 : fault_here(FAULT_SYSTEM) && broken(EIO);
}

#define WRAP_OPEN(name, params, args)                                                              \
    int __real_##name params;                                                                      \
    int __wrap_##name params;                                                                      \
    int __wrap_##name params {                                                                     \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        mode_t mode = va_arg(list, mode_t); /* whatever it is when none was given */               \
        va_end(list);                                                                              \
        return closed(flags) ? -1 : __real_##name args;                                            \
    }

WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat64, (int fd, const char *path, int flags, ...), (fd, path, flags, mode))

long __real_syscall(long number, long a, long b, long c, long d, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long f) {
    return missing(ENOSYS) != 0 ? -1 : __real_syscall(number, a, b, c, d, f);
}

int __wrap_asprintf(char **to, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **to, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int n = fault_here(FAULT_MEMORY) ? broken(ENOMEM) : vasprintf(to, format, list);
    va_end(list);
    return n;
}

static void each(fault_kind kind, bool sticky, int (*run)(error *e), void (*settle)(int rc)) {
    bool hit = true;
    for (int nth = 1; hit; nth++) {
        error e = ERROR_INIT;
        int before = check_descriptors();
        fault_arm(kind, nth, sticky);
        int rc = run(&e);
        hit = fault_disarm();
        bool quiet = kind >= FAULT_SIGNAL || !hit;
        if (!check_true(quiet ? rc == 0 : rc == 0 || e.kind != ERROR_NONE, "run", __FILE__, nth)) {
            printf("    call %d of kind %u: %d, %s: %s\n", nth, (unsigned)kind, rc, e.subject,
                   e.message);
        }
        if (settle) {
            settle(rc);
        }
        CHECK_INT(check_descriptors(), before);
    }
}

void fault_each(fault_kind kind, int (*run)(error *e), void (*settle)(int rc)) {
    each(kind, false, run, settle);
}

void fault_each_sticky(fault_kind kind, int (*run)(error *e), void (*settle)(int rc)) {
    each(kind, true, run, settle);
}
