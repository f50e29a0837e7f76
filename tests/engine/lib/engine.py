"""The test Engine and what the tests ask of it directly."""

import json
import os
import subprocess
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", "..", ".."))
STACK_FOLDER = os.path.join(ROOT, "tests", "stack")
USER, UID = "hosskeep-test", 1234


class Failure(Exception):
    """An assertion of a test, or a command it needs, failed."""


def ensure():
    """Starts the test Engine unless DOCKER_HOST names one, and sees that its images are there."""
    if "DOCKER_HOST" not in os.environ:
        call([os.path.join(STACK_FOLDER, "engine"), "start"], timeout=120)
        host = call([os.path.join(STACK_FOLDER, "engine"), "host"]).strip()
        os.environ["DOCKER_HOST"] = host
    call([os.path.join(STACK_FOLDER, "images")], timeout=900)


def call(argv, timeout=120, check=True, data=None, env=None):
    """Runs argv; the text of its stdout. A failure raises with both outputs."""
    try:
        done = subprocess.run(argv, input=data, capture_output=True, timeout=timeout, check=False,
                              env={**os.environ, **(env or {})},
                              stdin=subprocess.DEVNULL if data is None else None)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"{' '.join(argv[:5])}: no end after {timeout} s") from late
    out = done.stdout.decode(errors="backslashreplace")
    if check and done.returncode != 0:
        text = done.stderr.decode(errors="backslashreplace")[-3000:]
        raise Failure(f"{' '.join(argv[:6])}: exit {done.returncode}: {out[-1000:]}{text}")
    return out


def docker(*argv, timeout=120, check=True, data=None):
    return call(["docker", *argv], timeout=timeout, check=check, data=data)


def lines(*argv):
    return [line for line in docker(*argv).splitlines() if line]


def inspect(ident):
    """The Engine's description of a container, or None."""
    text = docker("inspect", "--type", "container", ident, check=False)
    found = json.loads(text or "[]")
    return found[0] if found else None


def http(url, method="GET", body=None, timeout=20):
    """One HTTP request from here; the decoded JSON answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method,
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.loads(answer.read() or b"null")


def plain_user():
    """Makes the user 1234, who is only in group docker, unless there is one; its name."""
    if subprocess.run(["getent", "group", "docker"], capture_output=True, check=False).returncode:
        call(["groupadd", "-r", "docker"])
    known = call(["getent", "passwd", str(UID)], check=False)
    if not known:
        if not call(["getent", "group", str(UID)], check=False):
            call(["groupadd", "-g", str(UID), USER])
        call(["useradd", "-u", str(UID), "-g", str(UID), "-G", "docker", "-M",
              "-d", "/nonexistent", "-s", "/bin/sh", USER])
        known = call(["getent", "passwd", str(UID)])
    name = known.split(":")[0]
    call(["usermod", "-G", "docker", name])
    return name
