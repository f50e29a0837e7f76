#include "docker/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_HOST "unix:///var/run/docker.sock"

static int set(char *to, size_t size, const char *text, error *e) {
    if ((size_t)snprintf(to, size, "%s", text) >= size) {
        return error_set(e, ERROR_ENGINE, 0, "connect", "", "the Engine's address is too long");
    }
    return 0;
}

static const char *from_environment(const char *name) {
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static const char *after(const char *text, const char *prefix) {
    size_t n = strlen(prefix);
    return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

static int set_tcp(docker_address *a, const char *rest, error *e) {
    size_t n = strcspn(rest, "/?#");
    if (n == 0 || strchr(rest, '@') != NULL || (rest[n] != '\0' && strcmp(rest + n, "/") != 0)) {
        return error_set(e, ERROR_ENGINE, 0, "connect", a->host, "not of the form tcp://HOST:PORT");
    }
    bool port = rest[n - 1] != ']' && memchr(rest, ':', n) != NULL;
    const char *add = port ? "" : (a->tls ? ":2376" : ":2375");
    int used = snprintf(a->url, sizeof a->url, "%s://%.*s%s", a->tls ? "https" : "http", (int)n,
                        rest, add);
    if (used < 0 || (size_t)used >= sizeof a->url) {
        return error_set(e, ERROR_ENGINE, 0, "connect", a->host,
                         "the Engine's address is too long");
    }
    return 0;
}

static int set_host(docker_address *a, error *e) {
    const char *rest = after(a->host, "unix://");
    if (rest != NULL) {
        if (rest[0] != '/') {
            return error_set(e, ERROR_ENGINE, 0, "connect", a->host,
                             "the socket's path must be absolute");
        }
        a->tls = false;
        return set(a->url, sizeof a->url, "http://docker", e) != 0
                   ? -1
                   : set(a->unix_path, sizeof a->unix_path, rest, e);
    }
    if ((rest = after(a->host, "https://")) != NULL) {
        a->tls = true;
        return set_tcp(a, rest, e);
    }
    if ((rest = after(a->host, "tcp://")) != NULL || (rest = after(a->host, "http://")) != NULL) {
        return set_tcp(a, rest, e);
    }
    return error_set(e, ERROR_ENGINE, 0, "connect", a->host,
                     "only unix://, tcp://, http:// and https:// can be used (DOCKER_HOST)");
}

static int set_pem(char *to, size_t size, const char *given, const char *folder, const char *name,
                   error *e) {
    char path[1024];
    if (given != NULL) {
        return set(to, size, given, e);
    }
    if (folder == NULL) {
        return 0;
    }
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path) {
        return error_set(e, ERROR_ENGINE, 0, "connect", "", "DOCKER_CERT_PATH is too long");
    }
    return set(to, size, path, e);
}

/* A folder is looked at only when something says that there are certificates in it. */
static const char *pem_folder(char *buffer, size_t size) {
    const char *folder = from_environment("DOCKER_CERT_PATH");
    if (folder != NULL) {
        return folder;
    }
    if (from_environment("DOCKER_TLS_VERIFY") == NULL && from_environment("DOCKER_TLS") == NULL) {
        return NULL;
    }
    const char *home = getenv("HOME");
    int used = snprintf(buffer, size, "%s/.docker", home == NULL ? "" : home);
    return used > 0 && (size_t)used < size ? buffer : NULL;
}

static int set_pems(docker_address *a, const docker_wish *wish, error *e) {
    char buffer[512];
    const char *folder = pem_folder(buffer, sizeof buffer);
    if (set_pem(a->ca, sizeof a->ca, wish->ca, folder, "ca.pem", e) != 0 ||
        set_pem(a->cert, sizeof a->cert, wish->cert, folder, "cert.pem", e) != 0) {
        return -1;
    }
    return set_pem(a->key, sizeof a->key, wish->key, folder, "key.pem", e);
}

int docker_address_find(docker_address *a, const docker_wish *wish, error *e) {
    *a = (docker_address){.verify = true};
    const char *host = wish->host != NULL ? wish->host : from_environment("DOCKER_HOST");
    bool verify = from_environment("DOCKER_TLS_VERIFY") != NULL;
    bool unverified = from_environment("DOCKER_TLS") != NULL && !verify;
    bool given = wish->ca != NULL || wish->cert != NULL;
    a->tls = wish->tls >= 0 ? wish->tls == 1 : verify || unverified || given;
    a->verify = wish->tls == 1 || wish->ca != NULL || !unverified;
    if (set(a->host, sizeof a->host, host != NULL ? host : DEFAULT_HOST, e) != 0 ||
        set_host(a, e) != 0) {
        return -1;
    }
    return a->tls ? set_pems(a, wish, e) : 0;
}
