/* address.h: where an Engine is and how to speak to it, from DOCKER_HOST and its companions. */
#ifndef DOCKER_ADDRESS_H
#define DOCKER_ADDRESS_H

#include <stdbool.h>
#include "base/error.h"

typedef struct docker_address {
    char host[512];      /* as given: "unix:///var/run/docker.sock", "tcp://h:2376" */
    char url[512];       /* "http://docker", "https://h:2376" */
    char unix_path[256]; /* "" over TCP */
    bool tls;
    bool verify;
    char ca[512], cert[512], key[512]; /* "" for none */
} docker_address;

/* What the caller gave; a NULL is taken from DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_TLS and
 * DOCKER_CERT_PATH. */
typedef struct docker_wish {
    const char *host;
    const char *ca, *cert, *key;
    int tls; /* 1, 0, or -1: as the environment says */
} docker_wish;

/* Kind ENGINE when the host is none that can be spoken to. */
int docker_address_find(docker_address *a, const docker_wish *wish, error *e);

#endif
