#!/usr/bin/python3
# ctest: timeout=900 serial
"""The Engine is stopped, or killed, and started again in the middle of a backup and of a restore.

The run ends by itself soon, with its exit code and one line that names the step; containers that
were paused run again; the next run succeeds with no work by hand and leaves nothing over. On the
small server of tests/faults. With live-restore containers live on, frozen where they were paused.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

from lib import engine
from lib.cases import Cases, check
from lib.killing import Proxy, engine_api, program

from endpoint import Endpoint  # noqa: E402
from fixture import Fixture  # noqa: E402
from world import World  # noqa: E402
import invariants as law  # noqa: E402

SOON = 20  # seconds from the Engine's end to the run's
cases = Cases()


class Dockerd:
    """The daemon of ENGINE_DIR, stopped and started as a service manager does it: containerd and
    what runs in containers are left alone."""

    def __init__(self):
        self.folder = os.environ.get("ENGINE_DIR", os.path.join(
            os.environ.get("TMPDIR", "/tmp"), "hosskeep-engine"))
        if engine_api.socket_path() != os.path.join(self.folder, "docker.sock"):
            print("this Engine is not ours to stop: skipped")
            sys.exit(77)
        self.pid = int(self._read("dockerd.pid"))
        with open(f"/proc/{self.pid}/cmdline", "rb") as file:
            self.argv = file.read().decode().split("\0")[:-1]
        self.path = self._environ("PATH")
        self.config = os.path.join(self.folder, "run", "daemon.json")
        self.child = None

    def _read(self, name):
        with open(os.path.join(self.folder, name), encoding="ascii") as file:
            return file.read()

    def _environ(self, name):
        with open(f"/proc/{self.pid}/environ", "rb") as file:
            words = dict(x.split(b"=", 1) for x in file.read().split(b"\0") if b"=" in x)
        return words[name.encode()].decode()

    def keep_containers(self, keep):
        """live-restore on or off, for the daemon that runs now and those that follow."""
        with open(self.config, "w", encoding="ascii") as file:
            json.dump({"live-restore": keep}, file)
        os.kill(self.pid, signal.SIGHUP)
        self.until(lambda: engine_api.must("GET", "/info")["LiveRestoreEnabled"] == keep)

    @staticmethod
    def until(condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            check(time.monotonic() < end, f"the Engine is not so far after {seconds} s")
            time.sleep(0.05)

    def running(self):
        if self.child:
            return self.child.poll() is None
        try:
            with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
                return file.read().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    def stop(self, number):
        os.kill(self.pid, number)
        self.until(lambda: not self.running())

    @staticmethod
    def answers():
        try:
            return engine_api.ask("GET", "/_ping", timeout=5)[0] == 200
        except OSError:
            return False

    def start(self):
        with open(os.path.join(self.folder, "dockerd.log"), "ab") as log:
            self.child = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "PATH": self.path}, start_new_session=True)
        self.pid = self.child.pid
        with open(os.path.join(self.folder, "dockerd.pid"), "w", encoding="ascii") as file:
            file.write(f"{self.pid}\n")
        self.until(self.answers)


class Outage:
    """The Engine ends at the K-th such request, and begins again so many seconds later."""

    def __init__(self, daemon, number, seconds):
        self.daemon, self.number, self.seconds = daemon, number, seconds
        self.began, self.problem = None, None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def strike(self):
        self.began = time.monotonic()
        self.thread.start()
        while self.daemon.running() and time.monotonic() < self.began + 20:
            time.sleep(0.01)

    def run(self):
        try:
            self.daemon.stop(self.number)
            time.sleep(self.seconds)
            self.daemon.start()
        except Exception as problem:  # pylint: disable=broad-except
            self.problem = problem


def struck(world, daemon, call, number, how, signal_number, seconds):
    """The run that loses its Engine; checked: its end, its exit code, its message."""
    world.reset()
    outage = Outage(daemon, signal_number, seconds)
    world.proxy.arm(call, number, (how, outage.strike))
    run = world.start(proxied=True).wait(120)
    ended = time.monotonic()
    check(outage.began is not None, f"{call} #{number} was not reached\n{run.report()}")
    outage.thread.join(120)
    check(not outage.thread.is_alive() and not outage.problem, f"dockerd: {outage.problem}")
    print(f"      exit {run.code}, {ended - outage.began:.1f} s after it: "
          f"{run.err.splitlines()[-1][:120] if run.err else ''}", flush=True)
    problems = law.check_output(world.procedure, run, "gone")
    check(not problems, f"{problems}\n{run.report()}")
    check(ended - outage.began < SOON + 2 * world.slow, f"it took {ended - outage.began:.1f} s")
    return run


def loses_backup(world, daemon, *how):
    run = struck(world, daemon, *how)
    # A graceful end may let it read on, even to its own end; it has to tell when ldap did not stand
    # still.
    check(run.code in (4, 5) or run.code == 1 and "has resumed it" in run.err
          or run.code == 0 and TERM in how, f"exit {run.code}")
    # What was paused runs again, before any other run: by the guard, or restarted by the Engine.
    problems = law.running_again(world.fixture, world.before, 30 + 2 * world.slow)
    problems += law.check_archives(world.program, world.before, law.State(world.fixture))
    world.fixture.wait()
    problems += world.rerun_backup(SimpleNamespace(kind="engine"), world.before)
    run.close()
    check(not problems, "\n".join(problems))


def loses_restore(world, daemon, *how):
    run = struck(world, daemon, *how)
    check(run.code in (4, 9, 10), f"exit {run.code}")
    run.close()
    world.reset_fault()
    again = world.start().wait(120 + 120 * world.slow)
    check(again.code == 0, f"the same command again: {again.report()}")
    again.close()
    problems = world.compare("then ")
    check(not problems, "\n".join(problems))


TERM, KILL = signal.SIGTERM, signal.SIGKILL


def numbers(requests, word):
    """How often a request is made whose name ends so, and its whole name."""
    found = [request.call for request in requests if request.call.endswith(word)]
    check(found, f"no request {word} in {sorted({r.call for r in requests})}")
    return found[0], found.count(found[0])


def backups(world, daemon):
    world.prepare()
    requests, _ = world.discover()
    create, _ = numbers(requests, "/containers/create")
    pause, _ = numbers(requests, "/pause")
    read, reads = numbers(requests, "/archive")
    for keep in (False, True):
        daemon.keep_containers(keep)
        kind = "with live-restore" if keep else "containers end too"
        for name, call, number, how in (
                ("the helper is made", create, 1, "call-after"),
                ("ldap has just been paused", pause, 1, "call-after"),
                ("the last volume is read", read, reads, "call-after")):
            for word, number_of, seconds in (("killed", KILL, 5), ("stopped", TERM, 0)):
                cases.run(f"backup: {word} when {name}, {kind}", loses_backup, world, daemon, call,
                          number, how, number_of, seconds)
    daemon.keep_containers(False)


def restores(world, daemon):
    world.prepare()
    requests, _ = world.discover()
    volume, volumes = numbers(requests, "/volumes/create")
    write, writes = numbers([r for r in requests if r.call.startswith("PUT")], "/archive")
    late, times = numbers([r for r in requests if r.step == "compare"], "/containers/json")
    before = sum(1 for r in requests if r.call == late) - times
    for name, call, number in (("a volume is made", volume, volumes),
                               ("a volume is filled", write, writes),
                               ("the server has been started", late, before + 1)):
        for word, number_of, seconds in (("killed", KILL, 3), ("stopped", TERM, 0)):
            cases.run(f"restore: {word} when {name}", loses_restore, world, daemon, call, number,
                      "call", number_of, seconds)


def on(kind, daemon, function):
    with Endpoint(0) as endpoint, \
            Fixture(f"hossfault{os.getpid()}{kind[0]}", endpoint.port, ("ldap", "auth")) as made, \
            Proxy(os.path.join(made.folder, "engine.sock"), engine_api.socket_path()) as proxy:
        function(World(program(), made, proxy, endpoint, kind), daemon)


if __name__ == "__main__":
    engine.ensure()
    server = Dockerd()
    try:
        on("backup", server, backups)
        on("restore", server, restores)
    finally:
        # The tests behind this one get an Engine as they know it.
        if server.running():
            server.stop(TERM)
        engine.call([os.path.join(engine.STACK_FOLDER, "engine"), "start"], timeout=200)
    cases.end()
