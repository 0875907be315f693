"""Replayed scenarios as a document and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from projects.matching.replaying import ScenarioNotUnderstood, differences, read_file, replay
from projects.matching.reports import told_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from projects.matching.replaying import Scenario

AMOUNTS = ("pots", "project_matches", "lumps", "unmet", "disbursed", "receivable")


def replayed(path: Path, *, check: bool) -> tuple[dict[str, Any], str, str]:
    """Return the reports of a file's scenarios, as text too, and which are not as expected.

    Raises:
        FileRefused: the file is wrong, has nothing to check against, or an event cannot be done.
    """
    with told_of(path):
        collection = read_file(path)
        reports = [_report(scenario, check=check) for scenario in collection.scenarios]
    text = "\n".join(line for report in reports for line in _lines(report))
    wrong = [report["id"] for report in reports if report.get("ok") is False]
    problem = f"Not as expected: {', '.join(wrong)}." if wrong else ""
    document = reports[0] if collection.is_single else {"results": reports}
    return document, text, problem


def _report(scenario: Scenario, *, check: bool) -> dict[str, Any]:
    if check and scenario.expect is None:
        place = f"{scenario.place}.expect" if scenario.place else "expect"
        raise ScenarioNotUnderstood(place, "is missing: there is nothing to check against")
    report: dict[str, Any] = dict(replay(scenario))
    if check:
        found = differences(scenario, report)
        report |= {"ok": not found, "differences": found}
    return report


def _lines(report: dict[str, Any]) -> Iterator[str]:
    verdict = {None: "", True: ": as expected", False: ": not as expected"}
    yield report["id"] + verdict[report.get("ok")]
    for difference in report.get("differences", []):
        yield "  {path}: expected {expected}, found {found}".format(**difference)
    for contribution, by_pot in report["matches"].items():
        for pot, minor in by_pot.items():
            yield f"  {contribution} {pot}: {minor}"
    for part in AMOUNTS:
        for key, minor in report[part].items():
            yield f"  {part} {key}: {minor}"
    for key, reason in report["reasons"].items():
        yield f"  {key}: {reason}"
