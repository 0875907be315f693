"""The shapes the demo world is written in. Amounts are whole euros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a project says in one language; paragraphs are parted by an empty line."""

    title: str
    summary: str
    story: str
    change: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a budget, in English and in machine Arabic."""

    item: str
    arabic: str
    euros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    title: str
    arabic: str
    proof: str
    due: date
    euros: int


@dataclass(frozen=True, slots=True)
class Danger:
    level: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Teammate:
    name: str
    role: str
    since: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: which, how, by whom, when, and whether it was passed."""

    code: str
    how: str
    by_whom: str
    on: date
    result: str = "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """The terms of a campaign, and how much of the goal people have given so far."""

    opens: date
    closes: date
    owner: int
    least: int = 5
    most: int = 2_000
    gifts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    slug: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking:
    """One published project with everything a visitor can read about it."""

    slug: str
    agency: str
    owner: Owner
    kind: str
    sector: str
    country: str
    place: str
    scene: str
    beneficiaries: int
    english: Words
    arabic: Words
    budget: tuple[Line, ...]
    stages: tuple[Stage, ...]
    dangers: tuple[Danger, ...]
    team: tuple[Teammate, ...]
    findings: tuple[Finding, ...]
    not_checked: str
    raising: Raise

    @property
    def goal(self) -> int:
        return sum(line.euros for line in self.budget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    slug: str
    name: str
    country: str
    territories: tuple[str, ...]
    surname: str
    """Of everybody who works there."""
    first_names: tuple[str, str, str, str, str, str]
    """Owner, project officer, vetting officer, match manager, finance officer, auditor."""
    draft_title: str
    draft_place: str
    draft_sector: str


def findings(  # noqa: PLR0913  Who, and how each was checked.
    on: date, *, by: str, signers: str, register: str, visit: str, quotes: str
) -> tuple[Finding, ...]:
    """Return the six checks of a project, all passed on one day by one office."""
    return (
        Finding("identity", f"Identity papers seen on video: {signers}", by, on),
        Finding("registration", register, by, on),
        Finding("bank_account", "One cent sent, the reference read back by telephone", by, on),
        Finding("site_visit", visit, by, on),
        Finding("budget", quotes, by, on),
        Finding("sanctions", "Names compared with the lists of the UN and the EU", by, on),
    )
