"""Letters that a searcher may type in more than one way are stored and asked for as one.

PostgreSQL folds with `translate(text, FOLDED, PLAIN)` and Python with the same two strings, so
both sides of a search agree without any database extension. Letters of FOLDED beyond the length
of PLAIN (combining marks, Arabic vowel signs) are dropped.
"""

from __future__ import annotations

import re
import unicodedata

_PAIRS = (
    ("àáâãäåāăąÀÁÂÃÄÅĀĂĄ", "a"),
    ("çćčÇĆČ", "c"),
    ("ďđĎĐ", "d"),
    ("èéêëēėęěÈÉÊËĒĖĘĚ", "e"),
    ("ğĞ", "g"),
    ("ìíîïīįıÌÍÎÏĪĮİ", "i"),
    ("łŁ", "l"),
    ("ñńňÑŃŇ", "n"),
    ("òóôõöøōőÒÓÔÕÖØŌŐ", "o"),
    ("řŘ", "r"),
    ("śşšșŚŞŠȘ", "s"),
    ("ťţțŤŢȚ", "t"),
    ("ùúûüūůűÙÚÛÜŪŮŰ", "u"),
    ("ýÿÝŸ", "y"),
    ("źżžŹŻŽ", "z"),
    ("أإآٱ", "ا"),
    ("ىئ", "ي"),
    ("ؤ", "و"),
    ("ة", "ه"),
)
# The database's own lower() may know ASCII only, so other capitals are part of the table.
_CAPITALS = "".join(
    map(chr, (*range(0x0391, 0x03A2), *range(0x03A3, 0x03AA), *range(0x0400, 0x0430)))
)
_MARKS = "".join(map(chr, (*range(0x0300, 0x0316), *range(0x064B, 0x0653), 0x0640)))

PLAIN = "".join(plain * len(letters) for letters, plain in _PAIRS) + _CAPITALS.lower()
FOLDED = "".join(letters for letters, _ in _PAIRS) + _CAPITALS + _MARKS

LONGEST_QUERY = 200
MOST_WORDS = 8

_TABLE: dict[int, int | None] = {
    **str.maketrans(FOLDED[: len(PLAIN)], PLAIN),
    **dict.fromkeys(map(ord, _MARKS)),
}
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text in lower case with its letters folded."""
    return unicodedata.normalize("NFC", text).translate(_TABLE).lower()


def words(query: str) -> list[str]:
    """Return the first words of a query as a person typed it, folded; anything is accepted."""
    return _WORD.findall(fold(query[:LONGEST_QUERY]))[:MOST_WORDS]
