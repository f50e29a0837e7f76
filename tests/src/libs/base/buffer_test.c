#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>
#include "check.h"

TEST(grows_and_stays_ended) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(100000);
    for (int i = 0; i < 10000; i++) {
        CHECK_INT(buffer_append(&b, "abc", 3, &e), 0);
    }
    CHECK_INT(b.length, 30000);
    CHECK_INT(strlen(b.data), 30000);
    buffer_clear(&b);
    CHECK_STR(b.data, "");
    CHECK_INT(buffer_format(&b, &e, "%d-%s", 7, "x"), 0);
    CHECK_STR(b.data, "7-x");
    buffer_free(&b);
    CHECK(b.data == NULL);
}

TEST(ceiling_is_exact) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(4);
    CHECK_INT(buffer_append_text(&b, "abcd", &e), 0);
    CHECK_INT(buffer_append_text(&b, "", &e), 0);
    CHECK_INT(buffer_append_text(&b, "e", &e), -1);
    CHECK_INT(e.kind, ERROR_LIMIT);
    CHECK_INT(buffer_format(&b, &e, "%d", 1), -1);
    CHECK_STR(b.data, "abcd");
    buffer_free(&b);
}

TEST(holds_bytes_and_gives_them_away) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(1000);
    CHECK_INT(buffer_append(&b, "a\0b", 3, &e), 0);
    char *bytes = buffer_detach(&b);
    CHECK_MEM(bytes, "a\0b", 4);
    free(bytes);
    CHECK_INT(b.length, 0);
    CHECK_INT(buffer_append(&b, NULL, 0, &e), 0);
    CHECK_STR(b.data, "");
    buffer_free(&b);
}

int main(void) {
    RUN(grows_and_stays_ended);
    RUN(ceiling_is_exact);
    RUN(holds_bytes_and_gives_them_away);
    return check_result();
}
