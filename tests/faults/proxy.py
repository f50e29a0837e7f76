"""A fault proxy in front of the real Engine (unix socket) or OpenSearch (TCP); only the fault is
fake.

Bytes pass through unchanged, hijacked and chunked streams too: what the client sends is read along
only to see where a request begins, and what the Engine answers is only counted. The armed fault
strikes at the K-th request that matches "METHOD PATTERN", once; "gone" from there on.

Faults: ("status", code, text) answers instead of the Engine; ("garbage",) answers no HTTP;
("close",) closes before the request is passed on, ("gone",) all later ones too; ("cut", n) closes
after n bytes of the answer; ("cut-request", n) after n bytes of the body; ("replace", old, new)
changes bytes of the answer, as many as there were; ("delay", s); ("hang", f) answers never, and
calls f soon; ("call", f) calls f first, then passes on; ("call-after", f) calls f when the answer's
first bytes are there, before they are passed on.
"""

import os
import re
import socket
import socketserver
import threading
import time

HEAD_END = b"\r\n\r\n"
PATIENCE = 300


class Request:
    """One request of a run: what is called, for the how many-th time, in which step; and how many
    bytes came back."""

    def __init__(self, call, number, step):
        self.call, self.number, self.step = call, number, step
        self.received = 0
        self.body = 0


def pattern(path):
    """The path without what differs from run to run."""
    path = re.sub(r"^/v[0-9.]+", "", path)
    path = re.sub(r"[0-9a-f]{12,64}", "ID", path)
    path = re.sub(r"hosskeep-[0-9]{4}-[0-9a-z-]+", "SNAPSHOT", path)
    path = re.sub(r"hosskeep-[A-Za-z0-9_.-]+", "HELPER", path)
    return re.sub(r"hossfault[0-9a-z]+", "PROJECT", path)


class Proxy:
    """with Proxy(path, engine_socket) as p: p.arm(call, k, fault); p.requests is the journal.

    With ("127.0.0.1", port) as upstream it listens on a TCP port of its own, p.port.
    step: a function that tells the step of the run at this moment.
    """

    def __init__(self, path, upstream):
        self.path, self.upstream = path, upstream
        self.step = lambda: ""
        self.lock = threading.Lock()
        self.links = set()
        self.reset()

    def reset(self):
        """Forgets journal and fault, and closes what is still open."""
        with self.lock:
            self.requests, self.fault, self.struck = [], None, None
            links, self.links = self.links, set()
        for link in links:
            link.close()

    def arm(self, call, number, fault):
        self.fault = (call, number, fault)

    def note(self, method, path):
        """The request in the journal, and the fault that strikes it."""
        call = f"{method} {pattern(path)}"
        step = self.step()
        with self.lock:
            number = 1 + sum(1 for r in self.requests if r.call == call)
            request = Request(call, number, step)
            self.requests.append(request)
            if self.fault and self.struck and self.fault[2][0] == "gone":
                return request, ("close",)
            if self.fault and self.fault[:2] == (call, number):
                self.struck = request
                return request, self.fault[2]
        return request, None

    def __enter__(self):
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                link = Link(proxy, self.request)
                with proxy.lock:
                    proxy.links.add(link)
                try:
                    link.run()
                finally:
                    link.close()
                    with proxy.lock:
                        proxy.links.discard(link)

        tcp = isinstance(self.upstream, tuple)
        kind = socketserver.ThreadingTCPServer if tcp else socketserver.ThreadingUnixStreamServer

        class Server(kind):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0) if tcp else self.path, Handler)
        self.port = self.server.server_address[1] if tcp else None
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.reset()
        self.server.shutdown()
        self.server.server_close()
        if self.path and os.path.exists(self.path):
            os.remove(self.path)


class Closed(Exception):
    """Either side is gone, or the fault ends the connection."""


