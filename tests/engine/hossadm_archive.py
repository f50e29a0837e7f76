#!/usr/bin/python3
# ctest: timeout=600 lock=stack
"""An archive of the older tool, hossadm 0.2.3, restores: its owners are put back as constants, the
newest of its snapshots is taken, and what it never carried comes out as on a new server."""

import os

from lib import hossadm
from lib.cases import Cases, check, same
from lib.engine import STACK_FOLDER, call
from lib.round_trip import after_restore
from lib.stack import Stack, compare

TABLES = """
CREATE TABLE things AS SELECT i AS id, md5(i::text) AS text FROM generate_series(1, 5000) i;
CREATE TABLE "Größe" (a int, b text); INSERT INTO "Größe" VALUES (1, 'ä'), (2, NULL);
CREATE VIEW few AS SELECT * FROM things WHERE id < 10;
SELECT lo_from_bytea(99, 'large');
ALTER TABLE things OWNER TO hoss_core;
"""


def kept(facts):
    """What such an archive carries: no roles, no broker, no owners and times of volumes."""
    lines = []
    for line in facts:
        if line.startswith(("rabbitmq", "acme", 'postgres "cluster" role', "ldap-vol")):
            continue
        if line.startswith("auth "):
            line = line.split(" mode ")[0] + (" sha256 " + line.split(" sha256 ")[1][:64]
                                              if " sha256 " in line else "")
        lines.append(line)
    return lines


def owners(stack):
    found = stack.exec("auth", "find", "/secrets", "-printf", "%U:%G\\n").split()
    same(set(found), {"1001:1001"}, "owners in the auth volume")
    same(stack.exec("auth", "stat", "-c", "%a", "/secrets/private.pem").strip(), "600",
         "mode of private.pem")
    for path in ("/var/lib/ldap", "/etc/ldap/slapd.d"):
        found = stack.exec("ldap", "find", path, "-printf", "%U:%G\\n").split()
        same(set(found), {"911:911"}, f"owners in {path}")


def restored(stack, archive, before):
    run = stack.restore(archive)
    check(run.code in (0, 1), f"exit {run.code}\n{run.report()}")
    stack.wait()
    compare(kept(before), kept(stack.fingerprint()))
    owners(stack)
    after_restore(stack)


cases = Cases()
with Stack("old") as s:
    s.up()
    call([os.path.join(STACK_FOLDER, "seed"), "-c", s.hoss, "--project", s.project, "--only",
          "opensearch,ldap,auth,config"])
    s.search("/old-log", "DELETE")
    hossadm.add_snapshot(s)
    s.search("/objects-1/_update/o-000007?refresh=true", "POST", {"doc": {"size": 1}})
    hossadm.add_snapshot(s)
    s.sql(TABLES)
    s.sql("CREATE TABLE users AS SELECT 1 AS id", "hoss_auth")
    state = s.fingerprint()
    path = hossadm.make(s, s.base)
    cases.run("verify takes it", lambda: s.verify(path).expect(0))
    s.reset()
    cases.run("restore of the old archive", restored, s, path, state)
cases.end()
