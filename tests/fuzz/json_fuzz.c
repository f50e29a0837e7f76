/* JSON there and back: what is taken prints and reads as the same tree, and what is taken is JSON
 * for cJSON too. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "input.h"
#include "json/json_guard.h"

static void print(const cJSON *tree, bool indent, buffer *to) {
    error e = ERROR_INIT;
    MUST(json_print(tree, indent, to, &e) == 0);
}

/* Integers are told exactly, whatever their size. */
static void check_integers(const cJSON *item) {
    for (; item; item = item->next) {
        long long value;
        if (cJSON_IsNumber(item) && json_integer(item, &value)) {
            error e = ERROR_INIT;
            buffer b = BUFFER_INIT(100);
            cJSON *again = json_create_integer(value);
            long long second = 0;
            MUST(again != NULL);
            MUST(json_print(again, false, &b, &e) == 0);
            cJSON *parsed = json_parse(b.data, b.length, &e);
            MUST(parsed && json_integer(parsed, &second) && second == value);
            cJSON_Delete(parsed);
            cJSON_Delete(again);
            buffer_free(&b);
        }
        check_integers(item->child);
    }
}

static bool same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* In order, for a key may come twice. */
static bool same_tree(const cJSON *a, const cJSON *b) {
    for (; a && b; a = a->next, b = b->next) {
        bool number = cJSON_IsNumber(a);
        if (a->type != b->type || !same_text(a->string, b->string) ||
            !same_text(number ? NULL : a->valuestring, number ? NULL : b->valuestring) ||
            a->valuedouble < b->valuedouble || a->valuedouble > b->valuedouble ||
            !same_tree(a->child, b->child)) {
            return false;
        }
    }
    return a == b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    error e = ERROR_INIT;
    cJSON *tree = json_parse((const char *)data, size, &e);
    if (!tree) {
        MUST(e.kind == ERROR_JSON || e.kind == ERROR_LIMIT);
        return 0;
    }
    buffer first = BUFFER_INIT(64 << 20);
    buffer second = BUFFER_INIT(64 << 20);
    cJSON *theirs = cJSON_ParseWithLength((const char *)data, size);
    MUST(theirs != NULL);
    print(tree, size % 2 == 0, &first);
    cJSON *again = json_parse(first.data, first.length, &e);
    MUST(again != NULL);
    print(again, size % 2 == 0, &second);
    MUST(first.length == second.length && memcmp(first.data, second.data, first.length) == 0);
    MUST(same_tree(tree, again));
    check_integers(tree);
    cJSON_Delete(theirs);
    cJSON_Delete(tree);
    cJSON_Delete(again);
    buffer_free(&first);
    buffer_free(&second);
    return 0;
}
