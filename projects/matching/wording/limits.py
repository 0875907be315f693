"""Limits in words: as a promise, as a reason, and as a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from projects.matching.rules import Indexed, Period, Scope, Share
from projects.matching.wording.amounts import amount, amounts, isolated, part

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Step
    from projects.matching.rules import Amount, Cap

at_most = {
    Scope.CONTRIBUTION: gettext_lazy("%(cap)s for one contribution"),
    Scope.DONOR: gettext_lazy("%(cap)s per person"),
    Scope.DONOR_PROJECT: gettext_lazy("%(cap)s per person and project"),
    Scope.DONOR_ORGANISATION: gettext_lazy("%(cap)s per person and organisation"),
    Scope.PROJECT: gettext_lazy("%(cap)s per project"),
    Scope.ORGANISATION: gettext_lazy("%(cap)s per organisation"),
    Scope.CLUB: gettext_lazy("%(cap)s per association"),
    Scope.REGION: gettext_lazy("%(cap)s per region"),
    Scope.BENEFICIARY: gettext_lazy("%(cap)s per beneficiary"),
    Scope.LAYER: gettext_lazy("%(cap)s of one funder"),
    Scope.PROGRAMME: gettext_lazy("%(cap)s in all"),
    Scope.PROJECT_COST: gettext_lazy("%(cap)s per project together with the money given"),
}
cap_bound = {
    Scope.CONTRIBUTION: gettext_lazy("This programme adds at most %(cap)s to one contribution."),
    Scope.DONOR: gettext_lazy(
        "This programme adds at most %(cap)s for each person; %(room)s of that was free."
    ),
    Scope.DONOR_PROJECT: gettext_lazy(
        "This programme adds at most %(cap)s for each person and project;"
        " %(room)s of that was free."
    ),
    Scope.DONOR_ORGANISATION: gettext_lazy(
        "This programme adds at most %(cap)s for each person and organisation;"
        " %(room)s of that was free."
    ),
    Scope.PROJECT: gettext_lazy(
        "This programme adds at most %(cap)s to each project; %(room)s of that was free."
    ),
    Scope.ORGANISATION: gettext_lazy(
        "This programme adds at most %(cap)s to the projects of one organisation;"
        " %(room)s of that was free."
    ),
    Scope.CLUB: gettext_lazy(
        "This programme adds at most %(cap)s for each association; %(room)s of that was free."
    ),
    Scope.REGION: gettext_lazy(
        "This programme adds at most %(cap)s in each region; %(room)s of that was free."
    ),
    Scope.BENEFICIARY: gettext_lazy(
        "This programme adds at most %(cap)s for each beneficiary; %(room)s of that was free."
    ),
    Scope.LAYER: gettext_lazy(
        "This funder adds at most %(cap)s in all; %(room)s of that was free."
    ),
    Scope.PROGRAMME: gettext_lazy(
        "This programme adds at most %(cap)s in all; %(room)s of that was free."
    ),
    Scope.PROJECT_COST: gettext_lazy(
        "Money and match together are at most %(cap)s for each project; %(room)s of that was free."
    ),
}
cap_steps = {
    Scope.CONTRIBUTION: gettext_lazy("Limit for one contribution: %(cap)s."),
    Scope.DONOR: gettext_lazy("Limit per person: %(cap)s, of which %(room)s was free."),
    Scope.DONOR_PROJECT: gettext_lazy(
        "Limit per person and project: %(cap)s, of which %(room)s was free."
    ),
    Scope.DONOR_ORGANISATION: gettext_lazy(
        "Limit per person and organisation: %(cap)s, of which %(room)s was free."
    ),
    Scope.PROJECT: gettext_lazy("Limit per project: %(cap)s, of which %(room)s was free."),
    Scope.ORGANISATION: gettext_lazy(
        "Limit per organisation: %(cap)s, of which %(room)s was free."
    ),
    Scope.CLUB: gettext_lazy("Limit per association: %(cap)s, of which %(room)s was free."),
    Scope.REGION: gettext_lazy("Limit per region: %(cap)s, of which %(room)s was free."),
    Scope.BENEFICIARY: gettext_lazy("Limit per beneficiary: %(cap)s, of which %(room)s was free."),
    Scope.LAYER: gettext_lazy("Limit of one funder: %(cap)s, of which %(room)s was free."),
    Scope.PROGRAMME: gettext_lazy("Limit in all: %(cap)s, of which %(room)s was free."),
    Scope.PROJECT_COST: gettext_lazy(
        "Limit of money and match together: %(cap)s, of which %(room)s was free."
    ),
}
periods = {
    Period.MONTH: gettext_lazy("%(limit)s a month"),
    Period.FISCAL_YEAR: gettext_lazy("%(limit)s a fiscal year"),
    Period.N_YEARS: gettext_lazy("%(limit)s in several years"),
}
period_of_step = {
    Period.MONTH: gettext_lazy("Of the month: %(limit)s"),
    Period.FISCAL_YEAR: gettext_lazy("Of the fiscal year: %(limit)s"),
    Period.N_YEARS: gettext_lazy("Of several years: %(limit)s"),
}


def promised(cap: Cap, currency: str) -> str:
    """Return a cap as part of a promise: 500 euro per person a month."""
    limit = at_most[cap.scope] % {"cap": amount_text(cap.amount, currency)}
    if cap.period is Period.N_YEARS:
        return ngettext(
            "%(limit)s in %(years)s year", "%(limit)s in %(years)s years", cap.years or 0
        ) % {"limit": limit, "years": cap.years}
    return periods[cap.period] % {"limit": limit} if cap.period in periods else limit


def amount_text(limit: Amount, currency: str) -> str:
    """Return an amount of a rule; one that is tied to something else says to what."""
    match limit:
        case Indexed(index, times):
            return _("%(times)s times %(index)s") % {
                "times": f"{times.numerator}/{times.denominator}"
                if times.denominator > 1
                else times.numerator,
                "index": isolated(index),
            }
        case Share("budget", rate):
            return _("%(share)s of the budget") % {"share": part(rate.numerator, rate.denominator)}
        case Share(rate=rate):
            return _("%(share)s of the pot") % {"share": part(rate.numerator, rate.denominator)}
        case minor:
            return amount(minor, currency)


def bound(step: Step, currency: str) -> str:
    """Return a cap that was the smallest room, as the reason."""
    return cap_bound[Scope(str(step["scope"]))] % amounts(step, ("cap", "room"), currency)


def told(step: Step, currency: str) -> str:
    """Return a cap as a step of the calculation."""
    limit = cap_steps[Scope(str(step["scope"]))] % amounts(step, ("cap", "room"), currency)
    period = Period(str(step.get("period") or Period.NONE))
    return period_of_step[period] % {"limit": limit} if period in period_of_step else limit
