#include "host/trust.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A group is private when it has the owner's name, is the owner's first one, and lists nobody else.
 */
static bool is_private_group(uid_t uid, gid_t gid) {
    char owner[256];
    const struct passwd *user = getpwuid(uid);
    if (!user || user->pw_gid != gid || strlen(user->pw_name) >= sizeof owner) {
        return false;
    }
    memcpy(owner, user->pw_name, strlen(user->pw_name) + 1);
    const struct group *group = getgrgid(gid);
    if (!group || strcmp(group->gr_name, owner) != 0) {
        return false;
    }
    for (char **member = group->gr_mem; *member; member++) {
        if (strcmp(*member, owner) != 0) {
            return false;
        }
    }
    return true;
}

const char *trust_refusal(const struct stat *st, bool sticky) {
    if (st->st_uid != geteuid() && st->st_uid != 0) {
        return "is owned by another user";
    }
    if (sticky && S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX)) {
        return NULL;
    }
    if (st->st_mode & S_IWOTH) {
        return "is writable by everybody";
    }
    if ((st->st_mode & S_IWGRP) && !is_private_group(st->st_uid, st->st_gid)) {
        return "is writable by its group";
    }
    return NULL;
}

static int refuse(const char *path, const char *why, error *e) {
    return error_set(e, ERROR_STATE, 0, "load", path, "refused: %s", why);
}

static int check_folder(const char *path, bool sticky, error *e) {
    char copy[PATH_MAX];
    struct stat st;
    if (strlen(path) >= sizeof copy) {
        errno = ENAMETOOLONG;
        return error_errno(e, "load", path);
    }
    memcpy(copy, path, strlen(path) + 1);
    const char *folder = dirname(copy);
    if (stat(folder, &st) != 0) {
        return error_errno(e, "load", folder);
    }
    const char *why = trust_refusal(&st, sticky);
    return why ? error_set(e, ERROR_STATE, 0, "load", path, "refused: its folder %s", why) : 0;
}

int trust_check(int fd, const char *path, bool sticky, error *e) {
    struct stat st;
    char target[PATH_MAX];
    if (fstat(fd, &st) != 0) {
        return error_errno(e, "load", path);
    }
    if (!S_ISREG(st.st_mode)) {
        return refuse(path, "is not a regular file", e);
    }
    const char *why = trust_refusal(&st, false);
    if (why) {
        return refuse(path, why, e);
    }
    if (check_folder(path, sticky, e) != 0) {
        return -1;
    }
    if (!realpath(path, target)) {
        return error_errno(e, "load", path);
    }
    return check_folder(target, sticky, e);
}
