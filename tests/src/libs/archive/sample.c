#include "sample.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "archive/gzip.h"
#include "archive/tar_write.h"
#include "archive/zstd.h"
#include "check.h"

static const pack_attributes plain = {0640, 1000, 1000, 1600000000};

/* Bytes that hardly compress, so that a flipped bit has something to hit. */
static void noise(char *to, size_t n) {
    unsigned long long state = 42;
    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        to[i] = (char)(state >> 56);
    }
}

static void add(tar_writer *t, entry it, const char *data, error *e) {
    it.size = data ? (long long)strlen(data) : 0;
    CHECK_INT(tar_writer_begin(t, &it, e), 0);
    CHECK_INT(tar_writer_data(t, data, (size_t)it.size, e), 0);
    CHECK_INT(tar_writer_end(t, e), 0);
    CHECK_STR(e->message, "");
}

static entry named(entry_type type, const char *name, unsigned mode) {
    entry it = {type, name, NULL, 0, mode, 1001, 1002, 1500000000, 0, {0}};
    return it;
}

const char *sample_engine_tar(void) {
    error e = ERROR_INIT;
    const char *path = check_path("engine.tar");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    writer *out = writer_to_fd(fd, true, path, &e);
    REQUIRE(out != NULL);
    tar_writer *t = tar_writer_new(out, &e);
    REQUIRE(t != NULL);
    add(t, named(ENTRY_FOLDER, "_data", 02770), NULL, &e);
    add(t, named(ENTRY_FOLDER, "_data/empty", 0700), NULL, &e);
    add(t, named(ENTRY_FILE, "_data/private.pem", 0600), "secret", &e);
    add(t, named(ENTRY_FILE, "_data/none", 0), "", &e);
    add(t, named(ENTRY_FILE, "_data/su", 04755), "#!", &e);
    entry cap = named(ENTRY_FILE, "_data/ping", 0755);
    cap.capability_length = 20;
    memcpy(cap.capability, "\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    add(t, cap, "x", &e);
    entry link = named(ENTRY_HARDLINK, "_data/hard", 0600);
    link.link = "_data/private.pem";
    add(t, link, NULL, &e);
    link = named(ENTRY_SYMLINK, "_data/soft", 0777);
    link.link = "/etc/passwd";
    add(t, link, NULL, &e);
    add(t, named(ENTRY_FILE, "_data/new\nline \xff\xfe\x1b[2J", 0644), "odd", &e);
    add(t,
        named(ENTRY_FILE,
              "_data/gr\xc3\xbc\xc3\x9f"
              "e",
              0644),
        "utf8", &e);
    add(t, named(ENTRY_FILE, "_data/cesu\xed\xa0\x81\xed\xb0\x80", 0644), "cesu", &e);
    CHECK_INT(tar_writer_close(t, &e), 0);
    CHECK_INT(writer_finish(out, &e), 0);
    tar_writer_free(t);
    writer_free(out);
    return path;
}

reader *sample_reader(const char *path) {
    error e = ERROR_INIT;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    reader *r = reader_from_fd(fd, true, path, &e);
    REQUIRE(r != NULL);
    return r;
}

pack_totals sample_write(const char *path, pack_format format) {
    static char data[18000];
    error e = ERROR_INIT;
    pack_totals done;
    pack_result result;
    const char *version = "{\"version\":\"0.2.6\",\"build\":\"abc1234\"}";
    pack_tar_names names = {.prefix = "volumes/auth", .strip = "_data/"};
    packer *p = packer_create(path, format, -1, &e);
    REQUIRE(p != NULL);
    noise(data, sizeof data);
    CHECK_INT(packer_add_bytes(p, "version.json", version, strlen(version), &plain, &e), 0);
    CHECK_INT(packer_add_bytes(p, "config/.env", "HOSS_DIR=/x\n", 12, &plain, &e), 0);
    reader *r = sample_reader(sample_engine_tar());
    CHECK_INT(packer_add_tar(p, &names, r, NULL, &done, &e), 0);
    reader_free(r);
    CHECK_INT(done.entries, 11);
    CHECK_INT(packer_add_bytes(p, "db/postgres-core-backup.dump", data, sizeof data, &plain, &e),
              0);
    CHECK_INT(packer_finish(p, "{\"server\": {\"version\": \"0.2.6\"}}", &result, &e), 0);
    CHECK_STR(e.message, "");
    packer_free(p);
    return result.totals;
}

int sample_memory(const void *data, size_t n) {
    int fd = memfd_create("archive", MFD_CLOEXEC);
    REQUIRE(fd >= 0);
    CHECK_INT(write(fd, data, n), (long long)n);
    return fd;
}

char *sample_unpack(const char *data, size_t n, bool zstd, size_t *length) {
    error e = ERROR_INIT;
    buffer out = BUFFER_INIT(1 << 20);
    char chunk[4096];
    ssize_t got = -1;
    reader *in = reader_from_memory(data, n, &e);
    REQUIRE(in != NULL);
    reader *r = zstd ? zstd_reader(in, "x", &e) : gzip_reader(in, true, "x", &e);
    while (r && (got = reader_read(r, chunk, sizeof chunk, &e)) > 0) {
        REQUIRE(buffer_append(&out, chunk, (size_t)got, &e) == 0);
    }
    reader_free(r);
    *length = got == 0 ? out.length : 0;
    return out.data;
}
