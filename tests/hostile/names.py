"""Hostile names, links, types and rights: (class, form, archive, words of the message)."""
from forge import (GNU, Member, entry, folder, header, long_name, named, pad, pax, with_good)

ESC = b"\x1b[2J\x07"


def links(kind, name, target, *more):
    return with_good(entry(name, kind, link=target), *more)


def soft(name, target, *more):
    return links(b"2", name, target, *more)


def hard(name, target, *more):
    return links(b"1", name, target, *more)


DEEP = b"/".join([b"d"] * 65)
UP = 'component ".."'
BELOW = "lies below an entry that is not a folder"
OUTSIDE = "a symlink outside volumes/"

NAMES = [
    ("absolute", "file", with_good(entry(b"/etc/cron.d/x", content=b"x")), "absolute name"),
    ("absolute", "two slashes", with_good(entry(b"//x", content=b"x")), "absolute name"),
    ("absolute", "pax path", with_good(named(b"/etc/x")), "absolute name"),
    ("absolute", "GNU long name", with_good(entry(
        b"x", before=long_name(b"/etc/x"), shown=b"/etc/x", magic=GNU)), "absolute name"),
    ("absolute", "ustar prefix", with_good(entry(b"x", prefix=b"/etc", shown=b"/etc/x")),
     "absolute name"),
    ("upwards", "first", with_good(entry(b"../x", content=b"x")), UP),
    ("upwards", "middle", with_good(entry(b"config/../../x", content=b"x")), UP),
    ("upwards", "last", with_good(folder(b"config/../")), UP),
    ("upwards", "alone", with_good(folder(b"..")), UP),
    ("upwards", "pax path", with_good(named(b"config/../../x")), UP),
    ("upwards", "across prefix and name", with_good(
        entry(b"./x", prefix=b"config/..", shown=b"config/.././x")), UP),
    ("root", "dot slash", with_good(folder(b"./", mode=0o777)), 'component "."'),
    ("root", "dot", with_good(entry(b".", content=b"x")), 'component "."'),
    ("root", "slash", with_good(folder(b"/", shown=b"/")), "absolute name"),
    ("root", "no name", with_good(entry(b"", content=b"x")), "empty name"),
    ("root", "a good name with dot slash", with_good(entry(b"./config/x", content=b"x")),
     'component "."'),
    ("root", "an empty component", with_good(entry(b"config//x", content=b"x")), "empty component"),
    ("long name", "component of 256", with_good(named(b"a" * 256)), "longer than 255 bytes"),
    ("long name", "4097 bytes", with_good(named(b"/".join([b"a" * 241] * 17))),
     "name of a wrong length"),
    ("long name", "65 levels", with_good(named(DEEP)), "more than 64 components"),
    ("long name", "2000 levels", with_good(named(b"/".join([b"d"] * 2000))),
     "more than 64 components"),
    ("long name", "30 times 200", with_good(named(b"/".join([b"b" * 200] * 30))), "length"),
    ("NUL", "in the name", with_good(entry(b"config/a\0/../b", shown=b"config/a")), "NUL"),
    ("NUL", "in a pax path", with_good(named(b"config/a\0b")), "NUL"),
    ("NUL", "in a GNU long name", with_good(entry(
        b"x", before=long_name(b"config/a\0b"), shown=b"config/a", magic=GNU)), "wrong form"),
    ("NUL", "in a link target", with_good(entry(b"volumes/auth/s", b"2", link=b"a\0b",
                                                shown_link=b"a")), "NUL"),
    ("control bytes", "escape in an upward name", with_good(
        entry(b"../" + ESC, content=b"x")), "\\033[2J\\007"),
    ("control bytes", "newline in a device's name", with_good(entry(b"a\nb: ok", b"3")),
     "a\\012b"),
    ("control bytes", "not UTF-8 in a FIFO's name", with_good(entry(b"a\xff\xfe", b"6")),
     "a\\377\\376"),
]

