"""Hostile sizes, numbers, records, framing, lists: (class, form, archive, words of the message)."""
import zlib

from forge import (GNU, GZIP_N, OURS, VERSION, Member, archive, base256, entry, folder, good, gzip,
                   header, line, listing_of, long_name, named, pad, pax, plain, record, tar,
                   with_good)

TIB = 1 << 40


def raw(data):
    return with_good(Member(data, b""))


def declared(size, name=b"volumes/auth/big"):
    return raw(pax([(b"size", b"%d" % size)]) + header(name, size=0))


def gnu_sparse():
    block = bytearray(header(b"volumes/auth/hole", b"S", 512, magic=GNU))
    block[386:386 + 24] = b"%011o\0%011o\0" % (8 * TIB % (1 << 33), 512)
    block[483:495] = base256(8 * TIB, 12)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + b"x" * 512


def pax_sparse(*records):
    return raw(pax(list(records)) + header(b"volumes/auth/hole", size=512) + b"x" * 512)


MORE = "more content than an archive of this size may hold"
UNKNOWN = "pax record that is not known"
AFTER_TAR = "bytes follow after the end of the tar"
AFTER_GZIP = "bytes follow after gzip's end"

BOMBS = [
    ("sparse", "GNU, 8 TiB", raw(gnu_sparse()), "a sparse file"),
    ("sparse", "pax 0.1", pax_sparse(
        (b"GNU.sparse.size", b"%d" % (8 * TIB)), (b"GNU.sparse.numblocks", b"1"),
        (b"GNU.sparse.map", b"0,512")), UNKNOWN),
    ("sparse", "pax 1.0", pax_sparse(
        (b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"),
        (b"GNU.sparse.name", b"x"), (b"GNU.sparse.realsize", b"%d" % (8 * TIB))), UNKNOWN),
    ("sparse", "star", pax_sparse((b"SCHILY.realsize", b"%d" % (8 * TIB))), UNKNOWN),
    ("bomb", "8 TiB declared", declared(8 * TIB), MORE),
    ("bomb", "100 GiB declared", declared(100 << 30), MORE),
    ("bomb", "in base 256", raw(header(b"volumes/auth/big", size=base256(TIB, 12))), MORE),
    ("bomb", "zeros after the end", gzip(tar(good()) + b"\0" * (40 << 20)), AFTER_TAR),
    ("bomb", "list of entries of 1 TiB", archive(good(), listing=False, manifest=False, between=pax(
        [(b"size", b"%d" % TIB)]) + header(b"ENTRIES.mtree")), "does not match the entries"),
    ("bomb", "manifest of 1 TiB", archive(good(), manifest=False, between=pax(
        [(b"size", b"%d" % TIB)]) + header(b"MANIFEST.json")), "longer than a manifest"),
    ("bomb", "version of 1 MiB", archive(
        [entry(b"version.json", content=b'{"x": "' + b"a" * (1 << 20) + b'"}')]), "version"),
    ("bomb", "nested JSON", archive(
        [entry(b"version.json", content=b"[" * 30000 + b"]" * 30000)]), "version.json"),
    ("pax header", "1 MB", with_good(entry(b"config/x", before=pax(
        [(b"comment", b"c" * 1000000)]))), "wrong length"),
    ("pax header", "many small records", with_good(entry(b"config/x", before=pax(
        [(b"comment%d" % i, b"c") for i in range(1000)]))), UNKNOWN),
    ("pax header", "twice", with_good(entry(b"config/x", before=pax(
        [(b"comment", b"a")]) + pax([(b"comment", b"b")]))), "too many extended headers"),
    ("pax header", "chain of 5000", with_good(entry(b"config/x", before=pax(
        [(b"comment", b"a")]) * 5000)), "too many extended headers"),
    ("pax header", "global", with_good(entry(b"config/x", before=pax(
        [(b"path", b"/etc/x")], b"g"))), "a global pax header"),
    ("pax header", "wrong length", with_good(entry(b"config/x", before=pax(b"99 path=x\n"))),
     "malformed"),
    ("pax header", "path twice", with_good(entry(b"config/x", before=pax(
        [(b"path", b"config/y"), (b"path", b"/etc/x")]))), "given twice"),
    ("pax header", "no entry after it", archive(good(), after=pax([(b"path", b"a")])),
     "without its entry"),
    ("pax header", "and a GNU long name", with_good(entry(b"config/x", before=pax(
        [(b"path", b"config/y")]) + long_name(b"config/z"))), "name given in two ways"),
    ("attribute", "user xattr", with_good(entry(b"volumes/auth/x", before=pax(
        [(b"SCHILY.xattr.user.evil", b"x")]))), UNKNOWN),
    ("attribute", "ACL", with_good(entry(b"volumes/auth/x", before=pax(
        [(b"SCHILY.acl.access", b"user::rwx")]))), UNKNOWN),
    ("attribute", "libarchive's", with_good(entry(b"volumes/auth/x", before=pax(
        [(b"LIBARCHIVE.xattr.security.capability", b"AQAAAg==")]))), UNKNOWN),
    ("attribute", "SELinux", with_good(entry(b"volumes/auth/x", before=pax(
        [(b"RHT.security.selinux", b"x")]))), UNKNOWN),
    ("attribute", "file flags", with_good(entry(b"volumes/auth/x", before=pax(
        [(b"SCHILY.fflags", b"schg")]))), UNKNOWN),
    ("attribute", "capability of 1000 bytes", with_good(entry(b"volumes/auth/x", before=pax(
        [(b"SCHILY.xattr.security.capability", b"x" * 1000)]))), "wrong length"),
]

NUMBERS = [
    ("number", "negative size", raw(header(b"config/x", size=base256(-1, 12))), "size"),
    ("number", "size beyond 64 bits", raw(header(b"config/x", size=b"\x80" + b"\x7f" * 11)),
     "size"),
    ("number", "pax size beyond 64 bits", declared(10 ** 19), "size"),
    ("number", "negative pax size", raw(pax([(b"size", b"-1")]) + header(b"config/x")), "size"),
    ("number", "size that is no number", raw(header(b"config/x", size=b"12z45\0")), "size"),
    ("number", "time beyond 2^40", with_good(entry(b"config/x", mtime=base256(1 << 41, 12))),
     "time"),
    ("number", "pax time beyond", with_good(entry(b"config/x", before=pax(
        [(b"mtime", b"9" * 30)]))), "time"),
    ("owner", "uid 2^32-1", with_good(entry(b"volumes/auth/x", uid=base256((1 << 32) - 1, 8))),
     "uid"),
    ("owner", "negative uid", with_good(entry(b"volumes/auth/x", uid=base256(-2, 8))), "uid"),
    ("owner", "gid 2^32", with_good(entry(b"volumes/auth/x", gid=base256(1 << 32, 8))), "gid"),
    ("owner", "pax uid", with_good(entry(b"volumes/auth/x", before=pax(
        [(b"uid", b"4294967295")]))), "uid"),
]

DUPLICATES = [
    ("duplicate", "file", with_good(entry(b"config/.env", content=b"B=2\n")), "before"),
    ("duplicate", "folder", with_good(folder(b"volumes/auth/", mode=0o777)), "before"),
    ("duplicate", "folder over a file", with_good(folder(b"config/.env/")), "before"),
    ("duplicate", "by a pax path", with_good(named(b"config/.env")), "before"),
    ("duplicate", "of version.json", with_good(entry(b"version.json", content=VERSION)), "before"),
]

ENDS = [
    ("end", "no end blocks", archive(good(), end=b""), "without its end blocks"),
    ("end", "one end block", archive(good(), end=b"\0" * 512), "without its end blocks"),
    ("end", "half an end block", archive(good(), end=b"\0" * 800), "without its end blocks"),
    ("end", "cut in a file", gzip(tar(good())[:-2000]), "without its end blocks"),
    ("end", "an entry after it", archive(good(), end=b"\0" * 1024 + entry(b"config/x").data),
     AFTER_TAR),
    ("end", "a zero block, then an entry", archive(
        good(), end=b"\0" * 512 + entry(b"config/x").data + b"\0" * 1024), AFTER_TAR),
    ("end", "garbage", archive(good(), end=b"\0" * 1024 + b"garbage" * 100), AFTER_TAR),
    ("gzip", "second member", archive(good(), tail=gzip(b"\0" * 1024)), AFTER_GZIP),
    ("gzip", "two archives glued", archive(good()) * 2, AFTER_GZIP),
    ("gzip", "one byte more", archive(good(), tail=b"\0"), AFTER_GZIP),
    ("gzip", "garbage", archive(good(), tail=b"rubbish" * 50), AFTER_GZIP),
    ("gzip", "wrong length", archive(good())[:-1] + b"\x01", "checksum or length"),
    ("gzip", "wrong checksum", archive(good())[:-8] + b"\0" * 8, "checksum or length"),
    ("gzip", "cut trailer", archive(good())[:-3], "cut"),
    ("gzip", "another header", archive(good(), head=GZIP_N), "gzip's header is not"),
    ("gzip", "a file name in the header", archive(
        good(), head=b"\x1f\x8b\x08\x08\0\0\0\0\0\x03name\0"), "gzip's header is not"),
    ("gzip", "header only", OURS, "cut"),
    ("gzip", "nothing inside", gzip(b""), "without its end blocks"),
    ("gzip", "no tar inside", gzip(b"hello" * 1000), "checksum"),
    ("magic", "empty file", b"", "empty file"),
    ("magic", "text", b"hello, world\n", "neither gzip nor zstd"),
    ("magic", "zlib", zlib.compress(tar(good())), "neither gzip nor zstd"),
    ("magic", "plain tar", tar(good()), "neither gzip nor zstd"),
    ("magic", "zstd of another header", b"\x28\xb5\x2f\xfd\x24\0\1\0\0", "zstd's header"),
    ("header", "wrong checksum", with_good(entry(b"config/x", checksum=b"000000\0 ")),
     "wrong checksum"),
    ("header", "old tar", with_good(entry(b"config/x", magic=b"\0" * 8)), "unknown kind of tar"),
    ("header", "star", with_good(entry(b"config/x", magic=b"USTAR\00000")), "unknown kind of tar"),
]

FALSE_LINE = line(b"config/.env", b"0", content=b"B=2\n")


def relisted(change):
    return archive(good(), listing=change(listing_of(good())))


LISTS = [
    ("list", "an entry more than it says", archive(
        good() + [Member(entry(b"config/x").data, None)]), "does not match"),
    ("list", "an entry less", relisted(lambda t: t + line(b"config/y", b"0", content=b"")),
     "does not match"),
    ("list", "other content", relisted(lambda t: b"".join(
        FALSE_LINE if b".env" in one else one for one in t.splitlines(True))), "does not match"),
    ("list", "other mode", relisted(lambda t: t.replace(b"mode=0644", b"mode=0600", 1)),
     "does not match"),
    ("list", "other order", relisted(lambda t: b"".join(sorted(t.splitlines(True)))),
     "does not match"),
    ("list", "missing", archive(good(), listing=False), "a manifest where none belongs"),
    ("list", "both missing", archive(good(), listing=False, manifest=False), "has no ENTRIES"),
    ("list", "twice", archive(good(), between=entry(b"ENTRIES.mtree").data), "none belongs"),
    ("list", "a folder", archive(good(), listing=False, between=folder(b"ENTRIES.mtree/").data),
     "none belongs"),
    ("list", "an entry after it", archive(good(), between=entry(b"config/x").data),
     "after the list of entries"),
    ("manifest", "missing", archive(good(), manifest=False), "has no MANIFEST.json"),
    ("manifest", "twice", archive(good(), after=entry(b"MANIFEST.json", content=b"{}").data),
     "none belongs"),
    ("manifest", "an entry after it", archive(good(), after=entry(b"config/x").data),
     "after the list of entries"),
    ("manifest", "other count", archive(good(), entries=5), "another number of entries"),
    ("manifest", "count as text", archive(good(), entries="4"), "another number of entries"),
    ("manifest", "other bytes", archive(good(), bytes=7), "another number of bytes"),
    ("manifest", "other hash", archive(good(), entries_sha256="0" * 64), "another SHA-256"),
    ("manifest", "no hash", archive(good(), entries_sha256=None), "another SHA-256"),
    ("manifest", "newer format", archive(good(), format=2), "a format that this version"),
    ("manifest", "no JSON", archive(good(), manifest=b"hello"), "MANIFEST.json"),
    ("manifest", "an array", archive(good(), manifest=b"[]"), "not a JSON object"),
    ("manifest", "bytes after it", archive(good(), manifest=b"{} x"), "MANIFEST.json"),
    ("manifest", "a symlink", archive(good(), manifest=False, between=header(
        b"MANIFEST.json", b"2", link=b"/etc/passwd")), "none belongs"),
]

CONFIG = [entry(b"version.json", content=VERSION), folder(b"config/")]
HOSSADM = [
    ("hossadm", "no version", plain([folder(b"config/")]), "has no version.json"),
    ("hossadm", "upwards", plain(CONFIG + [entry(b"../x", content=b"x")]), 'component ".."'),
    ("hossadm", "behind dot slash", plain(CONFIG + [entry(b"./../x", content=b"x")]),
     'component ".."'),
    ("hossadm", "absolute behind dot slash", plain(CONFIG + [entry(b".//etc/../../x")]),
     'component ".."'),
    ("hossadm", "FIFO", plain(CONFIG + [entry(b"volumes/auth/f", b"6")]), "a FIFO"),
    ("hossadm", "symlink in config", plain(CONFIG + [entry(b"config/s", b"2", link=b"x")]),
     "a symlink outside"),
    ("hossadm", "duplicate by dot slash", plain(CONFIG + [entry(b"./version.json",
                                                                content=VERSION)]), "before"),
    ("hossadm", "version is no JSON", plain([entry(b"version.json", content=b"0.2.6")]),
     "version.json"),
    ("hossadm", "cut", gzip(b"".join(m.data for m in CONFIG), GZIP_N), "without its end blocks"),
]

CASES = BOMBS + NUMBERS + DUPLICATES + ENDS + LISTS + HOSSADM
assert record(b"path", b"a") in (b"9 path=a\n", b"10 path=a\n") and pad(b"") == b""
