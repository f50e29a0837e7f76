/* interrupt.h: signals and cancellation, seen alike by every blocking loop.
 *
 * On the main thread the first SIGINT, SIGTERM or SIGHUP is reported once; then blocking calls work
 * again, so that cleanup runs. The second one is sticky: every call reports it. The third ends the
 * process with _exit(130). A job's thread binds a flag of its own: what is reported there is the
 * job's cancellation. */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>
#include "base/error.h"

/* How long a blocking loop may wait before it asks again, in milliseconds. */
#define INTERRUPT_POLL_MS 100

/* Installs the handlers (SIGPIPE and SIGXFSZ are ignored: write() tells). Returns 0, or -1 with
 * `e` filled. */
int interrupt_install(error *e);

/* -1 with kind INTERRUPTED (code: signal) or CANCELLED when this thread should end what it
 * does, else 0. On the main thread a first signal is consumed by the call that reports it. */
int interrupt_check(error *e);

/* True when interrupt_check would report something; consumes nothing. */
bool interrupt_pending(void);

/* The first signal that arrived, or 0. It stays, for the exit code 128+N. */
int interrupt_signal(void);

/* Forgets the signals that have arrived: for a prompt, which goes on after one. */
void interrupt_reset(void);

/* Makes this thread look at `flag` (set means: cancelled) and not at signals. NULL ends that. */
void interrupt_bind(atomic_int *flag);

/* A descriptor that becomes readable at a signal, for poll(); never read from it. -1 before
 * install. It stays readable once a signal came: poll it only while nothing has been reported. */
int interrupt_descriptor(void);

/* Waits up to `seconds` on the monotonic clock, or until interrupted (-1 with `e` filled). */
int interrupt_sleep(double seconds, error *e);

#endif
