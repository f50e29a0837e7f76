#!/usr/bin/python3
# ctest: timeout=1500 lock=stack
"""Those of hossadm's 13 faults that show at a restore; each test was seen red without its fix."""

import os
import signal

from lib import engine, scripts
from lib.cases import Cases, check, same
from lib.faults import fault, seen_red
from lib.leftovers import Watch
from lib.stack import Stack, compare

cases = Cases()


class Site:
    """A wiped server and the archive that it had."""

    def __init__(self, stack):
        self.stack = stack
        self.base = stack.base
        self.uid = stack.uid
        stack.up().seed()
        # A green node: no index wants a replica that a single node cannot have.
        for index in ("metadata-index", "empty-index", "old-log"):
            stack.search(f"/{index}/_settings", "PUT", {"index.number_of_replicas": 0})
        check(stack.search("/_cluster/health")["status"] == "green", "the node is not green")
        self.before = stack.fingerprint()
        stack.backup().expect(0)
        self.archive = stack.take_archive()
        self.wipe()

    def wipe(self):
        """As `make reset`; and what a restore that failed keeps is removed."""
        self.stack.stack("reset", "--port", str(self.stack.port))
        for name in os.listdir(self.stack.hoss):
            if "before-restore" in name or name.startswith(".hosskeep"):
                engine.call(["rm", "-rf", os.path.join(self.stack.hoss, name)])
        init = os.path.join(self.stack.dir, "init")
        for name in os.listdir(init):
            if name != "create-databases.sh":
                os.remove(os.path.join(init, name))
        root = self.stack.backup_root
        engine.call(["sh", "-c", 'rm -rf "$1"/.db/* "$1"/.opensearch/*', "-", root])

    def restore(self, *args, **more):
        return self.stack.restore(self.archive, *args, **more)


def wiped(assertion):
    """The assertion on a site that is wiped afterwards, whatever it did."""
    def run(site, folder):
        try:
            assertion(site, folder)
        finally:
            site.wipe()
    return run


def damage(site, folder, step, text):
    """Scripts that damage something right after a step."""
    return scripts.drop_in(site.stack, "restore", f"""
p:insert_after("{step}", {{ name = "test-damages", title = "damage", run = function(ctx)
{text}
end }})""", folder)


@wiped
def fault_1_database_not_checked(site, folder):
    """A dump that cannot be restored: exit 10, and the reason; never success."""
    dump = os.path.join(site.stack.backup_root, ".db/restore/postgres-hoss_auth-backup.dump")
    given = damage(site, folder, "unpack", f'fs.write("{dump}", "PGDMP and nothing else", '
                   '{ mode = 420 })')
    run = site.restore(scripts=given)
    run.expect(10, "wait-databases")


@wiped
def fault_1_index_not_waited_for(site, folder):
    """A snapshot with a file missing: exit 10; never success."""
    root = os.path.join(site.stack.backup_root, ".opensearch")
    given = damage(site, folder, "unpack", f"""
    process.run {{ "sh", "-c", "rm '{root}'/restore-*/indices/*/*/__*" }}""")
    site.restore(scripts=given).expect(10, "restore-index")


@wiped
def fault_1_refusal_is_no_success(site, folder):
    """A refusal does not exit with 0."""
    stack = site.stack
    with open(os.path.join(stack.hoss, ".env"), "w", encoding="utf-8") as file:
        file.write("UID=0\n")
    site.restore(scripts=folder).expect(4)


@wiped
def fault_2_version_too_late(site, folder):
    """Another version is refused before anything is changed."""
    watch = Watch(site.stack)
    given = scripts.failing(site.stack, "restore", "make-volumes", folder)
    site.restore("--set", "server.version=9.9.9", scripts=given).expect(7)
    watch.check()


@wiped
def fault_2_archive_looked_at_late(site, folder):
    """A damaged archive is refused before anything is changed."""
    bad = os.path.join(site.base, "bad.tar.gz")
    with open(site.archive, "rb") as file:
        data = file.read()
    with open(bad, "wb") as file:
        file.write(data[:-1000])
    watch = Watch(site.stack)
    given = scripts.failing(site.stack, "restore", "make-volumes", folder)
    site.stack.restore(bad, scripts=given).expect(6)
    watch.check()


@wiped
def fault_2_no_rollback(site, folder):
    """A restore that fails before the server is started leaves things as they were."""
    watch = Watch(site.stack)
    given = scripts.failing(site.stack, "restore", "write-env", folder)
    site.restore(scripts=given).expect(10)
    watch.check()


