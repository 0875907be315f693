"""The rows of a sentence: limits, funders, tiers and conditions, read from a document and written.

Each row keeps the object it was read from. A row nobody changed is written as that object; of a
changed one, what the sentence does not show stays in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Json = Mapping[str, object]
Scalar = str | int | bool

THREE_YEARS = "three_years"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapRow:
    """One limit on match; `minor` is None where its amount is a share or an indexed one."""

    scope: str
    minor: int | None
    period: str = "none"
    years: int | None = None
    layer: str = ""
    kept: Json | None = None

    def object(self) -> Json:
        """Return the limit as a document writes it."""
        old = read_cap(self.kept) if self.kept is not None else None
        if old == self and self.kept is not None:
            return self.kept
        out = dict(self.kept or {}) | {"scope": self.scope}
        if self.minor is not None and (old is None or old.minor != self.minor):
            out = _without(out, "share_of_budget", "share_of_pot", "index", "times")
            out["amount"] = self.minor
        if old is None or (old.period, old.years) != (self.period, self.years):
            out = _without(out, "period", "years") | _period(self.period, self.years)
        out.pop("layer", None)
        return out | ({"layer": self.layer} if self.layer else {})


def read_cap(row: Json) -> CapRow:
    amount, period, years = row.get("amount"), row.get("period", "none"), row.get("years")
    if period == THREE_YEARS:
        period, years = "n_years", 3
    return CapRow(
        scope=str(row.get("scope", "")),
        minor=amount if isinstance(amount, int) else None,
        period=str(period),
        years=years if isinstance(years, int) else None,
        layer=str(row.get("layer", "")),
        kept=row,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """One funder: what it adds for how much, and what it sets aside."""

    id: str
    per: int
    gives: int
    pot_minor: int = 0
    kept: Json | None = None

    def object(self) -> Json:
        """Return the funder as a document writes it."""
        old = read_layer(self.kept) if self.kept is not None else None
        if old == self and self.kept is not None:
            return self.kept
        out = dict(self.kept or {}) | {"id": self.id, "rate": [self.gives, self.per]}
        if old is None or old.pot_minor != self.pot_minor:
            out["pot"] = self.pot_minor
        return out


def read_layer(row: Json) -> LayerRow:
    gives, per = pair(row.get("rate"))
    return LayerRow(
        id=str(row.get("id", "")),
        per=per,
        gives=gives,
        pot_minor=pot_minor(row.get("pot", 0)),
        kept=row,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """One tier: amounts from `first` to `last`, both inside; `last` None has no end."""

    first: int
    last: int | None
    per: int
    gives: int

    def object(self) -> list[object]:
        """Return the tier as a document writes it."""
        return [self.first, self.last, self.gives, self.per]


def read_band(row: object) -> BandRow | None:
    """Return a tier of amounts; a tier of words is none."""
    if not isinstance(row, list) or len(row) != 4:  # noqa: PLR2004  From, to, numerator, denominator.
        return None
    first, last, gives, per = row
    if not (isinstance(first, int) and isinstance(gives, int) and isinstance(per, int)):
        return None
    return BandRow(first=first, last=last if isinstance(last, int) else None, per=per, gives=gives)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """One condition; `values` is empty where it compares with another fact."""

    field: str
    op: str
    values: tuple[Scalar, ...] = ()
    kept: Json | None = None

    def object(self) -> Json:
        """Return the condition as a document writes it."""
        if self.kept is not None and read_condition(self.kept) == self:
            return self.kept
        out: dict[str, object] = {"field": self.field, "op": self.op}
        if not self.values and self.kept is not None and "value_field" in self.kept:
            return out | {"value_field": self.kept["value_field"]}
        is_list = self.op in ("in", "not_in")
        return out | {"value": list(self.values) if is_list else next(iter(self.values), "")}


def read_condition(row: Json) -> ConditionRow:
    value = row.get("value")
    values = value if isinstance(value, list) else [value]
    return ConditionRow(
        field=str(row.get("field", "")),
        op=str(row.get("op", "")),
        values=tuple(each for each in values if isinstance(each, str | int)),
        kept=row,
    )


def pot_minor(value: object) -> int:
    """Return what funders set aside, from either spelling."""
    if isinstance(value, dict):
        value = value.get("amount", 0)
    return value if isinstance(value, int) else 0


def objects(value: object) -> list[Json]:
    """Return the objects of a list, or the one object that stands for a list."""
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, dict)]


def _period(period: str, years: int | None) -> dict[str, object]:
    if period == "none":
        return {}
    return {"period": period} | ({"years": years} if period == "n_years" else {})


def pair(value: object) -> tuple[int, int]:
    """Return numerator and denominator of a written rate, or one to one."""
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004  Numerator and denominator.
        numerator, denominator = value
        if isinstance(numerator, int) and isinstance(denominator, int):
            return numerator, denominator
    return 1, 1


def _without(row: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in names}
