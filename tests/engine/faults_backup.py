#!/usr/bin/python3
# ctest: timeout=900 lock=stack
"""Those of hossadm's 13 faults that show at a backup; each test was seen red without its fix."""

import os
import shutil
import signal
import tarfile
import time
import zlib

from lib import engine, scripts
from lib.cases import Cases, check, same
from lib.engine import docker
from lib.faults import fault
from lib.leftovers import Watch
from lib.stack import Stack
from lib.watching import Argv

cases = Cases()
NUMBERS = 3000000  # lines of text, 23 MB


def names_in(archive):
    with tarfile.open(archive, "r:gz", errors="surrogateescape") as tar:
        return tar.getnames()


def fault_4_leftover_current(stack, folder):
    """A leftover .current is cleared with a warning, nothing is asked, and it is not archived."""
    left = os.path.join(stack.backup_root, ".current", "config")
    os.makedirs(left, exist_ok=True)
    with open(os.path.join(left, "left"), "wb") as file:
        file.write(b"x")
    try:
        stack.backup(scripts=folder).expect(1, ".current")
        bad = [name for name in names_in(stack.archives()[-1]) if name.endswith("config/left")]
        same(bad, [], "what was left, in the archive")
    finally:
        shutil.rmtree(left, ignore_errors=True)


def fault_4_only_lock(stack, folder):
    """Two runs at a time: the second ends at once with exit 3."""
    path, mark = scripts.stopping(stack, "backup", "create-archive")
    first = stack.start("backup", scripts=path)
    try:
        scripts.wait_for("the first run", lambda: os.path.exists(mark), first)
        stack.backup("--set", "endpoint.timeout=5", scripts=folder).expect(3, str(first.pid))
    finally:
        first.kill()
        first.wait(60)


def fault_5_looks_like_a_backup(stack, folder):
    """Killed before the end, there is nothing that looks like an archive, and mode 0600."""
    before = stack.archives()
    path, mark = scripts.stopping(stack, "backup", "finish", folder)
    run = stack.start("backup", scripts=path)
    scripts.wait_for("step finish", lambda: os.path.exists(mark), run)
    run.kill(signal.SIGKILL)
    run.wait(10)
    found = stack.archives()
    for extra in set(found) - set(before):
        os.remove(extra)
    same(found, before, "archives")
    stack.backup().expect(0)
    same(os.stat(stack.archives()[-1]).st_mode & 0o777, 0o600, "mode of the archive")


def fault_6_missing_folder(stack, folder):
    """A configuration folder that a site lacks is skipped with a word."""
    sync = os.path.join(stack.hoss, "sync")
    os.rename(sync, sync + ".away")
    try:
        run = stack.backup(scripts=folder).expect(0)
        check("sync" in run.out, "no word about sync")
    finally:
        os.rename(sync + ".away", sync)


def fault_6_services_switched_off(stack, folder):
    """A service that SERVICES does not name is left out, its container may be missing."""
    ident = stack.container("auth")
    docker("rename", ident, stack.project + "-aside")
    with stack.edited_env(("SERVICES", "opensearch ldap rabbitmq db core traefik")):
        run = stack.backup(scripts=folder).expect(0)
        bad = [name for name in names_in(stack.archives()[-1]) if name.startswith("volumes/auth")]
        same(bad, [], "entries of auth")
        check("auth" in run.out, "no word about auth")
    docker("rename", ident, f"{stack.project}_auth_1")


def fault_6_missing_volume(stack, folder):
    """A missing volume is an error: no empty one is made and "backed up"."""
    ident = stack.container("auth")
    labels = [word for name, value in engine.inspect(ident)["Config"]["Labels"].items()
              for word in ("--label", f"{name}={value}")]
    stack.exec("auth", "true")
    docker("rm", "-f", ident)
    volume = f"{stack.project}_auth-secrets"
    docker("volume", "rm", volume)
    name = f"{stack.project}_auth_1"
    docker("run", "-d", "--name", name, *labels, "hosskeep-test/server:1", "sleep", "1000")
    try:
        stack.backup(scripts=folder).expect(4, "auth")
        same(engine.lines("volume", "ls", "-q", "--filter", f"name={volume}"), [], "volumes")
    finally:
        docker("rm", "-f", name)
        stack.up()


