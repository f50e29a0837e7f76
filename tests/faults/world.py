"""Does one case on a fixture: reset, run under the fault, check, run again without it, check."""

import os
import re
import resource
import shutil
import subprocess
import time

import cases
import engine_api as engine
import invariants as law
from disk import Disk
from hosskeep_run import Run
from pausing import Pause

FRESH = re.compile(r"/before-restore-")
MARKER = ".hosskeep-restore"
COMPLETE = "; the restore is complete"
RERUN_EVERY = 5  # a run that left everything as it found it is followed by a plain one so often


class World:
    """A fixture with proxy and endpoint, for backups or for restores."""

    def __init__(self, program, fixture, proxy, endpoint, procedure):
        self.program, self.fixture, self.proxy, self.endpoint = program, fixture, proxy, endpoint
        self.procedure, self.archive, self.content = procedure, None, None
        self.search = None  # a proxy in front of OpenSearch
        self.trace = os.path.join(fixture.folder, "trace")
        self.plain_runs, self.since = 0, 0
        self.slow = 1.0
        self.final, self.pause = None, None
        self.disk, self.before_fault = None, None

    # --- running ---------------------------------------------------------------------------

    def argv(self):
        f = self.fixture
        words = [self.program, self.procedure, "-c", f.hoss, "--project", f.project, "--json",
                 "--set", "space.reserve=0", "--set", "endpoint.timeout=3"]
        if self.search:
            words += ["--set", f"opensearch.url=http://127.0.0.1:{self.search.port}"]
        if self.procedure == "restore":
            script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixture.py")
            words += [self.archive, "--set", "start.timeout=90", "--start",
                      f"DOCKER_HOST={os.environ['DOCKER_HOST']} python3 -B {script} up "
                      f"{f.folder} {f.project}"]
        return words

    def start(self, proxied=False, **more):
        host = self.proxy.path if proxied else engine.socket_path()
        run = Run(self.argv(), self.fixture.home, host, **more)
        self.proxy.step = run.step
        if self.search:
            self.search.step = run.step
        return run

    def prepare(self):
        """Once: a backup that stays as the older archive; for restores the server goes."""
        procedure, self.procedure = self.procedure, "backup"
        self.must_run("the first backup")
        name = sorted(n for n in os.listdir(self.fixture.backups) if n.endswith(".tar.gz"))[-1]
        self.procedure = procedure
        if procedure == "restore":
            self.archive = os.path.join(self.fixture.folder, name)
            shutil.copy2(os.path.join(self.fixture.backups, name), self.archive)
            self.content = self.fixture.content()
            self.clear_target()
        self.before = law.State(self.fixture)

    def must_run(self, what):
        run = self.start().wait(300)
        if run.code != 0:
            raise RuntimeError(f"{what} fails: {run.report()}")
        self.slow = max(1.0, run.seconds / (1.0 if self.procedure == "backup" else 3.0))

    def discover(self):
        """Records clean runs: (requests, path of the trace)."""
        self.reset_fault()
        run = self.start(proxied=True).wait(300)
        if run.code != 0:
            raise RuntimeError(f"the recorded run fails: {run.report()}")
        requests = list(self.proxy.requests)
        self.searches = list(self.search.requests) if self.search else []
        self.reset()
        run = self.start(trace=self.trace).wait(300)
        if run.code != 0:
            raise RuntimeError(f"the traced run fails: {run.report()}")
        self.final = {os.path.relpath(p, self.fixture.hoss)
                      for p in law.State(self.fixture).files if not FRESH.search(p)}
        self.reset()
        return requests, self.trace

    # --- between runs ----------------------------------------------------------------------

    def clear_target(self):
        f = self.fixture
        f.remove_server()
        pristine = os.path.join(f.folder, "pristine")
        if not os.path.exists(pristine):
            os.mkdir(pristine)
            for name in ("core", "auth"):
                shutil.copytree(os.path.join(f.hoss, name), os.path.join(pristine, name))
        shutil.rmtree(f.hoss)
        shutil.copytree(pristine, f.hoss)

    def reset(self):
        self.reset_fault()
        if self.procedure == "restore":
            self.clear_target()
            return
        self.fixture.remove_helpers()
        if self.fixture.states() != self.before.states:
            self.fixture.revive()
        for path in set(self.fixture.files()) - set(self.before.files):
            if os.path.basename(path) not in law.LASTING and os.path.lexists(path):
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)

    # --- one case --------------------------------------------------------------------------

    def strike(self, case):
        """Starts the run with the fault armed."""
        kind, more = case.kind, case.more
        if kind == "syscall":
            return self.start(trace=self.trace, inject=more[0])
        if kind == "endpoint":
            self.endpoint.fault = more[0]
        if kind == "limit":
            return self.start(limits=[(getattr(resource, "RLIMIT_" + more[0]), more[1])])
        if kind == "disk":
            self.small_disk(*more)
            return self.start()
        if kind == "mount":
            self.disk = Disk(self.fixture.folder, self.fixture.root if self.procedure == "backup"
                             else self.fixture.hoss).__enter__()
            self.disk.begin()
            self.before_fault = law.State(self.fixture)
        if kind not in ("request", "action", "search", "mount"):
            return self.start()
        held, call, proxy = [], case.call, self.proxy
        if kind == "search":
            call, more, proxy = more[0], more[1:], self.search

        def kill(number):
            held[0].kill(number)

        if kind == "action":
            fault = ("call", lambda: self.act(*more))
        elif kind == "mount":
            fault = ("call", {"full disk": self.disk.fill, "EIO": self.disk.kill,
                              "read-only": self.disk.turn_read_only}[more[0]])
        elif more[0] == "kill":
            fault = ("call", lambda: kill(more[1]))
        elif more[0] == "kill-after":
            fault = ("call-after", lambda: kill(more[1]))
        elif more[0] == "hang-kill":
            fault = ("hang", lambda: kill(more[1]))
        else:
            fault = more
        proxy.arm(call, case.number, fault)
        held.append(self.start(proxied=True))
        return held[0]

    def act(self, service, action):
        ident = self.fixture.name(service)
        if action == "remove":
            engine.ask("DELETE", f"/containers/{ident}", force="1")
        elif action == "unhealthy":
            self.fixture.make_unhealthy(service)
        elif action == "pause":
            self.pause = Pause(ident)
        elif action in ("stop", "restart"):
            engine.ask("POST", f"/containers/{ident}/{action}", t="1")
        else:
            engine.ask("POST", f"/containers/{ident}/{action}")

    def small_disk(self, what, number):
        root = self.fixture.root
        options = f"mode=700,nr_inodes={number + 6}" if what == "inodes" else "mode=700,size=256k"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "hossfault", root], check=True)
        for name in (".db", ".current", "backups"):
            os.mkdir(os.path.join(root, name), 0o700)
        if what == "size":
            with open(os.path.join(root, "filler"), "wb") as file:
                file.write(b"\0" * ((256 - 16 - number) << 10))
        if what == "ro":
            subprocess.run(["mount", "-o", "remount,ro", root], check=True)

    def struck(self, case):
        if case.kind == "syscall":
            with open(self.trace, encoding="utf-8", errors="replace") as file:
                text = file.read()
            return "INJECTED" in text or "SIG" in text or "killed" in text
        if case.kind == "search":
            return self.search.struck is not None
        if case.kind in ("request", "action", "mount"):
            return self.proxy.struck is not None
        return True

    def do(self, case):
        """(struck, problems, report)."""
        self.reset()
        before = self.before
        run = self.strike(case)
        if case.kind == "disk":
            before = law.State(self.fixture)
        limit = 30 + 60 * self.slow
        run.wait(limit)
        if case.kind == "mount":
            self.disk.heal()
            before = self.before_fault
        try:
            struck = self.struck(case)
            check = self.check_backup if self.procedure == "backup" else self.check_restore
            problems = law.check_output(self.procedure, run, case.effect(), case.mute())
            problems += check(case, run, before)
            return struck, problems, run.report()
        finally:
            run.close()
            self.repair(case)

    def repair(self, case):
        if self.pause:
            self.pause.end()
            self.pause = None
        if case.kind == "disk":
            subprocess.run(["umount", "-l", self.fixture.root], check=False)
        if case.kind == "mount":
            self.disk.__exit__()
        if case.kind == "action" and self.procedure == "backup":
            self.fixture.revive()

    def check_backup(self, case, run, before):
        effect, warned = case.effect(), law.WARNING in run.err
        if effect == "kill" and run.code == law.KILLED:
            problems = law.running_again(self.fixture, before, 2 + self.slow)
            after = law.State(self.fixture)
        else:
            after = law.State(self.fixture)
            problems = []
            if case.kind == "action":
                # Nothing can be removed inside a paused container, no snapshot without OpenSearch:
                # it says so and notes it, the next run does it.
                told = law.TOLD_DUMPS if case.fault == "db-pause" else law.TOLD
                problems += law.differences(before, after, told if warned else None)
            elif effect != "gone":
                problems += law.check_backup_left(self.fixture, before, after, warned)
        problems += law.check_archives(self.program, before, after)
        new = set(after.archives) - set(before.archives)
        if run.code in (0, 1) and len(new) != 1:
            problems.append(f"exit {run.code} with {len(new)} new archives")
        if new and effect == "fault" and run.code not in (0, 1) and not case.mute() \
                and not any(path in run.err for path in new):
            problems.append("the message does not tell of the archive that is there")
        if case.kind == "disk":
            return problems
        self.since += 1
        if effect in ("kill", "gone", "signal") or problems or warned or case.kind == "action" \
                or self.since >= RERUN_EVERY:
            problems += self.rerun_backup(case, before)
        return problems

    def rerun_backup(self, case, before):
        if case.kind == "action":
            self.fixture.revive()
        self.reset_fault()
        again = self.start().wait(60 + 60 * self.slow)
        self.plain_runs, self.since = self.plain_runs + 1, 0
        problems = [] if again.code == 0 else [f"the next run: {again.report()}"]
        after = law.State(self.fixture)
        problems += ["then " + x for x in law.check_backup_left(self.fixture, before, after)]
        problems += ["then " + x for x in law.check_archives(self.program, before, after)]
        again.close()
        return problems

    def reset_fault(self):
        self.proxy.reset()
        if self.search:
            self.search.reset()
        self.endpoint.fault = None

    def check_restore(self, case, run, before):
        effect, problems = case.effect(), []
        marker = os.path.exists(os.path.join(self.fixture.hoss, MARKER))
        after = law.State(self.fixture)
        warned = law.WARNING in run.err
        if run.code in (0, 1) or COMPLETE in run.err:
            return self.compare("", warned)
        changed = law.differences(before, after) + sorted(
            f"left over: {x}" for x in after.things - before.things)
        if after.states:
            changed.append(f"containers {after.states}")
        if changed and not marker and effect != "kill" and not (
                warned and all(x.startswith("left over: ") for x in changed)):
            problems += ["without a marker: " + x for x in changed[:6]]
        if effect in ("fault", "signal", "limit") and not warned:
            problems += [f"left over: {x}" for x in after.things
                         if x.startswith(("helper", "image"))]
        self.since += 1
        if changed or effect in ("kill", "gone") or warned or self.since >= RERUN_EVERY:
            self.reset_fault()
            again = self.start().wait(120 + 120 * self.slow)
            self.plain_runs, self.since = self.plain_runs + 1, 0
            # Killed right behind the marker's end all is done, and a living server is refused.
            finished = effect == "kill" and not marker and ".env" in "".join(changed)
            if again.code != 0 and not (finished and again.code == 4):
                problems.append(f"the same command again: {again.report()}")
            else:
                problems += self.compare("then ")
            again.close()
        return problems

    def compare(self, prefix, warned=False):
        """The server is the source's, and nothing is left but what was set aside, or warned of."""
        problems = []
        end = time.monotonic() + 20
        while True:
            try:
                found = self.fixture.content()
            except RuntimeError as problem:
                found = {"problem": str(problem)}
            if found == self.content or time.monotonic() > end:
                break
            time.sleep(0.2)
        for key in sorted(set(self.content) | set(found)):
            if found.get(key) != self.content.get(key):
                problems.append(f"{prefix}{key} is {str(found.get(key))[:300]!r} instead of "
                                f"{str(self.content.get(key))[:300]!r}")
        after = law.State(self.fixture)
        names = {os.path.relpath(p, self.fixture.hoss) for p in after.files if not FRESH.search(p)}
        if self.final is not None:
            problems += [f"{prefix}left over: {x}" for x in sorted(names - self.final)
                         if not (warned and law.TOLD.search(x))]
            problems += [f"{prefix}missing: {x}" for x in sorted(self.final - names)]
        problems += [f"{prefix}left over: {x}" for x in after.things
                     if not x.startswith("volume") and not warned]
        problems += [f"{prefix}still runs in {x}" for x in law.processes(self.fixture)]
        if any(state != "running" for state in after.states.values()):
            problems.append(f"{prefix}containers are {after.states}")
        return problems


def enumerate_all(world, requests, trace, fixture, services):
    """Every case of a world."""
    found = list(cases.of_requests(world.procedure, fixture, requests))
    if fixture != "broker":  # the same reads of its large volume, thousands of times
        found += cases.of_calls(world.procedure, fixture, trace)
    found += cases.of_search(world.procedure, fixture, world.searches)
    step = "check-version"
    found += cases.of_endpoint(world.procedure, fixture, step)
    if fixture == "small":
        found += cases.of_limits(world.procedure, fixture)
        found += cases.of_mounts(world.procedure, fixture, requests)
    if world.procedure == "backup":
        if fixture == "small":
            found += cases.of_disk(fixture)
        found += cases.of_actions(world.procedure, fixture, requests, services)
    return found
