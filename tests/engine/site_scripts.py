#!/usr/bin/python3
# ctest: timeout=600 lock=stack
"""A site's scripts on a real stack: mistakes end before anything is touched or cleaned up after,
with file, line and the names that there are; a copied procedure and a drop-in do what they say."""

import json
import os
import re

from lib import engine, scripts
from lib.cases import Cases, check, same
from lib.cookbook import IMAGE
from lib.engine import UID
from lib.leftovers import Watch
from lib.run import Run
from lib.stack import Stack

cases = Cases()

# Name, drop-in, exit code, words of the one line. Line 1 is `local p = ...`, line 2 the mistake.
BROKEN = (
    ("wrong step name", 'p:insert_after("publsh", { name = "x", run = print })', 2,
     ('no step "publsh" (did you mean "publish"?); valid: check-services, ', "add-volumes")),
    ("unknown field of a step", 'p:append { name = "x", runn = print }', 2,
     ('no field of a step "runn" (did you mean "run"?)',)),
    ("unknown setting", 'p.settings:set("postgres.job", 3)', 2,
     ('no setting "postgres.job" (did you mean "postgres.jobs"?)',)),
    ("setting of a wrong type", 'p.settings:set("postgres.jobs", "many")', 2, ("postgres.jobs",)),
    ("unknown volume field", 'p.settings:set("volumes.extra", { { volum = "x" } })', 2,
     ('no field "volum" (did you mean "volume"?)',)),
    ("syntax error", 'p:append { name = "x" run = print }', 2, ("'}' expected near 'run'",)),
    ("error while it is loaded", "local t; t.x = 1", 2, ("attempt to index a nil value",)),
    ("undeclared global", "not_there = 1", 2, ("not_there",)),
    ("error in check", 'p:append { name = "x", check = function(ctx) local n = ctx.nope.x end }',
     4, ("attempt to index a nil value (field 'nope')",)),
    ("unknown option in check", 'p:append { name = "x", check = function()'
     ' fs.write("/tmp/x", "", { mod = 1 }) end }', 4, ('unknown option "mod"', "mode")),
    ("error in run", 'p:insert_before("publish", { name = "x", run = function(ctx)'
     " ctx.nope.x = 1 end })", 5, ("attempt to index a nil value (field 'nope')",)),
    ("unknown option in run", 'p:insert_before("finish", { name = "x", run = function(ctx)'
     ' ctx.docker:containers { projct = "x" } end })', 5, ('unknown option "projct"', "project")),
)
NO_LINE = ("setting of a wrong type", "unknown volume field")


def broken(stack, name, text, code, words, watch, states):
    folder = scripts.drop_in(stack, "backup", text)
    run = stack.backup(scripts=folder).one_line(code, *words)
    place = os.path.join(folder, "backup.d", "50-test.lua") + ":2"
    check(place in run.err or name in NO_LINE, f"{place} is not named\n{run.report()}")
    if code in (2, 4):
        check("clear-current" not in run.out, f"something was begun\n{run.report()}")
    watch.check()
    same(stack.states(), states, "states of the containers")


def cleanup(stack, watch, states):
    """Errors in undo and defer are told, and stop none of the other cleanups."""
    folder = scripts.drop_in(stack, "backup", """
p:insert_after("mount-volumes", { name = "test-cleanups",
    run = function(ctx)
        ctx:defer(function() local t = nil; t.x = 1 end, "site cleanup")
    end,
    undo = function(ctx) error { "odd" } end })
p:insert_after("test-cleanups", { name = "test-fails", run = function() error("broken", 0) end })
""")
    run = stack.backup(scripts=folder).expect(5, "broken", "site cleanup: ", "undo test-cleanups: ",
                                              "50-test.lua:5: attempt to index a nil value")
    check(len(run.err.splitlines()) == 3, f"three lines were expected\n{run.report()}")
    watch.check()
    same(stack.states(), states, "states of the containers")


def trust(stack, watch):
    text = 'p:append { name = "x", run = print }'
    folder = scripts.drop_in(stack, "backup", text)
    path = os.path.join(folder, "backup.d", "50-test.lua")
    for change, back, word in (
            (lambda: os.chown(path, UID, UID), lambda: os.chown(path, 0, 0), path),
            (lambda: os.chmod(path, 0o666), lambda: os.chmod(path, 0o644), "writable"),
            (lambda: os.chmod(folder + "/backup.d", 0o777),
             lambda: os.chmod(folder + "/backup.d", 0o755), "backup.d")):
        change()
        stack.backup(scripts=folder).one_line(2, word, "backup.d")
        back()
        watch.check()
    Run(["--script-dir", folder, "steps", "backup"], home=stack.home).wait(30).expect(0)


