from projects.matching.selectors.matches import (
    Explanation,
    explanation,
    is_counted,
    is_waiting,
    matched_by_contribution,
    matched_totals,
)
from projects.matching.selectors.programmes import (
    OpenProgramme,
    Pot,
    left,
    pots,
    programmes,
    programmes_by_project,
    programmes_for,
    rule_sentence,
)
from projects.matching.selectors.row_checks import remains
from projects.matching.selectors.verification import verify_differences

__all__ = [
    "Explanation",
    "OpenProgramme",
    "Pot",
    "explanation",
    "is_counted",
    "is_waiting",
    "left",
    "matched_by_contribution",
    "matched_totals",
    "pots",
    "programmes",
    "programmes_by_project",
    "programmes_for",
    "remains",
    "rule_sentence",
    "verify_differences",
]
