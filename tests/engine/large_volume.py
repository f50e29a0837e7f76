#!/usr/bin/python3
# ctest: timeout=900 lock=stack
"""A volume of 1 GB (half of it random, none sparse) and of 100,000 small files: memory stays small,
no more disk is used than the archive takes, and the service's container answers at once meanwhile.
"""

import os
import threading
import time

from lib.cases import Cases, check
from lib.engine import docker
from lib.round_trip import MEGABYTE
from lib.stack import Stack, compare

LIMIT = 32 * MEGABYTE
cases = Cases()


def fill(stack):
    """Writes into the auth volume from the host: quick, and dense."""
    top = docker("volume", "inspect", "-f", "{{.Mountpoint}}",
                 f"{stack.project}_auth-secrets").strip()
    pattern = (b"".join(b"%08d the quick brown fox\n" % i for i in range(40000)))[:MEGABYTE]
    for name, half in (("random.bin", None), ("text.bin", pattern)):
        with open(os.path.join(top, name), "wb") as file:
            for _ in range(512):
                file.write(half or os.urandom(MEGABYTE))
        os.chown(file.name, 1001, 1001)
    for folder in range(100):
        path = os.path.join(top, f"many-{folder:03}")
        os.mkdir(path)
        for number in range(1000):
            name = os.path.join(path, f"file-{number:04}")
            handle = os.open(name, os.O_WRONLY | os.O_CREAT, 0o640)
            os.write(handle, b"%d %d\n" % (folder, number) * 30)
            os.close(handle)


class Disk:
    """The most that BACKUP_ROOT and the run's own unlinked files took, in bytes."""

    def __init__(self, stack, run):
        self.stack, self.run, self.most = stack, run, 0
        self.start = self.used()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def used(self):
        total = 0
        for folder, _, files in os.walk(self.stack.backup_root):
            for name in files:
                try:
                    total += os.lstat(os.path.join(folder, name)).st_blocks * 512
                except OSError:
                    pass
        descriptors = f"/proc/{self.run.pid}/fd"
        try:
            for name in os.listdir(descriptors):
                about = os.stat(os.path.join(descriptors, name))
                if about.st_nlink == 0:
                    total += about.st_blocks * 512
        except OSError:
            pass
        return total

    def watch(self):
        while self.run.code is None:
            self.most = max(self.most, self.used() - self.start)
            time.sleep(0.2)


def answers(stack, run):
    """In the middle of the volume's copy: what the container's own calls take, in seconds."""
    hidden = os.path.join(stack.backup_root, "backups")

    def copied():
        sizes = [os.path.getsize(os.path.join(hidden, name)) for name in os.listdir(hidden)
                 if name.endswith(".partial")]
        return sum(sizes) > 150 * MEGABYTE
    end = time.monotonic() + 120
    while not copied():
        check(run.running() and time.monotonic() < end, f"no copy was seen\n{run.report()}")
        time.sleep(0.01)
    ident = stack.container("auth")
    times = {}
    for name, argv in (("inspect", ["inspect", ident]), ("pause", ["pause", ident]),
                       ("unpause", ["unpause", ident]), ("inspect again", ["inspect", ident])):
        began = time.monotonic()
        docker(*argv, timeout=60)
        times[name] = time.monotonic() - began
    print("      " + ", ".join(f"{k} {v * 1000:.0f} ms" for k, v in times.items()), flush=True)
    check(run.running(), "the backup was over already")
    for name, seconds in times.items():
        check(seconds < 1, f"{name} took {seconds:.2f} s")


def peak(what, run):
    print(f"      {what}: {run.seconds:.1f} s, peak {run.peak / MEGABYTE:.1f} MiB", flush=True)
    run.expect(0)
    check(run.peak <= LIMIT, f"{what}: peak {run.peak / MEGABYTE:.1f} MiB")


def back_up(stack):
    run = stack.start("backup")
    disk = Disk(stack, run)
    with cases.case("inspect, pause and unpause answer within 1 s meanwhile"):
        answers(stack, run)
    run.wait(400)
    peak("backup", run)
    size = os.path.getsize(stack.archives()[-1])
    # The dumps and the snapshot of a stack with no data are small.
    check(disk.most <= size + 64 * MEGABYTE,
          f"{disk.most / MEGABYTE:.0f} MiB of disk for an archive of {size / MEGABYTE:.0f} MiB")
    return stack.take_archive()


with Stack("large", services="opensearch db auth core traefik") as s:
    s.up()
    fill(s)
    before = s.fingerprint("files")
    check(len(before) > 100000, f"only {len(before)} facts")
    archive = cases.run("backup", back_up, s)
    if archive:
        cases.run("verify", lambda: peak("verify", s.verify(archive)))
        s.reset()
        cases.run("restore", lambda: peak("restore", s.restore(archive, timeout=600)))
        with cases.case("the volume is the same"):
            s.wait()
            compare(before, s.fingerprint("files"))
cases.end()
