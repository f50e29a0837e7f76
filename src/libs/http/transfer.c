#include "http/transfer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
#include "base/interrupt.h"
#include "http/url.h"

double transfer_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int transfer_begin(transfer *t, http_client *c, const http_request *request, error *e) {
    t->client = http_client_ref(c);
    t->response.body =
        (buffer)BUFFER_INIT(request->max_size ? request->max_size : (size_t)16 * 1024 * 1024);
    t->follow = request->follow;
    t->shielded = request->shielded;
    t->over_unix = request->unix_path != NULL;
    t->idle = request->idle_timeout;
    t->moved = request->moved;
    t->moved_at = transfer_now();
    url_redact(request->url, t->subject, sizeof t->subject);
    t->multi = client_take(c, e);
    if (t->multi == NULL) {
        return -1;
    }
    t->easy = curl_easy_init();
    if (t->easy == NULL) {
        return error_set(e, ERROR_HTTP, -(long)CURLE_OUT_OF_MEMORY, "http", t->subject,
                         "out of memory");
    }
    if (transfer_options(t, request, e) != 0) {
        return -1;
    }
    if (curl_multi_add_handle(t->multi, t->easy) != CURLM_OK) {
        return error_set(e, ERROR_HTTP, -(long)CURLE_FAILED_INIT, "http", t->subject,
                         "the transfer cannot be started");
    }
    t->added = true;
    return 0;
}

static void collect(transfer *t) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(t->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE && message->easy_handle == t->easy) {
            t->done = true;
            t->result = message->data.result;
        }
    }
}

static void check_idle(transfer *t) {
    if (!t->done && t->idle > 0 && transfer_now() - t->moved_at > t->idle) {
        error_set(&t->failure, ERROR_TIMEOUT, 0, "http", t->subject, "no data for %.0f s", t->idle);
        t->done = true;
        t->result = CURLE_OPERATION_TIMEDOUT;
    }
}

static bool on_main_thread(void) {
    return (pid_t)syscall(SYS_gettid) == getpid();
}

/* Lets curl do what can be done without waiting. */
static int step(transfer *t, error *e) {
    int running = 0;
    if (!t->shielded && interrupt_check(e) != 0) {
        return -1;
    }
    CURLMcode code = curl_multi_perform(t->multi, &running);
    if (code != CURLM_OK) {
        return error_set(e, ERROR_HTTP, -(long)CURLE_FAILED_INIT, "http", t->subject, "%s",
                         curl_multi_strerror(code));
    }
    collect(t);
    check_idle(t);
    return 0;
}

/* Waits for the socket, a signal or the time. False once `deadline` has passed. */
static bool await(transfer *t, double deadline, int *wake) {
    int milliseconds = INTERRUPT_POLL_MS;
    if (deadline > 0) {
        double left = (deadline - transfer_now()) * 1000;
        if (left <= 0) {
            return false;
        }
        milliseconds = left < milliseconds ? (int)left + 1 : milliseconds;
    }
    struct curl_waitfd extra = {*wake, CURL_WAIT_POLLIN, 0};
    curl_multi_poll(t->multi, &extra, *wake >= 0 ? 1 : 0, milliseconds, NULL);
    if (extra.revents != 0 && !interrupt_pending()) {
        *wake = -1; /* an old signal keeps it readable: do not spin */
    }
    return true;
}

int transfer_pump(transfer *t, bool (*ready)(const transfer *t), double deadline, error *e) {
    int wake = t->shielded || !on_main_thread() ? -1 : interrupt_descriptor();
    while (!t->done && !ready(t)) {
        if (step(t, e) != 0) {
            return -1;
        }
        if (!t->done && !ready(t) && !await(t, deadline, &wake)) {
            return 0;
        }
    }
    return 1;
}

int transfer_result(transfer *t, error *e) {
    if (t->failure.kind != ERROR_NONE) {
        *e = t->failure;
        if (e->subject[0] == '\0') {
            memcpy(e->subject, t->subject, sizeof e->subject);
        }
        return -1;
    }
    if (t->result == CURLE_OK && t->head_done) {
        return 0;
    }
    if (t->result == CURLE_OK) { /* curl takes half a head for a whole one */
        return error_set(e, ERROR_HTTP, -(long)CURLE_GOT_NOTHING, "http", t->subject,
                         "the head of the answer was cut");
    }
    const char *reason = t->reason[0] ? t->reason : curl_easy_strerror(t->result);
    if (t->result == CURLE_OPERATION_TIMEDOUT) {
        return error_set(e, ERROR_TIMEOUT, 0, "http", t->subject, "%s", reason);
    }
    long os = 0;
    if (t->result == CURLE_COULDNT_CONNECT &&
        curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os) == CURLE_OK && os != 0) {
        t->response.os_errno = (int)os;
        if (t->over_unix) { /* curl would speak of the host and the port of the URL */
            reason = strerror((int)os);
        }
    }
    return error_set(e, ERROR_HTTP, -(long)t->result, "http", t->subject, "%s", reason);
}

void transfer_end(transfer *t) {
    if (t->added) {
        curl_multi_remove_handle(t->multi, t->easy);
        t->added = false;
    }
    if (t->easy != NULL) {
        curl_easy_cleanup(t->easy);
        t->easy = NULL;
    }
    curl_slist_free_all(t->lines);
    t->lines = NULL;
    if (t->client != NULL) {
        client_give(t->client, t->multi);
        t->multi = NULL;
        http_client_unref(t->client);
        t->client = NULL;
    }
}

void http_response_free(http_response *response) {
    http_headers_free(&response->headers);
    buffer_free(&response->body);
    free(response->url);
    response->url = NULL;
}

/* The start of a body as one printable line. */
static void snippet(const buffer *body, char *out, size_t size) {
    size_t used = 0;
    bool space = false;
    for (size_t i = 0; i < body->length && used + 2 < size; i++) {
        unsigned char c = (unsigned char)body->data[i];
        if (c <= 32 || c == 127) {
            space = used > 0;
            continue;
        }
        if (space) {
            out[used++] = ' ';
            space = false;
        }
        out[used++] = (char)c;
    }
    out[used] = '\0';
}

int http_status_error(const http_response *response, const char *url, error *e) {
    char subject[sizeof e->subject];
    char text[400];
    url_redact(url, subject, sizeof subject);
    snippet(&response->body, text, sizeof text);
    return error_set(e, ERROR_HTTP, response->status, "http", subject, "status %ld%s%s",
                     response->status, text[0] ? ": " : "", text);
}
