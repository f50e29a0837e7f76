#include "fs/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fs/file.h"
#include "fs/path.h"

struct atomic_file {
    writer base;
    atomic_options options;
    writer *content; /* owns the descriptor of the temporary file */
    int fd;          /* the same descriptor, for fchmod and fsync */
    int folder;
    bool published;
    char *path;
    char *name;    /* last part of path */
    char temp[96]; /* name of the temporary file; empty: none is there */
};

static int atomic_put(writer *w, const void *data, size_t n, error *e) {
    struct atomic_file *self = (struct atomic_file *)w;
    if (!self->content) {
        return error_set(e, ERROR_STATE, 0, "write", self->path, "closed");
    }
    return writer_write(self->content, data, n, e);
}

/* From the temporary name to the real one. */
static int publish(struct atomic_file *self, error *e) {
    int done = self->options.replace
                   ? renameat(self->folder, self->temp, self->folder, self->name)
                   : file_rename_new(self->folder, self->temp, self->folder, self->name);
    if (done != 0) {
        return error_errno(e, "create", self->path);
    }
    self->published = true;
    if (self->options.sync && fsync(self->folder) != 0) {
        return error_errno(e, "sync", self->path);
    }
    return 0;
}

static int atomic_finish(writer *w, error *e) {
    struct atomic_file *self = (struct atomic_file *)w;
    if (!self->content) {
        return error_set(e, ERROR_STATE, 0, "close", self->path, "closed");
    }
    int result = fchmod(self->fd, self->options.mode);
    if (result == 0 && self->options.sync) {
        result = fsync(self->fd);
    }
    if (result != 0) {
        error_errno(e, "create", self->path);
    } else {
        result = writer_finish(self->content, e); /* closes: a late write error shows here */
    }
    writer_free(self->content);
    self->content = NULL;
    return result == 0 ? publish(self, e) : -1;
}

static void atomic_free(writer *w) {
    struct atomic_file *self = (struct atomic_file *)w;
    writer_free(self->content);
    if (self->temp[0] != '\0' && !self->published) {
        (void)unlinkat(self->folder, self->temp, 0); /* an abort has nobody to tell */
    }
    if (self->folder >= 0) {
        close(self->folder);
    }
    free(self->path);
    free(self->name);
    free(self);
}

/* Opens the folder of the target and looks at the target itself. */
static int open_folder(struct atomic_file *self, error *e) {
    struct stat st;
    char *folder = path_dirname(self->path, e);
    if (!folder) {
        return -1;
    }
    self->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (self->folder < 0) {
        return error_errno(e, "create", self->path);
    }
    if (fstatat(self->folder, self->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? 0 : error_errno(e, "create", self->path);
    }
    if (!self->options.replace || S_ISDIR(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EEXIST;
        return error_errno(e, "create", self->path);
    }
    return 0;
}

static int open_temp(struct atomic_file *self, error *e) {
    for (int attempt = 0; attempt < 100; attempt++) {
        unsigned long long random;
        if (getrandom(&random, sizeof random, 0) != sizeof random) {
            return error_errno(e, "create", self->path);
        }
        char temp[sizeof self->temp];
        snprintf(temp, sizeof temp, ".%.60s.%010llx.tmp", self->name, random & 0xFFFFFFFFFF);
        int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        self->fd = openat(self->folder, temp, flags, 0600);
        if (self->fd >= 0) {
            memcpy(self->temp, temp, sizeof temp);
            self->content = writer_to_fd(self->fd, true, self->path, e);
            return self->content ? 0 : -1;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return error_errno(e, "create", self->path);
}

writer *atomic_create(const char *path, const atomic_options *options, error *e) {
    static const writer_ops ops = {atomic_put, atomic_finish, atomic_free};
    struct atomic_file *self = calloc(1, sizeof *self);
    if (!self) {
        error_errno(e, "create", path);
        return NULL;
    }
    self->base.ops = &ops;
    self->options = *options;
    self->options.mode = options->mode ? options->mode : 0600;
    self->folder = -1;
    self->fd = -1;
    self->path = path_join("", path, e);
    self->name = path_basename(path, e);
    if (!self->path || !self->name || open_folder(self, e) != 0 || open_temp(self, e) != 0) {
        atomic_free(&self->base);
        return NULL;
    }
    return &self->base;
}

int atomic_write(const char *path, const void *data, size_t n, const atomic_options *options,
                 error *e) {
    writer *w = atomic_create(path, options, e);
    if (!w) {
        return -1;
    }
    int result = writer_write(w, data, n, e);
    if (result == 0) {
        result = writer_finish(w, e);
    }
    writer_free(w);
    return result;
}
