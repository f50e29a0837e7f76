"""Random flipped bits and cuts of an archive: hosskeep verify finds each, or nothing has changed.

    damage.py [ARCHIVE [COUNT]]   COUNT (200) flips and as many cuts; without ARCHIVE one is forged

HOSSKEEP is the program, SEED makes a run repeatable. Exit: 0, or 1 when damage went unseen.
"""
import concurrent.futures
import os
import random
import shutil
import subprocess
import sys
import tempfile

import forge

HOSSKEEP = os.environ.get("HOSSKEEP", "hosskeep")
WORKERS = 2


def verify(path):
    return subprocess.run([HOSSKEEP, "verify", "--quiet", path], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=600, check=False).returncode


def content(path):
    """What the system's own tools decode, as a stream's hash; None: they refuse it."""
    tool = "zstd" if open(path, "rb").read(1) == b"\x28" else "gzip"
    with subprocess.Popen([tool, "-dc"], stdin=open(path, "rb"), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as unpack:
        hashed = subprocess.run(["sha256sum"], stdin=unpack.stdout, capture_output=True,
                                check=True).stdout
    return hashed if unpack.returncode == 0 else None


def flip(path, chosen):
    at, bit = chosen
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)[0]
        f.seek(at)
        f.write(bytes([byte ^ 1 << bit]))


def flips(path, size, count, pick):
    found, same, unseen = 0, 0, []
    whole = content(path)
    for _ in range(count):
        chosen = (pick.randrange(size), pick.randrange(8))
        flip(path, chosen)
        code = verify(path)
        if code == 6:
            found += 1
        elif code == 0 and content(path) == whole:
            same += 1
        else:
            unseen.append("bit %d of byte %d: exit %d" % (chosen[1], chosen[0], code))
        flip(path, chosen)
    return found, same, unseen


def cuts(path, size, count, pick):
    unseen = []
    for length in sorted(pick.sample(range(size), min(count, size)), reverse=True):
        os.truncate(path, length)
        code = verify(path)
        if code != 6:
            unseen.append("cut at %d: exit %d" % (length, code))
    return unseen


def damaged(folder, name, original, count, seed):
    """(flips found, flips that decode to the same bytes, what went unseen) of one copy."""
    pick = random.Random(seed)
    path = os.path.join(folder, name)
    shutil.copyfile(original, path)
    size = os.path.getsize(path)
    found, same, unseen = flips(path, size, count, pick)
    return found, same, unseen + cuts(path, size, count, pick)


def main(words):
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
    pick = random.Random(seed)
    count = int(words[1]) if len(words) > 1 else 200
    found, same, unseen = 0, 0, []
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        path = os.path.join(folder, "archive")
        if words:
            shutil.copyfile(words[0], path)
        else:
            with open(path, "wb") as out:
                noise = pick.randbytes(1000000)
                out.write(forge.with_good(forge.entry(b"db/x.dump", content=noise),
                                          forge.entry(b"search/x", content=b"text " * 100000)))
        size = os.path.getsize(path)
        if verify(path) != 0:
            print("the archive itself is refused")
            return 1
        jobs = [pool.submit(damaged, folder, f"copy-{i}", path, -(-count // WORKERS), seed + i)
                for i in range(WORKERS)]
        for job in jobs:
            result = job.result()
            found, same, unseen = found + result[0], same + result[1], unseen + result[2]
    for one in unseen:
        print(one)
    print("seed %d, %d bytes: %d flips found, %d decode to the same bytes; %d cuts; %d unseen"
          % (seed, size, found, same, -(-count // WORKERS) * WORKERS, len(unseen)))
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
