#include "base/mask.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "check.h"

static void add(const char *value) {
    error e = ERROR_INIT;
    CHECK_INT(mask_add(value, strlen(value), &e), 0);
}

static const char *masked(const char *text) {
    static char out[256];
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(sizeof out - 1);
    REQUIRE(mask_text(&b, text, strlen(text), &e) == 0);
    snprintf(out, sizeof out, "%s", b.data);
    buffer_free(&b);
    return out;
}

TEST(masks_every_place) {
    add("hunter22");
    CHECK_STR(masked("a hunter22 and hunter22"), "a *** and ***");
    CHECK_STR(masked("hunter2"), "hunter2");
    CHECK_STR(masked(""), "");
    mask_clear();
    CHECK_STR(masked("hunter22"), "hunter22");
}

TEST(longest_wins_and_short_is_left_out) {
    add("abc");
    add("pass");
    add("password");
    add("pass");
    CHECK_STR(masked("password pass abc"), "*** *** abc");
    mask_clear();
}

TEST(masks_an_error) {
    error e = ERROR_INIT;
    add("s3cr3t!");
    error_set(&e, ERROR_HTTP, 401, "get", "http://u:s3cr3t!@h/", "no s3cr3t!");
    mask_error(&e);
    CHECK_STR(e.subject, "http://u:***@h/");
    CHECK_STR(e.message, "no ***");
    mask_clear();
}

static void *add_many(void *unused) {
    char value[32];
    (void)unused;
    for (int i = 0; i < 200; i++) {
        snprintf(value, sizeof value, "secret-%d", i);
        add(value);
        CHECK_STR(masked(value), "***");
    }
    return NULL;
}

TEST(threads_share_it) {
    pthread_t thread;
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(100);
    REQUIRE(pthread_create(&thread, NULL, add_many, NULL) == 0);
    for (int i = 0; i < 1000; i++) {
        buffer_clear(&b);
        CHECK_INT(mask_text(&b, "nothing here", 12, &e), 0);
    }
    buffer_free(&b);
    REQUIRE(pthread_join(thread, NULL) == 0);
    mask_clear();
}

int main(void) {
    RUN(masks_every_place);
    RUN(longest_wins_and_short_is_left_out);
    RUN(masks_an_error);
    RUN(threads_share_it);
    return check_result();
}
