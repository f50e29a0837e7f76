#include "host/state.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/interrupt.h"
#include "modules/bind.h"
#include "modules/log.h"
#include "modules/modules.h"

/* Bulk data never enters Lua; what needs more than this is a mistake that must not take the machine
 * down. */
#define MEMORY_MAX ((size_t)1 << 30)
#define HOOK_COUNT 1000
/* Blocking calls report a signal as they begin, before anything is done. The hook is for loops that
 * make none; it leaves the others this many milliseconds, so that what a script does between two
 * calls (a thing is noted, then its removal is registered) is not torn apart. */
#define GRACE 100

static void *allocate(void *user, void *block, size_t old, size_t size) {
    host *h = user;
    size_t before = block ? old : 0;
    if (size == 0) {
        free(block);
        h->memory -= before;
        return NULL;
    }
    if (size > before && size - before > h->memory_max - h->memory) {
        return NULL;
    }
    void *moved = realloc(block, size);
    if (moved) {
        h->memory += size - before;
    }
    return moved;
}

static int panic(lua_State *L) {
    const char *text = lua_tostring(L, -1);
    log_line(LOG_ERROR, text ? text : "error outside of a protected call");
    return 0; /* Lua aborts */
}

/* Pieces of one warning arrive one by one. Errors of finalisers come this way. */
static void warn(void *user, const char *text, int more) {
    static char line[1024];
    (void)user;
    if (line[0] == '\0' && !more && text[0] == '@') {
        return; /* control messages: "@on", "@off" */
    }
    size_t n = strlen(line);
    (void)snprintf(line + n, sizeof line - n, "%s", text);
    if (!more) {
        log_line(LOG_WARN, line);
        line[0] = '\0';
    }
}

static long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* True when no blocking call has reported within the grace what is pending. */
static bool overdue(host *h) {
    if (!interrupt_pending()) {
        h->pending_since = 0;
        return false;
    }
    if (h->pending_since == 0) {
        h->pending_since = milliseconds();
    }
    return h->sticky || milliseconds() - h->pending_since >= GRACE;
}

/* The first signal is raised once, so that cleanup runs. The second sticks: from then on every
 * instruction raises, which ends loops around pcall too. */
static void hook(lua_State *L, lua_Debug *ar) {
    host *h = state_host(L);
    error e = ERROR_INIT;
    (void)ar;
    if (overdue(h) && interrupt_check(&e) != 0) {
        h->pending_since = 0;
        h->sticky = interrupt_pending();
        if (h->sticky) {
            /* Not calls: the handler that makes the traceback is one. */
            lua_sethook(L, hook, LUA_MASKLINE | LUA_MASKCOUNT, 1);
        }
        bind_raise(L, &e);
    }
}

void state_hook(lua_State *L) {
    state_host(L)->sticky = false;
    lua_sethook(L, hook, LUA_MASKCOUNT, HOOK_COUNT);
}

lua_State *state_new(host *h) {
    h->memory = 0;
    h->memory_max = MEMORY_MAX;
    lua_State *L = lua_newstate(allocate, h);
    if (L) {
        *(host **)lua_getextraspace(L) = h;
        (void)lua_atpanic(L, panic);
        lua_setwarnf(L, warn, NULL);
    }
    return L;
}

host *state_host(lua_State *L) {
    return *(host **)lua_getextraspace(L);
}

void state_open(lua_State *L) {
    /* LUA_PATH, LUA_CPATH and their kin are not for us. */
    lua_pushboolean(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
    luaL_openlibs(L);
    modules_install(L);
    output_install(L);
    loader_install(L);
    strict_install(L);
    state_hook(L);
}
