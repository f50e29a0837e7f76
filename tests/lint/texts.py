"""What may stand at the top level, and what may stand in no file."""
import re

TOP = {"CMakeLists.txt", "README.md", "src", "lua", "tests", "spec"}
BINARY = (".png", ".gz", ".zst", ".tar", ".zip", ".bin")

# Names of machines on the net and folders of one machine: neither holds anywhere else.
PUBLIC_URL = re.compile(r"\b(?:https?|ftp)://(?:[^\s/@'\"]+@)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.I)
RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net))?|test|invalid|localhost|local)$")
NUMERIC = re.compile(r"^[0-9.]+$")
REGISTRY = re.compile(
    r"\b(?:[\w-]+\.)+(?:debian|maven|pypi|npmjs|docker|quay|ghcr|luarocks)\.(?:org|com|io)\b", re.I)
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(?:wor[k]|hom[e]/\w+/src|User[s])/")


def check_top(tree):
    for entry in sorted({f.split("/")[0] for f in tree.files}):
        if entry not in TOP and not entry.startswith("."):
            yield f"{entry}: not allowed at the top level"


def line_findings(line):
    # A namespace of XML is a name, not a place.
    for host in PUBLIC_URL.findall("" if "xmlns" in line else line):
        if not RESERVED.search(host) and not NUMERIC.match(host):
            yield f"names the machine {host}"
    for host in REGISTRY.findall(line):
        yield f"names the machine {host}"
    if MACHINE_PATH.search(line):
        yield "names a folder of one machine"


def check_texts(tree):
    for name in tree.files:
        if name.endswith(BINARY) or "\0" in tree.text(name):
            continue
        lines = tree.lines(name)
        data = name.startswith("tests/") and "/data/" in name
        if lines[-1] != "" and not data:
            yield f"{name}: no newline at the end"
        for number, line in enumerate(lines, 1):
            for what in line_findings(line):
                yield f"{name}:{number}: {what}"
            if "\t" in line and name.endswith((".c", ".h", ".lua", ".py", ".cmake")):
                yield f"{name}:{number}: tab"
            if line != line.rstrip() and not data:
                yield f"{name}:{number}: white space at the end of the line"