@wiped
def fault_3_and_9(site, folder):
    """Success with an extra role and a green node; no script and no dump stay behind."""
    stack = site.stack
    site.restore("--set", "start.timeout=100", scripts=folder).expect(0)
    same(sorted(os.listdir(os.path.join(stack.dir, "init"))), ["create-databases.sh"], "init")
    same(os.listdir(os.path.join(stack.backup_root, ".db")), [], "content of .db")
    stack.wait()
    same(stack.search("/_cluster/health")["status"], "green", "status")
    compare(site.before, stack.fingerprint())


@wiped
def fault_12_owners_lost(site, folder):
    """Owners are those of the archive, not constants."""
    stack = site.stack
    given, mark = scripts.stopping(stack, "restore", "unpack", folder)
    run = stack.start("restore", site.archive, "--start", "true", scripts=given)
    scripts.wait_for("step unpack", lambda: os.path.exists(mark), run)
    try:
        top = engine.docker("volume", "inspect", "-f", "{{.Mountpoint}}",
                            f"{stack.project}_auth-secrets").strip()
        about = os.lstat(os.path.join(top, "empty"))
        same((about.st_uid, about.st_gid), (70, 2000), "owner of auth's file `empty`")
    finally:
        run.kill(signal.SIGINT)
        run.wait(60)


SENTINEL = ("hosskeep/postgres_restore.lua",
            '[ -e "$data/@FAILED@" ] && { cat "$data/@FAILED@"; exit 3; }\n        exit 4\n',
            "exit 0\n")
COMPARE = [("hosskeep/compare.lua", "function m.run(ctx)\n",
            "function m.run(ctx)\n    do return end\n")]


def all_of_them(s):
    fault(cases, s, "1: the database's restore is not checked", fault_1_database_not_checked,
          SENTINEL, *COMPARE)
    fault(cases, s, "1: the index restore is only accepted", fault_1_index_not_waited_for,
          ("hosskeep/opensearch_restore.lua", "_restore?wait_for_completion=true", "_restore"),
          ("hosskeep/opensearch_restore.lua", "            check(answer)\n", ""),
          ("hosskeep/opensearch_restore.lua", "    close_again(ctx)\n    m.wait_ready(ctx)\n",
           ""),
          *COMPARE)
    fault(cases, s, "1: a refusal exits with 0", fault_1_refusal_is_no_success,
          ("hosskeep/live.lua", 'failure.raise(4, "a server lives here',
           'failure.raise(0, "a server lives here'))
    fault(cases, s, "2: the version is compared too late", fault_2_version_too_late,
          ("hosskeep/restore_version.lua",
           'return compare(ctx, { version = set }, "server.version")', "return nil"))
    fault(cases, s, "2: the archive is looked at too late", fault_2_archive_looked_at_late,
          ("restore.lua", "        source.verify(ctx)\n", "        try(source.verify, ctx)\n"))
    fault(cases, s, "2: no rollback", fault_2_no_rollback,
          ("restore.lua", "function() fs.remove(ctx.places.env) end", "function() end"))
    fault(cases, s, "12: owners are lost", fault_12_owners_lost,
          ("hosskeep/unpack.lua", "options.uid, options.gid, options.modes = owner.uid, owner.gid",
           "options.uid, options.gid, options.modes = owner.uid or 1001, owner.gid or 1001"))
    cases.run("3, 9: an extra role, nothing stays, a green node", fault_3_and_9, s, None)
    cases.run("3: the script stays [fix taken out]", seen_red, s, fault_3_and_9, [
        ("hosskeep/postgres_restore.lua",
         '{ user = "0" })\n    fs.remove(m.script_path(ctx))', '{ user = "0" })')])
    cases.run("3: a role is missing [fix taken out]", seen_red, s, fault_3_and_9, [
        ("hosskeep/postgres_restore.lua", 'if [ -e "$dumps/globals.sql" ]; then',
         "if false; then")])
    cases.run("9: only yellow will do [fix taken out]", seen_red, s, fault_3_and_9, [
        ("hosskeep/opensearch_restore.lua", 'if health == "yellow" or health == "green" then',
         'if health == "yellow" then')])


with Stack("faultsr", services="opensearch db auth core traefik") as server:
    place = Site(server)
    check(place.before, "no fingerprint")
    all_of_them(place)
cases.end()
