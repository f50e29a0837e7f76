"""peak.py FILE COMMAND...: runs the command, writes its peak memory (KiB) to FILE, passes its
exit code on."""

import os
import resource
import subprocess
import sys

done = subprocess.run(sys.argv[2:])
with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}\n")
sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)
