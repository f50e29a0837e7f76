/* Files, folders, locks, streams and sums when memory, disk or libcrypto fail. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check.h"
#include "fault.h"
#include "fs/atomic.h"
#include "fs/file.h"
#include "fs/lock.h"
#include "fs/path.h"
#include "fs/tree.h"
#include "hash/sha256.h"
#include "stream/stream.h"

static void must(int rc) {
    REQUIRE(rc >= 0);
}

static void clear(void) {
    error e = ERROR_INIT;
    must(tree_remove(check_path("f"), &e));
    must(mkdir(check_path("f"), 0700));
    (void)check_write("f/old", "old", 3);
}

static void clear_after(int rc) {
    (void)rc;
    clear();
}

/* The old file or the new one, never another; no temporary name is left where memory was short. */
static void settle_atomic(int rc) {
    char *text = check_read(check_path("f/old"), NULL);
    CHECK(text && (strcmp(text, "new") == 0 || (rc != 0 && strcmp(text, "old") == 0)));
    free(text);
    clear();
}

static int write_atomic(error *e) {
    const atomic_options options = {.mode = 0640, .replace = true, .sync = true};
    return atomic_write(check_path("f/old"), "new", 3, &options, e);
}

static int write_new(error *e) {
    const atomic_options options = {.sync = true};
    return atomic_write(check_path("f/new"), "new", 3, &options, e);
}

static int single_files(error *e) {
    struct stat st;
    file_names names;
    buffer b = BUFFER_INIT(1000);
    int rc = file_read(check_path("f/old"), &b, e) < 0 ? -1 : 0;
    buffer_free(&b);
    if (rc != 0 || file_stat(check_path("f/old"), true, &st, e) < 0 ||
        file_stat(check_path("f/old"), false, &st, e) < 0 ||
        file_list(check_path("f"), &names, e) != 0) {
        return -1;
    }
    file_names_free(&names);
    if (file_rename(check_path("f/old"), check_path("f/a"), false, e) != 0 ||
        file_rename(check_path("f/a"), check_path("f/b"), true, e) != 0 ||
        file_sync(check_path("f/b"), e) != 0 || file_sync_parent(check_path("f/b"), e) != 0) {
        return -1;
    }
    return file_remove(check_path("f/b"), e) < 0 ? -1 : 0;
}

static int trees(error *e) {
    const atomic_options options = {.mode = 0600};
    if (tree_make(check_path("f/a/b/c"), 0755, e) < 0 ||
        atomic_write(check_path("f/a/b/x"), "x", 1, &options, e) != 0 ||
        tree_make(check_path("f/a/b/d"), 0700, e) < 0) {
        return -1;
    }
    return tree_remove(check_path("f/a"), e) < 0 ? -1 : 0;
}

static int locks(error *e) {
    char holder[100];
    file_lock *lock = lock_take(check_path("f/lock"), "me", holder, sizeof holder, e);
    lock_release(lock);
    return lock ? 0 : -1;
}

static int paths(error *e) {
    char *all[] = {path_join("a", "b", e), path_dirname("/a/b", e), path_basename("/a/b/", e)};
    int rc = 0;
    for (int i = 0; i < 3; i++) {
        rc = all[i] ? rc : -1;
        free(all[i]);
    }
    return rc;
}

static void check_new(int rc) {
    size_t n;
    char *text = check_read(check_path("f/copy"), &n);
    CHECK(rc != 0 || (text && n == 3 && strcmp(text, "old") == 0));
    free(text);
    clear();
}

/* A file through sums on both sides into another. */
static int copied(reader *from, writer *to, hash_sha256 *h, hash_sha256 *out, error *e) {
    char hex[2][SHA256_HEX_SIZE];
    reader *r = from && to ? hash_sha256_tap_reader(from, h, e) : NULL;
    writer *w = r && to ? hash_sha256_tap_writer(to, out, e) : NULL;
    int rc = r && w && stream_copy(r, w, NULL, NULL, e) == 3 ? writer_finish(w, e) : -1;
    reader_free(r ? r : from);
    writer_free(w ? w : to);
    if (rc == 0 && hash_sha256_final(h, hex[0], e) == 0 && hash_sha256_final(out, hex[1], e) == 0) {
        CHECK_STR(hex[0], hex[1]);
        return hash_sha256_of("old", 3, hex[0], e);
    }
    return -1;
}

