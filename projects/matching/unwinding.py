"""What a match comes to when part of the money it was given for has gone back.

A pure function of what was decided, by which rule, and of what remains. So it does not matter how
often it is asked, nor in which parts the money went back: the last part says the same as the sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.outcomes import Decided, Remaining
    from projects.matching.rules import Counted, Rule


def remaining(rule: Rule, money: Counted, decided: Decided, *, remaining_minor: int) -> Remaining:
    """Return what stays of a decision when this much of its money remains, minor units.

    `decided` has the parts and moves as they were first decided, not what stood after an earlier
    refund; the difference of two answers is what an account or a counter moves by.
    """
    raise NotImplementedError


def last_first(parts: Sequence[int], total: int) -> list[int]:
    """Cut parts, given in the order of asking, down to a total: the last one gives first.

    What is left of them sums to `total` exactly, or to their sum where that is less.
    """
    kept, room = [], max(0, total)
    for part in parts:
        kept.append(min(part, room))
        room -= kept[-1]
    return kept
