"""A stack of its own for a test: project, ports and folders that no other one has."""

import contextlib
import difflib
import os
import shutil
import socket
import tempfile

from . import engine
from .engine import STACK_FOLDER, Failure, call
from .run import Run


def free_ports():
    """The first of two neighbouring ports that nobody listens on."""
    first = int(os.environ.get("TEST_PORTS", "18300")) + os.getpid() % 400 * 4
    for port in range(first, first + 2000, 2):
        with contextlib.ExitStack() as open_ones:
            try:
                for number in (port, port + 1):
                    probe = open_ones.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", number))
            except OSError:
                continue
            return port
    raise Failure("no free ports")


class Stack:
    """with Stack("name") as s: makes it, and takes it away at the end."""

    def __init__(self, name, services=None, uid=None, backup_root=None, real_log=False):
        """backup_root: a path below the stack's base folder, for another place of BACKUP_ROOT.
        real_log: RabbitMQ makes its log of quorum queues as big as in life, 512 MB of zeros, which
        is most of the time of a backup of little data; else 4 MB.
        """
        engine.ensure()
        if not real_log:
            os.environ["STACK_RABBITMQ_ARGS"] = "-ra wal_max_size_bytes 4194304"
        self.base = tempfile.mkdtemp(prefix="hk-" + name + "-")
        os.chmod(self.base, 0o755)
        self.project = f"hk{os.getpid()}{name.replace('-', '')}"
        self.port = free_ports()
        self.uid = uid
        self.services = services
        self.dir = os.path.join(self.base, "srv")
        self.hoss = os.path.join(self.dir, "hoss")
        self.home = os.path.join(self.base, "home")
        self.root_elsewhere = backup_root is not None
        self.backup_root = os.path.join(self.base, backup_root) if backup_root \
            else os.path.join(self.hoss, "backup")
        os.mkdir(self.home)
        if uid is not None:
            engine.plain_user()
            os.chown(self.home, uid, uid)

    def __enter__(self):
        try:
            self.new()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if os.environ.get("KEEP"):
            print(f"kept: {self.project} in {self.base}")
            return
        with contextlib.suppress(Failure):
            self.stack("remove")
        shutil.rmtree(self.base, ignore_errors=True)

    # --- the stack script ----------------------------------------------------------------

    def stack_argv(self, command, *more):
        return [os.path.join(STACK_FOLDER, "stack"), command, "--dir", self.dir, "--project",
                self.project, *more]

    def stack(self, command, *more, timeout=300):
        return call(self.stack_argv(command, *more), timeout=timeout)

    def new(self):
        more = ["--port", str(self.port)]
        if self.services:
            more += ["--services", self.services]
        if self.uid is not None:
            more += ["--uid", str(self.uid)]
        if self.root_elsewhere:
            more += ["--backup-root", self.backup_root]
        self.stack("new", *more)

    def up(self, *more):
        self.stack("up", *more)
        return self.wait()

    def wait(self):
        """Until every service is ready for use."""
        self.stack("wait", "--timeout", "280")
        return self

    def seed(self, size="light"):
        call([os.path.join(STACK_FOLDER, "seed"), "-c", self.hoss, "--project", self.project,
              "--size", size], timeout=300)
        return self

    def reset(self):
        """As `make reset`; the archive is kept only if it is taken out before."""
        self.stack("reset")

    def fingerprint(self, only=None):
        """All facts, a list of lines."""
        more = ["--only", only] if only else []
        text = call([os.path.join(STACK_FOLDER, "fingerprint"), "-c", self.hoss, "--project",
                     self.project, *more], timeout=300)
        return text.splitlines()

    # --- its .env ------------------------------------------------------------------------

    def read_env(self):
        with open(os.path.join(self.hoss, ".env"), encoding="utf-8", newline="") as file:
            return file.read()

    def write_env(self, text):
        """Replaces the content; owner and mode of the file stay."""
        with open(os.path.join(self.hoss, ".env"), "w", encoding="utf-8", newline="") as file:
            file.write(text)

    @contextlib.contextmanager
    def edited_env(self, *changes):
        """Lines of .env changed for a while: (name, value), value None takes the line out."""
        old = self.read_env()
        lines = old.splitlines()
        for name, value in changes:
            lines = [line for line in lines if not line.startswith(name + "=")]
            if value is not None:
                lines.append(f"{name}={value}")
        self.write_env("\n".join(lines) + "\n")
        try:
            yield
        finally:
            self.write_env(old)

    # --- its containers ------------------------------------------------------------------

    def container(self, service):
        """The container's id, running or not; None when there is none."""
        found = engine.lines(
            "ps", "-aq", "--no-trunc", "--filter",
            f"label=com.docker.compose.project={self.project}", "--filter",
            f"label=com.docker.compose.service={service}")
        return found[0] if found else None

    def exec(self, service, *argv, data=None):
        flags = ["-i"] if data is not None else []
        return engine.docker("exec", *flags, self.container(service), *argv, data=data)

    def sql(self, text, database="hoss_core"):
        return self.exec("db", "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres",
                         "-d", database, "-c", text)

    def search(self, path, method="GET", body=None):
        return engine.http(f"http://127.0.0.1:{self.port + 1}{path}", method, body)

    def states(self):
        """{container name: state} of the project, to see that nothing was stopped or paused."""
        out = engine.lines("ps", "-a", "--format", "{{.Names}} {{.State}}", "--filter",
                           f"label=com.docker.compose.project={self.project}")
        return dict(line.split(" ", 1) for line in out)

    # --- hosskeep ------------------------------------------------------------------------

    def start(self, command, *args, user=None, env=None, stdin=None, scripts=None,
              groups=("docker",), config=None):
        """Starts hosskeep COMMAND for this stack; the plain user where the stack is his.

        scripts: a folder for --script-dir. config: another configuration folder.
        """
        user = self.uid if user is None else user
        given = ["--script-dir", scripts] if scripts else []
        argv = [*given, command, "-c", config or self.hoss, "--project", self.project, *args]
        return Run(argv, user=user, home=self.home, env=env, stdin=stdin,
                   groups=groups)

    def hosskeep(self, command, *args, timeout=300, **more):
        return self.start(command, *args, **more).wait(timeout)

    def backup(self, *args, **more):
        return self.hosskeep("backup", *args, **more)

    def verify(self, archive, *args, timeout=120):
        return Run(["verify", archive, *args], user=self.uid, home=self.home).wait(timeout)

    def start_command(self, *more):
        """What --start gets: the stack's own `make up`."""
        words = self.stack_argv("up", "--port", str(self.port), *more)
        return " ".join(f"'{word}'" for word in words)

    def restore(self, archive, *args, start=True, **more):
        options = ["--start", self.start_command()] if start is True else []
        return self.hosskeep("restore", archive, *options, *args, **more)

    def archives(self):
        """Paths of the archives in BACKUP_ROOT/backups, oldest first."""
        folder = os.path.join(self.backup_root, "backups")
        return sorted(os.path.join(folder, name) for name in os.listdir(folder)
                      if name.endswith((".tar.gz", ".tar.zst")))

    def take_archive(self):
        """Copies the newest archive out of the server's folders; the copy's path."""
        target = os.path.join(self.base, "archives")
        os.makedirs(target, exist_ok=True)
        copy = os.path.join(target, os.path.basename(self.archives()[-1]))
        shutil.copy2(self.archives()[-1], copy)
        if self.uid is not None:
            os.chown(target, self.uid, self.uid)
            os.chown(copy, self.uid, self.uid)
        return copy


def compare(before, after, leave_out=()):
    """Raises with a readable diff unless both fingerprints are the same."""
    def kept(facts):
        return [line for line in facts if not line.startswith(tuple(leave_out))]
    left, right = kept(before), kept(after)
    if left != right:
        diff = list(difflib.unified_diff(left, right, "before", "after", lineterm="", n=0))
        text = "\n".join(line[:400] for line in diff[:60])
        raise Failure(f"{len(diff)} lines of difference between fingerprints:\n{text}")
    if not left:
        raise Failure("the fingerprints are empty")
