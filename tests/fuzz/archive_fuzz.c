/* Verifying whatever comes: as a file, as a tar in gzip, and as entries in an archive that is right
 * in all else. What is accepted is accepted again, and packing its entries anew gives the same list
 * of entries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "archive/bundle.h"
#include "archive/pack_inside.h"
#include "forge.h"

/* Every entry of the pass into a packer. */
static void repack_entries(bundle *b, packer *p) {
    error e = ERROR_INIT;
    const entry *it;
    const void *data;
    size_t n;
    int rc;
    while ((rc = bundle_next(b, &it, &e)) > 0) {
        MUST(pack_begin(p, it, &e) == 0);
        while ((rc = bundle_block(b, &data, &n, &e)) > 0) {
            MUST(pack_data(p, data, n, &e) == 0);
        }
        MUST(rc == 0);
        MUST(pack_end(p, &e) == 0);
    }
    MUST(rc == 0);
}

static void repack(bundle *b) {
    static char path[64];
    error e = ERROR_INIT;
    pack_result result;
    snprintf(path, sizeof path, "/dev/shm/fuzz-archive-%d", (int)getpid());
    (void)unlink(path);
    packer *p = packer_create(path, PACK_GZIP, 0, &e);
    MUST(p != NULL);
    bundle_rewind(b);
    repack_entries(b, p);
    MUST(packer_finish(p, NULL, &result, &e) == 0);
    packer_free(p);
    MUST(strcmp(result.entries_sha256, bundle_result(b)->entries_sha256) == 0);
    MUST(result.totals.entries == bundle_result(b)->entries);
    MUST(result.totals.bytes == bundle_result(b)->bytes);
    bundle *again = bundle_open(path, NULL, &e);
    MUST(again != NULL);
    MUST(bundle_verify(again, &e) == 0);
    bundle_free(again);
    MUST(unlink(path) == 0);
}

static int check(const void *data, size_t size) {
    error e = ERROR_INIT;
    const rules_limits limits = {1000, 16 << 20, 200};
    bundle *b = bundle_open_fd(input_file(data, size), "fuzz", &limits, &e);
    int rc = b ? bundle_verify(b, &e) : -1;
    if (rc == 0) {
        repack(b);
    } else {
        MUST(e.kind != ERROR_NONE && e.message[0] != '\0');
        MUST(e.kind == ERROR_ARCHIVE || e.kind == ERROR_LIMIT);
        MUST(!b || bundle_result(b) == NULL);
    }
    bundle_free(b);
    return rc;
}

static void wrapped(const uint8_t *data, size_t size, bool ours) {
    buffer tar = {NULL, 0, 0, 1 << 20};
    buffer out = BUFFER_INIT(4 << 20);
    error e = ERROR_INIT;
    MUST(buffer_append(&tar, data, size < 900000 ? size : 900000, &e) == 0);
    forge_gzip(&tar, ours, &out);
    (void)check(out.data, out.length);
    buffer_free(&tar);
    buffer_free(&out);
}

/* Only the rules can refuse these. */
static void forged_archive(input *in) {
    buffer tar = BUFFER_INIT(2 << 20);
    buffer list = BUFFER_INIT(1 << 20);
    buffer out = BUFFER_INIT(4 << 20);
    long long entries = 1;
    long long bytes = 2;
    forge_file(&tar, &list, "version.json", "{}", 2);
    for (int i = 0; i < 20 && in->left > 0; i++) {
        forged f = forge_member(in);
        forge_append(&tar, &f);
        forge_line(&list, &f);
        entries++;
        bytes += f.it.size;
        forge_free(&f);
    }
    forge_end(&tar, &list, entries, bytes);
    forge_gzip(&tar, true, &out);
    (void)check(out.data, out.length);
    buffer_free(&tar);
    buffer_free(&list);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    switch (input_byte(&in) % 8) {
    case 0:
        (void)check(in.data, in.left);
        break;
    case 1:
        wrapped(in.data, in.left, true);
        break;
    case 2:
    case 3:
        wrapped(in.data, in.left, false);
        break;
    default:
        forged_archive(&in);
    }
    return 0;
}
