"""hosskeep killed with -9 at a chosen point: a request to the Engine, or a system call."""

import os
import sys
from dataclasses import dataclass, field

from .engine import ROOT, Failure
from .run import program

sys.path.append(os.path.join(ROOT, "tests", "faults"))

import engine_api  # noqa: E402
from cases import parse  # noqa: E402
from hosskeep_run import Run  # noqa: E402
from proxy import Proxy, pattern  # noqa: E402

KILLED = 137
# What changes the file system, each a moment of its own. Writes are left out: how many there are
# depends on what the Engine's answers look like.
CALLS = ("renameat", "renameat2", "rename", "unlink", "unlinkat", "mkdir", "mkdirat", "fsync",
         "fchmod", "ftruncate", "lchown", "utimensat", "symlinkat")


@dataclass
class Point:
    """One moment. how: before or after the number-th request of the step, or a system call."""

    step: str
    how: str
    number: int
    what: str
    done: dict = field(default_factory=dict)

    def name(self):
        return f"{self.step}: {self.how} {self.what} #{self.number}"


class Steps(Proxy):
    """Counts requests by step; the armed point strikes at its own request, or, when this run has
    fewer of them, at the first one of a later step."""

    def __init__(self, path, names):
        super().__init__(path, engine_api.socket_path())
        self.names = names
        self.seen, self.point, self.strike_with = [], None, None

    def aim(self, point, kill):
        self.seen, self.point = [], point
        self.strike_with = ("call" if point and point.how == "before" else "call-after", kill)

    def _order(self, step):
        if step == "begin":
            return -1
        return self.names.index(step) if step in self.names else len(self.names)

    def note(self, method, path):
        request, _ = super().note(method, path)
        with self.lock:
            self.seen.append((request.step, f"{method} {pattern(path)}"))
            aimed = self.point
            if not aimed or aimed.how not in ("before", "after"):
                return request, None
            count = sum(1 for step, _ in self.seen if step == aimed.step)
            here, there = self._order(request.step), self._order(aimed.step)
            if here > there or (here == there and count >= aimed.number):
                self.point = None
                return request, self.strike_with
        return request, None


class Killer:
    """with Killer(stack, "restore", names, argv) as k: k.record(), then k.strike(point)."""

    def __init__(self, stack, names, argv):
        self.stack, self.argv = stack, [program(), *argv, "--json"]
        self.trace = os.path.join(stack.base, "trace")
        self.proxy = Steps(os.path.join(stack.base, "engine.sock"), names)

    def __enter__(self):
        self.proxy.__enter__()
        return self

    def __exit__(self, *given):
        self.proxy.__exit__(*given)

    def _start(self, **more):
        run = Run(self.argv, self.stack.home, self.proxy.path, **more)
        self.proxy.step = run.step
        return run

    def record(self):
        """A run without a kill: ([(step, request)], [(step, system call, number)])."""
        self.proxy.reset()
        self.proxy.aim(None, None)
        run = self._start(trace=self.trace).wait(300)
        if run.code != 0:
            raise Failure(f"the recorded run: {run.report()}")
        requests = list(self.proxy.seen)
        run.close()
        return requests, [x for x in parse(self.trace) if x[1] in CALLS]

    def strike(self, point):
        """The run that is killed at the point; (the step it was in, seconds)."""
        held = []
        self.proxy.reset()
        self.proxy.aim(point, lambda: held[0].kill(9))
        more = {}
        if point.how == "at":
            more = {"trace": self.trace,
                    "inject": f"{point.what}:signal=KILL:when={point.number}"}
        held.append(self._start(**more))
        run = held[0].wait(240)
        if run.code != KILLED:
            raise Failure(f"{point.name()} was not reached: {run.report()}")
        step, seconds = run.step(), run.seconds
        run.close()
        return step, seconds


def thirds(items, count):
    """So many of the items: the first, the last, and what lies evenly between."""
    if len(items) <= count:
        return list(items)
    if count == 1:
        return [items[0]]
    return [items[round(i * (len(items) - 1) / (count - 1))] for i in range(count)]


def choose(names, requests, calls, of_requests=2, of_calls=2):
    """Points over all steps: some of a step's requests, and some of its system calls."""
    points = []
    for step in ["begin", *names, "end"]:
        mine = [call for name, call in requests if name == step]
        for turn, index in enumerate(thirds(range(len(mine)), of_requests)):
            points.append(Point(step, ("before", "after")[(turn + len(points)) % 2], index + 1,
                                mine[index]))
        system = [(call, number) for name, call, number in calls if name == step]
        for call, number in thirds(system, of_calls):
            points.append(Point(step, "at", number, call))
    return points
