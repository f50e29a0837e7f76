"""What docker-compose 1.29 reads a .env with says what the text means.

As a program: reads texts on stdin, each as "LENGTH\\n" and that many bytes of UTF-8; answers each
with "COUNT\\n" and pairs "KEYLENGTH VALUELENGTH\\nKEYVALUE" (VALUELENGTH -1: not set), or with
"error\\n" where it would drop a line.
"""
import io
import os
import sys

import dotenv
import dotenv.parser


def prepare():
    """No messages, and one variable outside."""
    dotenv.main.logger.disabled = True
    os.environ.clear()
    os.environ["OUTER"] = "from outside"


def read(text):
    """The pairs that python-dotenv reads, or None when it drops a line."""
    # As open() in text mode with utf-8-sig does.
    plain = text[1:] if text.startswith("\ufeff") else text
    plain = plain.replace("\r\n", "\n").replace("\r", "\n")
    if any(b.error for b in dotenv.parser.parse_stream(io.StringIO(plain))):
        return None
    return dict(dotenv.dotenv_values(stream=io.StringIO(plain), interpolate=True))


def answer(values):
    if values is None:
        return b"error\n"
    parts = [b"%d\n" % len(values)]
    for key, value in values.items():
        key = key.encode()
        text = b"" if value is None else value.encode()
        parts.append(b"%d %d\n%s%s" % (len(key), -1 if value is None else len(text), key, text))
    return b"".join(parts)


def main():
    prepare()
    inlet, outlet = sys.stdin.buffer, sys.stdout.buffer
    for line in iter(inlet.readline, b""):
        outlet.write(answer(read(inlet.read(int(line)).decode())))
        outlet.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
