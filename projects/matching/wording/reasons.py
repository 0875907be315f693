"""Why a programme gives what it gives: one sentence for every reason code.

Where the steps have the figures the sentence names them; a reason whose step is gone, because the
money was decided on again, is told without.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from projects.matching.rules import Metric, Scope
from projects.matching.wording import facts, limits
from projects.matching.wording.amounts import (
    amount,
    amounts,
    day,
    isolated,
    last_day,
    number,
    pair,
    part,
    ratio,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projects.matching.instant.outcomes import Step

Words = dict[str, str]

PLAIN = {
    "currency_mismatch": gettext_lazy("This programme does not add to money in this currency."),
    "outside_window": gettext_lazy("The money did not come within this programme's time."),
    "settled_too_late": gettext_lazy("The money arrived too late for this programme."),
    "below_minimum": gettext_lazy("This programme adds to larger amounts only."),
    "not_counted:kind": gettext_lazy("This programme does not count this kind of money."),
    "not_counted:channel": gettext_lazy("This programme does not count money that came this way."),
    "not_counted:by": gettext_lazy("This programme does not count money of this kind of giver."),
    "not_counted:proof": gettext_lazy(
        "This programme asks for proof of where the money came from."
    ),
    "base_cap_contribution": gettext_lazy("This programme counts nothing of this contribution."),
    "base_cap_donor": gettext_lazy("What this programme counts of one person was used up before."),
    "base_cap_donor_project": gettext_lazy(
        "What this programme counts of one person for a project was used up before."
    ),
    "base_cap_donor_organisation": gettext_lazy(
        "What this programme counts of one person for an organisation was used up before."
    ),
    "base_cap_project": gettext_lazy(
        "What this programme counts for a project was used up before."
    ),
    "weight_zero": gettext_lazy("With this score the programme does not count the money."),
    "awaiting_pair": gettext_lazy("This programme waits for the money of the other side."),
    "threshold_not_reached": gettext_lazy(
        "The project has not reached what this programme asks for."
    ),
    "threshold_lost": gettext_lazy(
        "The project fell below what this programme asks for, and its match was taken back."
    ),
    "no_award": gettext_lazy("This programme has awarded nothing to this project."),
    "cap_award": gettext_lazy("What this programme awarded to the project is used up."),
    "total_public_cap": gettext_lazy("Public money has reached its largest share of the whole."),
    "already_matched": gettext_lazy("Another programme has matched this money."),
    "reserved_for_others": gettext_lazy("What is left in the pot is kept for others for now."),
    "pot_exhausted": gettext_lazy("The pot of this programme was too small for all."),
    "refused_partial": gettext_lazy(
        "The pot could not match this contribution in full, and this programme never gives less."
    ),
    "next_call": gettext_lazy("The pot of this programme is empty; its next call may match this."),
    "rounds_to_zero": gettext_lazy("The match would be less than the smallest unit of money."),
    "programme_frozen": gettext_lazy(
        "This programme is stopped for now; its match waits until it goes on."
    ),
    "project_frozen": gettext_lazy(
        "Match for this project is stopped for now; it waits until that goes on."
    ),
    "no_formula": gettext_lazy("This programme adds nothing to this money by its rule."),
    "below_floor": gettext_lazy(
        "The project's match would be smaller than the least that is paid."
    ),
    "below_min_score": gettext_lazy("The project's score is below the least that is asked for."),
    "not_ranked": gettext_lazy("The pot did not reach as far as this project's rank."),
    "given_back": gettext_lazy("The money went back, and its match with it."),
    "waits_for_close": gettext_lazy("This programme decides when its time is over."),
}
"""What each reason says by itself."""

DETAILED = {
    "currency_mismatch": gettext_lazy("This programme adds to money in %(currency)s only."),
    "outside_window": gettext_lazy(
        "This programme adds to money that arrives from %(first_day)s to %(last_day)s."
    ),
    "settled_too_late": gettext_lazy(
        "This programme adds to money that has arrived by %(settled_by)s."
    ),
    "below_minimum": gettext_lazy("This programme adds to amounts of %(minimum)s or more."),
    "base_cap_donor": gettext_lazy(
        "This programme counts %(base_cap)s of each person, which was used up before."
    ),
    "base_cap_donor_project": gettext_lazy(
        "This programme counts %(base_cap)s of each person for a project, which was used up before."
    ),
    "base_cap_donor_organisation": gettext_lazy(
        "This programme counts %(base_cap)s of each person for an organisation,"
        " which was used up before."
    ),
    "base_cap_project": gettext_lazy(
        "This programme counts %(base_cap)s for each project, which was used up before."
    ),
    "cap_award": gettext_lazy(
        "This programme awarded %(ceiling)s to the project; %(award_room)s of that was free."
    ),
    "total_public_cap": gettext_lazy("Public money is at most %(share)s of the whole."),
    "reserved_for_others": gettext_lazy(
        "What is left in the pot is kept for others for now; %(pot_room)s was free."
    ),
    "pot_exhausted": gettext_lazy("Only %(pot_room)s was left in the pot of this programme."),
    "next_call": gettext_lazy(
        "Only %(pot_room)s was left in the pot; the next call may match the rest."
    ),
}
"""The same with figures, for when the steps have them."""

REFUSED_FACTS = {
    "donor.residence": gettext_lazy("This programme is not for people who live in %(fact)s."),
    "project.country": gettext_lazy("This programme is for projects in other countries."),
    "project.sector": gettext_lazy("This programme is for projects in other sectors."),
    "project.kind": gettext_lazy("This programme is for other kinds of projects."),
    "project.slug": gettext_lazy("This programme is for other projects."),
    "contribution.amount": gettext_lazy("This programme is for other amounts."),
    "role": gettext_lazy("This programme adds to the money of others."),
}
REACHED = {
    Metric.RAISED: gettext_lazy("The project must raise %(raised)s before anything is added."),
    Metric.DONORS: ngettext_lazy(
        "The project needs %(at)s giver before anything is added.",
        "The project needs %(at)s givers before anything is added.",
        "at",
    ),
    Metric.PCT: gettext_lazy(
        "The project must raise %(at)s%% of its goal before anything is added."
    ),
}


def waiting() -> str:
    """Return what is said where a programme has not had its turn yet."""
    return _("This programme has not decided yet.")


def why(reason: str | None, steps: Sequence[Step], *, currency: str) -> str:
    """Return why a programme gives what it gives, in one sentence."""
    by_name = {str(step["step"]): step for step in steps}
    if reason is None or reason == "rounds_to_zero":
        return _in_full(by_name, currency)
    code, _colon, detail = reason.partition(":")
    if code == "not_eligible":
        return refused_fact(detail, by_name.get("refused", {}), currency)
    if code == "limited_by":
        return _limited(detail, is_joint=by_name.get("match", {}).get("together") is True)
    return _kept_small(reason, by_name, steps, currency)


def _limited(funder: str, *, is_joint: bool) -> str:
    if is_joint:
        said = _("%(funder)s could not add more, and the funders add together.")
    else:
        said = _("%(funder)s could not add more.")
    return said % {"funder": isolated(funder)}


def _kept_small(
    reason: str, by_name: Mapping[str, Step], steps: Sequence[Step], currency: str
) -> str:
    if reason == "pot_exhausted" and by_name.get("pot", {}).get("room") == 0:
        return _("The pot of this programme is empty.")
    if reason.startswith("threshold_not") and "threshold" in by_name:
        return _not_reached(by_name["threshold"], currency)
    if (cap := _binding(reason, steps)) is not None:
        return limits.bound(cap, currency)
    return plain(reason, figures(by_name, currency))


def plain(reason: str, words: Mapping[str, str]) -> str:
    """Return the sentence of a reason, with figures where all of them are known."""
    try:
        return DETAILED[reason] % words
    except KeyError:
        pass
    if reason in PLAIN:
        return str(PLAIN[reason])
    return _("A limit of this programme was reached.")


def refused_fact(field: str, step: Step, currency: str) -> str:
    """Return why a fact speaks against the money."""
    fact = step.get("fact")
    if field == "donor.residence" and fact is None:
        return _("This programme asks where you live.")
    if field in REFUSED_FACTS:
        return REFUSED_FACTS[field] % {"fact": facts.told(field, fact, currency)}
    if fact is None:
        return _("This programme asks for something that is not known: %(name)s.") % {
            "name": facts.name(field)
        }
    return _("This programme asks for something else: %(name)s is %(fact)s.") % {
        "name": facts.name(field),
        "fact": facts.told(field, fact, currency),
    }


def figures(by_name: Mapping[str, Step], currency: str) -> Words:
    """Return every figure that the sentence of a reason may name."""
    refused, pot = by_name.get("refused", {}), by_name.get("pot", {})
    award, base_cap = by_name.get("award", {}), by_name.get("base_cap", {})
    words = amounts(refused, ("minimum",), currency) | amounts(award, ("ceiling",), currency)
    for name, step, key in (
        ("pot_room", pot, "room"),
        ("award_room", award, "room"),
        ("base_cap", base_cap, "cap"),
    ):
        if (minor := number(step, key)) is not None:
            words[name] = amount(minor, currency)
    if share := pair(by_name.get("total_public", {}), "share"):
        words["share"] = part(*share)
    if refused.get("currency"):
        words["currency"] = str(refused["currency"])
    return words | _days(refused)


def _days(refused: Step) -> Words:
    zone = str(refused.get("zone") or "UTC")
    words = {}
    if "opens_at" in refused and "closes_at" in refused:
        opens_at, closes_at = (str(refused[name]) for name in ("opens_at", "closes_at"))
        words["first_day"] = day(datetime.fromisoformat(opens_at), zone)
        words["last_day"] = last_day(datetime.fromisoformat(closes_at), zone)
    if refused.get("settle_by"):
        words["settled_by"] = last_day(datetime.fromisoformat(str(refused["settle_by"])), zone)
    return words


def _binding(reason: str, steps: Sequence[Step]) -> Step | None:
    """Return the step of the cap that a reason names."""
    for step in steps:
        if step["step"] == "cap" and str(step.get("scope")) in list(Scope):
            period = str(step.get("period") or "none")
            named = f"cap_{step['scope']}" + ("" if period == "none" else f"_{period}")
            if named == reason:
                return step
    return None


def _not_reached(step: Step, currency: str) -> str:
    at = number(step, "at")
    if str(step.get("metric")) not in list(Metric) or at is None:
        return str(PLAIN["threshold_not_reached"])
    metric = Metric(str(step["metric"]))
    return REACHED[metric] % {"at": at, "raised": amount(at, currency)}


def _in_full(by_name: Mapping[str, Step], currency: str) -> str:
    """Return that the formula gives this much, when nothing kept the match small."""
    match = by_name.get("match", {})
    if "promised" in by_name:
        words = amounts(by_name["promised"], ("minor",), currency)
        return _("Held for this contribution before it was paid: %(minor)s.") % words
    base = number(match, "base")
    base = number(by_name.get("base", {}), "minor") if base is None else base
    words = {"base": amount(base or 0, currency)} | amounts(match, ("minor",), currency)
    rate = pair(by_name.get("rate", {}), "rate")
    if rate is not None and not number(match, "minor"):
        words["rate"] = ratio(*rate)
        return _("%(base)s at %(rate)s is less than the smallest unit of money.") % words
    if not number(match, "minor"):
        return str(PLAIN["rounds_to_zero"])
    if rate is not None and not _has_several(by_name):
        words["rate"] = ratio(*rate)
        return _("%(base)s at %(rate)s is %(minor)s.") % words
    return _("%(base)s counted by the rule of this programme is %(minor)s.") % words


def _has_several(by_name: Mapping[str, Step]) -> bool:
    """Tell whether more than one funder paid, so that one rate does not say it all."""
    parts = by_name.get("match", {}).get("parts")
    return isinstance(parts, list) and len(parts) > 1