def entries(path):
    """An archive's names, without those that differ from snapshot to snapshot; its manifest."""
    names = [name for name in engine.call(["tar", "-tzf", path]).splitlines()
             if not name.startswith(("search/", "volumes/rabbitmq/"))]
    with open(re.sub(r"\.tar\.gz$", ".manifest.json", path), encoding="utf-8") as file:
        return sorted(names), json.load(file)


def made(stack, run):
    path = run.expect(0).out.splitlines()[-1]
    stack.verify(path).expect(0)
    return entries(path)


def copied(stack):
    """lua/backup.lua copied, one step edited: by its file, and by name from the search path."""
    stock, _ = made(stack, stack.backup())
    folder = scripts.folder(stack, "mine")
    with open(os.path.join(scripts.LUA, "backup.lua"), encoding="utf-8") as file:
        text = file.read()
    old = "    objects = configuration.objects, run = configuration.add }"
    check(text.count(old) == 1, f"lua/backup.lua has not {old!r}")
    path = os.path.join(folder, "my-backup.lua")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, """    run = function(ctx)
        configuration.add(ctx)
        ctx.packer:add_bytes("site/note", "edited")
    end }"""))
    options = ["-c", stack.hoss, "--project", stack.project]
    for argv in (["run", path, *options], ["--script-dir", folder, "my-backup", *options]):
        names, manifest = made(stack, Run(argv, home=stack.home).wait(200))
        same(sorted(set(names) ^ set(stock)), ["site/note"], f"other entries by {argv[0]}")
        same(manifest["warnings"], [], "warnings")


def added(stack):
    """A drop-in adds a step: it runs, `steps` shows it, the manifest names it with its hash."""
    folder = scripts.drop_in(stack, "backup", """
p:insert_before("add-current", { name = "site.note", title = "A note", run = function(ctx)
    fs.write(fs.join(ctx.places.current, "note.txt"), "from a site step")
end })""")
    path = os.path.join(folder, "backup.d", "50-test.lua")
    shown = Run(["--script-dir", folder, "steps", "backup", "--explain"],
                home=stack.home).wait(30).expect(0).out
    check(f"inserted by {path}:3 (before add-current)" in shown, shown)
    names, manifest = made(stack, stack.backup(scripts=folder))
    check("current/note.txt" in names, f"not in the archive: {names}")
    step = next(one for one in manifest["steps"] if one["name"] == "site.note")
    same(step["by"], f"{path}:3", "the step's origin")
    done = engine.call(["sha256sum", path]).split()[0]
    same(manifest["scripts"], [{"path": path, "sha256": done}], "scripts")


# What the Engine does for an image that declares a VOLUME on which nothing is mounted.
DECLARED = """
p:insert_before("finish", { name = "site.run", run = function(ctx)
    ctx:defer(function() ctx.helpers:remove_all() end, "remove the helpers")
    local helper = ctx.helpers:make { Image = "%s", Volumes = { ["/declared"] = json.object {} },
        HostConfig = { Binds = { "%s:/named" } } }
    for _, mount in ipairs(helper.container:inspect().Mounts) do print("made:" .. mount.Name) end
    %s
end })"""


def nameless(stack, watch, killed):
    """A helper's nameless volume goes with it, at once or by the next run; a named one stays."""
    named = stack.project + "_auth-secrets"
    end = 'process.run { "sh", "-c", "kill -9 $PPID" }'
    text = DECLARED % (IMAGE, named, end if killed else "ctx.helpers:remove { helper }")
    folder = scripts.drop_in(stack, "backup", text)
    run = stack.backup(scripts=folder).expect(137 if killed else 0)
    volumes = re.findall("^made:(.*)", run.out, re.M)
    check(named in volumes and len(volumes) == 2, f"volumes {volumes}\n{run.report()}")
    there = set(volumes) & set(engine.lines("volume", "ls", "-q"))
    if killed:
        same(there, set(volumes), "volumes behind the kill")
        stack.backup().expect(0)
        there = set(volumes) & set(engine.lines("volume", "ls", "-q"))
    same(there, {named}, "volumes in the end")
    watch.check(archives=1)


with Stack("scripts", services="db auth core traefik") as s:
    s.up()
    s.backup().expect(0)
    seen, running = Watch(s), s.states()
    for case in BROKEN:
        cases.run(case[0], broken, s, *case, seen, running)
    cases.run("errors in undo and defer", cleanup, s, seen, running)
    cases.run("scripts of others, and that others may write", trust, s, seen)
    cases.run("a copied procedure", copied, s)
    cases.run("a drop-in adds a step", added, s)
    for killed in (False, True):
        cases.run("a helper's nameless volume" + (", killed" if killed else ""), nameless, s,
                  Watch(s), killed)
cases.end()
