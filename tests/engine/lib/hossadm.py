"""Makes an archive as hossadm 0.2.3 makes it out of a running stack.

config/, volumes/ (owners lost: copied by `cp -R` and given to the operator), db/ (pg_dump -Fc of
two databases), search/ (the whole .opensearch with every snapshot ever made), version.json; packed
by shutil.make_archive, so that names begin with "./". No roles, no RabbitMQ, no manifest.
"""

import json
import os
import shutil
import tempfile
import time

from . import engine

REPOSITORY = "hoss-backup-repository"


def add_snapshot(stack):
    """One more snapshot in the old tool's repository."""
    stack.search(f"/_snapshot/{REPOSITORY}", "PUT",
                 {"type": "fs", "settings": {"location": "/mnt/snapshots"}})
    stack.search(f"/_snapshot/{REPOSITORY}/hoss-snap-{time.time():.6f}?wait_for_completion=true",
                 "PUT")


def copy_volume(stack, service, path, target, owner):
    """`cp -R` in a container, chown to the operator; then plain files in `target`."""
    script = (f"rm -rf /tmp/copy && mkdir /tmp/copy && cp -R {path}/. /tmp/copy && "
              f"chown -hR {owner} /tmp/copy && tar -C /tmp/copy -cf /tmp/copy.tar .")
    ident = stack.container(service)
    engine.docker("exec", "-u", "0", ident, "sh", "-c", script)
    with tempfile.TemporaryDirectory() as work:
        engine.docker("cp", f"{ident}:/tmp/copy.tar", f"{work}/copy.tar")
        os.makedirs(target)
        engine.call(["tar", "-C", target, "-xpf", f"{work}/copy.tar"])
    engine.docker("exec", "-u", "0", ident, "rm", "-rf", "/tmp/copy", "/tmp/copy.tar")


def fill(stack, folder, owner):
    for name in ("config", "volumes", "db"):
        os.makedirs(os.path.join(folder, name))
    for name in (".env", "traefik.yaml"):
        shutil.copy(os.path.join(stack.hoss, name), os.path.join(folder, "config"))
    for name in ("core", "auth", "sync", "opensearch", "ui"):
        shutil.copytree(os.path.join(stack.hoss, name), os.path.join(folder, "config", name),
                        symlinks=True)
    answer = engine.http(f"http://127.0.0.1:{stack.port}/core/v1/discover")
    with open(os.path.join(folder, "version.json"), "w", encoding="utf-8") as file:
        json.dump({"version": answer["version"], "build": answer["build"]}, file)
    copy_volume(stack, "auth", "/secrets", os.path.join(folder, "volumes", "auth"), owner)
    for number, path in enumerate(("/var/lib/ldap", "/etc/ldap/slapd.d")):
        copy_volume(stack, "ldap", path, os.path.join(folder, "volumes", f"ldap-vol{number}"),
                    owner)
    for name in ("hoss_core", "hoss_auth"):
        file = f"postgres-{name}-backup.dump"
        stack.exec("db", "pg_dump", "-U", "postgres", "-Fc", "-f", f"/tmp/{file}", name)
        engine.docker("cp", f"{stack.container('db')}:/tmp/{file}", f"{folder}/db/{file}")
        stack.exec("db", "rm", f"/tmp/{file}")
    shutil.copytree(os.path.join(stack.backup_root, ".opensearch"),
                    os.path.join(folder, "search"))


def make(stack, folder):
    """Packs such an archive of the stack into `folder`; its path."""
    name = time.strftime("hoss-backup-%Y-%m-%dT%H%M%SZ", time.gmtime())
    with tempfile.TemporaryDirectory() as work:
        current = os.path.join(work, ".current")
        os.mkdir(current)
        fill(stack, current, f"{os.getuid()}:{os.getgid()}")
        return shutil.make_archive(os.path.join(folder, name), "gztar", current)
