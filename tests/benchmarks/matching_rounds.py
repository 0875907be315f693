"""Quadratic rounds in memory: a million contributions, and pairwise a hundred thousand.

From contributions in memory to what each project is paid. Each side runs in a process of its own,
which also tells the most memory it had, the contributions included. The linear reference must agree
to the thousandth. The pairwise one is given every tenth project, since its cost grows with the
pairs, and its time is divided by its share of the pairs; its memory is what that tenth took.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import _rounds

ROOT = Path(__file__).parents[2]
ALLOWED = 10**9  # Floating point may be off by one part in so many.


@dataclass(frozen=True)
class Run:
    """What one side took and found."""

    seconds: float
    on_processor: float  # Seconds, without what others on the machine took.
    mib: int
    ideals: dict[str, int]


def run(side: str) -> Run:
    """Run one side in a process of its own, without Django."""
    done = subprocess.run(
        [sys.executable, _rounds.__file__, side],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return Run(**json.loads(done.stdout))


def say(name: str, contributions: int, ours: Run, plain: Run) -> None:
    line = {
        "bench": f"matching.{name}",
        "value": round(contributions / ours.seconds),
        "unit": "contributions/s",
        "reference": round(contributions / plain.seconds),
        "ratio": round(plain.seconds / ours.seconds, 2),
        "seconds": round(ours.seconds, 2),
        "cpu_seconds": round(ours.on_processor, 2),
        "peak_mib": ours.mib,
        "reference_peak_mib": plain.mib,
    }
    print(json.dumps(line), flush=True)  # noqa: T201  The line is what the benchmark is for.


def main() -> None:
    """Print one line of JSON for each way, and stop where the sides do not agree."""
    ours, plain = run("linear"), run("linear_plainly")
    if ours.ideals != plain.ideals:
        raise SystemExit(f"Of {len(plain.ideals)} ideals, some differ from sixty decimal digits.")
    say("quadratic", _rounds.LINEAR["gifts"], ours, plain)
    sample, plain = run("bounded_tenth"), run("bounded_plainly")
    for project, ideal in sample.ideals.items():
        if abs(ideal - plain.ideals[project]) > 1 + ideal // ALLOWED:
            raise SystemExit(f"{project}: {ideal} is not {plain.ideals[project]}.")
    say("pairwise", _rounds.PAIRWISE["gifts"], run("bounded"), plain)


if __name__ == "__main__":
    main()
