"""Which spellings may mean one firm. A suspicion only: a person decides.

Two spellings are alike when they are the same but for case, blanks and punctuation; when one gives
the other's name or abbreviation in brackets; or when they differ in a word such as “Bank” or “Ltd”.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CASE, BRACKETS, GENERIC = "case", "brackets", "generic_word"
_BRACKETED = re.compile(r"(.+?)\s*\(([^()]+)\)\s*")
_GENERIC = frozenset(
    {"bank", "ltd", "limited", "plc", "inc", "llc", "sa", "money", "transfer", "group", "the"}
)
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Likeness:
    """A spelling, one that was known before it or stands before it, and why they look alike."""

    spelling: str
    like: str
    reason: str


def alike(new: Iterable[str], known: Sequence[str]) -> list[Likeness]:
    """Return for each new spelling the first of the known ones that it looks like, for each reason.

    `known` holds the new ones too; of two new ones the later is like the earlier.
    """
    fresh = set(new)
    ordered = [*(name for name in known if name not in fresh), *sorted(fresh)]
    first: dict[str, str] = {}
    found = []
    for spelling in ordered:
        forms = _forms(spelling)
        if spelling in fresh:
            seen = {
                first[form]: reason for form, reason in reversed(forms.items()) if form in first
            }
            found += [Likeness(spelling, like, reason) for like, reason in seen.items()]
        for form in forms:
            first.setdefault(form, spelling)
    return found


def _forms(spelling: str) -> dict[str, str]:
    """Return the plain forms of a spelling, each with what it leaves out."""
    forms = {_plain(spelling): CASE}
    parts = [spelling]
    if bracketed := _BRACKETED.fullmatch(spelling):
        parts = [bracketed[1], bracketed[2]]
        forms |= {_plain(part): BRACKETS for part in parts if len(_plain(part)) >= _SHORTEST}
    for part in parts:
        words = [word for word in _words(part) if word not in _GENERIC]
        if words and len("".join(words)) >= _SHORTEST:
            forms.setdefault("".join(words), GENERIC)
    return forms


def _plain(text: str) -> str:
    return "".join(_words(text)) or text


def _words(text: str) -> list[str]:
    """Return the words of a text in lower case, without accents."""
    spread = unicodedata.normalize("NFKD", text).casefold()
    return re.findall(r"\w+", "".join(sign for sign in spread if not unicodedata.combining(sign)))
