#include "host/suggest.h"

#include <string.h>

#define WORD_MAX 64

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

unsigned suggest_distance(const char *a, const char *b) {
    size_t n = strlen(a);
    size_t m = strlen(b);
    unsigned rows[3][WORD_MAX + 1]; /* the row two above, the one above, this one */
    if (n > WORD_MAX || m > WORD_MAX) {
        return WORD_MAX;
    }
    for (size_t j = 0; j <= m; j++) {
        rows[1][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= n; i++) {
        rows[2][0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned other = a[i - 1] != b[j - 1];
            unsigned best = least(rows[1][j - 1] + other, least(rows[1][j], rows[2][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = least(best, rows[0][j - 2] + 1);
            }
            rows[2][j] = best;
        }
        memcpy(rows[0], rows[1], sizeof rows[0]);
        memcpy(rows[1], rows[2], sizeof rows[0]);
    }
    return rows[1][m];
}

void suggest_try(suggestion *s, const char *candidate) {
    unsigned distance = suggest_distance(s->word, candidate);
    size_t n = strlen(s->word);
    unsigned limit = n < 4 ? 1 : n < 7 ? 2 : 3;
    if (distance <= limit && distance < n && (!s->best || distance < s->distance)) {
        s->best = candidate;
        s->distance = distance;
    }
}
