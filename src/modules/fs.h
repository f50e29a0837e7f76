/* fs.h: the two halves of the module fs. */
#ifndef MODULES_FS_H
#define MODULES_FS_H

#include <lua.h>

/* Adds chmod, chown, symlink, readlink, realpath, join, dirname, basename, space, writable and lock
 * to the table on top. */
void fs_add_more(lua_State *L);

#endif
