"""Seeds files: the auth volume, traefik's acme.json, the configuration folder."""

import io
import json
import os
import random
import tarfile

MTIME = 1600000000


def member(name, kind=tarfile.REGTYPE, **more):
    """A tar header; names are bytes, as files on Linux have."""
    info = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
    info.type = kind
    info.mode = more.get("mode", 0o644)
    info.uid, info.gid = more.get("owner", (1001, 1001))
    info.mtime = more.get("mtime", MTIME)
    link = more.get("link", b"")
    info.linkname = link.decode("utf-8", "surrogateescape")
    return info


def secrets_tree(sizes):
    """(header, content or None) of all that goes in beside the private.pem that is there."""
    folder, soft, hard = tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
    yield member(b"./with space", mode=0o640, mtime=MTIME + 1), b"space\n"
    yield member(b"./new\nline", owner=(0, 0)), b"newline in the name\n"
    yield member(b"./not-utf8-\xff\xfe\xe9", mtime=1), b"latin\n"
    yield member("./größe-☃-文".encode(), mtime=2 ** 31 + 5), b"unicode\n"
    yield member(b"./ -rf *"), b"looks like an option\n"
    yield member(b"./-n"), b""
    yield member(b"./back\\slash\ttab\x1b[31m"), b"controls\n"
    yield member(b"./.hidden", mode=0), b"no mode at all\n"
    yield member(b"./empty", mode=0o444, owner=(70, 2000)), b""
    yield member(b"./sub", folder, mode=0o2750, owner=(1001, 911)), None
    yield member(b"./sub/" + b"n" * 200, mode=0o600), b"a long name\n"
    yield member(b"./sub/setuid", mode=0o4755, owner=(0, 0)), b"#!/bin/sh\n"
    yield member(b"./sub/setgid", mode=0o2711, owner=(0, 42)), b"#!/bin/sh\n"
    yield member(b"./sticky", folder, mode=0o1777, owner=(0, 0)), None
    yield member(b"./empty folder", folder, mode=0o700, owner=(65534, 65534)), None
    yield member(b"./empty folder/deeper", folder, mode=0o555), None
    path = b"./deep"
    yield member(path, folder, mode=0o755), None
    for level in range(12):
        path += b"/level %02d of a path that ends beyond what ustar holds" % level
        yield member(path, folder, mode=0o755), None
    yield member(path + b"/file", mtime=MTIME - 7), b"deep\n"
    yield member(b"./link", soft, link=b"private.pem", mode=0o777), None
    yield member(b"./sub/up", soft, link=b"../with space", mode=0o777), None
    yield member(b"./dangling", soft, link=b"/nowhere/\xff", mode=0o777), None
    yield member(b"./outside", soft, link=b"../../../etc/passwd", mode=0o777), None
    yield member(b"./to folder", soft, link=b"sub", mode=0o777), None
    yield member(b"./sub/hard", hard, link=b"./with space"), None
    yield member(b"./hard three", hard, link=b"./with space"), None
    big = random.Random(7)
    for i in range(20):
        if sizes["secret_bytes"] or i < 2:
            size = sizes["secret_bytes"] // 20 or 30000
            yield member(b"./big-%02d" % i), big.randbytes(size)
    # Folders get their times last, when nothing is put into them any more.
    for name, mode, owner in ((b"./sub", 0o2750, (1001, 911)), (b"./sticky", 0o1777, (0, 0)),
                              (b"./empty folder", 0o700, (65534, 65534)),
                              (b"./deep", 0o755, (1001, 1001))):
        yield member(name, folder, mode=mode, owner=owner, mtime=MTIME + 99), None


def seed_auth(site, sizes):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8",
                      errors="surrogateescape") as tar:
        count = 0
        for info, content in secrets_tree(sizes):
            if content is not None:
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content) if content is not None else None)
            count += 1
    site.run("auth", ["tar", "-C", "/secrets", "-xpf", "-", "--numeric-owner", "--same-owner",
                      "--delay-directory-restore"], data=out.getvalue(), user="0")
    return f"auth: {count} entries"


ACME = "/acme.json"


def seed_acme(site, _):
    data = {"le": {"Account": {"Email": "größe@example.org", "PrivateKey": "c2VlZA=="},
                   "Certificates": [{"domain": {"main": "hoss.example.org"},
                                     "certificate": "QUJD" * 300, "key": "REVG" * 300}]}}
    script = f"umask 077; cat >{ACME}.new && mv {ACME}.new {ACME}"
    site.run("traefik", ["sh", "-c", script], data=json.dumps(data, indent=2).encode(),
             user="0")
    return "traefik: acme.json"


CONFIG = [
    ("core/config.yaml", 0o600, b"secret: $x \"y\" 'z'\n"),
    ("core/with space.txt", 0o664, b"1\r\n2\r\n"),
    ("core/templates/größe.html", 0o444, "<p>ü</p>\n".encode()),
    ("auth/policy.rego", 0o640, b"package x\n"),
    ("auth/run.sh", 0o755, b"#!/bin/sh\n"),
    ("auth/empty", 0o000, b""),
    ("sync/queue.json", 0o604, b"{}\n"),
    ("ui/theme/logo.svg", 0o644, b"<svg/>" * 1000),
    ("ui/theme/new\nline.css", 0o644, b"a{}\n"),
]


def seed_config(site, _):
    stat = os.stat(site.config)

    def own(path):
        if os.geteuid() == 0:
            os.lchown(path, stat.st_uid, stat.st_gid)
    for name, mode, content in CONFIG:
        path = os.path.join(site.config, name)
        for depth in range(1, name.count("/") + 1):
            folder = os.path.join(site.config, *name.split("/")[:depth])
            if not os.path.isdir(folder):
                os.mkdir(folder)
                own(folder)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)
        own(path)
    for name, mode in (("core/templates", 0o750), ("ui/leer", 0o700), ("ui/theme", 0o2775)):
        folder = os.path.join(site.config, name)
        os.makedirs(folder, exist_ok=True)
        own(folder)
        os.chmod(folder, mode)
    return f"configuration: {len(CONFIG)} files"
