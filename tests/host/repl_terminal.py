#!/usr/bin/env python3
"""repl_terminal.py HOSSKEEP: drives the prompt on a pseudo terminal, with each line editor.

Prints one line per check; exit 0 when all hold, 1 otherwise. A line editor that is not installed
is told and left out.
"""
import os
import pty
import re
import select
import shutil
import signal
import sys
import tempfile
import time

PROMPT = "hosskeep> "
LIMIT = 10.0


class Prompt:
    """hosskeep repl on a terminal of 80 columns."""

    def __init__(self, program, editor, home, *arguments):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(
                HOSSKEEP_LINE_EDITOR=editor, HOME=home, XDG_STATE_HOME=home + "/state",
                XDG_CONFIG_HOME=home + "/config", TERM="xterm", INPUTRC="/dev/null",
                EDITRC="/dev/null", LC_ALL="C.UTF-8")
            os.execv(program, [program, "repl", *arguments])

    def pump(self, seconds):
        """Reads what comes within the time; false at the end of it all."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += data.decode(errors="replace")
        return bool(data)

    def shown(self):
        """The output without escape sequences."""
        return re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|[=>])|\x07|\r", "", self.text)

    def expect(self, wanted, limit=LIMIT):
        """Waits for a pattern; drops the output up to its end. Returns what was in front of it."""
        end = time.monotonic() + limit
        while True:
            found = re.search(wanted, self.shown())
            if found:
                before = self.shown()[:found.end()]
                self.text = self.shown()[found.end():]
                return before
            if time.monotonic() > end or not self.pump(0.1):
                raise AssertionError(f"no {wanted!r} in {self.shown()!r}")

    def send(self, text):
        os.write(self.fd, text.encode())

    def line(self, text, wanted):
        """Types a line; waits for the pattern and the next prompt."""
        self.send(text + "\r")
        before = self.expect(wanted)
        return before + self.expect(PROMPT)

    def wait(self):
        """The exit code; the process has to end by itself."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            self.pump(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("does not end")


def start(program, editor, home):
    prompt = Prompt(program, editor, home)
    prompt.expect(r"hosskeep [0-9.]+, Lua 5\.4")
    prompt.expect(PROMPT)
    return prompt


def check_evaluation(prompt):
    prompt.line("1 + 41", r"\n42\n")
    prompt.line("= 'a' .. 'b'", r'\n"ab"\n')
    prompt.line("x = { b = 1, a = { 1, 2 } }", r"\n")
    prompt.line("x", r"\n\{ a = \{ 1, 2 \}, b = 1 \}\n")
    prompt.line("_.b", r"\n1\n")
    prompt.line("error 'boo'", r"\nerror: prompt:1: boo\n")
    prompt.line(":bt", r"stack traceback:")
    prompt.line("nosuchname", r'undeclared global "nosuchname"')
    prompt.line("fs.stat('/', 2, {})", r"type = \"directory\"")


def check_lines(prompt):
    prompt.send("for i = 1, 2 do\r")
    prompt.expect(r">> ")
    prompt.send("print('line', i * 10)\r")
    prompt.expect(r">> ")
    prompt.line("end", r"line\t?\s*10\nline\s+20\n")
    prompt.send("if true then\r")
    prompt.expect(r">> ")
    prompt.send("\x03")
    prompt.expect(PROMPT)
    prompt.line("'still here'", r'\n"still here"\n')


def check_interrupts(prompt):
    for code in ("while true do end", "time.sleep(60)", "process.run { 'sleep', '60' }"):
        for _ in range(2):
            prompt.send(code + "\r")
            prompt.expect(re.escape(code))
            time.sleep(0.3)
            began = time.monotonic()
            prompt.send("\x03")
            prompt.expect(r"interrupted: by SIGINT")
            prompt.expect(PROMPT)
            took = time.monotonic() - began
            assert took < 2, f"{code}: back after {took:.2f} s"


