/* Printing of trees: exact numbers, checked strings, members in their order. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "json/json_guard.h"

struct printer {
    buffer *b;
    bool indent;
    error *e;
};

static int failed(error *e, const char *why) {
    return error_set(e, ERROR_JSON, 0, "json", "", "%s", why);
}

static int put(struct printer *p, const char *text) {
    return buffer_append_text(p->b, text, p->e);
}

static int put_line(struct printer *p, int depth) {
    if (!p->indent) {
        return 0;
    }
    return buffer_format(p->b, p->e, "\n%*s", depth * 2, "");
}

/* What stands for one byte in a string, or NULL when it stands for itself. */
static const char *escape_of(unsigned char c, char out[8]) {
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letter[] = "\"\\bfnrt";
    const char *found = c != 0 ? strchr(plain, c) : NULL;
    if (!found && c >= 0x20 && c != 0x7F) {
        return NULL;
    }
    if (found) {
        snprintf(out, 8, "\\%c", letter[found - plain]);
    } else {
        snprintf(out, 8, "\\u%04x", c);
    }
    return out;
}

int json_print_string(const char *text, size_t n, buffer *b, error *e) {
    if (!text || !text_is_utf8(text, n)) {
        return failed(e, "a string is not valid UTF-8");
    }
    if (memchr(text, '\0', n)) {
        return failed(e, "a string holds a NUL byte");
    }
    size_t plain = 0;
    if (buffer_append(b, "\"", 1, e) != 0) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        char out[8];
        const char *escape = escape_of((unsigned char)text[i], out);
        if (!escape) {
            continue;
        }
        if (buffer_append(b, text + plain, i - plain, e) != 0 ||
            buffer_append_text(b, escape, e) != 0) {
            return -1;
        }
        plain = i + 1;
    }
    if (buffer_append(b, text + plain, n - plain, e) != 0) {
        return -1;
    }
    return buffer_append(b, "\"", 1, e);
}

static int print_number(struct printer *p, const cJSON *item) {
    char text[40];
    long long integer = 0;
    if (item->valuestring) {
        return put(p, item->valuestring);
    }
    if (json_integer(item, &integer)) {
        return buffer_format(p->b, p->e, "%lld", integer);
    }
    double d = item->valuedouble;
    if (!isfinite(d)) {
        return failed(p->e, "a number is not finite");
    }
    snprintf(text, sizeof text, "%.15g", d);
    double back = strtod(text, NULL);
    if (back < d || back > d) {
        snprintf(text, sizeof text, "%.17g", d);
    }
    return put(p, text);
}

static int put_name(struct printer *p, const char *name) {
    if (json_print_string(name, name ? strlen(name) : 0, p->b, p->e) != 0) {
        return -1;
    }
    return put(p, p->indent ? ": " : ":");
}

static int print_item(struct printer *p, const cJSON *item, int depth);

static int print_members(struct printer *p, const cJSON *item, int depth) {
    bool object = cJSON_IsObject(item);
    if (!item->child) {
        return put(p, object ? "{}" : "[]");
    }
    if (depth > JSON_MAX_DEPTH) {
        return failed(p->e, "nested too deeply");
    }
    if (put(p, object ? "{" : "[") != 0) {
        return -1;
    }
    for (const cJSON *child = item->child; child; child = child->next) {
        if ((child != item->child && put(p, ",") != 0) || put_line(p, depth) != 0) {
            return -1;
        }
        if ((object && put_name(p, child->string) != 0) || print_item(p, child, depth + 1) != 0) {
            return -1;
        }
    }
    return put_line(p, depth - 1) != 0 ? -1 : put(p, object ? "}" : "]");
}

static int print_item(struct printer *p, const cJSON *item, int depth) {
    if (cJSON_IsNull(item)) {
        return put(p, "null");
    }
    if (cJSON_IsBool(item)) {
        return put(p, cJSON_IsTrue(item) ? "true" : "false");
    }
    if (cJSON_IsNumber(item)) {
        return print_number(p, item);
    }
    if (cJSON_IsString(item)) {
        const char *text = item->valuestring;
        return json_print_string(text, text ? strlen(text) : 0, p->b, p->e);
    }
    if (cJSON_IsArray(item) || cJSON_IsObject(item)) {
        return print_members(p, item, depth);
    }
    return failed(p->e, "not a JSON value");
}

int json_print(const cJSON *item, bool indent, buffer *b, error *e) {
    struct printer p = {b, indent, e};
    return print_item(&p, item, 1);
}
