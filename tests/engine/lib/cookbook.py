"""The examples of lua/examples on a stack: installed as a site would, and what they need around."""

import http.server
import json
import os
import shutil
import threading

from . import engine, scripts
from .engine import ROOT, Failure, docker

EXAMPLES = os.path.join(ROOT, "lua", "examples")
IMAGE = "hosskeep-test/server:1"


def source(name):
    with open(os.path.join(EXAMPLES, name + ".lua"), encoding="utf-8") as file:
        return file.read()


def code_lines(text):
    """Lines that are neither empty nor comments."""
    return [line for line in text.splitlines() if line.strip() and
            not line.strip().startswith("--")]


def install(folder, target, text):
    path = os.path.join(folder, target)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def example(folder, target, name, *changes):
    """Copies an example; changes are (text, text of this site), each to be there."""
    text = source(name)
    for old, new in changes:
        if old not in text:
            raise Failure(f"{name}.lua lacks {old!r}")
        text = text.replace(old, new)
    return install(folder, target, text)


def stock(folder, *changes):
    """Puts changed copies of stock files into a script folder."""
    for name, old, new in changes:
        target = os.path.join(folder, name)
        path = target if os.path.exists(target) else os.path.join(scripts.LUA, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if text.count(old) != 1:
            raise Failure(f"lua/{name} has {text.count(old)} times {old!r}, the change needs one")
        install(folder, name, text.replace(old, new))


def postgres(project, service, name):
    """A further Postgres container of a compose project."""
    docker("run", "-d", "--name", name, "--entrypoint", "hoss-db",
           "--label", f"com.docker.compose.project={project}",
           "--label", f"com.docker.compose.service={service}",
           "--label", "com.docker.compose.oneoff=False",
           "-e", "POSTGRES_PASSWORD=wiki secret", "-e", "POSTGRES_USER=wiki",
           "-e", "POSTGRES_DB=wiki", IMAGE)


def ready(container, user):
    scripts.wait_for(f"{container} is ready", lambda: "accepting" in docker(
        "exec", container, "pg_isready", "-h", "127.0.0.1", "-U", user, check=False), seconds=120)


def sql(container, user, database, text):
    return docker("exec", "-i", container, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", user,
                  "-d", database, data=text.encode()).strip()


class Receiver:
    """A web server that keeps what it gets: puts {path: bytes}, posts [decoded JSON]."""

    def __init__(self, status=200):
        outer = self
        self.puts, self.posts = {}, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def take(self):
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))

            def answer(self):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_PUT(self):
                outer.puts[self.path] = self.take()
                self.answer()

            def do_POST(self):
                outer.posts.append(json.loads(self.take()))
                self.answer()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Disk:
    """A small file system of its own, mounted."""

    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)

    def __enter__(self):
        engine.call(["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", self.path])
        return self

    def __exit__(self, *_):
        engine.call(["umount", "-l", self.path], check=False)


BLOG = """version: "3.8"
services:
  web:
    image: %(image)s
    entrypoint: ["sleep", "100000"]
    volumes: ["posts:/data"]
  db:
    image: %(image)s
    entrypoint: ["hoss-db"]
    environment: {POSTGRES_PASSWORD: "blog secret", POSTGRES_DB: blog}
    volumes: ["dbdata:/var/lib/postgresql/data"]
volumes:
  posts:
  dbdata:
"""


class Blog:
    """A compose project that is no HOSS server."""

    def __init__(self, stack):
        self.project = stack.project + "blog"
        self.folder = os.path.join(stack.base, "blog")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.file = install(self.folder, "compose.yml", BLOG % {"image": IMAGE})
        self.web, self.db = (f"{self.project}_{name}_1" for name in ("web", "db"))

    def argv(self, *words):
        return ["docker-compose", "-f", self.file, "-p", self.project, *words]

    def compose(self, *words):
        engine.call(self.argv(*words), timeout=200)

    def __enter__(self):
        self.compose("up", "-d")
        ready(self.db, "postgres")
        docker("exec", self.web, "sh", "-c", "echo hello > '/data/a post'; ln -s 'a post' /data/l;"
               " chown -R 33:33 /data; chmod 2750 /data")
        sql(self.db, "postgres", "blog", "create role author; create table post (t text);"
            "alter table post owner to author; insert into post select generate_series(1, 500);")
        return self

    def __exit__(self, *_):
        engine.call(self.argv("down", "-v"), timeout=200, check=False)

    def facts(self):
        files = docker("exec", self.web, "sh", "-c", "cd /data && stat -c '%n %U %a %F' . * &&"
                       " cat l")
        return [files, sql(self.db, "postgres", "blog",
                           "select count(*), md5(string_agg(t, ',' order by t)) from post;"
                           "select tableowner from pg_tables where tablename = 'post';"
                           "select rolname from pg_roles where rolname !~ '^pg_' order by 1;")]
