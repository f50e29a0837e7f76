#include "docker/copy.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "docker/call.h"
#include "docker/path.h"
#include "http/url.h"
#include "json/json_guard.h"

/* Go's os.FileMode. */
#define GO_DIRECTORY (1LL << 31)
#define GO_SYMLINK (1LL << 27)
#define GO_SETUID (1LL << 23)
#define GO_SETGID (1LL << 22)
#define GO_STICKY (1LL << 20)
#define GO_KIND (GO_DIRECTORY | GO_SYMLINK | 1LL << 26 | 1LL << 25 | 1LL << 24 | 1LL << 19)

static int digit(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(digits, c == '-' ? '+' : (c == '_' ? '/' : c));
    return at == NULL ? -1 : (int)(at - digits);
}

static int decode(const char *text, buffer *out, error *e) {
    unsigned bits = 0;
    int have = 0;
    for (; *text != '\0' && *text != '='; text++) {
        int d = digit(*text);
        if (d < 0) {
            return error_set(e, ERROR_ENGINE, 0, "stat", "", "the Engine's answer is not base64");
        }
        bits = (bits << 6 | (unsigned)d) & 0xffffu;
        have += 6;
        if (have >= 8) {
            have -= 8;
            char byte = (char)(unsigned char)(bits >> have & 0xffu);
            if (buffer_append(out, &byte, 1, e) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* "2022-01-31T12:30:00.25+01:00" in seconds; 0 when it is none. */
static double parse_time(const char *text) {
    struct tm t = {0};
    double seconds = 0;
    int used = 0;
    int hours = 0;
    int minutes = 0;
    if (text == NULL || sscanf(text, "%4d-%2d-%2dT%2d:%2d:%lf%n", &t.tm_year, &t.tm_mon, &t.tm_mday,
                               &t.tm_hour, &t.tm_min, &seconds, &used) != 6) {
        return 0;
    }
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    const char *zone = text + used;
    double offset = 0;
    if ((*zone == '+' || *zone == '-') && sscanf(zone + 1, "%2d:%2d", &hours, &minutes) == 2) {
        offset = (hours * 60 + minutes) * (*zone == '-' ? -60.0 : 60.0);
    }
    return (double)timegm(&t) + seconds - offset;
}

static const char *kind_of(long long mode) {
    if ((mode & GO_KIND) == 0) {
        return "file";
    }
    if (mode & GO_DIRECTORY) {
        return "directory";
    }
    return mode & GO_SYMLINK ? "symlink" : "other";
}

static char *duplicate(const char *text) {
    return strdup(text == NULL ? "" : text);
}

int docker_stat_parse(const char *header, docker_stat *out, error *e) {
    buffer text = BUFFER_INIT((size_t)256 * 1024);
    long long mode = 0;
    *out = (docker_stat){0};
    cJSON *tree = decode(header, &text, e) == 0
                      ? json_parse(text.data ? text.data : "", text.length, e)
                      : NULL;
    buffer_free(&text);
    if (tree == NULL) {
        return -1;
    }
    int rc = 0;
    if (!json_integer(json_get(tree, "mode"), &mode) ||
        !json_integer(json_get(tree, "size"), &out->size)) {
        rc = error_set(e, ERROR_ENGINE, 0, "stat", "", "the Engine's answer has no mode or size");
    } else {
        out->name = duplicate(json_text(tree, "name"));
        out->link = duplicate(json_text(tree, "linkTarget"));
        out->type = kind_of(mode);
        out->mode = (unsigned)(mode & 0777) | (mode & GO_SETUID ? 04000u : 0) |
                    (mode & GO_SETGID ? 02000u : 0) | (mode & GO_STICKY ? 01000u : 0);
        out->mtime = parse_time(json_text(tree, "mtime"));
        if (out->name == NULL || out->link == NULL) {
            docker_stat_free(out);
            rc = error_errno(e, "stat", "");
        }
    }
    cJSON_Delete(tree);
    return rc;
}

void docker_stat_free(docker_stat *s) {
    free(s->name);
    free(s->link);
    *s = (docker_stat){0};
}

static int archive_path(buffer *b, const char *container, const char *path, error *e) {
    return docker_path(b, "/containers/", container, "/archive", e) != 0
               ? -1
               : url_query(b, "path", path, e);
}

int docker_stat_path(docker_client *c, const char *container, const char *subject, const char *path,
                     docker_stat *out, error *e) {
    buffer url = BUFFER_INIT((size_t)64 * 1024);
    http_response answer = {0};
    int rc = archive_path(&url, container, path, e);
    if (rc == 0) {
        docker_call call = {.method = "HEAD",
                            .path = url.data,
                            .op = "stat",
                            .subject = subject,
                            .timeout = DOCKER_TIMEOUT,
                            .any_status = true};
        rc = docker_run(c, &call, &answer, e);
        const char *header = http_headers_get(&answer.headers, "x-docker-container-path-stat");
        if (rc == 0 && answer.status == 404) {
            rc = 0;
        } else if (rc == 0 && (answer.status >= 400 || header == NULL)) {
            rc = docker_refusal(&answer, &call, e);
        } else if (rc == 0) {
            rc = docker_stat_parse(header, out, e) == 0 ? 1 : -1;
        }
    }
    http_response_free(&answer);
    buffer_free(&url);
    return rc;
}

reader *docker_copy_out(docker_client *c, const char *container, const char *subject,
                        const char *path, error *e) {
    buffer url = BUFFER_INIT((size_t)64 * 1024);
    reader *r = NULL;
    if (archive_path(&url, container, path, e) == 0) {
        docker_call call = {.path = url.data, .op = "read", .subject = subject};
        r = docker_open(c, &call, e);
    }
    buffer_free(&url);
    return r;
}

writer *docker_copy_in(docker_client *c, const char *container, const char *subject,
                       const char *path, error *e) {
    buffer url = BUFFER_INIT((size_t)64 * 1024);
    writer *w = NULL;
    if (archive_path(&url, container, path, e) == 0) {
        docker_call call = {.method = "PUT",
                            .path = url.data,
                            .op = "write",
                            .subject = subject,
                            .type = "application/x-tar"};
        w = docker_upload(c, &call, e);
    }
    buffer_free(&url);
    return w;
}