LINKS = [
    ("through a symlink", "folder, then file", soft(
        b"volumes/auth/d", b"/etc", entry(b"volumes/auth/d/x", content=b"x")), BELOW),
    ("through a symlink", "chain", soft(
        b"volumes/auth/a", b"..", entry(b"volumes/auth/b", b"2", link=b"a/.."),
        entry(b"volumes/auth/b/x", content=b"x")), BELOW),
    ("through a symlink", "set up afterwards", with_good(
        entry(b"volumes/auth/d/x", content=b"x"), entry(b"volumes/auth/d", b"2", link=b"/etc")),
     "not a folder, but entries lie below it"),
    ("through a symlink", "in place of a folder", with_good(
        folder(b"volumes/auth/d/"), entry(b"volumes/auth/d", b"2", link=b"/etc")), "before"),
    ("through a symlink", "a volume that is one", with_good(
        entry(b"volumes/ldap-vol0", b"2", link=b"/etc")), OUTSIDE),
    ("through a symlink", "below a file", with_good(
        entry(b"volumes/auth/key/x", content=b"x")), BELOW),
    ("symlink", "out of config", soft(b"config/s", b"/etc/passwd"), OUTSIDE),
    ("symlink", "inside config", soft(b"config/s", b".env"), OUTSIDE),
    ("symlink", "at the top", soft(b"volumes", b"/"), OUTSIDE),
    ("symlink", "no target", soft(b"volumes/auth/s", b""), "target"),
    ("symlink", "with content", with_good(Member(
        header(b"volumes/auth/s", b"2", 3, link=b"x") + pad(b"abc"), b"")),
     "content where none belongs"),
    ("hard link", "in config", hard(b"config/h", b"config/.env"), "a hard link outside volumes/"),
    ("hard link", "absolute", hard(b"volumes/auth/h", b"/etc/shadow"), "no good name"),
    ("hard link", "upwards", hard(b"volumes/auth/h", b"volumes/auth/../../config/.env"),
     "no good name"),
    ("hard link", "into config", hard(b"volumes/auth/h", b"config/.env"), "leaves its volume"),
    ("hard link", "into another volume", hard(
        b"volumes/ldap-vol0/h", b"volumes/auth/key"), "leaves its volume"),
    ("hard link", "into a volume with a longer name", hard(
        b"volumes/au/h", b"volumes/auth/key"), "leaves its volume"),
    ("hard link", "to nothing", hard(b"volumes/auth/h", b"volumes/auth/none"), "no earlier file"),
    ("hard link", "to itself", hard(b"volumes/auth/h", b"volumes/auth/h"), "no earlier file"),
    ("hard link", "to what comes later", hard(
        b"volumes/auth/h", b"volumes/auth/z", entry(b"volumes/auth/z")), "no earlier file"),
    ("hard link", "to a folder", with_good(
        folder(b"volumes/auth/d/"), entry(b"volumes/auth/h", b"1", link=b"volumes/auth/d")),
     "no earlier file"),
    ("hard link", "to a symlink, with content", with_good(
        entry(b"volumes/auth/s", b"2", link=b"/etc/passwd"),
        Member(header(b"volumes/auth/h", b"1", 5, link=b"volumes/auth/s") + pad(b"hello"), b"")),
     "content where none belongs"),
    ("hard link", "pax target upwards", with_good(entry(
        b"volumes/auth/h", b"1", link=b"x", before=pax([(b"linkpath", b"../x")]),
        shown_link=b"../x")), "no good name"),
]

TYPES = [
    ("special file", "character device", with_good(entry(b"volumes/auth/null", b"3")), "a device"),
    ("special file", "block device", with_good(entry(b"volumes/auth/sda", b"4")), "a device"),
    ("special file", "FIFO", with_good(entry(b"volumes/auth/fifo", b"6")), "a FIFO"),
    ("special file", "contiguous", with_good(entry(b"config/c", b"7", content=b"x")),
     "unknown type"),
    ("special file", "unknown", with_good(entry(b"config/z", b"Z")), "unknown type"),
    ("special file", "volume label", with_good(entry(b"label", b"V")), "unknown type"),
    ("special file", "multi-volume", with_good(entry(b"part", b"M")), "unknown type"),
    ("special file", "dump folder", with_good(entry(b"config/d", b"D")), "unknown type"),
    ("rights", "setuid in config", with_good(entry(b"config/su", mode=0o4755)), "setuid"),
    ("rights", "setgid in config", with_good(entry(b"config/sg", mode=0o2755)), "setgid"),
    ("rights", "mode of five digits", with_good(entry(b"config/m", mode=0o14755)), "mode"),
    ("rights", "mode in base 256", with_good(entry(
        b"config/m", mode=b"\x80\0\0\0\xff\xff\xff\xff")), "mode"),
    ("rights", "capability in config", with_good(entry(b"config/ping", before=pax(
        [(b"SCHILY.xattr.security.capability", b"\1\0\0\2" + b"\xff" * 16)]))), "capability"),
    ("rights", "capability of a folder", with_good(folder(b"volumes/auth/d/", before=pax(
        [(b"SCHILY.xattr.security.capability", b"\1\0\0\2" + b"\xff" * 16)]))), "capability"),
]

CASES = NAMES + LINKS + TYPES
