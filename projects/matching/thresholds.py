"""What a project must reach before it is matched at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projects.matching.rules import Counted, Rule
    from projects.matching.tally import Tally


def is_lost(rule: Rule, money: Counted, tally: Tally) -> bool:
    """Tell whether the project of this money, once matched, must lose all its match again.

    `money` is any of the project's; its own amount has no say, the tally has what counts now.
    """
    raise NotImplementedError
