/* file.h: what scripts ask of single files and folders. All descriptors are close-on-exec. */
#ifndef FS_FILE_H
#define FS_FILE_H

#include <stdbool.h>
#include <sys/stat.h>
#include "base/buffer.h"
#include "stream/stream.h"

/* A reader over a regular file or anything else that opens for reading; folders fail (EISDIR). */
reader *file_reader(const char *path, error *e);

/* Appends the content of a file; the buffer's ceiling holds (kind LIMIT). 1 read, 0 there is no
 * such file, -1 failed. */
int file_read(const char *path, buffer *b, error *e);

/* stat or lstat: 1 found, 0 there is nothing (ENOENT, ENOTDIR), -1 failed. */
int file_stat(const char *path, bool follow, struct stat *st, error *e);

/* "file", "directory", "symlink", "fifo", "socket", "block", "character" or "unknown". */
const char *file_type(mode_t mode);

/* The names in a folder, without . and .., in byte order. */
typedef struct file_names {
    char **names;
    size_t count;
} file_names;
int file_list(const char *path, file_names *out, error *e);
void file_names_free(file_names *names);

/* Renames; without `replace` an existing target is EEXIST, decided by the kernel. Both folders are
 * synced. */
int file_rename(const char *from, const char *to, bool replace, error *e);

/* Removes a file, link or empty folder: 1 removed, 0 there was nothing, -1 failed. */
int file_remove(const char *path, error *e);

/* fsync of a file or folder. */
int file_sync(const char *path, error *e);

/* fsync of the folder that `path` lies in, so that its name lasts. */
int file_sync_parent(const char *path, error *e);

/* Bytes that this user may still write, and the size of the file system. */
int file_space(const char *path, unsigned long long *available, unsigned long long *total,
               error *e);

/* True when the effective user may write to it; for a folder: may also make files in it. */
bool file_writable(const char *path);

/* renameat2 with RENAME_NOREPLACE, or link and unlink where the file system cannot. 0, or -1 with
 * errno set. */
int file_rename_new(int from_fd, const char *from, int to_fd, const char *to);

#endif
