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


def frames(folder):
    def frame(stream, data):
        return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data
    whole = frame(1, b"out\n") + frame(2, b"err") + frame(1, b"") + frame(0, b"x" * 300)
    texts = [whole, whole[:-1], whole + b"\1\0", b"plain text, as of a terminal", frame(9, b"x"),
             frame(1, b"x")[:4] + b"\xff\xff\xff\xffx"]
    for i, text in enumerate(texts):
        for sizes in (b"\0", b"\2\0", b"\x0c\0\6\7\x08\x30\1"):
            write(folder, "frames", "%d-%d" % (i, len(sizes)), sizes + text)
    made = b"\1\0\4abcd\2\0\0\0\0\1x"
    for cut in (0, 1, 9):
        write(folder, "frames", "made-%d" % cut, bytes([5, 2, 7, cut]) + made)


def answers(folder):
    head = b"HTTP/1.1 200 OK\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n4;a=b\r\nabcd\r\n0\r\nT: x\r\n\r\n"
    texts = [head + b"Content-Length: 4\r\n\r\nabcd", head + b"Content-Length: 4\r\n\r\nabc",
             head + chunks, head + chunks[:-9], head + b"\r\nto the end", head[:9],
             b"HTTP/1.1 100 Continue\r\n\r\n" + head + chunks, head + b"X: " + b"y" * 5000,
             b"HTTP/1.0 404 No\r\n\r\n", b"HTTP/1.1 204 None\r\n\r\nrest",
             head + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nabcd",
             head + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nabcd"]
    for i, text in enumerate(texts):
        write(folder, "http", "any-%d" % i, b"\0\7\2" + text)
        write(folder, "answers", "any-%d" % i, b"\0" + text)
    for how in range(8):
        for cut in (0, 1, 2, 40):
            made = bytes([1, 3, 2, how, 0, cut, how]) + b"\0\0\4abcde\3\0\0x\1\x05\x00" + b"z" * 999
            write(folder, "http", "made-%d-%d" % (how, cut), made)
    progress = b'{"status":"Pulling"}\r\n{"status":"sha256:ab"}\r\n'
    bad = b'{"errorDetail":{"message":"no"},"error":"no"}\n'
    stat = (b"eyJuYW1lIjoiYSIsInNpemUiOjQwOTYsIm1vZGUiOjIxNDc0ODQxNDEsIm10aW1lIjoiMjAyMi0wMS0zMVQx"
            b"MjozMDowMC4yNSswMTowMCIsImxpbmtUYXJnZXQiOiIifQ==")
    for i, text in enumerate([progress, progress + bad, bad, stat, stat[:-3]]):
        write(folder, "answers", "engine-%d" % i, b"\0" + text)
    write(folder, "answers", "progress", b"\1\0\2ab\4\3abc\1\2no\0\2cd")
    write(folder, "answers", "stat", b"\2\1\1\xed" + b"\0" * 6 + b"\x10\0\x61\xf7\xc3\x18\1a\1b")
    for how in range(8):
        write(folder, "answers", "url-%d" % how, b"\3" + bytes([how]) + b"\4user\3@:x\7host:80")


def versions(folder):
    for i, text in enumerate([b"1.41", b"1.24", b"1.99", b"1.25", b"2.0", b"1.4294967336", b"1.x",
                              b"1.41.2", b" 1.30", b"-1.41", b"1.-41", b""]):
        write(folder, "versions", "engine-%d" % i, b"\0" + text)
    names = [b"1.2.0", b"1.2.1", b"latest", b"", b"1.2.0-rc/1"]
    for i, name in enumerate(names):
        for how in (0x00, 0x02, 0x04, 0x08, 0x10, 0x3b, 0x80):
            text = bytes([1, how]) + b"\x051.2.0\3abc" + (bytes([len(name)]) + name) * 3
            tag = bytes([len(name)]) + name
            write(folder, "versions", "%d-%02x" % (i, how), text + tag + b"\1" + tag + b"\0")


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
    frames(folder)
    answers(folder)
    versions(folder)
    handed_in(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