static int streams(error *e) {
    hash_sha256 *h = hash_sha256_new(e);
    hash_sha256 *out = h ? hash_sha256_new(e) : NULL;
    reader *from = out ? file_reader(check_path("f/old"), e) : NULL;
    int fd = from ? open(check_path("f/copy"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    writer *to = fd >= 0 ? writer_to_fd(fd, true, "copy", e) : NULL;
    if (from && fd < 0) {
        error_errno(e, "open", "copy");
    }
    int rc = copied(from, to, h, out, e);
    hash_sha256_free(h);
    hash_sha256_free(out);
    return rc;
}

/* Descriptors that do not block. */
static int pipes(error *e) {
    int ends[2];
    char data[10];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return error_errno(e, "pipe", "");
    }
    reader *r = reader_from_fd(ends[0], true, "pipe", e);
    writer *w = writer_to_fd(ends[1], true, "pipe", e);
    int rc = r && w && writer_write(w, "abc", 3, e) == 0 ? writer_finish(w, e) : -1;
    writer_free(w);
    rc = rc == 0 && reader_read_full(r, data, sizeof data, e) == 3 ? 0 : -1;
    CHECK(rc != 0 || memcmp(data, "abc", 3) == 0);
    reader_free(r);
    return rc;
}

static int in_memory(error *e) {
    char hex[SHA256_HEX_SIZE];
    _Atomic long long total = 0;
    reader *r = reader_from_memory("text", 4, e);
    int rc = r ? hash_sha256_reader(r, hex, &total, e) : -1;
    reader_free(r);
    writer *w = rc == 0 ? writer_null(&total, e) : NULL;
    rc = w ? writer_finish(w, e) : -1;
    writer_free(w);
    return rc;
}

TEST(memory) {
    fault_each(FAULT_MEMORY, write_atomic, settle_atomic);
    fault_each(FAULT_MEMORY, write_new, clear_after);
    fault_each(FAULT_MEMORY, single_files, clear_after);
    fault_each(FAULT_MEMORY, trees, clear_after);
    fault_each(FAULT_MEMORY, locks, clear_after);
    fault_each(FAULT_MEMORY, paths, NULL);
    fault_each(FAULT_MEMORY, streams, check_new);
    fault_each(FAULT_MEMORY, in_memory, NULL);
    fault_each(FAULT_MEMORY, pipes, NULL);
}

TEST(disk) {
    fault_each(FAULT_SYSTEM, write_atomic, settle_atomic);
    fault_each(FAULT_SYSTEM, write_new, clear_after);
    fault_each(FAULT_SYSTEM, single_files, clear_after);
    fault_each(FAULT_SYSTEM, trees, clear_after);
    fault_each(FAULT_SYSTEM, locks, clear_after);
    fault_each(FAULT_SYSTEM, streams, check_new);
    fault_each(FAULT_SYSTEM, pipes, NULL);
    fault_each_sticky(FAULT_SYSTEM, write_atomic, settle_atomic);
    fault_each_sticky(FAULT_SYSTEM, trees, clear_after);
}

TEST(libcrypto) {
    fault_each(FAULT_LIBRARY, streams, check_new);
    fault_each(FAULT_LIBRARY, in_memory, NULL);
}

/* Signals, short reads and writes, and old kernels change nothing. */
TEST(not_noticed) {
    for (fault_kind kind = FAULT_SIGNAL; kind <= FAULT_OLD; kind++) {
        fault_each(kind, write_atomic, settle_atomic);
        fault_each(kind, write_new, clear_after);
        fault_each(kind, single_files, clear_after);
        fault_each(kind, trees, clear_after);
        fault_each(kind, locks, clear_after);
        fault_each(kind, streams, check_new);
        fault_each(kind, pipes, NULL);
    }
    fault_each_sticky(FAULT_OLD, trees, clear_after);
    fault_each_sticky(FAULT_SHORT, streams, check_new);
}

TEST(a_held_lock_whose_holder_is_not_asked) {
    error e = ERROR_INIT;
    file_lock *lock = lock_take(check_path("f/lock"), "me", NULL, 0, &e);
    CHECK(lock != NULL);
    CHECK(lock_take(check_path("f/lock"), "you", NULL, 0, &e) == NULL);
    CHECK_INT(e.kind, ERROR_STATE);
    lock_release(lock);
}

int main(void) {
    clear();
    RUN(a_held_lock_whose_holder_is_not_asked);
    RUN(memory);
    RUN(disk);
    RUN(libcrypto);
    RUN(not_noticed);
    return check_result();
}
