/* log.h: lines for people on stderr, and text on stdout; what was registered as a secret is masked
 * in all of it. */
#ifndef MODULES_LOG_H
#define MODULES_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Lines above the level are dropped; LOG_INFO at the start. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "hosskeep: text" on stderr; the newlines inside become "; ". */
void log_line(enum log_level level, const char *text);

/* Writes masked bytes; false when they could not be written (never raises; without memory nothing
 * is written). */
bool log_write(FILE *to, const char *text, size_t n);

#endif
