#!/usr/bin/python3
# ctest: timeout=1200 lock=stack
"""A restore that fails or gets Ctrl-C: before the server is started all is put back, behind that
the same command run again goes on and ends well.
"""

import os
import signal

from lib import scripts
from lib.cases import Cases, check
from lib.leftovers import Watch
from lib.round_trip import after_restore
from lib.stack import Stack, compare

cases = Cases()


def nothing_done(stack, watch):
    """No container, volume, image or file that was not there before; no .env."""
    watch.check()
    check(not os.path.exists(os.path.join(stack.hoss, ".env")), ".env is there")
    check(not os.path.exists(os.path.join(stack.hoss, "data", "db", "PG_VERSION")), "data is there")


def fails(stack, archive, step, watch):
    run = stack.restore(archive, scripts=scripts.failing(stack, "restore", step))
    run.expect(10 if step != "verify-archive" and step != "check-site" else 9,
               "made to fail by the test")
    nothing_done(stack, watch)


def fails_inside(stack, archive, step, watch):
    """The last call of the step fails, such as the sync of a file's folder."""
    run = stack.restore(archive, scripts=scripts.failing_inside(stack, "restore", step))
    run.one_line(10, step, "made to fail by the test")
    nothing_done(stack, watch)


def interrupted(stack, archive, step, number=signal.SIGINT):
    folder, mark = scripts.stopping(stack, "restore", step)
    run = stack.start("restore", archive, "--start", stack.start_command(), scripts=folder)
    scripts.wait_for(f"step {step}", lambda: os.path.exists(mark), run, 240)
    run.kill(number)
    run.wait(60).expect(128 + number if number != signal.SIGKILL else 128 + 9)
    return run


def late_interrupted(stack, archive):
    """There is nothing left to do: it says so, because the same command is refused from then on."""
    run = interrupted(stack, archive, "clean-up")
    run.one_line(128 + signal.SIGINT, "interrupted by signal 2; the restore is complete")


with Stack("again") as s:
    s.up().seed()
    state = s.fingerprint()
    s.backup().expect(0)
    path = s.take_archive()
    s.reset()
    seen = Watch(s)
    names = scripts.steps(s, "restore")
    early = names[:names.index("start-server")]
    late = names[names.index("start-server"):]
    for name in early:
        cases.run(f"fails after {name}", fails, s, path, name, seen)
    for name in early[2:]:
        cases.run(f"fails at the end of {name}", fails_inside, s, path, name, seen)
    for name in early:
        if cases.run(f"Ctrl-C after {name}", interrupted, s, path, name):
            cases.run(f"nothing done after {name}", nothing_done, s, seen)
    # One restore, stopped again and again: each run goes on where the one before was stopped.
    cases.run("kill -9 after unpack", interrupted, s, path, "unpack", signal.SIGKILL)
    for name in late[:late.index("clean-up")]:
        cases.run(f"then Ctrl-C after {name}", interrupted, s, path, name)
    cases.run("Ctrl-C after clean-up", late_interrupted, s, path)
    with cases.case("all is back then"):
        s.wait()
        compare(state, s.fingerprint())
        after_restore(s)
    with cases.case("once more is refused: the server is live"):
        s.restore(path).one_line(4)
        compare(state, s.fingerprint())
cases.end()
