#include "archive/entry.h"

#include <string.h>
#include "base/text.h"
#include "hash/sha256.h"

const char *entry_type_name(entry_type type) {
    static const char *const names[] = {"file", "directory", "symlink", "hardlink", "other"};
    return names[type];
}

/* mtree's word: a hard link is a file whose content is that of another entry. */
static const char *type_word(entry_type type) {
    switch (type) {
    case ENTRY_FOLDER:
        return "dir";
    case ENTRY_SYMLINK:
        return "link";
    case ENTRY_FILE:
    case ENTRY_HARDLINK:
    case ENTRY_OTHER:
        break;
    }
    return "file";
}

/* Plain are the printable ASCII characters that mtree gives no meaning. */
static int is_plain(unsigned char c) {
    return c > 0x20 && c < 0x7f && !strchr("\\#*?[=", c);
}

static int append_escaped(buffer *b, const char *text, error *e) {
    for (const char *p = text; *p != '\0';) {
        size_t n = 0;
        while (is_plain((unsigned char)p[n])) {
            n++;
        }
        if (buffer_append(b, p, n, e) != 0) {
            return -1;
        }
        p += n;
        if (*p != '\0' && buffer_format(b, e, "\\%03o", (unsigned)(unsigned char)*p++) != 0) {
            return -1;
        }
    }
    return 0;
}

static int append_target(buffer *b, const entry *it, error *e) {
    const char *key = it->type == ENTRY_SYMLINK ? " link=" : " contents=./";
    if (!it->link) {
        return 0;
    }
    if (buffer_append_text(b, key, e) != 0) {
        return -1;
    }
    return append_escaped(b, it->link, e);
}

static int append_content(buffer *b, const entry *it, const unsigned char *digest, error *e) {
    char hex[2 * ENTRY_CAPABILITY_MAX + 1];
    if (it->type == ENTRY_FILE) {
        hash_hex(digest, ENTRY_DIGEST_SIZE, hex);
        if (buffer_format(b, e, " size=%lld sha256digest=%s", it->size, hex) != 0) {
            return -1;
        }
    }
    if (it->capability_length > 0) {
        hash_hex(it->capability, it->capability_length, hex);
        if (buffer_format(b, e, " xattr.security.capability=%s", hex) != 0) {
            return -1;
        }
    }
    return 0;
}

int entry_line(buffer *b, const entry *it, const unsigned char digest[ENTRY_DIGEST_SIZE],
               error *e) {
    if (buffer_append_text(b, "./", e) != 0 || append_escaped(b, it->name, e) != 0) {
        return -1;
    }
    if (buffer_format(b, e, " type=%s mode=%04o uid=%lld gid=%lld time=%lld.0", type_word(it->type),
                      it->mode, it->uid, it->gid, it->mtime) != 0) {
        return -1;
    }
    if (append_target(b, it, e) != 0 || append_content(b, it, digest, e) != 0) {
        return -1;
    }
    return buffer_append_text(b, "\n", e);
}

int entry_fault(error *e, const char *op, const char *name, const char *message) {
    char shown[sizeof e->subject];
    text_escape_to(shown, sizeof shown, name, strlen(name));
    return error_set(e, ERROR_ARCHIVE, 0, op, shown, "%s", message);
}
