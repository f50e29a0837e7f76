/* The two JSON documents that a pass reads. */
#include <string.h>
#include <cJSON.h>
#include "archive/bundle_inside.h"
#include "json/json_guard.h"

static int fault(const char *name, const char *why, error *e) {
    return entry_fault(e, "verify", name, why);
}

/* The text as an object; NULL with kind ARCHIVE: a bad document is a bad archive. */
static cJSON *object(const buffer *text, const char *name, error *e) {
    error why = ERROR_INIT;
    cJSON *tree = json_parse(text->data ? text->data : "", text->length, &why);
    if (!tree) {
        error_set(e, ERROR_ARCHIVE, 0, "verify", name, "%s", why.message);
        return NULL;
    }
    if (!cJSON_IsObject(tree)) {
        fault(name, "not a JSON object", e);
        cJSON_Delete(tree);
        return NULL;
    }
    return tree;
}

static bool has_integer(const cJSON *tree, const char *key, long long want) {
    long long value;
    return json_integer(json_get(tree, key), &value) && value == want;
}

static const char *manifest_fault(const bundle *b, const cJSON *tree) {
    char sum[SHA256_HEX_SIZE];
    const char *said = json_text(tree, "entries_sha256");
    hash_hex(b->list_sum, sizeof b->list_sum, sum);
    if (!has_integer(tree, "format", PACK_FORMAT)) {
        return "a format that this version does not know";
    }
    if (!has_integer(tree, "entries", rules_entries(b->rules))) {
        return "another number of entries than the archive holds";
    }
    if (!has_integer(tree, "bytes", rules_bytes(b->rules))) {
        return "another number of bytes than the archive holds";
    }
    return said && strcmp(said, sum) == 0 ? NULL : "another SHA-256 of " PACK_ENTRIES;
}

int bundle_check_manifest(bundle *b, error *e) {
    cJSON *tree = object(&b->manifest, PACK_MANIFEST, e);
    if (!tree) {
        return -1;
    }
    const char *why = manifest_fault(b, tree);
    cJSON_Delete(tree);
    return why ? fault(PACK_MANIFEST, why, e) : 0;
}

int bundle_check_version(bundle *b, error *e) {
    cJSON *tree = object(&b->version, BUNDLE_VERSION, e);
    if (!tree) {
        return -1;
    }
    b->version_seen = true;
    cJSON_Delete(tree);
    return 0;
}
