#include "json/json_guard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json/json_scan.h"

struct attach {
    const char *text;
    const json_tokens *tokens;
    size_t ordinal; /* of the next number */
    size_t next;    /* token that is waited for */
};

/* Gives each number whose token was kept that token, in document order. */
static int attach_tokens(struct attach *a, cJSON *item) {
    if (cJSON_IsNumber(item)) {
        const json_tokens *t = a->tokens;
        if (a->next < t->count && t->items[a->next].ordinal == a->ordinal) {
            const json_token *token = &t->items[a->next++];
            /* A copy by cJSON's allocator, because cJSON_Delete frees it. */
            item->valuestring = cJSON_malloc(token->length + 1);
            if (!item->valuestring) {
                return -1;
            }
            memcpy(item->valuestring, a->text + token->start, token->length);
            item->valuestring[token->length] = '\0';
        }
        a->ordinal++;
    }
    for (cJSON *child = item->child; child; child = child->next) {
        if (attach_tokens(a, child) != 0) {
            return -1;
        }
    }
    return 0;
}

static cJSON *build(const char *text, size_t n, const json_tokens *tokens, error *e) {
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text, n, &end, 0);
    struct attach a = {text, tokens, 0, 0};
    if (!root || attach_tokens(&a, root) != 0) {
        cJSON_Delete(root);
        errno = ENOMEM; /* the grammar is right: nothing else can have failed */
        error_errno(e, "json", "");
        return NULL;
    }
    return root;
}

cJSON *json_parse(const char *text, size_t n, error *e) {
    json_tokens tokens;
    cJSON *root = NULL;
    if (json_scan(text, n, &tokens, e) == 0) {
        root = build(text, n, &tokens, e);
    }
    json_tokens_free(&tokens);
    return root;
}

bool json_integer(const cJSON *item, long long *value) {
    if (!cJSON_IsNumber(item)) {
        return false;
    }
    if (item->valuestring) {
        char *end = NULL;
        errno = 0;
        long long got = strtoll(item->valuestring, &end, 10);
        if (errno != 0 || *end != '\0') {
            return false;
        }
        *value = got;
        return true;
    }
    const double limit = (double)JSON_SAFE_INTEGER;
    double d = item->valuedouble;
    if (!(d >= -limit && d <= limit)) {
        return false;
    }
    long long got = (long long)d;
    if ((double)got < d || (double)got > d) {
        return false;
    }
    *value = got;
    return true;
}

cJSON *json_create_integer(long long value) {
    cJSON *item = cJSON_CreateNumber((double)value);
    if (!item || (value >= -JSON_SAFE_INTEGER && value <= JSON_SAFE_INTEGER)) {
        return item;
    }
    const size_t size = 24;
    item->valuestring = cJSON_malloc(size);
    if (!item->valuestring) {
        cJSON_Delete(item);
        return NULL;
    }
    snprintf(item->valuestring, size, "%lld", value);
    return item;
}

cJSON *json_get(const cJSON *object, const char *name) {
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

const char *json_text(const cJSON *object, const char *name) {
    const cJSON *item = json_get(object, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}
