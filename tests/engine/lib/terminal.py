"""hosskeep on a pseudo terminal."""

import os
import pty
import re
import select
import signal
import time

from .engine import Failure
from .run import program


class Terminal:
    """One run on a terminal of its own: send(), expect(), wait()."""

    def __init__(self, stack, *argv, env=None):
        self.text = ""
        self.argv = [program(), *argv]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"HOME": stack.home, "TERM": "xterm", "INPUTRC": "/dev/null",
                               "EDITRC": "/dev/null", "LC_ALL": "C.UTF-8", **(env or {})})
            os.execv(self.argv[0], self.argv)

    def _pump(self, seconds):
        """Reads what comes within the time; false at the end of it all."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += data.decode(errors="replace")
        return bool(data)

    def shown(self):
        """The output without escape sequences."""
        return re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|[=>])|\x07|\r", "", self.text)

    def expect(self, wanted, limit=60):
        """Waits for a pattern and returns the output up to its end, which is dropped."""
        end = time.monotonic() + limit
        while True:
            found = re.search(wanted, self.shown())
            if found:
                before = self.shown()[:found.end()]
                self.text = self.shown()[found.end():]
                return before
            if time.monotonic() > end or not self._pump(0.05):
                raise Failure(f"no {wanted!r} in {self.shown()[-2000:]!r}")

    def send(self, text):
        os.write(self.fd, text.encode())

    def line(self, text, wanted, prompt):
        """Types a line; waits for the pattern and the next prompt."""
        self.send(text + "\r")
        before = self.expect(wanted)
        return before + self.expect(prompt)

    def wait(self, limit=120):
        """(exit code, what is still shown); the process has to end by itself."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            self._pump(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self._pump(0.1) and select.select([self.fd], [], [], 0.1)[0]:
                    pass
                os.close(self.fd)
                self.pid = None
                return os.waitstatus_to_exitcode(status), self.shown()
        raise Failure(f"does not end: {self.shown()[-2000:]!r}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.fd)
