"""Why each contribution got less from each programme than its formula gives, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.models import CountedMoney
from projects.matching.selectors.answers import GIVEN_BACK, answers

if TYPE_CHECKING:
    from projects.matching.replaying.stage import Stage


def by_pair(stage: Stage) -> dict[str, str]:
    """Return the reason of every contribution and programme that has one.

    Money that has gone back whole needs none.
    """
    contributions = stage.names.contributions_told()
    programmes = stage.names.programmes_told()
    money = CountedMoney.objects.filter(contribution_ref__in=contributions)
    found = {
        f"{contributions[answer.contribution_ref]}:{programmes[answer.programme_id]}": answer.reason
        for answer in answers(money, list(programmes))
        if answer.reason
        and not (answer.reason == GIVEN_BACK and stage.is_gone(answer.contribution_ref))
    }
    return dict(sorted(found.items()))
