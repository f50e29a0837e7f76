"""Runs hosskeep: outputs, exit code, time, peak memory; as root or as the plain user."""

import glob
import grp
import os
import signal
import subprocess
import tempfile
import threading
import time

from .engine import ROOT, UID, Failure


def program():
    """$HOSSKEEP, else the newest executable of a build folder of this tree."""
    given = os.environ.get("HOSSKEEP")
    if given:
        return os.path.abspath(given)
    found = [path for pattern in ("build*/hosskeep", "build*/src/hosskeep")
             for path in glob.glob(os.path.join(ROOT, pattern)) if os.access(path, os.X_OK)]
    if not found:
        raise Failure("no hosskeep: build it, or name it in HOSSKEEP")
    return max(found, key=os.path.getmtime)


class Run:
    """One run of hosskeep. Starts at once; wait() ends it and returns itself.

    code (128+N for a signal), out, err, seconds; peak: the largest resident size in bytes of the
    program itself and of its guard, from VmHWM (wait4's ru_maxrss would count what --start runs,
    and the test's own size before exec).
    """

    def __init__(self, argv, user=None, home=None, env=None, stdin=None, groups=("docker",)):
        self.argv = [program(), *argv]
        self.files = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
        environ = {"PATH": os.environ["PATH"], "HOME": home or os.environ.get("HOME", "/root"),
                   "DOCKER_HOST": os.environ["DOCKER_HOST"], "LANG": "C.UTF-8", **(env or {})}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "STACK_RABBITMQ_ARGS"):
            if name in os.environ:
                environ[name] = os.environ[name]
        more = {}
        if user == UID:
            more = {"user": UID, "group": UID, "umask": 0o022, "cwd": "/",
                    "extra_groups": [grp.getgrnam(name).gr_gid for name in groups]}
        self.peak = 0
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            self.argv, stdin=stdin or subprocess.DEVNULL, stdout=self.files[0],
            stderr=self.files[1], env=environ, **more)
        self.pid = self.process.pid
        self.code = None
        self.seconds = 0.0
        self.watch = threading.Thread(target=self._watch, daemon=True)
        self.watch.start()

    def _watch(self):
        while self.code is None:
            for pid in [self.pid, *children(self.pid)]:
                self.peak = max(self.peak, high_water(pid, self.argv[0]))
            time.sleep(0.02)

    def text(self, which):
        self.files[which].flush()
        size = os.fstat(self.files[which].fileno()).st_size
        return os.pread(self.files[which].fileno(), size, 0).decode(errors="backslashreplace")

    @property
    def out(self):
        return self.text(0)

    @property
    def err(self):
        return self.text(1)

    def wait(self, timeout=300):
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired as late:
            self.process.kill()
            self.process.wait()
            self.code = -1
            raise Failure(f"no end after {timeout} s\n{self.report()}") from late
        self.seconds = time.monotonic() - self.began
        self.code = 128 - code if code < 0 else code
        self.watch.join()
        return self

    def running(self):
        return self.process.poll() is None

    def kill(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def report(self):
        return (f"$ {' '.join(self.argv)}\nexit {self.code} after {self.seconds:.1f} s\n"
                f"--- stdout\n{self.out[-4000:]}--- stderr\n{self.err[-4000:]}---")

    def expect(self, code, *words):
        """Raises unless the exit code is as said and stderr has each of the words."""
        if self.code != code:
            raise Failure(f"exit {self.code} instead of {code}\n{self.report()}")
        for word in words:
            if word not in self.err:
                raise Failure(f"stderr lacks {word!r}\n{self.report()}")
        return self

    def one_line(self, code, *words):
        """As expect(), and stderr is one line that begins with hosskeep:."""
        self.expect(code, *words)
        text = self.err
        if text.count("\n") != 1 or not text.startswith("hosskeep: "):
            raise Failure(f"stderr is not one line of hosskeep's\n{self.report()}")
        return self


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def high_water(pid, path):
    """VmHWM of a process in bytes if it runs the program `path`, else 0."""
    try:
        if os.path.realpath(os.readlink(f"/proc/{pid}/exe")) != os.path.realpath(path):
            return 0
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
