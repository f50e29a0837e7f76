"""The fault cases: triples of step, call and fault, discovered from the record of a clean run."""

import re
from dataclasses import dataclass, field

from endpoint import FAULTS as ENDPOINT_FAULTS

ONCE = {
    "write": ("ENOSPC", "EIO", "EINTR"), "pwrite64": ("ENOSPC", "EIO"),
    "openat": ("EMFILE", "ENOMEM", "EIO", "EACCES"), "fsync": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"), "ftruncate": ("EIO", "ENOSPC"),
    "rename": ("EIO", "ENOSPC"), "renameat": ("EIO", "ENOSPC", "EACCES"),
    "renameat2": ("EIO", "ENOSPC", "EINVAL", "EEXIST"), "unlink": ("EIO", "EACCES"),
    "unlinkat": ("EIO", "EACCES"), "rmdir": ("EIO",), "mkdir": ("ENOSPC", "EIO", "EACCES"),
    "mkdirat": ("ENOSPC", "EIO"), "fchmod": ("EIO", "EPERM"), "fchmodat": ("EIO",),
    "fchown": ("EIO", "EPERM"), "fchownat": ("EIO", "EPERM"), "lchown": ("EIO",),
    "link": ("EIO",), "linkat": ("EIO",), "symlinkat": ("EIO",), "utimensat": ("EIO",),
    "flock": ("EIO", "ENOLCK", "EAGAIN"), "socket": ("EMFILE", "ENOMEM"),
    "connect": ("ECONNREFUSED", "EACCES", "EAGAIN"), "sendto": ("EPIPE", "ECONNRESET"),
    "recvfrom": ("ECONNRESET", "ENOMEM"), "read": ("EIO", "EINTR"), "pread64": ("EIO",),
    "getdents64": ("EIO", "ENOMEM"), "pipe2": ("EMFILE",), "clone3": ("EAGAIN", "ENOMEM"),
    "statfs": ("EIO",), "poll": ("EINTR", "ENOMEM"), "lseek": ("EIO",), "eventfd2": ("EMFILE",),
    "socketpair": ("EMFILE",), "wait4": ("ECHILD",),
}
# From the K-th call on: the cleanup meets the same trouble.
FOR_EVER = {"write": ("ENOSPC",), "openat": ("EMFILE",), "fsync": ("EIO",),
            "renameat": ("EROFS",), "unlink": ("EROFS",), "mkdir": ("EROFS",),
            "socket": ("EMFILE",), "connect": ("ECONNREFUSED",), "clone3": ("EAGAIN",)}
# Where a signal makes a difference: what lies between two mutations is one moment.
SIGNALLED = ("write", "openat", "fsync", "renameat", "renameat2", "unlink", "mkdir", "fchmod",
             "ftruncate", "flock", "sendto", "connect", "clone3", "pipe2", "pwrite64", "fchown",
             "unlinkat", "mkdirat", "rename", "pread64", "getdents64", "fchownat", "linkat",
             "lchown", "utimensat", "fchmodat", "symlinkat", "rmdir", "link", "fdatasync")
RESTART = {"INT": "signal", "TERM": "signal", "HUP": "signal", "KILL": "kill"}


@dataclass
class Case:
    """One fault. kind: request, syscall, endpoint, limit, disk, action, mount."""

    procedure: str
    fixture: str
    kind: str
    step: str
    call: str
    number: int
    fault: str
    more: tuple = field(default=())

    def triple(self):
        return (f"{self.procedure}:{self.step}", f"{self.call}#{self.number}", self.fault)

    def name(self):
        return f"{self.procedure}/{self.fixture}/{self.step}/{self.call}#{self.number}/{self.fault}"

    def effect(self):
        """kill, signal, gone, limit or fault: what the checker may expect."""
        if "KILL" in self.fault:
            return "kill"
        if any(word in self.fault for word in ("INT", "TERM", "HUP")) and self.fault != "EINTR":
            return "signal"
        if self.fault == "gone" or self.fault.endswith("+"):
            return "gone"
        return "limit" if self.kind == "limit" else "fault"

    def mute(self):
        """True when the fault lets nothing be written to stderr, which is a file too."""
        return self.call == "write" and self.fault.endswith("+") \
            or self.call == "RLIMIT_FSIZE" and self.number < 1000


