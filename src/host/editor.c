#include "host/editor.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/buffer.h"
#include "base/interrupt.h"
#include "host/editor_library.h"

#define LINE_MAX_BYTES (1024 * 1024)
#define HISTORY_MOST 1000

static editor_library lib;
static bool loaded;
static char *got; /* the line that the library has read */
static bool is_done;

static editor_completer completer;
static void *completer_user;

bool editor_interactive(void) {
    return isatty(STDIN_FILENO);
}

/* ---- completion ---- */

static size_t common_length(char *const *list, size_t n) {
    size_t length = strlen(list[0]);
    for (size_t i = 1; i < n; i++) {
        size_t same = 0;
        while (same < length && list[i][same] == list[0][same]) {
            same++;
        }
        length = same;
    }
    return length;
}

/* The library wants what all have in common first, then all of them; a single one alone. It frees
 * them. */
static char **attempt(const char *text, int start, int end) {
    char **found = NULL;
    (void)start;
    *lib.attempted_over = 1; /* no file names of its own */
    *lib.append_character = '\0';
    if (lib.suppress_append) {
        *lib.suppress_append = 1;
    }
    size_t n =
        completer ? completer(completer_user, *lib.line_buffer, (size_t)end, text, &found) : 0;
    if (n == 0) {
        free(found);
        return NULL;
    }
    char **matches = calloc(n + 2, sizeof *matches);
    char *common = matches ? strndup(found[0], common_length(found, n)) : NULL;
    for (size_t i = 0; i < n; i++) {
        if (common && n > 1) {
            matches[i + 1] = found[i];
        } else {
            free(found[i]);
        }
    }
    free(found);
    if (!common) {
        free(matches);
        return NULL;
    }
    matches[0] = common;
    return matches;
}

void editor_complete_with(editor_completer f, void *user) {
    completer = f;
    completer_user = user;
}

/* ---- the library ---- */

static bool load(const char *file) {
    if (!editor_library_load(&lib, file)) {
        return false;
    }
    if (lib.catch_signals) {
        *lib.catch_signals = 0; /* ours notice them */
    }
    *lib.break_characters = " \t\n\"'`><=;,+-*/%^~#&|{}()[]";
    *lib.attempt = attempt;
    lib.stifle_history(HISTORY_MOST);
    return true;
}

const char *editor_open(void) {
    const char *wanted = getenv("HOSSKEEP_LINE_EDITOR");
    const char *term = getenv("TERM");
    bool any = !wanted || !wanted[0];
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !term || strcmp(term, "dumb") == 0) {
        return "plain";
    }
    if ((any || strcmp(wanted, "readline") == 0) && load("libreadline.so.8")) {
        loaded = true;
        return "readline";
    }
    if ((any || strcmp(wanted, "edit") == 0) && load("libedit.so.2")) {
        loaded = true;
        return "edit";
    }
    return "plain";
}

static void on_line(char *line) {
    got = line;
    is_done = true;
    lib.remove();
}

/* 1 there is input, 0 interrupted, -1 failed. */
static int wait_input(void) {
    for (;;) {
        struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {interrupt_descriptor(), POLLIN, 0}};
        int n = poll(fds, 2, -1);
        if (interrupt_pending()) {
            return 0;
        }
        if (n > 0 && fds[0].revents) {
            return 1;
        }
        if (n < 0 && errno != EINTR) {
            return -1;
        }
    }
}

/* What was typed so far is dropped. */
static enum editor_result interrupted(void) {
    if (loaded) {
        if (lib.free_line_state) {
            (void)lib.free_line_state();
        }
        lib.remove();
    }
    (void)fputs("^C\n", stdout);
    (void)fflush(stdout);
    return EDITOR_INTERRUPTED;
}

static enum editor_result read_edited(const char *prompt, char **line) {
    got = NULL;
    is_done = false;
    (void)fflush(stdout);
    lib.install(prompt, on_line);
    while (!is_done) {
        int ready = wait_input();
        if (ready == 0) {
            return interrupted();
        }
        if (ready < 0) {
            lib.remove();
            return EDITOR_FAILED;
        }
        lib.read_char();
    }
    if (!got) {
        (void)fputc('\n', stdout);
        return EDITOR_END;
    }
    *line = got;
    return EDITOR_LINE;
}

/* ---- without one ---- */

/* Byte by byte, because what follows the line may be for a program that is started. */
static enum editor_result read_bytes(buffer *b) {
    error e = ERROR_INIT;
    char c = '\0';
    for (;;) {
        int ready = wait_input();
        if (ready == 0) {
            return interrupted();
        }
        ssize_t n = ready > 0 ? read(STDIN_FILENO, &c, 1) : -1;
        if (n < 0 || (n > 0 && buffer_append(b, &c, c != '\n', &e) != 0)) {
            return EDITOR_FAILED;
        }
        if (n == 0 || c == '\n') {
            return n == 0 && b->length == 0 ? EDITOR_END : EDITOR_LINE;
        }
    }
}

static enum editor_result read_plain(const char *prompt, char **line) {
    buffer b = BUFFER_INIT(LINE_MAX_BYTES);
    if (editor_interactive()) {
        (void)fputs(prompt, stdout);
    }
    (void)fflush(stdout);
    enum editor_result result = read_bytes(&b);
    if (result == EDITOR_LINE) {
        *line = buffer_detach(&b);
    }
    buffer_free(&b);
    return result == EDITOR_LINE && !*line ? EDITOR_FAILED : result;
}

enum editor_result editor_read(const char *prompt, char **line) {
    *line = NULL;
    return loaded ? read_edited(prompt, line) : read_plain(prompt, line);
}

void editor_remember(const char *line) {
    if (loaded) {
        lib.add_history(line);
    }
}
