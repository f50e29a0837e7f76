#!/usr/bin/python3
# ctest: timeout=900 lock=stack
"""Power loss at any point: behind exit 0 the archive lasts, before it no final name is partial.

    power_loss.py [--all] [WORD...]    all moments, not a sample of them; cases with these words

A file system holds BACKUP_ROOT (or, for restores, the configuration folder). The run is killed
before its K-th call that changes something there, the file system is shut down at once, without or
with a last commit of its journal, and mounted again. Then the archives are looked at, and the next
run has to succeed with nobody's help.
"""

import contextlib
import json
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "faults")]

from lib import engine  # noqa: E402
from lib.cases import Cases, check  # noqa: E402
from lib.run import program  # noqa: E402
from disk import Disk, FLUSH_JOURNAL, FLUSH_NOTHING  # noqa: E402
from endpoint import Endpoint  # noqa: E402
from fixture import Fixture  # noqa: E402
from hosskeep_run import Run  # noqa: E402
from proxy import Proxy  # noqa: E402
from world import MARKER, World  # noqa: E402
import engine_api  # noqa: E402
import invariants as law  # noqa: E402

CHANGES = ("write,pwrite64,writev,pwritev,openat,fsync,fdatasync,ftruncate,fallocate,"
           "copy_file_range,sendfile,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,"
           "fchmod,fchmodat,fchown,fchownat,lchown,link,linkat,symlinkat,utimensat")
FLUSHES = {"nothing": FLUSH_NOTHING, "journal": FLUSH_JOURNAL}
JOURNAL = ".hosskeep-journal"  # a line that tells what is done already does no harm
FINAL = re.compile(r"/hoss-backup-[^/]*\.tar\.gz\"|\"\.env\"")
SAMPLE = {"backup": 6, "restore": 1}


