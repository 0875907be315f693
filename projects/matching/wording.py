"""Rules, reasons and steps in people's words, in the language of the moment.

Every reason code and every kind of step has its sentence here. Amounts are written as on the pages
and kept together in right-to-left text.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.lists import format_list
from django.utils.translation import get_language, get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from payments import figures
from payments.money import Money
from projects.catalogue.countries import country_name
from projects.catalogue.models import Project
from projects.catalogue.sectors import Sector
from projects.matching.caps import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.allocation import Step
    from projects.matching.rules import Rule

at_most = {
    Scope.CONTRIBUTION: gettext_lazy("%(cap)s for one contribution"),
    Scope.DONOR: gettext_lazy("%(cap)s per person"),
    Scope.DONOR_PROJECT: gettext_lazy("%(cap)s per person and project"),
    Scope.PROJECT: gettext_lazy("%(cap)s per project"),
    Scope.PROGRAMME: gettext_lazy("%(cap)s in all"),
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
    Scope.PROJECT: gettext_lazy(
        "This programme adds at most %(cap)s to each project; %(room)s of that was free."
    ),
    Scope.PROGRAMME: gettext_lazy(
        "This programme adds at most %(cap)s in all; %(room)s of that was free."
    ),
}
cap_steps = {
    Scope.CONTRIBUTION: gettext_lazy("Limit for one contribution: %(cap)s."),
    Scope.DONOR: gettext_lazy("Limit per person: %(cap)s, of which %(room)s was free."),
    Scope.DONOR_PROJECT: gettext_lazy(
        "Limit per person and project: %(cap)s, of which %(room)s was free."
    ),
    Scope.PROJECT: gettext_lazy("Limit per project: %(cap)s, of which %(room)s was free."),
    Scope.PROGRAMME: gettext_lazy("Limit in all: %(cap)s, of which %(room)s was free."),
}
refused = {
    "currency_mismatch": gettext_lazy("This programme adds to money in %(currency)s only."),
    "outside_window": gettext_lazy(
        "This programme adds to money that arrives from %(first_day)s to %(last_day)s."
    ),
    "below_minimum": gettext_lazy("This programme adds to amounts of %(minimum)s or more."),
    "donor.residence": gettext_lazy("This programme is not for people who live in %(fact)s."),
    "project.country": gettext_lazy("This programme is for projects in other countries."),
    "project.sector": gettext_lazy("This programme is for projects in other sectors."),
    "project.kind": gettext_lazy("This programme is for other kinds of projects."),
    "project.slug": gettext_lazy("This programme is for other projects."),
    "contribution.amount": gettext_lazy("This programme is for other amounts."),
}
conditions_met = {
    "donor.residence": gettext_lazy("Condition met: the giver lives in %(fact)s."),
    "project.country": gettext_lazy("Condition met: the project is in %(fact)s."),
    "project.sector": gettext_lazy("Condition met: the project's sector is %(fact)s."),
    "project.kind": gettext_lazy("Condition met: the project's kind is %(fact)s."),
    "project.slug": gettext_lazy("Condition met: the project is %(fact)s."),
    "contribution.amount": gettext_lazy("Condition met: the amount given is %(fact)s."),
}


def amount(minor: int, currency: str) -> str:
    """Return minor units as the reader's language writes them, such as €1,234.50."""
    text = figures.money_text(Money(minor, currency), language=_language())
    return figures.isolated(text) if get_language_bidi() else text


def rule_sentence(rule: Rule) -> str:
    """Return what a programme promises, in one sentence."""
    hundred = 100 * 10 ** Money(0, rule.currency).exponent
    limits = [
        at_most[cap.scope] % {"cap": amount(cap.amount_minor, rule.currency)} for cap in rule.caps
    ]
    words = {
        "given": amount(hundred, rule.currency),
        "becomes": amount(hundred + rule.rate.of(hundred), rule.currency),
        "first_day": _day(rule.window.opens_at, rule.window.zone),
        "last_day": _last_day(rule.window.closes_at, rule.window.zone),
        "limits": format_list(limits, locale=figures.locale_of(_language())),
    }
    if limits:
        sentence = _(
            "While the pot lasts, %(given)s that arrives from %(first_day)s to %(last_day)s"
            " becomes %(becomes)s; the match is at most %(limits)s."
        )
    else:
        sentence = _(
            "While the pot lasts, %(given)s that arrives from %(first_day)s to %(last_day)s"
            " becomes %(becomes)s."
        )
    return sentence % words


