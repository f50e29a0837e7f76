/* JSON, .env, URLs and secrets when memory is short. */
#include <stdlib.h>
#include <string.h>
#include "base/mask.h"
#include "base/text.h"
#include "check.h"
#include "env/env_file.h"
#include "fault.h"
#include "http/headers.h"
#include "http/url.h"
#include "json/json_guard.h"

static const char json[] = "{\"a\":[1,2.50,12345678901234567890,\"\\u00e4\\n\\u0001\"],\"b\":{},"
                           "\"c\":{\"d\":null,\"e\":[true,false]}}";

static int read_and_print(error *e) {
    buffer b = BUFFER_INIT(10000);
    cJSON *tree = json_parse(json, strlen(json), e);
    int rc = tree ? json_print(tree, true, &b, e) : -1;
    cJSON_Delete(tree);
    if (rc == 0) {
        rc = json_print_string("x\ty\\", 4, &b, e);
    }
    buffer_free(&b);
    return rc;
}

static int big_number(error *e) {
    cJSON *item = json_create_integer(1LL << 60);
    if (!item) {
        return error_set(e, ERROR_SYSTEM, 0, "json", "", "no memory");
    }
    cJSON_Delete(item);
    return 0;
}

static const char env[] = "A='x y'\nexport B=\"${A:-z} ${C:-d} ${D}\\n\"\nC\nLONG=1 # c\n";

static const char *outside(const char *name) {
    return strcmp(name, "D") == 0 ? "from outside" : NULL;
}

static int read_env(error *e) {
    env_file file;
    char many[60 * 8 + 1] = "";
    for (int i = 0; i < 60; i++) {
        memcpy(many + (size_t)i * 8, "ABCDE=1\n", 9);
    }
    int rc = env_parse(env, strlen(env), outside, &file, e);
    env_free(&file);
    if (rc == 0) {
        rc = env_parse(many, strlen(many), NULL, &file, e);
        env_free(&file);
    }
    return rc;
}

static int replace_env(error *e) {
    static const char *const keys[] = {"A", "C", "NEW"};
    static const char *const values[] = {"plain", "it's # \"quoted\"\r", "' # \\"};
    int rc = 0;
    for (int i = 0; i < 9 && rc == 0; i++) {
        buffer b = BUFFER_INIT(10000);
        rc = env_replace(env, strlen(env) - 1, keys[i / 3], values[i % 3], &b, e);
        buffer_free(&b);
    }
    return rc;
}

static int write_url(error *e) {
    buffer b = BUFFER_INIT(10000);
    buffer small = BUFFER_INIT(100);
    http_headers h = HTTP_HEADERS_INIT;
    long status = 0;
    int rc = url_query(&b, "a name", "and/its value", e);
    rc = rc == 0 ? url_query(&b, "b", "c", e) : rc;
    rc = rc == 0 ? text_escape(&small, "\x1b[2J\xff plain", 12, e) : rc;
    rc = rc == 0 ? http_headers_add(&h, "A", "b", 1, e) : rc;
    rc = rc == 0 ? http_headers_line(&h, "C: d\r\n", 6, &status, e) : rc;
    http_headers_free(&h);
    buffer_free(&small);
    buffer_free(&b);
    return rc;
}

/* A text that cannot be masked is not shown at all. */
static int masks(error *e) {
    error told = ERROR_INIT;
    int rc = mask_add("s3cr3t-one", 10, e);
    rc = rc == 0 ? mask_add("s3cr3t-two", 10, e) : rc;
    error_set(&told, ERROR_HTTP, 0, "x", "s3cr3t-one", "with s3cr3t-one");
    mask_error(&told);
    CHECK(rc != 0 || (!strstr(told.message, "s3cr3t") && !strstr(told.subject, "s3cr3t")));
    mask_clear();
    return rc;
}

/* A buffer that may hold just so much: every writer into it can be the one that finds it full. */
TEST(full_buffers) {
    error e = ERROR_INIT;
    cJSON *tree = json_parse(json, strlen(json), &e);
    for (size_t room = 0; room < 400; room++) {
        buffer texts[] = {BUFFER_INIT(room), BUFFER_INIT(room), BUFFER_INIT(room),
                          BUFFER_INIT(room)};
        int rc = json_print(tree, true, &texts[0], &e);
        CHECK(rc == 0 || e.kind == ERROR_LIMIT);
        rc = env_replace(env, strlen(env), "NEW", "'x' # \"", &texts[1], &e);
        CHECK(rc == 0 || e.kind == ERROR_LIMIT);
        rc = url_query(&texts[2], "a b", "c/d?", &e);
        CHECK(rc == 0 || e.kind == ERROR_LIMIT);
        rc = text_escape(&texts[3], "\x1b[2J\xff plain", 12, &e);
        CHECK(rc == 0 || e.kind == ERROR_LIMIT);
        for (int i = 0; i < 4; i++) {
            CHECK(texts[i].length <= room);
            buffer_free(&texts[i]);
        }
    }
    cJSON_Delete(tree);
}

/* Files as large as may be, to which a value is added. */
TEST(large_env) {
    char *text = malloc(ENV_MAX_SIZE + 2);
    REQUIRE(text != NULL);
    memset(text, '#', ENV_MAX_SIZE + 1);
    memcpy(text, "A\nB='x'\n", 8);
    for (size_t less = 0; less < 30; less++) {
        static const char *const keys[] = {"A", "B", "NEW"};
        for (size_t i = 0; i < 3; i++) {
            error e = ERROR_INIT;
            buffer out = BUFFER_INIT(2 * ENV_MAX_SIZE);
            int rc = env_replace(text, ENV_MAX_SIZE + 1 - less, keys[i], "it's #", &out, &e);
            CHECK(rc == 0 ? less > 1 : e.kind == ERROR_LIMIT);
            buffer_free(&out);
        }
    }
    free(text);
}

TEST(memory) {
    fault_each(FAULT_MEMORY, read_and_print, NULL);
    fault_each(FAULT_MEMORY, big_number, NULL);
    fault_each(FAULT_MEMORY, read_env, NULL);
    fault_each(FAULT_MEMORY, replace_env, NULL);
    fault_each(FAULT_MEMORY, write_url, NULL);
    fault_each(FAULT_MEMORY, masks, NULL);
}

TEST(libcjson) {
    fault_each(FAULT_LIBRARY, read_and_print, NULL);
    fault_each(FAULT_LIBRARY, big_number, NULL);
}

TEST(nested_too_deeply) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(1 << 20);
    cJSON *tree = cJSON_CreateArray();
    for (int i = 0; i < 2000; i++) {
        cJSON *above = cJSON_CreateArray();
        cJSON_AddItemToArray(above, tree);
        tree = above;
    }
    CHECK_INT(json_print(tree, false, &b, &e), -1);
    CHECK_STR(e.message, "nested too deeply");
    cJSON_Delete(tree);
    buffer_free(&b);
}

TEST(no_room_at_all) {
    char text[] = "kept";
    CHECK(text_escape_to(text, 0, "x", 1) == text);
    CHECK_STR(text, "kept");
}

int main(void) {
    RUN(memory);
    RUN(libcjson);
    RUN(nested_too_deeply);
    RUN(no_room_at_all);
    RUN(full_buffers);
    RUN(large_env);
    return check_result();
}
