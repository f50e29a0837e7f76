/* The packer: its file, its life, and single entries. */
#include "archive/pack_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/gzip.h"
#include "archive/name.h"
#include "archive/zstd.h"
#include "base/interrupt.h"

enum { LINE_MAX_BYTES = 2 * 4 * NAME_LENGTH_MAX + 1024 }; /* two names, every byte escaped */

int pack_broken(packer *p) {
    p->broken = true;
    return -1;
}

int pack_ready(packer *p, error *e) {
    if (p->finished || p->fd < 0) {
        return error_set(e, ERROR_STATE, 0, "archive", p->path, "closed");
    }
    if (p->broken) {
        return error_set(e, ERROR_STATE, 0, "archive", p->path, "an earlier entry failed");
    }
    return 0;
}

/* Opens the folder, then the file in it: what is removed later is in that folder, whatever its name
 * is by then. */
static int open_file(packer *p, error *e) {
    char *slash = strrchr(p->path, '/');
    p->base = slash ? slash + 1 : p->path;
    if (slash == p->path) {
        p->folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    } else if (slash) {
        *slash = '\0';
        p->folder = open(p->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        *slash = '/';
    } else {
        p->folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    if (p->folder < 0) {
        return error_errno(e, "create", p->path);
    }
    p->fd = openat(p->folder, p->base, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return p->fd < 0 ? error_errno(e, "create", p->path) : 0;
}

static int open_compressor(packer *p, pack_format format, int level, error *e) {
    writer *file = writer_to_fd(p->fd, false, p->path, e);
    if (!file) {
        return -1;
    }
    if (format == PACK_ZSTD) {
        p->out = zstd_writer(file, level < 0 ? ZSTD_LEVEL_DEFAULT : level, e);
    } else {
        p->out = gzip_writer(file, level < 0 ? GZIP_LEVEL_DEFAULT : level, e);
    }
    return p->out ? 0 : -1;
}

static int open_parts(packer *p, pack_format format, int level, error *e) {
    if (open_file(p, e) != 0 || open_compressor(p, format, level, e) != 0) {
        return -1;
    }
    p->tar = tar_writer_new(p->out, e);
    if (!p->tar) {
        return -1;
    }
    p->rules = rules_new(&rules_default, -1, e);
    p->content = p->rules ? hash_sha256_new(e) : NULL;
    p->list = p->content ? hash_sha256_new(e) : NULL;
    if (!p->list) {
        return -1;
    }
    p->spool = pack_spool_open(p->folder, p->base, e);
    if (p->spool < 0) {
        return -1;
    }
    p->spool_out = writer_to_fd(p->spool, false, p->path, e);
    if (!p->spool_out || buffer_append_text(&p->line, ENTRY_LIST_HEADER, e) != 0) {
        return -1;
    }
    return 0;
}

packer *packer_create(const char *path, pack_format format, int level, error *e) {
    packer *p = calloc(1, sizeof *p);
    char *copy = strdup(path);
    unsigned char *copy_buffer = malloc(STREAM_BUFFER);
    if (!p || !copy || !copy_buffer) {
        errno = ENOMEM;
        error_errno(e, "create", path);
        free(copy_buffer);
        free(copy);
        free(p);
        return NULL;
    }
    p->path = copy;
    p->copy_buffer = copy_buffer;
    p->folder = p->fd = p->spool = -1;
    p->line = (buffer)BUFFER_INIT(STREAM_BUFFER);
    if (open_parts(p, format, level, e) != 0) {
        packer_free(p);
        return NULL;
    }
    return p;
}

/* Removes the file, if the name still means the file that was made. */
static void remove_file(packer *p) {
    struct stat ours, there;
    if (p->fd >= 0 && fstat(p->fd, &ours) == 0 &&
        fstatat(p->folder, p->base, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
        ours.st_dev == there.st_dev && ours.st_ino == there.st_ino &&
        unlinkat(p->folder, p->base, 0) != 0) {
        p->broken = true; /* nobody left to tell: the next run clears leftovers */
    }
}

static void close_quietly(int fd) {
    if (fd >= 0 && close(fd) != 0) {
        errno = 0; /* of a file that is given up, or was synced */
    }
}

void packer_free(packer *p) {
    if (!p) {
        return;
    }
    if (!p->finished) {
        remove_file(p);
    }
    tar_writer_free(p->tar);
    writer_free(p->out);
    writer_free(p->spool_out);
    close_quietly(p->fd);
    close_quietly(p->spool);
    close_quietly(p->folder);
    rules_free(p->rules);
    hash_sha256_free(p->content);
    hash_sha256_free(p->list);
    buffer_free(&p->line);
    free(p->copy_buffer);
    free(p->path);
    free(p);
}

pack_totals packer_totals(const packer *p) {
    pack_totals t = {rules_entries(p->rules), rules_bytes(p->rules)};
    return t;
}

int pack_begin(packer *p, const entry *it, error *e) {
    if (pack_ready(p, e) != 0) {
        return -1;
    }
    if (strcmp(it->name, PACK_ENTRIES) == 0 || strcmp(it->name, PACK_MANIFEST) == 0) {
        return entry_fault(e, "archive", it->name, "this name is the archive's own");
    }
    p->current = *it;
    if (interrupt_check(e) != 0 || rules_check(p->rules, it, e) != 0 ||
        tar_writer_begin(p->tar, it, e) != 0 || hash_sha256_reset(p->content, e) != 0) {
        return pack_broken(p);
    }
    return 0;
}

int pack_data(packer *p, const void *data, size_t n, error *e) {
    if (interrupt_check(e) != 0 || tar_writer_data(p->tar, data, n, e) != 0 ||
        hash_sha256_update(p->content, data, n, e) != 0) {
        return pack_broken(p);
    }
    return 0;
}

/* The buffer of lines goes out when the next one might not fit. */
static int spool_flush(packer *p, size_t room, error *e) {
    if (p->line.length == 0 || p->line.length + room <= p->line.max) {
        return 0;
    }
    if (hash_sha256_update(p->list, p->line.data, p->line.length, e) != 0 ||
        writer_write(p->spool_out, p->line.data, p->line.length, e) != 0) {
        return -1;
    }
    p->spool_size += (long long)p->line.length;
    buffer_clear(&p->line);
    return 0;
}

int pack_end(packer *p, error *e) {
    unsigned char sum[ENTRY_DIGEST_SIZE];
    if (tar_writer_end(p->tar, e) != 0 || hash_sha256_final_bytes(p->content, sum, e) != 0 ||
        spool_flush(p, LINE_MAX_BYTES, e) != 0 || entry_line(&p->line, &p->current, sum, e) != 0) {
        return pack_broken(p);
    }
    return 0;
}

/* Closing may be the first to tell that the disk is full. */
static int close_file(packer *p, pack_result *result, error *e) {
    struct stat st;
    if (fsync(p->fd) != 0) {
        return error_errno(e, "sync", p->path);
    }
    if (fstat(p->fd, &st) != 0) {
        return error_errno(e, "stat", p->path);
    }
    result->size = (long long)st.st_size;
    /* Removing needs the descriptor's identity: a copy of it stays open until close has succeeded.
     */
    int keep = fcntl(p->fd, F_DUPFD_CLOEXEC, 3);
    int fd = p->fd;
    if (keep < 0) {
        return error_errno(e, "close", p->path);
    }
    p->fd = keep;
    if (close(fd) != 0) {
        return error_errno(e, "close", p->path);
    }
    return 0;
}

int packer_finish(packer *p, const char *fields, pack_result *result, error *e) {
    if (pack_ready(p, e) != 0) {
        return -1;
    }
    memset(result, 0, sizeof *result);
    result->totals = packer_totals(p);
    if (spool_flush(p, STREAM_BUFFER, e) != 0 || pack_list(p, fields, result, e) != 0 ||
        tar_writer_close(p->tar, e) != 0 || writer_finish(p->out, e) != 0 ||
        close_file(p, result, e) != 0) {
        return pack_broken(p);
    }
    p->finished = true;
    return 0;
}