def fault_7_password_in_argv(stack, folder):
    """No password in any argv, and one with quotes, `$` and spaces works, as does such a path."""
    argv = Argv([b"pg $ecret"])
    try:
        stack.backup(scripts=folder).expect(0)
    finally:
        seen = argv.end()
    check(not seen, f"seen: {seen}")


def fault_8_names_by_substring(stack, folder):
    """Containers with names of compose v2, and others whose names contain theirs."""
    names = {"auth": None, "db": None, "ldap": None, "opensearch": None, "rabbitmq": None}
    decoy = f"x{stack.project}_db_1_old"
    docker("run", "-d", "--name", decoy, "hosskeep-test/server:1", "sleep", "1000")
    for service in names:
        docker("rename", stack.container(service), f"{stack.project}-{service}-1")
    try:
        stack.backup(scripts=folder).expect(0)
    finally:
        docker("rm", "-f", decoy)
        for service in names:
            docker("rename", stack.container(service), f"{stack.project}_{service}_1")


def fault_10_all_snapshots(stack, folder):
    """However many backups there were: an archive carries one snapshot."""
    for _ in range(2):
        stack.backup(scripts=folder).expect(0)
    names = names_in(stack.archives()[-1])
    snapshots = [name for name in names if name.startswith("search/snap-")]
    same(len(snapshots), 1, "snapshots in the archive")


def fault_10_copies_on_disk(stack, folder):
    """The index is on disk once more, in the snapshot: there is no other copy of it."""
    path, mark = scripts.stopping(stack, "backup", "add-snapshot", folder)
    run = stack.start("backup", scripts=path)
    try:
        scripts.wait_for("step add-snapshot", lambda: os.path.exists(mark), run)
        found = [name for part in (".current", ".db")
                 for _, _, names in os.walk(os.path.join(stack.backup_root, part))
                 for name in names]
        same(found, [], "files in .current and .db")
        same(os.listdir(os.path.join(stack.backup_root, ".opensearch")), ["hosskeep"],
             "repositories")
    finally:
        run.kill(signal.SIGINT)
        run.wait(60)
        shutil.rmtree(os.path.join(stack.backup_root, ".current", "hosskeep"), ignore_errors=True)


def fault_10_sleeps(stack, folder):
    """A backup does not sleep, but for moments when the Engine is asked again."""
    told = os.path.join(stack.base, "slept")
    path = scripts.drop_in(stack, "backup", f"""
local real, slept = time.sleep, 0
time.sleep = function(seconds)
    slept = slept + seconds
    real(seconds)
end
p:insert_after("publish", {{ name = "test-tells", title = "tell", run = function()
    time.sleep = real
    fs.write("{told}", tostring(slept))
end }})""", folder)
    stack.backup(scripts=path).expect(0)
    with open(told, encoding="utf-8") as file:
        slept = float(file.read())
    check(slept < 1, f"{slept} seconds slept")


def fault_10_level_9(stack, folder):
    """Compression is no bottleneck: a backup of some text takes less processor time in all than
    a third of what zlib's level 9 takes for that text alone."""
    stack.exec("auth", "sh", "-c", f"seq {NUMBERS} >/secrets/numbers")
    try:
        began = time.process_time()
        zlib.compress("".join(f"{n}\n" for n in range(1, NUMBERS + 1)).encode(), 9)
        level_9, before = time.process_time() - began, os.times()
        stack.backup(scripts=folder)
        after = os.times()
    finally:
        stack.exec("auth", "rm", "/secrets/numbers")
    ours = after.children_user - before.children_user
    print(f"      level 9: {level_9:.2f} s, the backup: {ours:.2f} s", flush=True)
    check(ours < level_9 / 3, f"{ours:.2f} s instead of a third of {level_9:.2f} s")


def fault_11_dead_helpers(stack, folder):
    """No helper container is left that would pin the volumes."""
    watch = Watch(stack)
    try:
        stack.backup(scripts=folder).expect(0)
        watch.check(archives=1)
    finally:
        ours = engine.lines("ps", "-aq", "--filter", f"label=hosskeep.project={stack.project}")
        for ident in ours:
            docker("rm", "-f", ident)


def fault_13_not_covered(stack, folder, *prefixes):
    stack.backup(scripts=folder)
    names = names_in(stack.archives()[-1])
    for prefix in prefixes:
        check(any(name.startswith(prefix) for name in names), f"no {prefix} in the archive")


def covered(*prefixes):
    return lambda stack, folder: fault_13_not_covered(stack, folder, *prefixes)


