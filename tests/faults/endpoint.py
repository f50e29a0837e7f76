"""The server's endpoint, /core/v1/discover, served here; its answers can be made wrong."""

import http.server
import json
import threading
import time

GOOD = json.dumps({"version": "0.2.6", "build": "abc1234"}).encode()
FAULTS = {
    "html": (200, b"<html><body>Welcome</body></html>"),
    "empty": (200, b""),
    "error-in-200": (200, b'{"error":"database is down"}'),
    "number": (200, b'{"version":17}'),
    "nul": (200, b'{"version":"0.2.6\\u0000"}'),
    "endless": (200, b"[" * 3000000),
    "no-content": (204, b""),
    "401": (401, b'{"error":"who are you"}'),
    "404": (404, b"not found"),
    "429": (429, b"slow down"),
    "500": (500, b'{"error":"oops"}'),
    "502": (502, b"<html>Bad Gateway</html>"),
    "503": (503, b""),
    "cut": None, "close": None, "garbage": None, "hang": None, "slow": None, "drip": None,
}


class Endpoint:
    """with Endpoint(port) as e: e.fault = a name of FAULTS, or None for the right answer."""

    def __init__(self, port):
        self.port, self.fault, self.asked = port, None, 0
        self.stop = threading.Event()

    def __enter__(self):
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def plain(self, status, body, length=None):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                endpoint.asked += 1
                self.close_connection = True
                fault = endpoint.fault
                if fault is None:
                    self.plain(200, GOOD)
                elif FAULTS[fault]:
                    self.plain(*FAULTS[fault])
                elif fault == "cut":
                    self.plain(200, GOOD[:9], len(GOOD))
                elif fault == "garbage":
                    self.wfile.write(b"\x01\x02\x03 what\r\n\r\n")
                elif fault == "hang":
                    endpoint.stop.wait(20)
                elif fault == "slow":
                    time.sleep(0.4)
                    self.plain(200, GOOD)
                elif fault == "drip":
                    self.plain(200, b"", len(GOOD))
                    for position in range(len(GOOD)):
                        self.wfile.write(GOOD[position:position + 1])
                        self.wfile.flush()
                        if endpoint.stop.wait(0.2):
                            return

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()
