"""A rule as one sentence with gaps: what the editor shows of a document, and what it writes back.

Reading a document and writing it again changes nothing, whatever stands in it. Only what a person
changed is written, in the plainest spelling; every key the sentence does not show is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from projects.agency.matching import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.agency.matching.rows import BandRow, CapRow, ConditionRow, Json, LayerRow

PEOPLE = "donor.residence"
ONE_DAY = timedelta(days=1)


class Kind(StrEnum):
    """How much is added."""

    RATE = "rate"
    LAYERS = "layers"
    TIERS = "tiers"
    LUMP = "lump"
    IMPLIED = "implied"  # The way of sharing out says it: quadratic, share of the pot, committee.
    KEPT = "kept"  # Something the sentence does not show.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The gaps of the sentence, filled. Amounts in minor units, days in the rule's zone."""

    name: str
    currency: str
    kind: str
    per: int = 1
    gives: int = 1
    lump_minor: int | None = None
    tiers_on: str = "amount"
    tiers_mode: str = "slab"
    bands: tuple[BandRow, ...] = ()
    layers: tuple[LayerRow, ...] = ()
    coupling: str = "joint"
    people_in: tuple[str, ...] = ()
    conditions: tuple[ConditionRow, ...] = ()
    pot_minor: int = 0
    opens_on: date
    last_day: date
    zone: str
    clock: str = "settled"
    settle_by: date | None = None  # The last day on which money may still arrive.
    min_minor: int | None = None
    kinds: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    proof: str = ""
    caps: tuple[CapRow, ...] = ()
    base_caps: tuple[CapRow, ...] = ()
    allocation: str = "instant"
    needs_award: bool = False
    on_exhaustion: str = "partial"
    partial: str = "recompute"
    freed: str = "pot"
    stacking: str = "parallel"
    priority: int = 1


SHOWN = frozenset(
    {
        *("id", "name", "currency", "window", "tz", "clock", "settle_by", "priority", "counts"),
        *("eligible", "min_contribution", "base_cap", "base_caps", "rate", "tiers", "formula"),
        *("layers", "coupling", "pot", "caps", "allocation", "needs_award", "waitlist"),
        *("on_exhaustion", "stacking", "refund"),
    }
)


def read(document: Json) -> Sentence:
    """Return what the sentence shows of a document that is a rule."""
    zone = str(document.get("tz", "UTC"))
    opens, closes = _window(document)
    rate = _rate(document)
    counts = part(document, "counts")
    settle_by = document.get("settle_by")
    minimum = document.get("min_contribution")
    waits = document.get("waitlist") is True
    return Sentence(
        name=str(document.get("name", "")),
        currency=str(document["currency"]),
        kind=kind_of(document),
        gives=rate[0],
        per=rate[1],
        lump_minor=_lump(document),
        tiers_on=str(_tiers(document).get("on", "amount")),
        tiers_mode=str(_tiers(document).get("mode", "slab")),
        bands=_bands(document) or (),
        layers=tuple(rows.read_layer(row) for row in rows.objects(document.get("layers", []))),
        coupling=str(document.get("coupling", "joint")),
        people_in=people(document)[1],
        conditions=tuple(rows.read_condition(row) for row in _other_conditions(document)),
        pot_minor=rows.pot_minor(document.get("pot", 0)),
        opens_on=_day(opens, zone),
        last_day=_last_day(closes, zone),
        zone=zone,
        clock=str(document.get("clock", "settled")),
        settle_by=_last_day(str(settle_by), zone) if settle_by else None,
        min_minor=minimum if isinstance(minimum, int) else None,
        kinds=_words(counts, "kinds", "kind"),
        by=_words(counts, "by"),
        proof=str(counts.get("proof", "")),
        caps=tuple(rows.read_cap(row) for row in rows.objects(document.get("caps", []))),
        base_caps=tuple(rows.read_cap(row) for row in _base_caps(document)),
        allocation=str(document.get("allocation", "instant")),
        needs_award=document.get("needs_award") is True,
        on_exhaustion="waitlist" if waits else str(document.get("on_exhaustion", "partial")),
        partial=str(part(document, "refund").get("partial", "recompute")),
        freed=str(part(document, "refund").get("freed", "pot")),
        stacking=str(part(document, "stacking").get("mode", "parallel")),
        priority=_integer(document.get("priority"), 1),
    )


