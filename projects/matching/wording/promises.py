"""What a programme promises, in one sentence: when, for which money, how much, up to what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payments.money import Money
from projects.matching.formula import (
    Flat,
    Lump,
    Nothing,
    Quadratic,
    ShareOfCost,
    ShareOfPot,
    Tiers,
)
from projects.matching.rules import Allocation, Metric, Unlock
from projects.matching.wording import limits
from projects.matching.wording.amounts import (
    amount,
    clauses,
    day,
    isolated,
    last_day,
    listed,
    part,
    ratio,
)

if TYPE_CHECKING:
    from projects.matching.rules import Rule, Threshold

Words = dict[str, str]
MOST = 3  # Rates that are named one by one.


def rule_sentence(rule: Rule) -> str:
    """Return what a programme promises, in one sentence."""
    words = _words(rule)
    further = _clauses(rule)
    if _is_simple(rule) and not further:
        return (
            _(
                "While the pot lasts, %(given)s that arrives from %(first_day)s to %(last_day)s"
                " becomes %(becomes)s; the match is at most %(limits)s."
            )
            if words["limits"]
            else _(
                "While the pot lasts, %(given)s that arrives from %(first_day)s to %(last_day)s"
                " becomes %(becomes)s."
            )
        ) % words
    if words["limits"]:
        further.insert(0, _("the match is at most %(limits)s") % words)
    return clauses([_promise(rule) % words, *further]) + "."


def _is_simple(rule: Rule) -> bool:
    return rule.allocation is Allocation.INSTANT and isinstance(rule.formula, Flat)


def _words(rule: Rule) -> Words:
    hundred = 100 * 10 ** Money(0, rule.currency).exponent
    flat = rule.formula.rate.of(hundred) if isinstance(rule.formula, Flat) else 0
    caps = [limits.promised(cap, rule.currency) for cap in rule.caps]
    if rule.project_cap is not None:
        most = limits.amount_text(rule.project_cap, rule.currency)
        caps.append(_("%(cap)s per project") % {"cap": most})
    return {
        "given": amount(hundred, rule.currency),
        "becomes": amount(hundred + flat, rule.currency),
        "first_day": day(rule.window.opens_at, rule.window.zone),
        "last_day": last_day(rule.window.closes_at, rule.window.zone),
        "limits": listed(caps),
        **_of_formula(rule),
    }


def _of_formula(rule: Rule) -> Words:
    match rule.formula:
        case Lump(minor):
            return {"lump": amount(minor, rule.currency)}
        case ShareOfCost(rate):
            return {"share": part(rate.numerator, rate.denominator)}
        case Tiers() as tiers:
            return {"rates": _rates(tiers)}
        case _:
            return {}


def _rates(tiers: Tiers) -> str:
    """Return the rates of tiers, or the first and the last where there are many."""
    found = [band.rate for band in tiers.bands] or [rate for _, rate in tiers.by_word]
    told = [ratio(rate.numerator, rate.denominator) for rate in found]
    return listed(told) if len(told) <= MOST else listed([told[0], "…", told[-1]])


def _promise(rule: Rule) -> str:
    """Return the main clause, without its full stop, for a formula and the way it is shared out."""
    if rule.allocation is Allocation.INSTANT:
        return _instant(rule)
    if rule.allocation is Allocation.MANUAL:
        return _(
            "What is added to money that arrives from %(first_day)s to %(last_day)s is decided"
            " by hand"
        )
    return _at_close(rule)


def _instant(rule: Rule) -> str:
    match rule.formula:
        case Flat():
            return _(
                "While the pot lasts, %(given)s that arrives from %(first_day)s to %(last_day)s"
                " becomes %(becomes)s"
            )
        case Tiers():
            return _(
                "While the pot lasts, money that arrives from %(first_day)s to %(last_day)s is"
                " matched by tiers, %(rates)s"
            )
        case Nothing() if rule.threshold and rule.threshold.mode is Unlock.LUMP:
            return _(
                "While the pot lasts, projects are helped on by money that arrives from"
                " %(first_day)s to %(last_day)s"
            )
        case Lump():
            return _(
                "While the pot lasts, each project for which money arrives from %(first_day)s"
                " to %(last_day)s gets %(lump)s once"
            )
        case ShareOfCost():
            return _(
                "While the pot lasts, each project for which money arrives from %(first_day)s"
                " to %(last_day)s gets %(share)s of its cost once"
            )
        case _:
            return _("Money that arrives from %(first_day)s to %(last_day)s is not matched")


def _at_close(rule: Rule) -> str:
    match rule.formula:
        case Quadratic():
            return _(
                "After %(last_day)s the pot is shared among projects by what arrived from"
                " %(first_day)s on, so that many small contributions count for more than a"
                " few large ones"
            )
        case ShareOfPot():
            return _(
                "After %(last_day)s the pot is divided among projects by what each raised from"
                " %(first_day)s on"
            )
        case Flat() if rule.allocation is Allocation.PRORATA_CLOSE:
            return _(
                "After %(last_day)s each %(given)s that arrived from %(first_day)s on becomes up"
                " to %(becomes)s, less for all alike where the pot is too small"
            )
        case _ if rule.allocation is Allocation.RANKED_CLOSE:
            return _(
                "After %(last_day)s projects that raised money from %(first_day)s on are helped"
                " in the order of their scores, as long as the pot lasts"
            )
        case _:
            return _(
                "After %(last_day)s what arrived from %(first_day)s on is matched, less for all"
                " alike where the pot is too small"
            )


def _clauses(rule: Rule) -> list[str]:
    """Return what else must be known to take the promise at its word."""
    found = []
    if len(rule.layers) > 1:
        found.append(
            _("it is paid by %(funders)s")
            % {"funders": listed(isolated(each.id) for each in rule.layers)}
        )
    if rule.threshold is not None:
        found.append(_threshold(rule.threshold, rule.currency))
    if rule.needs_award:
        found.append(_("only projects that a committee has chosen are matched"))
    if rule.paired is not None:
        found.append(_("it counts what both sides bring together"))
    return found


def _threshold(threshold: Threshold, currency: str) -> str:
    words = {
        "at": str(threshold.at),
        "raised": amount(threshold.at, currency),
        "lump": amount(threshold.lump_minor, currency),
    }
    if threshold.mode is Unlock.LUMP:
        return {
            Metric.RAISED: _("a project that has raised %(raised)s gets %(lump)s once"),
            Metric.DONORS: ngettext(
                "a project with %(at)s giver gets %(lump)s once",
                "a project with %(at)s givers gets %(lump)s once",
                threshold.at,
            ),
            Metric.PCT: _("a project that has raised %(at)s%% of its goal gets %(lump)s once"),
        }[threshold.metric] % words
    return {
        Metric.RAISED: _("a project is matched once it has raised %(raised)s"),
        Metric.DONORS: ngettext(
            "a project is matched once it has %(at)s giver",
            "a project is matched once it has %(at)s givers",
            threshold.at,
        ),
        Metric.PCT: _("a project is matched once it has raised %(at)s%% of its goal"),
    }[threshold.metric] % words
