"""Backup, `make reset`, restore, and the whole state compared; for several kinds of stack."""

import os
import stat

from .cases import check, same
from .leftovers import Watch
from .stack import compare

MEGABYTE = 1 << 20


def folder_is_empty(path):
    same(sorted(os.listdir(path)), [], f"content of {path}")


def check_archive(stack, run):
    """The archive that a successful backup told: its mode, and the last line on stdout."""
    path = stack.archives()[-1]
    same(run.out.rstrip("\n").split("\n")[-1], path, "last line on stdout")
    same(stat.S_IMODE(os.stat(path).st_mode), 0o600, f"mode of {path}")
    same(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700, "mode of backups/")
    return path


def backup(stack, *args):
    """A backup of a running stack that changes nothing and leaves nothing; the archive's copy."""
    before, states, watch = stack.fingerprint(), stack.states(), Watch(stack)
    run = stack.backup(*args).expect(0)
    print(f"      backup {run.seconds:.1f} s, peak {run.peak / MEGABYTE:.1f} MiB", flush=True)
    check_archive(stack, run)
    watch.check(archives=1)
    same(stack.states(), states, "states of the containers")
    for name in (".db", ".current"):
        folder_is_empty(os.path.join(stack.backup_root, name))
    compare(before, stack.fingerprint())
    archive = stack.take_archive()
    stack.verify(archive).expect(0)
    return archive, before


def restore(stack, archive, before, code=0, leave_out=()):
    """Restore into an empty place; everything is as before and nothing is left."""
    run = stack.restore(archive).expect(code)
    print(f"      restore {run.seconds:.1f} s, peak {run.peak / MEGABYTE:.1f} MiB", flush=True)
    stack.wait()
    compare(before, stack.fingerprint(), leave_out)
    after_restore(stack)
    return run


def after_restore(stack):
    """Nothing that was for the restore only is left."""
    same(os.listdir(os.path.join(stack.dir, "init")), ["create-databases.sh"], "init scripts")
    for name in (".db", ".current"):
        folder = os.path.join(stack.backup_root, name)
        if os.path.isdir(folder):
            folder_is_empty(folder)
    if stack.container("rabbitmq"):
        names = stack.exec("rabbitmq", "ls", "/var/lib/rabbitmq/mnesia").split()
        same([n for n in names if n.endswith("-rename") or n.count("@") != 1], [], "mnesia")
        same(len({n.split("-")[0].split(".pid")[0] for n in names}), 1, f"nodes in {names}")
    odd = [name for name in os.listdir(stack.hoss) + os.listdir(stack.backup_root)
           if "hosskeep" in name and name != ".hosskeep.lock"]
    same(odd, [], "files of hosskeep's own")
    for service, state in stack.states().items():
        same(state, "running", f"state of {service}")
        check(not service.startswith("hosskeep"), f"helper {service} is left")


def whole(cases, stack, size="light"):
    """The cases of one stack from seed to restore."""
    stack.up().seed(size)
    made = cases.run("backup changes and leaves nothing", backup, stack)
    if made:
        archive, before = made
        stack.reset()
        if not cases.run("restore brings everything back", restore, stack, archive, before):
            return
        cases.run("a second backup of the restored server is like the first", backup, stack)
