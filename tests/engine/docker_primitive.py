#!/usr/bin/python3
# ctest: timeout=240 lock=none
"""The docker module against a real Engine; a large volume is read in constant memory."""

import os
import tempfile

from lib.cases import Cases, check
from lib.engine import ROOT, docker, ensure
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


def clean():
    """What the large case made."""
    docker("rm", "-f", f"{NAME}-maker", f"{NAME}-helper", check=False)
    docker("volume", "rm", "-f", NAME, check=False)


try:
    cases.run("the specs", specs)
    cases.run("a large volume in constant memory", large)
finally:
    clean()
cases.end()
