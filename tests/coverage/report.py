"""How much of src/libs and src/modules the tests have run, and why not the rest.

    report.py BUILD [--runs]     BUILD: a build with -DCOVERAGE=ON whose tests have run
                                 --runs: tell what was not run, not only what has no reason

Prints a line per file. A run of lines of src/libs that was not executed needs a reason in the file
`reasons` beside this one, else it is told and the exit code is 1: so is a reason for something that
the source does not have any more. Modules are told only.
"""
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NEED_REASONS = "src/libs/"


def measure(build):
    """{path: {line: times}} of the lines that hold code."""
    gcovr = ["gcovr", "--root", ROOT, "--filter", ROOT + "/src/libs/",
             "--filter", ROOT + "/src/modules/", "--gcov-ignore-parse-errors", "--json", "-", build]
    out = subprocess.run(gcovr, stdout=subprocess.PIPE, check=True).stdout
    return {one["file"]: {line["line_number"]: line["count"] for line in one["lines"]
                          if not line["gcovr/noncode"]}
            for one in json.loads(out)["files"]}


def runs(lines, source):
    """What was not executed, as (first line, text): from the line of code before it to its end."""
    found = []
    first = last = head = None
    for number in sorted(lines):
        ended = last and any(text == "}" for text in source[last:number - 1])
        if first and (lines[number] > 0 or ended):
            found.append((first, last, head))
            first = None
        if ended:
            head = None
        if lines[number] > 0:
            head = number
        elif not first:
            first = number
        last = number
    if first:
        found.append((first, last, head))
    return [(first, " ".join(" ".join(source[(head or first) - 1:last]).split()))
            for first, last, head in found]


def read_reasons():
    """[(reason, path pattern, text pattern, line)]: see the head of the file."""
    found = []
    reason = None
    with open(os.path.join(HERE, "reasons"), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if line.startswith("= "):
                reason = line[2:]
            elif line and not line.startswith("#"):
                where, text = line.split(": ", 1)
                found.append((reason, as_pattern(where), as_pattern(text), number))
    return found


def as_pattern(text):
    return re.compile(".*".join(re.escape(part) for part in text.split("*")))


def read_source(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read().split("\n")


def judge(path, not_run, reasons, used):
    """The runs of a file that no reason holds for."""
    left = []
    for first, text in not_run:
        holds = [r for r in reasons if r[1].fullmatch(path) and r[2].search(text)]
        used.update(r[3] for r in holds)
        if not holds:
            left.append((first, text))
    return left


def row(name, total, executed):
    print(f"{name:44} {total:6} {executed:6} {100.0 * executed / max(total, 1):6.1f} %")


def table(measured):
    for room in ("src/libs", "src/modules"):
        sums = [0, 0]
        for path in sorted(p for p in measured if p.startswith(room)):
            counts = list(measured[path].values())
            executed = sum(1 for n in counts if n > 0)
            sums[0] += len(counts)
            sums[1] += executed
            row(path, len(counts), executed)
        row(room, *sums)


def stale(reasons, used):
    """Reasons whose text is nowhere in the files that they name."""
    paths = []
    for folder, _, names in os.walk(os.path.join(ROOT, NEED_REASONS)):
        paths += [os.path.relpath(os.path.join(folder, n), ROOT) for n in names]
    texts = {path: " ".join(" ".join(read_source(path)).split()) for path in paths}
    return [r for r in reasons if r[3] not in used and not any(
        r[1].fullmatch(path) and r[2].search(text) for path, text in texts.items())]


def main(build, *options):
    measured = measure(build)
    table(measured)
    reasons = read_reasons()
    used = set()
    explained = bad = 0
    for path in sorted(measured):
        not_run = runs(measured[path], read_source(path))
        left = judge(path, not_run, reasons, used) if path.startswith(NEED_REASONS) else []
        explained += len(not_run) - len(left) if path.startswith(NEED_REASONS) else 0
        bad += len(left)
        for first, text in not_run if options else left:
            print(f"{path}:{first}: not run: {text}")
    for reason, _, text, number in stale(reasons, used):
        print(f"tests/coverage/reasons:{number}: not in the source any more: {reason}")
        bad += 1
    print(f"{explained} places of src/libs were not run for a written reason, {bad} findings")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--runs"]):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
