"""A living server that a `restore --replace` takes the place of: its two states, A in the archive
and B that runs, and what must hold when B is back.
"""

import json
import os
import shutil
import signal

from . import scripts
from .cases import check, same
from .leftovers import Watch
from .round_trip import after_restore
from .stack import compare

BACK = "the former server is back and runs again"
UNTOUCHED = "the server that lives here was not touched"


def back_from(step):
    """What a failure says behind the step: before the server is stopped there is nothing to put
    back."""
    return UNTOUCHED if step == "mark-start" else BACK


def change(stack):
    """From state A to state B: something in every store, something gone too."""
    env = dict(line.split("=", 1) for line in stack.read_env().splitlines() if "=" in line)
    stack.write_env(stack.read_env() + "# of state B\n")
    with open(os.path.join(stack.hoss, "core", "of-b.yaml"), "w", encoding="utf-8") as file:
        file.write("b: true\n")
    shutil.rmtree(os.path.join(stack.hoss, "ui"), ignore_errors=True)
    stack.sql("CREATE TABLE of_b AS SELECT generate_series(1, 77) AS n; DROP TABLE events CASCADE")
    stack.search("/of-b/_doc/1?refresh=true", "PUT", {"b": 1})
    stack.exec("auth", "sh", "-c", "echo b >/secrets/of-b; chown 70:2000 /secrets/of-b")
    stack.exec("traefik", "sh", "-c", "echo '{\"of\": \"B\"}' >/acme.json")
    with open(os.path.join(stack.hoss, "data", "nas-of-b"), "w", encoding="utf-8") as file:
        file.write("stays whatever is restored")
    config = f"user = \"{env['RABBITMQ_USER']}:{env['RABBITMQ_PASS']}\"\n"
    base = "http://localhost:15672/api"
    for method, path, body in [
            ("PUT", "queues/%2F/of-b", {"durable": True}),
            ("POST", "exchanges/%2F/amq.default/publish", {
                "properties": {"delivery_mode": 2}, "routing_key": "of-b", "payload": "hello B",
                "payload_encoding": "string"})]:
        stack.exec("rabbitmq", "curl", "-sfK", "-", "-X", method, "-H",
                   "Content-Type: application/json", "-d", json.dumps(body), f"{base}/{path}",
                   data=config.encode())


class Living:
    """Server B with an archive of A beside it."""

    def __init__(self, stack):
        self.stack = stack
        stack.up().seed()
        self.a = stack.fingerprint()
        stack.backup().expect(0)
        self.archive = stack.take_archive()
        self.become_b()

    def become_b(self):
        change(self.stack)
        self.b = self.stack.fingerprint()
        check(self.a != self.b, "states A and B have the same fingerprint")
        self.watch = Watch(self.stack)
        self.data = self.listing()
        self.hosts = self.host_names()

    def listing(self):
        """What lies beside the data folders, which Watch leaves out."""
        data = os.path.join(self.stack.hoss, "data")
        return sorted(os.listdir(data) + os.listdir(os.path.join(self.stack.dir, "init")))

    def host_names(self):
        services = self.stack.services or "opensearch ldap rabbitmq db auth core traefik"
        return {service: self.stack.exec(service, "hostname").strip()
                for service in services.split()}

    def replace(self, *args, start=True, **more):
        return self.stack.restore(self.archive, "--replace", *args, start=start, **more)

    def begin(self, step):
        """(run, mark): a --replace that stops right after a step."""
        folder, mark = scripts.stopping(self.stack, "restore", step)
        run = self.stack.start("restore", self.archive, "--replace", "--start",
                               self.stack.start_command(), scripts=folder)
        scripts.wait_for(f"step {step}", lambda: os.path.exists(mark), run, 240)
        return run

    def is_b(self):
        """The old server runs as before: same state, same host names, nothing left over."""
        stack = self.stack
        self.watch.check()
        same(self.listing(), self.data, "data and init folders")
        stack.wait()
        compare(self.b, stack.fingerprint())
        same(self.host_names(), self.hosts, "host names")

    def is_a(self):
        """The archive's server runs, and nothing is left but the former configuration."""
        stack = self.stack
        stack.wait()
        compare(self.a, stack.fingerprint())
        after_restore(stack)
        same(self.listing(), self.data, "data and init folders")
        odd = [name for name in os.listdir(stack.hoss) if name.startswith(".replaced")]
        same(odd, [], "what was kept of the former server")

    def fails(self, code, *words, start=True, scripts_from=None, args=()):
        """One line that names the fault and says that the former server is back; it is."""
        run = self.replace(*args, start=start, scripts=scripts_from)
        run.one_line(code, *words)
        self.is_b()
        return run

    def damaged(self, step, text):
        """Scripts that damage something right after a step."""
        return scripts.drop_in(self.stack, "restore", f"""
p:insert_after("{step}", {{ name = "test-damages", title = "damage", run = function(ctx)
{text}
end }})""")

    def interrupted(self, step, number=signal.SIGINT):
        run = self.begin(step)
        run.kill(number)
        run.wait(180).one_line(128 + number, f"interrupted by signal {number}",
                               back_from(step))
        self.is_b()

    def killed(self, step):
        """kill -9, then the same command, which fails: the old server is back."""
        run = self.begin(step)
        run.kill(signal.SIGKILL)
        run.wait(60).expect(128 + 9)
        self.fails(10, BACK, start=False, args=("--start", "echo not today; exit 3"))

    def killed_and_refused(self, step):
        """kill -9, then the same command fails at a check: the old server is back all the same."""
        run = self.begin(step)
        run.kill(signal.SIGKILL)
        run.wait(60).expect(128 + 9)
        given = scripts.drop_in(self.stack, "restore", """
p:insert_after("check-site", { name = "test-refuses", title = "refuse", check = function()
    error("made to fail by the test", 0)
end })""")
        self.fails(4, "made to fail by the test", back_from(step), scripts_from=given)

    def killed_and_archive_lost(self, step):
        """kill -9, and the archive cannot be read any more: the old server comes back."""
        run = self.begin(step)
        run.kill(signal.SIGKILL)
        run.wait(60).expect(128 + 9)
        lost = self.archive + ".lost"
        os.rename(self.archive, lost)
        try:
            self.fails(6, os.path.basename(self.archive), back_from(step))
        finally:
            os.rename(lost, self.archive)
