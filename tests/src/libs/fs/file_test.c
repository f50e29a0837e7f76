#include "fs/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "check.h"

TEST(reads_whole_files) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(100);
    CHECK_INT(file_read(check_path("none"), &b, &e), 0);
    CHECK_INT(file_read(check_write("some", "a\0b", 3), &b, &e), 1);
    CHECK_MEM(b.data, "a\0b", 4);
    buffer_free(&b);
    CHECK_INT(file_read(check_write("empty", "", 0), &b, &e), 1);
    CHECK_STR(b.data, "");
    b.max = 2;
    CHECK_INT(file_read(check_path("some"), &b, &e), -1);
    CHECK_INT(e.kind, ERROR_LIMIT);
    CHECK_INT(file_read(check_folder(), &b, &e), -1);
    CHECK_INT(e.code, EISDIR);
    buffer_free(&b);
}

TEST(stats) {
    error e = ERROR_INIT;
    struct stat st;
    const char *link = check_path("link");
    CHECK_INT(symlink("gone", link), 0);
    CHECK_INT(file_stat(link, true, &st, &e), 0);
    CHECK_INT(file_stat(link, false, &st, &e), 1);
    CHECK_STR(file_type(st.st_mode), "symlink");
    CHECK_INT(file_stat(check_folder(), true, &st, &e), 1);
    CHECK_STR(file_type(st.st_mode), "directory");
    CHECK_INT(file_stat(check_path("some/below"), true, &st, &e), 0);
    CHECK_INT(file_stat("/dev/null", true, &st, &e), 1);
    CHECK_STR(file_type(st.st_mode), "character");
    CHECK_STR(file_type(S_IFREG), "file");
    CHECK_STR(file_type(S_IFIFO), "fifo");
    CHECK_STR(file_type(S_IFSOCK), "socket");
    CHECK_STR(file_type(S_IFBLK), "block");
    CHECK_STR(file_type(0), "unknown");
}

TEST(lists_in_byte_order) {
    error e = ERROR_INIT;
    file_names names;
    CHECK_INT(mkdir(check_path("list"), 0700), 0);
    check_write("list/b", "", 0);
    check_write("list/a", "", 0);
    check_write("list/.c", "", 0);
    CHECK_INT(file_list(check_path("list"), &names, &e), 0);
    REQUIRE(names.count == 3);
    CHECK_STR(names.names[0], ".c");
    CHECK_STR(names.names[1], "a");
    CHECK_STR(names.names[2], "b");
    file_names_free(&names);
    CHECK_INT(file_list(check_path("none"), &names, &e), -1);
    CHECK_INT(e.code, ENOENT);
    CHECK_INT(names.count, 0);
}

TEST(renames_and_removes) {
    error e = ERROR_INIT;
    const char *a = check_write("a", "a", 1), *b = check_write("b", "b", 1);
    CHECK_INT(file_rename(a, b, false, &e), -1);
    CHECK_INT(e.code, EEXIST);
    CHECK_CONTAINS(e.message, b);
    CHECK_INT(file_rename(a, b, true, &e), 0);
    CHECK_INT(file_rename(b, check_path("c"), false, &e), 0);
    CHECK_INT(file_remove(check_path("c"), &e), 1);
    CHECK_INT(file_remove(check_path("c"), &e), 0);
    CHECK_INT(file_remove(check_path("list"), &e), -1);
    CHECK_INT(e.code, ENOTEMPTY);
}

TEST(space_and_sync) {
    error e = ERROR_INIT;
    unsigned long long available = 0, total = 0;
    CHECK_INT(file_space(check_folder(), &available, &total, &e), 0);
    CHECK(total > 0 && available <= total);
    CHECK_INT(file_space(check_path("none"), &available, &total, &e), -1);
    CHECK_INT(file_sync(check_folder(), &e), 0);
    CHECK_INT(file_sync(check_path("none"), &e), -1);
    CHECK(file_writable(check_folder()));
    CHECK(!file_writable(check_path("none")));
}

int main(void) {
    RUN(reads_whole_files);
    RUN(stats);
    RUN(lists_in_byte_order);
    RUN(renames_and_removes);
    RUN(space_and_sync);
    return check_result();
}
