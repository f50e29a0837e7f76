#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "docker/call.h"

/* Versions that this code was written for: what a newer Engine adds is not used. */
#define OLDEST_MINOR 25
#define NEWEST_MINOR 43

struct docker_client {
    atomic_int references;
    http_client *http;
    docker_address address;
    char api[16];
};

docker_client *docker_ref(docker_client *c) {
    atomic_fetch_add(&c->references, 1);
    return c;
}

void docker_unref(docker_client *c) {
    if (c == NULL || atomic_fetch_sub(&c->references, 1) != 1) {
        return;
    }
    http_client_unref(c->http);
    free(c);
}

const char *docker_api(const docker_client *c) {
    return c->api;
}

const char *docker_host(const docker_client *c) {
    return c->address.host;
}

http_client *client_http(docker_client *c) {
    return c->http;
}

static int copy_headers(http_headers *to, const docker_call *call, error *e) {
    const http_headers *from = call->headers;
    for (size_t i = 0; from != NULL && i < from->count; i++) {
        const char *value = from->list[i].value;
        if (http_headers_add(to, from->list[i].name, value, strlen(value), e) != 0) {
            return -1;
        }
    }
    const char *type = call->type != NULL ? call->type : "application/json";
    if ((call->body == NULL && call->type == NULL) ||
        http_headers_get(to, "Content-Type") != NULL) {
        return 0;
    }
    return http_headers_add(to, "Content-Type", type, strlen(type), e);
}

static const char *or_null(const char *text) {
    return text[0] == '\0' ? NULL : text;
}

int client_request(docker_client *c, const docker_call *call, buffer *url, http_headers *headers,
                   http_request *request, error *e) {
    const docker_address *a = &c->address;
    int rc = call->unversioned ? buffer_format(url, e, "%s%s", a->url, call->path)
                               : buffer_format(url, e, "%s/v%s%s", a->url, c->api, call->path);
    if (rc != 0 || copy_headers(headers, call, e) != 0) {
        return -1;
    }
    *request = (http_request){
        .method = call->method,
        .url = url->data,
        .headers = headers,
        .body = call->body,
        .body_size = call->body_size,
        .size = -1,
        .max_size = call->max_size != 0 ? call->max_size : (size_t)64 * 1024 * 1024,
        .timeout = call->timeout,
        .shielded = call->shielded,
        .unix_path = or_null(a->unix_path),
        .ca = or_null(a->ca),
        .cert = or_null(a->cert),
        .key = or_null(a->key),
        .insecure = !a->verify,
        .moved = call->moved,
    };
    return 0;
}

/* N of "1.N", or -1 when it is no such version. */
static int minor_of(const char *version) {
    if (version == NULL || strncmp(version, "1.", 2) != 0) {
        return -1;
    }
    size_t digits = strspn(version + 2, "0123456789");
    return digits > 0 && digits < 6 && version[2 + digits] == '\0' ? atoi(version + 2) : -1;
}

/* Takes the smaller of what the Engine offers and what we know. */
static int agree(docker_client *c, const char *offered, error *e) {
    int minor = minor_of(offered);
    if (minor < 0) {
        return error_set(e, ERROR_ENGINE, 0, "connect", c->address.host,
                         "no Docker Engine answers there");
    }
    if (minor < OLDEST_MINOR) {
        return error_set(e, ERROR_ENGINE, 0, "connect", c->address.host,
                         "the Engine is too old: API 1.%d, 1.%d is needed", minor, OLDEST_MINOR);
    }
    int known = minor < NEWEST_MINOR ? minor : NEWEST_MINOR;
    snprintf(c->api, sizeof c->api, "1.%d", known);
    return 0;
}

static int ping(docker_client *c, error *e) {
    docker_call call = {.path = "/_ping",
                        .op = "connect",
                        .subject = c->address.host,
                        .unversioned = true,
                        .timeout = 30,
                        .max_size = (size_t)64 * 1024};
    http_response answer = {0};
    int rc = docker_run(c, &call, &answer, e);
    if (rc == 0) {
        rc = agree(c, http_headers_get(&answer.headers, "api-version"), e);
    }
    http_response_free(&answer);
    return rc;
}

docker_client *docker_connect(const docker_address *address, error *e) {
    docker_client *c = calloc(1, sizeof *c);
    if (c == NULL) {
        error_errno(e, "connect", address->host);
        return NULL;
    }
    atomic_init(&c->references, 1);
    c->address = *address;
    c->http = http_client_new(e);
    if (c->http == NULL || ping(c, e) != 0) {
        docker_unref(c);
        return NULL;
    }
    return c;
}
