/* lock.h: one run at a time, over a file that stays. */
#ifndef FS_LOCK_H
#define FS_LOCK_H

#include <stddef.h>
#include "base/error.h"

typedef struct file_lock file_lock;

/* Takes the lock without waiting, by flock on `path` (made with mode 0600 when missing, never a
 * link), and writes `text` into it: who holds it. Returns NULL when it cannot; `e` is then of kind
 * STATE when another holds it, and `holder` (size bytes) is that one's text. The kernel releases
 * the lock whatever ends the process; programs that it starts do not inherit it. */
file_lock *lock_take(const char *path, const char *text, char *holder, size_t size, error *e);

/* Empties the file and releases. NULL is fine. */
void lock_release(file_lock *lock);

#endif
