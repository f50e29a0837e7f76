#include "docker/containers.h"

#include <string.h>
#include "docker/call.h"
#include "docker/path.h"
#include "http/url.h"
#include "json/json_guard.h"

int docker_filter_labels(buffer *path, const char *const *labels, error *e) {
    buffer filter = BUFFER_INIT((size_t)256 * 1024);
    int rc = buffer_append_text(&filter, "{\"label\":[", e);
    const char *comma = "";
    for (; rc == 0 && *labels != NULL; labels++, comma = ",") {
        rc = buffer_append_text(&filter, comma, e) != 0
                 ? -1
                 : json_print_string(*labels, strlen(*labels), &filter, e);
    }
    if (rc == 0) {
        rc = buffer_append_text(&filter, "]}", e) != 0 ? -1
                                                       : url_query(path, "filters", filter.data, e);
    }
    buffer_free(&filter);
    return rc;
}

static long read_code(const http_response *answer, const char *subject, error *e) {
    long long code = -1;
    cJSON *tree = json_parse(answer->body.data ? answer->body.data : "", answer->body.length, e);
    if (tree == NULL) {
        return -1;
    }
    const char *bad = json_text(json_get(tree, "Error"), "Message");
    if (bad != NULL && bad[0] != '\0') {
        error_set(e, ERROR_ENGINE, 0, "wait", subject, "%s", bad);
    } else if (!json_integer(json_get(tree, "StatusCode"), &code) || code < 0) {
        error_set(e, ERROR_ENGINE, 0, "wait", subject, "the Engine gave no exit code");
        code = -1;
    }
    cJSON_Delete(tree);
    return (long)code;
}

long docker_wait(docker_client *c, const char *container, const char *subject, double timeout,
                 error *e) {
    buffer path = BUFFER_INIT(4096);
    http_response answer = {0};
    long code = -1;
    if (docker_path(&path, "/containers/", container, "/wait", e) == 0) {
        docker_call call = {.method = "POST",
                            .path = path.data,
                            .op = "wait",
                            .subject = subject,
                            .timeout = timeout};
        if (docker_run(c, &call, &answer, e) == 0) {
            code = read_code(&answer, subject, e);
        }
    }
    http_response_free(&answer);
    buffer_free(&path);
    return code;
}
