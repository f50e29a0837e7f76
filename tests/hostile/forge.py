"""Forges archives byte by byte: right in everything but what a case makes wrong.

An archive is a list of members; a member is the bytes it takes in the tar and its line in
ENTRIES.mtree (None: it has none). `archive()` puts ENTRIES, the manifest, the end and gzip around.
"""
import hashlib
import json
import struct
import zlib

BLOCK = 512
OURS = b"\x1f\x8b\x08\0\0\0\0\0\x04\xff"
GZIP_N = b"\x1f\x8b\x08\0\0\0\0\0\0\x03"
USTAR = b"ustar\0" + b"00"
GNU = b"ustar  \0"


class Member:
    def __init__(self, data, line=None, size=0):
        self.data, self.line, self.size = data, line, size


def pad(data):
    return data + b"\0" * (-len(data) % BLOCK)


def octal(value, width):
    return b"%0*o\0" % (width - 1, value)


def base256(value, width):
    mask = (1 << (8 * width)) - 1
    number = bytearray((value & mask).to_bytes(width, "big"))
    number[0] |= 0x80
    return bytes(number)


def number(value, width):
    return value if isinstance(value, bytes) else octal(value, width)


def header(name, kind=b"0", size=0, mode=0o644, uid=1000, gid=1000, mtime=1600000000, link=b"",
           magic=USTAR, prefix=b"", checksum=None):
    block = bytearray(BLOCK)

    def put(at, width, value):
        assert len(value) <= width, (at, value)
        block[at:at + len(value)] = value
    put(0, 100, name)
    put(100, 8, number(mode, 8))
    put(108, 8, number(uid, 8))
    put(116, 8, number(gid, 8))
    put(124, 12, number(size, 12))
    put(136, 12, number(mtime, 12))
    put(156, 1, kind)
    put(157, 100, link)
    put(257, 8, magic)
    put(345, 155, prefix)
    put(148, 8, b" " * 8)
    put(148, 8, checksum or b"%06o\0 " % sum(block))
    return bytes(block)


def record(key, value):
    body = b" " + key + b"=" + value + b"\n"
    n = len(body)
    while len(b"%d" % n) + len(body) != n:
        n = len(b"%d" % n) + len(body)
    return b"%d" % n + body


def pax(records, kind=b"x"):
    text = records if isinstance(records, bytes) else b"".join(record(k, v) for k, v in records)
    return header(b"PaxHeader/x", kind, len(text)) + pad(text)


def long_name(name, kind=b"L", end=b"\0"):
    text = name + end
    return header(b"././@LongLink", kind, len(text), magic=GNU) + pad(text)


def escape(name):
    special = b"\\#*?[="
    return b"".join(bytes([c]) if 0x20 < c < 0x7f and c not in special else b"\\%03o" % c
                    for c in name)


def line(name, kind, mode=0o644, uid=1000, gid=1000, mtime=1600000000, link=None, content=None):
    words = {b"0": b"file", b"1": b"file", b"2": b"link", b"5": b"dir"}
    text = b"./%s type=%s mode=%04o uid=%d gid=%d time=%d.0" % (
        escape(name), words.get(kind, b"file"), mode, uid, gid, mtime)
    if kind == b"2":
        text += b" link=" + escape(link)
    elif kind == b"1":
        text += b" contents=./" + escape(link)
    if kind == b"0":
        digest = hashlib.sha256(content).hexdigest().encode()
        text += b" size=%d sha256digest=%s" % (len(content), digest)
    return text + b"\n"


def entry(name, kind=b"0", content=b"", link=b"", before=b"", shown=None, **fields):
    """A member with a right line; `before`: extended headers; `shown`: the name that they give."""
    real = shown if shown is not None else name
    target = fields.pop("shown_link", link)
    data = before + header(name, kind, len(content), link=link, **fields) + pad(content)
    plain = {k: v for k, v in fields.items() if k in ("mode", "uid", "gid", "mtime")}
    plain = {k: v for k, v in plain.items() if isinstance(v, int)}
    text = line(real.rstrip(b"/"), kind, link=target, content=content, **plain)
    return Member(data, text, len(content))


def folder(name, **fields):
    return entry(name, b"5", **fields)


def named(name, content=b"x", **fields):
    """A file of any name, by a pax record."""
    return entry(b"short", content=content, before=pax([(b"path", name)]), shown=name, **fields)


def gzip(data, head=OURS, level=6):
    body = zlib.compressobj(level, zlib.DEFLATED, -15)
    deflated = body.compress(data) + body.flush()
    return head + deflated + struct.pack("<II", zlib.crc32(data), len(data) & 0xffffffff)


VERSION = b'{"version": "0.2.6", "build": "x"}'


def good():
    """What every forged archive starts with."""
    return [entry(b"version.json", content=VERSION), entry(b"config/.env", content=b"A=1\n"),
            folder(b"volumes/auth/"), entry(b"volumes/auth/key", content=b"secret")]


def manifest_of(members, listing, **changes):
    fields = {"format": 1, "entries": sum(m.line is not None for m in members),
              "bytes": sum(m.size for m in members),
              "entries_sha256": hashlib.sha256(listing).hexdigest()}
    fields.update(changes)
    return {k: v for k, v in fields.items() if v is not None}


def listing_of(members):
    return b"#mtree\n" + b"".join(m.line for m in members if m.line is not None)


def tar(members, listing=None, manifest=None, between=b"", after=b"", end=b"\0" * 1024, **changes):
    """`listing`, `manifest`: the bytes of these entries (False: none); `between`, `after`: raw
    bytes before and after the manifest; `changes`: fields of the manifest."""
    true_list = listing_of(members)
    data = b"".join(m.data for m in members)
    if listing is not False:
        data += entry(b"ENTRIES.mtree", content=true_list if listing is None else listing).data
    data += between
    if manifest is not False:
        text = manifest
        if text is None:
            text = json.dumps(manifest_of(members, true_list, **changes)).encode()
        data += entry(b"MANIFEST.json", content=text).data
    return data + after + end


def archive(members, head=OURS, tail=b"", **how):
    return gzip(tar(members, **how), head) + tail


def with_good(*members, **how):
    return archive(good() + list(members), **how)


def plain(members, head=GZIP_N):
    """As hossadm makes it: no ENTRIES, no manifest."""
    return gzip(b"".join(m.data for m in members) + b"\0" * 1024, head)
