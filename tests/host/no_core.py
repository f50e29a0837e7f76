#!/usr/bin/env python3
"""no_core.py HOSSKEEP: a hosskeep that dies leaves no core file, and its memory is nobody's.

The passwords of `.env` are in it. Exit 0 when all holds, 1 otherwise.
"""
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

OTHER = 65534


def started(argv, folder):
    """A process of another user that may write cores of any size, once it has said something."""
    def prepare():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
    made = subprocess.Popen(argv, cwd=folder, stdout=subprocess.PIPE, preexec_fn=prepare,
                            user=OTHER, group=OTHER, extra_groups=[], env={"HOME": folder})
    made.stdout.readline()
    return made


def died(process):
    """Kills it as a fault in its code would. Returns whether its memory was dumped."""
    process.send_signal(signal.SIGSEGV)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = 0
    if not os.WIFSIGNALED(status):
        sys.exit(f"it did not die of the signal: {status}")
    return os.WCOREDUMP(status)


def main():
    folder = tempfile.mkdtemp(prefix="hk-core-")
    bad = []
    try:
        os.chown(folder, OTHER, OTHER)
        program = shutil.copy(sys.argv[1], folder)
        os.chmod(program, 0o755)
        ours = started([program, "-e", "print 'here' io.flush() time.sleep(60)"], folder)
        # The kernel gives the files of a process to root when its memory is not to be dumped.
        if os.stat(f"/proc/{ours.pid}/environ").st_uid != 0:
            bad.append("its user may look into its memory")
        if died(ours):
            bad.append("its memory was dumped")
        found = [name for name in os.listdir(folder) if "core" in name]
        if found:
            bad.append(f"there is {found}")
        control = started(["sh", "-c", "echo here; exec sleep 60"], folder)
        if os.stat(f"/proc/{control.pid}/environ").st_uid != OTHER:
            bad.append("the control shows nothing: another program is not dumped either")
        control.kill()
        control.wait()
    finally:
        shutil.rmtree(folder)
    print("\n".join(bad) or "no core, and no look into it")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
