#!/usr/bin/python3
# ctest: timeout=900 lock=stack
"""Bad input of a backup: one clear line, the right exit code, an untouched server."""

import contextlib
import http.server
import os
import threading

from lib import engine, scripts
from lib.cases import Cases, check, same
from lib.engine import UID, docker
from lib.leftovers import Watch
from lib.stack import Stack

cases = Cases()


def refused(stack, code, words, *args, **more):
    """One line with the words, the code, and nothing came or went."""
    watch, states = Watch(stack), stack.states()
    run = stack.backup(*args, **more)
    run.one_line(code, *words)
    check(run.seconds < 40, f"took {run.seconds:.1f} s")
    watch.check()
    same(stack.states(), states, "states of the containers")


def with_env(stack, changes, code, words, *args):
    with stack.edited_env(*changes):
        refused(stack, code, words, *args)


@contextlib.contextmanager
def server(body, content_type="text/html", status=200):
    """An endpoint that answers everything with the same."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{web.server_port}"
        web.shutdown()


def endpoints(stack):
    port = stack.port
    for name, url, code in (("down", "http://127.0.0.1:1", 4),
                            ("no such host", "http://no-such-host.invalid", 4),
                            ("wrong scheme", f"https://127.0.0.1:{port}", 4),
                            ("no scheme known", f"gopher://127.0.0.1:{port}", 4),
                            ("not found", f"http://127.0.0.1:{port}/nothing", 4)):
        cases.run(f"endpoint {name}", refused, stack, code, ["check-version", "127.0.0.1"
                  if "127" in url else "no-such-host"], "-e", url)
    for name, body, kind in (("HTML", b"<html>hello</html>", "text/html"),
                             ("empty", b"", "application/json"),
                             ("JSON without version", b'{"build": 1}', "application/json"),
                             ("JSON list", b"[1]", "application/json"),
                             ("cut JSON", b'{"version": "0.2', "application/json")):
        with server(body, kind) as url:
            cases.run(f"endpoint answers {name}", refused, stack, 4, [url], "-e", url)
    with server(b"no", status=503) as url:
        cases.run("endpoint answers 503", refused, stack, 4, ["503"], "-e", url)


def places(stack):
    other = os.path.join(stack.base, "other")
    os.makedirs(other, exist_ok=True)
    os.chown(other, UID, UID)
    cases.run("BACKUP_ROOT is relative", with_env, stack, [("BACKUP_ROOT", "backup")], 4,
              ["BACKUP_ROOT"])
    cases.run("BACKUP_ROOT is not writable", with_env, stack, [("BACKUP_ROOT", "/proc/x")], 4,
              ["/proc/x"])
    locked = os.path.join(stack.base, "locked")
    os.makedirs(locked, exist_ok=True)
    cases.run("BACKUP_ROOT belongs to root", with_env, stack, [("BACKUP_ROOT", locked)], 4,
              [locked])
    cases.run("BACKUP_ROOT is a file", with_env, stack, [("BACKUP_ROOT", "/etc/passwd")], 4,
              ["/etc/passwd"])
    cases.run("BACKUP_ROOT is not what the containers mount", with_env, stack,
              [("BACKUP_ROOT", other)], 4, ["BACKUP_ROOT"])
    cases.run("SERVICES names what does not exist", with_env, stack,
              [("SERVICES", "opensearch db auth core traefik sync")], 4, ["sync"])
    with cases.case("no .env"):
        refused(stack, 4, [".env"], config=other)
    with cases.case("no configuration folder"):
        refused(stack, 4, [other + "/none"], config=other + "/none")
    cases.run(".env that is no .env", with_env, stack, [("A B C", "x\n=\x01y\nnot a line")], 4,
              [".env"])


def engines(stack):
    cases.run("Engine unreachable", refused, stack, 4, ["/nowhere/docker.sock"],
              env={"DOCKER_HOST": "unix:///nowhere/docker.sock"})
    cases.run("Engine on a port where none is", refused, stack, 4, ["127.0.0.1:1"],
              env={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    cases.run("DOCKER_HOST is nonsense", refused, stack, 4, ["DOCKER_HOST"],
              env={"DOCKER_HOST": "nonsense"})
    cases.run("Engine denies access", refused, stack, 4, ["docker"], groups=())


def usage(stack):
    for name, args in (("unknown option", ["--nonsense"]), ("value missing", ["--endpoint"]),
                       ("unknown setting", ["--set", "nonsense=1"]), ("an argument", ["thing"]),
                       ("setting of a wrong type", ["--set", "postgres.jobs=many"])):
        cases.run(f"usage: {name}", refused, stack, 2, [], *args)


def containers(stack):
    ident = stack.container("auth")
    docker("stop", "-t", "1", ident)
    cases.run("a container is stopped", refused, stack, 4, ["auth"])
    docker("start", ident)
    docker("pause", ident)
    cases.run("a container is paused", refused, stack, 4, ["auth"])
    docker("unpause", ident)
    labels = [x for name, value in engine.inspect(ident)["Config"]["Labels"].items()
              for x in ("--label", f"{name}={value}")]
    docker("rm", "-f", ident)
    cases.run("a container is missing", refused, stack, 4, ["auth"])
    # A container with no volume: nothing must be made up and "backed up".
    docker("volume", "rm", f"{stack.project}_auth-secrets")
    docker("run", "-d", "--name", f"{stack.project}_auth_1", *labels, "hosskeep-test/server:1",
           "sleep", "1000")
    cases.run("a volume is missing", refused, stack, 4, ["auth"])
    docker("rm", "-f", f"{stack.project}_auth_1")
    stack.up()


def dialect(stack):
    """The same values written in other ways that docker-compose takes."""
    old = stack.read_env()
    new = []
    for line in old.splitlines():
        name, sign, value = line.partition("=")
        if name in ("HOSS_DIR", "BACKUP_ROOT"):
            line = f'export {name}="{value}"'
        elif name == "SERVICES":
            line = f"  {name} = '{value}'  # all that runs here"
        elif name == "DOMAIN":
            line = "DOMAIN=$(touch /tmp/hosskeep-ran) `touch /tmp/hosskeep-ran`"
        new.append(line)
    stack.write_env("\r\n".join(["# a comment", "", *new]) + "\r\n")
    try:
        stack.backup().expect(0)
        check(not os.path.exists("/tmp/hosskeep-ran"), "a command of .env was run")
    finally:
        stack.write_env(old)


def lock(stack):
    """The second of two runs ends at once and tells who holds the lock."""
    folder, mark = scripts.stopping(stack, "backup", "create-archive")
    first = stack.start("backup", scripts=folder)
    scripts.wait_for("the first run", lambda: os.path.exists(mark), first)
    second = stack.backup()
    second.one_line(3, str(first.pid))
    check(second.seconds < 5, f"the second run took {second.seconds:.1f} s")
    first.kill()
    first.wait(30).expect(130)


def nearly_full():
    """BACKUP_ROOT on a small file system with little left."""
    with Stack("full", services="opensearch db core traefik", backup_root="small/root") as s:
        top = os.path.join(s.base, "small")
        engine.call(["umount", "-R", top], check=False)
        os.makedirs(top, exist_ok=True)
        s.stack("down")
        engine.call(["cp", "-a", top, top + ".old"])
        engine.call(["mount", "-t", "tmpfs", "-o", "size=96m,mode=755", "tmpfs", top])
        try:
            engine.call(["cp", "-a", top + ".old/.", top])
            s.up().seed()
            room = os.statvfs(top)
            left = room.f_bavail * room.f_frsize
            engine.call(["fallocate", "-l", str(left - 300000), os.path.join(top, "filler")])
            refused(s, 4, ["space"])
            s.stack("down")
        finally:
            engine.call(["umount", "-l", top])


with Stack("input", services="opensearch db auth core traefik", uid=UID) as site:
    site.up().seed()
    usage(site)
    engines(site)
    places(site)
    endpoints(site)
    cases.run("lock", lock, site)
    cases.run(".env in other ways of writing", dialect, site)
    containers(site)
cases.run("disk nearly full", nearly_full)
cases.end()
