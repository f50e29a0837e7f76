#include "check.h"
#include "docker/address.h"

#include <stdlib.h>

static const docker_wish NOTHING = {.tls = -1};

static docker_address find(docker_wish wish) {
    docker_address a;
    error e = ERROR_INIT;
    CHECK_INT(docker_address_find(&a, &wish, &e), 0);
    return a;
}

static void fails(const char *host, const char *part) {
    docker_address a;
    error e = ERROR_INIT;
    docker_wish wish = {.host = host, .tls = -1};
    CHECK_INT(docker_address_find(&a, &wish, &e), -1);
    CHECK_INT(e.kind, ERROR_ENGINE);
    CHECK_CONTAINS(e.message, part);
}

static void clean(void) {
    unsetenv("DOCKER_HOST");
    unsetenv("DOCKER_TLS");
    unsetenv("DOCKER_TLS_VERIFY");
    unsetenv("DOCKER_CERT_PATH");
}

TEST(the_default_is_the_local_socket) {
    clean();
    docker_address a = find(NOTHING);
    CHECK_STR(a.unix_path, "/var/run/docker.sock");
    CHECK_STR(a.url, "http://docker");
    setenv("DOCKER_HOST", "", 1);
    a = find(NOTHING);
    CHECK_STR(a.unix_path, "/var/run/docker.sock");
}

TEST(docker_host_is_read) {
    clean();
    setenv("DOCKER_HOST", "unix:///tmp/x y.sock", 1);
    docker_address a = find(NOTHING);
    CHECK_STR(a.unix_path, "/tmp/x y.sock");
    setenv("DOCKER_HOST", "tcp://h:1234", 1);
    a = find(NOTHING);
    CHECK_STR(a.url, "http://h:1234");
    CHECK_STR(a.unix_path, "");
    a = find((docker_wish){.host = "tcp://h", .tls = -1});
    CHECK_STR(a.url, "http://h:2375");
    a = find((docker_wish){.host = "tcp://[::1]:99/", .tls = -1});
    CHECK_STR(a.url, "http://[::1]:99");
    a = find((docker_wish){.host = "tcp://[::1]", .tls = -1});
    CHECK_STR(a.url, "http://[::1]:2375");
}

TEST(tls_comes_from_the_environment_or_the_caller) {
    clean();
    setenv("DOCKER_HOST", "tcp://h", 1);
    setenv("DOCKER_TLS_VERIFY", "1", 1);
    setenv("DOCKER_CERT_PATH", "/c", 1);
    docker_address a = find(NOTHING);
    CHECK_STR(a.url, "https://h:2376");
    CHECK(a.verify);
    CHECK_STR(a.ca, "/c/ca.pem");
    CHECK_STR(a.cert, "/c/cert.pem");
    CHECK_STR(a.key, "/c/key.pem");
    clean();
    setenv("DOCKER_TLS", "1", 1);
    setenv("HOME", "/home/u", 1);
    a = find((docker_wish){.host = "tcp://h", .tls = -1});
    CHECK(a.tls && !a.verify);
    CHECK_STR(a.ca, "/home/u/.docker/ca.pem");
    clean();
    a = find((docker_wish){.host = "tcp://h", .tls = -1, .ca = "/x.pem"});
    CHECK(a.tls && a.verify);
    CHECK_STR(a.ca, "/x.pem");
    CHECK_STR(a.cert, "");
    a = find((docker_wish){.host = "https://h:1", .tls = -1});
    CHECK_STR(a.url, "https://h:1");
    CHECK(a.verify);
}

TEST(what_cannot_be_spoken_to_is_told) {
    clean();
    fails("ssh://u@h", "only unix://");
    fails("npipe:////./pipe/x", "only unix://");
    fails("h:2375", "only unix://");
    fails("tcp://", "tcp://HOST:PORT");
    fails("tcp://u:p@h", "tcp://HOST:PORT");
    fails("tcp://h/path", "tcp://HOST:PORT");
    fails("unix://relative", "absolute");
}

int main(void) {
    RUN(the_default_is_the_local_socket);
    RUN(docker_host_is_read);
    RUN(tls_comes_from_the_environment_or_the_caller);
    RUN(what_cannot_be_spoken_to_is_told);
    return check_result();
}
