"""The world of `restore --replace`: archive of state A, a living server in state B. A run ends well
and the server is A; or it fails, and B runs again; or it is killed, and the same command ends well.
"""

import os
import shutil
import time

import engine_api as engine
import invariants as law
from fixture import IMAGE, VOLUMES
from world import COMPLETE, FRESH, MARKER, RERUN_EVERY, World

BACK = ("the former server is back and runs again", "the server that lives here was not touched")
LATE = ("clean-up", "report", "end")  # the new server is good and stays
HOPELESS = "the former server could not be put back: run the same command again"
PERSON = """dn: cn=of-b,dc=hoss,dc=example,dc=org
objectClass: organizationalRole
cn: of-b
"""
ADD = ('printf %s "$2" >/tmp/of-b && printf %s "$3" >/tmp/word && '
       'ldapadd -x -H ldapi:/// -D "$1" -y /tmp/word -f /tmp/of-b')


def tar(method, ident, path, data=None):
    """The Engine's archive call about a container: bytes out, or bytes in."""
    connection = engine.Connection(engine.socket_path(), 60)
    try:
        connection.request(method, f"/v1.41/containers/{ident}/archive?path={path}", data,
                           {"Content-Type": "application/x-tar"})
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{method} archive {path}: {answer.status} {text[:200]}")
    return text


