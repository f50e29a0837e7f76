/* server.h: a tiny HTTP server in a thread, whose every byte the test decides. */
#ifndef TEST_SERVER_H
#define TEST_SERVER_H

#include <stdbool.h>
#include <stddef.h>

/* Called for each request with its head (lines ended by CRLF); false ends the connection. */
typedef bool (*server_handler)(int fd, const char *head, void *user);

typedef struct server server;

/* On 127.0.0.1 with a free port, or on a unix socket when `path` is given. */
server *server_start(server_handler handler, void *user, const char *path);
void server_stop(server *s);

/* "http://127.0.0.1:PORT" + path, in one of 8 static buffers. */
const char *server_url(const server *s, const char *path);
int server_connections(const server *s); /* accepted so far */

/* For handlers: false when the client is gone. */
bool server_send(int fd, const char *text);
bool server_send_bytes(int fd, const void *data, size_t n);
bool server_chunk(int fd, const void *data, size_t n); /* n = 0: the last chunk */

/* Reads a body, sized or chunked as the head says; returns its length, or -1 when it was cut. The
 * first bytes are put into `keep`. */
long long server_body(int fd, const char *head, char *keep, size_t size);

#endif
