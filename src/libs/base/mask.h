/* mask.h: values that must never be printed. Known once, masked in all that hosskeep prints.
 * Safe to use from every thread. */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include <stddef.h>
#include "base/buffer.h"

#define MASK_MIN 4 /* shorter values would mask half of every message */

/* Registers a value. One that is shorter than MASK_MIN, or known already, is left out (0).
 * -1 only without memory. The bytes are copied. */
int mask_add(const char *value, size_t n, error *e);

/* Appends `text` to `b` with each registered value replaced by "***"; longest values first. */
int mask_text(buffer *b, const char *text, size_t n, error *e);

/* Masks the subject and the message of an error in place. */
void mask_error(error *e);

/* Forgets all (for tests and the end of the program). */
void mask_clear(void);

#endif
