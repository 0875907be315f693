"""What bounds a match: caps, base caps, floors, thresholds and the reserve.

Part of the vocabulary of `rules`, which is where everybody takes it from.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from projects.matching.formula import Rate
    from projects.matching.rules import Condition


class Scope(StrEnum):
    """What a cap adds up over."""

    CONTRIBUTION = "contribution"
    DONOR = "donor"
    DONOR_PROJECT = "donor_project"
    DONOR_ORGANISATION = "donor_organisation"
    PROJECT = "project"
    ORGANISATION = "organisation"
    CLUB = "club"
    REGION = "region"
    BENEFICIARY = "beneficiary"
    LAYER = "layer"
    PROGRAMME = "programme"
    PROJECT_COST = "project_cost"  # Money given and match together, not match alone.


class Period(StrEnum):
    NONE = "none"
    MONTH = "month"
    FISCAL_YEAR = "fiscal_year"
    N_YEARS = "n_years"  # This fiscal year and the n - 1 before it.


@dataclass(frozen=True, slots=True)
class Indexed:
    """An amount tied to a dated index, such as a minimum wage: its value of the day, times."""

    index: str
    times: Rate


@dataclass(frozen=True, slots=True)
class Share:
    """A share of something whose size is known only when it is asked."""

    of: str  # "budget" (the fact project.budget) or "pot" (what was put into the pot so far).
    rate: Rate


Amount = int | Indexed | Share


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on match. All caps clip, the smallest room wins and is named."""

    scope: Scope
    amount: Amount
    period: Period = Period.NONE
    years: int = 1  # Of N_YEARS.
    layer: str | None = None  # None: on all layers together.
    when: Condition | None = None  # Only for money whose facts meet it.


@dataclass(frozen=True, slots=True)
class BaseCap:
    """A limit on the money that is counted, before the formula."""

    scope: Scope  # CONTRIBUTION, DONOR, DONOR_PROJECT, DONOR_ORGANISATION or PROJECT.
    amount: Amount


@dataclass(frozen=True, slots=True)
class Floor:
    """A match to a project smaller than this is not paid at all. Asked at the close or at award."""

    scope: Scope  # PROJECT.
    amount: Amount


class Metric(StrEnum):
    RAISED = "raised"  # Counted money of the project, minor units.
    DONORS = "donors"  # Distinct givers to the project.
    PCT = "pct"  # Counted money of the project in percent of the fact project.goal, rounded down.


class Unlock(StrEnum):
    RETRO = "unlock_retro"  # What came before is matched too, in order.
    FORWARD = "unlock_forward"  # Only what comes from the unlocking contribution on.
    LUMP = "lump"  # One fixed amount to the project, nothing to contributions.


@dataclass(frozen=True, slots=True)
class Threshold:
    metric: Metric
    at: int
    mode: Unlock
    revoke: bool = False  # Falling below takes the match back (before the close).
    lump_minor: int = 0


@dataclass(frozen=True, slots=True)
class Reserve:
    """A ring-fenced part of the pot, for money that meets the conditions, until it is released."""

    conditions: tuple[Condition, ...]
    amount: Amount
    release_at: datetime | None = None  # None: only by an order to release.