class ReplaceWorld(World):
    """Runs `restore --replace` against a server that is not the archive's."""

    more, kills = (), 0

    def argv(self):
        if self.procedure == "backup":
            return super().argv()
        self.procedure = "restore"
        words = super().argv()
        self.procedure = "replace"
        return [*words, "--replace", *self.more]

    def prepare(self):
        self.procedure = "backup"
        self.must_run("the first backup")
        self.procedure = "replace"
        f = self.fixture
        name = sorted(n for n in os.listdir(f.backups) if n.endswith(".tar.gz"))[-1]
        self.archive = os.path.join(f.folder, name)
        shutil.move(os.path.join(f.backups, name), self.archive)
        for left in os.listdir(f.backups):
            os.remove(os.path.join(f.backups, left))
        self.content = f.content()
        self.become_b()

    # --- state B ---------------------------------------------------------------------------

    def become_b(self):
        f = self.fixture
        f.write(os.path.join(f.hoss, "core", "config.yaml"), "namespaces: [of-b]\n")
        f.write(os.path.join(f.hoss, "auth", "of-b.yaml"), "b: 1\n")
        f.env_text += "OF_B=1\n"
        f.write_env()
        self.run_inside("auth", "rm", "-f", "/secrets/of-a")
        self.run_inside("auth", "sh", "-c", "echo b >/secrets/of-b; chown 70:2000 /secrets/of-b")
        self.run_inside("ldap", "sh", "-c", ADD, "-", "cn=admin,dc=hoss,dc=example,dc=org",
                        PERSON, "ldap-admin-2Rt")
        self.kept = os.path.join(f.folder, "kept-b")
        shutil.copytree(f.hoss, self.kept, symlinks=True)
        for service in f.services:
            engine.must("POST", f"/containers/{f.name(service)}/stop", t="20")
        helper = self.helper()
        self.volumes = tar("GET", helper, "/b")
        engine.must("DELETE", f"/containers/{helper}", force="1")
        self.build_b()
        self.content_b = f.content()
        if self.content_b == self.content:
            raise RuntimeError("states A and B are the same")

    def run_inside(self, service, *argv):
        code, out = engine.execute(self.fixture.name(service), list(argv))
        if code != 0:
            raise RuntimeError(f"{service}: {argv}: {out}")

    def helper(self):
        project = self.fixture.project
        made = engine.must("POST", "/containers/create", {
            "Image": IMAGE, "Cmd": ["true"], "HostConfig": {
                "NetworkMode": "none",
                "Binds": [f"{project}_{name}:/b/{name}" for name in VOLUMES]}})
        return made["Id"]

    def build_b(self):
        """Makes the living server anew, whatever there is."""
        f = self.fixture
        f.remove_server()
        for name in VOLUMES:
            engine.must("POST", "/volumes/create", {"Name": f"{f.project}_{name}", "Labels": {
                "com.docker.compose.project": f.project, "com.docker.compose.volume": name,
                "of": "b"}})
        shutil.rmtree(f.hoss)
        shutil.copytree(self.kept, f.hoss, symlinks=True)
        helper = self.helper()
        tar("PUT", helper, "/", self.volumes)
        engine.must("DELETE", f"/containers/{helper}", force="1")
        f.up()
        self.before = law.State(f)
        self.hosts = self.host_names()
        self.whole = True

    def host_names(self):
        """Each container's host name and what its volumes' labels are."""
        found = {}
        for service in self.fixture.services:
            known = engine.must("GET", f"/containers/{self.fixture.name(service)}/json")
            found[service] = (known["Config"]["Hostname"], known["Config"]["Labels"])
        for name in VOLUMES:
            known = engine.must("GET", f"/volumes/{self.fixture.project}_{name}")
            found[name] = known["Labels"]
        return found

    def reset(self):
        self.reset_fault()
        if not self.whole:
            self.build_b()
        self.whole = False

    # --- what must hold --------------------------------------------------------------------

    def check_restore(self, case, run, before):
        effect = case.effect()
        if run.code in (0, 1) or COMPLETE in run.err:
            return self.compare("", law.WARNING in run.err)
        if effect == "kill" and run.code == law.KILLED:
            self.kills += 1
            half = self.kills % 2 and case.step not in LATE
            return (self.fails_then(before) if half else []) + self.again()
        if effect == "signal" and case.step in LATE and self.fixture.content() == self.content:
            return self.again() if self.has_marker() else self.compare("")
        told = "".join(x for x in run.err.splitlines() if not x.startswith(law.WARNING))
        # Where nothing can be written or opened any more, nothing can be put back before there is
        # room.
        lasts = case.kind in ("mount", "limit") and HOPELESS in told
        if lasts or effect == "gone" and (HOPELESS in told or self.has_marker()):
            return self.again()
        problems = self.is_b(before)
        if run.code == 10 and not case.mute() and not any(text in told for text in BACK):
            problems.append("the message does not tell that the former server is back")
        self.whole = not problems
        self.since += 1
        if self.since >= RERUN_EVERY and not problems:
            problems += self.again()
        return problems

    def has_marker(self):
        return os.path.exists(os.path.join(self.fixture.hoss, MARKER))

    def fails_then(self, before):
        """Behind a kill the next run fails at the start command: the old server is back."""
        self.more = ("--start", "exit 3")
        self.reset_fault()
        run = self.start().wait(120 + 120 * self.slow)
        self.more, problems = (), []
        if self.has_marker() or BACK[0] not in run.err:
            problems.append(f"a failing run behind it: {run.report()}")
        run.close()
        return problems + ["a failing run behind it: " + x for x in self.is_b(before)]

    def again(self):
        """The same command without the fault."""
        self.whole = False
        self.reset_fault()
        run = self.start().wait(120 + 120 * self.slow)
        self.plain_runs, self.since = self.plain_runs + 1, 0
        problems = self.compare("then ") if run.code == 0 else [
            f"the same command again: {run.report()}"]
        run.close()
        return problems

    def is_b(self, before):
        """The old server runs and is as it was, its containers' names and labels too."""
        problems, end = [], time.monotonic() + 20
        while True:
            try:
                found, hosts = self.fixture.content(), self.host_names()
            except (RuntimeError, KeyError) as problem:
                found, hosts = {"problem": str(problem)}, None
            if (found == self.content_b and hosts == self.hosts) or time.monotonic() > end:
                break
            time.sleep(0.2)
        for key in sorted(set(self.content_b) | set(found)):
            if found.get(key) != self.content_b.get(key):
                problems.append(f"{key} is {str(found.get(key))[:300]!r} instead of "
                                f"{str(self.content_b.get(key))[:300]!r}")
        if hosts != self.hosts:
            problems.append(f"containers are {hosts} instead of {self.hosts}")
        after = law.State(self.fixture)
        problems += law.differences(before, after)
        problems += [f"left over: {x}" for x in sorted(after.things - before.things)]
        problems += [f"gone: {x}" for x in sorted(before.things - after.things)]
        problems += [f"left over: {x}" for x in self.odd_names()]
        if any(state != "running" for state in after.states.values()):
            problems.append(f"containers are {after.states}")
        return problems

    def odd_names(self):
        """Former or half-made data folders, which the comparison of files leaves out."""
        data = os.path.join(self.fixture.hoss, "data")
        odd = set(os.listdir(data)) - {"db", "opensearch"} if os.path.isdir(data) else set()
        return sorted(odd | {x for x in os.listdir(self.fixture.hoss) if x.startswith(".replaced")})

    def compare(self, prefix, warned=False):
        problems = super().compare(prefix, warned)
        names = [] if warned else self.odd_names()
        return problems + [f"{prefix}left over: {x}" for x in names if not FRESH.search(f"/{x}/")]
