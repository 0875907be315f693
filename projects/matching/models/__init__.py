from projects.matching.models.ceilings import Ceiling
from projects.matching.models.committees import Application, Call, Conflict, Mark
from projects.matching.models.drafts import DraftStep, ProgrammeDraft
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
from projects.matching.models.transfers import PotTransfer, TransferProposal

__all__ = [
    "Allocation",
    "Application",
    "Award",
    "AwardChange",
    "Call",
    "Ceiling",
    "Claim",
    "Conflict",
    "CountedMoney",
    "DraftStep",
    "Estimate",
    "FreedShare",
    "Freeze",
    "Mark",
    "MatchTransition",
    "MetObligation",
    "PotTransfer",
    "Programme",
    "ProgrammeDraft",
    "ProgrammeVersion",
    "Reservation",
    "ReserveRelease",
    "Round",
    "Share",
    "TallyCounter",
    "Tranche",
    "TranchePart",
    "TransferProposal",
    "WaitingMoney",
]
