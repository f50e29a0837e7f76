#!/usr/bin/python3
# ctest: timeout=600 lock=stack
"""A server without ldap, auth and rabbitmq (the second of a two-server layout)."""

from lib.cases import Cases
from lib.round_trip import whole
from lib.stack import Stack

cases = Cases()
with Stack("two", services="opensearch db core traefik") as s:
    whole(cases, s)
cases.end()
