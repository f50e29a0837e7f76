#include "docker/image.h"

#include <string.h>
#include "docker/call.h"
#include "http/url.h"
#include "json/json_guard.h"

static int read_line(const char *line, size_t n, const char *op, const char *subject, buffer *id,
                     error *e) {
    cJSON *tree = json_parse(line, n, e);
    if (tree == NULL) {
        return -1;
    }
    const char *detail = json_text(json_get(tree, "errorDetail"), "message");
    const char *bad = json_text(tree, "error");
    bad = detail != NULL && (bad == NULL || detail[0] != '\0') ? detail : bad;
    const char *status = json_text(tree, "status");
    int rc = 0;
    if (bad != NULL) {
        rc = error_set(e, ERROR_ENGINE, 0, op, subject, "%s",
                       bad[0] != '\0' ? bad : "it failed, and the Engine does not say why");
    } else if (status != NULL) {
        buffer_clear(id);
        rc = buffer_append_text(id, status, e);
    }
    cJSON_Delete(tree);
    return rc;
}

int docker_read_progress(const char *text, size_t n, const char *op, const char *subject,
                         buffer *id, error *e) {
    while (n > 0) {
        const char *end = memchr(text, '\n', n);
        size_t length = end == NULL ? n : (size_t)(end - text);
        size_t used = end == NULL ? n : length + 1;
        while (length > 0 && text[length - 1] == '\r') {
            length--;
        }
        if (length > 0 && read_line(text, length, op, subject, id, e) != 0) {
            return -1;
        }
        text += used;
        n -= used;
    }
    return 0;
}

/* A word of a Dockerfile in double quotes. */
static int quote(buffer *b, const char *text, error *e) {
    if (buffer_append_text(b, "\"", e) != 0) {
        return -1;
    }
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ') {
            return error_set(e, ERROR_ENGINE, 0, "import", "",
                             "a label must not hold control bytes");
        }
        if (strchr("\"\\$", *text) != NULL && buffer_append_text(b, "\\", e) != 0) {
            return -1;
        }
        if (buffer_append(b, text, 1, e) != 0) {
            return -1;
        }
    }
    return buffer_append_text(b, "\"", e);
}

static int add_label(buffer *url, const char *key, const char *value, error *e) {
    buffer change = BUFFER_INIT((size_t)64 * 1024);
    int rc = buffer_append_text(&change, "LABEL ", e) != 0 || quote(&change, key, e) != 0 ||
                     buffer_append_text(&change, "=", e) != 0 || quote(&change, value, e) != 0
                 ? -1
                 : url_query(url, "changes", change.data, e);
    buffer_free(&change);
    return rc;
}

/* The tag stands after the last colon, unless that is a registry's port. */
static int add_ref(buffer *url, const char *ref, error *e) {
    const char *slash = strrchr(ref, '/');
    const char *colon = strrchr(slash == NULL ? ref : slash, ':');
    buffer repo = BUFFER_INIT(4096);
    int rc =
        buffer_append(&repo, ref, colon == NULL ? strlen(ref) : (size_t)(colon - ref), e) != 0 ||
                url_query(url, "repo", repo.data, e) != 0
            ? -1
            : url_query(url, "tag", colon == NULL ? "latest" : colon + 1, e);
    buffer_free(&repo);
    return rc;
}

int docker_import_empty(docker_client *c, const char *ref, const char *const *labels, buffer *id,
                        error *e) {
    static const char tar[1024]; /* two empty blocks: a tar without entries */
    buffer url = BUFFER_INIT((size_t)256 * 1024);
    http_response answer = {0};
    int rc =
        buffer_append_text(&url, "/images/create?fromSrc=-", e) != 0 ? -1 : add_ref(&url, ref, e);
    for (; rc == 0 && labels != NULL && labels[0] != NULL; labels += 2) {
        rc = add_label(&url, labels[0], labels[1], e);
    }
    if (rc == 0) {
        docker_call call = {.method = "POST",
                            .path = url.data,
                            .op = "import",
                            .subject = ref,
                            .body = tar,
                            .body_size = sizeof tar,
                            .type = "application/x-tar",
                            .timeout = DOCKER_TIMEOUT};
        rc = docker_run(c, &call, &answer, e);
    }
    if (rc == 0) {
        rc = docker_read_progress(answer.body.data, answer.body.length, "import", ref, id, e);
    }
    if (rc == 0 && (id->data == NULL || strncmp(id->data, "sha256:", 7) != 0)) {
        rc = error_set(e, ERROR_ENGINE, 0, "import", ref, "the Engine gave no id");
    }
    http_response_free(&answer);
    buffer_free(&url);
    return rc;
}
