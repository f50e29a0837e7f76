#include "host/search.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host/trust.h"

/* The data folder is of use only to the program that it was installed with. */
static const char *data_state(const char *folder) {
    char path[PATH_MAX + 16];
    char text[64] = "";
    (void)snprintf(path, sizeof path, "%s/VERSION", folder);
    FILE *f = fopen(path, "re");
    if (!f) {
        return "left out: of another version";
    }
    bool same = fgets(text, sizeof text, f) &&
                strncmp(text, HOSSKEEP_VERSION, strlen(HOSSKEEP_VERSION)) == 0 &&
                strchr("\n", text[strlen(HOSSKEEP_VERSION)]);
    (void)fclose(f);
    return same ? "used" : "left out: of another version";
}

static void add(search *s, const char *path, const char *origin) {
    search_folder *f = &s->folders[s->count];
    struct stat st;
    if (path[0] != '/' || strlen(path) >= sizeof f->path) {
        return; /* a relative folder would be the working folder's */
    }
    memcpy(f->path, path, strlen(path) + 1);
    f->origin = origin;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        f->state = "missing";
    } else {
        const char *why = trust_refusal(&st, false);
        f->state = why ? why : "used";
    }
    if (strcmp(origin, "data") == 0 && strcmp(f->state, "used") == 0) {
        f->state = data_state(path);
    }
    s->count++;
}

static const char *home(void) {
    const char *dir = getenv("HOME");
    if (!dir || dir[0] != '/') {
        const struct passwd *user = getpwuid(geteuid());
        dir = user ? user->pw_dir : "";
    }
    return dir;
}

static void add_user(search *s) {
    char path[PATH_MAX];
    const char *config = getenv("XDG_CONFIG_HOME");
    int n = config && config[0] == '/' ? snprintf(path, sizeof path, "%s/hosskeep", config)
                                       : snprintf(path, sizeof path, "%s/.config/hosskeep", home());
    if (n > 0 && (size_t)n < sizeof path) {
        add(s, path, "user");
    }
}

static int add_given(search *s, const char *dir, const char *origin, error *e) {
    char path[PATH_MAX];
    struct stat st;
    if (!realpath(dir, path)) {
        return error_errno(e, origin, dir);
    }
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return error_errno(e, origin, dir);
    }
    add(s, path, origin);
    return 0;
}

int search_init(search *s, const char *script_dir, error *e) {
    s->count = 0;
    if (script_dir && add_given(s, script_dir, "--script-dir", e) != 0) {
        return -1;
    }
    const char *variable = getenv("HOSSKEEP_SCRIPT_DIR");
    if (variable && variable[0] && add_given(s, variable, "HOSSKEEP_SCRIPT_DIR", e) != 0) {
        return -1;
    }
    add_user(s);
    add(s, "/etc/hosskeep", "system");
    add(s, HOSSKEEP_DATADIR, "data");
    return 0;
}

int search_find(const search *s, const char *name, char path[PATH_MAX], error *e) {
    struct stat st;
    for (size_t i = 0; i < s->count; i++) {
        const search_folder *f = &s->folders[i];
        int n = snprintf(path, PATH_MAX, "%s/%s", f->path, name);
        if (n < 0 || n >= PATH_MAX || strncmp(f->state, "left out", 8) == 0 ||
            stat(path, &st) != 0) {
            continue;
        }
        if (strcmp(f->state, "used") != 0) {
            return error_set(e, ERROR_STATE, 0, "load", path, "refused: its folder %s", f->state);
        }
        return 1;
    }
    return 0;
}

static int read_all(int fd, const char *path, buffer *text, error *e) {
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return error_errno(e, "load", path);
        }
        if (n == 0) {
            return buffer_append(text, "", 0, e);
        }
        if (buffer_append(text, chunk, (size_t)n, e) != 0) {
            return -1;
        }
    }
}

int search_read(const char *path, int sticky, buffer *text, error *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return error_errno(e, "load", path);
    }
    int result = trust_check(fd, path, sticky != 0, e);
    if (result == 0) {
        result = read_all(fd, path, text, e);
    }
    (void)close(fd);
    return result;
}
