"""The formula of a programme document: its long form, and the short forms `rate` and `tiers`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projects.matching.documents.conditions import MOST_BANDS, fact
from projects.matching.documents.reading import (
    LARGEST_MINOR,
    LARGEST_RATE,
    PROGRAMME,
    Contradiction,
    RuleNotUnderstood,
    code,
    either,
    integer,
    items,
    minor,
    rate,
    share,
    whole,
    word,
)
from projects.matching.formula import (
    Band,
    BandMode,
    Flat,
    Lump,
    Nothing,
    Quadratic,
    QuadraticVariant,
    Rate,
    Score,
    ShareOfCost,
    ShareOfPot,
    TierOn,
    Tiers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from projects.matching.formula import Formula

SHORT_FORMS = ("rate", "tiers", "formula")


def formula(fields: Mapping[str, object]) -> Formula | None:
    """Return the formula written in a document, or nothing where none is."""
    given = either(fields, PROGRAMME, *SHORT_FORMS)
    if given == "rate":
        return Flat(rate(fields["rate"], "rate"))
    if given == "tiers":
        return _tiers(
            whole(fields["tiers"], "tiers", required=TIER_KEYS, optional=TIER_MAY), "tiers"
        )
    return _long(fields["formula"]) if given == "formula" else None


def _long(value: object) -> Formula:
    """Return the formula of an object with its type, or of the type alone where that is enough."""
    if isinstance(value, str):
        value = {"type": word(value, "formula", FORMULAS)}
    if not isinstance(value, dict):
        raise RuleNotUnderstood(field="formula", allowed="must be an object")
    kind = word(value.get("type"), "formula.type", FORMULAS)
    required, optional, read = FORMULAS[kind]
    found = whole(value, "formula", required=("type", *required), optional=optional)
    return read(found, "formula")


def _flat(found: Mapping[str, object], where: str) -> Flat:
    return Flat(rate(found["rate"], f"{where}.rate"))


def _lump(found: Mapping[str, object], where: str) -> Lump:
    return Lump(minor(found["amount"], f"{where}.amount"))


def _share_of_cost(found: Mapping[str, object], where: str) -> ShareOfCost:
    part = rate(found["rate"], f"{where}.rate")
    return (
        ShareOfCost(part, fact(found["of"], f"{where}.of"))
        if "of" in found
        else (ShareOfCost(part))
    )


def _share_of_pot(_found: Mapping[str, object], _where: str) -> ShareOfPot:
    return ShareOfPot()


def _quadratic(found: Mapping[str, object], where: str) -> Quadratic:
    variant = QuadraticVariant(
        word(found.get("variant", QuadraticVariant.LINEAR), f"{where}.variant", QuadraticVariant)
    )
    needs = {QuadraticVariant.ALPHA: "alpha", QuadraticVariant.PAIRWISE: "m"}.get(variant)
    for key in ("alpha", "m"):
        if key == needs and key not in found:
            raise RuleNotUnderstood(field=f"{where}.{key}", allowed="is missing")
        if key != needs and key in found:
            raise RuleNotUnderstood(
                field=f"{where}.{key}", allowed=f"belongs to another variant than {variant}"
            )
    return Quadratic(
        variant,
        share(found["alpha"], f"{where}.alpha") if "alpha" in found else Rate(1, 1),
        minor(found["m"], f"{where}.m") if "m" in found else 0,
    )


def _score(found: Mapping[str, object], where: str) -> Score:
    return Score(fact(found["asked"], f"{where}.asked")) if "asked" in found else Score()


def _nothing(_found: Mapping[str, object], _where: str) -> Nothing:
    return Nothing()


def _tiers(found: Mapping[str, object], where: str) -> Tiers:
    """Return tiers on an amount or total, or on a fact (`on: project.jobs`, or `attribute`)."""
    mode = BandMode(word(found["mode"], f"{where}.mode", BandMode))
    on, attribute = _asked(found, where)
    rows = items(found["bands"], f"{where}.bands", 1, MOST_BANDS)
    first = rows[0]
    if on is TierOn.ATTRIBUTE and isinstance(first, list) and first and isinstance(first[0], str):
        by_word = tuple(_word_band(row, f"{where}.bands[{n}]") for n, row in enumerate(rows))
        if len({name for name, _ in by_word}) < len(by_word):
            raise Contradiction(field=f"{where}.bands", allowed="must name each word once")
        bands: tuple[Band, ...] = ()
    else:
        by_word, bands = (), _bands(rows, f"{where}.bands", mode)
    if on is TierOn.ATTRIBUTE and mode is BandMode.MARGINAL:
        raise Contradiction(field=f"{where}.mode", allowed="allowed: slab, for a fact")
    return Tiers(on, mode, bands, attribute, by_word)


def _asked(found: Mapping[str, object], where: str) -> tuple[TierOn, str | None]:
    on = found.get("on", TierOn.AMOUNT)
    if isinstance(on, str) and "." in on:
        if "attribute" in found:
            raise RuleNotUnderstood(field=f"{where}.attribute", allowed="is said by on already")
        return TierOn.ATTRIBUTE, fact(on, f"{where}.on")
    kind = TierOn(word(on, f"{where}.on", TierOn))
    if kind is TierOn.ATTRIBUTE:
        if "attribute" not in found:
            raise RuleNotUnderstood(field=f"{where}.attribute", allowed="is missing: which fact?")
        return kind, fact(found["attribute"], f"{where}.attribute")
    if "attribute" in found:
        raise RuleNotUnderstood(field=f"{where}.attribute", allowed="belongs to on: attribute")
    return kind, None


def _bands(rows: list[object], where: str, mode: BandMode) -> tuple[Band, ...]:
    bands: list[Band] = []
    for n, row in enumerate(rows):
        band = _band(row, f"{where}[{n}]")
        if n:
            band = _after(bands[-1], band, f"{where}[{n}]", mode)
        bands.append(band)
    return tuple(bands)


def _after(before: Band, band: Band, where: str, mode: BandMode) -> Band:
    """Return a band that begins after the one before it.

    Of marginal bands the next may begin with the number that the last one ends with: nothing is
    between them, and the unit of that number belongs to the first.
    """
    end = before.last
    if end is None:
        raise Contradiction(field=f"{where}[0]", allowed="nothing is above a band without end")
    touches = band.first == end and (band.last is None or band.last > end)
    if mode is BandMode.MARGINAL and touches:
        return replace(band, first=end + 1)
    if band.first <= end:
        raise Contradiction(field=f"{where}[0]", allowed=f"must be above {end}, the last one's end")
    return band


def _band(value: object, where: str) -> Band:
    first, last, numerator, denominator = items(value, where, 4, 4)
    start = integer(first, f"{where}[0]", 0, LARGEST_MINOR)
    end = None if last is None else integer(last, f"{where}[1]", 0, LARGEST_MINOR)
    if end is not None and end < start:
        raise Contradiction(field=f"{where}[1]", allowed=f"must be at least {start}")
    return Band(start, end, _band_rate(numerator, denominator, where, 2))


def _word_band(value: object, where: str) -> tuple[str, Rate]:
    name, numerator, denominator = items(value, where, 3, 3)
    return code(name, f"{where}[0]"), _band_rate(numerator, denominator, where, 1)


def _band_rate(numerator: object, denominator: object, where: str, at: int) -> Rate:
    return Rate(
        integer(numerator, f"{where}[{at}]", 0, LARGEST_RATE),
        integer(denominator, f"{where}[{at + 1}]", 1, LARGEST_RATE),
    )


TIER_KEYS = ("mode", "bands")
TIER_MAY = ("on", "attribute")
FORMULAS: Mapping[
    str,
    tuple[tuple[str, ...], tuple[str, ...], Callable[[Mapping[str, object], str], Formula]],
] = {
    "rate": (("rate",), (), _flat),
    "tiers": (TIER_KEYS, TIER_MAY, _tiers),
    "lump": (("amount",), (), _lump),
    "share_of_cost": (("rate",), ("of",), _share_of_cost),
    "share_of_pot": ((), (), _share_of_pot),
    "quadratic": ((), ("variant", "alpha", "m"), _quadratic),
    "score": ((), ("asked",), _score),
    "none": ((), (), _nothing),
}
"""By type: what it needs, what it may have, and who reads it."""
