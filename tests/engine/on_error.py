#!/usr/bin/python3
# ctest: timeout=600 lock=stack
"""--on-error=repl: a person mends a failed volume copy and the backup goes on; who walks away finds
the paused containers running by the deadline."""

import time

from lib import scripts
from lib.cases import Cases, check, same
from lib.leftovers import Watch
from lib.stack import Stack
from lib.terminal import Terminal

cases = Cases()
PROMPT = r"\(retry, skip, abort, help\)> "

# The helper goes while ldap is paused and its volume is about to be read.
BREAK = """
p:insert_before("add-volumes", { name = "test-break", run = function(ctx)
    local pause = ctx.pause
    ctx.pause = function(self, container)
        local hold = pause(self, container)
        ctx.pause = pause
        ctx.helpers:remove_all()
        return hold
    end
end })"""

STUCK = """
p:insert_before("add-volumes", { name = "test-stuck", run = function(ctx)
    ctx:pause(ctx:service "ldap")
    error("it hangs here", 0)
end })"""


def backup(stack, folder, *args):
    return Terminal(stack, "--script-dir", folder, "backup", "-c", stack.hoss, "--project",
                    stack.project, "--on-error=repl", *args)


def mended(stack, watch, states):
    folder = scripts.drop_in(stack, "backup", BREAK)
    with backup(stack, folder) as t:
        t.expect(r"add-volumes failed: [^\n]*hosskeep-")
        t.expect(PROMPT)
        same(stack.states(), states, "states at the prompt")
        t.line("1 + 41", r"\n42\n", PROMPT)
        t.line("ctx.manifest.volumes.auth.service, ctx.manifest.volumes['ldap-vol0']",
               r"\nauth +nil\n", PROMPT)
        t.line("ctx:service('ldap').state", r"\nrunning\n", PROMPT)
        t.line("retry", r"add-volumes failed: ", PROMPT)
        t.line("require('hosskeep.volumes').mount(ctx)", r"\n", PROMPT)
        t.send("retry\r")
        code, text = t.wait(200)
    same(code, 0, f"exit code after {text[-1500:]}")
    watch.check(archives=1)
    same(stack.states(), states, "states at the end")
    run = stack.verify(stack.archives()[-1]).expect(0)
    check(run.code == 0, run.report())


def walked_away(stack, watch, states):
    folder = scripts.drop_in(stack, "backup", STUCK)
    with backup(stack, folder, "--set", "pause.deadline=3") as t:
        t.expect(r"test-stuck failed: it hangs here")
        asked = time.monotonic()
        t.expect(PROMPT)
        check("paused" in stack.states()[f"{stack.project}_ldap_1"], "ldap is not paused")
        scripts.wait_for("ldap runs again", lambda: stack.states() == states, seconds=40)
        check(time.monotonic() - asked > 1, "it was not paused at all")
        t.line("'still here'", r"\nstill here\n", PROMPT)
        t.send("abort\r")
        code, text = t.wait(120)
    same(code, 5, f"exit code after {text[-1500:]}")
    watch.check()
    same(stack.states(), states, "states at the end")


def hung_up(stack, watch, states):
    """The terminal goes away: the run gives up and cleans up."""
    folder = scripts.drop_in(stack, "backup", STUCK)
    with backup(stack, folder) as t:
        t.expect(PROMPT)
        t.send("\x04")
        code, text = t.wait(120)
    same(code, 5, f"exit code after {text[-1500:]}")
    watch.check()
    same(stack.states(), states, "states at the end")


with Stack("ask", services="ldap db auth core traefik") as s:
    s.up()
    seen, running = Watch(s), s.states()
    cases.run("walking away resumes what is paused", walked_away, s, seen, running)
    cases.run("the end of the input gives up", hung_up, s, seen, running)
    cases.run("mended, tried again, completed", mended, s, seen, running)
cases.end()
