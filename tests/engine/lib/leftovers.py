"""What a run of hosskeep leaves on the Engine and in the folders, beyond what it found."""

import os

from . import engine
from .engine import Failure

# Stays for ever and is harmless.
LASTING = ("/.hosskeep.lock",)


def engine_state(project):
    """Names of containers, volumes and images that are the project's or hosskeep's for it.

    Other stacks on the same Engine do not count: hosskeep labels what it makes with the project.
    HOSSKEEP_ALONE=1 says that there are none: then everything counts, labelled or not.
    """
    alone = os.environ.get("HOSSKEEP_ALONE") == "1"
    ours = (f"hosskeep.project={project}", f"com.docker.compose.project={project}")
    found = set()
    for line in engine.lines("ps", "-a", "--format", "{{.Names}}\t{{.State}}\t{{.Labels}}"):
        name, state, labels = line.split("\t")
        if alone or set(ours) & set(labels.split(",")):
            found.add(f"container {name} {state}")
    for line in engine.lines("volume", "ls", "--format", "{{.Name}}\t{{.Labels}}"):
        name, _, labels = line.partition("\t")
        if alone or name.startswith(project + "_") or set(ours) & set(labels.split(",")):
            found.add(f"volume {name}")
    choice = [] if alone else ["--filter", f"label={ours[0]}"]
    for line in engine.lines("images", "-a", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}",
                             *choice):
        found.add(f"image {line}")
    return found


def folder_state(*folders, skip=()):
    """Every path below the folders, but not what lies in `skip` (relative to each folder)."""
    found = set()
    for top in folders:
        for folder, names, files in os.walk(top):
            here = os.path.relpath(folder, top)
            names[:] = [n for n in names if os.path.normpath(os.path.join(here, n)) not in skip]
            for name in names + files:
                found.add(os.path.normpath(os.path.join(top, here, name)))
    return found


class Watch:
    """Remembers the state; check() raises on anything that came or went since."""

    # Data of running services, and the index snapshot that the next backup builds upon.
    SKIP = ("data", "backup/.opensearch/hosskeep", ".opensearch/hosskeep")

    def __init__(self, stack):
        self.stack = stack
        self.engine = engine_state(stack.project)
        self.files = self._files()

    def _files(self):
        return {path for path in folder_state(self.stack.hoss, self.stack.backup_root,
                                              os.path.join(self.stack.dir, "init"),
                                              self.stack.home, skip=self.SKIP)
                if not path.endswith(LASTING)}

    def check(self, archives=0, allowed=()):
        """archives: how many new archives may be there, each with its manifest."""
        now, files = engine_state(self.stack.project), self._files()
        came = sorted(now - self.engine)
        gone = sorted(self.engine - now)
        new = sorted(files - self.files)
        new_archives = [p for p in new if p.endswith((".tar.gz", ".tar.zst"))]
        beside = [p for p in new if p.endswith(".manifest.json")]
        rest = [p for p in new if p not in new_archives and p not in beside
                and not any(word in p for word in allowed)]
        lost = sorted(self.files - files)
        problems = [f"left over: {x}" for x in came + rest]
        problems += [f"gone: {x}" for x in gone + lost]
        if len(new_archives) != archives:
            problems.append(f"{len(new_archives)} new archives instead of {archives}")
        if len(beside) > archives:
            problems.append(f"manifests without an archive: {beside}")
        if problems:
            raise Failure("; ".join(problems))
