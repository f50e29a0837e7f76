/* suggest.h: which known word somebody may have meant. */
#ifndef HOST_SUGGEST_H
#define HOST_SUGGEST_H

#include <stddef.h>

/* How many letters must be changed, added, removed or swapped with their neighbour. */
unsigned suggest_distance(const char *a, const char *b);

/* Keeps the best so far: start with {word, NULL, 0}. */
typedef struct suggestion {
    const char *word;
    const char *best; /* NULL: nothing is near enough */
    unsigned distance;
} suggestion;

/* Looks at one more candidate, which must outlive the suggestion. */
void suggest_try(suggestion *s, const char *candidate);

#endif
