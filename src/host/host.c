#include "host/host.h"

#include <lauxlib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "base/interrupt.h"
#include "host/embedded.h"
#include "host/options.h"
#include "host/repl.h"
#include "host/run.h"
#include "host/state.h"
#include "host/suggest.h"
#include "modules/bind.h"
#include "modules/log.h"

/* What the program does itself; everything else is a script. */
static const char *const own_commands[] = {"run", "repl", "help"};

static bool is_command(const embedded_script *s) {
    return strchr(s->name, '/') == NULL;
}

/* Where the text of a "-- " comment line begins, or NULL. */
static const char *comment(const char *line) {
    size_t dashes = strspn(line, "-");
    return dashes >= 2 && line[dashes] == ' ' ? line + dashes + 1 : NULL;
}

/* The summary is the first sentence behind the colon of a script's first comment:
 * "-- hosskeep list: the archives below BACKUP_ROOT." */
static void print_summary(const embedded_script *s) {
    const char *text = comment(s->text);
    const char *colon = text ? strchr(text, ':') : NULL;
    (void)printf("  %-12.*s ", (int)strlen(s->name) - 4, s->name);
    for (const char *at = colon ? colon + 1 + (colon[1] == ' ') : ""; *at; at++) {
        if (*at == '.' && strchr(" \n", at[1])) {
            break;
        }
        if (*at != '\n') {
            (void)putchar(*at);
            continue;
        }
        const char *next = comment(at + 1);
        if (!next) {
            break;
        }
        (void)putchar(' ');
        at = next - 1;
    }
    (void)putchar('\n');
}

static int print_help(void) {
    (void)fputs("usage: hosskeep [OPTIONS] COMMAND [ARGUMENTS]\n"
                "Backs up and restores a HOSS server.\n\ncommands:\n",
                stdout);
    for (size_t i = 0; i < embedded_count; i++) {
        if (is_command(&embedded_scripts[i])) {
            print_summary(&embedded_scripts[i]);
        }
    }
    (void)fputs("  run FILE     runs a Lua script\n"
                "  repl         an interactive prompt (--archive FILE: with the archive open)\n\n"
                "options:\n"
                "  -e CHUNK            runs CHUNK\n"
                "  --script-dir DIR    looks there first for scripts\n"
                "  -v, --verbose       more lines, and tracebacks of errors\n"
                "  -q, --quiet         errors only\n"
                "  -h, --help          this text; hosskeep COMMAND --help tells about a command\n"
                "  -V, --version       the version\n",
                stdout);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_USAGE;
}

/* One line, with the command that may have been meant. */
static int unknown_command(lua_State *L, const char *name) {
    suggestion s = {name, NULL, 0};
    for (size_t i = 0; i < sizeof own_commands / sizeof own_commands[0]; i++) {
        suggest_try(&s, own_commands[i]);
    }
    for (size_t i = 0; i < embedded_count; i++) {
        if (is_command(&embedded_scripts[i])) {
            lua_pushlstring(L, embedded_scripts[i].name, strlen(embedded_scripts[i].name) - 4);
            suggest_try(&s, lua_tostring(L, -1)); /* stays on the stack until the end */
            luaL_checkstack(L, 4, "commands");
        }
    }
    lua_createtable(L, 0, 2);
    lua_pushliteral(L, "usage");
    lua_setfield(L, -2, "kind");
    if (s.best) {
        lua_pushfstring(L, "unknown command \"%s\" (did you mean %s?)", name, s.best);
    } else {
        lua_pushfstring(L, "unknown command \"%s\"; see hosskeep --help", name);
    }
    lua_setfield(L, -2, "message");
    bind_make_error(L, -1);
    return lua_error(L);
}

static void push_script(lua_State *L, host *h) {
    const host_options *o = &h->options;
    switch (o->action) {
    case ACTION_CHUNK:
        loader_push_text(L, o->subject, strlen(o->subject), "=(command line)");
        break;
    case ACTION_RUN:
        loader_push_file(L, o->subject, true);
        break;
    default:
        if (!loader_push_command(L, o->subject)) {
            unknown_command(L, o->subject);
        }
        break;
    }
}

/* `arg` as lua has it; busted and its kin read it. */
static void set_arg(lua_State *L, const host_options *o) {
    lua_createtable(L, o->argc, 1);
    lua_pushstring(L, o->subject);
    lua_rawseti(L, -2, 0);
    for (int i = 0; i < o->argc; i++) {
        lua_pushstring(L, o->argv[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setglobal(L, "arg");
}

/* Protected: opens the state and runs what was asked for; pushes the exit code. */
static int protected_main(lua_State *L) {
    host *h = state_host(L);
    const host_options *o = &h->options;
    state_open(L);
    set_arg(L, o);
    if (o->action == ACTION_REPL) {
        lua_pushinteger(L, repl_run(L));
        return 1;
    }
    push_script(L, h);
    luaL_checkstack(L, o->argc + 4, "too many arguments");
    for (int i = 0; i < o->argc; i++) {
        lua_pushstring(L, o->argv[i]);
    }
    lua_call(L, o->argc, 1);
    lua_pushinteger(L, run_code(L, -1));
    return 1;
}

static int run(host *h) {
    lua_State *L = state_new(h);
    if (!L) {
        log_line(LOG_ERROR, "out of memory");
        return EXIT_BUG;
    }
    lua_pushcfunction(L, protected_main);
    int status = run_call(L, 0, 1);
    int code;
    if (status == LUA_OK) {
        code = (int)lua_tointeger(L, -1);
    } else {
        code = run_report(L, status);
    }
    lua_close(L);
    if (fflush(stdout) != 0 && code == EXIT_DONE) {
        log_line(LOG_ERROR, "cannot write to standard output");
        code = EXIT_USAGE;
    }
    return code;
}

static int fail(error *e) {
    char line[sizeof e->op + sizeof e->subject + sizeof e->message + 8];
    (void)snprintf(line, sizeof line, "%s %s: %s", e->op, e->subject, e->message);
    log_line(LOG_ERROR, line);
    return EXIT_USAGE;
}

static void find_executable(host *h) {
    ssize_t n = readlink("/proc/self/exe", h->executable, sizeof h->executable - 1);
    h->executable[n > 0 ? n : 0] = '\0';
}

int host_main(int argc, char **argv) {
    static host h;
    error e = ERROR_INIT;
    /* The memory holds a server's passwords: no core file has them, and no other program of the
     * same user may look. A program that is started is not concerned. */
    (void)prctl(PR_SET_DUMPABLE, 0);
    /* Names in archives are UTF-8; numbers stay as Lua writes them. */
    if (!setlocale(LC_CTYPE, "C.UTF-8")) {
        (void)setlocale(LC_CTYPE, "");
    }
    if (options_parse(&h.options, argc, argv) != 0) {
        return EXIT_USAGE;
    }
    switch (h.options.action) {
    case ACTION_VERSION:
        (void)puts("hosskeep " HOSSKEEP_VERSION);
        return fflush(stdout) == 0 ? EXIT_DONE : EXIT_USAGE;
    case ACTION_HELP:
        return print_help();
    default:
        break;
    }
    log_set_level(h.options.verbose ? LOG_DEBUG : h.options.quiet ? LOG_ERROR : LOG_INFO);
    if (interrupt_install(&e) != 0 || search_init(&h.search, h.options.script_dir, &e) != 0) {
        return fail(&e);
    }
    find_executable(&h);
    h.script = h.options.subject && h.options.action != ACTION_CHUNK ? h.options.subject : "";
    return run(&h);
}
