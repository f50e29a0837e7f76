#!/usr/bin/python3
# ctest: timeout=1800 lock=stack
"""The archive of a real server: 1,000 flipped bits and 1,000 cuts, and verify finds each.

    damage_stack.py [COUNT]     so many of each

A flip that is accepted must decode to the same bytes by gzip itself; how many these were is told.
"""

import os
import re
import subprocess
import sys
import time

from lib import engine
from lib.cases import check
from lib.run import program
from lib.stack import Stack

DAMAGE = os.path.join(engine.ROOT, "tests", "hostile", "damage.py")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with Stack("damage") as stack:
        stack.up().seed()
        stack.backup().expect(0)
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-B", DAMAGE, stack.archives()[-1], str(count)], check=False,
            capture_output=True, text=True, env={**os.environ, "HOSSKEEP": program()})
    print(f"{done.stdout}{done.stderr}{time.monotonic() - began:.0f} s", flush=True)
    check(done.returncode == 0, "damage went unseen")
    told = re.search(r"(\d+) flips found, (\d+) decode .*; (\d+) cuts; 0 unseen", done.stdout)
    check(told and int(told[1]) + int(told[2]) >= count and int(told[3]) >= count,
          "fewer were tried than asked for")


if __name__ == "__main__":
    main()
