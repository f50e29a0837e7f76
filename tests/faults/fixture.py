"""A small server on the real Engine for fault runs: Postgres, slapd and auth of the test image.

It carries compose's labels but is made through the Engine's API, because docker-compose alone
takes a second. No network: everything goes through exec. The endpoint is a server of ours.

    fixture.py up DIR PROJECT     makes and starts the containers that DIR/hoss/.env asks for
"""

import hashlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import engine_api as engine

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
IMAGE = "hosskeep-test/server:1"
VOLUMES = ("auth-secrets", "ldap-vol0", "ldap-vol1", "rabbitmq-data")
MOUNTS = {
    "db": ["{DB_ROOT}:/var/lib/postgresql/data", "{DB_INIT_SCRIPTS}:/docker-entrypoint-initdb.d",
           "{BACKUP_ROOT}/.db:/mnt/backup"],
    "ldap": ["{project}_ldap-vol0:/var/lib/ldap", "{project}_ldap-vol1:/etc/ldap/slapd.d"],
    "auth": ["{project}_auth-secrets:/secrets"],
    "rabbitmq": ["{project}_rabbitmq-data:/var/lib/rabbitmq"],
    "opensearch": ["{HOSS_DIR}/data/opensearch:/usr/share/opensearch/data",
                   "{BACKUP_ROOT}/.opensearch:/mnt/snapshots",
                   "{HOSS_DIR}/opensearch/opensearch.yaml:"
                   "/usr/share/opensearch/config/opensearch.yml"],
}
ENV = """SERVICES={services}
HOSS_DIR={hoss}
EXTERNAL_HOSTNAME=http://127.0.0.1:{port}
UID=0
GID=0
BACKUP_ROOT={hoss}/backup
DB_ROOT={hoss}/data/db
DB_INIT_SCRIPTS={folder}/init
POSTGRES_USER=postgres
POSTGRES_PASSWORD=pg-secret-4Kw
POSTGRES_CORE_DB=hoss_core
POSTGRES_AUTH_DB=hoss_auth
POSTGRES_CORE_PASSWORD=core-pass-7Qx
LDAP_ORGANISATION=Faults
LDAP_DOMAIN=hoss.example.org
LDAP_ADMIN_PASSWORD=ldap-admin-2Rt
"""
SICK = "/tmp/sick"
HEALTH = {"Test": ["CMD-SHELL", f"test ! -e {SICK}"], "Interval": 10**9, "Retries": 1}
SECRETS = ("pg-secret-4Kw", "core-pass-7Qx", "ldap-admin-2Rt")
INIT = """#!/bin/bash
set -e
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE hoss_core LOGIN;
CREATE DATABASE hoss_core OWNER hoss_core;
SQL
"""
BROKER = "http://127.0.0.1:15672/api"
SEARCH = """cluster.name: faults
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport}
discovery.type: single-node
path.repo: ["/mnt/snapshots"]
"""
FILL = """CREATE TABLE files (id int primary key, name text not null);
INSERT INTO files SELECT i, md5(i::text) FROM generate_series(1, 500) i;
ALTER TABLE files OWNER TO hoss_core; CREATE INDEX ON files (name);"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read_env(path):
    with open(path, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)


def start_containers(folder, project):
    """What `make up` does: each service of .env gets a container, unless it has one."""
    values = read_env(os.path.join(folder, "hoss", ".env"))
    services = values["SERVICES"].split()
    there = {c["Labels"]["com.docker.compose.service"]: c
             for c in engine.containers(f"com.docker.compose.project={project}")}
    for service in services:
        if service in there and there[service]["State"] in ("running", "paused"):
            continue
        name = f"{project}_{service}_1"
        if service not in there:
            # As docker-compose does: a new container's broker has a name that its data has not.
            host = service + (os.urandom(2).hex() if service == "rabbitmq" else "")
            spec = {
                "Image": IMAGE, "Hostname": host, "Entrypoint": ["hoss-" + service],
                "Env": [f"{key}={value}" for key, value in values.items()],
                "StopSignal": "SIGINT" if service == "db" else "SIGTERM",
                "Healthcheck": HEALTH if service == "auth" and "db" in services else None,
                "Labels": {"com.docker.compose.project": project,
                           "com.docker.compose.service": service,
                           "com.docker.compose.oneoff": "False",
                           "com.docker.compose.container-number": "1"},
                "HostConfig": {"NetworkMode": "host" if service == "opensearch" else "none",
                               "RestartPolicy": {"Name": "always"},
                               # Without a network nothing else tells its own name.
                               "ExtraHosts": [host + ":127.0.0.1"],
                               "Binds": [text.format(project=project, **values)
                                         for text in MOUNTS[service]]},
            }
            # 409: a start command that outlived its killed hosskeep makes the same ones right now.
            engine.must("POST", "/containers/create", spec, (201, 409), name=name)
        engine.must("POST", f"/containers/{name}/start", good=(204, 304))


class Fixture:
    """with Fixture("hossfault0", port) as f: a running, seeded server; all goes at the end."""

    def __init__(self, project, port, services=("db", "ldap", "auth")):
        self.project, self.port, self.services = project, port, services
        self.folder = tempfile.mkdtemp(prefix=project + "-")
        os.chmod(self.folder, 0o755)
        self.hoss = os.path.join(self.folder, "hoss")
        self.root = os.path.join(self.hoss, "backup")
        self.backups = os.path.join(self.root, "backups")
        self.init = os.path.join(self.folder, "init")
        self.home = os.path.join(self.folder, "home")
        self.env_text = ""
        self.search_port = free_port() if "opensearch" in services else None

    def __enter__(self):
        try:
            self.make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.remove_server()
        subprocess.run(["umount", "-l", self.root], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def make(self):
        for name in ("core", "auth", "data/db", "backup/.db", "backup/.current", "backup/backups"):
            os.makedirs(os.path.join(self.hoss, name))
        os.makedirs(self.home)
        os.makedirs(self.init)
        os.chmod(self.backups, 0o700)
        self.write(os.path.join(self.hoss, "core", "config.yaml"), "namespaces: []\n")
        self.write(os.path.join(self.hoss, "auth", "config.yaml"), "issuer: dex\n" * 200)
        path = os.path.join(self.init, "create-databases.sh")
        self.write(path, INIT)
        os.chmod(path, 0o755)
        self.env_text = ENV.format(hoss=self.hoss, port=self.port, folder=self.folder,
                                   services=" ".join(self.services))
        self.write_env()
        if self.search_port:
            self.make_search()
        self.up()
        if "db" in self.services:
            self.sql(FILL)
        if "rabbitmq" in self.services:
            self.fill_broker()
        if self.search_port:
            for number in range(5):
                self.search("PUT", f"/metadata-index/_doc/{number}?refresh=true", {"n": number})

    def make_search(self):
        os.mkdir(os.path.join(self.hoss, "opensearch"))
        self.write(os.path.join(self.hoss, "opensearch", "opensearch.yaml"),
                   SEARCH.format(port=self.search_port, transport=free_port()))
        for path in ("data/opensearch", "backup/.opensearch"):
            os.makedirs(os.path.join(self.hoss, path))
            os.chown(os.path.join(self.hoss, path), 1000, 1000)

    def search(self, method, path, body=None, timeout=60):
        """OpenSearch's decoded answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.search_port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.loads(answer.read())

    def broker(self, path, method="GET", body=None):
        """The decoded answer of RabbitMQ's management API."""
        code, out = engine.execute(self.name("rabbitmq"), [
            "curl", "-sf", "--retry", "30", "--retry-delay", "1", "--retry-connrefused",
            "-u", "guest:guest", "-X", method, "-H", "Content-Type: application/json",
            *([] if body is None else ["-d", json.dumps(body)]), BROKER + path])
        if code != 0:
            raise RuntimeError(f"rabbitmq: {method} {path}: {code} {out}")
        return json.loads(out) if out.strip() else None

    def fill_broker(self):
        self.broker("/queues/%2F/sync", "PUT", {"durable": True})
        for number in range(5):
            self.broker("/exchanges/%2F/amq.default/publish", "POST", {
                "properties": {"delivery_mode": 2}, "routing_key": "sync",
                "payload": f"message {number}", "payload_encoding": "string"})

    def repositories(self):
        """Names of OpenSearch's repositories, but for that of the backups."""
        try:
            return sorted(set(self.search("GET", "/_snapshot", timeout=5)) - {"hosskeep"})
        except OSError:  # it does not run, or stands still
            return []

    def snapshots(self):
        """Names of the snapshots in hosskeep's repository."""
        try:
            found = self.search("GET", "/_snapshot/hosskeep/_all")["snapshots"]
        except urllib.error.HTTPError:
            return []
        return [f"{x['snapshot']} {x['state']}" for x in found]

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def write_env(self):
        path = os.path.join(self.hoss, ".env")
        self.write(path, self.env_text)
        os.chmod(path, 0o600)

    # --- containers ------------------------------------------------------------------------

    def name(self, service):
        return f"{self.project}_{service}_1"

    def up(self):
        start_containers(self.folder, self.project)
        self.wait()

    def wait(self, seconds=120):
        """Until each service answers."""
        question = {"db": ["pg_isready", "-q", "-h", "127.0.0.1"],
                    "ldap": ["ldapsearch", "-Q", "-LLL", "-Y", "EXTERNAL", "-H", "ldapi:///", "-s",
                             "base", "-b", ""],
                    "auth": ["test", "-s", "/secrets/private.pem"],
                    "rabbitmq": ["sh", "-c", "HOME=/var/lib/rabbitmq rabbitmqctl -q await_startup"],
                    "opensearch": ["curl", "-sf", f"127.0.0.1:{self.search_port}/_cluster/health"]}
        end = time.monotonic() + seconds
        for service in self.services:
            while True:
                try:
                    if engine.execute(self.name(service), question[service])[0] == 0:
                        break
                except RuntimeError:
                    pass
                if time.monotonic() > end:
                    raise RuntimeError(f"{service} is not ready after {seconds} s")
                time.sleep(0.1)

    def states(self):
        return {c["Names"][0][1:]: c["State"] for c in engine.containers(
            f"com.docker.compose.project={self.project}")}

    def remove_helpers(self):
        """Containers and images that a run of hosskeep has left."""
        label = {"label": [f"hosskeep.project={self.project}"]}
        for container in engine.must("GET", "/containers/json", all="1", filters=label):
            engine.ask("DELETE", f"/containers/{container['Id']}", force="1", v="1")
        for image in engine.must("GET", "/images/json", filters=label):
            engine.ask("DELETE", f"/images/{image['Id']}", force="1")

    def remove_server(self):
        """As `make reset`: containers, volumes, data and .env go."""
        for container in engine.containers(f"com.docker.compose.project={self.project}"):
            engine.ask("DELETE", f"/containers/{container['Id']}", force="1", v="1")
        self.remove_helpers()
        for name in VOLUMES:
            engine.ask("DELETE", f"/volumes/{self.project}_{name}", force="1")
        shutil.rmtree(os.path.join(self.hoss, "data"), ignore_errors=True)

    def make_unhealthy(self, service, seconds=20):
        """Has the container's own check fail, and waits until the Engine has noticed."""
        name, end = self.name(service), time.monotonic() + seconds
        engine.execute(name, ["touch", SICK])
        while engine.must("GET", f"/containers/{name}/json")["State"]["Health"]["Status"] \
                != "unhealthy":
            if time.monotonic() > end:
                raise RuntimeError(f"{service} is not unhealthy after {seconds} s")
            time.sleep(0.1)

    def revive(self):
        """After a container was stopped, paused, made sick or removed: all run again."""
        for name, state in self.states().items():
            if state == "paused":
                engine.ask("POST", f"/containers/{name}/unpause")
        self.up()
        if "db" in self.services and "auth" in self.services:
            engine.execute(self.name("auth"), ["rm", "-f", SICK])

    # --- state -----------------------------------------------------------------------------

    def sql(self, text, database="hoss_core"):
        code, out = engine.execute(self.name("db"), [
            "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-c",
            text], user="postgres")
        if code != 0:
            raise RuntimeError(f"sql: {out}")
        return out

    def content(self):
        """What the server holds, for the comparison after a restore."""
        found = {}
        if "db" in self.services:
            found["db"] = self.sql(
                "SELECT count(*), md5(string_agg(id || name, ',' ORDER BY id)) FROM files; "
                "SELECT datname, pg_get_userbyid(datdba) FROM pg_database ORDER BY 1; "
                "SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'; "
                "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1; "
                "SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1")
        if "ldap" in self.services:
            # As root it can keep a slapd that is just starting from it.
            found["ldap"] = engine.execute(self.name("ldap"), ["slapcat", "-n", "1"],
                                           user="openldap")[1]
            found["ldap files"] = engine.execute(self.name("ldap"), [
                "sh", "-c", "stat -c '%n %u %g %a' /var/lib/ldap/data.mdb /etc/ldap/slapd.d/*"])[1]
        if "auth" in self.services:
            found["auth"] = engine.execute(self.name("auth"), [
                "sh", "-c", "stat -c '%u %g %a' /secrets/*; sha256sum /secrets/*"])[1]
        if "rabbitmq" in self.services:
            found["messages"] = [x["payload"] for x in self.broker(
                "/queues/%2F/sync/get", "POST", {
                    "count": 50, "ackmode": "ack_requeue_true", "encoding": "auto"})]
            found["broker"] = self.broker("/definitions")
        if self.search_port:
            try:
                hits = self.search("GET", "/metadata-index/_search?size=50")["hits"]["hits"]
                found["index"] = sorted((x["_id"], x["_source"]["n"]) for x in hits)
            except (OSError, ValueError, KeyError) as problem:
                raise RuntimeError(f"opensearch: {problem}") from problem
        for name in ("core/config.yaml", "auth/config.yaml", ".env"):
            path = os.path.join(self.hoss, name)
            found[name] = digest(path) if os.path.exists(path) else None
        return found

    def files(self):
        """{path: (mode, size, mtime)} below configuration and init folders, data left out."""
        found = {}
        for top in (self.hoss, self.init):
            for folder, names, files in os.walk(top):
                if folder == self.hoss:
                    names[:] = [n for n in names if n != "data"]
                if folder == self.root:
                    names[:] = [n for n in names if n != ".opensearch"]
                for name in names + files:
                    path = os.path.join(folder, name)
                    what = os.lstat(path)
                    known = (what.st_mode,) if stat.S_ISDIR(what.st_mode) else (
                        what.st_mode, what.st_size, what.st_mtime_ns)
                    found[path] = known
        return found


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "up":
        sys.exit(__doc__)
    start_containers(sys.argv[2], sys.argv[3])
