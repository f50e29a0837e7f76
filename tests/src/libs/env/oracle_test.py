"""Compares env_parse with python-dotenv, which docker-compose 1.29 reads .env with.

usage: oracle_test.py ENV_PRINT; exit 77 when python-dotenv is not installed.
"""
import io
import random
import subprocess
import sys

try:
    import oracle
except ImportError:
    print("python-dotenv is not installed")
    sys.exit(77)

FIXED = [
    "", "\n", "A=1", "A=1\n", "A=1\r\nB=2\r\n", "A=1\rB=2", "\ufeffA=1\n",
    "SERVICES=opensearch ldap rabbitmq db\nLDAP_ORGANISATION=Gigantum Inc.\n",
    "A=\nB=2\n", "A= \nB=2\n", "A\nB=2\n", "export A=1\nexport\tB=2\n", "exportA=1\n",
    "A=x # comment\nB=x# no\nC=#v\nD= # v\n", "# only\n#A=1\n  # also\n", "A='x y' # c\n",
    "A=\"x\\ny\\\"z\"\nB='it\\'s'\n", "A='multi\nline'\nB=1\n", "A='a\\\\'\nB='x'\n",
    "A=1\nB=${A}2\nC='${A}'\nD=${NONE}\n", "E=${NONE:-dflt}\nF=$A\nG=${OUTER}\n",
    "A=${B\nB=${:x}\nC=${}\nD=${:-x}\n", "'k k'=1\n'=2\n", "A =1\nB= 1\n C=1\n",
    "A=1\nA=2\nB=${A}\n",
    "A='x\nB=2\n", "A=\"x\"y\nB=2\n", "=1\nB=2\n", "A B=1\n", "A=x\u00a0# y\u3000\n",
    "A=x\x0b\x0cB=1\n",
    "A='a\\'\n", "A=\"\\q\\x41\\u00e9\\0\"\n", "export\n", "export =1\n", "A==b=c\n",
    "A\nB=${A:-d}\n",
]
PARTS = ["A", "B", "KEY", "=", "=", "=", " ", "\t", "\n", "\n", "\r\n", "\r", "#", " #", "'", '"',
"\\",
         "\\'", '\\"', "\\n", "$", "${", "}", "${A}", "${B:-x}", "${OUTER}", ":-", "export ", "x",
         "y z",
         "\u00e9", "\u00a0", "\u2003", "\u0085", "\x1c", "\x0b", "\ufeff", "1"]


def read_answers(out, count):
    stream = io.BytesIO(out)
    for _ in range(count):
        head = stream.readline().split()
        if head[0] == b"error":
            yield None
            continue
        values = {}
        for _ in range(int(head[0])):
            key_length, value_length = (int(n) for n in stream.readline().split())
            key = stream.read(key_length).decode()
            values[key] = stream.read(value_length).decode() if value_length >= 0 else None
        yield values


def main():
    oracle.prepare()
    seed = random.SystemRandom().randrange(1 << 32)
    rng = random.Random(seed)
    texts = FIXED + ["".join(rng.choices(PARTS, k=rng.randint(1, 25))) for _ in range(8000)]
    request = b"".join(b"%d\n%s" % (len(t.encode()), t.encode()) for t in texts)
    out = subprocess.run([sys.argv[1]], input=request, stdout=subprocess.PIPE, check=True).stdout
    wrong = 0
    read = 0
    for text, got in zip(texts, read_answers(out, len(texts))):
        want = oracle.read(text)
        read += want is not None
        if got != want:
            wrong += 1
            if wrong <= 10:
                print(f"text {text!r}\n  got  {got!r}\n  want {want!r}")
    print(f"{len(texts)} texts (seed {seed}), {read} readable, {wrong} differ")
    return 1 if wrong or read < 1000 else 0


sys.exit(main())
