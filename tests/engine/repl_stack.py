#!/usr/bin/python3
# ctest: timeout=300 lock=stack
"""The prompt on a real stack: the Engine at hand, a volume streamed to a file, errors and Ctrl-C
that leave the prompt, a backup step by step."""

import os
import re
import tarfile
import time

from lib import engine, scripts
from lib.cases import Cases, check, same
from lib.leftovers import Watch
from lib.stack import Stack
from lib.terminal import Terminal

cases = Cases()
PROMPT = r"hosskeep> "


def prompt(stack, editor="readline", scripts_folder=None):
    given = ["--script-dir", scripts_folder] if scripts_folder else []
    t = Terminal(stack, *given, "repl", env={"HOSSKEEP_LINE_EDITOR": editor})
    t.expect(PROMPT)
    return t


def leave(t):
    t.send(":quit\r")
    same(t.wait()[0], 0, "exit code")


def looking(stack, editor):
    target = os.path.join(stack.base, f"volume-{editor}.tar")
    if os.path.exists(target):
        os.remove(target)
    with prompt(stack, editor) as t:
        t.line("d = docker.connect()", r"\n", PROMPT)
        shown = t.line(f"for _, c in ipairs(d:containers {{ project = '{stack.project}' }}) do"
                       " log.out('<' .. c.service .. ' ' .. c.state .. '>') end", r"<\w+ running>",
                       PROMPT)
        wanted = sorted(name.split("_")[-2] for name in stack.states())
        same(sorted(re.findall(r"<(\S+) running>", shown)), wanted, "services")
        t.line(f"a = d:service('{stack.project}', 'auth')", r"\n", PROMPT)
        t.line(f"stream.copy(a:open '/secrets', fs.create '{target}', {{ background = true }})"
               ":wait()", r"\n\d+\n", PROMPT)
        with tarfile.open(target) as tar:
            check("secrets/private.pem" in tar.getnames(), f"in the tar: {tar.getnames()}")
        t.line("a:open '/nowhere'", r"\nerror: [^\n]*/nowhere", PROMPT)
        t.line("a:exec { 'cat', '/nowhere' }", r"\nerror: [^\n]*No such file", PROMPT)
        t.line("'still here'", r'\n"still here"\n', PROMPT)
        leave(t)


def interrupts(stack):
    """Ctrl-C in a call of the Engine that takes long; the best of six tells, for a busy machine
    may keep any one waiting."""
    with prompt(stack) as t:
        t.line(f"c = docker.connect():service('{stack.project}', 'auth')", r"\n", PROMPT)
        for call in ("c:exec { 'sleep', '60' }", "c:wait()"):
            took = []
            while len(took) < 6 and (not took or min(took) > 0.2):
                t.send(call + "\r")
                t.expect(re.escape(call))
                time.sleep(1)
                began = time.monotonic()
                t.send("\x03")
                t.expect(r"error: [^\n]*by SIGINT", 20)
                t.expect(PROMPT)
                took.append(time.monotonic() - began)
            print(f"      {call}: back after {min(took) * 1000:.0f} ms", flush=True)
            check(min(took) <= 0.2, f"{call}: back after {took} s")
        leave(t)
    scripts.wait_for("no sleep is left", lambda: "sleep 60" not in engine.docker(
        "top", stack.container("auth"), "-eo", "pid,args"), seconds=20)


def stepwise(stack, watch):
    """Every step of a backup by hand, drop-ins included; then the end of it half-way."""
    folder = scripts.drop_in(stack, "backup", """
p:insert_before("add-current", { name = "site.note", run = function(ctx)
    fs.write(fs.join(ctx.places.current, "note"), "x")
end })""")
    begin = f":begin backup -c {stack.hoss} --project {stack.project}"
    with prompt(stack, scripts_folder=folder) as t:
        shown = t.line(":steps backup", r"report +Tell where it is\n", PROMPT)
        names = re.findall(r"^[ *] *\d+  (\S+)", shown, re.M)
        check("site.note" in names and len(names) > 20, f"steps: {names}")
        t.line(begin, r"\n", PROMPT)
        for name in names:
            t.line(f":step {name}", r"\n", PROMPT)
        t.line("ctx.archive_path", r'\n"[^\n]+\.tar\.gz"\n', PROMPT)
        t.line(":end", r"\n", PROMPT)
        watch.check(archives=1)
        stack.verify(stack.archives()[-1]).expect(0)
        t.line(":step nonsense", r"no procedure", PROMPT)
        t.line(begin, r"\n", PROMPT)
        t.line(":step publsh", r'did you mean "publish"', PROMPT)
        for name in names[:names.index("add-volumes")]:
            t.line(f":step {name}", r"\n", PROMPT)
        leave(t)
    watch.check(archives=1)


with Stack("prompt", services="db auth core traefik") as s:
    s.up()
    s.backup().expect(0)
    cases.run("looking around", looking, s, "readline")
    cases.run("looking around with plain input", looking, s, "plain")
    cases.run("Ctrl-C in a long call of the Engine", interrupts, s)
    cases.run("a backup step by step", stepwise, s, Watch(s))
cases.end()
