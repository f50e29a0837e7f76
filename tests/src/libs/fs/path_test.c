#include "fs/path.h"

#include <stdlib.h>
#include "check.h"

static void check_freed(char *got, const char *want) {
    CHECK_STR(got, want);
    free(got);
}

TEST(join) {
    error e = ERROR_INIT;
    check_freed(path_join("a", "b", &e), "a/b");
    check_freed(path_join("a/", "b", &e), "a/b");
    check_freed(path_join("a", "/b", &e), "/b");
    check_freed(path_join("", "b", &e), "b");
    check_freed(path_join("a", "", &e), "a");
    check_freed(path_join("/", "b", &e), "/b");
}

TEST(parts) {
    error e = ERROR_INIT;
    const char *cases[][3] = {
        {"/a/b", "/a", "b"}, {"/a/b/", "/a", "b"}, {"b", ".", "b"},     {"/", "/", "/"},
        {"//", "/", "/"},    {"/b", "/", "b"},     {"a//b", "a", "b"},  {"", ".", ""},
        {"a/", ".", "a"},    {"..", ".", ".."},    {"/a/.", "/a", "."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_freed(path_dirname(cases[i][0], &e), cases[i][1]);
        check_freed(path_basename(cases[i][0], &e), cases[i][2]);
    }
}

TEST(below) {
    CHECK(path_below("/a/b/c", "/a/b"));
    CHECK(path_below("/a/b", "/a/b/"));
    CHECK(path_below("/a", "/"));
    CHECK(!path_below("/a/bc", "/a/b"));
    CHECK(!path_below("/a", "/a/b"));
    CHECK(!path_below("a", "/"));
}

int main(void) {
    RUN(join);
    RUN(parts);
    RUN(below);
    return check_result();
}
