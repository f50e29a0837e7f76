/* text.h: names and texts from outside, made fit for one line of a message. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buffer.h"

/* Length of the UTF-8 sequence at `text` (n bytes are there): 1 to 4, or 0 when it is not valid
 * (overlong forms, surrogates and values beyond U+10FFFF are not). */
size_t text_utf8_length(const char *text, size_t n);

/* True when all n bytes are valid UTF-8. */
bool text_is_utf8(const char *text, size_t n);

/* Appends `text` so that it prints in one line and can be told apart: control bytes, DEL, the C1
 * controls, backslash and whatever is not valid UTF-8 become \ooo (three octal digits a byte). */
int text_escape(buffer *b, const char *text, size_t n, error *e);

/* The same into a fixed buffer of `size` bytes, always NUL-ended; what does not fit ends in "...".
 * Returns `to`. */
char *text_escape_to(char *to, size_t size, const char *text, size_t n);

#endif
