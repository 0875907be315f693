"""What matching tells of closes, and of match that is earned, paid or taken back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoundClosed:
    """A programme has allocated at its close. What each campaign got is told by MatchAwarded."""

    programme_id: str
    round_id: str
    number: int
    matched_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class MatchAwarded:
    """A close has committed money to a campaign."""

    campaign_key: str
    project_id: str
    programme_id: str
    round_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ShareFreed:
    """A share stands at another amount: money of its contribution went back, or came again."""

    contribution_ref: str
    campaign_key: str
    programme_id: str
    amount_minor: int  # What stands of the share.
    freed_minor: int  # Below zero where it was given again.
    freed_to: str  # "pot", "waitlist" or "funder".
    currency: str
    cause: str  # The refund or the dispute.


@dataclass(frozen=True, slots=True)
class MatchEarned:
    """Committed match of a campaign is the campaign's for good."""

    campaign_key: str
    programme_id: str
    amount_minor: int
    currency: str
    cause: str


@dataclass(frozen=True, slots=True)
class MatchTakenBack:
    """Earned match went back, because money of its contribution did."""

    contribution_ref: str
    campaign_key: str
    programme_id: str
    amount_minor: int  # What stays.
    taken_back_minor: int
    currency: str
    cause: str


@dataclass(frozen=True, slots=True)
class MatchPaid:
    """A tranche of match was paid to a project, into the escrow of its campaigns."""

    project_id: str
    programme_id: str
    number: int
    paid_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class CeilingAwarded:
    """It was decided how much match a project may draw from a programme; nothing is a refusal."""

    project_id: str
    programme_id: str
    number: int
    amount_minor: int
    currency: str
