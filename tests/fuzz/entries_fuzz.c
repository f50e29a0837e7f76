/* A line of ENTRIES says everything of its entry: read back by other means it is the same. And a
 * manifest is only accepted when it says what the archive holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "archive/bundle.h"
#include "archive/name.h"
#include "forge.h"
#include "hash/sha256.h"
#include "json/json_guard.h"

/* Takes an escaped word off *text, up to a space or the line's end. */
static char *word(const char **text) {
    char *out = malloc(strlen(*text) + 1);
    size_t n = 0;
    MUST(out != NULL);
    const char *p = *text;
    while (*p != ' ' && *p != '\n') {
        MUST(*p > 0x20 && *p < 0x7f);
        if (*p == '\\') {
            unsigned value = 0;
            MUST(sscanf(p + 1, "%3o", &value) == 1 && value > 0 && value < 256);
            out[n++] = (char)value;
            p += 4;
        } else {
            out[n++] = *p++;
        }
    }
    out[n] = '\0';
    *text = p;
    return out;
}

static const char *skip(const char *text, const char *key) {
    size_t n = strlen(key);
    MUST(strncmp(text, key, n) == 0);
    return text + n;
}

/* Reads a line as the manual of mtree has it and compares. */
static void check_line(const char *line, const entry *it) {
    static const char *const types[] = {"file", "dir", "link", "file", "file"};
    const char *p = skip(line, "./");
    char *name = word(&p);
    MUST(strcmp(name, it->name) == 0);
    free(name);
    char *type = word((p = skip(p, " type="), &p));
    MUST(strcmp(type, types[it->type]) == 0);
    free(type);
    unsigned mode = 0;
    long long uid, gid, time;
    int used = 0;
    MUST(sscanf(p, " mode=%o uid=%lld gid=%lld time=%lld.0%n", &mode, &uid, &gid, &time, &used) ==
         4);
    MUST(mode == it->mode && uid == it->uid && gid == it->gid && time == it->mtime);
    p += used;
    if (it->link) {
        p = skip(p, it->type == ENTRY_SYMLINK ? " link=" : " contents=./");
        char *link = word(&p);
        MUST(strcmp(link, it->link) == 0);
        free(link);
    }
    if (it->type == ENTRY_FILE) {
        long long size = -1;
        MUST(sscanf(p, " size=%lld sha256digest=%*64[0-9a-f]%n", &size, &used) == 1);
        MUST(size == it->size);
        p += used;
    }
    MUST(strcmp(p, "\n") == 0);
}

static void lines(input *in) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(1 << 20);
    static const unsigned char digest[ENTRY_DIGEST_SIZE];
    forged f = forge_member(in);
    MUST(entry_line(&b, &f.it, digest, &e) == 0);
    check_line(b.data, &f.it);
    const char *why = name_fault(f.name, strlen(f.name));
    MUST(why || (f.name[0] != '/' && !strstr(f.name, "//") && strcmp(f.name, "..") != 0 &&
                 strncmp(f.name, "../", 3) != 0 && !strstr(f.name, "/../")));
    buffer_free(&b);
    forge_free(&f);
}

/* What a manifest must say to be right, looked up by cJSON alone. */
static bool says(const cJSON *tree, const char *key, double want) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, key);
    return cJSON_IsNumber(item) && item->valuedouble >= want && item->valuedouble <= want;
}

static void manifests(input *in) {
    error e = ERROR_INIT;
    buffer tar = BUFFER_INIT(1 << 20);
    buffer list = BUFFER_INIT(1 << 16);
    buffer out = BUFFER_INIT(2 << 20);
    char hex[SHA256_HEX_SIZE];
    size_t n;
    const char *text = input_bytes(in, 60000, &n);
    forge_file(&tar, &list, "config/.env", "A=1\n", 4);
    MUST(hash_sha256_of(list.data, list.length, hex, &e) == 0);
    forge_file(&tar, NULL, PACK_ENTRIES, list.data, list.length);
    forge_file(&tar, NULL, PACK_MANIFEST, text, n);
    forge_gzip(&tar, true, &out);
    bundle *b = bundle_open_fd(input_file(out.data, out.length), "fuzz", NULL, &e);
    MUST(b != NULL);
    if (bundle_verify(b, &e) == 0) {
        cJSON *tree = cJSON_ParseWithLength(text, n);
        const cJSON *sum = cJSON_GetObjectItemCaseSensitive(tree, "entries_sha256");
        MUST(says(tree, "format", 1) && says(tree, "entries", 1) && says(tree, "bytes", 4));
        MUST(cJSON_IsString(sum) && strcmp(sum->valuestring, hex) == 0);
        cJSON_Delete(tree);
    } else {
        MUST(e.kind == ERROR_ARCHIVE && e.message[0] != '\0');
    }
    bundle_free(b);
    buffer_free(&tar);
    buffer_free(&list);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    if (input_byte(&in) % 2 == 0) {
        lines(&in);
    } else {
        manifests(&in);
    }
    return 0;
}
