"""Every step of a calculation in words, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from projects.matching.rules import Metric, Scope
from projects.matching.wording import facts, limits, reasons
from projects.matching.wording.amounts import (
    amount,
    amounts,
    isolated,
    listed,
    number,
    pair,
    part,
    ratio,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from projects.matching.instant.outcomes import Step

AMOUNTS = ("minor", "cap", "room", "amount", "cost", "asked", "ceiling", "left", "used")

CONDITIONS_MET = {
    "donor.residence": gettext_lazy("Condition met: the giver lives in %(fact)s."),
    "project.country": gettext_lazy("Condition met: the project is in %(fact)s."),
    "project.sector": gettext_lazy("Condition met: the project's sector is %(fact)s."),
    "project.kind": gettext_lazy("Condition met: the project's kind is %(fact)s."),
    "project.slug": gettext_lazy("Condition met: the project is %(fact)s."),
    "contribution.amount": gettext_lazy("Condition met: the amount given is %(fact)s."),
}
BASE_CAPS = {
    Scope.CONTRIBUTION: gettext_lazy("Counted of one contribution: at most %(cap)s."),
    Scope.DONOR: gettext_lazy(
        "Counted of one person: at most %(cap)s, of which %(room)s was free."
    ),
    Scope.DONOR_PROJECT: gettext_lazy(
        "Counted of one person for a project: at most %(cap)s, of which %(room)s was free."
    ),
    Scope.DONOR_ORGANISATION: gettext_lazy(
        "Counted of one person for an organisation: at most %(cap)s, of which %(room)s was free."
    ),
    Scope.PROJECT: gettext_lazy(
        "Counted for one project: at most %(cap)s, of which %(room)s was free."
    ),
}
STANDING = {
    Metric.RAISED: gettext_lazy("Needed: %(at_amount)s raised for the project."),
    Metric.DONORS: ngettext_lazy(
        "Needed: %(at)s giver to the project.", "Needed: %(at)s givers to the project.", "at"
    ),
    Metric.PCT: gettext_lazy("Needed: %(at)s%% of the project's goal."),
}


def sentences(steps: Sequence[Step], *, currency: str) -> tuple[str, ...]:
    """Return every step of a calculation in words, in order. `currency` is the programme's."""
    own = next((str(step["currency"]) for step in steps if step["step"] == "base"), currency)
    return tuple(_sentence(step, currency, own) for step in steps)


def _sentence(step: Step, currency: str, own: str) -> str:
    name = str(step["step"])
    if name in ("base", "cascade"):
        words = amounts(step, AMOUNTS, own)
        base = _("Counted: %(minor)s."), _("Left by the programmes before: %(left)s.")
        return base[name == "cascade"] % words
    if name in SPECIAL:
        return SPECIAL[name](step, currency)
    if name in PLAIN:
        return PLAIN[name] % amounts(step, AMOUNTS, currency)
    return _("Match: %(minor)s.") % {"minor": amount(number(step, "minor") or 0, currency)}


PLAIN = {
    "lump": gettext_lazy(
        "One amount for the project: %(amount)s, of which %(minor)s is still due."
    ),
    "score": gettext_lazy("Asked for by the project: %(asked)s, of which %(minor)s is still due."),
    "award": gettext_lazy("Awarded to the project: %(ceiling)s, of which %(room)s was free."),
    "reserve": gettext_lazy("Kept for others for now: %(room)s."),
    "promised": gettext_lazy("Held for this contribution before it was paid: %(minor)s."),
    "again": gettext_lazy("Looked at again when there was room: %(minor)s."),
    "lost": gettext_lazy("Taken back, because the project fell below what is needed."),
}


def _condition(step: Step, currency: str) -> str:
    field = str(step["field"])
    words = {"fact": facts.told(field, step.get("fact"), currency), "name": facts.name(field)}
    if field in CONDITIONS_MET:
        return CONDITIONS_MET[field] % words
    return _("Condition met: %(name)s is %(fact)s.") % words


def _refused(step: Step, currency: str) -> str:
    return reasons.why(str(step["reason"]), (step,), currency=currency)


def _converted(step: Step, currency: str) -> str:
    words = amounts(step, AMOUNTS, currency)
    rate = pair(step, "rate")
    words["rate"] = f"{rate[0]}/{rate[1]}" if rate else ""
    return _("Converted at %(rate)s, rounded down: %(minor)s.") % words


