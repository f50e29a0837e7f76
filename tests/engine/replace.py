#!/usr/bin/python3
# ctest: timeout=1500 lock=stack
"""`restore --replace` takes the place of a living server; one that fails, wherever, ends with the
old server back and running. `--all` has it fail, interrupted and killed behind every step.
"""

import os
import shutil
import sys

from lib import scripts
from lib.cases import Cases, check
from lib.replacing import BACK, UNTOUCHED, Living
from lib.stack import Stack

EVERY = "--all" in sys.argv
if EVERY:
    sys.argv.remove("--all")
cases = Cases()


def fails_after(site, step):
    early = step in ("verify-archive", "check-site")
    site.fails(9 if early else 10, "made to fail by the test",
               UNTOUCHED if early or step == "mark-start" else BACK,
               scripts_from=scripts.failing(site.stack, "restore", step))


def start_fails(site):
    """The new server is up when its start command fails; that command cannot start the old one."""
    command = f"{site.stack.start_command()} && echo out of luck && false"
    site.fails(10, "start: the command ended with 1: out of luck", BACK, start=False,
               args=("--start", command))


def databases_fail(site):
    dump = os.path.join(site.stack.backup_root, ".db/restore/postgres-hoss_auth-backup.dump")
    given = site.damaged("unpack", f'fs.write("{dump}", "PGDMP and nothing else", '
                         '{ mode = 420 })')
    site.fails(10, "wait-databases", BACK, scripts_from=given)


def index_fails(site):
    root = os.path.join(site.stack.backup_root, ".opensearch")
    given = site.damaged("unpack", f"""
    process.run {{ "sh", "-c", "rm '{root}'/restore-*/indices/*/*/__*" }}""")
    site.fails(10, "restore-index", BACK, scripts_from=given)


def refused(site):
    site.fails(7, "9.9.9", args=("--set", "server.version=9.9.9"))


# The system's own sync, and a list of what was kept of the former server at that moment.
SYNC = """#!/bin/sh
ls -A '{hoss}' | grep -x '.hosskeep-restore\\|.replaced-.*' >>'{seen}'
exec '{sync}' "$@"
"""


def watched_sync(site):
    """(environment, file): a `sync` that lists there what has not been removed yet."""
    folder = os.path.join(site.stack.base, "bin")
    os.mkdir(folder, 0o755)
    seen = os.path.join(site.stack.base, "seen-by-sync")
    path = os.path.join(folder, "sync")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SYNC.format(hoss=site.stack.hoss, seen=seen, sync=shutil.which("sync")))
    os.chmod(path, 0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}, seen


def succeeds(site):
    """What came back is on disk before anything that was kept of the former server is removed."""
    env, seen = watched_sync(site)
    run = site.replace(env=env).expect(0)
    site.is_a()
    with open(seen, encoding="utf-8") as file:
        there = file.read().split()
    for name in (".hosskeep-restore", ".replaced-containers.json"):
        check(name in there, f"{name} was gone before the sync: {there}")
    print(f"      --replace {run.seconds:.1f} s", flush=True)


with Stack("replace") as s:
    living = Living(s)
    cases.run("another version is refused, nothing is touched", refused, living)
    for name in scripts.steps(s, "restore")[:-2] if EVERY else ("mark-start", "unpack"):
        cases.run(f"fails after {name}", fails_after, living, name)
    cases.run("the start command fails", start_fails, living)
    cases.run("the databases' restore fails", databases_fail, living)
    if EVERY:
        cases.run("the index's restore fails", index_fails, living)
    middle = [n for n in scripts.steps(s, "restore")[2:-2] if n != "carry-queues"]
    for name in middle if EVERY else ("start-server",):
        cases.run(f"Ctrl-C after {name}", living.interrupted, name)
    for name in middle if EVERY else ("wait-databases",):
        cases.run(f"kill -9 after {name}, then it fails", living.killed, name)
    for name in middle if EVERY else ():
        cases.run(f"kill -9 after {name}, then it is refused", living.killed_and_refused, name)
    for name in middle if EVERY else ():
        cases.run(f"kill -9 after {name}, then no archive", living.killed_and_archive_lost, name)
    cases.run("--replace takes the place", succeeds, living)
cases.end()
