"""Pauses a container as somebody might, whatever runs in there. Paused while a program is just
beginning in it, Engines of Debian's age wait for that program for good, and hold a lock that every
question about containers wants. No Engine can be asked to end that; thawed behind its back for a
moment it goes on."""

import os
import threading
import time

import engine_api as engine

ANSWERS = 5  # seconds, more than a slow machine takes
ROOT = "/sys/fs/cgroup"
FREEZERS = (("freezer", "freezer.state", "FROZEN", "THAWED"),
            ("unified", "cgroup.freeze", "1", "0"), ("", "cgroup.freeze", "1", "0"))


def control_groups(pid):
    """{controller: path} of a process; the second version's has no name."""
    with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(":", 2) for line in file]
    return {controller: path for _, controller, path in lines}


def switches(pid):
    """(file, word that freezes, word that thaws) of the process's container."""
    groups = control_groups(pid)
    found = [(os.path.join(ROOT, top, groups.get("freezer" if top == "freezer" else "", "")
                           .lstrip("/"), name), *words) for top, name, *words in FREEZERS]
    return [one for one in found if os.path.exists(one[0])]


def write(path, word):
    with open(path, "w", encoding="utf-8") as file:
        file.write(word)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


class Pause:
    """Pauses at once; watches until end() that the Engine still answers."""

    def __init__(self, ident):
        self.ident, self.over, self.thawed = ident, threading.Event(), 0
        pid = engine.must("GET", f"/containers/{ident}/json")["State"]["Pid"]
        self.switches = switches(pid) if pid else []
        time.sleep(0.3)  # mostly what is beginning has begun then
        engine.ask("POST", f"/containers/{ident}/pause")
        self.watch = threading.Thread(target=self._watch, daemon=True)
        self.watch.start()

    def _watch(self):
        while not self.over.wait(1):
            try:
                engine.ask("GET", f"/containers/{self.ident}/json", timeout=ANSWERS)
            except TimeoutError:
                self.thaw()

    def thaw(self):
        frozen = [x for x in self.switches if os.path.exists(x[0]) and read(x[0]) == x[1]]
        for path, _, thawed in frozen:
            write(path, thawed)
        self.thawed += 1
        engine.ask("GET", f"/containers/{self.ident}/json")
        for path, frozen_word, _ in frozen:
            if os.path.exists(path):
                write(path, frozen_word)

    def end(self):
        self.over.set()
        self.watch.join()
