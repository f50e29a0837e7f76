"""An HTTP server for http_spec.lua: PORT_FILE gets its port; it ends when its stdin does."""

import http.server
import os
import sys
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            data = b""
            while True:
                size = int(self.rfile.readline(), 16)
                data += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return data
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_any(self):
        data = self.body()
        path = self.path.split("?")[0]
        method = getattr(self, "on_" + path.strip("/"), None)
        if method:
            method()
            return
        lines = [f"{self.command} {self.path}", *sorted(f"{k.lower()}: {v}" for k, v
                                                       in self.headers.items()), ""]
        self.answer(200, "\n".join(lines).encode() + data, ("X-Two", "a"), ("X-Two", "b"))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_any

    def on_json(self):
        self.answer(200, b'{"a": [1, 2.5, null]}', ("Content-Type", "application/json"))

    def on_done(self):
        self.answer(200, b'{"acknowledged": true}')

    def on_sorry(self):
        self.answer(200, b'{"error": {"reason": "no room"}, "status": 500}')

    def on_nothing(self):
        self.answer(200, b"{}")

    def on_redirect(self):
        self.answer(302, b"", ("Location", "/json"))

    def on_missing(self):
        self.answer(404, b'{"error": "no such index [x]"}')

    def on_slow(self):
        time.sleep(2)
        self.answer(200, b"late")

    def on_large(self):
        self.send_response(200)
        self.send_header("Content-Length", str(64 << 20))
        self.end_headers()
        for _ in range(64):
            self.wfile.write(bytes(1 << 20))

    def on_cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that hang up are part of the game."""


def main():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as file:
        file.write(str(server.server_port))
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    sys.stdin.read()


main()
