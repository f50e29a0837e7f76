#!/usr/bin/python3
# ctest: timeout=900 lock=stack
"""Every example of lua/examples does on a real stack what it says, also after stock has changed."""

import os
import subprocess

from lib import cookbook, engine, scripts
from lib.cases import Cases, check, same
from lib.cookbook import Blog, Disk, Receiver
from lib.run import Run
from lib.stack import Stack

cases = Cases()
SERVICES = "opensearch ldap db auth core traefik"

# Names, bodies and the order of stock steps change; names that were keep their meaning by an alias.
CHANGES = (
    ("backup.lua", 'b:step { name = "publish",', 'b:step { name = "give-name",'),
    ("backup.lua", 'b:step { name = "clear-current",', 'b:step { name = "empty-current",'),
    ("backup.lua", "        volumes.add(ctx, function(service)\n",
     '        ctx:note("another body")\n        volumes.add(ctx, function(service)\n'),
    ("backup.lua", "return b:main(...)", """b:alias("publish", "give-name")
b:alias("clear-current", "empty-current")
b:move("add-current", { after = "create-archive" })
b:move("add-version", { after = "add-dumps" })
b:move("prune", { after = "report" })
return b:main(...)"""),
)


def lines():
    for name in sorted(os.listdir(cookbook.EXAMPLES)):
        text = cookbook.source(name[:-len(".lua")])
        number = len(cookbook.code_lines(text))
        most = 25 if name == "blog.lua" else 15
        check(number <= most, f"{name}: {number} lines of code, at most {most}")
        check(text.startswith("-- "), f"{name} does not say how it is installed")


class Site:
    """A stack with all that the examples are about, and a script folder with the examples."""

    def __init__(self, stack):
        self.stack = stack
        self.wiki = f"{stack.project}_wiki-db_1"
        self.plugins = f"{stack.project}_plugins"
        self.tls = os.path.join(stack.base, "tls")
        self.page = os.path.join(stack.base, "www", "maintenance.html")
        self.key = os.path.join(stack.base, "key")
        self.seen = os.path.join(stack.base, "seen")
        os.makedirs(os.path.dirname(self.page), exist_ok=True)
        cookbook.install(stack.base, "key", "a key of the site\n")
        os.chmod(self.key, 0o600)

    def __enter__(self):
        cookbook.install(self.tls, "site.pem", "not a key\n")
        engine.docker("volume", "create", self.plugins)
        engine.docker("run", "--rm", "-v", f"{self.plugins}:/v", "--entrypoint", "sh",
                      cookbook.IMAGE, "-c", "echo x > /v/p; chown 7:8 /v/p; ln -s p /v/link")
        cookbook.postgres(self.stack.project, "wiki-db", self.wiki)
        cookbook.ready(self.wiki, "wiki")
        self.wiki_sql("create role editor; create table page (t text); insert into page"
                      " select generate_series(1, 300); alter table page owner to editor;")
        self.stack.sql("create database old_shop", "postgres")
        return self

    def __exit__(self, *_):
        engine.docker("rm", "-fv", self.wiki, check=False)
        engine.docker("volume", "rm", "-f", self.plugins, check=False)

    def wiki_sql(self, text):
        return cookbook.sql(self.wiki, "wiki", "wiki", text)

    def facts(self):
        files = engine.docker("run", "--rm", "-v", f"{self.plugins}:/v", "--entrypoint", "sh",
                              cookbook.IMAGE, "-c", "stat -c '%n %u %g %a %N' /v /v/*; cat /v/p")
        return [files, self.wiki_sql("select count(*), md5(string_agg(t, ',' order by t))"
                                     " from page; select tableowner from pg_tables"
                                     " where tablename = 'page';")]

    def started(self):
        return engine.inspect(self.stack.container("auth"))["State"]["StartedAt"]

    def scripts(self, name, web, disk):
        """All drop-ins for a backup in one folder."""
        folder = scripts.folder(self.stack, name)
        for number, example, *changes in (
                (5, "notify"), (10, "extra-volume", ("site_plugins", self.plugins),
                                ("/etc/site/tls", self.tls)),
                (10, "maintenance"), (10, "second-postgres"), (10, "skip-a-service"),
                (20, "stop-and-copy"), (70, "encrypt"), (80, "second-copy"), (80, "upload")):
            cookbook.example(folder, f"backup.d/{number:02}-{example}.lua", example, *changes)
        cookbook.install(folder, "backup.d/95-look.lua", f"""local p = ...
p:insert_before("finish", {{ name = "test-look", run = function()
    fs.write("{self.seen}", fs.stat("{self.page}") and "page" or "no page", {{ replace = true }})
end }})""")
        cookbook.install(folder, "settings.lua", f'site.webhook = "{web.url}/hook"\n'
                         f'site.upload = "{web.url}/up"\nsite.page = "{self.page}"\n'
                         f'site.key = "{self.key}"\nsite.disk = "{disk}"\n'
                         'site.rename = { old_shop = "new_shop" }\n')
        return folder


