#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include "http/transfer.h"
#include "http/url.h"

/* Children must not inherit a connection: one of them could keep it open behind our back. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *a) {
    (void)user;
    (void)purpose;
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static void touch(transfer *t, size_t n) {
    t->moved_at = transfer_now();
    if (t->moved != NULL) {
        *t->moved += (long long)n;
    }
}

static size_t on_body(char *data, size_t size, size_t count, void *user) {
    transfer *t = user;
    size_t n = size * count;
    t->head_done = true;
    size_t taken = t->take(t, data, n);
    if (taken == n) {
        touch(t, n);
    }
    return taken;
}

static size_t on_upload(char *data, size_t size, size_t count, void *user) {
    transfer *t = user;
    size_t n = t->give(t, data, size * count);
    if (n != CURL_READFUNC_PAUSE && n != CURL_READFUNC_ABORT) {
        touch(t, n);
    }
    return n;
}

/* A head is complete at its empty line, unless another answer follows it (100, a redirect). */
static bool is_last_head(const transfer *t) {
    long status = t->response.status;
    bool redirect = status >= 300 && status < 400 && t->follow &&
                    http_headers_get(&t->response.headers, "location") != NULL;
    return status >= 200 && !redirect;
}

static size_t on_header(char *data, size_t size, size_t count, void *user) {
    transfer *t = user;
    size_t n = size * count;
    t->moved_at = transfer_now();
    if (n <= 2 && is_last_head(t)) {
        t->head_done = true;
    }
    if (http_headers_line(&t->response.headers, data, n, &t->response.status, &t->failure) != 0) {
        return 0;
    }
    return n;
}

static int out_of_memory(transfer *t, error *e) {
    errno = ENOMEM;
    return error_errno(e, "http", t->subject);
}

static int add_line(transfer *t, const char *name, const char *value, error *e) {
    buffer line = BUFFER_INIT(HTTP_HEADERS_MAX + 16);
    /* curl's own spelling: "Name;" sends an empty value, "Name:" would send none at all */
    int rc = value[0] == '\0' ? buffer_format(&line, e, "%s;", name)
                              : buffer_format(&line, e, "%s: %s", name, value);
    struct curl_slist *list = rc == 0 ? curl_slist_append(t->lines, line.data) : NULL;
    buffer_free(&line);
    if (rc != 0) {
        return -1;
    }
    if (list == NULL) {
        return out_of_memory(t, e);
    }
    t->lines = list;
    return 0;
}

/* Header lines that curl adds by itself and that we do not want. */
static int drop_line(transfer *t, const char *line, error *e) {
    struct curl_slist *list = curl_slist_append(t->lines, line);
    if (list == NULL) {
        return out_of_memory(t, e);
    }
    t->lines = list;
    return 0;
}

static int set_headers(transfer *t, const http_headers *h, error *e) {
    for (size_t i = 0; h != NULL && i < h->count; i++) {
        if (add_line(t, h->list[i].name, h->list[i].value, e) != 0) {
            return -1;
        }
    }
    if (drop_line(t, "Expect:", e) != 0) { /* would cost a round trip or a second */
        return -1;
    }
    if ((h == NULL || http_headers_get(h, "Content-Type") == NULL) &&
        drop_line(t, "Content-Type:", e) != 0) {
        return -1;
    }
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->lines);
    return 0;
}

static void set_method(transfer *t, const http_request *r) {
    const char *method = r->method == NULL ? "GET" : r->method;
    bool get = strcmp(method, "GET") == 0;
    bool head = strcmp(method, "HEAD") == 0;
    CURL *c = t->easy;
    if (t->give != NULL) {
        curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(c, CURLOPT_READFUNCTION, on_upload);
        curl_easy_setopt(c, CURLOPT_READDATA, t);
        curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->size);
        curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, 256L * 1024);
        /* what has been pulled cannot be sent again, so never risk a connection that may be dead */
        curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
    } else if (r->body != NULL || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0) {
        curl_easy_setopt(c, CURLOPT_POST, 1L);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_size);
        curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, r->body == NULL ? "" : r->body);
    } else if (head) {
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
        return;
    }
    if (!get || t->give != NULL || r->body != NULL) {
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
    }
    t->follow = t->follow && get && t->give == NULL && r->body == NULL;
}

static long milliseconds(double seconds) {
    if (seconds <= 0) {
        return 0;
    }
    return seconds > 1e6 ? 1000000000L : (long)(seconds * 1000) + 1;
}

static void set_limits(transfer *t, const http_request *r) {
    CURL *c = t->easy;
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, milliseconds(r->timeout));
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
                     milliseconds(r->connect_timeout > 0 ? r->connect_timeout : 10));
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, t->follow ? 1L : 0L);
    curl_easy_setopt(c, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 256L * 1024);
    curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (r->unix_path != NULL || url_is_loopback(r->url)) {
        curl_easy_setopt(c, CURLOPT_PROXY, "");
    }
}

static CURLcode set_texts(transfer *t, const http_request *r) {
    const struct {
        CURLoption option;
        const char *value;
    } texts[] = {
        {CURLOPT_URL, r->url},           {CURLOPT_UNIX_SOCKET_PATH, r->unix_path},
        {CURLOPT_CAINFO, r->ca},         {CURLOPT_SSLCERT, r->cert},
        {CURLOPT_SSLKEY, r->key},        {CURLOPT_USERNAME, r->user},
        {CURLOPT_PASSWORD, r->password},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CURLcode code = texts[i].value == NULL
                            ? CURLE_OK
                            : curl_easy_setopt(t->easy, texts[i].option, texts[i].value);
        if (code != CURLE_OK) {
            return code;
        }
    }
    return CURLE_OK;
}

int transfer_options(transfer *t, const http_request *r, error *e) {
    CURL *c = t->easy;
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->reason);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    set_method(t, r);
    set_limits(t, r);
    CURLcode code = set_texts(t, r);
    if (code != CURLE_OK) {
        return error_set(e, ERROR_HTTP, -(long)code, "http", t->subject, "%s",
                         curl_easy_strerror(code));
    }
    if (r->insecure) {
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (r->user != NULL) {
        curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    }
    return set_headers(t, r->headers, e);
}
