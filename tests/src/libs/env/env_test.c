#include "env/env_file.h"

#include <stdlib.h>
#include <string.h>
#include "check.h"

static const char *outer(const char *name) {
    return strcmp(name, "HOME") == 0 ? "/root" : NULL;
}

TEST(reads_a_server_file) {
    error e = ERROR_INIT;
    env_file f;
    const char *text = "# HOSS\nSERVICES=opensearch ldap db\r\nEMPTY=\nexport X='a b' # c\n"
                       "ORG=Gigantum Inc.\nDIR=${HOME}/.hoss\nDATA=${DIR}/data\nBARE\nX=2\n";
    CHECK_INT(env_parse(text, strlen(text), outer, &f, &e), 0);
    CHECK_INT(f.count, 8);
    CHECK_STR(env_get(&f, "SERVICES"), "opensearch ldap db");
    CHECK_STR(env_get(&f, "EMPTY"), "");
    CHECK_STR(env_get(&f, "ORG"), "Gigantum Inc.");
    CHECK_STR(env_get(&f, "DATA"), "/root/.hoss/data");
    CHECK_STR(env_get(&f, "X"), "2");
    CHECK_STR(env_get(&f, "BARE"), NULL);
    CHECK_STR(env_get(&f, "NONE"), NULL);
    CHECK_INT(f.entries[0].line, 2);
    CHECK_INT(f.entries[7].line, 9);
    env_free(&f);
}

TEST(decodes_what_the_quotes_allow) {
    error e = ERROR_INIT;
    env_file f;
    const char *text = "S='a\\n\\'\\\\b'\nD=\"a\\n\\'\\z\"\nU=a\\n\n";
    CHECK_INT(env_parse(text, strlen(text), NULL, &f, &e), 0);
    CHECK_STR(env_get(&f, "S"), "a\\n'\\b");
    CHECK_STR(env_get(&f, "D"), "a\n'\\z");
    CHECK_STR(env_get(&f, "U"), "a\\n");
    env_free(&f);
}

static long bad_line(const char *text, size_t n) {
    error e = ERROR_INIT;
    env_file f;
    int result = env_parse(text, n, NULL, &f, &e);
    env_free(&f);
    CHECK(result == 0 || e.kind == ERROR_ENV);
    return result == 0 ? 0 : e.code;
}

TEST(names_the_bad_line) {
    CHECK_INT(bad_line("A=1\n\nB='x\nC=2\n", 14), 3);
    CHECK_INT(bad_line("A=1\r\nA B=1", 10), 2);
    CHECK_INT(bad_line("A=1\nB=\xFF\n", 8), 2);
    CHECK_INT(bad_line("A=1\nB=\0\n", 8), 2);
    CHECK_INT(bad_line("=1", 2), 1);
    CHECK_INT(bad_line("A=1", 3), 0);
}

static const char *replaced(const char *text, const char *key, const char *value) {
    static char out[1000];
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(sizeof out - 1);
    int result = env_replace(text, strlen(text), key, value, &b, &e);
    if (result == 0) {
        memcpy(out, b.data, b.length + 1);
    } else {
        CHECK_INT(e.kind, ERROR_ENV);
    }
    buffer_free(&b);
    return result == 0 ? out : NULL;
}

TEST(replaces_only_the_value) {
    const char *text = "# c\r\nexport A = 'old' # why\r\nB=2\r\n";
    CHECK_STR(replaced(text, "A", "/new dir"), "# c\r\nexport A = /new dir # why\r\nB=2\r\n");
    CHECK_STR(replaced(text, "B", ""), "# c\r\nexport A = 'old' # why\r\nB=\r\n");
    CHECK_STR(replaced(text, "C", "3"), "# c\r\nexport A = 'old' # why\r\nB=2\r\nC=3\r\n");
    CHECK_STR(replaced("A=1", "B", "2"), "A=1\nB=2\n");
    CHECK_STR(replaced("", "B", "2"), "B=2\n");
    CHECK_STR(replaced("A=1\nA=2\n", "A", "3"), "A=1\nA=3\n");
    CHECK_STR(replaced("A\nB=1\n", "A", "3"), "A=3\nB=1\n");
    CHECK_STR(replaced("A=1\nB=${A}\n", "A", "3"), "A=3\nB=${A}\n");
}

TEST(quotes_only_where_needed) {
    CHECK_STR(replaced("A=1\n", "A", "x # y"), "A='x # y'\n");
    CHECK_STR(replaced("A=1\n", "A", " x "), "A=' x '\n");
    CHECK_STR(replaced("A=1 # c\n", "A", ""), "A='' # c\n");
    CHECK_STR(replaced("A=1\n", "A", "it's"), "A=it's\n");
    CHECK_STR(replaced("A=1\n", "A", "'q' # \\"), "A='\\'q\\' # \\\\'\n");
    CHECK_STR(replaced("A=1\nB='2'\n", "A", "'q' # \\"), "A=\"'q' # \\\\\"\nB='2'\n");
    CHECK_STR(replaced("A=1\n", "A", "two\nlines"), "A='two\nlines'\n");
    CHECK_STR(replaced("A=1\n", "A", "cr\r"), "A=\"cr\\r\"\n");
    CHECK_STR(replaced("A=1\n", "A", "$x $(y) `z`"), "A=$x $(y) `z`\n");
}

TEST(refuses_what_cannot_be_written) {
    CHECK_STR(replaced("A=1\n", "A", "${B}"), NULL);
    CHECK_STR(replaced("A=1\n", "A", "\xFF"), NULL);
    CHECK_STR(replaced("A=1\n", "B C", "x"), NULL);
    CHECK_STR(replaced("A=1\n", "", "x"), NULL);
    CHECK_STR(replaced("A='\n", "A", "x"), NULL);
}

int main(void) {
    RUN(reads_a_server_file);
    RUN(decodes_what_the_quotes_allow);
    RUN(names_the_bad_line);
    RUN(replaces_only_the_value);
    RUN(quotes_only_where_needed);
    RUN(refuses_what_cannot_be_written);
    return check_result();
}
