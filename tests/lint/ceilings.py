"""How long and how winding a function, a file and a line may be."""
import re
import subprocess

C_FUNCTION_LINES = 60
C_COMPLEXITY = 15
C_FILE_LINES = 400
LUA_FUNCTION_LINES = 40
LUA_FILE_LINES = 250
PYTHON_FILE_LINES = 400
LINE_COLUMNS = 100

LUA_FUNCTION = re.compile(r"^function <(.+):(\d+),(\d+)>")


def check_c_functions(tree):
    files = tree.named(".c", under="src/") + tree.named(".c", under="tests/")
    if not files:
        return
    out = subprocess.run(["pmccabe", *files], cwd=tree.root, stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    for line in out.splitlines():
        _, complexity, _, first, length, place = line.split("\t")[:6]
        name, function = re.match(r"(.+?)\(\d+\): (\S+)", place).groups()
        if int(complexity) > C_COMPLEXITY:
            yield f"{name}:{first}: {function}: complexity {complexity}, allowed {C_COMPLEXITY}"
        if int(length) > C_FUNCTION_LINES:
            yield f"{name}:{first}: {function}: {length} lines, allowed {C_FUNCTION_LINES}"


def check_lua_functions(tree):
    for name in tree.named(".lua"):
        code, lines = tree.run(["luac5.4", "-l", "-p", name])
        if code != 0:
            yield lines[0].replace("luac5.4: ", "") if lines else f"{name}: luac failed"
            continue
        source = tree.lines(name)
        for line in lines:
            found = LUA_FUNCTION.match(line)
            if not found:
                continue
            first, last = int(found.group(2)), int(found.group(3))
            # A spec's describe() holds the cases; those are measured one by one.
            grouping = name.startswith("spec/") and re.search(
                r"\b(describe|insulate)\b", source[first - 1])
            if last - first + 1 > LUA_FUNCTION_LINES and not grouping:
                yield f"{name}:{first}: function of {last - first + 1} lines, " \
                      f"allowed {LUA_FUNCTION_LINES}"


def file_limit(name, python):
    if name.endswith(".c"):
        return C_FILE_LINES
    if name.endswith(".lua"):
        return LUA_FILE_LINES
    return PYTHON_FILE_LINES if name in python else None


def check_lengths(tree):
    python = set(tree.python())
    narrow = set(tree.named(".c", ".h", ".lua", ".cmake", "CMakeLists.txt", ".luacheckrc"))
    for name in sorted(narrow | python | set(tree.shell())):
        lines = tree.lines(name)
        limit = file_limit(name, python)
        if limit and len(lines) - 1 > limit:
            yield f"{name}: {len(lines) - 1} lines, allowed {limit}"
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_COLUMNS:
                yield f"{name}:{number}: {len(line)} columns, allowed {LINE_COLUMNS}"
