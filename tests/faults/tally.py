"""What fault runs have found: counts per step and fault, and the violations."""

import collections
import pickle
import re

FAMILIES = [
    ("ENOSPC", r"^ENOSPC|full disk"), ("EIO", r"^EIO"), ("ENOMEM", r"^ENOMEM|too little"),
    ("EMFILE", r"^EMFILE|too few"), ("denied", r"^(EACCES|EPERM|EROFS|read-only)"),
    ("network", r"^(ECONN|EPIPE|EAGAIN)"), ("errno", r"^E[A-Z]+"), ("KILL", r"KILL"),
    ("hang", r"^hang"), ("signal", r"^(TERM|INT|HUP)"), ("cut", r"^cut"),
    ("closed", r"^(close|gone)"), ("status", r"^status"), ("garbage", r"^garbage"),
    ("delay", r"^delay"), ("endpoint", r"^endpoint"),
    ("container", r"^(db|ldap|auth|rabbitmq|opensearch)-"),
]


def family(fault):
    return next((name for name, words in FAMILIES if re.search(words, fault)), fault)


class Tally:
    """Counts per step and fault."""

    def __init__(self):
        self.table = collections.Counter()
        self.triples, self.bad = set(), []
        self.cases, self.missed = collections.Counter(), collections.Counter()
        self.enumerated, self.plain_runs = set(), 0

    def add(self, case, struck, problems, report):
        world = f"{case.procedure}-{case.fixture}"
        self.cases[world] += 1
        if not struck:
            self.missed[world] += 1
        else:
            self.triples.add(case.triple())
            self.table[(case.triple()[0], family(case.fault))] += 1
        if problems:
            self.bad.append((case.name(), problems, report))
            print(f"VIOLATION {case.name()}", *("  " + x for x in problems), report, sep="\n",
                  flush=True)

    def astray(self):
        """Worlds where so many faults were not reached that the record of the clean run, which the
        cases come from, cannot be right."""
        return [world for world, count in self.cases.items()
                if self.missed[world] > max(5, count // 10)]

    def print(self):
        known = {fault for _, fault in self.table}
        columns = [name for name, _ in FAMILIES if name in known]
        rows = sorted({step for step, _ in self.table})
        width = max([len(row) for row in rows] + [4])
        print("\n" + " " * width, *(f"{c:>9}" for c in columns))
        for row in rows:
            print(f"{row:{width}}", *(f"{self.table[(row, c)] or '.':>9}" for c in columns))
        total = sum(self.table.values())
        print(f"\n{total} fault runs, {len(self.triples)} distinct triples of "
              f"{len(self.enumerated)} enumerated; {self.plain_runs} runs without a fault; "
              f"{sum(self.missed.values())} faults not reached; {len(self.bad)} violations")
        for name, problems, _ in self.bad:
            print(f"  {name}: {problems[0].splitlines()[0]}", flush=True)
        for world in self.astray():
            print(f"  {world}: {self.missed[world]} of {self.cases[world]} faults were not reached",
                  flush=True)

    def write(self, path):
        with open(path, "wb") as file:
            pickle.dump(self.__dict__, file)

    def add_file(self, path):
        """Adds what another process has written."""
        with open(path, "rb") as file:
            other = pickle.load(file)
        self.table.update(other["table"])
        self.triples |= other["triples"]
        self.enumerated |= other["enumerated"]
        self.cases.update(other["cases"])
        self.missed.update(other["missed"])
        self.plain_runs += other["plain_runs"]
        self.bad += other["bad"]
