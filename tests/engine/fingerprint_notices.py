#!/usr/bin/python3
# ctest: timeout=300 lock=stack
"""The fingerprint notices one changed row, mode, owner and message, each in exactly its line."""

import json

from lib.cases import Cases, check, same
from lib.stack import Stack

cases = Cases()


def changed(before, after):
    """(lines that went, lines that came)."""
    return sorted(set(before) - set(after)), sorted(set(after) - set(before))


def notices(stack, state, only, change, *starts):
    """Makes the change; exactly the lines that begin so must change, one each."""
    before = state.get(only) or stack.fingerprint(only)
    change()
    after = stack.fingerprint(only)
    state[only] = after
    gone, came = changed(before, after)
    same(len(gone), len(starts), f"lines gone {gone}, came {came}")
    for line, start in zip(gone, sorted(starts)):
        check(line.startswith(start), f"changed is {line!r}, not {start!r}")
    return came


def publish(stack):
    """Through the management API; user and password of the stack's own .env."""
    body = {"properties": {"delivery_mode": 2}, "routing_key": "sync", "payload": "one more",
            "payload_encoding": "string"}
    stack.exec("rabbitmq", "curl", "-sf", "-u", "hoss:rabbit-pass-3Lm", "-d", json.dumps(body),
               "http://localhost:15672/api/exchanges/%2F/amq.default/publish")


def set_bit(stack, path, command):
    stack.exec("auth", "sh", "-c", f"cd /secrets && {command} '{path}'")


with Stack("notices", services="db opensearch rabbitmq auth") as s:
    s.up().seed()
    first = s.fingerprint()
    with cases.case("two prints of the same state are the same"):
        same(changed(first, s.fingerprint()), ([], []), "differences")
    known = {}
    cases.run("one row", notices, s, known, "postgres", lambda: s.sql(
        "UPDATE namespaces SET share = 1.23 WHERE id = 77"),
        'postgres "hoss_core" rows _ public.namespaces')
    cases.run("one sequence", notices, s, known, "postgres", lambda: s.sql(
        "SELECT nextval('users_id_seq')", "hoss_auth"),
        'postgres "hoss_auth" value _ public.users_id_seq')
    cases.run("one large object", notices, s, known, "postgres", lambda: s.sql(
        "SELECT lo_put(424201, 0, 'x')"), 'postgres "hoss_core" large object _ 424201')
    cases.run("one password", notices, s, known, "postgres", lambda: s.sql(
        "ALTER ROLE replica PASSWORD 'y'"), 'postgres "cluster" role _ replica')
    cases.run("one grant on a database", notices, s, known, "postgres", lambda: s.sql(
        "GRANT CREATE ON DATABASE hoss_auth TO auditors"),
        'postgres "cluster" database _ hoss_auth')
    cases.run("one owner of a table", notices, s, known, "postgres", lambda: s.sql(
        'ALTER TABLE parents OWNER TO analysts'),
        'postgres "hoss_core" relation _ public.parents')
    cases.run("one file's mode", notices, s, known, "files", lambda: set_bit(
        s, "with space", "chmod 641"), 'auth "./hard three"', 'auth "./sub/hard"',
        'auth "./with space"')
    cases.run("one file's owner", notices, s, known, "files", lambda: set_bit(
        s, "empty", "chown 71"), 'auth "./empty"')
    cases.run("one file's byte", notices, s, known, "files", lambda: set_bit(
        s, "big-01", "t=$(stat -c @%Y big-01); printf x | dd of=big-01 conv=notrunc status=none"
        "; touch -d $t"), 'auth "./big-01"')
    cases.run("one document", notices, s, known, "opensearch", lambda: s.search(
        "/objects-1/_update/o-000007", "POST", {"doc": {"size": 1}}),
        "opensearch objects-1 documents 2500 ")
    cases.run("an index opened", notices, s, known, "opensearch", lambda: s.search(
        "/old-log/_open", "POST"), "opensearch old-log state close")
    new = cases.run("one message", notices, s, known, "rabbitmq", lambda: publish(s),
                    'rabbitmq queue ["/", "sync"] has 61')
    with cases.case("one message has one line more"):
        same([line[:47] for line in new or []], [
            'rabbitmq queue ["/", "sync"] has 62 messages',
            'rabbitmq queue ["/", "sync"] message 00061 {"ex'], "lines that came")
cases.end()
