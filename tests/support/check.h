/* check.h: what a C unit test needs, and no more.
 *
 *     TEST(adds) { CHECK_INT(add(1, 2), 3); }
 *     int main(void) { RUN(adds); return check_result(); }
 *
 * A check that fails prints file, line and values; the test goes on. REQUIRE ends the program. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>

#define TEST(name) static void test_##name(void)
#define RUN(name) check_run(#name, test_##name)

#define CHECK(expr) ((void)check_true((expr), #expr, __FILE__, __LINE__))
#define CHECK_STR(got, want) ((void)check_text((got), (want), #got, __FILE__, __LINE__))
#define CHECK_INT(got, want)                                                                       \
    ((void)check_integer((long long)(got), (long long)(want), #got, __FILE__, __LINE__))
#define CHECK_MEM(got, want, n) ((void)check_bytes((got), (want), (n), #got, __FILE__, __LINE__))
#define CHECK_CONTAINS(got, part) ((void)check_has((got), (part), #got, __FILE__, __LINE__))
#define REQUIRE(expr) check_must(check_true((expr), #expr, __FILE__, __LINE__))

bool check_true(bool ok, const char *what, const char *file, int line);
bool check_text(const char *got, const char *want, const char *what, const char *file, int line);
bool check_has(const char *got, const char *part, const char *what, const char *file, int line);
bool check_integer(long long got, long long want, const char *what, const char *file, int line);
bool check_bytes(const void *got, const void *want, size_t n, const char *what, const char *file,
                 int line);
void check_must(bool ok);

void check_run(const char *name, void (*test)(void));

/* Prints the count; the exit code of main: 0, or 1 when a check failed. */
int check_result(void);

/* A folder of this process's own, made at the first call, removed at exit. */
const char *check_folder(void);

/* "FOLDER/name" in one of 16 static buffers. */
const char *check_path(const char *name);

/* Writes a file in the folder and returns its path; reads a whole file (free it; NULL: missing). */
const char *check_write(const char *name, const void *data, size_t n);
char *check_read(const char *path, size_t *n);

/* Entries of a folder, . and .. not counted; -1: cannot be opened. */
int check_entries(const char *path);

/* Open descriptors of this process, to see leaks. */
int check_descriptors(void);

#endif
