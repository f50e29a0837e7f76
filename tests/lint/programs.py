"""Other programs' opinions."""
import ast


def check_shell(tree):
    scripts = tree.shell()
    for name in scripts:
        code, lines = tree.run(["bash", "-n", name])
        if code != 0:
            yield from lines
    if scripts:
        yield from tree.run(["shellcheck", "-S", "warning", "-f", "gcc", *scripts])[1]


def check_format(tree):
    files = tree.named(".c", ".h", under="src/") + tree.named(".c", ".h", under="tests/")
    if not files:
        return
    lines = tree.run(["clang-format", "--dry-run", "-Werror", *files])[1]
    bad = {}
    for line in lines:
        place = line.split(":")
        if "error:" in line and place[0] in files:
            bad.setdefault(place[0], place[1])
    for name, number in bad.items():
        yield f"{name}:{number}: run clang-format -i {name}"


def check_python(tree):
    for name in tree.python():
        try:
            ast.parse(tree.text(name), name)
        except SyntaxError as error:
            yield f"{name}:{error.lineno}: {error.msg}"


def check_luacheck(tree):
    files = tree.named(".lua")
    if not files:
        return
    code, lines = tree.run(["luacheck", "--formatter", "plain", "--codes", *files])
    if code != 0:
        yield from lines


def check_cppcheck(tree):
    argv = ["cppcheck", "--quiet", "--enable=warning,portability", "--std=c11", "--language=c",
            "--inline-suppr", "--suppress=missingIncludeSystem", "--error-exitcode=1", "-j", "2",
            "--template={file}:{line}: {message} ({id})", "-D_GNU_SOURCE", "-Isrc", "-Isrc/libs",
            "src"]
    code, lines = tree.run(argv)
    if code != 0:
        yield from lines
