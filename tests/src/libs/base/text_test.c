#include "base/text.h"

#include <string.h>
#include "check.h"

static const char *escaped(const char *text, size_t n) {
    static char out[256];
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(sizeof out - 1);
    REQUIRE(text_escape(&b, text, n, &e) == 0);
    memcpy(out, b.data ? b.data : "", b.length + 1);
    buffer_free(&b);
    return out;
}

TEST(utf8_knows_what_is_valid) {
    CHECK(text_is_utf8("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", 17));
    CHECK(text_is_utf8("", 0));
    CHECK(!text_is_utf8("\xC0\x80", 2));         /* overlong */
    CHECK(!text_is_utf8("\xE0\x80\xAF", 3));     /* overlong */
    CHECK(!text_is_utf8("\xF0\x80\x80\xAF", 4)); /* overlong */
    CHECK(!text_is_utf8("\xED\xA0\x80", 3));     /* surrogate */
    CHECK(!text_is_utf8("\xF4\x90\x80\x80", 4)); /* beyond */
    CHECK(!text_is_utf8("\xFF", 1));
    CHECK(!text_is_utf8("\x80", 1));
    CHECK(!text_is_utf8("a\xC3", 2)); /* cut */
    CHECK(!text_is_utf8("\xC3(", 2));
}

TEST(escape_shows_odd_bytes) {
    CHECK_STR(escaped("a b", 3), "a b");
    CHECK_STR(escaped("a\nb\t\x7F\\", 6), "a\\012b\\011\\177\\134");
    CHECK_STR(escaped("\xFFz\xC3\xA9", 4), "\\377z\xC3\xA9");
    CHECK_STR(escaped("a\0b", 3), "a\\000b");
    CHECK_STR(escaped("\x1B[2J", 4), "\\033[2J");
    CHECK_STR(escaped("\xC2\x9B", 2), "\\302\\233");
    CHECK_STR(escaped("\xE2\x82", 2), "\\342\\202");
}

TEST(escape_to_cuts_whole_units) {
    char out[9];
    CHECK_STR(text_escape_to(out, sizeof out, "12345678", 8), "12345678");
    CHECK_STR(text_escape_to(out, sizeof out, "123456789", 9), "12345...");
    CHECK_STR(text_escape_to(out, sizeof out, "12\n\n\n", 5), "12...");
    CHECK_STR(text_escape_to(out, sizeof out, "", 0), "");
    CHECK_STR(text_escape_to(out, 2, "abc", 3), ".");
    CHECK_STR(text_escape_to(out, 1, "abc", 3), "");
    CHECK_STR(text_escape_to(out, sizeof out, "1234\xC3\xA9zz", 8), "1234\xC3\xA9zz");
}

int main(void) {
    RUN(utf8_knows_what_is_valid);
    RUN(escape_shows_odd_bytes);
    RUN(escape_to_cuts_whole_units);
    return check_result();
}