def _base_cap(step: Step, currency: str) -> str:
    return BASE_CAPS[Scope(str(step["scope"]))] % amounts(step, AMOUNTS, currency)


def _weight(step: Step, currency: str) -> str:
    words = amounts(step, AMOUNTS, currency)
    words["score"] = facts.told(str(step.get("by")), step.get("score"), currency)
    words["part"] = part(*(pair(step, "rate") or (1, 1)))
    return _("Score %(score)s, counted at %(part)s: %(minor)s.") % words


def _paired(step: Step, currency: str) -> str:
    sums = step.get("sums")
    each = [
        f"{isolated(role)} {amount(minor, currency)}"
        for role, minor in (sums if isinstance(sums, dict) else {}).items()
        if isinstance(minor, int)
    ]
    words = amounts(step, AMOUNTS, currency) | {"sums": listed(each)}
    return _("Brought by each side: %(sums)s. Newly counted: %(minor)s.") % words


def _exclusive(step: Step, currency: str) -> str:  # noqa: ARG001  As all the others.
    gave = step.get("gave")
    return _("Matched before by: %(names)s.") % {
        "names": listed(isolated(str(each)) for each in (gave if isinstance(gave, list) else []))
    }


def _rate(step: Step, currency: str) -> str:
    words = amounts(step, AMOUNTS, currency) | {"rate": ratio(*(pair(step, "rate") or (0, 1)))}
    if step.get("rounded_down"):
        said = _("Rate %(rate)s, rounded down: %(minor)s.") % words
    else:
        said = _("Rate %(rate)s: %(minor)s.") % words
    return _of_layer(step, said)


def _tiers(step: Step, currency: str) -> str:
    bands = step.get("bands")
    rates = [
        ratio(*found)
        for band in (bands if isinstance(bands, list) else [])
        if isinstance(band, list) and (found := pair({"rate": band[-2:]}, "rate"))
    ]
    words = amounts(step, AMOUNTS, currency) | {"rates": listed(rates)}
    if not rates:
        return _("No rate for this amount: %(minor)s.") % words
    return _("Rate by tiers, %(rates)s: %(minor)s.") % words


def _share_of_cost(step: Step, currency: str) -> str:
    words = amounts(step, AMOUNTS, currency)
    words["part"] = part(*(pair(step, "rate") or (0, 1)))
    return _("%(part)s of the project's cost of %(cost)s, of which %(minor)s is still due.") % words


def _threshold(step: Step, currency: str) -> str:
    at = number(step, "at") or 0
    words = {"at": at, "at_amount": amount(at, currency)}
    needed = STANDING[Metric(str(step["metric"]))] % words
    told = _("Reached."), _("Not reached.")
    return f"{needed} {told[not step.get('reached')]}"


def _cap(step: Step, currency: str) -> str:
    return _of_layer(step, limits.told(step, currency))


def _lifetime(step: Step, currency: str) -> str:  # noqa: ARG001  As all the others.
    return _("Projects of one organisation that may be matched: %(cap)s.") % {"cap": step["cap"]}


def _total_public(step: Step, currency: str) -> str:
    words = amounts(step, AMOUNTS, currency) | {"part": part(*(pair(step, "share") or (1, 1)))}
    return _("Public money is at most %(part)s of the whole: %(room)s was free.") % words


def _pot(step: Step, currency: str) -> str:
    return _of_layer(step, _("In the pot: %(room)s.") % amounts(step, AMOUNTS, currency))


def _of_layer(step: Step, said: str) -> str:
    """Put the funder before a sentence that speaks of one funder only."""
    layer = step.get("layer")
    words = {"funder": isolated(str(layer)), "said": said}
    return _("%(funder)s: %(said)s") % words if layer else said


SPECIAL: dict[str, Callable[[Step, str], str]] = {
    "eligible": _condition,
    "condition": _condition,
    "refused": _refused,
    "converted": _converted,
    "base_cap": _base_cap,
    "weight": _weight,
    "paired": _paired,
    "exclusive": _exclusive,
    "rate": _rate,
    "tiers": _tiers,
    "share_of_cost": _share_of_cost,
    "threshold": _threshold,
    "cap": _cap,
    "lifetime_awards": _lifetime,
    "total_public": _total_public,
    "pot": _pot,
}
