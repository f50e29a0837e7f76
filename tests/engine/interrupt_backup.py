#!/usr/bin/python3
# ctest: timeout=900 lock=stack
"""A backup that fails, or gets Ctrl-C, at any step leaves nothing; one killed is cleaned up after.

After each: no archive, no helper container, volume, image or file more than before, nothing
paused or stopped; at the end a backup without any fault succeeds with no work by hand.
"""

import os
import signal
import time

from lib import scripts
from lib.cases import Cases, check, same
from lib.engine import docker
from lib.killing import engine_api
from lib.leftovers import Watch
from lib.stack import Stack

cases = Cases()


def untouched(stack, watch, states):
    watch.check(archives=0)
    same(stack.states(), states, "states of the containers")


def fails(stack, step, watch, states):
    run = stack.backup(scripts=scripts.failing(stack, "backup", step))
    run.one_line(5, "test-fails", "made to fail by the test")
    untouched(stack, watch, states)


def interrupted(stack, step, watch, states, number=signal.SIGINT):
    folder, mark = scripts.stopping(stack, "backup", step)
    run = stack.start("backup", scripts=folder)
    scripts.wait_for(f"step {step}", lambda: os.path.exists(mark), run)
    began = time.monotonic()
    run.kill(number)
    run.wait(60).expect(128 + number)
    print(f"      ended after {time.monotonic() - began:.1f} s", flush=True)
    check(run.err.count("\n") <= 1, f"more than one line on stderr\n{run.report()}")
    untouched(stack, watch, states)


def killed(stack, step, watch, states):
    """kill -9: the guard unpauses at once; the next run puts all the rest right by itself."""
    folder, mark = scripts.stopping(stack, "backup", step)
    run = stack.start("backup", scripts=folder)
    scripts.wait_for(f"step {step}", lambda: os.path.exists(mark), run)
    run.kill(signal.SIGKILL)
    run.wait(10)
    scripts.wait_for("nothing is paused", lambda: stack.states() == states, seconds=10)
    fails(stack, "check-services", watch, states)


def killed_while_paused(stack, service, watch, states):
    """kill -9 while the service stands still: it runs again within 2 s, by the guard."""
    folder, mark = scripts.pausing(stack, service)
    run = stack.start("backup", scripts=folder)
    scripts.wait_for(f"{service} is paused", lambda: os.path.exists(mark), run)
    path = f"/containers/{stack.container(service)}/json"
    check(engine_api.must("GET", path)["State"]["Paused"], f"{service} is not paused")
    run.kill(signal.SIGKILL)
    began = time.monotonic()
    while engine_api.must("GET", path)["State"]["Paused"]:
        check(time.monotonic() - began < 2, f"{service} stands still 2 s after kill -9")
    print(f"      runs again after {time.monotonic() - began:.2f} s", flush=True)
    run.wait(10)
    stack.backup().expect(0)
    watch.check(archives=1)
    same(stack.states(), states, "states of the containers")
    for path in set(stack.archives()) - watch.files:
        os.remove(path)
        os.remove(path.replace(".tar.gz", ".manifest.json"))


STANDS_STILL = """
p:insert_before("add-snapshot", { name = "test-pauses", run = function(ctx)
    stream.wait_any { ctx.snapshot.job }
    ctx:service("opensearch"):pause()
end })"""


def stands_still(stack, watch, states):
    """Somebody pauses OpenSearch: no answer is waited for until its time is up, and what could not
    be removed is told and removed by the next run."""
    run = stack.backup(scripts=scripts.drop_in(stack, "backup", STANDS_STILL))
    docker("unpause", stack.container("opensearch"))
    print(f"      ended after {run.seconds:.1f} s", flush=True)
    run.expect(5, "opensearch: somebody has paused its container", "could not be removed")
    check(run.seconds < 45, f"it took {run.seconds:.0f} s")
    fails(stack, "check-services", watch, states)


SAME_SECOND = """
p:insert_before("start-snapshot", { name = "test-clock", run = function(ctx)
    ctx.publishing.timestamp = "20200101T000000"
end })
p:insert_after("add-snapshot", { name = "test-fails", run = function()
    error("made to fail by the test", 0)
end })"""


def same_second(stack, watch, states):
    """The snapshot of a backup that fails late stays in its place; the next may begin in the same
    second."""
    given = scripts.drop_in(stack, "backup", SAME_SECOND)
    for _ in range(2):
        stack.backup(scripts=given).one_line(5, "test-fails", "made to fail by the test")
        untouched(stack, watch, states)


def complete(stack, watch, states):
    """Behind `publish` the archive is a backup like any other: what fails then names it."""
    given = scripts.failing(stack, "backup", "publish")
    run = stack.backup(scripts=given)
    path = sorted(set(stack.archives()) - watch.files)[-1]
    run.one_line(5, f"made to fail by the test; the archive is complete: {path}")
    stack.verify(path).expect(0)
    os.remove(path)
    os.remove(path.replace(".tar.gz", ".manifest.json"))
    untouched(stack, watch, states)


with Stack("stop", services="opensearch ldap rabbitmq db auth core traefik") as s:
    s.up().seed()
    s.backup().expect(0)
    names = [name for name in scripts.steps(s, "backup") if name not in (
        "publish", "prune", "report")]
    seen, running = Watch(s), s.states()
    for name in names:
        cases.run(f"fails after {name}", fails, s, name, seen, running)
    for name in names[4:]:
        cases.run(f"Ctrl-C after {name}", interrupted, s, name, seen, running)
    cases.run("SIGTERM after add-volumes", interrupted, s, "add-volumes", seen, running,
              signal.SIGTERM)
    cases.run("SIGHUP after start-dumps", interrupted, s, "start-dumps", seen, running,
              signal.SIGHUP)
    for name in ("create-archive", "mount-volumes", "add-volumes", "add-snapshot", "finish"):
        cases.run(f"kill -9 after {name}", killed, s, name, seen, running)
    for name in ("ldap", "rabbitmq"):
        cases.run(f"kill -9 while {name} is paused", killed_while_paused, s, name, seen, running)
    cases.run("somebody pauses OpenSearch", stands_still, s, seen, running)
    cases.run("fails late, twice in a second", same_second, s, seen, running)
    cases.run("fails when all is done", complete, s, seen, running)
    with cases.case("and then a backup succeeds"):
        s.backup().expect(0)
        seen.check(archives=1)
cases.end()
