"""Programme documents: the one written form of a rule, for files, the editor and the database."""

from projects.matching.documents.reading import Contradiction, RuleNotUnderstood
from projects.matching.documents.whole import OPTIONAL, REQUIRED, read
from projects.matching.documents.writing import TextNotUnderstood, Written, parse, write

__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "Contradiction",
    "RuleNotUnderstood",
    "TextNotUnderstood",
    "Written",
    "parse",
    "read",
    "write",
]
