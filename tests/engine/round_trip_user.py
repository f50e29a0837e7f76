#!/usr/bin/python3
# ctest: timeout=600 lock=stack
"""The same as a user who is only in group docker: uid 1234, UID=1234 in .env, no root, no sudo."""

from lib.cases import Cases
from lib.engine import UID
from lib.round_trip import whole
from lib.stack import Stack

cases = Cases()
with Stack("user", uid=UID) as s:
    whole(cases, s)
cases.end()
