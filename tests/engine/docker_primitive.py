#!/usr/bin/python3
# ctest: timeout=240 lock=none
"""The docker module against a real Engine; a large volume is read in constant memory."""

import os
import socket
import ssl
import tempfile
import threading
import time

from lib.cases import Cases, check, same
from lib.engine import ROOT, call, docker, ensure
from lib.run import Run

SPECS = [os.path.join(ROOT, "spec", f"docker{part}_spec.lua") for part in ("", "_exec", "_files")]
GIGABYTE = 1 << 30
NAME = f"hkdock-{os.getpid()}"

LARGE = """
local host, name, image = ...
local client <close> = docker.connect { host = host }
client:create_volume(name)
local mount = { Mounts = { { Type = "volume", Source = name, Target = "/v" } } }
local maker = client:create(name .. "-maker", { Image = image, HostConfig = mount,
    Cmd = { "dd", "if=/dev/zero", "of=/v/large", "bs=1M", "count=1024" } })
maker:start()
assert(maker:wait { timeout = 120 } == 0)
local helper = client:create(name .. "-helper", { Image = image, HostConfig = mount })
local start = time.monotonic()
local reader <close> = helper:open "/v/."
local bytes = stream.copy(reader, stream.null())
log.out(string.format("%d", bytes))
log.info("read in %.1f s", time.monotonic() - start)
"""

ensure()
cases = Cases()
host = os.environ["DOCKER_HOST"]
image = "hosskeep-test/server:1"


def specs():
    """The specs that need an Engine, run by hosskeep itself."""
    run = Run(["run", os.path.join(ROOT, "spec", "run.lua"), *SPECS],
              env={"ENGINE_SPEC_HOST": host, "ENGINE_SPEC_IMAGE": image}).wait(200)
    print(run.out, flush=True)
    run.expect(0)


def large():
    """1 GiB from a volume to nowhere."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(LARGE)
        file.flush()
        run = Run(["run", file.name, host, NAME, image]).wait(200).expect(0)
    print(run.err, flush=True)
    check(int(run.out) > GIGABYTE, f"only {run.out} bytes")
    check(run.peak < 32 << 20, f"{run.peak >> 20} MiB of memory")
    print(f"      peak {run.peak / (1 << 20):.1f} MiB", flush=True)


INTERRUPTED = """
local host, name, image = ...
local client <close> = docker.connect { host = host }
local c = client:create(name .. "-exec", { Image = image, Cmd = { "sleep", "600" } })
c:start()
log.out "ready"
c:exec { "sh", "-c", "echo begun; sleep 4321; :" }
"""


def interrupted():
    """Ctrl-C while a program runs in a container: it ends there, then hosskeep does."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(INTERRUPTED)
        file.flush()
        run = Run(["run", file.name, host, NAME, image])
        until("the program runs", lambda: sleeps("4321"))
        began = time.monotonic()
        run.kill()
        run.wait(30)
    same(run.code, 130, "exit code")
    check(not sleeps("4321"), "the program still runs in the container")
    print(f"      ended after {time.monotonic() - began:.1f} s", flush=True)


def sleeps(what):
    text = docker("exec", f"{NAME}-exec", "ps", "-eo", "stat,args", check=False)
    return any(line[0] != "Z" and f"sleep {what}" in line for line in text.splitlines() if line)


def until(what, asked, seconds=60):
    end = time.monotonic() + seconds
    while not asked():
        check(time.monotonic() < end, f"{what}: not in {seconds} s")
        time.sleep(0.1)


def certificates(folder):
    """A CA, and what it signed for server and client."""
    def ssl_tool(*argv):
        call(["openssl", *argv])

    def path(name):
        return os.path.join(folder, name)

    ssl_tool("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hkdock",
             "-keyout", path("ca-key.pem"), "-out", path("ca.pem"))
    with open(path("names"), "w", encoding="ascii") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for who, key, cert in (("server", "server-key.pem", "server.pem"),
                           ("client", "key.pem", "cert.pem")):
        ssl_tool("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={who}",
                 "-keyout", path(key), "-out", path("request"))
        ssl_tool("x509", "-req", "-in", path("request"), "-CA", path("ca.pem"), "-days", "2",
                 "-CAkey", path("ca-key.pem"), "-CAcreateserial", "-extfile", path("names"),
                 "-out", path(cert))


def forward(source, target):
    """Bytes one way until the end."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(listener, context):
    """Passes each connection on to the Engine's socket; with a context, out of TLS."""
    while True:
        try:
            near, _ = listener.accept()
            near = context.wrap_socket(near, server_side=True) if context else near
        except ssl.SSLError:
            continue
        except OSError:
            return
        far = socket.socket(socket.AF_UNIX)
        far.connect(host.removeprefix("unix://"))
        for ends in ((near, far), (far, near)):
            threading.Thread(target=forward, args=ends, daemon=True).start()


ASK = """
local client <close> = docker.connect()
log.out(client.host .. " " .. client:info().OSType)
local c = client:create(nil, { Image = ..., Cmd = { "sleep", "600" } })
c:start()
local done, problem = try(c.exec, c, { "echo", "hello" })
c:remove()
log.out(done and done.stdout or problem)
"""


def remote(env, context=None):
    """One script over TCP; the finished run."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener, context), daemon=True).start()
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write(ASK)
            file.flush()
            address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
            return Run(["run", file.name, image], env={"DOCKER_HOST": address, **env}).wait(60)


def over_tcp():
    run = remote({}).expect(0)
    check("linux" in run.out and "hello" in run.out, run.report())


def over_tls():
    """Both sides show certificates; a wrong CA or a missing certificate ends it."""
    with tempfile.TemporaryDirectory() as folder:
        certificates(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server-key.pem")
        context.load_verify_locations(f"{folder}/ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        env = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder}
        run = remote(env, context).expect(0)
        check("linux" in run.out and "hello" in run.out, run.report())
        os.rename(f"{folder}/ca.pem", f"{folder}/kept.pem")
        call(["cp", "/etc/ssl/certs/ca-certificates.crt", f"{folder}/ca.pem"])
        run = remote(env, context)
        check(run.code != 0 and "certificate" in run.err, run.report())


def clean():
    """What the large case made."""
    docker("rm", "-f", *(f"{NAME}-{what}" for what in ("maker", "helper", "exec")), check=False)
    docker("volume", "rm", "-f", NAME, check=False)


try:
    cases.run("the specs", specs)
    cases.run("a large volume in constant memory", large)
    cases.run("an interrupt ends the program in the container", interrupted)
    cases.run("over TCP", over_tcp)
    cases.run("over TLS", over_tls)
finally:
    clean()
cases.end()
