#!/usr/bin/python3
# ctest: timeout=300 lock=stack
"""Counting the directory's entries does not keep a slapd that is just starting from its start."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "faults")]

from lib import engine  # noqa: E402
from lib.cases import Cases, check, same  # noqa: E402
from lib.run import program  # noqa: E402
from fixture import IMAGE, Fixture  # noqa: E402

ROUNDS = 100
# $1: what counts. Prints how often slapd had ended by itself, and each count that is another.
SCRIPT = fr"""
dead=0
for round in $(seq 1 {ROUNDS}); do
    slapd -h ldapi://%2Ftmp%2Fsocket -u openldap -g openldap -F /etc/ldap/slapd.d -d none \
        2>/dev/null &
    slapd=$!
    sh -c "$1" >/tmp/one & one=$!
    sh -c "$1" >/tmp/two & two=$!
    sleep 0.0$((RANDOM % 9 + 1))
    wait $one $two
    for count in $(cat /tmp/one /tmp/two); do [ "$count" = 2 ] || echo "counted $count"; done
    kill -0 $slapd 2>/dev/null || dead=$((dead + 1))
    kill -9 $slapd 2>/dev/null
    wait $slapd 2>/dev/null
done
echo "dead $dead"
"""


def starts(fixture, count):
    """What is printed when slapd starts so often beside two counts."""
    mounts = [f"{fixture.project}_ldap-vol0:/var/lib/ldap",
              f"{fixture.project}_ldap-vol1:/etc/ldap/slapd.d"]
    return engine.docker("run", "--rm", "--network", "none", "-v", mounts[0], "-v", mounts[1],
                         "--entrypoint", "bash", IMAGE, "-c", SCRIPT, "bash", count, timeout=200)


def unharmed(fixture):
    done = subprocess.run([program(), "-e", "print(require('hosskeep.ldap').COUNT)"],
                          capture_output=True, text=True, check=True)
    check("slapcat" in done.stdout, done.stdout)
    same(starts(fixture, done.stdout).strip(), "dead 0", "slapd beside counts")


if __name__ == "__main__":
    engine.ensure()
    cases = Cases()
    with Fixture(f"hossfault{os.getpid()}l", 1, ("ldap",)) as small:
        engine.docker("stop", "-t", "0", small.name("ldap"))
        cases.run(f"slapd starts {ROUNDS} times while its entries are counted", unharmed, small)
    cases.end()
