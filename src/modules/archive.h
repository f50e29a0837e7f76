/* archive.h: what the files of the archive module share. */
#ifndef MODULES_ARCHIVE_H
#define MODULES_ARCHIVE_H

#include <lua.h>
#include "archive/bundle.h"
#include "archive/pack.h"
#include "modules/bind.h"
#include "modules/job.h"

#define PACKER_TYPE "packer"
#define ARCHIVE_TYPE "archive"
#define TAR_TYPE "tar"

/* What a handle stands for; counted, because a running operation may outlive the handle's closing.
 */
typedef struct archive_core {
    packer *p;
    bundle *b;
    int holders;
    bool busy; /* an operation is going on */
} archive_core;

typedef struct archive_handle {
    archive_core *core; /* NULL: closed */
} archive_handle;

/* Pushes a closed handle, with its core. */
archive_core *archive_new(lua_State *L, const char *type);

/* The core at `arg`; a closed handle or one in use raises. */
archive_core *archive_check(lua_State *L, int arg, const char *type);

/* close, __close, __gc of both types. */
int archive_release_packer(lua_State *L);
int archive_release_archive(lua_State *L);

/* An operation holds the core: from now on it is busy, until archive_drop(). */
archive_core *archive_hold(archive_core *c);
void archive_drop(archive_core *c);

/* mode, uid, gid, mtime of the table at `arg`; what is missing is ours, now, and `mode`. */
void archive_attributes(lua_State *L, int arg, unsigned mode, pack_attributes *out);

/* Raises when `rc` is not 0. */
void archive_must(lua_State *L, int rc, const error *e);

/* Pushes {entries=, bytes=}. */
void archive_push_totals(lua_State *L, const pack_totals *t);

/* The limits in the table at `arg`: max_entries, max_bytes. */
void archive_limits(lua_State *L, int arg, rules_limits *out);

/* Runs verify with the options at `options`; pushes the report or a job. */
int archive_verify_core(lua_State *L, archive_core *c, int options);

void archive_install_packer(lua_State *L);
void archive_install_archive(lua_State *L);
void archive_install_tar(lua_State *L);

/* archive.tar(writer) */
int archive_tar(lua_State *L);

#endif
