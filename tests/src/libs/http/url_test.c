#include "check.h"
#include "http/url.h"

static const char *redacted(const char *url) {
    static char out[64];
    url_redact(url, out, sizeof out);
    return out;
}

TEST(escapes_all_but_the_unreserved) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(1000);
    CHECK_INT(url_escape(&b, "a-._~Z9 /?&=%\0\xc3\xa9", 16, &e), 0);
    CHECK_STR(b.data, "a-._~Z9%20%2F%3F%26%3D%25%00%C3%A9");
    buffer_free(&b);
}

TEST(joins_query_pairs) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(1000);
    CHECK_INT(buffer_append_text(&b, "/x", &e), 0);
    CHECK_INT(url_query(&b, "path", "/mnt/a b", &e), 0);
    CHECK_INT(url_query(&b, "f", "{\"a\":1}", &e), 0);
    CHECK_STR(b.data, "/x?path=%2Fmnt%2Fa%20b&f=%7B%22a%22%3A1%7D");
    buffer_free(&b);
}

TEST(keeps_secrets_out_of_messages) {
    CHECK_STR(redacted("http://u:p@h:9200/a/b?token=x#y"), "http://h:9200/a/b");
    CHECK_STR(redacted("https://u:p@q@h/"), "https://h/");
    CHECK_STR(redacted("http://h?x"), "http://h");
    CHECK_STR(redacted("u:p@h/a?b"), "h/a");
    CHECK_STR(redacted("http://h/\r\nx"), "http://h/??x");
    CHECK_STR(redacted("http://h/0123456789012345678901234567890123456789012345678901234567890"),
              "http://h/012345678901234567890123456789012345678901234567890123");
}

TEST(knows_this_machine) {
    CHECK(url_is_loopback("http://localhost:9200/x"));
    CHECK(url_is_loopback("http://LOCALHOST"));
    CHECK(url_is_loopback("http://u:p@127.0.0.1/"));
    CHECK(url_is_loopback("https://[::1]:3/"));
    CHECK(!url_is_loopback("http://localhost.example.org/"));
    CHECK(!url_is_loopback("http://127.example.org/"));
    CHECK(!url_is_loopback("http://10.0.0.1/"));
    CHECK(!url_is_loopback("localhost"));
}

int main(void) {
    RUN(escapes_all_but_the_unreserved);
    RUN(joins_query_pairs);
    RUN(keeps_secrets_out_of_messages);
    RUN(knows_this_machine);
    return check_result();
}
