/* exec.h: a program run inside a container, from start to exit code. */
#ifndef DOCKER_EXEC_H
#define DOCKER_EXEC_H

#include "docker/client.h"

typedef struct docker_exec_request {
    const char *container;   /* id or name */
    const char *subject;     /* for messages: "pg_dump in container server_db_1" */
    const char *const *argv; /* NULL-ended */
    const char *const
        *env;            /* "K=V", NULL-ended; may be NULL. Secrets belong here, never into argv. */
    const char *user;    /* may be NULL */
    const char *workdir; /* may be NULL */
    double timeout;      /* seconds; 0: none */
    size_t max_output; /* of stdout; more is a failure (kind LIMIT). Of stderr that many last bytes
                          are kept. */
    writer *to;        /* stdout goes there instead; not freed, not finished; may be NULL */
    _Atomic long long *moved; /* counts stdout's bytes; may be NULL */
} docker_exec_request;

typedef struct docker_exec_result {
    int code;
    buffer out;
    buffer err;
} docker_exec_result;

/* 0 whatever the exit code. When it fails (interrupt, timeout, limit, writer), the program and all
 * that it started are ended inside the container before this returns. The caller frees `out` in
 * every case. */
int docker_exec(docker_client *c, const docker_exec_request *request, docker_exec_result *out,
                error *e);

/* -1 with kind EXEC and the last line of stderr when the exit code is not 0. */
int docker_exec_check(const docker_exec_request *request, const docker_exec_result *result,
                      error *e);

void docker_exec_result_free(docker_exec_result *result);

/* exec_kill.c, for exec.c: ends every process whose environment holds HOSSKEEP_EXEC=marker, and all
 * their descendants: TERM, and after 0.3 s KILL. Looks at no interrupt; takes about half a second.
 */
void docker_exec_kill(docker_client *c, const docker_exec_request *request, const char *exec_id,
                      const char *marker);

/* Creates an exec with attached output. `marker` may be NULL. Its id is appended to `id`. */
int exec_create(docker_client *c, const docker_exec_request *request, const char *marker,
                bool shielded, buffer *id, error *e);
reader *exec_start(docker_client *c, const docker_exec_request *request, const char *id,
                   bool shielded, error *e);
/* 1 running, 0 ended (with its code), -1 failed. */
int exec_state(docker_client *c, const docker_exec_request *request, const char *id, bool shielded,
               int *code, error *e);

#endif