def all_of_them(s):
    fault(cases, s, "4: a leftover .current asks nothing", fault_4_leftover_current,
          ("hosskeep/configuration.lua",
           "    for _, name in ipairs(names) do fs.remove_tree(fs.join(current, name)) end\nend\n\n"
           "--- Adds what site steps", "end\n\n--- Adds what site steps"))
    fault(cases, s, "4: .current is not the lock", fault_4_only_lock,
          ("hosskeep/lock.lua", "    if handle then\n        return handle\n    end",
           "    if true then return handle or fs.open '/dev/null' end"))
    fault(cases, s, "5: half an archive does not look like one", fault_5_looks_like_a_backup,
          ("hosskeep/publish.lua", '"." .. name .. ".partial"', 'name .. ".tar.gz"'))
    fault(cases, s, "6: a missing configuration folder", fault_6_missing_folder,
          ("hosskeep/configuration.lua", "    if not found then return false end",
           '    if not found then failure.raise(5, "no %s", item) end'))
    fault(cases, s, "6: services switched off", fault_6_services_switched_off,
          ("hosskeep/context.lua", "return self.services == nil or self.services[name] == true",
           "return true"))
    fault(cases, s, "6: a missing volume", fault_6_missing_volume,
          ("hosskeep/volumes.lua",
           "    local mount = server.mount(ctx, kind.service, kind.path)\n",
           '    local mount = { Type = "volume", Name = ctx.project .. "_" .. kind.suffix }\n'
           "    ctx.docker:create_volume(mount.Name)\n"))
    fault(cases, s, "7: passwords in argv", fault_7_password_in_argv,
          ("hosskeep/postgres_dump.lua", "dump=$!\n",
           'dump=$!\nsh -c "sleep 2" "$PGPASSWORD" &\n'))
    fault(cases, s, "8: containers by substring of a name", fault_8_names_by_substring,
          ("hosskeep/context.lua", "    return self.docker:service(self.project, name)",
           "    for _, c in ipairs(self.docker:containers { all = true }) do\n"
           '        local part = self.project .. "_" .. name .. "_1"\n'
           "        if c.name:find(part, 1, true) then return c end\n    end"))
    fault(cases, s, "10: every archive carries all snapshots", fault_10_all_snapshots,
          ("hosskeep/opensearch.lua", "local function remove_older(ctx, keep)\n",
           "local function remove_older(ctx, keep)\n    do return end\n"))
    fault(cases, s, "10: copies of the index on disk", fault_10_copies_on_disk,
          ("hosskeep/opensearch.lua", "    ctx.manifest.opensearch = {\n",
           '    process.run { "cp", "-r", fs.join(ctx.places.opensearch, REPOSITORY), '
           "ctx.places.current }\n    ctx.manifest.opensearch = {\n"))
    fault(cases, s, "10: fixed sleeps", fault_10_sleeps,
          ("hosskeep/opensearch.lua", "    local found = wait(ctx, state)\n",
           "    time.sleep(2)\n    local found = wait(ctx, state)\n"))
    fault(cases, s, "10: level 9 in one thread", fault_10_level_9,
          ("hosskeep/publish.lua", 'format = ctx.settings["archive.format"], level = '
           'ctx.settings["archive.level"]', 'format = "zstd", level = 12'))
    fault(cases, s, "11: dead helper containers", fault_11_dead_helpers,
          ("hosskeep/helpers.lua", "function methods:remove_all()\n",
           "function methods:remove_all()\n    do return end\n"))
    fault(cases, s, "13: the third database", covered("db/postgres-museum-backup.dump"),
          ("hosskeep/postgres_dump.lua", "not in ('template0', 'template1')",
           "in ('hoss_core', 'hoss_auth')"))
    fault(cases, s, "13: RabbitMQ", covered("volumes/rabbitmq/", "rabbitmq/definitions.json"),
          ("hosskeep/volumes.lua", 'if ctx:wants(kind.service) then found',
           'if ctx:wants(kind.service) and kind.key ~= "rabbitmq" then found'))
    fault(cases, s, "13: traefik's acme.json", covered("certificates/acme.json"),
          ("hosskeep/certificates.lua", "    local container = ctx:service(SERVICE)\n",
           "    local container\n"))


if __name__ == "__main__":
    with Stack("faults") as site:
        site.up().seed()
        all_of_them(site)
    cases.end()
