from projects.matching.models.freezes import Freeze, ReserveRelease
from projects.matching.models.matches import Allocation, MatchTransition, Reservation
from projects.matching.models.money import CountedMoney, WaitingMoney
from projects.matching.models.programmes import Programme, ProgrammeVersion
from projects.matching.models.tallies import TallyCounter

__all__ = [
    "Allocation",
    "CountedMoney",
    "Freeze",
    "MatchTransition",
    "Programme",
    "ProgrammeVersion",
    "Reservation",
    "ReserveRelease",
    "TallyCounter",
    "WaitingMoney",
]
