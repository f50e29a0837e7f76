#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "docker/exec.h"
#include "docker/frames.h"

/* Only what any sh and /proc offer. The marker is found in the environment of what was started;
 * what those started is found by descent, because they may run as somebody whose environment cannot
 * be read.
 *
 * Children go before their parents, who reap them: process 1 of a container may be a server that
 * takes any orphan that ends badly for one of its own (Postgres then restarts as after a crash). So
 * in each round only those are signalled that have no child left, not even a dead one.
 *
 * Prints the owners of processes that entered the container like ours and could not be read:
 * "sudo"-like programs change it before anything of theirs is seen, so the caller asks again as
 * such an owner. */
static const char SCRIPT[] =
    "exec 2>/dev/null\n"
    "has_mark() {\n"
    "  while l=; read -r l || [ -n \"$l\" ]; do\n"
    "    case $l in *\"HOSSKEEP_EXEC=$mark\"*) return 0;; esac\n"
    "  done < \"/proc/$1/environ\"\n"
    "  return 1\n"
    "}\n"
    "look() {\n"
    "  pairs= live=\n"
    "  for d in /proc/[0-9]*; do\n"
    "    p=${d#/proc/}\n"
    "    case $p in 1|$$) continue;; esac\n"
    "    state= parent= uid= gid=\n"
    "    while read -r k v r; do\n"
    "      case $k in State:) state=$v;; PPid:) parent=$v;; Uid:) uid=$v;;\n"
    "      Gid:) gid=$v; break;; esac\n"
    "    done < \"/proc/$p/status\"\n"
    "    [ -n \"$parent\" ] || continue\n"
    "    pairs=\"$pairs $p:$parent\"\n"
    "    [ \"$state\" = Z ] || live=\"$live $p\"\n"
    "    case \" $all \" in *\" $p \"*) continue;; esac\n"
    "    if has_mark \"$p\"; then all=\"$all $p\"\n"
    "    elif [ \"$parent\" = 0 ] && ! (: < \"/proc/$p/environ\"); then\n"
    "      case \" $others \" in *\" $uid:$gid \"*) ;; *) others=\"$others $uid:$gid\";; esac\n"
    "    fi\n"
    "  done\n"
    "  more=1\n"
    "  while [ -n \"$more\" ]; do\n"
    "    more=\n"
    "    for q in $pairs; do\n"
    "      case \" $all \" in *\" ${q%:*} \"*) continue;; esac\n"
    "      case \" $all \" in *\" ${q#*:} \"*) all=\"$all ${q%:*}\"; more=1;; esac\n"
    "    done\n"
    "  done\n"
    "  left=\n"
    "  for p in $live; do\n"
    "    case \" $all \" in *\" $p \"*) left=\"$left $p\";; esac\n"
    "  done\n"
    "}\n"
    "clock() { read -r u r < /proc/uptime; t=${u%.*}${u#*.}; }\n"
    "mark=$1 all= others= signal=TERM\n"
    "clock; hard=$((t + 80)); end=$((t + 160))\n"
    "while look; [ -n \"$left\" ]; do\n"
    "  clock\n"
    "  [ \"$t\" -lt \"$hard\" ] || signal=KILL\n"
    "  for p in $left; do\n"
    "    case \"$pairs \" in *\":$p \"*) [ \"$t\" -lt \"$end\" ] && continue;; esac\n"
    "    kill -$signal \"$p\"\n"
    "  done\n"
    "  [ \"$t\" -lt \"$end\" ] || break\n"
    "  sleep 0.02\n"
    "done\n"
    "echo \"$others\"\n";

#define OTHERS_MAX 4
#define ROUNDS 4

typedef struct answer {
    char text[512];
    size_t length;
} answer;

static int take(void *user, int stream, const void *data, size_t n, error *e) {
    answer *a = user;
    (void)e;
    if (stream == FRAME_STDOUT && a->length + n < sizeof a->text) {
        memcpy(a->text + a->length, data, n);
        a->length += n;
        a->text[a->length] = '\0';
    }
    return 0;
}

/* Runs the script as `user` and waits for it. Whatever fails here cannot be helped. */
static void kill_as(docker_client *c, const docker_exec_request *request, const char *user,
                    const char *marker, answer *a) {
    const char *argv[] = {"/bin/sh", "-c", SCRIPT, "sh", marker, NULL};
    docker_exec_request r = {
        .container = request->container, .subject = request->subject, .argv = argv, .user = user};
    buffer id = BUFFER_INIT(256);
    frames f = FRAMES_INIT;
    error ignored = ERROR_INIT;
    char data[4096];
    ssize_t n;
    reader *output = NULL;
    *a = (answer){"", 0};
    if (exec_create(c, &r, NULL, true, &id, &ignored) == 0) {
        output = exec_start(c, &r, id.data, true, &ignored);
    }
    while (output != NULL && (n = reader_read(output, data, sizeof data, &ignored)) > 0 &&
           frames_feed(&f, data, (size_t)n, take, a, &ignored) == 0) {
    }
    reader_free(output);
    buffer_free(&id);
}

/* One pass as the exec's own user, and as those whom the script could not look at. */
static void kill_all(docker_client *c, const docker_exec_request *request, const char *exec_id,
                     const char *marker) {
    answer first;
    error ignored = ERROR_INIT;
    int code = 0;
    kill_as(c, request, request->user, marker, &first);
    char *rest = NULL;
    char *owner = strtok_r(first.text, " \r\n", &rest);
    for (int i = 0; owner != NULL && i < OTHERS_MAX; i++) {
        answer other;
        if (exec_state(c, request, exec_id, true, &code, &ignored) != 1) {
            return;
        }
        kill_as(c, request, owner, marker, &other);
        owner = strtok_r(NULL, " \r\n", &rest);
    }
}

void docker_exec_kill(docker_client *c, const docker_exec_request *request, const char *exec_id,
                      const char *marker) {
    const struct timespec pause = {0, 100 * 1000 * 1000};
    error ignored = ERROR_INIT;
    int code = 0;
    for (int round = 0; round < ROUNDS; round++) {
        kill_all(c, request, exec_id, marker);
        /* the Engine answers before the program is there: it may begin after we looked */
        if (exec_state(c, request, exec_id, true, &code, &ignored) != 1) {
            return;
        }
        nanosleep(&pause, NULL);
    }
}
