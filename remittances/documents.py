"""The JSON forms that commands print and the API answers."""

from __future__ import annotations

from datetime import UTC
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from payments.currencies import currency
from remittances import pricing

if TYPE_CHECKING:
    from decimal import Decimal

    from remittances.comparison import Comparison, Quote
    from remittances.figures.asking import Index
    from remittances.figures.selectors import Corridor, HistoryPoint
    from remittances.indices import Summary
    from remittances.models import Dataset
    from remittances.price_statistics import CorridorStatistics

PERCENT_PLACES = 4
_HEADINGS = ("rank", "received", "total", "fee", "provider", "receive by", "speed", "collected on")


def comparison(answer: Comparison) -> dict[str, Any]:
    """Return the document of `remittances compare` and of the quotes end-point."""
    survey = answer.survey
    return {
        "from": survey.origin.iso3,
        "to": survey.destination.iso3,
        "amount": f"{answer.amount.decimal:f}",
        "currency": answer.amount.currency,
        "period": survey.period,
        "surveyed_amounts": [plain(amount) for amount in survey.amounts],
        "out_of_range": answer.out_of_range,
        "quotes": [_quote(quote, answer.amount.exponent) for quote in answer.quotes],
    }


def corridor(known: Corridor) -> dict[str, Any]:
    """Return one row of the corridors end-point."""
    return {
        "corridor": known.origin + known.destination,
        "from": known.origin,
        "to": known.destination,
        "currency": known.currency,
        "periods": list(known.periods),
        "surveyed_amounts": [plain(amount) for amount in known.surveyed_amounts],
    }


def history(origin: str, destination: str, points: list[HistoryPoint]) -> dict[str, Any]:
    """Return the document of the history end-point."""
    series = [
        {
            "period": point.period,
            "mean_200": percent(point.mean_200),
            "services": point.services,
            "source": point.source,
        }
        for point in points
    ]
    return {"from": origin, "to": destination, "series": series}


def statistics(corridors: list[CorridorStatistics], total: Summary) -> dict[str, Any]:
    """Return the document of `remittances stats`."""
    return {
        "corridors": [_statistics(row) for row in corridors],
        "summary": {
            "corridors": total.corridors,
            "services": total.services,
            "service_mean": percent(total.service_mean),
            "corridor_mean": percent(total.corridor_mean),
            "over_5": total.over_5,
            "at_or_below_3": total.at_or_below_3,
        },
    }


def indices(asked: Index, corridors: list[CorridorStatistics], total: Summary) -> dict[str, Any]:
    """Return the document of the indices end-point: the statistics, and what was asked."""
    document = statistics(corridors, total)
    parts = [
        {"mean_fee_200": percent(row.fee_200), "mean_margin_200": percent(row.margin_200)}
        for row in corridors
    ]
    return {
        "country": asked.country,
        "direction": asked.direction,
        "period": asked.period,
        "corridors": [said | part for said, part in zip(document["corridors"], parts, strict=True)],
        "summary": document["summary"],
    }


