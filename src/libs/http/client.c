#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "http/transfer.h"

/* Connections kept for the next request; more are closed when their transfer ends. */
#define IDLE_MAX 4

struct http_client {
    atomic_int references;
    pthread_mutex_t lock;
    CURLM *idle[IDLE_MAX];
    int idle_count;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode global_result;

static void global_init(void) {
    global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

http_client *http_client_new(error *e) {
    pthread_once(&once, global_init);
    if (global_result != CURLE_OK) {
        error_set(e, ERROR_HTTP, -(long)global_result, "http", "", "%s",
                  curl_easy_strerror(global_result));
        return NULL;
    }
    http_client *c = calloc(1, sizeof *c);
    if (c == NULL) {
        error_errno(e, "http", "client");
        return NULL;
    }
    atomic_init(&c->references, 1);
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

http_client *http_client_ref(http_client *c) {
    atomic_fetch_add(&c->references, 1);
    return c;
}

void http_client_unref(http_client *c) {
    if (c == NULL || atomic_fetch_sub(&c->references, 1) != 1) {
        return;
    }
    for (int i = 0; i < c->idle_count; i++) {
        curl_multi_cleanup(c->idle[i]);
    }
    pthread_mutex_destroy(&c->lock);
    free(c);
}

CURLM *client_take(http_client *c, error *e) {
    CURLM *multi = NULL;
    pthread_mutex_lock(&c->lock);
    if (c->idle_count > 0) {
        multi = c->idle[--c->idle_count];
    }
    pthread_mutex_unlock(&c->lock);
    if (multi == NULL) {
        multi = curl_multi_init();
        if (multi == NULL) {
            error_set(e, ERROR_HTTP, -(long)CURLE_OUT_OF_MEMORY, "http", "", "out of memory");
        } else {
            curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 2L);
        }
    }
    return multi;
}

void client_give(http_client *c, CURLM *multi) {
    if (multi == NULL) {
        return;
    }
    pthread_mutex_lock(&c->lock);
    if (c->idle_count < IDLE_MAX) {
        c->idle[c->idle_count++] = multi;
        multi = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    if (multi != NULL) {
        curl_multi_cleanup(multi);
    }
}
