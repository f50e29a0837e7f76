#!/usr/bin/python3
# ctest: timeout=900 lock=stack
"""A restore killed with -9: the same command again, with no work by hand, ends with the source's
state and leaves nothing over.

    kill_restore.py [words]          a sample of points: the gate
    kill_restore.py --all [words]    two requests to the Engine and a system call of every step

The points are found in the record of one clean run: requests by a proxy in front of the Engine,
system calls by strace. The rerun begins at once, while what the killed run had asked for, and the
server's own start command, may still be under way. With --all a rerun behind a point before the
server's start is killed too, at a point behind it, and only the third run goes to its end: half as
many servers have to come up.
"""

import itertools
import os
import sys
import time

from lib import engine, killing, scripts
from lib.cases import Cases, check, same
from lib.leftovers import engine_state, folder_state
from lib.round_trip import after_restore
from lib.stack import Stack, compare

ALL = "--all" in sys.argv
if ALL:
    sys.argv.remove("--all")
# Of the sample: whether the server has been started by then is what makes the difference.
SAMPLE = ("unpack", "write-env", "start-server", "restore-index")
MARKER = ".hosskeep-restore"

cases = Cases()


class Target:
    """An empty machine, and the archive of the server that shall live there."""

    def __init__(self, stack):
        self.stack = stack
        stack.up().seed()
        self.source = stack.fingerprint()
        stack.backup().expect(0)
        self.archive = stack.take_archive()
        self.final = None

    def wipe(self):
        """Nothing is left but compose's network, which costs a second to make."""
        stack = self.stack
        for label in ("com.docker.compose.project", "hosskeep.project"):
            self.remove_containers(f"{label}={stack.project}")
        volumes = [name for name in engine.lines("volume", "ls", "-q")
                   if name.startswith(stack.project + "_")]
        if volumes:
            engine.docker("volume", "rm", "-f", *volumes)
        engine.call(["rm", "-rf", stack.hoss])
        for name in os.listdir(os.path.join(stack.dir, "init")):
            if name != "create-databases.sh":
                os.remove(os.path.join(stack.dir, "init", name))

    @staticmethod
    def remove_containers(label):
        """Again where a busy Engine fails to: it may find that a process is dead but not reaped."""
        for last in (False, False, True):
            found = engine.lines("ps", "-aq", "--filter", f"label={label}")
            if found:
                engine.docker("rm", "-f", *found, check=last)

    def state(self):
        """Names of all that is there, but for what the services write."""
        stack = self.stack
        return engine_state(stack.project) | folder_state(
            stack.hoss, os.path.join(stack.dir, "init"), stack.home,
            skip=("data", "backup/.opensearch/hosskeep"))

    def argv(self):
        stack = self.stack
        start = " ".join(f"{name}='{os.environ[name]}'" for name in (
            "DOCKER_HOST", "STACK_RABBITMQ_ARGS")) + " " + stack.start_command()
        return ["restore", self.archive, "-c", stack.hoss, "--project", stack.project,
                "--start", start]

    def is_source(self):
        """What the source held, nothing more, and nothing of the restore's own."""
        self.stack.wait()
        compare(self.source, self.stack.fingerprint())
        after_restore(self.stack)
        found = self.state()
        if self.final is None:
            self.final = found
        same(sorted(found - self.final), [], "left over")
        same(sorted(self.final - found), [], "missing")


def killed(target, killer, points):
    """Kill, and the same command again: at each of the points; then to the end, and compare."""
    target.wipe()
    for point in points:
        point.done["killed in"], point.done["after"] = killer.strike(point)
    hoss = target.stack.hoss
    finished = not os.path.exists(os.path.join(hoss, MARKER)) and os.path.exists(
        os.path.join(hoss, ".env"))
    began = time.monotonic()
    run = target.stack.restore(target.archive)
    for point in points:
        point.done.update(rerun=time.monotonic() - began, code=run.code)
    # All was done but the last words: then a living server is refused.
    run.expect(4 if finished else 0)
    target.is_source()
    for point in points:
        point.done["result"] = "source's state"


def table(points):
    print(f"\n{'point':62} {'after':>7} {'rerun':>7} {'exit':>4}  result")
    for point in points:
        done = point.done
        if done:
            print(f"{point.name()[:62]:62} {done.get('after', 0):5.1f} s "
                  f"{done.get('rerun', 0):5.1f} s {done.get('code', '-'):>4}  "
                  f"{done.get('result', 'FAILED')}")
    good = [point for point in points if "result" in point.done]
    steps = {point.done["killed in"] for point in good}
    print(f"{len(good)} points in {len(steps)} steps ended with the source's state", flush=True)


def sample(points):
    """The last request of each step of the sample, or the last system call where there is none."""
    chosen = []
    for step in SAMPLE:
        mine = [point for point in points if point.step == step]
        chosen.append([point for point in mine if point.how == "at"][-1] if step == "write-env"
                      else [point for point in mine if point.how != "at"][-1])
    return [[point] for point in chosen]


def pairs(points, names):
    """Each point behind the start together with one before it; what is over stands alone."""
    before = ["begin", *names[:names.index("start-server")]]
    early = [point for point in points if point.step in before]
    late = [point for point in points if point.step not in before]
    return [[point for point in pair if point] for pair in itertools.zip_longest(early, late)]


with Stack("kill") as s:
    place = Target(s)
    names = scripts.steps(s, "restore")
    with killing.Killer(s, names, place.argv()) as killer:
        points = []
        with cases.case("the recorded run"):
            place.wipe()
            points = killing.choose(names, *killer.record(), of_calls=1)
            place.is_source()
        for group in pairs(points, names) if ALL else sample(points):
            cases.run("; then ".join(x.name() for x in group), killed, place, killer, group)
    table(points)
    if ALL and not cases.wanted:
        with cases.case("at least 25 points"):
            check(len([p for p in points if "result" in p.done]) >= 25, f"{len(points)} points")
cases.end()
