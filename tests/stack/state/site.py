"""Reaches the services of one running test stack through the docker command line."""

import argparse
import os
import subprocess
import sys


class Missing(Exception):
    """A service that is asked for has no container."""


def read_env(path):
    """KEY=value lines as compose reads them, as far as the test stack's own .env needs it."""
    values = {}
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            line = line.rstrip("\r\n")
            if "=" not in line or line.lstrip().startswith("#"):
                continue
            key, value = line.split("=", 1)
            key = key.strip().removeprefix("export ").strip()
            value = value.strip()
            if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
                quote, value = value[0], value[1:-1]
                if quote == '"':
                    value = value.replace('\\"', '"').replace("\\\\", "\\")
            else:
                value = value.split(" #", 1)[0].rstrip()
            values[key] = value
    return values


class Site:
    """One compose project and its configuration folder."""

    def __init__(self, config, project="server"):
        self.config = os.path.abspath(config)
        self.project = project
        self.env = read_env(os.path.join(self.config, ".env"))
        self.environ = dict(os.environ)
        if "DOCKER_HOST" not in self.environ and "ENGINE_DIR" in self.environ:
            self.environ["DOCKER_HOST"] = f"unix://{self.environ['ENGINE_DIR']}/docker.sock"
        self.services = self._services()

    def _services(self):
        """{service: container id} of all containers of the project, stopped ones too."""
        label = "{{.ID}} {{.Label \"com.docker.compose.service\"}}"
        out = self.docker("ps", "-a", "--no-trunc", "--format", label, "--filter",
                          f"label=com.docker.compose.project={self.project}").decode()
        found = {}
        for line in out.splitlines():
            ident, _, service = line.partition(" ")
            found[service] = ident
        return found

    def has(self, service):
        return service in self.services

    def docker(self, *argv, data=None, env=None):
        """Runs docker; bytes of its stdout. A failure shows its stderr."""
        environ = {**self.environ, **(env or {})}
        done = subprocess.run(["docker", *argv], input=data, env=environ, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=None if data is not None else subprocess.DEVNULL)
        if done.returncode != 0:
            text = done.stderr.decode(errors="replace").strip() or \
                done.stdout.decode(errors="replace")[-2000:]
            raise RuntimeError(f"docker {' '.join(argv[:4])}...: exit {done.returncode}: "
                               f"{text[-600:]}")
        return done.stdout

    def run(self, service, argv, data=None, user=None, secret=None):
        """Runs argv inside the service's container. secret: {NAME: value}, kept out of argv."""
        if service not in self.services:
            raise Missing(f"service {service} of project {self.project} has no container")
        options = ["-i"] if data is not None else []
        if user:
            options += ["-u", user]
        for name in secret or {}:
            options += ["-e", name]
        return self.docker("exec", *options, self.services[service], *argv, data=data,
                           env=secret)

    def psql(self, script, database="postgres", options=()):
        """Runs an SQL script by psql in one session; bytes of what it prints, unaligned.

        The session has settings of its own, so that a database's or role's own ones (a small
        timeout, read-only) neither break it nor change how values are printed.
        """
        settings = {"statement_timeout": "0", "lock_timeout": "0",
                    "idle_in_transaction_session_timeout": "0",
                    "default_transaction_read_only": "off", "datestyle": "ISO,YMD",
                    "intervalstyle": "postgres", "timezone": "UTC", "bytea_output": "hex",
                    "extra_float_digits": "3", "standard_conforming_strings": "on",
                    "row_security": "off", "client_min_messages": "warning",
                    "search_path": "pg_catalog", "work_mem": "128MB", "jit": "off"}
        secret = {"PGPASSWORD": self.env.get("POSTGRES_PASSWORD", ""),
                  "PGOPTIONS": " ".join(f"-c {k}={v}" for k, v in settings.items()),
                  "PGCLIENTENCODING": "UTF8"}
        argv = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U",
                self.env.get("POSTGRES_USER", "postgres"), "-d", database, *options, "-f", "-"]
        return self.run("db", argv, data=script.encode(), secret=secret)

    def curl(self, service, requests, check=True):
        """HTTP requests by one curl inside the container: [(method, url, headers, body or None)].

        The requests go to curl as a configuration on its stdin, so neither passwords nor bodies
        are in argv; a line of it may have 100 kB. Returns [(status, body)]; >= 400 is an error.
        """
        mark = "\n<<status "
        blocks = []
        for method, url, headers, body in requests:
            lines = [f"url = {quote(url)}", f"request = {method}", "silent", "show-error",
                     "globoff", f"write-out = {quote(mark + '%{http_code}>>' + mark)}"]
            lines += [f"header = {quote(h)}" for h in headers]
            if body is not None:
                lines.append(f"data-raw = {quote(body)}")
            blocks.append("\n".join(lines))
        text = "\nnext\n".join(blocks) + "\n"
        out = self.run(service, ["curl", "-q", "-K", "-"], data=text.encode())
        parts = out.split(mark.encode())[:-1]
        answers = []
        for body, status in zip(parts[::2], parts[1::2]):
            answers.append((int(status.rstrip(b">")), body))
        if len(answers) != len(requests):
            raise RuntimeError(f"{service}: {len(answers)} answers to {len(requests)} requests")
        for (status, body), request in zip(answers, requests):
            if check and status >= 400:
                raise RuntimeError(f"{service}: {request[0]} {request[1]}: {status} "
                                   f"{body[:600].decode(errors='replace')}")
        return answers

    def send(self, service, method, url, content_type, data):
        """One request with a body of any size, without a secret; the body of the answer."""
        argv = ["curl", "-q", "-sS", "-X", method, "-H", f"Content-Type: {content_type}",
                "--data-binary", "@-", url]
        return self.run(service, argv, data=data)


def quote(text):
    """A value of curl's configuration format."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + text.replace("\t", "\\t").replace("\r", "\\r") + '"'


def arguments(description):
    """The options that seed and fingerprint share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("-c", "--config-dir", default=os.path.expanduser("~/.hoss"),
                        help="configuration folder of the site (default ~/.hoss)")
    parser.add_argument("--project", default="server", help="compose project (default server)")
    return parser


def main(run):
    """Calls run() and turns what goes wrong into one line and exit code 1."""
    try:
        return run()
    except (RuntimeError, OSError, Missing) as problem:
        print(f"{os.path.basename(sys.argv[0])}: {problem}", file=sys.stderr)
        return 1