def decrypted(site, path):
    done = subprocess.run(["openssl", "enc", "-d", "-aes-256-cbc", "-pbkdf2", "-in", path,
                           "-pass", "file:" + site.key], capture_output=True, check=True)
    return done.stdout


def all_stories(site, name, *changes):
    """One backup with all drop-ins; the path of the second copy."""
    stack = site.stack
    with Receiver() as web, Disk(os.path.join(stack.base, "disk")) as disk:
        folder = site.scripts(name, web, disk.path)
        cookbook.stock(folder, *changes)
        before, old = site.started(), set(os.listdir(os.path.join(stack.backup_root, "backups")))
        run = stack.backup(scripts=folder).expect(0)
        check(site.started() != before, "auth was not stopped and started")
        same(stack.states()[f"{stack.project}_auth_1"], "running", "state of auth")
        with open(site.seen, encoding="utf-8") as file:
            same(file.read(), "page", "meanwhile")
        check(not os.path.exists(site.page), "the maintenance page is still there")
        same([post["text"] for post in web.posts], ["done"], "what the webhook got")
        new = sorted(set(os.listdir(os.path.join(stack.backup_root, "backups"))) - old)
        same([name.partition(".")[2] for name in new], ["manifest.json", "tar.gz.enc"], "files")
        encrypted = os.path.join(stack.backup_root, "backups", new[1])
        same(os.stat(encrypted).st_mode & 0o777, 0o600, "mode")
        with open(os.path.join(disk.path, new[1][:-len(".enc")]), "rb") as file:
            copy = file.read()
        check(decrypted(site, encrypted) == copy, "decrypted, it is another archive")
        same(list(web.puts), ["/up/" + new[1][:-len(".enc")]], "uploads")
        check(list(web.puts.values())[0] == copy, "another archive was uploaded")
        check(("another body" in run.err + run.out) == bool(changes), run.report())
    target = os.path.join(stack.base, name + ".tar.gz")
    with open(target, "wb") as file:
        file.write(copy)
    os.remove(encrypted)
    stack.verify(target).expect(0)
    return target


def contents(path):
    """An archive's entries, but not what differs from run to run."""
    out = engine.call(["tar", "-tzf", path]).splitlines()
    check(not any(name.startswith("search/") for name in out), "the index was not left out")
    for name in ("volumes/plugins/p", "volumes/tls/site.pem", "postgres/wiki/globals.sql",
                 "postgres/wiki/postgres-wiki-backup.dump"):
        check(name in out, f"{name} is not in the archive")
    return sorted(name for name in out if not name.startswith("volumes/ldap"))


def failure(site):
    """A backup that fails: the webhook is told why, the page goes, the service runs again."""
    stack = site.stack
    with Receiver() as web, Disk(os.path.join(stack.base, "disk")) as disk:
        folder = site.scripts("fails", web, disk.path)
        cookbook.install(folder, "backup.d/99-fail.lua", """local p = ...
p:insert_before("prune", { name = "test-fails", run = function() error("broken here", 0) end })""")
        stack.backup(scripts=folder).expect(5, "broken here")
        same([post["text"] for post in web.posts], ["failed: broken here"], "the webhook got")
        check(not os.path.exists(site.page), "the maintenance page is still there")
        same(stack.states()[f"{stack.project}_auth_1"], "running", "state of auth")
        names = os.listdir(os.path.join(stack.backup_root, "backups"))
        check(not [name for name in names if name.endswith(".enc")], f"left: {names}")
    with Receiver(status=503) as web:
        folder = site.scripts("unmounted", web, os.path.join(stack.base, "disk"))
        run = stack.backup(scripts=folder).expect(4, "the disk for the copy is not mounted",
                                                  "webhook: ")
        check("clear-current" not in run.out, "something was begun")


