#include "docker/exec.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include "base/interrupt.h"
#include "docker/call.h"
#include "docker/frames.h"
#include "docker/path.h"
#include "json/json_guard.h"

#define SHIELDED_TIMEOUT 5.0

static int add_string(buffer *b, const char *text, error *e) {
    return json_print_string(text, strlen(text), b, e);
}

static int add_list(buffer *b, const char *key, const char *const *list, const char *extra,
                    error *e) {
    const char *comma = "";
    if (buffer_format(b, e, ",\"%s\":[", key) != 0) {
        return -1;
    }
    for (; list != NULL && *list != NULL; list++, comma = ",") {
        if (buffer_append_text(b, comma, e) != 0 || add_string(b, *list, e) != 0) {
            return -1;
        }
    }
    if (extra != NULL && (buffer_append_text(b, comma, e) != 0 || add_string(b, extra, e) != 0)) {
        return -1;
    }
    return buffer_append_text(b, "]", e);
}

static int add_field(buffer *b, const char *key, const char *value, error *e) {
    if (value == NULL) {
        return 0;
    }
    return buffer_format(b, e, ",\"%s\":", key) != 0 ? -1 : add_string(b, value, e);
}

static int write_body(buffer *b, const docker_exec_request *r, const char *marker, error *e) {
    char mark[64];
    snprintf(mark, sizeof mark, "HOSSKEEP_EXEC=%s", marker == NULL ? "" : marker);
    return buffer_append_text(b, "{\"AttachStdout\":true,\"AttachStderr\":true", e) != 0 ||
                   add_list(b, "Cmd", r->argv, NULL, e) != 0 ||
                   add_list(b, "Env", r->env, marker == NULL ? NULL : mark, e) != 0 ||
                   add_field(b, "User", r->user, e) != 0 ||
                   add_field(b, "WorkingDir", r->workdir, e) != 0
               ? -1
               : buffer_append_text(b, "}", e);
}

static int read_id(const http_response *answer, buffer *id, error *e) {
    cJSON *tree = json_parse(answer->body.data, answer->body.length, e);
    if (tree == NULL) {
        return -1;
    }
    const char *text = json_text(tree, "Id");
    int rc = text == NULL ? error_set(e, ERROR_ENGINE, 0, "exec", "", "the Engine gave no id")
                          : buffer_append_text(id, text, e);
    cJSON_Delete(tree);
    return rc;
}

int exec_create(docker_client *c, const docker_exec_request *r, const char *marker, bool shielded,
                buffer *id, error *e) {
    buffer path = BUFFER_INIT(4096);
    buffer body = BUFFER_INIT((size_t)4 * 1024 * 1024);
    http_response answer = {0};
    int rc = -1;
    if (docker_path(&path, "/containers/", r->container, "/exec", e) == 0 &&
        write_body(&body, r, marker, e) == 0) {
        docker_call call = {.method = "POST",
                            .path = path.data,
                            .op = "exec",
                            .subject = r->subject,
                            .body = body.data,
                            .body_size = body.length,
                            .timeout = shielded ? SHIELDED_TIMEOUT : DOCKER_TIMEOUT,
                            .shielded = shielded};
        rc = docker_run(c, &call, &answer, e);
        rc = rc == 0 ? read_id(&answer, id, e) : rc;
    }
    http_response_free(&answer);
    buffer_free(&path);
    buffer_free(&body);
    return rc;
}

reader *exec_start(docker_client *c, const docker_exec_request *r, const char *id, bool shielded,
                   error *e) {
    static const char body[] = "{\"Detach\":false,\"Tty\":false}";
    buffer path = BUFFER_INIT(4096);
    reader *output = NULL;
    if (docker_path(&path, "/exec/", id, "/start", e) == 0) {
        docker_call call = {.method = "POST",
                            .path = path.data,
                            .op = "exec",
                            .subject = r->subject,
                            .body = body,
                            .body_size = sizeof body - 1,
                            .timeout = shielded ? SHIELDED_TIMEOUT : 0,
                            .shielded = shielded};
        output = docker_open(c, &call, e);
    }
    buffer_free(&path);
    return output;
}

int exec_state(docker_client *c, const docker_exec_request *r, const char *id, bool shielded,
               int *code, error *e) {
    buffer path = BUFFER_INIT(4096);
    http_response answer = {0};
    int rc = -1;
    if (docker_path(&path, "/exec/", id, "/json", e) == 0) {
        docker_call call = {.path = path.data,
                            .op = "exec",
                            .subject = r->subject,
                            .timeout = shielded ? SHIELDED_TIMEOUT : DOCKER_TIMEOUT,
                            .shielded = shielded};
        rc = docker_run(c, &call, &answer, e);
    }
    cJSON *tree = rc == 0 ? json_parse(answer.body.data, answer.body.length, e) : NULL;
    if (tree != NULL) {
        const cJSON *exit = json_get(tree, "ExitCode");
        rc = cJSON_IsTrue(json_get(tree, "Running")) || !cJSON_IsNumber(exit) ? 1 : 0;
        *code = rc == 0 ? exit->valueint : 0;
    } else {
        rc = -1;
    }
    cJSON_Delete(tree);
    http_response_free(&answer);
    buffer_free(&path);
    return rc;
}

typedef struct capture {
    const docker_exec_request *request;
    docker_exec_result *result;
} capture;