def of_requests(procedure, fixture, requests):
    """Each request of the clean run with each fault that an Engine or a network can have."""
    for request in requests:
        def case(fault, *more, request=request):
            return Case(procedure, fixture, "request", request.step, request.call, request.number,
                        fault, more)
        yield case("close", "close")
        yield case("gone", "gone")
        yield case("status-500", "status", 500, "something failed in the server")
        yield case("status-503", "status", 503, "Service Unavailable")
        # A false "it is gone" about a thing to be removed could not be found out by anybody.
        if not request.call.startswith("DELETE"):
            yield case("status-409", "status", 409, "conflict")
        yield case("garbage", "garbage")
        yield case("delay", "delay", 0.2)
        yield case("cut-head", "cut", 12)
        if request.received > 60:
            yield case("cut-half", "cut", request.received // 2)
            yield case("cut-last", "cut", request.received - 1)
        if request.body > 1:
            yield case("cut-request", "cut-request", request.body // 2)
        for word, number in (("KILL", 9), ("TERM", 15), ("INT", 2), ("HUP", 1)):
            yield case(f"{word}-before", "kill", number)
        yield case("KILL-after", "kill-after", 9)
        yield case("TERM-after", "kill-after", 15)
        yield case("hang-TERM", "hang-kill", 15)


def of_calls(procedure, fixture, trace):
    """Each mutating call of the main thread with each error, and signals there."""
    for step, call, number in parse(trace):
        for error in ONCE.get(call, ()):
            yield Case(procedure, fixture, "syscall", step, call, number, error,
                       (f"{call}:error={error}:when={number}",))
        for error in FOR_EVER.get(call, ()):
            yield Case(procedure, fixture, "syscall", step, call, number, error + "+",
                       (f"{call}:error={error}:when={number}+",))
        if call in SIGNALLED:
            for word in ("KILL", "TERM"):
                yield Case(procedure, fixture, "syscall", step, call, number, word,
                           (f"{call}:signal={word}:when={number}",))


def parse(trace):
    """(step, call, number) of the main thread behind the loading of libraries."""
    lines = []
    main, last_library, library = None, 0, False
    with open(trace, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = re.match(r"(\d+) +(\w+)\((.*)", line)
            if match:
                main = main or match[1]
                lines.append(match.groups())
                if match[1] == main:
                    library = match[2] == "openat" and ".so" in match[3] \
                        or library and match[2] in ("read", "pread64")
                    last_library = len(lines) if library else last_library
    step, counts, found = "begin", {}, []
    for index, (thread, call, rest) in enumerate(lines):
        begun = re.match(r'1, "\{\\"event\\":\\"step\\",\\"step\\":\\"([a-z-]+)', rest)
        if thread == main:
            counts[call] = counts.get(call, 0) + 1
            if index >= last_library:
                found.append((step, call, counts[call]))
        if call == "write" and begun:
            step = begun[1]
        elif call == "write" and rest.startswith('1, "{\\"event\\":\\"end'):
            step = "end"
    return found


def of_endpoint(procedure, fixture, step):
    for name in ENDPOINT_FAULTS:
        yield Case(procedure, fixture, "endpoint", step, "GET /core/v1/discover", 1,
                   "endpoint-" + name, (name,))


SEARCH_ERROR = '{"error":{"type":"x_exception","reason":"no room"},"status":500}'


def of_search(procedure, fixture, requests):
    """What OpenSearch, or something in front of it, may answer."""
    for request in requests:
        def case(fault, *more, request=request):
            return Case(procedure, fixture, "search", request.step, "os " + request.call,
                        request.number, fault, (request.call, *more))
        for status in (429, 503, 500, 404, 403):
            # As above: a false "it is gone" about a snapshot to be removed.
            if (status, request.call[:6]) == (404, "DELETE"):
                continue
            yield case(f"status-{status}", "status", status, SEARCH_ERROR)
        yield case("status-200-error", "status", 200, SEARCH_ERROR)
        yield case("status-200-empty", "status", 200, "{}")
        yield case("status-200-html", "status", 200, "<html>hello</html>")
        yield case("garbage", "garbage")
        yield case("close", "close")
        yield case("gone", "gone")
        yield case("delay", "delay", 0.3)
        yield case("cut-head", "cut", 12)
        if request.received > 60:
            yield case("cut-half", "cut", request.received // 2)
            yield case("cut-last", "cut", request.received - 1)
        if request.call.startswith("PUT") and "SNAPSHOT" in request.call:
            yield case("status-PARTIAL", "replace", b"SUCCESS", b"PARTIAL")
            yield case("status-FAILED", "replace", b'"SUCCESS"', b'"FAILED" ')
            yield case("status-INCOMPATIBLE", "replace", b'"SUCCESS"', b'"INCOMPA"')
            yield case("status-failed-shard", "replace", b'"failed":0', b'"failed":1')
            yield case("status-no-index", "replace", b"metadata-index", b"metadata-other")
        for word, number in (("KILL", 9), ("TERM", 15)):
            yield case(f"{word}-before", "kill", number)
            yield case(f"{word}-after", "kill-after", number)
        yield case("hang-TERM", "hang-kill", 15)


def of_limits(procedure, fixture):
    for number in range(4, 44):
        yield Case(procedure, fixture, "limit", "whole run", "RLIMIT_NOFILE", number,
                   "too few", ("NOFILE", number))
    for number in range(24, 200, 8):
        yield Case(procedure, fixture, "limit", "whole run", "RLIMIT_AS", number, "too little",
                   ("AS", number << 20))
    for number in (0, 1, 100, 512, 1000, 4096, 8192, 16384, 30000, 65536):
        yield Case(procedure, fixture, "limit", "whole run", "RLIMIT_FSIZE", number, "too little",
                   ("FSIZE", number))


def of_disk(fixture):
    """BACKUP_ROOT on a small disk with so many free kilobytes, or so many free inodes."""
    for number in (0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 56):
        yield Case("backup", fixture, "disk", "whole run", "kilobytes", number, "full disk",
                   ("size", number))
    for number in range(0, 8):
        yield Case("backup", fixture, "disk", "whole run", "inodes", number, "full disk",
                   ("inodes", number))
    yield Case("backup", fixture, "disk", "whole run", "mount", 1, "read-only", ("ro", 0))


def of_actions(procedure, fixture, requests, services):
    """A container is stopped, killed, removed, paused, sick at the first request of each step."""
    steps = set()
    for request in requests:
        if request.step in steps or request.step in ("begin", "end"):
            continue
        steps.add(request.step)
        for service in services:
            actions = ("stop", "kill", "remove", "pause", "restart")
            if (service, fixture) == ("auth", "db"):  # the one with a check of its own
                actions += ("unhealthy",)
            for action in actions:
                yield Case(procedure, fixture, "action", request.step, request.call,
                           request.number, f"{service}-{action}", (service, action))


def of_mounts(procedure, fixture, requests):
    """At the first request of each step the file system below it fills up, turns read-only, as ext4
    does by itself on an error, or fails whatever is asked."""
    steps = set()
    for request in requests:
        if request.step not in steps and request.step not in ("begin", "end"):
            steps.add(request.step)
            for fault in ("full disk midway", "read-only midway+", "EIO midway+"):
                yield Case(procedure, fixture, "mount", request.step, request.call,
                           request.number, fault, (fault.split(" midway")[0],))
