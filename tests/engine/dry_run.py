#!/usr/bin/python3
# ctest: timeout=600 lock=stack
"""A dry run of backup and restore changes nothing, and names the steps and all objects that the
real run then changes."""

import fnmatch
import json
import os
import re
import subprocess
import tempfile
import threading
import time

from lib import engine
from lib.cases import Cases, check, same
from lib.leftovers import folder_state
from lib.stack import Stack

cases = Cases()
LOOKING = ("exec_create", "exec_start", "exec_die", "exec_detach", "top", "attach", "resize",
           "archive-path", "copy")


def files(*folders):
    """{path: what tells that it was changed} of files, and the names of folders."""
    found = {}
    for path in folder_state(*folders):
        try:
            status = os.lstat(path)
        except OSError:
            continue
        folder = os.path.isdir(path) and not os.path.islink(path)
        found[path] = (status.st_mode, status.st_uid) if folder else (
            status.st_mode, status.st_uid, status.st_size, status.st_mtime_ns, status.st_ino)
    return found


def changed(before, after):
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


class Trace:
    """What changes while it runs: files below the folders, objects of the Engine."""

    def __init__(self, stack, *folders):
        self.stack, self.folders = stack, folders

    def __enter__(self):
        self.before, self.passing = files(*self.folders), set()
        self.volumes = set(engine.lines("volume", "ls", "-q"))
        # Followed, not asked for at the end: the Engine remembers only its last 256 events.
        self.told = tempfile.TemporaryFile("w+")
        self.listener = subprocess.Popen(["docker", "events", "--format", "{{json .}}"],
                                         stdout=self.told)
        time.sleep(1)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self):
        """Files that come and go again."""
        known = set(self.before)
        while not self.stop.wait(0.1):
            # A file is written under .NAME.RANDOM.tmp beside it and then renamed.
            self.passing |= {re.sub(r"/\.([^/]+)\.[0-9a-f]+\.tmp$", r"/\1", path)
                             for path in folder_state(*self.folders) - known}

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        self.files = changed(self.before, files(*self.folders)) | self.passing
        time.sleep(1)
        self.listener.terminate()
        self.listener.wait()
        self.told.seek(0)
        self.engine = self._events()

    def _events(self):
        found = set()
        for line in self.told:
            event = json.loads(line)
            facts = event["Actor"].get("Attributes", {})
            name = facts.get("name") or event["Actor"]["ID"]
            if event["Type"] == "image" and name.startswith("sha256:"):
                continue  # told by its tag in an event of its own
            mine = self.stack.project in (facts.get("com.docker.compose.project"),
                                          facts.get("hosskeep.project"))
            # Volumes and networks have no labels in their events, and their names tell the project.
            mine = mine or (event["Type"] in ("volume", "network")
                            and event["Action"] in ("create", "destroy")
                            and event["Actor"]["ID"].startswith(self.stack.project + "_"))
            # The Engine also tells of a volume's creation when a container mounts one that exists.
            if event["Type"] == "volume" and name in self.volumes and event["Action"] == "create":
                continue
            if mine and not event["Action"].startswith(LOOKING):
                found.add(f"{event['Type']}:{name}")
        return found


def plan(run):
    """(names of the steps that would run, patterns of what they change)."""
    steps, patterns = [], []
    for line in run.out.splitlines():
        event = json.loads(line)
        if event["event"] not in ("plan", "plan-run"):
            continue
        patterns += event.get("changes") or []
        if event["event"] == "plan" and not event.get("skipped"):
            steps.append(event["name"])
    check(len(steps) > 10, run.report())
    return steps, patterns


def done(run):
    return [event["step"] for event in map(json.loads, run.out.splitlines())
            if event["event"] == "step"]


def covered(stack, item, patterns):
    kind, _, name = item.partition(":")
    for pattern in patterns:
        what, _, text = pattern.partition(":")
        if what == "service" and kind == "container":
            if fnmatch.fnmatchcase(name, f"*{stack.project}_{text}_1"):
                return True
        elif what == "folder" and kind == "file":
            if fnmatch.fnmatchcase(name, text) or fnmatch.fnmatchcase(name, text + "/*"):
                return True
        elif what == kind and fnmatch.fnmatchcase(name, text):
            return True
    return False


def told(stack, trace, patterns, parents=()):
    """All that was changed is named; a folder above something named need not be."""
    items = trace.engine | {"file:" + path for path in trace.files}
    lost = [item for item in sorted(items) if not covered(stack, item, patterns)
            and item[len("file:"):] not in parents]
    check(not lost, f"not named by the dry run: {lost[:20]}; named: {patterns}")
    return items


def dry(stack, folders, command, *args):
    with Trace(stack, *folders) as trace:
        run = stack.hosskeep(command, *args, "--dry-run", "--json").expect(0)
    same(sorted(trace.files), [], "files that a dry run changed")
    same(sorted(trace.engine), [], "objects of the Engine that a dry run changed")
    text = stack.hosskeep(command, *args, "--dry-run").expect(0).out
    steps, patterns = plan(run)
    for word in steps + patterns:
        check(word in text or "/backups/hoss-backup-" in word, f"{word} is not in the text\n{text}")
    return steps, patterns


def backup(stack):
    folders = (stack.backup_root, os.path.join(stack.dir, "init"), os.path.join(stack.hoss, "auth"),
               os.path.join(stack.hoss, "core"))
    steps, patterns = dry(stack, folders, "backup", "--set", "backup.keep=1")
    with Trace(stack, *folders) as trace:
        run = stack.backup("--json", "--set", "backup.keep=1").expect(0)
    same(done(run), steps, "steps")
    # The second of the archive's name is another one; the form is the same.
    patterns = [os.path.join(stack.backup_root, "backups", "hoss-backup-*").join(("file:", ""))
                if "/backups/hoss-backup-" in one else one for one in patterns]
    items = told(stack, trace, patterns)
    for word in ("ldap", "rabbitmq"):
        check(f"container:{stack.project}_{word}_1" in items, f"{word} was not paused")
    check(any(item.startswith("container:hosskeep-") for item in items), f"only {items}")


def restore(stack):
    archive = stack.take_archive()
    stack.reset()
    folders = (stack.dir,)
    steps, patterns = dry(stack, folders, "restore", archive)
    with Trace(stack, *folders) as trace:
        run = stack.restore(archive, "--json").expect(0)
    same(done(run), steps, "steps")
    items = told(stack, trace, patterns, parents=(stack.hoss, stack.backup_root))
    check(f"volume:{stack.project}_ldap-vol0" in items, f"only {items}")
    stack.wait()


with Stack("dry") as s:
    s.up().seed()
    s.backup().expect(0)
    cases.run("backup", backup, s)
    cases.run("restore", restore, s)
cases.end()
