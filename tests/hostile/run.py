"""hosskeep verify rejects every hostile archive with exit 6, says why, and writes nothing.

    run.py [--list] [WORD...]       only the cases whose class or form has one of the words

HOSSKEEP is the program. Each run is watched by strace. Exit: 0, or 1 when a case went wrong.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

import forge
import names
import sizes

HOSSKEEP = os.environ.get("HOSSKEEP", "hosskeep")
CASES = names.CASES + sizes.CASES
WATCHED = ("open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,link,"
           "linkat,symlink,symlinkat,unlink,unlinkat,rmdir,chmod,fchmod,fchmodat,chown,fchown,"
           "lchown,fchownat,truncate,ftruncate,utimensat,setxattr,mount,connect,execve")
# The C library asks for the caller's name and groups.
# The last: what a build that counts executed lines writes at its end.
HARMLESS = re.compile(r"/dev/null|/dev/tty|/run/nscd/socket|[+]{3} |-{3} |[.]gcda")
READS = re.compile(r"^(?:\d+ +)?(?:open|openat|openat2)\(.*O_RDONLY")
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_TMPFILE")


def writes(trace):
    """Lines of a trace that are more than reading; the first execve is the start itself."""
    found = []
    started = False
    for line in trace.splitlines():
        if HARMLESS.search(line):
            continue
        if "execve(" in line and not started:
            started = True
        elif not READS.match(line) or WRITES.search(line):
            found.append(line)
    return found


VERIFY = ("verify", "--quiet")


def watched(folder, number, data, command):
    """(outcome, lines of the trace that are more than reading) of hosskeep COMMAND... ARCHIVE."""
    path = os.path.join(folder, "%03d.tar.gz" % number)
    trace = path + ".trace"
    with open(path, "wb") as out:
        out.write(data)
    done = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=" + WATCHED, "-e", "signal=none", "-o", trace,
         HOSSKEEP, *command, path],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    with open(trace, encoding="utf-8", errors="replace") as text:
        wrote = writes(text.read())
    os.unlink(path)
    os.unlink(trace)
    return done, wrote


def problems(folder, number, case, code, command=VERIFY):
    kind, form, data, words = case
    done, wrote = watched(folder, number, data, command)
    said = done.stderr.decode("utf-8", "replace")
    found = []
    if done.returncode != code:
        found.append("exit %d instead of %d" % (done.returncode, code))
    if words not in said:
        found.append("does not say %r" % words)
    if any(ord(c) < 32 and c != "\n" or ord(c) == 127 for c in said):
        found.append("prints control bytes")
    if code == 6 and said.count("\n") != 1:
        found.append("not one line")
    if wrote:
        found.append("writes: " + "; ".join(wrote[:5]))
    return ["%s, %s: %s\n    said %r" % (kind, form, one, said) for one in found]


# What must stay accepted, or the rest proves nothing.
ACCEPTED = [
    ("accepted", "as forged", forge.with_good(), ""),
    ("accepted", "odd names", forge.with_good(
        forge.named(b"volumes/auth/new\nline\x1b\xff\xfe"), forge.named(b"config/\xc3\xa4")), ""),
    ("accepted", "case twins", forge.with_good(
        forge.entry(b"config/a"), forge.entry(b"config/A")), ""),
    ("accepted", "name of 4000 bytes", forge.with_good(
        forge.named(b"/".join([b"a" * 249] * 16))), ""),
    ("accepted", "64 levels", forge.with_good(forge.named(b"/".join([b"d"] * 64))), ""),
    ("accepted", "links in a volume", forge.with_good(
        forge.entry(b"volumes/auth/s", b"2", link=b"/etc/passwd"),
        forge.entry(b"volumes/auth/h", b"1", link=b"volumes/auth/key"),
        forge.entry(b"volumes/auth/hs", b"1", link=b"volumes/auth/s")), ""),
    ("accepted", "setuid in a volume", forge.with_good(
        forge.entry(b"volumes/auth/su", mode=0o4755)), ""),
    ("accepted", "200 MB of zeros", forge.with_good(
        forge.entry(b"volumes/ldap-vol0/data.mdb", content=b"\0" * 200000000)), ""),
    ("accepted", "record size of tar", forge.archive(forge.good(), end=b"\0" * 10240), ""),
    ("accepted", "hossadm", forge.plain(sizes.CONFIG), ""),
    ("accepted", "hossadm with dot slash", forge.plain(
        [forge.folder(b"./"), forge.entry(b"./version.json", content=forge.VERSION)]), ""),
]


def chosen(cases, words):
    return [c for c in cases if not words or any(w in c[0] or w in c[1] for w in words)]


def main(words):
    if "--list" in words:
        for kind, form, data, said in CASES:
            print("%-18s %-40s %8d bytes: %s" % (kind, form, len(data), said))
        return 0
    cases = [(c, 6) for c in chosen(CASES, words)] + [(c, 0) for c in chosen(ACCEPTED, words)]
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(problems, folder, i, case, code)
                    for i, (case, code) in enumerate(cases)]
            for job in jobs:
                bad += job.result()
        left = os.listdir(folder)
        if left:
            bad.append("left behind: %s" % left)
    for one in bad:
        print(one)
    hostile = sum(code == 6 for _, code in cases)
    kinds = len({case[0] for case, code in cases if code == 6})
    print("%d hostile archives of %d classes, %d good ones, %d problems"
          % (hostile, kinds, len(cases) - hostile, len(bad)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