def kind_of(document: Json) -> str:
    """Return how the document says how much is added."""
    layers = rows.objects(document.get("layers", []))
    formula = part(document, "formula")
    if layers:
        has_rates = all("rate" in row for row in layers)
        return Kind.LAYERS if has_rates and "formula" not in document else Kind.KEPT
    if "rate" in document or formula.get("type") == "rate":
        return Kind.RATE
    if _tiers(document):
        return Kind.KEPT if _bands(document) is None else Kind.TIERS
    if formula.get("type") == "lump":
        return Kind.LUMP
    plain = {"quadratic", "share_of_pot", "score", "none"}
    if not formula or (len(formula) == 1 and formula.get("type") in plain):
        return Kind.IMPLIED
    return Kind.KEPT


def kept(document: Json) -> tuple[str, ...]:
    """Return the keys of a document that the sentence does not show and keeps."""
    hidden = [key for key in document if key not in SHOWN]
    if kind_of(document) == Kind.KEPT:
        hidden += [key for key in ("formula", "tiers", "layers") if key in document]
    return tuple(hidden)


def _window(document: Json) -> tuple[str, str]:
    opens, closes = cast("list[str]", document["window"])
    return opens, closes


def _day(instant: str, zone: str) -> date:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).date()


def _last_day(closes: str, zone: str) -> date:
    """Return the last day with an instant before the close, which itself is outside."""
    last = datetime.fromisoformat(closes) - timedelta(microseconds=1)
    return last.astimezone(ZoneInfo(zone)).date()


def _rate(document: Json) -> tuple[int, int]:
    written = document.get("rate") or part(document, "formula").get("rate")
    return rows.pair(written)


def _lump(document: Json) -> int | None:
    formula = part(document, "formula")
    amount = formula.get("amount")
    return amount if formula.get("type") == "lump" and isinstance(amount, int) else None


def _tiers(document: Json) -> Json:
    formula = part(document, "formula")
    return part(document, "tiers") or (formula if formula.get("type") == "tiers" else {})


def _bands(document: Json) -> tuple[BandRow, ...] | None:
    """Return the tiers of amounts; None where there are none, or they ask for a fact."""
    tiers = _tiers(document)
    written = tiers.get("bands")
    if not isinstance(written, list) or "." in str(tiers.get("on", "")) or "attribute" in tiers:
        return None
    found = [rows.read_band(row) for row in written]
    return tuple(row for row in found if row) if all(found) else None


def people(document: Json) -> tuple[int | None, tuple[str, ...]]:
    """Return where the rule says in which countries givers live, and the countries."""
    for place, row in enumerate(rows.objects(document.get("eligible", []))):
        value = row.get("value")
        if row.get("field") == PEOPLE and row.get("op") == "in" and isinstance(value, list):
            return place, tuple(str(each) for each in value)
    return None, ()


def _other_conditions(document: Json) -> Sequence[Json]:
    place, _ = people(document)
    written = rows.objects(document.get("eligible", []))
    return [row for n, row in enumerate(written) if n != place]


def _base_caps(document: Json) -> list[Json]:
    written = document.get("base_caps", document.get("base_cap", []))
    return rows.objects(written)


def _words(fields_: Json, *names: str) -> tuple[str, ...]:
    for name in names:
        if name in fields_:
            value = fields_[name]
            return tuple(str(each) for each in (value if isinstance(value, list) else [value]))
    return ()


def part(document: Json, name: str) -> Json:
    """Return an object inside a document, empty where there is none."""
    value = document.get(name, {})
    return value if isinstance(value, dict) else {}


def _integer(value: object, default: int) -> int:
    return value if isinstance(value, int) else default