/* What is told of a failure is at the end, so of a flood the end is kept. */
static int keep_last(buffer *b, const char *data, size_t n, error *e) {
    if (n > b->max) {
        data += n - b->max;
        n = b->max;
    }
    if (b->length + n > b->max) {
        size_t drop = b->length + n - b->max;
        drop = drop < b->length / 2 ? b->length / 2 : drop; /* not one move for each line */
        memmove(b->data, b->data + drop, b->length - drop);
        b->length -= drop;
    }
    return buffer_append(b, data, n, e);
}

static int take_output(void *user, int stream, const void *data, size_t n, error *e) {
    capture *c = user;
    if (stream == FRAME_SYSTEM) {
        return error_set(e, ERROR_ENGINE, 0, "exec", c->request->subject, "%.*s", (int)n,
                         (const char *)data);
    }
    if (stream == FRAME_STDERR) {
        return keep_last(&c->result->err, data, n, e);
    }
    if (c->request->moved != NULL) {
        *c->request->moved += (long long)n;
    }
    if (c->request->to != NULL) {
        return writer_write(c->request->to, data, n, e);
    }
    if (c->result->out.length + n > c->request->max_output) {
        return error_set(e, ERROR_LIMIT, (long)c->request->max_output, "exec", c->request->subject,
                         "more than %zu bytes of output", c->request->max_output);
    }
    return buffer_append(&c->result->out, data, n, e);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int too_late(const docker_exec_request *r, error *e) {
    return error_set(e, ERROR_TIMEOUT, 0, "exec", r->subject, "still running after %g s",
                     r->timeout);
}

static int read_output(const docker_exec_request *r, reader *output, capture *c, double deadline,
                       error *e) {
    frames f = FRAMES_INIT;
    char data[32768];
    for (;;) {
        if (deadline > 0) {
            int ready = http_reader_poll(output, deadline - now(), e);
            if (ready <= 0) {
                return ready < 0 ? -1 : too_late(r, e);
            }
        }
        ssize_t n = reader_read(output, data, sizeof data, e);
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            return frames_finish(&f, e);
        }
        if (frames_feed(&f, data, (size_t)n, take_output, c, e) != 0) {
            return -1;
        }
    }
}

/* The output ends a moment before the Engine knows the exit code, or long before when a program
 * closes it. */
static int await_code(docker_client *c, const docker_exec_request *r, const char *id,
                      double deadline, int *code, error *e) {
    double pause = 0.005;
    for (;;) {
        int state = exec_state(c, r, id, false, code, e);
        if (state <= 0) {
            return state;
        }
        if (deadline > 0 && now() > deadline) {
            return too_late(r, e);
        }
        if (interrupt_sleep(pause, e) != 0) {
            return -1;
        }
        pause = pause < 0.2 ? pause * 2 : 0.2;
    }
}

static int make_marker(char *out, size_t size, error *e) {
    unsigned char bytes[12];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        return error_errno(e, "exec", "marker");
    }
    for (size_t i = 0; i < sizeof bytes && 2 * i + 3 <= size; i++) {
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
    return 0;
}

static int run_started(docker_client *c, const docker_exec_request *r, const char *id,
                       docker_exec_result *out, error *e) {
    double deadline = r->timeout > 0 ? now() + r->timeout : 0;
    capture taken = {r, out};
    reader *output = exec_start(c, r, id, false, e);
    if (output == NULL) {
        return -1;
    }
    int rc = read_output(r, output, &taken, deadline, e);
    reader_free(output);
    return rc == 0 ? await_code(c, r, id, deadline, &out->code, e) : rc;
}

int docker_exec(docker_client *c, const docker_exec_request *r, docker_exec_result *out, error *e) {
    char marker[32];
    buffer id = BUFFER_INIT(256);
    *out = (docker_exec_result){
        .out = BUFFER_INIT(r->max_output),
        .err = BUFFER_INIT(r->max_output),
    };
    int rc = make_marker(marker, sizeof marker, e);
    if (rc == 0 && (rc = exec_create(c, r, marker, false, &id, e)) == 0) {
        rc = run_started(c, r, id.data, out, e);
        /* what the Engine refused to start does not run */
        if (rc != 0 && !(e->kind == ERROR_ENGINE && e->code >= 400)) {
            docker_exec_kill(c, r, id.data, marker);
        }
    }
    if (rc != 0 && e->subject[0] == '\0') {
        snprintf(e->subject, sizeof e->subject, "%s", r->subject);
    }
    buffer_free(&id);
    return rc;
}

void docker_exec_result_free(docker_exec_result *result) {
    buffer_free(&result->out);
    buffer_free(&result->err);
}

/* The last line that is not empty. */
static const char *last_line(const buffer *b, int *length) {
    size_t end = b->length;
    while (end > 0 && (unsigned char)b->data[end - 1] <= ' ') {
        end--;
    }
    size_t start = end;
    while (start > 0 && b->data[start - 1] != '\n') {
        start--;
    }
    *length = end - start > 600 ? 600 : (int)(end - start);
    return b->data == NULL ? "" : b->data + start;
}

int docker_exec_check(const docker_exec_request *r, const docker_exec_result *result, error *e) {
    if (result->code == 0) {
        return 0;
    }
    int length = 0;
    const char *line = last_line(&result->err, &length);
    if (length == 0 && (result->code == 126 || result->code == 127)) {
        line = last_line(&result->out, &length); /* the Engine's own words come there */
    }
    return error_set(e, ERROR_EXEC, result->code, "exec", r->subject, "exit code %d%s%.*s",
                     result->code, length > 0 ? ": " : "", length, line);
}
