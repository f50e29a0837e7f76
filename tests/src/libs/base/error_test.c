#include "base/error.h"

#include <errno.h>
#include <string.h>
#include "check.h"

TEST(set_fills_all_fields) {
    error e = ERROR_INIT;
    CHECK_INT(error_set(&e, ERROR_ENGINE, 409, "engine", "c1", "%s is %d", "it", 7), -1);
    CHECK_INT(e.kind, ERROR_ENGINE);
    CHECK_INT(e.code, 409);
    CHECK_STR(e.op, "engine");
    CHECK_STR(e.subject, "c1");
    CHECK_STR(e.message, "it is 7");
}

TEST(set_takes_its_own_fields_as_arguments) {
    error e = ERROR_INIT;
    error_set(&e, ERROR_SYSTEM, 5, "read", "file", "first");
    error_set(&e, ERROR_ARCHIVE, 0, e.op, e.subject, "then %s", e.message);
    CHECK_STR(e.op, "read");
    CHECK_STR(e.subject, "file");
    CHECK_STR(e.message, "then first");
}

TEST(set_cuts_what_is_too_long) {
    char text[4000];
    error e = ERROR_INIT;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_set(&e, ERROR_LIMIT, 0, text, text, "%s", text);
    CHECK_INT(strlen(e.op), sizeof e.op - 1);
    CHECK_INT(strlen(e.subject), sizeof e.subject - 1);
    CHECK_INT(strlen(e.message), sizeof e.message - 1);
    error_set(&e, ERROR_LIMIT, 0, "op", NULL, "m");
    CHECK_STR(e.subject, "");
}

TEST(errno_is_kept_and_named) {
    error e = ERROR_INIT;
    errno = ENOENT;
    CHECK_INT(error_errno(&e, "open", "/none"), -1);
    CHECK_INT(errno, ENOENT);
    CHECK_INT(e.kind, ERROR_SYSTEM);
    CHECK_STR(e.message, "No such file or directory");
    CHECK_STR(error_errno_name(e.code), "ENOENT");
    CHECK_STR(error_errno_name(99999), "E99999");
    CHECK_STR(error_errno_name(0), "E0");
}

TEST(kinds_have_words) {
    const char *words[] = {"none",      "system", "http", "engine",  "exec",
                           "archive",   "json",   "env",  "timeout", "interrupted",
                           "cancelled", "limit",  "state"};
    for (int i = 0; i <= ERROR_STATE; i++) {
        CHECK_STR(error_kind_name((enum error_kind)i), words[i]);
    }
    CHECK_STR(error_kind_name((enum error_kind)99), "unknown");
}

int main(void) {
    RUN(set_fills_all_fields);
    RUN(set_takes_its_own_fields_as_arguments);
    RUN(set_cuts_what_is_too_long);
    RUN(errno_is_kept_and_named);
    RUN(kinds_have_words);
    return check_result();
}
