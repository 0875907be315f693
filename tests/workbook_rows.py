"""The rows of a made-up workbook: prices that add up, until a fault is put on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

Cell = str | float | int | datetime
SENDERS = {  # The amounts stand for about 200 and 500 US dollars.
    "GBR": ("GBP", 120, 300), "ARE": ("AED", 735, 1835), "KEN": ("KES", 18000, 45000),
    "TZA": ("TZS", 324500, 811000), "USA": ("USD", 200, 500), "DEU": ("EUR", 140, 345),
    "SAU": ("SAR", 750, 1875), "CAN": ("CAD", 205, 510), "ZAF": ("ZAR", 1370, 3420),
    "AUS": ("AUD", 200, 500),
}  # fmt: skip
RECEIVERS = (
    "UGA", "RWA", "NGA", "GHA", "SEN", "MLI", "IND", "PAK", "BGD", "LKA", "NPL", "PHL", "VNM",
    "CHN", "MEX", "GTM", "HND", "SLV", "COL", "PER", "BOL", "ECU", "DOM", "HTI", "JAM", "MAR",
    "EGY", "TUN", "LBN", "JOR", "SOM", "ETH", "SDN", "MWI", "ZMB", "ZWE", "XKX",
)  # fmt: skip
CORRIDORS = [(origin, destination) for destination in RECEIVERS for origin in SENDERS]
FIRMS = (
    "Western Union", "MoneyGram", "Azimo", "azimo", "TapTap Send", "Taptap Send", "KCB",
    "KCB Bank", "Kenya Commercial Bank (KCB)", "Ria", "Dahabshiil", "Remitly", "WorldRemit",
    "Small World", "Standard Charterd", "Standard Chartered", "M-Pesa", "Post Office",
)  # fmt: skip
TYPES = ("Money Transfer Operator", "Bank", "Mobile Operator", "Post office")
SPEEDS = ("Less than one hour", "Same day", "Next Day", "Next day", "2 days", "3-5 days")
PAY_IN = ("Cash", "Credit Card", "Credit card", "Bank account transfer", "Mobile money")
PAY_OUT = ("Cash", "Bank account", "Mobile wallet")
AS_TEXT = {"2024_3Q", "2024_4Q"}
AS_DATETIME = {"2025_1Q", "2025_3Q"}
_MONTH_OF = {"1": 2, "2": 5, "3": 8, "4": 11}
_NUMBERS = ("amount", "denomination amount", "lcu fee", "fx rate", "fx margin", "total cost %")


def plain(number: int, corridor: tuple[str, str], period: str, rng: Random) -> dict[str, Cell]:
    """Return a row that adds up, by headings in lower case."""
    origin, destination = corridor
    currency, *amounts = SENDERS[origin]
    percent, margin = rng.randrange(100, 900) / 100, rng.randrange(0, 400) / 100
    reference = (1 + hash_of(destination) % 997) / 128639.7
    firm = number % len(FIRMS)
    row: dict[str, Cell] = {
        "id": 100_000 + number,
        "period": period,
        "source_code": origin,
        "source_name": origin.title(),
        "source_region": "High income: OECD",
        "source_income": "High income",
        "destination_code": "KSV" if destination == "XKX" and number % 2 else destination,
        "destination_name": destination.title(),
        "destination_region": "Sub-Saharan Africa",
        "destination_income": "Low income",
        "firm": FIRMS[firm],
        "firm_type": TYPES[firm % len(TYPES)],
        "product": "Cash to cash",
        "payment instrument": PAY_IN[number % len(PAY_IN)],
        "speed actual": SPEEDS[number % len(SPEEDS)],
        "access point": "Branch" if number % 3 else "Internet",
        "sending location": f"Branch {number % 7}",
        "coverage": "Low" if number % 2 else "low",
        "receiving network coverage": "High",
        "pick-up method": PAY_OUT[number % len(PAY_OUT)],
        "inter lcu bank fx": reference,
        "transparent": "Yes" if number % 16 == 0 else "yes",
        "note1": f"Surveyed as {number}",
        "date": collected(period, number),
        "corridor": origin + destination,
    }
    for which, (denomination, amount) in enumerate(zip((200, 500), amounts, strict=True), 1):
        fee = round(amount * percent / 100, 2)
        price: tuple[Cell, ...] = (
            amount,
            denomination,
            currency,
            fee,
            reference * (1 - margin / 100),
            margin,
        )
        names = (*_NUMBERS[:2], "lcu code", *_NUMBERS[2:5])
        row.update((column(which, name), cell) for name, cell in zip(names, price, strict=True))
        row[f"cc{which} total cost %"] = round(fee / amount * 100 + margin, 2)
    return row


def column(which: int, name: str) -> str:
    """Return the heading of a number of one of the two prices."""
    return f"cc{which} lcu {name}" if name in {"amount", "fx rate"} else f"cc{which} {name}"


def hash_of(text: str) -> int:
    """Return a number for a text, the same on every run."""
    return sum(ord(letter) * 31**place for place, letter in enumerate(text))


def collected(period: str, number: int) -> datetime:
    """Return a day in the quarter."""
    first = datetime(int(period[:4]), _MONTH_OF[period[5]], 1, tzinfo=UTC)
    return first + timedelta(days=number % 28)


def spoil(row: dict[str, Cell], fault: str) -> None:
    """Put a fault on a row."""
    changes: dict[str, dict[str, Cell]] = {
        "hidden": {
            "transparent": "no", "cc1 fx margin": 0, "cc2 fx margin": 0, "inter lcu bank fx": 1,
            "cc1 lcu fx rate": 1, "cc2 lcu fx rate": 1, **_totals(row, 0),
        },
        "margin_negative": {"cc1 fx margin": -0.5, "cc2 fx margin": -0.5, **_totals(row, -0.5)},
        "total_negative": {
            "cc1 lcu fee": 0, "cc2 lcu fee": 0, "cc1 fx margin": -1.2, "cc2 fx margin": -1.2,
            "cc1 total cost %": -1.2, "cc2 total cost %": -1.2,
        },
        "not_applicable": {"product": "N/A", "receiving network coverage": "N/A"},
        "off_by_one": {"cc1 total cost %": _number(row, "cc1 total cost %") + 1.5},
        "second_zero": {"cc2 lcu amount": 0},
        "second_blank": {"cc2 lcu amount": ""},
        "reference_zero": {"inter lcu bank fx": 0},
        "unit_error": {
            f"cc{which} lcu {name}": _number(row, f"cc{which} lcu {name}") / 100
            for which in (1, 2)
            for name in ("amount", "fee")
        },
        "not_given": {"speed actual": ".."},
    }  # fmt: skip
    row.update(changes.get(fault, {}))


def _totals(row: dict[str, Cell], margin: float) -> dict[str, Cell]:
    totals: dict[str, Cell] = {}
    for which in (1, 2):
        fee, amount = _number(row, f"cc{which} lcu fee"), _number(row, f"cc{which} lcu amount")
        totals[f"cc{which} total cost %"] = round(fee / amount * 100 + margin, 2)
    return totals


def _number(row: dict[str, Cell], column: str) -> float:
    cell = row[column]
    assert isinstance(cell, int | float)
    return cell


def as_its_quarter_writes(row: dict[str, Cell], number: int) -> None:
    """Write numbers and the day in the way of the quarter."""
    period, day = str(row["period"]), row["date"]
    if period in AS_TEXT:
        row.update(
            {name: _digits(cell) for name, cell in row.items() if isinstance(cell, float | int)}
        )
    if period not in AS_DATETIME and isinstance(day, datetime):
        text = f"{day:%d/%b/%Y}"
        row["date"] = (text.lstrip("0"), text, f"{text} ")[number % 3]


def _digits(cell: float) -> str:
    return f"{cell:.15g}"