def check_completion(prompt):
    prompt.send("hash.sh\t")
    prompt.expect(r"hash\.sha256")
    prompt.line(" 'abc'", r"ba7816bf")
    prompt.line("r = stream.from_string 'text'", r"\n")
    prompt.send("r:read_\t")
    prompt.expect(r"r:read_all")
    prompt.line("()", r'"text"')
    prompt.send("stream.copy(r, w, { prog\t")
    prompt.expect(r"progress")
    prompt.send("\x03")
    prompt.expect(PROMPT)
    prompt.send(":pat\t")
    prompt.expect(r":paths")
    prompt.line("", r"/etc/hosskeep")


def check_history(program, editor, home):
    prompt = start(program, editor, home)
    prompt.line("1000 + 234", r"\n1234\n")
    prompt.line(" 'kept from all eyes'", r'"kept from')
    prompt.line("log.secret 'hunter-two'", r"\n")
    prompt.line("'hunter-two'", r'"\*\*\*"')
    prompt.send("\x04")
    assert prompt.wait() == 0
    path = home + "/state/hosskeep/history"
    assert os.stat(path).st_mode & 0o777 == 0o600, "mode of the history"
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    assert "1000 + 234" in lines, lines
    assert not any("kept from" in line for line in lines), lines
    assert "'hunter-two'" not in lines, lines
    prompt = start(program, editor, home)
    if editor != "plain":
        prompt.send("\x1b[A" * (1 + lines[::-1].index("1000 + 234")))
        prompt.expect(r"1000 \+ 234")
        prompt.line("", r"\n1234\n")
    prompt.send(":quit\r")
    assert prompt.wait() == 0


def check_help(prompt):
    prompt.line("help 'stream.copy'", r"stream\.copy\(reader, writer, options\)")
    prompt.line("help(time.sleep)", r"time\.sleep\(")
    prompt.line(":help", r":load FILE")
    prompt.line(":stepps", r'did you mean ":steps"')


def check_load(prompt, home):
    path = home + "/site.lua"
    with open(path, "w", encoding="utf-8") as file:
        file.write("loaded = 5\nreturn loaded * 2\n")
    os.chmod(path, 0o600)
    prompt.line(":load " + path, r"\n10\n")
    prompt.line("loaded", r"\n5\n")
    os.chmod(path, 0o666)
    prompt.line(":load " + path, r"refused: is writable by everybody")


def run(program, editor):
    home = tempfile.mkdtemp(prefix="hosskeep-repl-")
    try:
        prompt = start(program, editor, home)
        prompt.line("(require 'hosskeep.repl') and hosskeep.terminal().editor",
                    rf'"{editor}"')
        checks = [check_evaluation, check_lines, check_interrupts, check_help]
        if editor != "plain":
            checks.append(check_completion)
        for check in checks:
            check(prompt)
            print(f"ok {editor}: {check.__name__}", flush=True)
        check_load(prompt, home)
        prompt.send(":quit\r")
        assert prompt.wait() == 0
        check_history(program, editor, home)
        print(f"ok {editor}: load, history, end", flush=True)
    finally:
        shutil.rmtree(home)


def installed(editor):
    """Whether hosskeep gets that editor here."""
    home = tempfile.mkdtemp(prefix="hosskeep-repl-")
    try:
        prompt = start(sys.argv[1], editor, home)
        prompt.send("hosskeep.terminal().editor\r")
        return f'"{editor}"' in prompt.expect(r'\n"(readline|edit|plain)"\n')
    finally:
        prompt.send("\x03:quit\r")
        prompt.wait()
        shutil.rmtree(home)


def main():
    failed = False
    for editor in ("plain", "readline", "edit"):
        if not installed(editor):
            print(f"left out: {editor} is not installed")
            continue
        try:
            run(sys.argv[1], editor)
        except AssertionError as problem:
            print(f"not ok {editor}: {problem}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