def restore(site, archive):
    """Into an empty place: further volumes, the folder and the second Postgres come back."""
    stack, facts = site.stack, site.facts()
    site.__exit__()
    os.rename(site.tls, site.tls + ".old")
    stack.reset()
    folder = scripts.folder(stack, "restores")
    cookbook.example(folder, "restore.d/50-rename-database.lua", "rename-database")
    cookbook.install(folder, "settings.lua", 'site.rename = { old_shop = "new_shop" }\n')
    wiki = cookbook.install(stack.base, "wiki.sh", f"""set -e
docker run -d --name {site.wiki} --entrypoint hoss-db \\
    --label com.docker.compose.project={stack.project} --label com.docker.compose.oneoff=False \\
    --label com.docker.compose.service=wiki-db -e POSTGRES_PASSWORD=x -e POSTGRES_USER=wiki \\
    -e POSTGRES_DB=wiki {cookbook.IMAGE}
""")
    stack.restore(archive, "--start", f"{stack.start_command()} && sh {wiki}", start=False,
                  scripts=folder).expect(0)
    stack.wait()
    same(site.facts(), facts, "volume and second Postgres")
    with open(os.path.join(site.tls, "site.pem"), encoding="utf-8") as file:
        same(file.read(), "not a key\n", "the folder")
    names = stack.sql("select datname from pg_database where datname ~ 'shop'", "postgres")
    same(names.split(), ["new_shop"], "databases")


def ldap_only(site, archive):
    stack = site.stack
    search = ("ldapsearch", "-Q", "-LLL", "-o", "ldif-wrap=no", "-Y", "EXTERNAL", "-H",
              "ldapi:///", "-b", "dc=hoss,dc=gigantum,dc=com")
    before = stack.exec("ldap", *search)
    person = next(line[4:] for line in before.splitlines() if line.startswith("dn: uid="))
    stack.exec("ldap", "ldapdelete", "-x", "-D", "cn=admin,dc=hoss,dc=gigantum,dc=com", "-w",
               "ldap admin pass", "-H", "ldapi:///", person)
    check(stack.exec("ldap", *search) != before, "nothing was deleted")
    others = {name: engine.inspect(stack.container(name))["State"]["StartedAt"]
              for name in ("db", "auth")}
    script = cookbook.example(scripts.folder(stack, "ldap"), "restore-ldap.lua", "restore-ldap")
    Run(["run", script, archive, stack.project], home=stack.home).wait(120).expect(0)
    stack.wait()
    same(stack.exec("ldap", *search), before, "the directory")
    for name, started in others.items():
        same(engine.inspect(stack.container(name))["State"]["StartedAt"], started, name)


def blog(stack):
    """Another compose project: backed up, taken away, restored."""
    with Blog(stack) as site:
        folder = scripts.folder(stack, "blogs")
        root = os.path.join(site.folder, "backups")
        cookbook.example(folder, "blog.lua", "blog", ('"/srv/backups/blog"', f'"{root}"'),
                         ('project = "blog"', f'project = "{site.project}"'))
        facts = site.facts()

        def run(*words):
            return Run(["--script-dir", folder, "blog", *words], home=stack.home).wait(300)
        run().expect(2, "say backup, or restore ARCHIVE")
        archive = run("backup").expect(0).out.splitlines()[-1]
        stack.verify(archive).expect(0)
        run("restore", archive).expect(4, "exists; nothing was changed")
        same(site.facts(), facts, "the project after its backup")
        site.compose("down", "-v")
        command = " ".join(f"'{word}'" for word in site.argv("up", "-d"))
        run("restore", archive, "--start", command).expect(0)
        same(site.facts(), facts, "the project after its restore")
        same(len(os.listdir(root + "/backups")), 2, "an archive and its manifest")


cases.run("lines of code", lines)
with Stack("cook", services=SERVICES) as s:
    s.up().seed()
    with Site(s) as here:
        first = cases.run("all stories of a backup", all_stories, here, "site")
        second = cases.run("the same with stock steps renamed, moved and rewritten", all_stories,
                           here, "changed", *CHANGES)
        if first and second:
            with cases.case("both archives hold the same"):
                same(contents(second), contents(first), "entries")
        cases.run("a backup that fails", failure, here)
        if first:
            cases.run("restore with a renamed database", restore, here, first)
            cases.run("restore only ldap", ldap_only, here, first)
    cases.run("a project that is no HOSS server", blog, s)
cases.end()
