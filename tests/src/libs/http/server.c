#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct server {
    int listener;
    int port;
    server_handler handler;
    void *user;
    pthread_t thread;
    atomic_int stop, connections, running;
};

typedef struct connection {
    server *s;
    int fd;
} connection;

static bool read_byte(int fd, char *c) {
    return recv(fd, c, 1, 0) == 1;
}

static bool read_head(int fd, char *head, size_t size) {
    size_t n = 0;
    while (n + 1 < size && read_byte(fd, head + n)) {
        head[++n] = '\0';
        if (n >= 4 && memcmp(head + n - 4, "\r\n\r\n", 4) == 0) {
            return true;
        }
    }
    return false;
}

static void *serve(void *argument) {
    connection *c = argument;
    char head[16384];
    while (read_head(c->fd, head, sizeof head) && c->s->handler(c->fd, head, c->s->user)) {
    }
    close(c->fd);
    atomic_fetch_sub(&c->s->running, 1);
    free(c);
    return NULL;
}

static void *accept_all(void *argument) {
    server *s = argument;
    while (!atomic_load(&s->stop)) {
        struct pollfd p = {s->listener, POLLIN, 0};
        if (poll(&p, 1, 20) <= 0) {
            continue;
        }
        connection *c = malloc(sizeof *c);
        c->s = s;
        c->fd = accept(s->listener, NULL, NULL);
        atomic_fetch_add(&s->connections, 1);
        atomic_fetch_add(&s->running, 1);
        pthread_t thread;
        pthread_create(&thread, NULL, serve, c);
        pthread_detach(thread);
    }
    return NULL;
}

static int listen_unix(const char *path) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 16) != 0) {
        abort();
    }
    return fd;
}

static int listen_tcp(int *port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&a, size) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &size) != 0) {
        abort();
    }
    *port = ntohs(a.sin_port);
    return fd;
}

server *server_start(server_handler handler, void *user, const char *path) {
    server *s = calloc(1, sizeof *s);
    s->handler = handler;
    s->user = user;
    s->listener = path != NULL ? listen_unix(path) : listen_tcp(&s->port);
    pthread_create(&s->thread, NULL, accept_all, s);
    return s;
}

void server_stop(server *s) {
    atomic_store(&s->stop, 1);
    pthread_join(s->thread, NULL);
    close(s->listener);
    for (int i = 0; i < 500 && atomic_load(&s->running) > 0; i++) {
        usleep(10000);
    }
    free(s);
}

const char *server_url(const server *s, const char *path) {
    static char urls[8][256];
    static int next;
    char *url = urls[next++ % 8];
    snprintf(url, sizeof urls[0], "http://127.0.0.1:%d%s", s->port, path);
    return url;
}

int server_connections(const server *s) {
    return atomic_load(&s->connections);
}

bool server_send_bytes(int fd, const void *data, size_t n) {
    const char *p = data;
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

bool server_send(int fd, const char *text) {
    return server_send_bytes(fd, text, strlen(text));
}

bool server_chunk(int fd, const void *data, size_t n) {
    char line[32];
    snprintf(line, sizeof line, "%zx\r\n", n);
    return server_send(fd, line) && server_send_bytes(fd, data, n) && server_send(fd, "\r\n");
}

static long long take(int fd, long long n, long long before, char *keep, size_t size) {
    char data[65536];
    long long done = 0;
    while (done < n) {
        size_t want = n - done < (long long)sizeof data ? (size_t)(n - done) : sizeof data;
        ssize_t got = recv(fd, data, want, 0);
        if (got <= 0) {
            return -1;
        }
        long long at = before + done;
        if (keep != NULL && at < (long long)size) {
            size_t room = size - (size_t)at;
            memcpy(keep + at, data, (size_t)got < room ? (size_t)got : room);
        }
        done += got;
    }
    return done;
}

static bool read_line(int fd, char *line, size_t size) {
    size_t n = 0;
    while (n + 1 < size && read_byte(fd, line + n)) {
        if (line[n++] == '\n') {
            line[n] = '\0';
            return true;
        }
    }
    return false;
}

static long long chunked(int fd, char *keep, size_t size) {
    long long total = 0;
    char line[64];
    while (read_line(fd, line, sizeof line)) {
        long long n = strtoll(line, NULL, 16);
        if (take(fd, n, total, keep, size) < 0 || !read_line(fd, line, sizeof line)) {
            return -1;
        }
        if (n == 0) {
            return total;
        }
        total += n;
    }
    return -1;
}

long long server_body(int fd, const char *head, char *keep, size_t size) {
    const char *length = strcasestr(head, "\r\ncontent-length:");
    if (length != NULL) {
        return take(fd, strtoll(length + 17, NULL, 10), 0, keep, size);
    }
    return strcasestr(head, "\r\ntransfer-encoding: chunked") ? chunked(fd, keep, size) : 0;
}
