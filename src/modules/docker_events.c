#include "docker/events.h"

#include <math.h>
#include <stdio.h>
#include "http/url.h"
#include "modules/docker.h"

#define EVENTS_TYPE "events"

typedef struct events_handle {
    docker_events *events; /* NULL: closed */
} events_handle;

static int release(lua_State *L) {
    events_handle *h = luaL_checkudata(L, 1, EVENTS_TYPE);
    docker_events_free(h->events);
    h->events = NULL;
    return 0;
}

/* events:next([timeout]) -> table | nil when none came in time */
static int next(lua_State *L) {
    const events_handle *h = luaL_checkudata(L, 1, EVENTS_TYPE);
    double seconds = luaL_optnumber(L, 2, -1);
    const char *text;
    size_t n;
    error e = ERROR_INIT;
    if (h->events == NULL) {
        return bind_closed(L, EVENTS_TYPE);
    }
    if (!lua_isnoneornil(L, 2)) {
        seconds = seconds > 0 ? fmin(seconds, 1e9) : 0;
    }
    int got = docker_events_next(h->events, seconds, &text, &n, &e);
    docker_must(L, got < 0 ? -1 : 0, &e);
    if (got == 0) {
        lua_pushnil(L);
    } else {
        http_push_json(L, text, n);
    }
    return 1;
}

static void add_query(lua_State *L, buffer *path) {
    error e = ERROR_INIT;
    if (bind_option_push(L, 2, "filters", LUA_TTABLE) != LUA_TNIL) {
        http_encode(L);
        docker_must(L, url_query(path, "filters", lua_tostring(L, -1), &e), &e);
    }
    int type = bind_option_push(L, 2, "since", LUA_TNONE);
    if (type == LUA_TNUMBER) {
        char text[64];
        snprintf(text, sizeof text, "%.6f", lua_tonumber(L, -1));
        docker_must(L, url_query(path, "since", text, &e), &e);
    } else if (type != LUA_TNIL) {
        docker_must(L, url_query(path, "since", bind_check_text(L, -1), &e), &e);
    }
}

/* client:events([{filters={type={"container"}, label={...}}, since=}]) -> events */
int docker_events_method(lua_State *L) {
    static const char *const valid[] = {"filters", "since", NULL};
    docker_client *c = docker_check_client(L, 1);
    error e = ERROR_INIT;
    bind_options(L, 2, valid, false);
    lua_settop(L, 2);
    events_handle *h = bind_new_handle(L, sizeof *h, EVENTS_TYPE);
    buffer *path = bind_buffer(L, (size_t)64 * 1024);
    docker_must(L, buffer_append_text(path, "/events", &e), &e);
    add_query(L, path);
    h->events = docker_events_open(c, path->data, &e);
    docker_must(L, h->events == NULL ? -1 : 0, &e);
    buffer_free(path);
    lua_settop(L, 3);
    return 1;
}

void docker_events_install(lua_State *L) {
    static const luaL_Reg methods[] = {{"next", next}, {NULL, NULL}};
    bind_type(L, EVENTS_TYPE, methods, release);
}
