"""peak.py FILE COMMAND...: runs the command, writes the peak memory (KiB) of its own process to
FILE, without what it starts itself, and passes its exit code on."""

import subprocess
import sys
import threading


def watch(pid, ended, peak):
    """The kernel keeps the high-water mark; it is gone with the process, so it is read often."""
    while not ended.wait(0.02):
        try:
            with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
                marks = [line.split()[1] for line in status if line.startswith("VmHWM:")]
        except OSError:
            return
        if marks:
            peak[0] = int(marks[0])


child = subprocess.Popen(sys.argv[2:])
over, highest = threading.Event(), [0]
watcher = threading.Thread(target=watch, args=(child.pid, over, highest))
watcher.start()
code = child.wait()
over.set()
watcher.join()
with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write(f"{highest[0]}\n")
sys.exit(code if code >= 0 else 128 - code)
