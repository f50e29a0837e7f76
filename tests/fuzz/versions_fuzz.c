/* Versions compared: an archive's with the server's, by the Lua that does it and by a plain
 * reading; and the Engine's API version with those that are known. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "docker/client.h"
#include "input.h"
#include "server.h"

enum { OLDEST = 25, NEWEST = 43 };

/* Calls check_target with a target that tells its version in one of three ways. Returns 0 when it
 * is taken, the exit code when not; the number of warnings comes second. */
static const char script[] =
    "package.path = ROOT .. '/lua/?.lua'\n"
    "local told\n"
    "package.preload['hosskeep.server'] = function()\n"
    "    return { discover = function() return told.found end }\n"
    "end\n"
    "local version = require 'hosskeep.restore_version'\n"
    "return function(wanted, build, setting, found, found_build, image, images)\n"
    "    local warnings, tagged = 0, {}\n"
    "    for name in images:gmatch '[^\\n]+' do tagged[#tagged + 1] = { RepoTags = { name } } end\n"
    "    local docker = {}\n"
    "    function docker:service() return image and { image = image } end\n"
    "    function docker:images() return tagged end\n"
    "    told = { found = found and { version = found, build = found_build } }\n"
    "    local ctx = { docker = docker, settings = { ['server.version'] = setting },\n"
    "        state = { version = { version = wanted, build = build } } }\n"
    "    function ctx:warn() warnings = warnings + 1 end\n"
    "    local ok, err = pcall(version.check_target, ctx)\n"
    "    return ok and 0 or err.exit or error(err), warnings\n"
    "end\n";

static lua_State *lua;

static void start(void) {
    lua = luaL_newstate();
    MUST(lua != NULL);
    luaL_openlibs(lua);
    lua_pushstring(lua, SOURCE_ROOT);
    lua_setglobal(lua, "ROOT");
    MUST(luaL_dostring(lua, script) == LUA_OK);
}

/* NULL is nil. */
typedef struct target {
    char *wanted, *build, *setting, *found, *found_build, *image, *images;
} target;

static int judged(const target *t, int *warnings) {
    const char *const all[] = {t->wanted,      t->build, t->setting, t->found,
                               t->found_build, t->image, t->images};
    lua_pushvalue(lua, -1);
    for (int i = 0; i < 7; i++) {
        lua_pushstring(lua, all[i]);
    }
    if (lua_pcall(lua, 7, 2, 0) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(lua, -1));
        abort();
    }
    int code = (int)lua_tointeger(lua, -2);
    *warnings = (int)lua_tointeger(lua, -1);
    lua_pop(lua, 2);
    lua_gc(lua, LUA_GCCOLLECT); /* what is left over looks like a leak */
    return code;
}

/* The tag of "registry:port/name:tag"; NULL: none that tells a version. */
static const char *plain_tag(const char *image) {
    const char *colon = strrchr(image, ':');
    if (!colon || colon[1] == '\0' || strpbrk(colon, "/@") || strcmp(colon, ":latest") == 0) {
        return NULL;
    }
    return colon + 1;
}

/* The only tag of an image of core among the lines, or NULL. */
static const char *only_tag(char *images) {
    static char only[300];
    int count = 0;
    char *rest = NULL;
    for (char *name = strtok_r(images, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
        const char *tag = strstr(name, "hoss-core:") ? plain_tag(name) : NULL;
        if (tag) {
            snprintf(only, sizeof only, "%s", tag);
            count++;
        }
    }
    return count == 1 ? only : NULL;
}

/* What the target is known to run, by the order of who is asked; NULL: nobody tells. */
static const char *plainly_told(const target *t) {
    if (t->setting && t->setting[0] != '\0') {
        return t->setting;
    }
    if (t->found) {
        return t->found;
    }
    const char *tag = t->image && strstr(t->image, "hoss-core") ? plain_tag(t->image) : NULL;
    return tag ? tag : only_tag(t->images);
}

static char *maybe(input *in, bool there) {
    char *text = input_text(in, input_byte(in) % 24);
    if (!there) {
        free(text);
        return NULL;
    }
    return text;
}

static char *tagged(input *in, const char *version) {
    static const char *const names[] = {
        "gigantum/hoss-core:", "r:5000/hoss-core:", "hoss-core@sha256:", ""};
    char *own = input_text(in, input_byte(in) % 24);
    unsigned how = input_byte(in);
    char *name = malloc(200);
    MUST(name != NULL);
    snprintf(name, 200, "%s%s", names[how % 4], how & 64 ? version : own);
    free(own);
    return name;
}

static void servers(input *in) {
    unsigned how = input_byte(in);
    target t = {.wanted = maybe(in, true), .build = maybe(in, how & 1)};
    t.setting = how & 2 ? strdup(t.wanted) : maybe(in, how & 4);
    t.found = how & 8 ? strdup(t.wanted) : maybe(in, how & 16);
    t.found_build = how & 1 && how & 32 ? strdup(t.build) : maybe(in, how & 64);
    t.image = how & 128 ? tagged(in, t.wanted) : NULL;
    t.images = tagged(in, t.wanted);
    int warnings;
    int code = judged(&t, &warnings);
    bool asked = !t.setting || t.setting[0] == '\0';
    bool other = asked && t.found && t.build && t.found_build && strcmp(t.build, t.found_build);
    const char *told = plainly_told(&t);
    MUST(code == (told && strcmp(told, t.wanted) != 0 ? 7 : 0));
    MUST(warnings == (code == 0 && other));
    char *const all[] = {t.wanted, t.build, t.setting, t.found, t.found_build, t.image, t.images};
    for (int i = 0; i < 7; i++) {
        free(all[i]);
    }
}

/* "1.N" with N the number; -1: no version. */
static long plain_minor(const char *text) {
    size_t digits = strspn(strncmp(text, "1.", 2) == 0 ? text + 2 : "", "0123456789");
    return digits > 0 && digits < 6 && text[2 + digits] == '\0' ? strtol(text + 2, NULL, 10) : -1;
}

/* The Engine's answer to a ping tells the API's version. */
static void engines(input *in) {
    char answer[400];
    char want[40] = "";
    docker_address address = {.host = "unix:///fuzz", .url = "http://docker"};
    error e = ERROR_INIT;
    char *offered = input_text(in, 40);
    offered[strcspn(offered, "\r\n")] = '\0';
    size_t blank = strspn(offered, " \t");
    size_t end = strlen(offered);
    while (end > blank && strchr(" \t", offered[end - 1])) {
        offered[--end] = '\0';
    }
    snprintf(address.unix_path, sizeof address.unix_path, "%s", server_path());
    int n = snprintf(answer, sizeof answer,
                     "HTTP/1.1 200 OK\r\nApi-Version: %s\r\nContent-Length: 2\r\n\r\nOK", offered);
    server_answers(answer, (size_t)n, 0);
    docker_client *c = docker_connect(&address, &e);
    long minor = plain_minor(offered + blank);
    MUST((c != NULL) == (minor >= OLDEST));
    if (c) {
        snprintf(want, sizeof want, "1.%ld", minor < NEWEST ? minor : NEWEST);
        MUST(strcmp(docker_api(c), want) == 0);
    }
    MUST(c || e.kind == ERROR_ENGINE);
    docker_unref(c);
    free(offered);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    if (!lua) {
        start();
    }
    if (input_byte(&in) % 4 == 0) {
        engines(&in);
    } else {
        servers(&in);
    }
    return 0;
}
