"""The survey's own words, in the reader's language. A word without a translation stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.lists import format_list
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from payments.amounts import Refusal
from remittances import countries
from remittances.datasets.corridor_averages import THIRD_PARTY
from remittances.datasets.rows import WORLD_BANK
from remittances.figures.selectors import FROM_SERVICES
from remittances.pricing import NoPrice
from remittances.rates.references import ECB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from remittances.models import Country

WAYS = {
    "mobile": gettext_lazy("Mobile money"),
    "bank": gettext_lazy("Bank account"),
    "cash": gettext_lazy("Cash pick-up"),
}
PAY_IN_WAYS = {
    "cash": gettext_lazy("Cash"),
    "mobile": gettext_lazy("Mobile money"),
    "bank": gettext_lazy("Bank account"),
    "card": gettext_lazy("Card"),
}
SLOWEST = {
    "hour": gettext_lazy("In an hour"),
    "day": gettext_lazy("The same day"),
    "next-day": gettext_lazy("The next day"),
    "2-days": gettext_lazy("In 2 days"),
    "5-days": gettext_lazy("In 5 days"),
}
FIRMS = {
    "bank": gettext_lazy("Bank"),
    "operator": gettext_lazy("Money transfer operator"),
    "mobile": gettext_lazy("Mobile phone operator"),
    "post": gettext_lazy("Post office"),
    "other": gettext_lazy("Other"),
}
SPEEDS = {
    "Less than one hour": gettext_lazy("Arrives in less than one hour"),
    "Same day": gettext_lazy("Arrives the same day"),
    "Next day": gettext_lazy("Arrives the next day"),
    "2 days": gettext_lazy("Arrives in 2 days"),
    "3-5 days": gettext_lazy("Arrives in 3 to 5 days"),
    "6 days or more": gettext_lazy("Arrives in 6 days or more"),
}
PAID_IN = {
    "Cash": gettext_lazy("Paid in cash"),
    "Bank account transfer": gettext_lazy("Paid from a bank account"),
    "Account": gettext_lazy("Paid from a bank account"),
    "Mobile money": gettext_lazy("Paid from mobile money"),
    "Debit card": gettext_lazy("Paid by debit card"),
    "Credit card": gettext_lazy("Paid by credit card"),
}
PAID_OUT = {
    "Cash": gettext_lazy("received in cash"),
    "Bank account": gettext_lazy("received on a bank account"),
    "Account": gettext_lazy("received on a bank account"),
    "Mobile wallet": gettext_lazy("received as mobile money"),
}
PROVIDER_TYPES = {
    "Bank": gettext_lazy("Bank"),
    "Money Transfer Operator": gettext_lazy("Money transfer operator"),
    "Mobile Operator": gettext_lazy("Mobile phone operator"),
    "Post office": gettext_lazy("Post office"),
    "Non-Bank FI": gettext_lazy("Financial institution other than a bank"),
}
NOTES = {
    "Account required for detailed price info": gettext_lazy(
        "The service shows its prices only to its customers."
    ),
    "Costs listed for a promotion/marketing campaign/discount rate": gettext_lazy(
        "This was a promotion when it was surveyed."
    ),
}
REASONS = {
    NoPrice.OUTSIDE_SURVEYED_AMOUNTS: gettext_lazy(
        "Not in the order: it was surveyed for other amounts, and we do not guess."
    ),
    NoPrice.ONE_AMOUNT_ONLY: gettext_lazy(
        "Not in the order: it was surveyed for one other amount only, and we do not guess."
    ),
    NoPrice.FEE_FALLS: gettext_lazy(
        "Not in the order: its fee falls between the two surveyed amounts, and we do not guess"
        " where."
    ),
    NoPrice.PRICE_MISSING: gettext_lazy("Not in the order: the survey gives no price for it."),
    NoPrice.EXCHANGE_COST_NOT_DISCLOSED: gettext_lazy(
        "Not in the order: it does not disclose what the exchange rate costs."
    ),
    NoPrice.PROMOTION: gettext_lazy(
        "Not in the order: this was the price of a promotion, not the usual one."
    ),
    NoPrice.OTHER_PAYOUT_CURRENCY: gettext_lazy(
        "Not in the order: its rate does not say plainly that it pays out in this currency."
    ),
}
SOURCES = {
    ECB: gettext_lazy("European Central Bank"),
    WORLD_BANK: gettext_lazy("World Bank survey"),
    THIRD_PARTY: gettext_lazy("computed by a third party from the World Bank survey"),
    FROM_SERVICES: gettext_lazy("mean of the surveyed services"),
}
AMOUNT_REFUSALS = {
    Refusal.EMPTY: gettext_lazy("Enter the amount you want to send."),
    Refusal.UNREADABLE: gettext_lazy("Enter the amount in digits, for example 18000."),
    Refusal.SIGNED: gettext_lazy("Enter the amount without a plus or minus sign."),
    Refusal.GROUPING: gettext_lazy(
        "We are not sure how to read this number. Write it without separators, for example 18000."
    ),
    Refusal.AMBIGUOUS: gettext_lazy(
        "This number can be read in two ways. Write it without separators, for example 18000."
    ),
    Refusal.TOO_LONG: gettext_lazy("This number is too long. Enter at most 15 digits."),
    Refusal.TOO_MANY_DECIMALS: gettext_lazy("This has more decimals than the currency has."),
    Refusal.ZERO: gettext_lazy("Enter an amount above zero."),
}


def language() -> str:
    """Return the language of the page."""
    return get_language() or "en"


def country_name(country: Country) -> str:
    """Return the country's name in the language of the page."""
    return countries.name_in(language(), iso2=country.iso2, otherwise=country.name)


def corridor(origin: Country, destination: Country) -> str:
    """Return a corridor's two countries in the language of the page."""
    names = {"origin": country_name(origin), "destination": country_name(destination)}
    return _("%(origin)s to %(destination)s") % names


def listed(names: Iterable[str]) -> str:
    """Return names in one sentence part: Kenya and Tanzania."""
    return format_list(list(names), locale=language().replace("-", "_"))


def day(value: date | None) -> str:
    """Return a day in words, without marks; blank where there is none."""
    if value is None:
        return ""
    tag = {"en": "en_GB"}.get(language(), language().replace("-", "_"))  # Days before months.
    return format_date(value, format="long", locale=tag)


def quarter(period: str) -> str:
    """Return `2025_3Q` in words."""
    year, number = period.split("_")
    return _("Q%(number)s %(year)s") % {"number": number[0], "year": year}


def known(table: Mapping[str, object], word: str | None) -> str:
    """Return a word of the survey in the reader's language, in whatever case it is written."""
    if not word:
        return ""
    if word in table:
        return str(table[word])
    folded = word.casefold()
    return next((str(text) for key, text in table.items() if key.casefold() == folded), word)


def speed(word: str | None) -> str:
    """Return how fast a transfer is."""
    if word is None:
        return _("Speed not given")
    return known(SPEEDS, word)


def ways(pay_in: str | None, pay_out: str | None) -> list[str]:
    """Return how money goes in and comes out, as far as the survey says."""
    given = ((PAID_IN, pay_in), (PAID_OUT, pay_out))
    return [known(table, word) for table, word in given if word]
