"""Writes seeds into FOLDER/TARGET: the hostile archives, and what was handed in tests/fuzz/seeds.

    seeds.py FOLDER
"""
import os
import shutil
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "hostile"))
import forge  # noqa: E402
import names  # noqa: E402
import sizes  # noqa: E402


def write(folder, target, name, data):
    os.makedirs(os.path.join(folder, target), exist_ok=True)
    with open(os.path.join(folder, target, name), "wb") as out:
        out.write(data)


def inner(data):
    """The tar inside, without end blocks; None: it is not a whole gzip file."""
    try:
        text = zlib.decompress(data, 31)
    except zlib.error:
        return None
    return text if len(text) < 100000 else None


def archives(folder):
    cases = names.CASES + sizes.CASES + [("good", "one", forge.with_good(), "")]
    for i, (_, _, data, _) in enumerate(cases):
        if len(data) < 20000:
            write(folder, "archive", "file-%03d" % i, b"\0" + data)
            write(folder, "gzip", "file-%03d" % i, b"\3" + data)
        tar = inner(data)
        if tar:
            write(folder, "tar", "%03d" % i, tar)
            write(folder, "archive", "ours-%03d" % i, b"\1" + tar.rstrip(b"\0"))
            write(folder, "archive", "other-%03d" % i, b"\2" + tar.rstrip(b"\0"))


def members(folder):
    """Descriptions as forge_member() of the targets reads them."""
    def one(kind, name, link=b"", content=b"x"):
        return (bytes([kind, len(name)]) + name + bytes([len(link)]) + link + bytes([len(content)])
                + content + b"\x01\xa4\x03\x04\x5f\x5e\x10\x00")
    lists = [one(0, b"a") + one(0, b"b"), one(1, b"d") + one(0, b"d/x"),
             one(0, b"a") + one(3, b"h", b"a"), one(2, b"s", b"/etc") + one(0, b"s/x"),
             one(8, b".env"), one(9, b"core") + one(8, b"core/x"), one(16, b"a/x"),
             one(16, b"b"), one(16, b"../x"), one(16, b"/x"), one(7, b"dev"), one(17, b"v/x")]
    for i, text in enumerate(lists):
        for mode in (0, 1, 2, 3):
            write(folder, "extract", "%d-%d" % (i, mode), bytes([mode]) + text)
        write(folder, "archive", "members-%d" % i, b"\7" + text)
        write(folder, "entries", "line-%d" % i, b"\0" + text)


def manifests(folder):
    listing = forge.listing_of([forge.entry(
        b"config/.env", content=b"A=1\n", mode=0o600, uid=0, gid=0, mtime=0)])
    fields = forge.manifest_of([], listing, entries=1, bytes=4)
    text = forge.json.dumps(fields)
    for i, one in enumerate([text, text[:-1], text.replace("1", "2"), "[]", "{}", text + " "]):
        write(folder, "entries", "manifest-%d" % i, b"\1" + one.encode())


def handed_in(folder):
    root = os.path.join(HERE, "seeds")
    for target in sorted(os.listdir(root)) if os.path.isdir(root) else []:
        for name in sorted(os.listdir(os.path.join(root, target))):
            os.makedirs(os.path.join(folder, target), exist_ok=True)
            shutil.copy(os.path.join(root, target, name), os.path.join(folder, target, name))


def main(folder):
    archives(folder)
    members(folder)
    manifests(folder)
    handed_in(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
