"""What a project must reach before it is matched at all.

Without `revoke` a threshold is reached once and for good; with it, what counts now decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.rules import Metric, Unlock
from projects.matching.tally import Key, Measure, both

if TYPE_CHECKING:
    from projects.matching.rules import Counted, Rule, Threshold
    from projects.matching.tally import Tally


def unlocked_key(money: Counted) -> Key:
    """Return the counter that stays at one once a project has reached the threshold for good."""
    return Key(Measure.UNLOCKED, "project", money.project)


def donors_key(money: Counted) -> Key:
    """Return the counter of distinct givers, whom money of nobody known looks at too."""
    return Key(Measure.DONORS, "project", money.project)


def standing(threshold: Threshold, money: Counted, tally: Tally, at_hand_minor: int = 0) -> int:
    """Return how far a project has come, in the units of the metric, with money at hand."""
    if threshold.metric is Metric.DONORS:
        return _donors(money, tally, at_hand_minor)
    raised = tally[Key(Measure.COUNTED, "project", money.project)] + at_hand_minor
    if threshold.metric is Metric.RAISED:
        return raised
    goal = money.facts.get("project.goal")
    return raised * 100 // goal if isinstance(goal, int) and goal > 0 else 0


def _donors(money: Counted, tally: Tally, at_hand_minor: int) -> int:
    known = tally[donors_key(money)]
    if money.donor is None or not at_hand_minor:
        return known
    own = Key(Measure.COUNTED, "donor_project", both(money.project, money.donor))
    return known + (not tally[own])


def is_reached(rule: Rule, money: Counted, tally: Tally, at_hand_minor: int = 0) -> bool:
    """Tell whether a project has reached the threshold, with the money at hand counted in."""
    threshold = rule.threshold
    if threshold is None or standing(threshold, money, tally, at_hand_minor) >= threshold.at:
        return True
    return not threshold.revoke and tally[unlocked_key(money)] > 0


def unlocks_earlier(rule: Rule, money: Counted, tally: Tally, at_hand_minor: int) -> bool:
    """Tell whether this money brings its project to a threshold that works backwards."""
    return (
        rule.threshold is not None
        and rule.threshold.mode is Unlock.RETRO
        and not is_reached(rule, money, tally)
        and is_reached(rule, money, tally, at_hand_minor)
    )


def is_lost(rule: Rule, money: Counted, tally: Tally) -> bool:
    """Tell whether the project of this money, once matched, must lose all its match again.

    `money` is any of the project's; its own amount has no say, the tally has what counts now.
    """
    threshold = rule.threshold
    return threshold is not None and threshold.revoke and not is_reached(rule, money, tally)
