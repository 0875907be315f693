"""Reading a programme document into a rule, or saying which field is wrong and what is allowed.

`programme.schema.json` in this room defines the form; this reader accepts nothing that the schema
refuses. What it refuses besides are contradictions: currencies, zones and days that do not exist,
windows that close before they open, tiers that overlap, names that nothing bears, and parts that
make no sense together (see `sense`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from math import lcm
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from projects.matching.documents import conditions, formulas, limits, money, sense, sharing
from projects.matching.documents.reading import (
    PROGRAMME,
    Contradiction,
    RuleNotUnderstood,
    each,
    flag,
    instant,
    integer,
    items,
    minor,
    text,
    whole,
    word,
)
from projects.matching.formula import Flat, Nothing, Quadratic, Rate, Score, ShareOfPot
from projects.matching.rules import (
    SINGLE,
    Allocation,
    Clock,
    Counts,
    Coupling,
    Freed,
    Partial,
    Rule,
    Unlock,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projects.matching.formula import Formula
    from projects.matching.rules import Cap, Layer, Threshold

REQUIRED = ("id", "currency", "window")
OPTIONAL = (
    *("name", "version", "instrument", "legal_basis"),
    *("tz", "clock", "settle_by", "priority", "counts", "eligible", "min_contribution"),
    *("base_cap", "base_caps", "weight", "paired", "fx", "indices", "fiscal_year_start"),
    *("rate", "tiers", "formula", "layers", "coupling", "pot"),
    *("caps", "floors", "threshold", "reserve", "needs_award"),
    *("allocation", "project_cap", "fill", "ranking", "min_score", "partial_fill"),
    *("waitlist", "on_exhaustion", "stacking", "refund"),
    *("disbursement", "obligations", "reservation_minutes"),
)
INSTRUMENTS = ("grant", "loan", "equity", "seed_capital", "capital_subsidy", "guarantee")
ID = re.compile(r"[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*")
FISCAL_YEAR_START = re.compile(r"\d{2}-\d{2}", re.ASCII)
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # A year begins on a day every year has.
LARGEST_PRIORITY = 1000
LONGEST_RESERVATION = 60


def read(document: object) -> Rule:
    """Return the rule that a programme document (parsed JSON) says.

    Raises:
        RuleNotUnderstood: naming the first field that is wrong and what is allowed there.
    """
    fields = whole(document, PROGRAMME, required=REQUIRED, optional=OPTIONAL)
    rule = _framed(fields)
    for read_part in (_with_base, _with_limits, _with_sharing, _with_duties):
        rule = read_part(rule, fields)
    sense.check(rule)
    return rule


def _framed(fields: Mapping[str, object]) -> Rule:
    """Return the rule with its name, window, formula and funders."""
    programme_id = _id(fields["id"])
    currency = money.currency(fields["currency"])
    allocation = Allocation(
        word(fields.get("allocation", Allocation.INSTANT), "allocation", Allocation)
    )
    threshold = limits.threshold(fields["threshold"]) if "threshold" in fields else None
    layers, layer_caps = _layers(fields, currency)
    integer(fields.get("version", 1), "version", 1, 10**6)  # Publishing gives the number.
    return Rule(
        programme_id=programme_id,
        name=text(fields.get("name", programme_id), "name", longest=120),
        currency=currency,
        instrument=word(fields.get("instrument", "grant"), "instrument", INSTRUMENTS),
        legal_basis=_legal_basis(fields),
        window=_window(fields),
        priority=integer(fields.get("priority", 1), "priority", 1, LARGEST_PRIORITY),
        formula=_formula(fields, layers, allocation, threshold),
        layers=layers,
        coupling=Coupling(word(fields.get("coupling", Coupling.JOINT), "coupling", Coupling)),
        pot_minor=money.pot(fields.get("pot", 0), "pot"),
        caps=limits.caps(fields.get("caps", []), "caps", currency) + layer_caps,
        threshold=threshold,
        allocation=allocation,
    )


def _with_base(rule: Rule, fields: Mapping[str, object]) -> Rule:
    """Add which money counts, and how much of it."""
    return replace(
        rule,
        counts=conditions.counts(fields["counts"]) if "counts" in fields else Counts(),
        eligible=conditions.conditions(fields.get("eligible", []), "eligible"),
        min_contribution_minor=minor(fields.get("min_contribution", 1), "min_contribution"),
        base_caps=limits.base_caps(fields, rule.currency),
        weight=conditions.weight(fields["weight"]) if "weight" in fields else None,
        paired=conditions.paired(fields["paired"]) if "paired" in fields else None,
        fx=money.exchange_rates(fields.get("fx", {}), rule.currency),
        indices=money.indices(fields.get("indices", {})),
        fiscal_year_start=_fiscal_year_start(fields.get("fiscal_year_start", "01-01")),
    )


def _with_limits(rule: Rule, fields: Mapping[str, object]) -> Rule:
    return replace(
        rule,
        floors=limits.floors(fields.get("floors", []), rule.currency),
        reserve=limits.reserve(fields["reserve"], rule.currency) if "reserve" in fields else None,
        needs_award=flag(fields.get("needs_award", False), "needs_award"),
        project_cap=(
            sharing.project_cap(fields["project_cap"], rule.currency)
            if "project_cap" in fields
            else None
        ),
        fill=flag(fields.get("fill", True), "fill"),
    )


def _with_sharing(rule: Rule, fields: Mapping[str, object]) -> Rule:
    """Add who comes first, and what happens when the pot is empty or money goes back."""
    refund = whole(fields.get("refund", {}), "refund", optional=("partial", "freed"))
    return replace(
        rule,
        ranking=sharing.ranking(fields),
        on_exhaustion=sharing.exhaustion(fields),
        stacking=sharing.stacking(fields.get("stacking", {})),
        partial=Partial(word(refund.get("partial", Partial.RECOMPUTE), "refund.partial", Partial)),
        freed=Freed(word(refund.get("freed", Freed.POT), "refund.freed", Freed)),
    )


def _with_duties(rule: Rule, fields: Mapping[str, object]) -> Rule:
    return replace(
        rule,
        disbursement=(
            sharing.disbursement(fields["disbursement"]) if "disbursement" in fields else ()
        ),
        obligations=each(fields.get("obligations", []), "obligations", sharing.obligation),
        reservation_minutes=integer(
            fields.get("reservation_minutes", 15), "reservation_minutes", 1, LONGEST_RESERVATION
        ),
    )


def _id(value: object) -> str:
    found = text(value, "id", longest=64)
    if not ID.fullmatch(found):
        raise RuleNotUnderstood(
            field="id", allowed="must be letters, digits and single hyphens between them"
        )
    return found


def _legal_basis(fields: Mapping[str, object]) -> str:
    return (
        text(fields["legal_basis"], "legal_basis", longest=300) if "legal_basis" in fields else ""
    )


def _layers(
    fields: Mapping[str, object], currency: str
) -> tuple[tuple[Layer, ...], tuple[Cap, ...]]:
    if "layers" in fields:
        return sharing.layers(fields["layers"], currency)
    if "coupling" in fields:
        raise Contradiction(field="coupling", allowed="only with layers")
    return SINGLE, ()


def _formula(
    fields: Mapping[str, object],
    layers: tuple[Layer, ...],
    allocation: Allocation,
    threshold: Threshold | None,
) -> Formula:
    """Return the formula that is written, or the one that the other parts imply."""
    written = formulas.formula(fields)
    rates = [layer.rate for layer in layers if layer.rate]
    if rates and written:
        key = next(key for key in formulas.SHORT_FORMS if key in fields)
        raise Contradiction(field=key, allowed="each layer has a rate already")
    if rates:
        if len(rates) < len(layers):
            n = next(n for n, layer in enumerate(layers) if layer.rate is None)
            raise Contradiction(
                field=f"layers[{n}].rate", allowed="is missing; the others have one"
            )
        return Flat(_sum(rates))
    implied = written or _implied(allocation, threshold)
    if implied is None:
        raise Contradiction(field="rate", allowed="is missing; or write layers, tiers or a formula")
    return implied


def _implied(allocation: Allocation, threshold: Threshold | None) -> Formula | None:
    if threshold and threshold.mode is Unlock.LUMP:
        return Nothing()
    implied: dict[Allocation, Formula] = {
        Allocation.QUADRATIC_CLOSE: Quadratic(),
        Allocation.SHARE_CLOSE: ShareOfPot(),
        Allocation.RANKED_CLOSE: Score(),
        Allocation.MANUAL: Nothing(),
    }
    return implied.get(allocation)


def _sum(rates: list[Rate]) -> Rate:
    denominator = lcm(*(rate.denominator for rate in rates))
    return Rate(
        sum(rate.numerator * (denominator // rate.denominator) for rate in rates), denominator
    )


def _window(fields: Mapping[str, object]) -> Window:
    opens_at, closes_at = (
        instant(item, f"window[{n}]")
        for n, item in enumerate(items(fields["window"], "window", 2, 2))
    )
    if closes_at <= opens_at:
        raise Contradiction(field="window[1]", allowed="must be a time after window[0]")
    clock = Clock(word(fields.get("clock", Clock.SETTLED), "clock", Clock))
    settle_by = instant(fields["settle_by"], "settle_by") if "settle_by" in fields else None
    if settle_by and clock is not Clock.INITIATED:
        raise Contradiction(field="settle_by", allowed="only with clock: initiated")
    if settle_by and settle_by <= opens_at:
        raise Contradiction(field="settle_by", allowed="must be a time after window[0]")
    return Window(opens_at, closes_at, _zone(fields.get("tz", "UTC")), clock, settle_by)


def _zone(value: object) -> str:
    name = text(value, "tz", longest=64)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Contradiction(
            field="tz", allowed="must be a zone of the IANA database, as Africa/Nairobi"
        ) from None
    return name


def _fiscal_year_start(value: object) -> tuple[int, int]:
    """Return month and day, written "04-06", [4, 6], or 4 for the first of April."""
    if isinstance(value, int):
        value = [value, 1]
    if isinstance(value, str) and FISCAL_YEAR_START.fullmatch(value):
        value = [int(part) for part in value.split("-")]
    if isinstance(value, str):
        raise RuleNotUnderstood(
            field="fiscal_year_start", allowed="must be a month and a day, as 04-06"
        )
    month, day = items(value, "fiscal_year_start", 2, 2)
    start = (
        integer(month, "fiscal_year_start[0]", 1, 12),
        integer(day, "fiscal_year_start[1]", 1, 31),
    )
    if start[1] > DAYS[start[0] - 1]:
        raise Contradiction(field="fiscal_year_start", allowed="must be a day of every year")
    return start
