#include "json/json_guard.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

/* The text after reading and printing; static. NULL: refused. */
static const char *again(const char *text) {
    static char out[4096];
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(sizeof out - 1);
    cJSON *tree = json_parse(text, strlen(text), &e);
    if (!tree) {
        CHECK_INT(e.kind, ERROR_JSON);
        return NULL;
    }
    CHECK_INT(json_print(tree, false, &b, &e), 0);
    memcpy(out, b.data, b.length + 1);
    buffer_free(&b);
    cJSON_Delete(tree);
    return out;
}

TEST(round_trips) {
    const char *same[] = {
        "null",
        "true",
        "false",
        "0",
        "-1",
        "\"\"",
        "[]",
        "{}",
        "[[],{}]",
        "{\"a\":[1,2,{\"b\":null}]}",
        "9007199254740992",
        "9007199254740993",
        "-9223372036854775808",
        "9223372036854775807",
        "18446744073709551616",
        "[1,9007199254740993,2,0.1,1e3]",
        "{\"id\":1234567890123456789}",
        "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u007f\"",
        "\"\xC3\xA9\xF0\x9F\x98\x80\"",
        "1.50",
        "1E+5",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        CHECK_STR(again(same[i]), same[i]);
    }
    CHECK_STR(again(" [ 1 , 2 ]\r\n\t"), "[1,2]");
    CHECK_STR(again("-0"), "0");
    CHECK_STR(again("\"\\u00e9\\ud83d\\ude00\\/\""), "\"\xC3\xA9\xF0\x9F\x98\x80/\"");
}

TEST(refuses_what_is_not_json) {
    const char *bad[] = {
        "",
        " ",
        "nul",
        "truex",
        "[1,]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "[",
        "{",
        "\"abc",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "1e+",
        "0x10",
        "NaN",
        "Infinity",
        "1e999",
        "-1e999",
        "\"\\u0000\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"a\nb\"",
        "\"\xFF\"",
        "\"\xC0\x80\"",
        "'a'",
        "[1] 2",
        "// x\n1",
        "\xEF\xBB\xBF"
        "1",
        "1234567890123456789012345678901234567890123456789012345678901234",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_STR(again(bad[i]), NULL);
    }
    error e = ERROR_INIT;
    CHECK(json_parse("1\0", 2, &e) == NULL);
    CHECK(json_parse("[1,\n  x]", 8, &e) == NULL);
    CHECK_CONTAINS(e.message, "line 2 column 3");
    cJSON *cut = json_parse("12345", 2, &e);
    REQUIRE(cut);
    CHECK_INT(cut->valueint, 12);
    cJSON_Delete(cut);
}

static char *nested(size_t depth) {
    char *text = calloc(2 * depth + 1, 1);
    REQUIRE(text);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return text;
}

TEST(depth_is_limited) {
    char *text = nested(JSON_MAX_DEPTH);
    CHECK_STR(again(text), text);
    free(text);
    text = nested(JSON_MAX_DEPTH + 1);
    CHECK_STR(again(text), NULL);
    free(text);
    text = nested(100000);
    CHECK_STR(again(text), NULL);
    free(text);
}

TEST(integers_are_told_apart) {
    error e = ERROR_INIT;
    const char *text = "[1,-5,1.0,1e3,9223372036854775807,9223372036854775808,0.5,\"1\"]";
    const int yes[] = {1, 1, 0, 0, 1, 0, 0, 0};
    cJSON *tree = json_parse(text, strlen(text), &e);
    REQUIRE(tree);
    for (int i = 0; i < 8; i++) {
        long long value = 0;
        CHECK_INT(json_integer(cJSON_GetArrayItem(tree, i), &value), yes[i]);
        CHECK(i != 4 || value == LLONG_MAX);
        CHECK(i != 1 || value == -5);
    }
    cJSON_Delete(tree);
}

static void check_printed(cJSON *item, const char *want) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(1000);
    int result = item ? json_print(item, true, &b, &e) : -1;
    CHECK_INT(result, want ? 0 : -1);
    if (want) {
        CHECK_STR(b.data, want);
    }
    buffer_free(&b);
    cJSON_Delete(item);
}

TEST(prints_what_was_built) {
    check_printed(json_create_integer(LLONG_MIN), "-9223372036854775808");
    check_printed(json_create_integer(42), "42");
    check_printed(cJSON_CreateNumber(0.1), "0.1");
    check_printed(cJSON_CreateNumber(1.0 / 3), "0.33333333333333331");
    check_printed(cJSON_CreateNumber(1e20), "1e+20");
    check_printed(cJSON_CreateNumber(NAN), NULL);
    check_printed(cJSON_CreateNumber(INFINITY), NULL);
    check_printed(cJSON_CreateString("\xFF"), NULL);
    check_printed(cJSON_CreateRaw("1"), NULL);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObject(object, "list", cJSON_CreateArray());
    cJSON_AddNumberToObject(object, "n", 1);
    check_printed(object, "{\n  \"list\": [],\n  \"n\": 1\n}");
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(100);
    CHECK_INT(json_print_string("a\0b", 3, &b, &e), -1);
    buffer_free(&b);
}

TEST(getters_see_case) {
    error e = ERROR_INIT;
    cJSON *tree = json_parse("{\"Id\":\"x\",\"id\":2}", 17, &e);
    REQUIRE(tree);
    CHECK_STR(json_text(tree, "Id"), "x");
    CHECK(json_text(tree, "id") == NULL);
    CHECK(json_get(tree, "ID") == NULL);
    CHECK(json_get(json_get(tree, "id"), "x") == NULL);
    CHECK(json_get(NULL, "x") == NULL);
    cJSON_Delete(tree);
}

int main(void) {
    RUN(round_trips);
    RUN(refuses_what_is_not_json);
    RUN(depth_is_limited);
    RUN(integers_are_told_apart);
    RUN(prints_what_was_built);
    RUN(getters_see_case);
    return check_result();
}
