#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/interrupt.h"
#include "modules/bind.h"
#include "modules/modules.h"

static double clock_seconds(clockid_t id) {
    struct timespec t;
    (void)clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* time.now() -> seconds since 1970 */
static int time_now(lua_State *L) {
    lua_pushnumber(L, clock_seconds(CLOCK_REALTIME));
    return 1;
}

/* time.monotonic() -> seconds since some moment; never set back */
static int time_monotonic(lua_State *L) {
    lua_pushnumber(L, clock_seconds(CLOCK_MONOTONIC));
    return 1;
}

/* time.format(fmt[, t]) -> strftime in UTC, of now by default */
static int time_format(lua_State *L) {
    const char *format = bind_check_text(L, 1);
    double at = lua_isnoneornil(L, 2) ? clock_seconds(CLOCK_REALTIME) : luaL_checknumber(L, 2);
    char text[512];
    struct tm parts;
    luaL_argcheck(L, isfinite(at) && fabs(at) < 1e12, 2, "not a time");
    time_t seconds = (time_t)floor(at);
    if (!gmtime_r(&seconds, &parts)) {
        return luaL_argerror(L, 2, "not a time");
    }
    /* A space in front tells an empty result from one that does not fit. */
    lua_pushfstring(L, " %s", format);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored                                                                     \
    "-Wformat-nonliteral" /* the format is the script's, and only of a time */
    size_t n = strftime(text, sizeof text, lua_tostring(L, -1), &parts);
#pragma GCC diagnostic pop
    luaL_argcheck(L, n > 0, 1, "the result is too long");
    lua_pushlstring(L, text + 1, n - 1);
    return 1;
}

/* Seconds east of Greenwich from "", "Z", "+02:00", "+0200", "+02"; false when it is none of them.
 */
static bool parse_zone(const char *text, double *offset) {
    int hours = 0, minutes = 0, used = 0;
    *offset = 0;
    if (strcmp(text, "") == 0 || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0) {
        return true;
    }
    if (text[0] != '+' && text[0] != '-') {
        return false;
    }
    const char *digits = text + 1;
    bool fine = (sscanf(digits, "%2d:%2d%n", &hours, &minutes, &used) == 2 && used == 5) ||
                (sscanf(digits, "%2d%2d%n", &hours, &minutes, &used) == 2 && used == 4) ||
                (sscanf(digits, "%2d%n", &hours, &used) == 1 && used == 2);
    *offset = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return fine && digits[used] == '\0' && hours < 24 && minutes < 60;
}

/* Digits behind a point; moves past them. */
static double parse_fraction(const char **text) {
    double value = 0, unit = 0.1;
    if (**text == '.' || **text == ',') {
        for ((*text)++; **text >= '0' && **text <= '9'; (*text)++, unit /= 10) {
            value += (**text - '0') * unit;
        }
    }
    return value;
}

/* time.parse_iso("2026-01-02T03:04:05.5Z") -> seconds since 1970, nil for anything else */
static int time_parse_iso(lua_State *L) {
    const char *text = bind_check_text(L, 1);
    struct tm parts;
    double zone;
    memset(&parts, 0, sizeof parts);
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest) {
        memset(&parts, 0, sizeof parts);
        rest = strptime(text, "%Y-%m-%d %H:%M:%S", &parts);
    }
    if (!rest) {
        lua_pushnil(L);
        return 1;
    }
    double fraction = parse_fraction(&rest);
    const int day = parts.tm_mday;
    time_t seconds = timegm(&parts);
    if (!parse_zone(rest, &zone) || parts.tm_mday != day) { /* 30 February would have moved */
        lua_pushnil(L);
        return 1;
    }
    lua_pushnumber(L, (double)seconds + fraction - zone);
    return 1;
}

/* time.sleep(s) */
static int time_sleep(lua_State *L) {
    double seconds = luaL_checknumber(L, 1);
    error e = ERROR_INIT;
    luaL_argcheck(L, isfinite(seconds), 1, "not a time");
    return interrupt_sleep(seconds, &e) == 0 ? 0 : bind_raise(L, &e);
}

int luaopen_time(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"now", time_now},       {"monotonic", time_monotonic},
        {"format", time_format}, {"parse_iso", time_parse_iso},
        {"sleep", time_sleep},   {NULL, NULL},
    };
    luaL_newlib(L, functions);
    return 1;
}
