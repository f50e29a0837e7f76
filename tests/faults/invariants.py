"""What must hold after every run, whatever was done to it: the notes' I1 to I10."""

import os
import re
import stat
import subprocess
import time

import engine_api as engine
from fixture import SECRETS, digest

CODES = {"backup": {0, 1, 2, 3, 4, 5, 6}, "restore": {0, 1, 2, 3, 4, 6, 7, 9, 10}}
CODES["replace"] = CODES["restore"]
KILLED = 137
WARNING = "hosskeep: warning: "
ARCHIVE = re.compile(r"/hoss-backup-[^/]*\.tar\.(gz|zst)$")
BESIDE = re.compile(r"/hoss-backup-[^/]*\.manifest\.json$")
LASTING = (".hosskeep.lock",)
OURS = re.compile(r"pg_dump|pg_restore|psql|slapcat|HK_|hosskeep|rabbitmqctl")


class State:
    """What is there at a moment: files, archives, containers, volumes, images."""

    def __init__(self, fixture):
        self.files = {path: what for path, what in fixture.files().items()
                      if os.path.basename(path) not in LASTING}
        self.archives = {path: digest(path) for path in self.files if ARCHIVE.search(path)}
        self.states = fixture.states()
        self.things = things(fixture)


def things(fixture):
    """Names of what hosskeep made on the Engine for this project, and the project's volumes."""
    label = {"label": [f"hosskeep.project={fixture.project}"]}
    found = {"helper " + c["Names"][0] for c in engine.must(
        "GET", "/containers/json", all="1", filters=label)}
    found |= {"image " + i["Id"] for i in engine.must("GET", "/images/json", filters=label)}
    if fixture.search_port:
        found |= {"repository " + name for name in fixture.repositories()}
        top = os.path.join(fixture.root, ".opensearch")
        found |= {"folder " + name for name in (os.listdir(top) if os.path.isdir(top) else [])
                  if name.startswith("restore-")}
    volumes = engine.must("GET", "/volumes", filters={"name": [fixture.project + "_"]})
    return found | {"volume " + v["Name"] for v in volumes["Volumes"] or []}


def processes(fixture):
    """What hosskeep started inside the containers and still runs there."""
    found = []
    for name, state in fixture.states().items():
        if state == "running":
            # The Engine looks for the column of process ids.
            status, answer = engine.ask("GET", f"/containers/{name}/top", ps_args="-eo pid,args")
            if status == 200:
                found += [f"{name}: {row[1][:80]}" for row in answer["Processes"]
                          if OURS.search(row[1]) and not row[1].startswith("postgres:")]
            elif status != 409:  # 409: it has just ended
                found.append(f"{name}: its processes cannot be listed: {answer}")
    return found


def check_output(procedure, run, kind, mute=False):
    """Exit code and messages (I5, I9, I10). mute: the fault lets nothing be written to stderr. A
    signal that comes before anything is set up ends the program in silence."""
    problems = []
    killed = run.code == KILLED and kind == "kill"
    allowed = CODES[procedure] | ({KILLED} if kind == "kill" else set())
    if kind == "signal":
        allowed = {129, 130, 143, 0, 1}  # 1: while cleaning up behind the last step
    if kind == "limit":
        allowed = allowed | {127}  # the loader's own, before main
    if run.code == "hangs":
        problems.append("it does not end")
    elif run.code not in allowed:
        problems.append(f"exit {run.code} is not one of {sorted(allowed)}")
    lines = run.err.splitlines()
    early = run.code in (129, 130, 143) and run.step() == "begin" and not run.err
    if not killed and not mute and not early and run.code not in (0, 1, 127):
        errors = [x for x in lines if not x.startswith(WARNING)]
        if len(errors) != 1 or not errors[0].startswith("hosskeep: "):
            problems.append(f"{len(errors)} error lines on stderr instead of one")
    if re.search(r"stack traceback|\.lua:\d+:|nil value|assertion", run.err):
        problems.append("stderr looks like a bug")
    for secret in SECRETS:
        if secret in run.out or secret in run.err:
            problems.append("a secret was printed")
    return problems


def check_archives(program, before, after):
    """Every final name is whole, older ones are as they were (I1, I2, I4)."""
    problems = []
    for path, known in before.archives.items():
        if after.archives.get(path) != known:
            problems.append(f"older archive {os.path.basename(path)} changed or went")
    for path in sorted(set(after.archives) - set(before.archives)):
        done = subprocess.run([program, "verify", path], capture_output=True, check=False,
                              timeout=120)
        if done.returncode != 0:
            problems.append(f"{os.path.basename(path)}: verify says {done.stderr.decode()[-300:]}")
        if stat.S_IMODE(os.lstat(path).st_mode) != 0o600:
            problems.append(f"{os.path.basename(path)}: mode is not 0600")
    return problems


def empty_folder(path, after):
    """Folders that were made ready and hold nothing change nothing."""
    below = [x for x in after.files if x.startswith(path + "/")]
    return stat.S_ISDIR(after.files[path][0]) and all(
        stat.S_ISDIR(after.files[x][0]) for x in below)


def differences(before, after, skip=None):
    """Files that came, went or changed, new archives and their manifests apart."""
    problems = []
    for path in sorted(set(after.files) - set(before.files)):
        if BESIDE.search(path):
            if not any(path.replace(".manifest.json", x) in after.files
                       for x in (".tar.gz", ".tar.zst")):
                problems.append(f"manifest without an archive: {path}")
        elif not ARCHIVE.search(path) and not (skip and skip.search(path)) \
                and not empty_folder(path, after):
            problems.append(f"left over: {path}")
    for path, what in before.files.items():
        if path not in after.files:
            problems.append(f"gone: {path}")
        elif after.files[path] != what and not (skip and skip.search(path)):
            problems.append(f"changed: {path}")
    return problems


TOLD = re.compile(r"\.hosskeep-journal$|\.tmp$")
TOLD_DUMPS = re.compile(r"\.hosskeep-journal$|/\.db/hosskeep-dumps")


def check_backup_left(fixture, before, after, warned=False):
    """Nothing is left over, the server is as it was (I3, I4, I7). warned: the run has said that it
    could not clean up; then helper and image may be there, and are in the journal."""
    problems = differences(before, after, TOLD if warned else None)
    if not warned:
        problems += [f"left over: {x}" for x in sorted(after.things - before.things)]
    problems += [f"gone: {x}" for x in sorted(before.things - after.things)]
    if after.states != before.states:
        problems.append(f"containers are {after.states} instead of {before.states}")
    problems += [f"still runs in {x}" for x in processes(fixture)]
    return problems + ([] if warned else check_snapshots(fixture))


def check_snapshots(fixture):
    """In hosskeep's repository there is one whole snapshot, and no other."""
    found = fixture.snapshots() if fixture.search_port else []
    wrong = len(found) > 1 or any(not x.endswith(" SUCCESS") for x in found)
    return [f"snapshots: {found}"] if wrong else []


def running_again(fixture, before, seconds):
    """After kill -9: every container runs within so many seconds."""
    end = time.monotonic() + seconds
    while True:
        now = fixture.states()
        if now == before.states:
            return []
        if time.monotonic() > end:
            return [f"after {seconds:.0f} s containers are {now}"]
        time.sleep(0.1)
