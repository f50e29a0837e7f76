/* What servers send besides bodies: header lines, the Engine's progress lines and its stat header,
 * each against a plain reading of it or back from what was written; and no secret of a URL is
 * shown. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "docker/copy.h"
#include "docker/image.h"
#include "http/headers.h"
#include "http/url.h"
#include "input.h"
#include "json/json_guard.h"

/* The last line of a text without its end; free it. The text's size is made smaller by it. */
static char *last_line(const char *text, size_t *size) {
    size_t start = *size;
    while (start > 0 && (start == *size || text[start - 1] != '\n')) {
        start--;
    }
    size_t n = *size - start;
    while (n > 0 && memchr("\r\n ", text[start + n - 1], 3)) {
        n--;
    }
    char *line = strndup(text + start, n);
    MUST(line != NULL);
    *size = start;
    return line;
}

static long plain_status(const char *line) {
    char head[32];
    snprintf(head, sizeof head, "%s", line);
    const char *space = strchr(head, ' ');
    return strlen(line) >= 10 && strncmp(line, "HTTP/", 5) == 0 && space ? strtol(space, NULL, 10)
                                                                         : 0;
}

/* The value of the first field of that name behind the last status line, read from the end. */
static char *plain_value(const char *text, size_t size, const char *name) {
    char *found = NULL;
    bool head = false;
    while (size > 0 && !head) {
        char *line = last_line(text, &size);
        size_t n = strlen(name);
        head = plain_status(line) != 0;
        if (!head && strncasecmp(line, name, n) == 0 && line[n] == ':') {
            free(found);
            found = strdup(line + n + 1 + strspn(line + n + 1, " \t"));
        }
        free(line);
    }
    return found;
}

static void check_headers(const char *text, size_t size) {
    http_headers h = HTTP_HEADERS_INIT;
    error e = ERROR_INIT;
    long status = 0;
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t n = end ? (size_t)(end - text) + 1 - at : size - at;
        MUST(http_headers_line(&h, text + at, n, &status, &e) == 0);
        at += n;
    }
    char *want = plain_value(text, size, "content-type");
    const char *got = http_headers_get(&h, "Content-Type");
    MUST(got && want ? strcmp(got, want) == 0 : got == want);
    free(want);
    for (size_t i = 0; i < h.count; i++) {
        for (const char *p = h.list[i].name; *p != '\0'; p++) {
            MUST(tolower((unsigned char)*p) == (unsigned char)*p);
        }
    }
    http_headers_free(&h);
}

static void any_text(input *in) {
    error e = ERROR_INIT;
    docker_stat s;
    buffer id = BUFFER_INIT(1 << 17);
    char *text = input_text(in, in->left);
    size_t size = strlen(text);
    check_headers(text, size);
    MUST(docker_read_progress(text, size, "import", "x", &id, &e) == 0 || e.message[0] != '\0');
    if (docker_stat_parse(text, &s, &e) == 0) {
        MUST(s.name && s.link && s.type && (s.mode & ~07777u) == 0);
        docker_stat_free(&s);
    }
    buffer_free(&id);
    free(text);
}

/* Lines as the Engine writes them: the last status counts, a line with an error ends it. */
static void progress(input *in) {
    static const char *const ends[] = {"\r\n", "\n", "\n\n", "\r\n\r\n"};
    error e = ERROR_INIT;
    buffer all = BUFFER_INIT(1 << 22);
    buffer id = BUFFER_INIT(1 << 17);
    char *last = strdup("");
    char *bad = NULL;
    while (in->left > 0) {
        unsigned how = input_byte(in);
        char *text = input_text(in, input_byte(in));
        cJSON *tree = cJSON_CreateObject();
        cJSON *detail = how & 1 ? cJSON_AddObjectToObject(tree, "errorDetail") : tree;
        bool error_line = (how & 3) != 0;
        cJSON_AddStringToObject(detail, how & 1 ? "message" : (how & 2 ? "error" : "status"), text);
        char *line = cJSON_PrintUnformatted(tree);
        MUST(buffer_append_text(&all, line, &e) == 0);
        MUST(buffer_append_text(&all, ends[how / 4 % 4], &e) == 0);
        char **keep = error_line ? &bad : &last;
        if (!bad) {
            free(*keep);
            *keep = strdup(text);
        }
        free(text);
        free(line);
        cJSON_Delete(tree);
    }
    int rc = docker_read_progress(all.data, all.length, "import", "x", &id, &e);
    if (rc == 0) {
        MUST(!bad && strcmp(id.data ? id.data : "", last) == 0);
    } else {
        MUST(e.kind == ERROR_JSON || (bad && e.kind == ERROR_ENGINE));
    }
    buffer_free(&all);
    buffer_free(&id);
    free(last);
    free(bad);
}

