from projects.matching.models.matches import Allocation, MatchTransition, Reservation
from projects.matching.models.money import CountedMoney, WaitingMoney
from projects.matching.models.programmes import Programme, ProgrammeVersion

__all__ = [
    "Allocation",
    "CountedMoney",
    "MatchTransition",
    "Programme",
    "ProgrammeVersion",
    "Reservation",
    "WaitingMoney",
]
