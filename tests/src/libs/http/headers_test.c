#include "check.h"
#include "http/headers.h"

#include <string.h>

static int line(http_headers *h, const char *text, long *status, error *e) {
    return http_headers_line(h, text, strlen(text), status, e);
}

TEST(reads_lines_from_the_wire) {
    http_headers h = HTTP_HEADERS_INIT;
    error e = ERROR_INIT;
    long status = 0;
    CHECK_INT(line(&h, "HTTP/1.1 301 Moved\r\n", &status, &e), 0);
    CHECK_INT(line(&h, "Location: /x\r\n", &status, &e), 0);
    CHECK_INT(status, 301);
    CHECK_INT(line(&h, "HTTP/1.1 200 OK\r\n", &status, &e), 0);
    CHECK_INT(line(&h, "X-Odd:   a: b  \r\n", &status, &e), 0);
    CHECK_INT(line(&h, "Empty:\r\n", &status, &e), 0);
    CHECK_INT(line(&h, "\r\n", &status, &e), 0);
    CHECK_INT(line(&h, "no colon\r\n", &status, &e), 0);
    CHECK_INT(status, 200);
    CHECK(http_headers_get(&h, "location") == NULL);
    CHECK_STR(http_headers_get(&h, "x-ODD"), "a: b");
    CHECK_STR(http_headers_get(&h, "empty"), "");
    CHECK_INT(h.count, 2);
    CHECK_STR(h.list[0].name, "x-odd");
    http_headers_free(&h);
}

TEST(refuses_what_would_split_a_request) {
    http_headers h = HTTP_HEADERS_INIT;
    error e = ERROR_INIT;
    CHECK_INT(http_headers_add(&h, "A", "x\r\nB: y", 7, &e), -1);
    CHECK_INT(http_headers_add(&h, "A", "x\ny", 3, &e), -1);
    CHECK_INT(http_headers_add(&h, "A", "x\0y", 3, &e), -1);
    CHECK_INT(http_headers_add(&h, "A b", "x", 1, &e), -1);
    CHECK_INT(http_headers_add(&h, "A:", "x", 1, &e), -1);
    CHECK_INT(http_headers_add(&h, "", "x", 1, &e), -1);
    CHECK_INT(h.count, 0);
    CHECK_INT(http_headers_add(&h, "A", "x y", 3, &e), 0);
    CHECK_STR(http_headers_get(&h, "a"), "x y");
    http_headers_free(&h);
}

TEST(refuses_nul_bytes_from_the_wire) {
    http_headers h = HTTP_HEADERS_INIT;
    error e = ERROR_INIT;
    long status = 0;
    CHECK_INT(http_headers_line(&h, "A: b\0c\r\n", 9, &status, &e), -1);
    CHECK_INT(e.kind, ERROR_HTTP);
    CHECK_INT(h.count, 0);
    http_headers_free(&h);
}

TEST(has_a_ceiling) {
    http_headers h = HTTP_HEADERS_INIT;
    error e = ERROR_INIT;
    char text[4096] = "N: ";
    long status = 0;
    memset(text + 3, 'x', sizeof text - 4);
    int n = 0;
    while (n < 1000 && line(&h, text, &status, &e) == 0) {
        n++;
    }
    CHECK_INT(n, 64);
    CHECK_INT(e.kind, ERROR_LIMIT);
    http_headers_free(&h);
}

int main(void) {
    RUN(reads_lines_from_the_wire);
    RUN(refuses_what_would_split_a_request);
    RUN(refuses_nul_bytes_from_the_wire);
    RUN(has_a_ceiling);
    return check_result();
}
