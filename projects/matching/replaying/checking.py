"""Comparing a report with what its scenario expects.

Only what the scenario speaks of is compared. Amounts must be equal, and one that is left out is
zero. A reason must be there; where the file has a code of ours it must be that code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from projects.matching.replaying.scenarios import Scenario

REASONS = re.compile(
    r"outside_window|settled_too_late|below_minimum|currency_mismatch|weight_zero|awaiting_pair"
    r"|threshold_not_reached|threshold_lost|no_award|total_public_cap|already_matched"
    r"|reserved_for_others|pot_exhausted|refused_partial|next_call|rounds_to_zero"
    r"|programme_frozen|project_frozen|no_formula|given_back|below_floor|below_min_score|not_ranked"
    r"|waits_for_close|(cap|base_cap)_[a-z_]+|(not_counted|not_eligible|limited_by):\S+"
)
"""The reason codes of matching. Anything else in a file is a text, for which any reason will do."""


class Difference(TypedDict):
    """One thing that is not as the file has it, as `matches.c1.A`."""

    path: str
    expected: int | str | None
    found: int | str | None


def differences(scenario: Scenario, report: Mapping[str, object]) -> list[Difference]:
    """Return where a report is not what its scenario expects, checkpoints included."""
    found = list(_compare(scenario.expect or {}, report, ""))
    checkpoints = report.get("checkpoints", [])
    for n, ((_, expected), then) in enumerate(
        zip(scenario.checkpoints, checkpoints, strict=True)  # type: ignore[call-overload]
    ):
        found += _compare(expected, then, f"checkpoints[{n}].")
    return found


def _compare(
    expected: Mapping[str, object], found: Mapping[str, object], before: str
) -> Iterator[Difference]:
    for part, wanted in expected.items():
        if part == "reasons":
            yield from _reasons(_flat(wanted), _flat(found.get(part)), f"{before}{part}")
        elif isinstance(wanted, dict):
            yield from _amounts(_flat(wanted), _flat(found.get(part)), f"{before}{part}")


def _amounts(
    expected: Mapping[str, object], found: Mapping[str, object], path: str
) -> Iterator[Difference]:
    for key in sorted(expected.keys() | found.keys()):
        wanted, is_there = expected.get(key, 0), found.get(key, 0)
        if wanted != is_there:
            yield Difference(path=f"{path}.{key}", expected=_told(wanted), found=_told(is_there))


def _reasons(
    expected: Mapping[str, object], found: Mapping[str, object], path: str
) -> Iterator[Difference]:
    for key, wanted in sorted(expected.items()):
        given = found.get(key)
        is_code = REASONS.fullmatch(str(wanted)) is not None
        if given != wanted and (is_code or not given):
            yield Difference(path=f"{path}.{key}", expected=_told(wanted), found=_told(given))


def _flat(part: object, before: str = "") -> dict[str, object]:
    """Return the leaves of nested objects by their path."""
    if not isinstance(part, dict):
        return {}
    leaves: dict[str, object] = {}
    for key, value in part.items():
        if isinstance(value, dict):
            leaves |= _flat(value, f"{before}{key}.")
        else:
            leaves[f"{before}{key}"] = value
    return leaves


def _told(value: object) -> int | str | None:
    return value if isinstance(value, (int, str)) else None
