#!/usr/bin/python3
# ctest: timeout=900 lock=stack
"""Bad input of a restore: one clear line, the right exit code, an untouched machine."""

import gzip
import os
import random
import shutil

from lib import engine
from lib.cases import Cases, check, same
from lib.engine import docker
from lib.leftovers import Watch
from lib.stack import Stack, compare

cases = Cases()


def refused(stack, archive, code, words, *args, **more):
    watch, states = Watch(stack), stack.states()
    run = stack.restore(archive, *args, **more)
    run.one_line(code, *words)
    watch.check()
    same(stack.states(), states, "states of the containers")
    check(os.path.exists(os.path.join(stack.hoss, ".env")) == bool(states), ".env came or went")


def written(stack, name, data):
    path = os.path.join(stack.base, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def bad_files(stack, good):
    with open(good, "rb") as file:
        data = file.read()
    plain = gzip.decompress(data)
    yield "empty", b"", []
    yield "text", b"hello, this is no archive\n" * 50, []
    yield "one byte", b"\x1f", []
    yield "gzip of text", gzip.compress(b"hello" * 1000), []
    yield "plain tar", plain, []
    yield "zeros", bytes(100000), []
    for part in (0.1, 0.5, 0.9, 0.999):
        yield f"cut at {part}", data[:int(len(data) * part)], []
    yield "one byte short", data[:-1], []
    yield "eight bytes short", data[:-8], []
    yield "garbage behind", data + b"garbage", []
    yield "twice", data + data, []
    spots = random.Random(5)
    for number in range(8):
        at = spots.randrange(20, len(data) - 8)
        yield f"bit flipped, {number}", data[:at] + bytes([data[at] ^ 16]) + data[at + 1:], []
    yield "length flipped", data[:-1] + bytes([data[-1] ^ 1]), []
    # Flips below the compression: gzip's sum is right, our own hashes must notice.
    for word in (b"POSTGRES_USER=postgres", b"PGDMP", b'"entries"'):
        at = plain.find(word)
        check(at > 0, f"{word!r} is not in the archive")
        changed = plain[:at + 2] + bytes([plain[at + 2] ^ 1]) + plain[at + 3:]
        # With the header that hosskeep writes: another one is refused for itself.
        yield f"changed inside at {word.decode()}", data[:10] + gzip.compress(changed, 1)[10:], []
    at = plain.rfind(b'\n  "format": 1,')
    check(at > 0, "MANIFEST.json tells no format")
    changed = plain[:at + 13] + b"9" + plain[at + 14:]
    yield "of a newer format", data[:10] + gzip.compress(changed, 1)[10:], ["format"]


def archives(stack, good):
    for name, data, words in bad_files(stack, good):
        path = written(stack, "bad.tar.gz", data)
        cases.run(f"archive {name}", refused, stack, path, 6, ["bad.tar.gz", *words])
    cases.run("archive is a folder", refused, stack, stack.base, 6, [stack.base])
    cases.run("archive is missing", refused, stack, stack.base + "/none", 6, ["none"])
    with cases.case("no archive named"):
        stack.hosskeep("restore").one_line(2, "ARCHIVE")


def versions(stack, good):
    cases.run("another version by setting", refused, stack, good, 7, ["0.2.6", "0.9.9"],
              "--set", "server.version=0.9.9")


def places(stack, good):
    other = os.path.join(stack.base, "elsewhere")
    os.makedirs(other, exist_ok=True)
    cases.run("HOSS_DIR is another folder", refused, stack, good, 4, ["HOSS_DIR"], config=other)
    cases.run("Engine unreachable", refused, stack, good, 4, ["/nowhere"],
              env={"DOCKER_HOST": "unix:///nowhere/docker.sock"})


def live(stack, good):
    volume = f"{stack.project}_auth-secrets"
    docker("volume", "create", volume)
    docker("run", "--rm", "-v", f"{volume}:/v", "hosskeep-test/server:1", "touch", "/v/x")
    cases.run("live: a volume has content", refused, stack, good, 4, [volume])
    docker("volume", "rm", volume)
    data = os.path.join(stack.hoss, "data", "db")
    os.makedirs(data)
    written(stack, os.path.join(data, "PG_VERSION"), b"13\n")
    cases.run("live: DB_ROOT has content", refused, stack, good, 4, ["db"])
    shutil.rmtree(os.path.join(stack.hoss, "data"))
    docker("create", "--name", stack.project + "_x_1", "--label",
           f"com.docker.compose.project={stack.project}", "--label",
           "com.docker.compose.service=core", "hosskeep-test/server:1")
    with cases.case("live: a container of the project"):
        watch = Watch(stack)
        stack.restore(good).one_line(4, "_x_1")
        watch.check()
    docker("rm", stack.project + "_x_1")


def starts(stack, good):
    with cases.case("the start command fails: exit 10, and the same restore goes on"):
        run = stack.restore(good, "--start", "echo no such target >&2; exit 3", start=False)
        run.expect(10, "start")
    with cases.case("started by hand too late: exit 10"):
        stack.restore(good, "--set", "start.timeout=2", start=False).expect(10, "start")
    with cases.case("the version that the server tells is another: exit 7, server stopped"):
        run = stack.restore(good, "--start", stack.start_command("--version", "0.3.0"),
                            start=False)
        run.expect(7, "0.3.0", "0.2.6")
        same([state for state in stack.states().values() if state == "running"], [], "running")
    engine.call(stack.stack_argv("down"))
    with cases.case("in the end it is restored"):
        stack.restore(good).expect(0)
        stack.wait()
        compare(before, stack.fingerprint())


with Stack("bad") as s:
    s.up().seed()
    before = s.fingerprint()
    s.backup().expect(0)
    archive = s.take_archive()
    cases.run("live: the server runs", refused, s, archive, 4, [])
    s.stack("down")
    with cases.case("live: .env and volumes are there"):
        s.restore(archive).one_line(4)
    s.reset()
    archives(s, archive)
    versions(s, archive)
    places(s, archive)
    live(s, archive)
    starts(s, archive)
cases.end()