def points(trace, top):
    """(call, K, its arguments) of every call that changes something below `top`, in order."""
    counts, known, found = {}, set(), []
    with open(trace, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = re.match(r"(\d+) +(\w+)\((.*)", line)
            if not match:
                continue
            thread, call, rest = match.groups()
            counts[thread, call] = counts.get((thread, call), 0) + 1
            if top + "/" not in rest and top + ">" not in rest:
                continue
            if call == "openat" and "O_CREAT" not in rest:
                continue
            if (call, counts[thread, call]) not in known:
                known.add((call, counts[thread, call]))
                found.append((call, counts[thread, call], rest))
    return found


def partial(fixture):
    """Files of hosskeep's own that stand under their final name and are not whole."""
    found = []
    for folder, _, names in os.walk(fixture.hoss):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8", errors="replace") as file:
                if name == ".env" and file.read() != fixture.env_text:
                    found.append(f"not whole: {path}")
                if name in (MARKER, JOURNAL) or name.endswith(".manifest.json"):
                    text = file.read()
                    try:
                        for part in text.splitlines() if name == JOURNAL else [text]:
                            json.loads(part)
                    except ValueError:
                        text = ""
                    if not text:
                        found.append(f"not whole: {path}")
    return found


class Losing(World):
    """A world one folder of which is on a disk that loses its power."""

    def __init__(self, *args):
        super().__init__(*args)
        f = self.fixture
        self.top = f.root if self.procedure == "backup" else f.hoss
        self.disk = Disk(f.folder, self.top)

    def run(self, **more):
        return Run(self.argv(), self.fixture.home, engine_api.socket_path(), **more)

    def record(self):
        """One clean run, watched; what changes the file system."""
        self.reset()
        trace = self.trace + "-clean"
        argv = ["strace", "-f", "-qq", "-y", "-b", "execve", "-s", "80", "-o", trace, "-e",
                "trace=" + CHANGES, *self.argv()]
        run = Run(argv, self.fixture.home, engine_api.socket_path()).wait(300)
        check(run.code == 0, f"the watched run fails: {run.report()}")
        self.final = {os.path.relpath(p, self.fixture.hoss)
                      for p in law.State(self.fixture).files if "/before-restore-" not in p}
        return points(trace, self.top)

    def reset(self):
        """The fixture as it was in the beginning, and the disk mounted."""
        f = self.fixture
        self.reset_fault()
        if self.procedure == "restore":
            f.remove_server()
        else:
            f.remove_helpers()
            if f.states() != self.before.states:
                f.revive()
        self.disk.begin()
        self.before = law.State(f)

    def struck(self, call, number, _):
        """Runs until the K-th call of its kind, where it is killed."""
        run = self.start(trace=self.trace, inject=f"{call}:signal=KILL:when={number}")
        run.wait(60 + 60 * self.slow)
        check(run.code in (law.KILLED, 0), f"not killed: {run.report()}")
        return run

    def fail(self, problems, *runs):
        check(not problems, "\n  ".join(problems + [run.report() for run in runs]))
        for run in runs:
            run.close()

    def after_backup(self, run, flush):
        """What the disk holds now, and what the next backup makes of it."""
        before = self.before
        self.disk.cut(FLUSHES[flush])
        problems = partial(self.fixture)
        if run.code == law.KILLED:
            problems += law.running_again(self.fixture, before, 2 + self.slow)
        after = law.State(self.fixture)
        problems += law.check_archives(self.program, before, after)
        if run.code == 0:
            left = law.check_backup_left(self.fixture, before, after)
            problems += [x for x in left if not x.endswith(JOURNAL)]
            if len(after.archives) != len(before.archives) + 1:
                problems.append("exit 0, and the archive is gone")
        again = self.start().wait(60 + 60 * self.slow)
        if again.code != 0:
            problems.append("the next backup fails")
        last = law.State(self.fixture)
        problems += ["then " + x for x in law.check_backup_left(self.fixture, before, last)]
        problems += ["then " + x for x in law.check_archives(self.program, after, last)]
        if len(last.archives) != len(after.archives) + 1:
            problems.append("then there is no new archive")
        self.fail(problems, run, again)

    def after_restore(self, run, flush):
        self.disk.cut(FLUSHES[flush])
        f = self.fixture
        marker = os.path.exists(os.path.join(f.hoss, MARKER))
        env = os.path.join(f.hoss, ".env")
        problems = partial(f)
        if run.code == 0:
            if marker:
                problems.append("exit 0, and the marker is there")
            left = self.compare("")
            return self.fail(problems + [x for x in left if not x.endswith(JOURNAL)], run)
        again = self.start().wait(120 + 120 * self.slow)
        # Behind the marker's end all is done, and a living server is refused.
        finished = not marker and os.path.exists(env) and again.code == 4
        if again.code != 0 and not finished:
            problems.append("the same command again fails")
        return self.fail(problems + self.compare("then "), run, again)

    def lose(self, flush, point=None):
        self.reset()
        run = self.struck(*point) if point else self.start().wait(60 + 60 * self.slow)
        if not point:
            check(run.code == 0, run.report())
        if self.procedure == "backup":
            self.after_backup(run, flush)
        else:
            self.after_restore(run, flush)


def sample(found, count):
    """[(point, kinds of loss)]: the moments around the names that count with both kinds, and so
    many others, evenly spread, with one kind."""
    around = {i + d for i, (call, _, rest) in enumerate(found) for d in (0, 1)
              if call.startswith("rename") and FINAL.search(rest)}
    others = [i for i in range(len(found)) if i not in around]
    others = others[len(others) // count // 2::max(1, len(others) // count)]
    kinds = sorted(FLUSHES)
    chosen = {i: [kinds[n % 2]] for n, i in enumerate(others)} | {i: kinds for i in around}
    return [(found[i], chosen[i]) for i in sorted(chosen)]


def do(procedure, cases, everything):
    project = f"hossfault{os.getpid()}{'br'[procedure == 'restore']}"
    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(Endpoint(0))
        fixture = stack.enter_context(Fixture(project, endpoint.port, ("ldap", "auth")))
        proxy = stack.enter_context(Proxy(os.path.join(fixture.folder, "engine.sock"),
                                          engine_api.socket_path()))
        world = Losing(program(), fixture, proxy, endpoint, procedure)
        world.prepare()
        stack.enter_context(world.disk)
        found = world.record()
        chosen = sample(found, SAMPLE[procedure])
        if everything:
            chosen = [(point, FLUSHES) for point in found]
        print(f"{procedure}: {len(found)} calls change the file system, {len(chosen)} chosen",
              flush=True)
        for flush in FLUSHES:
            cases.run(f"{procedure}, exit 0, flushed: {flush}", world.lose, flush)
        for point, kinds in chosen:
            for flush in kinds:
                cases.run(f"{procedure}, {point[0]}#{point[1]}, flushed: {flush}", world.lose,
                          flush, point)


def main():
    everything = "--all" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--all"]
    engine.ensure()
    cases = Cases()
    began = time.monotonic()
    for procedure in SAMPLE:
        do(procedure, cases, everything)
    print(f"{time.monotonic() - began:.0f} s")
    cases.end()


if __name__ == "__main__":
    main()