def dataset(known: Dataset) -> dict[str, Any]:
    """Return one row of the datasets end-point; `flags` counts what is odd about its rows."""
    return {
        "sha256": known.sha256,
        "file": known.file_name,
        "kind": known.kind,
        "layout": known.layout,
        "url": known.url or None,
        "periods": known.periods,
        "rows": known.rows_read,
        "flags": known.flag_count,  # type: ignore[attr-defined]
        "computed_by": known.computed_by,
        "licence": known.licence,
        "attribution": known.attribution,
        "imported_at": f"{known.imported_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _statistics(row: CorridorStatistics) -> dict[str, Any]:
    small = row.at_200
    return {
        "corridor": row.key.origin + row.key.destination,
        "from": row.key.origin,
        "to": row.key.destination,
        "period": row.key.period,
        "services": row.services,
        "firms": row.firms,
        "mean_200": percent(small.mean if small else None),
        "mean_500": percent(row.mean_500),
        "median_200": percent(small.median if small else None),
        "min_200": percent(small.least if small else None),
        "max_200": percent(small.most if small else None),
        "cheapest3_200": percent(small.cheapest3 if small else None),
        "published_mean_200": percent(row.published_mean_200),
    }


def statistics_text(document: dict[str, Any]) -> str:
    """Return statistics for people, a line a corridor; ours is no SmaRT average."""
    columns = ("corridor", "period", "services", "mean_200", "median_200", "cheapest3_200",
               "published_mean_200")  # fmt: skip
    lines = [
        "\t".join("-" if row[column] is None else str(row[column]) for column in columns)
        for row in document["corridors"]
    ]
    total = document["summary"]
    end = f"{total['corridors']} corridors, {total['over_5']} over 5 %"
    return "\n".join(("\t".join(columns), *lines, end))


def percent(value: Fraction | None) -> float | None:
    """Return a percentage as a JSON number, rounded half up to 4 decimals."""
    return None if value is None else float(pricing.rounded(value, PERCENT_PLACES))


def plain(number: Decimal) -> str:
    """Return a surveyed number in full, without the zeros that the database adds."""
    return pricing.text(Fraction(number))


def import_text(report: dict[str, Any]) -> str:
    """Return an import report for people: the outcome, then a line a flag."""
    name, rows = report["file"], report["rows_read"]
    first, last = report["periods"][0], report["periods"][-1]
    quarters = first if first == last else f"{first} to {last}"
    if report["already_imported"]:
        return f"{name}: these bytes are already imported. Nothing changed."
    done = "could be imported (dry run, nothing was written)" if report["dry_run"] else "imported"
    flags = (
        f"row {flag['row']}: {flag['flag']}, {flag['detail']}"
        + (f" [{flag['column']}]" if flag["column"] else "")
        for flag in report["flags"]
    )
    return "\n".join((f"{name}: {rows} rows of {quarters} {done}.", *flags))


def comparison_text(answer: Comparison) -> str:
    """Return a comparison for people, a line a service."""
    amount = f"{answer.amount.decimal:f} {answer.amount.currency}"
    countries = f"{answer.survey.origin.name} to {answer.survey.destination.name}"
    if not answer.survey.services:
        return f"{amount}, {countries}: no service of this corridor was surveyed."
    lines = [f"{amount}, {countries}, {answer.survey.period}", "\t".join(_HEADINGS)]
    if answer.out_of_range:
        amounts = ", ".join(plain(amount) for amount in answer.survey.amounts)
        lines.insert(1, f"Outside the surveyed amounts ({amounts}): no price is guessed.")
    return "\n".join([*lines, *(_line(quote) for quote in answer.quotes)])


def _line(quote: Quote) -> str:
    price = quote.price
    total = None if price.total_pct is None else f"{pricing.rounded(price.total_pct, 2)} %"
    fee = None if price.fee is None else pricing.text(price.fee)
    cells = (
        quote.rank if quote.ranked else f"not ranked: {price.reason}",
        quote.received,
        total,
        f"{fee} (estimate)" if price.estimate else fee,
        quote.provider if quote.count == 1 else f"{quote.provider} (x{quote.count})",
        quote.pay_out,
        quote.speed,
        quote.collected_on,
    )
    return "\t".join("-" if cell is None else str(cell) for cell in cells)


def _quote(quote: Quote, exponent: int) -> dict[str, Any]:
    price = quote.price
    return {
        "rank": quote.rank,
        "ranked": quote.ranked,
        "list": quote.listing.value,
        "provider": quote.provider,
        "provider_type": quote.provider_type,
        "pay_in": quote.pay_in,
        "pay_out": quote.pay_out,
        "speed": quote.speed,
        "fee": None if price.fee is None else pricing.text(price.fee, places=exponent),
        "fee_pct": percent(price.fee_pct),
        "fx_margin_pct": percent(price.margin_pct),
        "total_cost_pct": percent(price.total_pct),
        "applied_rate": _rate(price.applied_rate),
        "reference_rate": _rate(quote.reference_rate),
        "received_value": None if quote.received is None else f"{quote.received:f}",
        "estimate": price.estimate,
        "fee_bounds": _bounds(quote, exponent),
        "paid_out": _paid_out(quote),
        "collected_on": quote.collected_on.isoformat() if quote.collected_on else None,
        "age_days": quote.age_days,
        "stale": quote.freshness is pricing.Freshness.STALE,
        "transparent": quote.transparent,
        "promotion": quote.promotion,
        "note": quote.note,
        "reason": price.reason.value if price.reason else None,
        "count": quote.count,
        "source": quote.source,
        "pays_us": bool(quote.firm.commercial_link),
    }


def _rate(rate: Fraction | None) -> str | None:
    return None if rate is None else pricing.text(rate)


def _bounds(quote: Quote, exponent: int) -> list[str] | None:
    """Return the fees at the two surveyed amounts, between which the estimate lies."""
    if quote.price.fee_bounds is None:
        return None
    return [pricing.text(fee, places=exponent) for fee in quote.price.fee_bounds]


def _paid_out(quote: Quote) -> dict[str, Any] | None:
    """Return what was paid out on the day of the survey, where the currency is plain."""
    paid, code = quote.paid_out, quote.payout_currency
    if paid is None or code is None:
        return None
    exponent = currency(code).exponent
    minor = int(paid.scaleb(exponent))
    return {"amount": f"{paid:f}", "currency": code, "minor": minor, "exponent": exponent}
