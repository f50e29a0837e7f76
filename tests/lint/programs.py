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
    for name in tree.named(".c", ".h", under="src/") + tree.named(".c", ".h", under="tests/"):
        code, lines = tree.run(["clang-format", "--dry-run", "-Werror", name])
        if code != 0:
            found = lines[0].split(":") if lines else [name, "1"]
            yield f"{name}:{found[1]}: run clang-format -i {name}"


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
