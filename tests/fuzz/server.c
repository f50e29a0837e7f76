#include "server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "input.h"

static struct sockaddr_un address = {.sun_family = AF_UNIX};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *bytes;
static size_t length, step;

void server_answers(const void *data, size_t n, size_t piece) {
    char *copy = malloc(n + 1);
    MUST(copy != NULL);
    memcpy(copy, data, n);
    pthread_mutex_lock(&lock);
    free(bytes);
    bytes = copy;
    length = n;
    step = piece > 0 ? piece : n;
    pthread_mutex_unlock(&lock);
}

/* Takes the request; false when the client went. */
static bool take_head(int fd) {
    char head[8192];
    size_t have = 0;
    while (have < sizeof head) {
        ssize_t n = recv(fd, head + have, sizeof head - have, 0);
        if (n <= 0) {
            return false;
        }
        have += (size_t)n;
        if (have >= 4 && memcmp(head + have - 4, "\r\n\r\n", 4) == 0) {
            return true;
        }
    }
    return false;
}

static void answer(int fd) {
    pthread_mutex_lock(&lock);
    for (size_t at = 0; at < length;) {
        size_t n = length - at < step ? length - at : step;
        ssize_t put = send(fd, bytes + at, n, MSG_NOSIGNAL);
        if (put < 0) {
            break;
        }
        at += (size_t)put;
    }
    pthread_mutex_unlock(&lock);
}

static void *serve(void *user) {
    int listener = *(int *)user;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            if (take_head(fd)) {
                answer(fd);
            }
            close(fd);
        }
    }
    return NULL;
}

static void end(void) {
    (void)unlink(address.sun_path);
}

const char *server_path(void) {
    static int listener = -1;
    pthread_t thread;
    if (listener >= 0) {
        return address.sun_path;
    }
    snprintf(address.sun_path, sizeof address.sun_path, "/dev/shm/fuzz-server-%d", (int)getpid());
    end();
    atexit(end);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(listener >= 0);
    MUST(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    MUST(listen(listener, 16) == 0);
    MUST(pthread_create(&thread, NULL, serve, &listener) == 0);
    MUST(pthread_detach(thread) == 0);
    return address.sun_path;
}
