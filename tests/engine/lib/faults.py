"""Regression tests of hossadm's faults: each assertion holds, and fails with its fix taken out."""

from . import scripts
from .engine import Failure


def seen_red(stack, assertion, changes):
    """The assertion must fail with stock files in which the fix is undone."""
    folder = scripts.patched(stack, *changes)
    try:
        assertion(stack, folder)
    except Failure as seen:
        print(f"      seen: {str(seen).splitlines()[0][:110]}", flush=True)
        return
    raise Failure("the assertion holds although the fix is taken out: it tests nothing")


def fault(cases, stack, name, assertion, *changes):
    """A case for the assertion, and one that sees it red; changes as for scripts.patched()."""
    cases.run(name, assertion, stack, None)
    cases.run(f"{name} [fix taken out]", seen_red, stack, assertion, changes)
