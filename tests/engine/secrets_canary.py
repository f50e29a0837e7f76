#!/usr/bin/python3
# ctest: timeout=600 lock=stack
"""No secret of .env shows: not in the argv of any process, in the Engine's events, in outputs at
any verbosity, in the containers' logs, nor in a file that others may read.
"""

import os
import subprocess
import time

from lib.cases import Cases, check
from lib.stack import Stack
from lib.watching import Argv, found

cases = Cases()

# The passwords of the two databases are passed in argv by the stack's own create-databases.sh.
SECRETS = {
    "POSTGRES_PASSWORD": "can4ry-pg $x \"y\" 'z'",
    "RABBITMQ_PASS": "can4ry-rabbit-$q",
    "RABBITMQ_COOKIE": "CAN4RYCOOKIEABCDEFGH",
    "LDAP_ADMIN_PASSWORD": "can4ry ldap",
    "SITE_API_TOKEN": "can4ry-token-0123456789",
}
WORDS = [b"can4ry", b"CAN4RY"]


class Events:
    """What `docker events` prints, execs with their argv among it."""

    def __init__(self, path):
        self.path = path
        self.process = subprocess.Popen(["docker", "events"], stdout=open(path, "wb"))

    def end(self):
        time.sleep(0.5)
        self.process.terminate()
        self.process.wait()
        with open(self.path, "rb") as file:
            return file.read()


def logs(stack):
    """{service: the container's log}."""
    texts = {}
    for service in ("db", "opensearch", "ldap", "rabbitmq", "auth", "core", "traefik"):
        ident = stack.container(service)
        done = subprocess.run(["docker", "logs", ident], capture_output=True, check=False)
        texts[service] = done.stdout + done.stderr
    return texts


def readable_files(stack):
    """Files of ours that others may read and that hold a secret."""
    bad = []
    for top in (stack.hoss, stack.home, os.path.join(stack.dir, "init")):
        for folder, _, files in os.walk(top):
            for name in files:
                path = os.path.join(folder, name)
                if os.path.islink(path) or not os.stat(path).st_mode & 0o044:
                    continue
                with open(path, "rb") as file:
                    if found(file.read(), WORDS):
                        bad.append(path)
    return bad


def watched(stack, name, *runs):
    """Runs while all places are watched; every place is a case of its own."""
    argv, events = Argv(WORDS), Events(os.path.join(stack.base, "events"))
    done = [run() for run in runs]
    seen, told = argv.end(), events.end()
    with cases.case(f"{name}: argv ({argv.rounds} looks)"):
        check(not seen, f"seen: {seen}")
        check(argv.rounds > 20, "too few looks")
    with cases.case(f"{name}: events"):
        check(b"exec_create" in told, "no exec was seen")
        lines = [line for line in told.splitlines() if found(line, WORDS)]
        check(not lines, f"told: {lines[:3]}")
    with cases.case(f"{name}: outputs"):
        for run in done:
            text = (run.out + run.err).encode()
            check(len(text) > 100, "no output")
            check(not found(text, WORDS), f"printed:\n{run.report()}")
    with cases.case(f"{name}: logs"):
        for service, text in logs(stack).items():
            check(not found(text, WORDS), f"log of {service}: " + b"\n".join(
                line for line in text.splitlines() if found(line, WORDS)).decode()[:500])
    with cases.case(f"{name}: files"):
        check(not readable_files(stack), f"others may read {readable_files(stack)}")
    return done


with Stack("canary") as s:
    text = s.read_env().splitlines()
    text = [line for line in text if line.partition("=")[0] not in SECRETS]
    s.write_env("\n".join(text + [f"{k}={v}" for k, v in SECRETS.items()]) + "\n")
    s.up().seed()
    with cases.case("the watcher sees what there is to see"):
        one = Argv(WORDS)
        subprocess.run(["sh", "-c", "sleep 0.5; : can4ry"], check=True)
        check(one.end(), "not seen")
    with cases.case("nothing shows before hosskeep runs"):
        own = logs(s).values()
        check(not any(found(text, WORDS) for text in own), "the stack's own logs show it")
    results = watched(
        s, "backup", lambda: s.backup("-v").expect(0), lambda: s.backup("--json").expect(0),
        lambda: s.backup("--dry-run", "-v"), lambda: s.hosskeep("config", "-v"),
        lambda: s.backup("-v", "-e", "http://127.0.0.1:1").expect(4))
    archive = s.take_archive()
    s.reset()
    watched(s, "restore", lambda: s.restore(archive, "-v").expect(0))
cases.end()
