#include "archive/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "archive/bundle_inside.h"
#include "base/interrupt.h"

/* Opens one component below `folder`; never through a link, never upwards. */
static int open_below(int folder, const char *name, int flags, mode_t mode) {
    struct open_how how = {0};
    how.flags = (__u64)(unsigned)(flags | O_CLOEXEC | O_NOFOLLOW);
    how.mode = (flags & O_CREAT) != 0 ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    long fd = syscall(SYS_openat2, folder, name, &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) {
        return (int)fd;
    }
    /* An older kernel or a container's filter: for a single component O_NOFOLLOW says the same. */
    return openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW, mode);
}

/* The folder of the last component, made where it is missing; *last is that component, inside
 * `name`. */
static int open_parent(const char *folder, char *name, char **last, error *e) {
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0) {
        return error_errno(e, "open", folder);
    }
    char *part = name;
    for (char *slash = strchr(part, '/'); slash; slash = strchr(part, '/')) {
        *slash = '\0';
        int next = -1;
        if (mkdirat(at, part, 0700) == 0 || errno == EEXIST) {
            next = open_below(at, part, O_RDONLY | O_DIRECTORY, 0);
        }
        int saved = errno;
        close(at); /* was only looked into */
        if (next < 0) {
            errno = saved;
            return error_errno(e, "extract", name);
        }
        *slash = '/';
        at = next;
        part = slash + 1;
    }
    *last = part;
    return at;
}

static int write_content(bundle *b, int fd, error *e) {
    const void *data;
    size_t n;
    int rc;
    writer *w = writer_to_fd(fd, false, b->current.name, e);
    if (!w) {
        return -1;
    }
    do {
        rc = interrupt_check(e) == 0 ? bundle_block(b, &data, &n, e) : -1;
        if (rc > 0 && writer_write(w, data, n, e) != 0) {
            rc = -1;
        }
    } while (rc > 0);
    writer_free(w);
    return rc;
}

static int make_real(const bundle *b, int fd, mode_t mode, error *e) {
    struct timespec times[2] = {{0, UTIME_OMIT}, {(time_t)b->current.mtime, 0}};
    if (fchmod(fd, mode) != 0 || futimens(fd, times) != 0 || fsync(fd) != 0) {
        return error_errno(e, "extract", b->current.name);
    }
    return 0;
}

static int extract_file(bundle *b, int parent, const char *last, mode_t mode, error *e) {
    int fd = open_below(parent, last, O_WRONLY | O_CREAT | O_EXCL | O_NONBLOCK, 0600);
    if (fd < 0) {
        return error_errno(e, "extract", b->current.name);
    }
    int rc = write_content(b, fd, e) == 0 ? make_real(b, fd, mode, e) : -1;
    if (close(fd) != 0 && rc == 0) {
        rc = error_errno(e, "extract", b->current.name);
    }
    if (rc != 0 && unlinkat(parent, last, 0) != 0 && errno != ENOENT) {
        return -1; /* the first error is the one to tell */
    }
    return rc;
}

static int extract_folder(const bundle *b, int parent, const char *last, mode_t mode, error *e) {
    if (mkdirat(parent, last, 0700) != 0 && errno != EEXIST) {
        return error_errno(e, "extract", b->current.name);
    }
    int fd = open_below(parent, last, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        return error_errno(e, "extract", b->current.name);
    }
    int rc = 0;
    if (fchmod(fd, mode | 0700) != 0 || fsync(fd) != 0) {
        rc = error_errno(e, "extract", b->current.name);
    }
    if (close(fd) != 0 && rc == 0) {
        rc = error_errno(e, "extract", b->current.name);
    }
    return rc;
}

static int extract_named(bundle *b, const char *folder, char *name, unsigned mask, error *e) {
    char *last = name;
    int parent = open_parent(folder, name, &last, e);
    if (parent < 0) {
        return -1;
    }
    /* Of the upper bits only those of a folder that others share. */
    unsigned shared = b->current.type == ENTRY_FOLDER ? 03000 : 0;
    mode_t mode = (mode_t)(b->current.mode & ((mask & 0777) | shared));
    int rc = b->current.type == ENTRY_FILE ? extract_file(b, parent, last, mode, e)
                                           : extract_folder(b, parent, last, mode, e);
    if (rc == 0 && fsync(parent) != 0) {
        rc = error_errno(e, "extract", b->current.name);
    }
    if (close(parent) != 0 && rc == 0) {
        rc = error_errno(e, "extract", b->current.name);
    }
    return rc;
}

int bundle_extract(bundle *b, const char *folder, const char *strip, unsigned mode_mask, error *e) {
    const char *name = b->current.name;
    size_t n = strip ? strlen(strip) : 0;
    if (!b->in_entry) {
        return error_set(e, ERROR_STATE, 0, "extract", b->subject, "no current entry");
    }
    if (b->current.type != ENTRY_FILE && b->current.type != ENTRY_FOLDER) {
        return entry_fault(e, "extract", name, "links are not made on the host");
    }
    while (n > 0 && strip[n - 1] == '/') {
        n--;
    }
    if (n > 0) {
        if (strncmp(name, strip, n) != 0 || (name[n] != '/' && name[n] != '\0')) {
            return entry_fault(e, "extract", name, "not below what is to be stripped");
        }
        name += name[n] == '/' ? n + 1 : n;
    }
    if (name[0] == '\0') {
        return b->current.type ==
                       ENTRY_FOLDER /* the folder that everything goes into is the caller's */
                   ? 0
                   : entry_fault(e, "extract", b->current.name, "nothing is left of its name");
    }
    char *copy = strdup(name);
    if (!copy) {
        return error_errno(e, "extract", b->current.name);
    }
    int rc = extract_named(b, folder, copy, mode_mask, e);
    free(copy);
    return rc;
}