class Link:
    """One connection of the client and its own one to the Engine."""

    def __init__(self, proxy, client):
        self.proxy, self.client = proxy, client
        tcp = isinstance(proxy.upstream, tuple)
        self.engine = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX)
        self.engine.settimeout(PATIENCE)
        client.settimeout(PATIENCE)
        self.data = b""
        self.request = None
        self.budget, self.after, self.swap = None, None, None
        self.over = threading.Event()

    def close(self):
        self.over.set()
        for end in (self.client, self.engine):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def run(self):
        try:
            self.engine.connect(self.proxy.upstream)
            threading.Thread(target=self.answers, daemon=True).start()
            while True:
                self.one_request()
        except (Closed, OSError, ValueError):
            pass
        finally:
            # The client may have closed its half only: a hijacked stream goes on.
            if not self.over.is_set() and self.request is not None:
                try:
                    self.engine.shutdown(socket.SHUT_WR)
                    self.over.wait(5)
                except OSError:
                    pass
            self.close()
            self.engine.close()

    def more(self):
        got = self.client.recv(65536)
        if not got:
            raise Closed
        self.data += got

    def one_request(self):
        while HEAD_END not in self.data:
            self.more()
        head, _, self.data = self.data.partition(HEAD_END)
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        self.budget, self.after, self.swap = None, None, None
        self.request, fault = self.proxy.note(method, target.split("?")[0])
        limit = self.strike(fault) if fault else None
        self.engine.sendall(head + HEAD_END)
        self.pass_body(fields, limit)
        if "upgrade" in fields:
            while True:
                self.send_body(self.data, None)
                self.data = b""
                self.more()

    def strike(self, fault):
        """What happens before the request is passed on; the most bytes of body to pass."""
        kind, *more = fault
        if kind == "status":
            code, text = more
            body = text.encode() if text[:1] in "{<" else b'{"message":"%s"}' % text.encode()
            self.client.sendall(b"HTTP/1.1 %d Fault\r\nContent-Type: application/json\r\n"
                                b"Connection: close\r\nContent-Length: %d\r\n\r\n%s"
                                % (code, len(body), body))
            raise Closed
        if kind == "garbage":
            self.client.sendall(b"\x00\xff<html>not what was asked for\r\n\r\n" * 4)
            raise Closed
        if kind in ("close", "gone"):
            raise Closed
        if kind == "hang":
            if more:
                threading.Timer(0.2, more[0]).start()
            while not self.over.is_set() and self.client.recv(65536):
                pass
            raise Closed
        if kind == "cut-request":
            return more[0]
        if kind == "cut":
            self.budget = max(0, more[0])
        elif kind == "replace":
            self.swap = more
        elif kind == "delay":
            time.sleep(more[0])
        elif kind == "call":
            more[0]()
        elif kind == "call-after":
            self.after = more[0]
        return None

    def send_body(self, data, limit):
        self.request.body += len(data)
        if limit is not None and self.request.body >= limit:
            self.engine.sendall(data[:max(0, len(data) - (self.request.body - limit))])
            raise Closed
        self.engine.sendall(data)

    def take(self, count, limit):
        """Passes on exactly so many bytes."""
        while count:
            if not self.data:
                self.more()
            part, self.data = self.data[:count], self.data[count:]
            count -= len(part)
            self.send_body(part, limit)

    def line(self, limit):
        while b"\r\n" not in self.data:
            self.more()
        line, _, self.data = self.data.partition(b"\r\n")
        self.send_body(line + b"\r\n", limit)
        return line

    def pass_body(self, fields, limit):
        if "chunked" in fields.get("transfer-encoding", ""):
            while True:
                size = int(self.line(limit).split(b";")[0], 16)
                if size:
                    self.take(size + 2, limit)
                    continue
                while self.line(limit):
                    pass
                return
        if limit == 0:
            raise Closed
        self.take(int(fields.get("content-length", "0")), limit)

    def answers(self):
        """The Engine's bytes, on to the client."""
        try:
            while True:
                data = self.engine.recv(65536)
                if not data:
                    break
                if self.after:
                    call, self.after = self.after, None
                    call()
                if self.swap:
                    data = data.replace(*self.swap)
                request = self.request
                request.received += len(data)
                if self.budget is not None:
                    if len(data) >= self.budget:
                        self.client.sendall(data[:self.budget])
                        break
                    self.budget -= len(data)
                self.client.sendall(data)
        except OSError:
            pass
        self.close()
