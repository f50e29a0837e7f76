#include "docker/call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json/json_guard.h"

int docker_refusal(const http_response *answer, const docker_call *call, error *e) {
    error ignored = ERROR_INIT;
    cJSON *tree = answer->body.length == 0
                      ? NULL
                      : json_parse(answer->body.data, answer->body.length, &ignored);
    const char *message = json_text(tree, "message");
    if (message == NULL || message[0] == '\0') {
        http_status_error(answer, "", &ignored);
        message = ignored.message;
    }
    error_set(e, ERROR_ENGINE, answer->status, call->op, call->subject, "%s", message);
    cJSON_Delete(tree);
    return -1;
}

/* A connection that failed: what the operator can do about it. Waits that ended otherwise keep
 * their kind. */
static int unreachable(docker_client *c, const docker_call *call, int os_errno, error *e) {
    char reason[sizeof e->message];
    if (e->kind != ERROR_HTTP) {
        snprintf(e->op, sizeof e->op, "%s", call->op);
        snprintf(e->subject, sizeof e->subject, "%s", call->subject);
        return -1;
    }
    memcpy(reason, e->message, sizeof reason);
    if (os_errno == EACCES || os_errno == EPERM) {
        return error_set(e, ERROR_ENGINE, 0, "connect", docker_host(c),
                         "permission denied: is the user in the group docker?");
    }
    if (os_errno == ENOENT || os_errno == ECONNREFUSED) {
        return error_set(e, ERROR_ENGINE, 0, "connect", docker_host(c),
                         "%s: is the Engine running?", reason);
    }
    return error_set(e, ERROR_ENGINE, 0, call->op, call->subject, "%s", reason);
}

int docker_run(docker_client *c, const docker_call *call, http_response *out, error *e) {
    buffer url = BUFFER_INIT((size_t)1024 * 1024);
    http_headers headers = HTTP_HEADERS_INIT;
    http_request request;
    *out = (http_response){0};
    int rc = client_request(c, call, &url, &headers, &request, e);
    if (rc == 0 && http_perform(client_http(c), &request, out, e) != 0) {
        rc = unreachable(c, call, out->os_errno, e);
    }
    if (rc == 0 && out->status >= 400 && !call->any_status) {
        rc = docker_refusal(out, call, e);
    }
    buffer_free(&url);
    http_headers_free(&headers);
    return rc;
}

long docker_do(docker_client *c, const docker_call *call, bool absent, error *e) {
    http_response answer = {0};
    int rc = docker_run(c, call, &answer, e);
    long status = answer.status;
    http_response_free(&answer);
    if (rc != 0) {
        return absent && e->kind == ERROR_ENGINE && e->code == 404 ? 404 : -1;
    }
    return status;
}

/* The body of a refusal, so that it can be decoded. */
static int refused(reader *r, const docker_call *call, error *e) {
    http_response copy = {.status = http_reader_response(r)->status,
                          .body = BUFFER_INIT((size_t)64 * 1024)};
    char data[4096];
    error ignored = ERROR_INIT;
    ssize_t n;
    while ((n = reader_read(r, data, sizeof data, &ignored)) > 0 &&
           buffer_append(&copy.body, data, (size_t)n, &ignored) == 0) {
    }
    docker_refusal(&copy, call, e);
    buffer_free(&copy.body);
    return -1;
}

reader *docker_open(docker_client *c, const docker_call *call, error *e) {
    buffer url = BUFFER_INIT((size_t)1024 * 1024);
    http_headers headers = HTTP_HEADERS_INIT;
    http_request request;
    reader *r = NULL;
    if (client_request(c, call, &url, &headers, &request, e) == 0) {
        r = http_open(client_http(c), &request, e);
        if (r == NULL) {
            unreachable(c, call, 0, e);
        } else if (http_reader_response(r)->status >= 400) {
            refused(r, call, e);
            reader_free(r);
            r = NULL;
        }
    }
    buffer_free(&url);
    http_headers_free(&headers);
    return r;
}

/* A writer around HTTP's that speaks of the Engine in its errors. */
typedef struct upload {
    writer base; /* first: this is what callers hold */
    writer *inner;
    docker_client *client;
    char op[48];
    char subject[512];
} upload;

static int explain(upload *u, error *e) {
    const http_response *answer = http_writer_response(u->inner);
    docker_call call = {.op = u->op, .subject = u->subject};
    return answer->status >= 400 ? docker_refusal(answer, &call, e)
                                 : unreachable(u->client, &call, answer->os_errno, e);
}

static int upload_write(writer *base, const void *data, size_t n, error *e) {
    upload *u = (upload *)base;
    return writer_write(u->inner, data, n, e) == 0 ? 0 : explain(u, e);
}

static int upload_finish(writer *base, error *e) {
    upload *u = (upload *)base;
    return writer_finish(u->inner, e) == 0 ? 0 : explain(u, e);
}

static void upload_free(writer *base) {
    upload *u = (upload *)base;
    writer_free(u->inner);
    docker_unref(u->client);
    free(u);
}

static const writer_ops upload_ops = {upload_write, upload_finish, upload_free};

writer *docker_upload(docker_client *c, const docker_call *call, error *e) {
    buffer url = BUFFER_INIT((size_t)1024 * 1024);
    http_headers headers = HTTP_HEADERS_INIT;
    http_request request;
    upload *u = calloc(1, sizeof *u);
    if (u == NULL) {
        error_errno(e, call->op, call->subject);
    } else if (client_request(c, call, &url, &headers, &request, e) == 0) {
        u->base.ops = &upload_ops;
        u->client = docker_ref(c);
        snprintf(u->op, sizeof u->op, "%s", call->op);
        snprintf(u->subject, sizeof u->subject, "%s", call->subject);
        u->inner = http_upload(client_http(c), &request, e);
    }
    if (u != NULL && u->inner == NULL) {
        docker_unref(u->client);
        free(u);
        u = NULL;
    }
    buffer_free(&url);
    http_headers_free(&headers);
    return u == NULL ? NULL : &u->base;
}
