"""The project's files, as lint sees them."""
import functools
import subprocess


class Tree:
    def __init__(self, root):
        self.root = root
        # A checkout of another user is read all the same: nothing of it is run.
        out = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "--cached",
             "--others", "--exclude-standard"],
            stdout=subprocess.PIPE, check=True).stdout
        names = sorted({n for n in out.decode().split("\0") if n})
        self.files = [n for n in names if (root / n).is_file()]

    def named(self, *endings, under=""):
        return [f for f in self.files if f.endswith(endings) and f.startswith(under)]

    @functools.lru_cache(maxsize=None)
    def text(self, name):
        return (self.root / name).read_bytes().decode("utf-8", "replace")

    def lines(self, name):
        return self.text(name).split("\n")

    def shebang(self, name):
        first = self.text(name).split("\n", 1)[0]
        return first if first.startswith("#!") else ""

    def shell(self):
        return [f for f in self.files if f.endswith(".sh") or self._runs(f, ("bash", "/sh", " sh"))]

    def python(self):
        return [f for f in self.files if f.endswith(".py") or self._runs(f, ("python",))]

    def _runs(self, name, interpreters):
        if "." in name.rsplit("/", 1)[-1]:
            return False
        return any(i in self.shebang(name) for i in interpreters)

    def run(self, argv):
        """Runs a program in the root: exit code, lines of stdout and stderr."""
        done = subprocess.run(argv, cwd=self.root, stdin=subprocess.DEVNULL, text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, [line for line in done.stdout.split("\n") if line.strip()]
