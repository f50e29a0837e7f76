#include "check.h"
#include "docker/containers.h"
#include "docker/path.h"

static void is_path(const char *name, const char *want) {
    buffer b = BUFFER_INIT(1000);
    error e = ERROR_INIT;
    CHECK_INT(docker_path(&b, "/containers/", name, "/json", &e), want == NULL ? -1 : 0);
    if (want != NULL) {
        CHECK_STR(b.data, want);
    }
    buffer_free(&b);
}

TEST(names_lead_nowhere_else) {
    is_path("server_db_1", "/containers/server_db_1/json");
    is_path("a b?c#d", "/containers/a%20b%3Fc%23d/json");
    is_path("..x", "/containers/..x/json");
    is_path("", NULL);
    is_path(".", NULL);
    is_path("..", NULL);
    is_path("a/b", NULL);
    is_path("../volumes/x", NULL);
}

static void is_image(const char *ref, const char *want) {
    buffer b = BUFFER_INIT(1000);
    error e = ERROR_INIT;
    CHECK_INT(docker_image_path(&b, "/images/", ref, "/json", &e), want == NULL ? -1 : 0);
    if (want != NULL) {
        CHECK_STR(b.data, want);
    }
    buffer_free(&b);
}

TEST(images_keep_slashes_and_colons) {
    is_image("postgres:13.5-alpine", "/images/postgres:13.5-alpine/json");
    is_image("host:5000/a/b:1", "/images/host:5000/a/b:1/json");
    is_image("sha256:00ff", "/images/sha256:00ff/json");
    is_image("a?b", "/images/a%3Fb/json");
    is_image("", NULL);
    is_image("a//b", NULL);
    is_image("a/../b", NULL);
    is_image("a:", NULL);
}

TEST(filters_are_json) {
    const char *const labels[] = {"a=b", "c \"d\"", NULL};
    const char *const none[] = {NULL};
    buffer b = BUFFER_INIT(1000);
    error e = ERROR_INIT;
    CHECK_INT(buffer_append_text(&b, "/x?all=1", &e), 0);
    CHECK_INT(docker_filter_labels(&b, labels, &e), 0);
    CHECK_STR(b.data, "/x?all=1&filters=%7B%22label%22%3A%5B%22a%3Db%22%2C"
                      "%22c%20%5C%22d%5C%22%22%5D%7D");
    buffer_clear(&b);
    CHECK_INT(docker_filter_labels(&b, none, &e), 0);
    CHECK_STR(b.data, "?filters=%7B%22label%22%3A%5B%5D%7D");
    buffer_free(&b);
}

int main(void) {
    RUN(names_lead_nowhere_else);
    RUN(images_keep_slashes_and_colons);
    RUN(filters_are_json);
    return check_result();
}
