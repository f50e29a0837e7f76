"""One run of hosskeep under a fault: plain, under strace's injection, or with limits."""

import os
import resource
import signal
import subprocess
import tempfile
import time

# Journal of what mutates, and of what a full process or a lost Engine would refuse.
TRACED = ("write,pwrite64,openat,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,"
          "unlinkat,rmdir,mkdir,mkdirat,fchmod,fchmodat,fchown,fchownat,lchown,link,linkat,"
          "symlinkat,utimensat,flock,socket,connect,sendto,recvfrom,read,pread64,getdents64,pipe2,"
          "clone3,statfs,poll,lseek,eventfd2,socketpair,wait4")


class Run:
    """Starts at once; wait() ends it. code: as a shell tells it (128+N for a signal)."""

    def __init__(self, argv, home, host, trace=None, limits=None, inject=None):
        """trace: file for strace's output; inject: what strace does, "CALL:error=EIO:when=3".

        limits: [(resource, value)].
        """
        self.files = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
        self.argv, self.limits = argv, limits or []
        if trace:
            calls = inject.split(":")[0] if inject else TRACED
            # -b execve: the guard and what --start runs are not to be hit.
            before = ["strace", "-f", "-qq", "-b", "execve", "-s", "200", "-o", trace, "-e",
                      f"trace={calls}"]
            argv = [*before, *(["-e", f"inject={inject}"] if inject else []), *argv]
        environ = {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8",
                   "DOCKER_HOST": "unix://" + host}
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=self.files[0], stderr=self.files[1],
            env=environ, cwd="/", preexec_fn=self._limit, start_new_session=True)
        self.code = None
        self.seconds = 0.0

    def _limit(self):
        for what, value in self.limits:
            resource.setrlimit(what, (value, value))

    def text(self, which):
        size = os.fstat(self.files[which].fileno()).st_size
        return os.pread(self.files[which].fileno(), size, 0).decode(errors="backslashreplace")

    @property
    def out(self):
        return self.text(0)

    @property
    def err(self):
        return self.text(1)

    def step(self):
        """The step that the run is in, from its events."""
        text = self.out
        at = text.rfind('"event":"step"')
        if at < 0:
            return "begin"
        return text[at:].split('"step":"', 1)[1].split('"', 1)[0] if '"end"' not in text[at:] \
            else "end"

    def kill(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, timeout):
        """Returns itself; a run that does not end is killed, code "hangs"."""
        try:
            code = self.process.wait(timeout)
            self.code = 128 - code if code < 0 else code
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.code = "hangs"
        self.seconds = time.monotonic() - self.began
        return self

    def report(self):
        lines = self.out.splitlines()[-6:]
        return "\n".join([f"exit {self.code} after {self.seconds:.1f} s; stdout ends:", *lines,
                          "stderr:", self.err[-3000:]])

    def close(self):
        for file in self.files:
            file.close()
