/* fault.h: calls that fail when a test wants them to.
 *
 * A test that links hk_fault (hk_fault_hash, hk_fault_http for the libraries behind those rooms)
 * has the calls of its code to malloc, write and so on go through here. Only calls of the thread
 * that armed count. */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include "base/error.h"

typedef enum fault_kind {
    FAULT_MEMORY,  /* ENOMEM of malloc and its like */
    FAULT_SYSTEM,  /* EIO of system calls */
    FAULT_LIBRARY, /* failures of libcrypto and libcurl */
    FAULT_SIGNAL,  /* EINTR of reading, writing, waiting: must not be noticed */
    FAULT_SHORT,   /* one byte read or written of many: must not be noticed */
    FAULT_OLD      /* what old kernels and odd file systems cannot do: must not be noticed */
} fault_kind;

/* From now on the nth call of that kind fails; `sticky`: and all after it. */
void fault_arm(fault_kind kind, int nth, bool sticky);

/* The end of that; whether a call has failed. */
bool fault_disarm(void);

/* For wrappers: whether this call is to fail. */
bool fault_here(fault_kind kind);

/* Runs `run` again and again, with its first call failing, its second, ... until none is left to
 * fail: it must then return 0. A run that failed must have told why. After each `settle` (may be
 * NULL) looks at what is there and clears it up. No descriptor may be left. */
void fault_each(fault_kind kind, int (*run)(error *e), void (*settle)(int rc));

/* The same with all calls failing from the nth on. */
void fault_each_sticky(fault_kind kind, int (*run)(error *e), void (*settle)(int rc));

/* A wrapper of the linker's --wrap: `bad` is what a call that fails returns. */
#define FAULT_WRAP(kind, type, name, params, args, bad)                                            \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params {                                                                    \
        return fault_here(kind) ? (bad) : __real_##name args;                                      \
    }

#endif
