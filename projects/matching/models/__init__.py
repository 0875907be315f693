from projects.matching.models.ceilings import Ceiling
from projects.matching.models.freezes import Freeze, ReserveRelease
from projects.matching.models.matches import Allocation, MatchTransition, Reservation
from projects.matching.models.money import CountedMoney, WaitingMoney
from projects.matching.models.programmes import Programme, ProgrammeVersion
from projects.matching.models.rounds import (
    Award,
    AwardChange,
    Claim,
    Estimate,
    FreedShare,
    Round,
    Share,
)
from projects.matching.models.tallies import TallyCounter
from projects.matching.models.tranches import MetObligation, Tranche, TranchePart

__all__ = [
    "Allocation",
    "Award",
    "AwardChange",
    "Ceiling",
    "Claim",
    "CountedMoney",
    "Estimate",
    "FreedShare",
    "Freeze",
    "MatchTransition",
    "MetObligation",
    "Programme",
    "ProgrammeVersion",
    "Reservation",
    "ReserveRelease",
    "Round",
    "Share",
    "TallyCounter",
    "Tranche",
    "TranchePart",
    "WaitingMoney",
]
