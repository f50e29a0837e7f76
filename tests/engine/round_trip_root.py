#!/usr/bin/python3
# ctest: timeout=600 lock=stack
"""A seeded stack, backed up, wiped and restored as root: the fingerprints are the same."""

from lib.cases import Cases
from lib.round_trip import whole
from lib.stack import Stack

cases = Cases()
with Stack("root", real_log=True) as s:
    whole(cases, s)
cases.end()
