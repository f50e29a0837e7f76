"""A file system whose power can be cut: ext4 on a loop device, shut down without a flush.

After `cut` the file system is dead: nothing that was not on the device comes there any more. What
the device held at that moment is copied, and the copy is mounted in its place, so that the journal
is replayed as at a boot. Needs root and loop devices.
"""

import contextlib
import fcntl
import os
import shutil
import struct
import subprocess
import time

SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
# The journal is committed first: names are there, data that nobody has synced is not.
FLUSH_JOURNAL = 1
FLUSH_NOTHING = 2
# Nothing is written because time has passed, and ext4 does not guess what a program forgot.
OPTIONS = "loop,noauto_da_alloc,commit=600,errors=remount-ro"

FILLER = "filler"


def tool(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip()}")


class Disk:
    """with Disk(folder, point) as d: a file system at `point` that holds what was there."""

    def __init__(self, folder, point, megabytes=24):
        self.point, self.megabytes = point, megabytes
        self.folder, self.count = folder, 0
        self.first = os.path.join(folder, "disk-first.img")
        self.image = None

    def __enter__(self):
        """What every case begins with: a copy of what lies at `point`."""
        with open(self.first, "wb") as file:
            file.truncate(self.megabytes << 20)
        tool("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", "-d", self.point, self.first)
        self.mount(self.first)
        try:
            os.rmdir(os.path.join(self.point, "lost+found"))
        finally:
            self.unmount()
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.point], stderr=subprocess.DEVNULL, check=False)
        for path in filter(None, (self.image, self.first)):
            os.remove(path)

    def mount(self, image):
        try:
            tool("mount", "-t", "ext4", "-o", OPTIONS, image, self.point)
        except RuntimeError as problem:
            raise RuntimeError(f"no ext4 on a loop device can be made here, and without one "
                               f"nothing is known about power loss: {problem}") from problem

    def unmount(self, seconds=10):
        """A process that has just been killed may hold it a moment longer. A container that is just
        being made holds all mounts: then an unmount alone writes nothing to the device."""
        with contextlib.suppress(RuntimeError):  # the dead one
            tool("sync", "-f", self.point)
        end = time.monotonic() + seconds
        while True:
            try:
                return tool("umount", self.point)
            except RuntimeError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def copy(self, image):
        """A copy in a new file: the kernel may know an old one by its loop device a while yet."""
        self.count += 1
        path = os.path.join(self.folder, f"disk-{self.count}.img")
        shutil.copyfile(image, path)
        return path

    def turn_to(self, image):
        """Mounts `image` in the place of what is mounted."""
        if self.image:
            self.unmount()
            os.remove(self.image)
        self.image = image
        self.mount(image)

    def begin(self):
        """The file system as in the beginning."""
        self.turn_to(self.copy(self.first))

    def fill(self):
        """Takes all the space that is left, until `heal`."""
        with open(os.path.join(self.point, FILLER), "ab", buffering=0) as file:
            for size in (1 << 20, 1 << 10):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\1" * size)

    def turn_read_only(self):
        """What ext4 does when it finds an error; files that are open do not keep it from that."""
        device = os.stat(self.point).st_dev
        name = os.path.basename(os.readlink(f"/sys/dev/block/{os.major(device)}:"
                                            f"{os.minor(device)}"))
        with open(f"/sys/fs/ext4/{name}/trigger_fs_error", "w", encoding="ascii") as file:
            file.write("tests")

    def kill(self, flush=FLUSH_NOTHING):
        """Whatever is asked of it fails from now on."""
        folder = os.open(self.point, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", flush))
        finally:
            os.close(folder)

    def heal(self):
        """What an administrator does: room is made, it is mounted anew."""
        self.unmount()
        old, self.image = self.image, None
        self.turn_to(self.copy(old))
        os.remove(old)
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(self.point, FILLER))

    def cut(self, flush=FLUSH_NOTHING):
        """The power goes off, and comes back."""
        self.kill(flush)
        self.turn_to(self.copy(self.image))
