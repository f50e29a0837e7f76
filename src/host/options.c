#include "host/options.h"

#include <stdio.h>
#include <string.h>

typedef struct cursor {
    int argc;
    char **argv;
    int at;
} cursor;

static int usage(const char *format, const char *what) {
    (void)fputs("hosskeep: ", stderr);
    (void)fprintf(stderr, "%s \"%s\"; see hosskeep --help\n", format, what);
    return -1;
}

/* The value of the option at the cursor when it is `--name value` or `--name=value`; 0 it is not
 * that option, -1 the value is missing. */
static int value_of(cursor *c, const char *name, const char **value) {
    const char *arg = c->argv[c->at];
    size_t n = strlen(name);
    if (strncmp(arg, name, n) != 0 || (arg[n] != '\0' && arg[n] != '=')) {
        return 0;
    }
    if (arg[n] == '=') {
        *value = arg + n + 1;
        return 1;
    }
    if (c->at + 1 >= c->argc) {
        return usage("a value is missing after", name);
    }
    *value = c->argv[++c->at];
    return 1;
}

static void rest(host_options *o, cursor *c) {
    o->argc = c->argc - c->at;
    o->argv = c->argv + c->at;
}

/* repl [--archive FILE] */
static int parse_repl(host_options *o, cursor *c) {
    o->action = ACTION_REPL;
    for (; c->at < c->argc; c->at++) {
        int got = value_of(c, "--archive", &o->archive);
        if (got == 0) {
            return usage("repl: unknown argument", c->argv[c->at]);
        }
        if (got < 0) {
            return -1;
        }
    }
    rest(o, c);
    return 0;
}

/* The first word that is no option, and what follows it. */
static int parse_subject(host_options *o, cursor *c) {
    const char *word = c->argv[c->at++];
    if (strcmp(word, "repl") == 0) {
        return parse_repl(o, c);
    }
    if (strcmp(word, "help") == 0) {
        o->action = ACTION_HELP;
        return 0;
    }
    o->action = ACTION_COMMAND;
    o->subject = word;
    if (strcmp(word, "run") == 0) {
        if (c->at >= c->argc) {
            return usage("a file is missing after", "run");
        }
        o->action = ACTION_RUN;
        o->subject = c->argv[c->at++];
    }
    rest(o, c);
    return 0;
}

static bool is_one_of(const char *arg, const char *a, const char *b) {
    return strcmp(arg, a) == 0 || strcmp(arg, b) == 0;
}

/* An option before the command: 1 go on, 0 parsing is done, -1 wrong. */
static int parse_option(host_options *o, cursor *c) {
    const char *arg = c->argv[c->at];
    int got;
    if (is_one_of(arg, "-h", "--help")) {
        o->action = ACTION_HELP;
        return 0;
    }
    if (is_one_of(arg, "-V", "--version")) {
        o->action = ACTION_VERSION;
        return 0;
    }
    if (is_one_of(arg, "-v", "--verbose")) {
        o->verbose = true;
        return 1;
    }
    if (is_one_of(arg, "-q", "--quiet")) {
        o->quiet = true;
        return 1;
    }
    got = value_of(c, "--script-dir", &o->script_dir);
    if (got != 0) {
        return got;
    }
    got = value_of(c, "-e", &o->subject);
    if (got > 0) {
        o->action = ACTION_CHUNK;
        c->at++;
        rest(o, c);
        return 0;
    }
    return got < 0 ? -1 : usage("unknown option", arg);
}

int options_parse(host_options *o, int argc, char **argv) {
    cursor c = {argc, argv, 1};
    *o = (host_options){.action = ACTION_HELP};
    if (argc < 2) {
        (void)fputs("hosskeep: a command is missing; see hosskeep --help\n", stderr);
        return -1;
    }
    for (; c.at < argc && argv[c.at][0] == '-'; c.at++) {
        if (strcmp(argv[c.at], "--") == 0) {
            c.at++;
            break;
        }
        int got = parse_option(o, &c);
        if (got <= 0) {
            return got;
        }
    }
    if (c.at >= argc) {
        (void)fputs("hosskeep: a command is missing; see hosskeep --help\n", stderr);
        return -1;
    }
    return parse_subject(o, &c);
}
