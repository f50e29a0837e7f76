"""hosskeep restore rejects every hostile archive with exit 6, before anything is asked or written.

    restore.py [WORD...]        only the cases whose class or form has one of the words

The target is a configuration folder without a server. A listener stands where the Engine would be
and counts who calls; each run is watched by strace. At least 60 cases of classes with three forms
or more have to be among them. Exit: 0, or 1 when a case went wrong.
"""
import collections
import concurrent.futures
import os
import socket
import sys
import tempfile
import threading

import forge
import run


class Listener:
    """An Engine that nobody may call: it counts connections and closes them."""

    def __init__(self, path):
        self.calls = 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            caller, _ = self.socket.accept()
            self.calls += 1
            caller.close()


def tree(top):
    """{path: (mode, size, time, content)} of all that lies below."""
    found = {}
    for folder, names, files in os.walk(top):
        for name in names + files:
            path = os.path.join(folder, name)
            what = os.lstat(path)
            content = open(path, "rb").read() if name in files else b""
            found[path] = (what.st_mode, what.st_size, what.st_mtime_ns, content)
    return found


def target(folder):
    """A configuration folder as `make reset` leaves it, and the folders around it."""
    for name in ("home", "hoss/core", "hoss/backup/backups", "hoss/data"):
        os.makedirs(os.path.join(folder, name))
    with open(os.path.join(folder, "hoss/core/config.yaml"), "w", encoding="ascii") as file:
        file.write("namespaces: []\n")


def arguments(folder):
    return ["restore", "--quiet", "--yes", "-c", os.path.join(folder, "hoss"), "--project",
            "hossile", "--set", "endpoint.timeout=1", "--start", "touch " + folder + "/started"]


def accepted(folder, archives, listener):
    """The control: a good archive comes as far as the Engine, and the watch sees that."""
    done, wrote = run.watched(archives, 0, forge.with_good(), arguments(folder))
    bad = []
    if done.returncode == 6 or not listener.calls:
        bad.append("control: a good archive, exit %d, %d calls: %r"
                   % (done.returncode, listener.calls, done.stderr))
    if not any("connect(" in line for line in wrote):
        bad.append("control: strace has seen no connect()")
    return bad


def enough(cases):
    forms = collections.Counter(case[0] for case in cases)
    few = [kind for kind, count in forms.items() if count < 3]
    if few or len(cases) < 60:
        return ["%d cases; fewer than three forms: %s" % (len(cases), few)]
    return []


def main(words):
    cases = run.chosen(run.CASES, words)
    bad = [] if words else enough(cases)
    with tempfile.TemporaryDirectory() as top:
        folder, archives = os.path.join(top, "target"), os.path.join(top, "archives")
        os.mkdir(archives)
        target(folder)
        sock = os.path.join(top, "engine.sock")
        listener = Listener(sock)
        os.environ.update(DOCKER_HOST="unix://" + sock, HOME=os.path.join(folder, "home"))
        before = tree(folder)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(run.problems, archives, i, case, 6, arguments(folder))
                    for i, case in enumerate(cases)]
            for job in jobs:
                bad += job.result()
        if listener.calls:
            bad.append("the Engine was called %d times" % listener.calls)
        if tree(folder) != before:
            bad.append("the target has changed: %s" % sorted(set(tree(folder)) ^ set(before)))
        left = sorted(os.listdir(archives) + os.listdir(top))
        if left != ["archives", "engine.sock", "target"]:
            bad.append("left behind: %s" % left)
        bad += accepted(folder, archives, listener)
    for one in bad:
        print(one)
    print("%d hostile archives of %d classes restored, %d problems"
          % (len(cases), len({case[0] for case in cases}), len(bad)))
    return 1 if bad or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
