#include "check.h"
#include "docker/copy.h"
#include "docker/exec.h"
#include "docker/image.h"

#include <string.h>

static int progress(const char *text, buffer *id, error *e) {
    return docker_read_progress(text, strlen(text), "import", "x", id, e);
}

TEST(an_error_hides_in_a_success) {
    buffer id = BUFFER_INIT(1000);
    error e = ERROR_INIT;
    CHECK_INT(progress("{\"status\":\"working\"}\r\n{\"status\":\"sha256:1\"}\r\n", &id, &e), 0);
    CHECK_STR(id.data, "sha256:1");
    CHECK_INT(progress("{\"status\":\"a\"}\n{\"errorDetail\":{\"message\":\"no space\"},"
                       "\"error\":\"no\"}\n",
                       &id, &e),
              -1);
    CHECK_STR(e.message, "no space");
    CHECK_INT(e.kind, ERROR_ENGINE);
    CHECK_INT(progress("{\"error\":\"no\"}", &id, &e), -1);
    CHECK_STR(e.message, "no");
    CHECK_INT(progress("{\"errorDetail\":{\"message\":\"\"},\"error\":\"no\"}", &id, &e), -1);
    CHECK_STR(e.message, "no");
    CHECK_INT(progress("{\"errorDetail\":{\"code\":1},\"error\":\"\"}", &id, &e), -1);
    CHECK_STR(e.message, "it failed, and the Engine does not say why");
    CHECK_INT(progress("{\"status\":", &id, &e), -1);
    CHECK_INT(e.kind, ERROR_JSON);
    CHECK_INT(progress("\r\n\n", &id, &e), 0);
    buffer_free(&id);
}

TEST(stats_are_decoded) {
    docker_stat s;
    error e = ERROR_INIT;
    /* {"name":"x","size":3,"mode":8389101,"mtime":"2022-01-31T12:30:00.5+01:00","linkTarget":""} */
    CHECK_INT(
        docker_stat_parse("eyJuYW1lIjoieCIsInNpemUiOjMsIm1vZGUiOjgzODkxMDEsIm10aW1lIjoiMjAyMi0wM"
                          "S0zMVQxMjozMDowMC41KzAxOjAwIiwibGlua1RhcmdldCI6IiJ9",
                          &s, &e),
        0);
    CHECK_STR(s.name, "x");
    CHECK_STR(s.type, "file");
    CHECK_INT(s.size, 3);
    CHECK_INT(s.mode, 04755);
    CHECK_INT(s.mtime * 10, 16436286005LL);
    docker_stat_free(&s);
    /* {"name":"l","size":1,"mode":134218239,"mtime":"","linkTarget":"/etc/x"} */
    CHECK_INT(
        docker_stat_parse("eyJuYW1lIjoibCIsInNpemUiOjEsIm1vZGUiOjEzNDIxODIzOSwibXRpbWUiOiIiLCJsaW"
                          "5rVGFyZ2V0IjoiL2V0Yy94In0=",
                          &s, &e),
        0);
    CHECK_STR(s.type, "symlink");
    CHECK_STR(s.link, "/etc/x");
    docker_stat_free(&s);
    /* {"name":"d","size":1,"mode":2151678445} */
    CHECK_INT(docker_stat_parse("eyJuYW1lIjoiZCIsInNpemUiOjEsIm1vZGUiOjIxNTE2Nzg0NDV9", &s, &e), 0);
    CHECK_STR(s.type, "directory");
    CHECK_INT(s.mode, 02755);
    docker_stat_free(&s);
    CHECK_INT(docker_stat_parse("!!!", &s, &e), -1);
    CHECK_INT(docker_stat_parse("", &s, &e), -1);
    CHECK_INT(docker_stat_parse("e30=", &s, &e), -1);
}

static void is_told(int code, const char *out, const char *err, const char *want) {
    docker_exec_request r = {.subject = "x in container y"};
    docker_exec_result result = {.code = code, .out = BUFFER_INIT(4096), .err = BUFFER_INIT(4096)};
    error e = ERROR_INIT;
    CHECK_INT(buffer_append_text(&result.out, out, &e), 0);
    CHECK_INT(buffer_append_text(&result.err, err, &e), 0);
    CHECK_INT(docker_exec_check(&r, &result, &e), code == 0 ? 0 : -1);
    CHECK_STR(e.message, want);
    CHECK_INT(e.code, code);
    docker_exec_result_free(&result);
}

TEST(exit_codes_are_told) {
    is_told(0, "a", "b", "");
    is_told(1, "", "first\nlast line\n\n", "exit code 1: last line");
    is_told(2, "out", "", "exit code 2");
    is_told(127, "no such program\r\n", "", "exit code 127: no such program");
}

int main(void) {
    RUN(an_error_hides_in_a_success);
    RUN(stats_are_decoded);
    RUN(exit_codes_are_told);
    return check_result();
}
