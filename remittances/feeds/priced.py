"""One service with its prices, ready to stand beside the survey: from a feed or from an officer.

Margins are measured against one named reference rate; where there is none they are not known, which
is not zero. Numbers are exact, and kept to 24 decimals.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

from remittances.rates import references

if TYPE_CHECKING:
    from remittances.rates.references import Reference

HEADINGS = (
    "provider", "from", "to", "pay_in", "pay_out", "speed", "currency", "payout_currency",
    "send_amount_1", "fee_1", "rate_1", "send_amount_2", "fee_2", "rate_2",
    "reference_rate", "reference_source", "reference_on", "collected_at", "promotion",
)  # fmt: skip
_QUARTER_MONTHS = 3
_MOST_PCT = 10**9  # Of a margin, either way; its column holds more.


@dataclass(frozen=True, slots=True)
class Point:
    """What the service takes for one amount; no rate where it does not tell one."""

    amount: Decimal
    fee: Decimal
    rate: Decimal | None

    @property
    def fee_pct(self) -> Fraction:
        """Return the fee in per cent of the amount."""
        return Fraction(self.fee) / Fraction(self.amount) * 100


@dataclass(frozen=True, slots=True)
class Named:
    """A reference rate with whose it is and of which day."""

    rate: Decimal
    source: str
    on: date

    @classmethod
    def of(cls, reference: Reference) -> Self:
        """Return a reference rate to the decimals that are kept."""
        rate = references.kept(reference.rate)
        return cls(rate=rate, source=reference.source, on=reference.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """One service of one corridor with its prices at one or two amounts, the least first."""

    origin: str
    destination: str
    firm: str
    pay_in: str
    pay_out: str
    speed: str
    currency: str
    payout_currency: str
    points: tuple[Point, ...]
    reference: Named | None
    promotion: bool
    collected_on: date
    collected_at: datetime | None = None
    provider_type: str = ""
    transparent: bool = True
    note: str = ""

    @property
    def service_key(self) -> str:
        """Return what is the same whenever this service is priced again."""
        ways = f"{self.pay_in}/{self.pay_out}/{self.payout_currency}"
        return f"{self.origin}{self.destination}/{self.firm}/{ways}"

    @property
    def period(self) -> str:
        """Return the quarter of the day it was collected on."""
        quarter = (self.collected_on.month - 1) // _QUARTER_MONTHS + 1
        return f"{self.collected_on.year}_{quarter}Q"

    def margin_pct(self, point: Point) -> Fraction | None:
        """Return the exchange-rate margin in per cent; None where it is not known."""
        if not self.transparent or point.rate is None or self.reference is None:
            return None
        measure = Fraction(self.reference.rate)
        return references.margin_pct(rate=Fraction(point.rate), reference=measure)

    def total_pct(self, point: Point) -> Fraction | None:
        """Return fee and margin together in per cent of the amount."""
        margin = self.margin_pct(point)
        return None if margin is None else point.fee_pct + margin

    @property
    def is_kept(self) -> bool:
        """Return whether every margin is one that can be kept."""
        margins = [self.margin_pct(point) for point in self.points]
        return all(margin is None or abs(margin) < _MOST_PCT for margin in margins)

    def prices(self) -> dict[str, Decimal | None]:
        """Return the columns of the prices."""
        columns: dict[str, Decimal | None] = {}
        for number, point in enumerate(self.points, 1):
            columns |= {
                f"amount_{number}": point.amount,
                f"fee_{number}": point.fee,
                f"applied_rate_{number}": point.rate,
                f"margin_pct_{number}": _kept(self.margin_pct(point)),
                f"total_pct_{number}": _kept(self.total_pct(point)),
            }
        return columns

    def cells(self) -> list[str]:
        """Return the row as it was told, in the order of `HEADINGS`."""
        given: list[object] = []
        for point in (*self.points, None)[:2]:
            given += [point.amount, point.fee, point.rate] if point else [None, None, None]
        reference = self.reference
        named = [reference.rate, reference.source, reference.on] if reference else [None] * 3
        collected = self.collected_at or self.collected_on
        facts = [
            self.firm, self.origin, self.destination, self.pay_in, self.pay_out, self.speed,
            self.currency, self.payout_currency, *given, *named, collected.isoformat(),
            "yes" if self.promotion else "no",
        ]  # fmt: skip
        return ["" if fact is None else _text(fact) for fact in facts]

    def document(self) -> dict[str, Any]:
        """Return everything as JSON keeps it; `from_document` reads it back."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Return what `document` wrote."""
        points = tuple(
            Point(Decimal(one["amount"]), Decimal(one["fee"]), one["rate"] and Decimal(one["rate"]))
            for one in document["points"]
        )
        named, moment = document["reference"], document["collected_at"]
        return cls(
            **document
            | {
                "points": points,
                "reference": named
                and Named(Decimal(named["rate"]), named["source"], date.fromisoformat(named["on"])),
                "collected_on": date.fromisoformat(document["collected_on"]),
                "collected_at": moment and datetime.fromisoformat(moment),
            }
        )


def _kept(value: Fraction | None) -> Decimal | None:
    return None if value is None else references.kept(value)


def _text(fact: object) -> str:
    return f"{fact.normalize():f}" if isinstance(fact, Decimal) else str(fact)


def _plain(value: Any) -> Any:  # noqa: ANN401  Whatever JSON holds.
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value
