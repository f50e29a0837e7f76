"""Who may know whom: main -> host -> modules -> libs; commands -> hosskeep/ -> primitives."""
import re

# What a library may include, itself aside.
LIBS = {
    "base": set(),
    "stream": {"base"},
    "hash": {"base", "stream"},
    "fs": {"base", "stream"},
    "json": {"base"},
    "env": {"base"},
    "http": {"base", "stream"},
    "docker": {"base", "stream", "json", "http"},
    "archive": {"base", "stream", "json", "hash", "fs"},
}
LUA_HEADERS = {"lua.h", "lauxlib.h", "lualib.h", "luaconf.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
REQUIRE = re.compile(r'\brequire\s*\(?\s*["\']([\w./-]+)["\']')


def room_of(name):
    parts = name.split("/")
    if parts[:2] == ["src", "libs"] and len(parts) > 3:
        return "libs", parts[2]
    if parts[:2] in (["src", "modules"], ["src", "host"]):
        return parts[1], parts[1]
    return ("main", "main") if name == "src/main.c" else (None, None)


def allowed(layer, room):
    if layer == "libs":
        return LIBS.get(room, set()) | {room}
    if layer == "modules":
        return set(LIBS) | {"modules"}
    if layer == "host":
        return set(LIBS) | {"modules", "host"}
    return {"host"}


def check_c(tree):
    rooms = set(LIBS) | {"modules", "host"}
    for name in tree.named(".c", ".h", under="src/"):
        layer, room = room_of(name)
        if layer is None or (layer == "libs" and room not in LIBS):
            yield f"{name}: in no room that tests/lint/layers.py knows"
            continue
        for number, line in enumerate(tree.lines(name), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            header = found.group(1)
            if header in LUA_HEADERS and layer not in ("modules", "host"):
                yield f"{name}:{number}: only src/modules and src/host may include {header}"
            target = header.split("/")[0]
            if "/" in header and target in rooms and target not in allowed(layer, room):
                yield f"{name}:{number}: {room} may not include {header}"
            if header.startswith("../") or (header.endswith(".c") and "/" in header):
                yield f"{name}:{number}: include headers as room/name.h, not {header}"


def check_lua(tree):
    commands = {f[4:-4] for f in tree.named(".lua", under="lua/") if f.count("/") == 1}
    modules = {f[4:-4].replace("/", ".") for f in tree.named(".lua", under="lua/hosskeep/")}
    for name in tree.named(".lua", under="lua/"):
        for number, line in enumerate(tree.lines(name), 1):
            for wanted in REQUIRE.findall(line.split("--")[0]):
                if wanted in commands:
                    yield f"{name}:{number}: nothing may require the command {wanted}"
                if wanted.startswith("hosskeep.") and wanted not in modules:
                    yield f"{name}:{number}: no such module: {wanted}"


def check_built(tree):
    """A file that no list names is never compiled or run, and nobody notices."""
    for name in tree.named(".c", under="src/") + tree.named("_test.c", under="tests/src/"):
        folder, base = name.rsplit("/", 1)
        lists = f"{folder}/CMakeLists.txt"
        known = lists in tree.files and re.search(
            rf"\b{re.escape(base[:-2])}\b", tree.text(lists))
        if not known and f"{folder}/fuzz" not in name:
            yield f"{name}: not named in {lists}"
