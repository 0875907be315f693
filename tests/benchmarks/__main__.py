"""`make bench`: run every benchmark of this package, or the one named, one JSON line each.

A benchmark is a module with a `main()` that prints its own line; it measures a reference in the
same run, so that a noisy machine changes both.
"""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import tests.benchmarks as package


def names() -> list[str]:
    """Return the benchmarks there are."""
    found = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def main(wanted: list[str]) -> int:
    """Run benchmarks in processes of their own. 2: a name is unknown, 1: one failed."""
    if unknown := set(wanted) - set(names()):
        sys.stderr.write(
            f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(names())}.\n"
        )
        return 2
    failed = False
    for name in wanted or names():
        done = subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False)
        failed |= done.returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