static void encode(const char *data, size_t n, bool url, buffer *out) {
    error e = ERROR_INIT;
    char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    memcpy(digits + 62, url ? "-_" : "+/", 2);
    for (size_t i = 0; i < n; i += 3) {
        unsigned long bits = 0;
        for (size_t j = 0; j < 3; j++) {
            bits = bits << 8 | (i + j < n ? (unsigned char)data[i + j] : 0);
        }
        char four[4];
        for (size_t j = 0; j < 4; j++) {
            four[j] = i + j <= n ? digits[bits >> (18 - 6 * j) & 63] : '=';
        }
        MUST(buffer_append(out, four, 4, &e) == 0);
    }
}

/* A stat header with these texts: what is in it comes out. */
static void stats(input *in) {
    static const char *const kinds[] = {"file", "directory", "symlink", "other"};
    static const char *const bits[] = {"0", "2147483648", "134217728", "67108864"};
    unsigned how = input_byte(in);
    unsigned mode = (unsigned)input_number(in, 2) & 0777;
    long long size = (long long)(input_number(in, 8) >> 1);
    double mtime = (double)input_number(in, 4);
    error e = ERROR_INIT;
    buffer json = BUFFER_INIT(1 << 20);
    buffer header = BUFFER_INIT(1 << 20);
    cJSON *tree = cJSON_CreateObject();
    char *name = input_text(in, input_byte(in));
    char *link = input_text(in, input_byte(in));
    char when[60];
    time_t seconds = (time_t)mtime;
    struct tm *t = gmtime(&seconds);
    strftime(when, sizeof when, how & 4 ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%dT%H:%M:%S.5+00:00", t);
    cJSON_AddStringToObject(tree, "name", name);
    cJSON_AddStringToObject(tree, "linkTarget", link);
    cJSON_AddStringToObject(tree, "mtime", when);
    cJSON_AddItemToObject(tree, "mode",
                          json_create_integer(strtoll(bits[how % 4], NULL, 10) + mode));
    cJSON_AddItemToObject(tree, "size", json_create_integer(size));
    if (json_print(tree, how & 8, &json, &e) == 0) {
        docker_stat s;
        encode(json.data, json.length, how & 16, &header);
        MUST(docker_stat_parse(header.data, &s, &e) == 0);
        MUST(strcmp(s.name, name) == 0 && strcmp(s.link, link) == 0);
        MUST(s.size == size && s.mode == mode && strcmp(s.type, kinds[how % 4]) == 0);
        MUST(fabs(s.mtime - mtime - (how & 4 ? 0 : 0.5)) < 0.01);
        docker_stat_free(&s);
    }
    cJSON_Delete(tree);
    buffer_free(&json);
    buffer_free(&header);
    free(name);
    free(link);
}

/* A URL with a secret where secrets stand. */
static void urls(input *in) {
    static const char secret[] = "s3cr3t";
    unsigned how = input_byte(in);
    char *user = input_text(in, input_byte(in) % 24);
    char *more = input_text(in, input_byte(in) % 24);
    char *host = input_text(in, input_byte(in) % 24);
    char shown[64];
    char url[300];
    user[strcspn(user, "/?#")] = '\0';
    more[strcspn(more, "/?#")] = '\0';
    host[strcspn(host, "/?#")] = '\0';
    const char *scheme = how & 1 ? "" : "https://";
    if (how & 2) {
        snprintf(url, sizeof url, "%s%s:%s%s@%s/p?q", scheme, user, secret, more, host);
    } else {
        snprintf(url, sizeof url, "%s%s/p%c%s=%s", scheme, host, how & 4 ? '?' : '#', user, secret);
    }
    url_redact(url, shown, sizeof shown);
    MUST((strstr(host, secret) || !strstr(shown, secret)) && strlen(shown) < sizeof shown);
    for (const char *p = shown; *p != '\0'; p++) {
        MUST((unsigned char)*p >= 32 && *p != 127);
    }
    free(user);
    free(more);
    free(host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const all[])(input * in) = {any_text, progress, stats, urls};
    input in = {data, size};
    all[input_byte(&in) % 4](&in);
    return 0;
}
