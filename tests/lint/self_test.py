"""Shows that each rule of lint finds what it is made for, and lets the like of it pass."""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ceilings
import layers
import programs
import texts
from tree import Tree

LONG = "x" * 101
WINDING = "int f(int a);\nint f(int a) {\n" + "    if (a) {\n        a++;\n    }\n" * 15 + \
    "    return a;\n}\n"
SLOW_LUA = "return function()\n" + "    local _ = 1\n" * 39 + "end\n"
MACHINE = "/wor" + "k/x"
HOST = "deb.debian" + ".org"

# rule, file, text, what the finding says (None: no finding)
CASES = [
    (layers.check_c, "src/libs/fs/a.c", '#include "lua.h"\n', "may include lua.h"),
    (layers.check_c, "src/libs/fs/a.c", '#include "modules/bind.h"\n', "fs may not include"),
    (layers.check_c, "src/libs/archive/a.c", '#include "docker/x.h"\n', "archive may not include"),
    (layers.check_c, "src/libs/archive/a.c", '#include "fs/tree.h"\n', None),
    (layers.check_c, "src/modules/a.c", '#include <lua.h>\n#include "fs/tree.h"\n', None),
    (layers.check_c, "src/modules/a.c", '#include "host/x.h"\n', "modules may not include"),
    (layers.check_c, "src/main.c", '#include "fs/tree.h"\n', "main may not include"),
    (layers.check_c, "src/libs/odd/a.c", "", "in no room"),
    (layers.check_lua, "lua/hosskeep/a.lua", 'require "backup"\n', "require the command backup"),
    (layers.check_lua, "lua/hosskeep/a.lua", 'require "hosskeep.zz"\n', "no such module"),
    (layers.check_lua, "lua/hosskeep/a.lua", 'require "docker" -- not "backup"\n', None),
    (layers.check_built, "src/libs/fs/lost.c", "", "not named in"),
    (ceilings.check_c_functions, "src/a.c", WINDING, "complexity 16"),
    (ceilings.check_c_functions, "src/a.c", "int f(void) {\n" + "\n" * 60 + "}\n", "62 lines"),
    (ceilings.check_lua_functions, "lua/a.lua", SLOW_LUA, "function of 41 lines"),
    (ceilings.check_lua_functions, "lua/a.lua", "x = = 1\n", "unexpected symbol"),
    (ceilings.check_lengths, "lua/a.lua", "\n" * 251, "251 lines, allowed 250"),
    (ceilings.check_lengths, "src/a.c", "\n" * 401, "401 lines, allowed 400"),
    (ceilings.check_lengths, "a.h", LONG, "101 columns"),
    (ceilings.check_lengths, "tests/tool", "#!/bin/bash\n" + LONG, "101 columns"),
    (texts.check_top, "Makefile", "", "not allowed at the top"),
    (texts.check_texts, "README.md", f"cd {MACHINE}\n", "folder of one machine"),
    (texts.check_texts, "README.md", f"from {HOST}\n", "names the machine"),
    (texts.check_texts, "README.md", "https://hoss.example.com/x http://10.0.0.1/\n", None),
    (texts.check_texts, "src/a.c", "int\ta;\n", "tab"),
    (texts.check_texts, "src/a.c", "int a; \n", "white space"),
    (texts.check_texts, "src/a.c", "int a;", "no newline"),
    (programs.check_shell, "tests/tool", "#!/bin/bash\nif true\n", "syntax error"),
    (programs.check_python, "tests/a.py", "def f(:\n", "invalid"),
    (programs.check_luacheck, "lua/a.lua", "local unused = 1\n", "unused variable"),
    (programs.check_format, "src/a.c", "int   a;\n", "run clang-format"),
    (programs.check_cppcheck, "src/a.c", "int f(void) {\n  int a[2];\n  return a[2];\n}\n",
     "out of bounds"),
]


def findings(rule, name, text):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, content in {"lua/backup.lua": "return 0\n", name: text}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)
        own = pathlib.Path(__file__).resolve().parents[2]
        for config in (".clang-format", ".luacheckrc"):
            (root / config).write_bytes((own / config).read_bytes())
        subprocess.run(["git", "init", "-q", folder], check=True)
        return list(rule(Tree(root)))


def main():
    wrong = 0
    for rule, name, text, want in CASES:
        got = findings(rule, name, text)
        good = any(want in line for line in got) if want else not got
        if not good:
            wrong += 1
            print(f"{rule.__name__} {name} {text[:60]!r}\n  want {want}\n  got  {got}")
    print(f"{len(CASES)} cases, {wrong} wrong")
    return 1 if wrong else 0


sys.exit(main())
