/* json_scan.h: the grammar check that runs before cJSON sees a text; of use to json_guard.c only.
 * Lists the number tokens, in order, that a double or an int would not keep. */
#ifndef JSON_JSON_SCAN_H
#define JSON_JSON_SCAN_H

#include <stddef.h>
#include "base/error.h"

typedef struct json_token {
    size_t ordinal; /* of all numbers in the text, from 0 */
    size_t start;
    size_t length;
} json_token;

typedef struct json_tokens {
    json_token *items;
    size_t count;
    size_t room;
    size_t numbers; /* all numbers in the text */
} json_tokens;

/* 0, or -1 with kind JSON. `tokens` is to be freed in both cases. */
int json_scan(const char *text, size_t n, json_tokens *tokens, error *e);
void json_tokens_free(json_tokens *tokens);

#endif
