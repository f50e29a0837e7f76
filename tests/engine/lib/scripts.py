"""Script folders for hosskeep: drop-ins that stop or break a run at a step, changed stock files."""

import os
import shutil
import time

from .engine import ROOT, Failure
from .run import Run

LUA = os.path.join(ROOT, "lua")


def folder(stack, name):
    """A new script folder that the stack's user owns."""
    path = os.path.join(stack.base, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def own(stack, path):
    if stack.uid is not None:
        for top, names, files in os.walk(path):
            for item in [top, *(os.path.join(top, name) for name in names + files)]:
                os.chown(item, stack.uid, stack.uid)


def drop_in(stack, procedure, text, base=None):
    """A script folder with one drop-in for a procedure; `base` is a folder to copy first."""
    path = folder(stack, "scripts")
    if base:
        shutil.copytree(base, path, dirs_exist_ok=True)
    os.mkdir(os.path.join(path, procedure + ".d"))
    with open(os.path.join(path, procedure + ".d", "50-test.lua"), "w", encoding="utf-8") as file:
        file.write("local p = ...\n" + text)
    own(stack, path)
    return path


def failing(stack, procedure, step, base=None):
    """Raises right after a step."""
    return drop_in(stack, procedure, f"""
p:insert_after("{step}", {{ name = "test-fails", title = "fail here", run = function()
    error("made to fail by the test", 0)
end }})""", base)


def failing_inside(stack, procedure, step):
    """Raises when the step has done its work, but is not over."""
    return drop_in(stack, procedure, f"""
p:wrap("{step}", function(ctx, inner)
    inner(ctx)
    error("made to fail by the test", 0)
end)""")


def stopping(stack, procedure, step, base=None):
    """(script folder, mark): makes the file `mark` right after a step, then sleeps."""
    marks = os.path.join(stack.base, "marks")
    shutil.rmtree(marks, ignore_errors=True)
    os.mkdir(marks)
    own(stack, marks)
    mark = os.path.join(marks, "mark")
    return drop_in(stack, procedure, f"""
p:insert_after("{step}", {{ name = "test-stops", title = "stop here", run = function()
    fs.write("{mark}", "here")
    time.sleep(120)
end }})""", base), mark


def pausing(stack, service="ldap"):
    """(script folder, mark): a backup that makes the file `mark` when it has just paused the
    service to read its volumes, and sleeps."""
    marks = os.path.join(stack.base, "marks")
    shutil.rmtree(marks, ignore_errors=True)
    os.mkdir(marks)
    own(stack, marks)
    mark = os.path.join(marks, "mark")
    return drop_in(stack, "backup", f"""
p:insert_before("add-volumes", {{ name = "test-pauses", title = "stop there", run = function(ctx)
    local pause = ctx.pause
    ctx.pause = function(self, container)
        local hold <close> = pause(self, container)
        if container.service == "{service}" then
            fs.write("{mark}", "here")
            time.sleep(120)
        end
        return hold
    end
end }})"""), mark


def patched(stack, *changes):
    """A script folder with copies of stock files: changes are (file, old text, new text).

    An old text that is not there exactly once is an error: the test would prove nothing.
    """
    path = folder(stack, "patched")
    for name, old, new in changes:
        target = os.path.join(path, name)
        source = target if os.path.exists(target) else os.path.join(LUA, name)
        with open(source, encoding="utf-8") as file:
            text = file.read()
        if text.count(old) != 1:
            raise Failure(f"lua/{name} has {text.count(old)} times {old!r}, the patch needs one")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
    own(stack, path)
    return path


def steps(stack, procedure):
    """Names of a procedure's steps, in order."""
    run = Run(["steps", procedure], user=stack.uid, home=stack.home).wait(30).expect(0)
    names = [line.split()[0] for line in run.out.splitlines() if line[:1].isalpha()]
    if len(names) < 5:
        raise Failure(f"steps {procedure} tells {names}")
    return names


def wait_for(what, condition, run=None, seconds=90):
    """Polls a condition; gives up at the deadline or when the run has ended."""
    end = time.monotonic() + seconds
    while not condition():
        if run is not None and not run.running():
            run.wait(1)
            raise Failure(f"{what}: the run has ended before\n{run.report()}")
        if time.monotonic() > end:
            text = ""
            if run is not None:
                run.process.kill()
                run.wait(5)
                text = "\n" + run.report()
            raise Failure(f"{what}: not within {seconds} s{text}")
        time.sleep(0.02)
