#include "docker/call.h"
#include "docker/containers.h"
#include "docker/frames.h"
#include "docker/path.h"
#include "json/json_guard.h"

/* The output of a container with a terminal is not multiplexed; nothing in the answer itself tells.
 */
static int has_terminal(docker_client *c, const char *container, const char *subject, error *e) {
    buffer path = BUFFER_INIT(4096);
    http_response answer = {0};
    int rc = docker_path(&path, "/containers/", container, "/json", e);
    if (rc == 0) {
        docker_call call = {
            .path = path.data, .op = "logs", .subject = subject, .timeout = DOCKER_TIMEOUT};
        rc = docker_run(c, &call, &answer, e);
    }
    cJSON *tree = rc == 0 ? json_parse(answer.body.data, answer.body.length, e) : NULL;
    rc = tree == NULL ? -1 : cJSON_IsTrue(json_get(json_get(tree, "Config"), "Tty"));
    cJSON_Delete(tree);
    http_response_free(&answer);
    buffer_free(&path);
    return rc;
}

static int take(void *user, int stream, const void *data, size_t n, error *e) {
    (void)stream;
    return buffer_append(user, data, n, e);
}

int docker_logs(docker_client *c, const char *container, const char *subject, int tail,
                bool with_stderr, buffer *out, error *e) {
    buffer path = BUFFER_INIT(4096);
    http_response answer = {0};
    int terminal = has_terminal(c, container, subject, e);
    int rc = terminal < 0 ? -1 : docker_path(&path, "/containers/", container, "/logs?stdout=1", e);
    if (rc == 0) {
        rc = buffer_format(&path, e, "&stderr=%d", with_stderr ? 1 : 0);
    }
    if (rc == 0 && tail > 0) {
        rc = buffer_format(&path, e, "&tail=%d", tail);
    }
    if (rc == 0) {
        docker_call call = {
            .path = path.data, .op = "logs", .subject = subject, .timeout = DOCKER_TIMEOUT};
        rc = docker_run(c, &call, &answer, e);
    }
    if (rc == 0 && terminal) {
        rc = buffer_append(out, answer.body.data, answer.body.length, e);
    } else if (rc == 0) {
        frames f = FRAMES_INIT;
        rc = frames_feed(&f, answer.body.data, answer.body.length, take, out, e) != 0
                 ? -1
                 : frames_finish(&f, e);
    }
    http_response_free(&answer);
    buffer_free(&path);
    return rc;
}
