"""Named cases of one test file, in order; all are run, the exit code tells if any failed."""

import sys
import time
import traceback

from .engine import Failure


def check(condition, message):
    if not condition:
        raise Failure(message)


def same(found, expected, what):
    if found != expected:
        raise Failure(f"{what}: {found!r} instead of {expected!r}")


class Cases:
    """with cases.case("name"): ...; a failure is told and the next case runs.

    Case names on the command line pick those that are wanted (the others are passed over).
    """

    def __init__(self):
        self.failed = []
        self.count = 0
        self.wanted = sys.argv[1:]

    def case(self, name):
        return _Case(self, name)

    def run(self, name, function, *args, **more):
        """Runs function; its value, or None when it failed or is not wanted."""
        if self.wanted and not any(word in name for word in self.wanted):
            return None
        result = None
        with self.case(name):
            result = function(*args, **more)
        return result

    def end(self):
        """Prints the sum and exits."""
        print(f"{self.count} cases, {len(self.failed)} failed", flush=True)
        sys.exit(1 if self.failed or not self.count else 0)


class _Case:
    def __init__(self, cases, name):
        self.cases, self.name = cases, name

    def __enter__(self):
        self.began = time.monotonic()
        self.cases.count += 1
        return self

    def __exit__(self, kind, problem, trace):
        seconds = time.monotonic() - self.began
        if kind is None:
            print(f"ok    {self.name} ({seconds:.1f} s)", flush=True)
            return False
        if not issubclass(kind, Exception):
            return False
        self.cases.failed.append(self.name)
        print(f"FAIL  {self.name} ({seconds:.1f} s): {problem}", flush=True)
        if not issubclass(kind, Failure):
            traceback.print_exception(kind, problem, trace)
            sys.stderr.flush()
        return True
