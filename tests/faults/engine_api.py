"""The Engine asked directly: HTTP over its unix socket, without hosskeep and without any fault."""

import http.client
import json
import os
import socket
import urllib.parse


class Connection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def socket_path():
    host = os.environ["DOCKER_HOST"]
    if not host.startswith("unix://"):
        raise RuntimeError(f"the fault suite needs an Engine on a unix socket, not {host}")
    return host[len("unix://"):]


def ask(method, path, body=None, timeout=60, path_of_socket=None, **query):
    """(status, decoded answer or text). Query values that are no text become JSON."""
    words = {k: v if isinstance(v, str) else json.dumps(v) for k, v in query.items()}
    connection = Connection(path_of_socket or socket_path(), timeout)
    try:
        target = "/v1.41" + path + ("?" + urllib.parse.urlencode(words) if words else "")
        data = None if body is None else json.dumps(body)
        connection.request(method, target, data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    try:
        return answer.status, json.loads(text or b"null")
    except ValueError:
        return answer.status, text.decode(errors="replace")


def must(method, path, body=None, good=(200, 201, 204, 304), timeout=60, **query):
    status, answer = ask(method, path, body, timeout, **query)
    if status not in good:
        raise RuntimeError(f"{method} {path}: {status} {answer}")
    return answer


def containers(label):
    return must("GET", "/containers/json", all="1", filters={"label": [label]})


def execute(ident, argv, user="root"):
    """Runs argv in a container; (exit code, stdout and stderr together)."""
    made = must("POST", f"/containers/{ident}/exec", {
        "Cmd": argv, "User": user, "Tty": True, "AttachStdout": True, "AttachStderr": True})
    status, text = ask("POST", f"/exec/{made['Id']}/start", {"Tty": True, "Detach": False})
    if status != 200:
        raise RuntimeError(f"exec in {ident[:12]}: {status} {text}")
    code = must("GET", f"/exec/{made['Id']}/json")["ExitCode"]
    return code, text if isinstance(text, str) else json.dumps(text)
