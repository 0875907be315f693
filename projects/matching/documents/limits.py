"""What keeps a match small: caps, base caps, floors, thresholds and reserves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.documents.conditions import condition, one_or_more
from projects.matching.documents.money import AMOUNT_KEYS, ONE_OF, amount
from projects.matching.documents.reading import (
    LARGEST_MINOR,
    Contradiction,
    RuleNotUnderstood,
    code,
    each,
    either,
    flag,
    instant,
    integer,
    minor,
    whole,
    word,
)
from projects.matching.rules import (
    BaseCap,
    Cap,
    Floor,
    Metric,
    Period,
    Reserve,
    Scope,
    Threshold,
    Unlock,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projects.matching.rules import Condition

MOST_CAPS = 20
MOST_YEARS = 20
PERIODS = (*Period, "three_years")
BASE_SCOPES = (
    Scope.CONTRIBUTION,
    Scope.DONOR,
    Scope.DONOR_PROJECT,
    Scope.DONOR_ORGANISATION,
    Scope.PROJECT,
)
RESERVE_SPELLINGS = ("where", "eligible", "predicate", "when")
CONDITION_KEYS = ("field", "op", "value", "value_field")


def caps(value: object, where: str, own_currency: str, layer: str | None = None) -> tuple[Cap, ...]:
    """Return caps; those written inside a layer are that layer's."""

    def one(item: object, place: str) -> Cap:
        return _cap(item, place, own_currency, layer)

    return each(value, where, one, most=MOST_CAPS)


def _cap(value: object, where: str, own_currency: str, layer: str | None) -> Cap:
    found = whole(
        value,
        where,
        required=("scope",),
        optional=("period", *AMOUNT_KEYS, "years", "layer", "when"),
    )
    if "layer" in found and layer is not None:
        raise RuleNotUnderstood(field=f"{where}.layer", allowed="is the layer it is written in")
    scope = Scope(word(found["scope"], f"{where}.scope", Scope))
    period, years = _period(found, where)
    cap = Cap(
        scope=scope,
        amount=amount(found, where, own_currency),
        period=period,
        years=years,
        layer=code(found["layer"], f"{where}.layer") if "layer" in found else layer,
        when=condition(found["when"], f"{where}.when") if "when" in found else None,
    )
    _refuse_senseless(cap, where)
    return cap


def _refuse_senseless(cap: Cap, where: str) -> None:
    if cap.scope is Scope.LAYER and cap.layer is None:
        raise Contradiction(field=f"{where}.layer", allowed="is missing: which layer?")
    if cap.scope is Scope.PROJECT_COST and cap.layer is not None:
        raise Contradiction(
            field=f"{where}.layer", allowed="a cost is money and match of all layers together"
        )
    if cap.scope is Scope.CONTRIBUTION and cap.period is not Period.NONE:
        raise Contradiction(field=f"{where}.period", allowed="allowed: none; one gift is one gift")


def _period(found: Mapping[str, object], where: str) -> tuple[Period, int]:
    given = word(found.get("period", Period.NONE), f"{where}.period", PERIODS)
    if given == Period.N_YEARS:
        if "years" not in found:
            raise RuleNotUnderstood(field=f"{where}.years", allowed="is missing: how many?")
        return Period.N_YEARS, integer(found["years"], f"{where}.years", 1, MOST_YEARS)
    if "years" in found:
        raise RuleNotUnderstood(field=f"{where}.years", allowed="belongs to the period n_years")
    return (Period.N_YEARS, 3) if given == "three_years" else (Period(given), 1)


def base_caps(fields: Mapping[str, object], own_currency: str) -> tuple[BaseCap, ...]:
    """Return the limits on counted money: one `base_cap`, or the list `base_caps`."""

    def one(item: object, place: str) -> BaseCap:
        found = whole(item, place, required=("scope",), optional=AMOUNT_KEYS)
        scope = Scope(word(found["scope"], f"{place}.scope", BASE_SCOPES))
        return BaseCap(scope, amount(found, place, own_currency))

    given = either(fields, "programme", "base_cap", "base_caps")
    if given is None:
        return ()
    if given == "base_cap" and isinstance(fields[given], dict):
        return (one(fields[given], given),)
    return each(fields[given], given, one, most=MOST_CAPS)


def floors(value: object, own_currency: str) -> tuple[Floor, ...]:
    def one(item: object, place: str) -> Floor:
        found = whole(item, place, required=("scope",), optional=AMOUNT_KEYS)
        scope = Scope(word(found["scope"], f"{place}.scope", (Scope.PROJECT,)))
        return Floor(scope, amount(found, place, own_currency))

    return each(value, "floors", one, most=MOST_CAPS)


def threshold(value: object) -> Threshold:
    found = whole(
        value,
        "threshold",
        required=("metric", "at"),
        optional=("mode", "revoke", "amount", "lump"),
    )
    mode = Unlock(word(found.get("mode", Unlock.RETRO), "threshold.mode", Unlock))
    lump = either(found, "threshold", "amount", "lump")
    if mode is Unlock.LUMP and lump is None:
        raise RuleNotUnderstood(field="threshold.amount", allowed="is missing: how much?")
    if mode is not Unlock.LUMP and lump is not None:
        raise RuleNotUnderstood(field=f"threshold.{lump}", allowed="belongs to the mode lump")
    return Threshold(
        metric=Metric(word(found["metric"], "threshold.metric", Metric)),
        at=integer(found["at"], "threshold.at", 1, LARGEST_MINOR),
        mode=mode,
        revoke=flag(found.get("revoke", False), "threshold.revoke"),
        lump_minor=minor(found[lump], f"threshold.{lump}") if lump else 0,
    )


def reserve(value: object, own_currency: str) -> Reserve:
    """Return the ring-fenced part: an amount or a `share` of the pot, for whoever meets `where`."""
    found = whole(
        value,
        "reserve",
        optional=(
            *RESERVE_SPELLINGS,
            *CONDITION_KEYS,
            *AMOUNT_KEYS,
            *("share", "release_at", "release"),
        ),
    )
    if either(found, "reserve", "share", *ONE_OF) == "share":
        found = {key: value for key, value in found.items() if key != "share"} | {
            "share_of_pot": found["share"]
        }
    release = either(found, "reserve", "release_at", "release")
    return Reserve(
        conditions=_reserved_for(found),
        amount=amount(found, "reserve", own_currency),
        release_at=instant(found[release], f"reserve.{release}") if release else None,
    )


def _reserved_for(found: Mapping[str, object]) -> tuple[Condition, ...]:
    spelling = either(found, "reserve", *RESERVE_SPELLINGS, "field")
    if spelling is None:
        raise RuleNotUnderstood(field="reserve.where", allowed="is missing: for whom?")
    if spelling == "field":
        own = {key: found[key] for key in CONDITION_KEYS if key in found}
        return (condition(own, "reserve"),)
    for key in CONDITION_KEYS:
        if key in found:
            raise RuleNotUnderstood(field=f"reserve.{key}", allowed=f"belongs into {spelling}")
    return one_or_more(found[spelling], f"reserve.{spelling}")