def why(reason: str | None, steps: Sequence[Step], *, currency: str) -> str:
    """Return why a programme gives what it gives, in one sentence."""
    by_name = {str(step["step"]): step for step in steps}
    if "refused" in by_name and reason is not None:
        return _refused(by_name["refused"], currency)
    if reason is None or reason == "rounds_to_zero":
        return _in_full(by_name, currency)
    if reason == "pot_exhausted":
        return _pot(by_name["pot"], currency)
    bound = next(s for s in steps if s["step"] == "cap" and reason == f"cap_{s['scope']}")
    return cap_bound[Scope(str(bound["scope"]))] % _amounts(bound, currency)


def sentences(steps: Sequence[Step], *, currency: str) -> tuple[str, ...]:
    """Return every step of a calculation in words, in order."""
    return tuple(_sentence(step, currency) for step in steps)


def _sentence(step: Step, currency: str) -> str:
    match step["step"]:
        case "base":
            own = str(step["currency"])
            return _("Counted: %(minor)s.") % _amounts(step, own)
        case "eligible":
            return conditions_met[str(step["field"])] % {"fact": _fact(step, currency)}
        case "refused":
            return _refused(step, currency)
        case "cap":
            return cap_steps[Scope(str(step["scope"]))] % _amounts(step, currency)
        case _:
            return _arithmetic(step, currency)


def _arithmetic(step: Step, currency: str) -> str:
    words = _amounts(step, currency)
    match step["step"]:
        case "rate" if step["rounded_down"]:
            return _("Rate %(rate)s, rounded down: %(minor)s.") % (words | _ratio(step))
        case "rate":
            return _("Rate %(rate)s: %(minor)s.") % (words | _ratio(step))
        case "pot":
            return _("In the pot: %(room)s.") % words
        case "promised":
            return _("Held for this contribution before it was paid: %(minor)s.") % words
        case _:
            return _("Match: %(minor)s.") % words


def _in_full(by_name: dict[str, Step], currency: str) -> str:
    if "promised" in by_name:
        return _sentence(by_name["promised"], currency)
    rate = by_name["rate"]
    words = {"base": amount(_number(by_name["base"], "minor"), currency)} | _ratio(rate)
    if by_name["match"]["minor"] == 0:
        return _("%(base)s at %(rate)s is less than the smallest unit of money.") % words
    return _("%(base)s at %(rate)s is %(minor)s.") % (words | _amounts(rate, currency))


def _pot(step: Step, currency: str) -> str:
    if step["room"] == 0:
        return _("The pot of this programme is empty.")
    return _("Only %(room)s was left in the pot of this programme.") % _amounts(step, currency)


def _refused(step: Step, currency: str) -> str:
    code, _colon, field = str(step["reason"]).partition(":")
    if field == "donor.residence" and step["fact"] is None:
        return _("This programme asks where you live.")
    words = {"currency": str(step.get("currency", ""))}
    if field:
        words["fact"] = _fact(step, currency)
    if code == "outside_window":
        opens_at, closes_at = (str(step[name]) for name in ("opens_at", "closes_at"))
        zone = str(step["zone"])
        words["first_day"] = _day(datetime.fromisoformat(opens_at), zone)
        words["last_day"] = _last_day(datetime.fromisoformat(closes_at), zone)
    return refused[field or code] % (words | _amounts(step, currency))


def _amounts(step: Step, currency: str) -> dict[str, str]:
    """Return every amount of a step in words, by its name."""
    names = ("minor", "cap", "room", "minimum")
    return {name: amount(_number(step, name), currency) for name in names if name in step}


def _number(step: Step, name: str) -> int:
    value = step[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} of {step} is no number")
    return value


def _ratio(step: Step) -> dict[str, str]:
    numerator, denominator = step["rate"] if isinstance(step["rate"], list) else (0, 0)
    return {"rate": _("%(n)s to %(d)s") % {"n": numerator, "d": denominator}}


def _fact(step: Step, currency: str) -> str:
    fact = step["fact"]
    if isinstance(fact, int):
        return amount(fact, currency)
    match step["field"]:
        case "donor.residence" | "project.country":
            return country_name(str(fact), _language())
        case "project.sector":
            return str(Sector(fact).label) if fact in Sector.values else str(fact)
        case "project.kind":
            return str(Project.Kind(fact).label) if fact in Project.Kind.values else str(fact)
    return str(fact)


def _day(at: datetime, zone: str) -> str:
    day = at.astimezone(ZoneInfo(zone)).date()
    return figures.day_text(day, language=_language())


def _last_day(closes_at: datetime, zone: str) -> str:
    """Return the last day with an instant before the close, which itself is outside."""
    return _day(closes_at - timedelta(microseconds=1), zone)


def _language() -> str:
    return get_language() or "en"
