"""Prints file trees: those of volumes from inside their service, the configuration from here."""

import hashlib
import json
import os
import stat

# Inside a container: what find tells of every entry, NUL after each; then the hashes.
LIST = r'cd "$1" && find . -printf "%y\t%m\t%U\t%G\t%s\t%T@\t%D:%i\t%n\t%l\0%p\0"'
HASH = r'cd "$1" && find . -type f -print0 | xargs -0 -r sha256sum -z --'


def shown(name):
    return json.dumps(name.decode("utf-8", "surrogateescape"))


def tree(site, service, path, title, content=True, root_time=False):
    """One line per entry: type, mode, owner, size, time, link target, hard link group, hash.

    content=False leaves out sizes, times and hashes. root_time=False leaves out the time of the
    top folder: services make and remove files of their own in it while they start.
    """
    listing = site.run(service, ["sh", "-c", LIST, "-", path], user="0")
    fields = listing.split(b"\0")
    entries = {}
    for about, name in zip(fields[::2], fields[1::2]):
        # A link target may hold tabs, so it is the last one.
        entries[name] = about.split(b"\t", 8)
    hashes = {}
    if content:
        for line in site.run(service, ["sh", "-c", HASH, "-", path], user="0").split(b"\0"):
            if line:
                hashes[line[66:]] = line[:64].decode()
    groups = {}
    for name in sorted(entries):
        if entries[name][0] == b"f" and entries[name][7] != b"1":
            groups.setdefault(entries[name][6], name)
    for name, (kind, mode, uid, gid, size, time, inode, _, link) in entries.items():
        line = f"{title} {shown(name)} {kind.decode()} mode {int(mode, 8):04o} " \
            f"owner {uid.decode()}:{gid.decode()}"
        if content and kind == b"f":
            line += f" size {size.decode()} sha256 {hashes.get(name)}"
        if content and (root_time or name != b"."):
            line += f" time {time.decode().split('.')[0]}"
        if kind == b"l":
            line += f" -> {shown(link)}"
        if inode in groups and kind == b"f":
            line += f" same as {shown(groups[inode])}"
        yield line


def auth(site):
    yield from tree(site, "auth", "/secrets", "auth")


def ldap(site):
    # Content: see print_ldap; the data base's files change with every start.
    yield from tree(site, "ldap", "/var/lib/ldap", "ldap-vol0", content=False)
    yield from tree(site, "ldap", "/etc/ldap/slapd.d", "ldap-vol1", content=False)


def rabbitmq(site):
    # The node's data is named after the container's host name and rewritten all the time: what
    # is in it is asked by print_rabbit. What stays is the cookie.
    script = "stat -c '%a %u:%g' .erlang.cookie && sha256sum <.erlang.cookie"
    out = site.run("rabbitmq", ["sh", "-c", f"cd /var/lib/rabbitmq && {script}"], user="0")
    words = out.decode().split()
    yield f"rabbitmq .erlang.cookie mode {words[0]} owner {words[1]} sha256 {words[2]}"


def acme(site):
    script = "stat -c '%a %u:%g' /acme.json && sha256sum </acme.json"
    out = site.run("traefik", ["sh", "-c", script], user="0").decode().split()
    yield f"acme.json mode {out[0]} owner {out[1]} sha256 {out[2]}"


FOLDERS = ("core", "auth", "sync", "opensearch", "elasticsearch", "ui")


def configuration(site):
    """`.env`, traefik.yaml and the folders that belong to a backup; no times."""
    for top in (".env", "traefik.yaml", *FOLDERS):
        path = os.path.join(os.fsencode(site.config), os.fsencode(top))
        if os.path.lexists(path):
            yield entry(site, path)
        for folder, folders, files in os.walk(path):
            for name in folders + files:
                yield entry(site, os.path.join(folder, name))


def entry(site, path):
    about = os.lstat(path)
    name = os.path.relpath(path, os.fsencode(site.config))
    kind = {stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l"}.get(
        stat.S_IFMT(about.st_mode), "?")
    line = f"config {shown(name)} {kind} mode {stat.S_IMODE(about.st_mode):04o} " \
        f"owner {about.st_uid}:{about.st_gid}"
    if kind == "l":
        return f"{line} -> {shown(os.readlink(path))}"
    if kind == "f":
        with open(path, "rb") as file:
            line += f" size {about.st_size} sha256 {hashlib.sha256(file.read()).hexdigest()}"
    return line
